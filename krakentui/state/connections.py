"""How each feed has fared in this run, and what was wrong with what came: for the screen of connections.

Nothing here decides anything; it is what one looks at when figures look odd (faults, chapter 5.5).
"""

from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final, get_args

from msgspec import Struct

from krakentui.model import event as e
from krakentui.model.clock import SECOND
from krakentui.model.connection import SocketOpened
from krakentui.state.view import FeedView

SPAN_NS: Final = 10 * SECOND
"""Over so long the rate of frames is taken."""
ENDINGS_KEPT: Final = 3
"""The last endings of a feed that are told."""
KINDS_KEPT: Final = 200
"""Kinds of trouble told apart; a peer that makes up new ones fills no memory."""
OTHERS: Final = "others"


class Ending(Struct, frozen=True, kw_only=True):
    """Why a feed was not live any more."""

    t_ns: int
    why: str


class FeedDiary(Struct, frozen=True, kw_only=True):
    """One feed in this run."""

    feed: FeedView
    opened: int
    frames: int
    """Sockets that opened and frames that came in; 0 for REST."""
    per_s: float | None
    """Frames a second over the last ten; None for REST."""
    lag_ns: int
    """How far it runs behind, where something of the last seconds shows it."""
    endings: tuple[tuple[int, str], ...]
    """Age in nanoseconds and reason of the last ones, newest first."""


class ConnectionsView(Struct, frozen=True, kw_only=True):
    """All feeds, and what was wrong with what came over them."""

    feeds: tuple[FeedDiary, ...]
    opens: int
    """Attempts to open a socket that count now, by this program."""
    opens_most: int
    """So many the exchange takes in its window."""
    offset_ns: int | None
    doubt_ns: int | None
    """Exchange clock minus ours, and half the round trip of its measurement; None = not measured."""
    jumps: int
    """Times our clock jumped, or the machine slept."""
    garbled: Mapping[str, int]
    """What made no sense, by where it came from."""
    unknown: Mapping[str, int]
    """Well-formed frames of kinds that are not known, by kind."""
    gaps: Mapping[str, int]
    """Frames that were missing, by channel: each was followed by a new snapshot or socket."""
    books: int
    """Order books whose checksum did not fit."""
    refused_expected: int
    refused_unexpected: int
    """Refusals by a limit: those that our count did not foresee measure how good it is."""


class Connections:
    """Keeps the diary."""

    def __init__(self) -> None:
        self._frames: Counter[e.FeedRole] = Counter()
        self._opened: Counter[e.FeedRole] = Counter()
        self._recent: dict[e.FeedRole, deque[tuple[int, int]]] = {
            role: deque() for role in get_args(e.FeedRole)
        }
        self._endings: dict[e.FeedRole, deque[Ending]] = {
            role: deque(maxlen=ENDINGS_KEPT) for role in get_args(e.FeedRole)
        }
        self._garbled: Counter[str] = Counter()
        self._unknown: Counter[str] = Counter()
        self._gaps: Counter[str] = Counter()
        self._books = self._jumps = 0
        self._doubt_ns: int | None = None

    def take(self, event: e.Happening, t_ns: int) -> None:
        """Take note of an event; most are no business of this diary."""
        taker = _TAKERS.get(type(event))
        if taker is not None:
            taker(self, event, t_ns)

    def view(
        self,
        feeds: Iterable[tuple[FeedView, int]],
        opens: tuple[int, int],
        offset_ns: int | None,
        refusals: tuple[int, int],
        t_ns: int,
    ) -> ConnectionsView:
        """Show the diary.

        Args:
            feeds: Each feed, and how far it runs behind in nanoseconds.
            opens: Attempts to open a socket that count now, and how many the exchange takes.
            offset_ns: Exchange clock minus ours; None = not measured.
            refusals: By a limit: foreseen, and not foreseen.
            t_ns: Steady time.
        """
        expected, unexpected = refusals
        return ConnectionsView(
            feeds=tuple(self._feed(feed, lag_ns, t_ns) for feed, lag_ns in feeds),
            opens=opens[0],
            opens_most=opens[1],
            offset_ns=offset_ns,
            doubt_ns=self._doubt_ns,
            jumps=self._jumps,
            garbled=MappingProxyType({**self._garbled}),
            unknown=MappingProxyType({**self._unknown}),
            gaps=MappingProxyType({**self._gaps}),
            books=self._books,
            refused_expected=expected,
            refused_unexpected=unexpected,
        )

    def _feed(self, feed: FeedView, lag_ns: int, t_ns: int) -> FeedDiary:
        role, polled = feed.role, feed.role == "rest"
        lately = sum(frames for seen_ns, frames in self._recent[role] if t_ns - seen_ns < SPAN_NS)
        return FeedDiary(
            feed=feed,
            opened=self._opened[role],
            frames=self._frames[role],
            per_s=None if polled else lately * SECOND / SPAN_NS,
            lag_ns=lag_ns,
            endings=tuple((t_ns - one.t_ns, one.why) for one in reversed(self._endings[role])),
        )

    # --- events --------------------------------------------------------------------------------------

    def _heard(self, event: e.FeedHeard, t_ns: int) -> None:
        self._frames[event.feed] += event.frames
        recent = self._recent[event.feed]
        second_ns = t_ns - t_ns % SECOND
        if recent and recent[-1][0] == second_ns:
            recent[-1] = (second_ns, recent[-1][1] + event.frames)
        else:
            recent.append((second_ns, event.frames))
        while t_ns - recent[0][0] >= SPAN_NS:
            recent.popleft()

    def _changed(self, event: e.FeedChanged, t_ns: int) -> None:
        if event.state in {"stale", "down"} and event.why:
            self._endings[event.feed].append(Ending(t_ns=t_ns, why=event.why))

    def _socket_opened(self, event: SocketOpened, _t_ns: int) -> None:
        self._opened[event.feed] += 1

    def _was_garbled(self, event: e.Garbled, _t_ns: int) -> None:
        _count(self._garbled, event.where)

    def _was_unknown(self, event: e.Unknown, _t_ns: int) -> None:
        _count(self._unknown, event.what)

    def _skipped(self, event: e.SequenceBroken, _t_ns: int) -> None:
        _count(self._gaps, event.channel)

    def _book_broke(self, _event: e.BookBroken, _t_ns: int) -> None:
        self._books += 1

    def _measured(self, event: e.TimeMeasured, _t_ns: int) -> None:
        self._doubt_ns = event.doubt_ns

    def _jumped(self, _event: e.ClockJumped, _t_ns: int) -> None:
        self._jumps += 1


def _count(counter: Counter[str], kind: str) -> None:
    counter[kind if kind in counter or len(counter) < KINDS_KEPT else OTHERS] += 1


_TAKERS: Final[Mapping[type[e.Happening], Callable[[Connections, Any, int], None]]] = MappingProxyType(
    {
        e.FeedHeard: Connections._heard,  # noqa: SLF001 - its own methods
        e.FeedChanged: Connections._changed,  # noqa: SLF001 - as above
        SocketOpened: Connections._socket_opened,  # noqa: SLF001 - as above
        e.Garbled: Connections._was_garbled,  # noqa: SLF001 - as above
        e.Unknown: Connections._was_unknown,  # noqa: SLF001 - as above
        e.SequenceBroken: Connections._skipped,  # noqa: SLF001 - as above
        e.BookBroken: Connections._book_broke,  # noqa: SLF001 - as above
        e.TimeMeasured: Connections._measured,  # noqa: SLF001 - as above
        e.ClockJumped: Connections._jumped,  # noqa: SLF001 - as above
    }
)
