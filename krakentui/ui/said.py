"""What the journal line shows: sentences of ours for a while, else what happened last.

How a cancel ended, a limit that was hit and a lockout stand a moment before news of less weight, such as
a fill of another program, takes the line: who pressed a key must see what became of it. After a switch
of keys what was told before can still be read, each entry with its account, above one that names the
switch; the line itself begins anew.
"""

from collections import deque
from collections.abc import Iterable, Sequence
from typing import Self

from msgspec import structs

from krakentui.engine.face import Face
from krakentui.model.clock import SECOND
from krakentui.state.view import JournalLine, StatusView

STANDS_NS = 8 * SECOND
"""How long a sentence stands before the next one, or the journal, takes the line."""
KEPT_LINES = 2_000
NEWS_STANDS_NS = 5 * SECOND
WEIGHTY = frozenset({"cancel", "limit", "lockout"})
"""Kinds of news that stand."""


class Said:
    """The sentences, one after the other. Pure: the time comes with the question."""

    def __init__(self, first: Iterable[str] = (), earlier: Sequence[JournalLine] = ()) -> None:
        """Begin with these sentences, and with the entries of earlier sessions."""
        self._waiting = deque(first)
        self._since_ns: int | None = None
        self._earlier = (*earlier,)[-KEPT_LINES:]
        self._lines: deque[JournalLine] = deque(maxlen=KEPT_LINES)
        self._weighty: JournalLine | None = None
        self._weighty_ns = 0

    def hear(self, news: Sequence[JournalLine], t_ns: int) -> None:
        """Take note of what happened."""
        for line in news:
            self._lines.append(line)
            if line.kind in WEIGHTY:
                self._weighty, self._weighty_ns = line, t_ns

    def line(self, t_ns: int) -> JournalLine | None:
        """Tell which entry of the journal to show."""
        if self._weighty is not None and t_ns - self._weighty_ns < NEWS_STANDS_NS:
            return self._weighty
        return self._lines[-1] if self._lines else None

    @property
    def lines(self) -> tuple[JournalLine, ...]:
        """All entries that are kept, oldest first."""
        return (*self._earlier, *self._lines)

    @property
    def turned(self) -> bool:
        """Whether there was an earlier session in this run."""
        return bool(self._earlier)

    @property
    def heard(self) -> int:
        """The number of the last entry; 0 = none yet."""
        return self._lines[-1].number if self._lines else 0

    def turn(self, old_face: Face, new_face: Face) -> Self:
        """Begin anew with another session, and keep what was told of this one as its account's."""
        t_ns = old_face.clock.mono_ns()
        self.hear(old_face.journal(self.heard), t_ns)
        old, new = old_face.status(t_ns), new_face.status(t_ns)
        whose = f"{old.account}: " if old.account is not None else ""
        told = (structs.replace(line, text=f"{whose}{line.text}") for line in self._lines)
        text = f"Up to here {_in_use(old)} was in use, from here on {_in_use(new)}."
        turned = JournalLine(number=0, wall_ns=old.wall_ns, kind="notice", text=text, level="info")
        return type(self)((), (*self._earlier, *told, turned))

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


def _in_use(status: StatusView) -> str:
    if status.key is None:
        return "no key"
    return f"key {status.key_name or status.key} of account {status.account}"
