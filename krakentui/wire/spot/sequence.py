"""The running number of a private channel: a hole means that something about our orders was missed.

A snapshot starts the count, each message after it counts one up. After a hole nothing is applied until a
new snapshot has come (websocket reference, 7.3). The same frame twice is no hole; another frame under the
same number is one: the numbers began anew and nobody said so.
"""

from typing import Literal

from krakentui.model.event import SequenceBroken

Step = Literal["apply", "replace", "continue", "ignore"]


class Numbers:
    """Follows the numbers of one channel; without the frames' bytes one number is one frame."""

    def __init__(self, channel: str) -> None:
        """Start without a base."""
        self._channel = channel
        self._last: int | None = None
        self._frame = b""
        self._quiet = False

    def restart(self) -> None:
        """Forget the base, because a new subscription was asked for: what comes before it is no news."""
        self._last = None
        self._quiet = True

    def snapshot(self, number: int | None, frame: bytes = b"", *, awaited: bool) -> Step:
        """Take a snapshot: it replaces what was known, or continues the one just before it."""
        follows = self._last is not None and number == self._last + 1
        self._last, self._quiet, self._frame = (1 if number is None else number), False, frame
        return "continue" if follows and not awaited else "replace"

    def update(self, number: int | None, frame: bytes = b"") -> Step | SequenceBroken:
        """Take an update: apply it, ignore it, or report a hole, once."""
        if self._last is None:
            if self._quiet:
                return "ignore"
            return self._broken(1, number)
        if number == self._last and frame == self._frame:
            return "ignore"  # the same message twice
        if number != self._last + 1:
            return self._broken(self._last + 1, number)
        self._last, self._frame = number, frame
        return "apply"

    def _broken(self, expected: int, got: int | None) -> SequenceBroken:
        self.restart()
        return SequenceBroken(channel=self._channel, expected=expected, got=got)
