"""What the program itself tells the user: sentences that stand for a while in place of the journal line."""

from collections import deque
from collections.abc import Iterable

from krakentui.model.clock import SECOND

STANDS_NS = 8 * SECOND
"""How long a sentence stands before the next one, or the journal, takes the line."""


class Said:
    """The sentences, one after the other. Pure: the time comes with the question."""

    def __init__(self, first: Iterable[str] = ()) -> None:
        """Begin with these."""
        self._waiting = deque(first)
        self._since_ns: int | None = None

    def say(self, sentence: str) -> None:
        """Say this at once; what waited is dropped."""
        self._waiting = deque([sentence])
        self._since_ns = None

    def hush(self) -> None:
        """Take everything back."""
        self._waiting.clear()

    def now(self, t_ns: int) -> str:
        """Tell what to show, with how many more wait; empty = nothing."""
        if not self._waiting:
            return ""
        if self._since_ns is None:
            self._since_ns = t_ns
        elif t_ns - self._since_ns >= STANDS_NS:
            self._waiting.popleft()
            self._since_ns = t_ns
        more = f"  (+{len(self._waiting) - 1})" if len(self._waiting) > 1 else ""
        return f"{self._waiting[0]}{more}" if self._waiting else ""
