"""The connections: how each feed has fared, the clocks, and what came that made no sense."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Final

from krakentui.engine.face import Face
from krakentui.model.clock import MILLISECOND, SECOND
from krakentui.model.event import FeedRole, FeedState
from krakentui.model.number import counted
from krakentui.state.connections import ConnectionsView, FeedDiary
from krakentui.ui.fmt import age, signed, wait
from krakentui.ui.line import Line, Span, Tone, hung, keyed, line
from krakentui.ui.screens.sheet import Sheet
from krakentui.ui.widgets.scroll import Scroll

DRAWN_EVERY_NS: Final = SECOND // 2
KEYS_HERE = (("↑↓", "scroll"), ("Esc", "close"))
NAMES: Final[Mapping[FeedRole, str]] = {
    "public": "Market data",
    "private": "Account stream",
    "cancels": "Cancel stream",
    "audit": "Audit stream",
    "rest": "REST",
}
TONES: Final[Mapping[FeedState, Tone]] = {
    "live": "good",
    "connecting": "warn",
    "stale": "warn",
    "down": "bad",
}
NAME = 16
INDENT = Span("  ")
LAG_TOLD_NS: Final = SECOND
"""A feed that runs behind by less is on time."""


class ConnectionsScreen(Sheet[None]):
    """Shows them, twice a second."""

    def __init__(self, face: Face) -> None:
        self._scroll = Scroll()
        super().__init__(self._scroll)
        self._face = face
        self._drawn_ns: int | None = None

    def lines_wanted(self, width: int) -> int:
        """Tell how high it is."""
        view = self._face.connections(self._face.clock.mono_ns())
        return len(connection_lines(view, width)) + len(keyed(KEYS_HERE, width)) + 1

    def on_mount(self) -> None:
        """Draw."""
        self._drawn_ns = None
        self.draw(self._face.clock.mono_ns())

    def draw(self, t_ns: int) -> None:
        """Show what there is now."""
        if self._drawn_ns is None or t_ns - self._drawn_ns >= DRAWN_EVERY_NS:
            self._drawn_ns, width = t_ns, self.inner_width()
            self.fit_body()
            self._scroll.frame(foot=(Line(), *keyed(KEYS_HERE, width)))
            self._scroll.show(connection_lines(self._face.connections(t_ns), width))

    def pressed(self, action: str) -> None:
        """Scroll; close on the key that opened it, too."""
        super().pressed("question.keep" if action in {"view.connections", "app.quit"} else action)


def connection_lines(view: ConnectionsView, width: int) -> tuple[Line, ...]:
    """Write all of it, its sentences broken to the width."""
    lines = [line(Span("Connections", "head"))]
    for diary in view.feeds:
        lines += _feed(diary, width)
    lines.append(Line())
    for name, text, tone in _rest(view):
        lines += hung((Span(f"{name:<{NAME}}", "strong"),), text, width, tone)
    return tuple(lines)


def _feed(diary: FeedDiary, width: int) -> list[Line]:
    feed = diary.feed
    lead = Span(f"{NAMES[feed.role]:<{NAME}}", "strong"), Span(f"{feed.state:<11}", TONES[feed.state])
    lines = hung(lead, " · ".join(_told(diary)), width, "text")
    if feed.state != "live" and feed.why:
        again = "" if feed.retry_in_ns is None else f"; again in {wait(feed.retry_in_ns)}"
        lines += hung((INDENT,), f"{feed.why}{again}", width, "warn")
    for ended_ns, why in diary.endings:
        if feed.state == "live" or why != feed.why:
            lines += hung((INDENT,), f"ended {age(ended_ns)} ago: {why}", width, "muted")
    return lines


def _told(diary: FeedDiary) -> Iterator[str]:
    feed = diary.feed
    yield f"last word {age(feed.age_ns)} ago" if feed.age_ns is not None else "no word yet"
    if diary.per_s is not None:
        yield f"{diary.per_s:,.1f} frames/s"
        yield counted(f"{diary.frames:,}", "frame")
        yield f"opened {counted(diary.opened, 'time')}"
    if diary.lag_ns >= LAG_TOLD_NS:
        yield f"{diary.lag_ns / SECOND:.1f} s behind"


def _rest(view: ConnectionsView) -> Iterator[tuple[str, str, Tone]]:
    """Give what is told beside the feeds: name, text and tone."""
    if view.opens_most:
        text = f"{view.opens} of the {view.opens_most} openings that the exchange takes in ten minutes"
        yield "Sockets", text, "text"
    known_ms = None if view.offset_ns is None else Decimal(view.offset_ns // MILLISECOND)
    offset = signed(known_ms, 0) + (" ms" if known_ms is not None else "")
    doubt = "" if view.doubt_ns is None else f", ±{view.doubt_ns / MILLISECOND:,.0f} ms"
    jumps = f"; {counted(view.jumps, 'jump')} of ours" if view.jumps else ""
    yield "Clocks", f"exchange minus ours {offset}{doubt}{jumps}", "warn" if view.jumps else "text"
    for name, kinds in (("Unreadable", view.garbled), ("Unknown kinds", view.unknown), ("Gaps", view.gaps)):
        yield name, _kinds(kinds), "warn" if kinds else "muted"
    yield "Order books", f"{view.books} did not fit their checksum", "warn" if view.books else "muted"
    text = f"{view.refused_unexpected} that our count did not foresee, {view.refused_expected} that it did"
    yield "Refused", text, "bad" if view.refused_unexpected else "muted"


def _kinds(kinds: Mapping[str, int]) -> str:
    return ", ".join(f"{kind} {count}" for kind, count in kinds.items()) or "none"
