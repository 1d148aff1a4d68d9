"""The acts of the stream, remembered so that a repeated frame is not counted twice on a limit."""

from typing import Final

from krakentui.model.event import Happening, OrderPatched

MAX_ACTS: Final = 2_000


class Acts:
    """The last acts that were seen."""

    def __init__(self) -> None:
        """Begin with none."""
        self._seen: dict[tuple[str, str | None, int | None], None] = {}

    def repeats(self, event: Happening) -> bool:
        """Remember a frame of the stream; tell whether it was taken before."""
        if not isinstance(event, OrderPatched) or event.patch.said_ns is None:
            return False
        act = (event.patch.id, event.patch.exec_type, event.patch.said_ns)
        known = act in self._seen
        self._seen[act] = None
        if len(self._seen) > MAX_ACTS:
            del self._seen[next(iter(self._seen))]
        return known
