"""The status line: where we are, what we may do there, how alive each feed is."""

from collections.abc import Sequence

from krakentui.state.view import FeedView, StatusView, SwitchView
from krakentui.ui.fmt import HIDDEN, UNKNOWN, age, day_and_time, time_of_day, wait
from krakentui.ui.line import Line, Span, Tone, line, span_width, spread
from krakentui.ui.widgets.panel import Panel

BADGES: dict[str, tuple[str, Tone]] = {
    "live": ("█ LIVE █", "live"),
    "demo": ("░ DEMO ░", "demo"),
    "simulator": ("▒ SIMULATOR ▒", "demo"),
    "replay": ("│ REPLAY │", "demo"),
}
POWERS: dict[str, tuple[str, Tone]] = {
    "public": ("═ PUBLIC ═", "muted"),
    "watch": ("═ WATCH ONLY ═", "warn"),
    "watch+cancel": ("▌can cancel▐", "text"),
}
READ_ONLY: tuple[str, Tone] = ("═ READ-ONLY ═", "warn")
FEED_TONES: dict[str, Tone] = {"live": "good", "connecting": "warn", "stale": "warn", "down": "bad"}
NAMES = {
    "public": ("public", "pub"),
    "private": ("private", "prv"),
    "rest": ("REST", "REST"),
    "cancels": ("cancels", "cxl"),
}
UNCHECKED: tuple[str, Tone] = ("═ KEY UNCHECKED ═", "warn")
"""Until the exchange has told what the key may do."""
REFUSED: tuple[str, Tone] = ("═ KEY REFUSED ═", "bad")
HELD_BACK: tuple[str, Tone] = ("═ KEY HELD BACK ═", "bad")
"""Nothing is done with it before the exchange has told what it may do."""
CALM_SYSTEM = "online"
AGE_CELLS = 3
"""Room of an age while a feed is live, so that the line stands still while it counts."""
OVER = "recording has ended"
"""In place of the feeds: none of them is open any more."""
MOST_BRIEF = 7
"""Steps: key name, long names of feeds, key, clock and a calm system, `live`, the account with the name of
the key that cancels; beside an armed dead man's switch at last the power, which its being armed implies."""
SECOND = 1_000_000_000


class StatusLine(Panel[StatusView]):
    """One line that is always in sight."""

    title = "status"

    def draw_lines(self, width: int, height: int) -> Sequence[Line]:  # noqa: ARG002 - one line, any height
        """Draw as much as fits, the least important parts go first."""
        view = self._view
        if view is None:
            return (line(Span(" krakentui", "strong")),)
        for brevity in range(MOST_BRIEF + 1):
            left, right = self._left(view, brevity), self._right(view, brevity)
            if span_width(left) + span_width(right) < width:
                break
        return (Line(spread(left, right, width)),)

    def _left(self, view: StatusView, brevity: int) -> tuple[Span, ...]:
        badge, tone = BADGES[view.venue]
        power, power_tone = POWERS[view.power] if view.power_known else UNCHECKED
        if view.key_refused is not None and view.key is not None:
            power, power_tone = REFUSED
        elif view.key_held_back is not None:
            power, power_tone = HELD_BACK
        elif view.read_only and view.power != "public":
            power, power_tone = READ_ONLY
        spans = [Span(badge, tone)]
        if brevity < MOST_BRIEF or view.switch is None:
            spans += [Span(" "), Span(power, power_tone)]
        if view.account is not None and brevity < 6:
            spans += [Span("  "), Span(view.account, "strong")]
            if brevity < 3 and view.key is not None:
                name = f"{view.key_name} " if view.key_name and brevity == 0 else ""
                spans.append(Span(f" · key {name}{HIDDEN if self.private else view.key}", "muted"))
            spans += self._second(view, brevity)
        if view.switch is not None:
            spans += [Span("  "), _switch(view.switch)]
        calm = view.system == CALM_SYSTEM
        if brevity < 4 or not (calm or view.system is None):
            word = (
                "system unknown"
                if view.system is None
                else view.system
                if calm
                else f"exchange: {view.system}"
            )
            spans += [Span("  "), Span(word, "muted" if calm or view.system is None else "warn")]
        for window in view.maintenance[:1]:
            when = "" if window.starts_ns is None else f" {day_and_time(window.starts_ns)}"
            spans += [Span("  "), Span(f"maintenance{when}", "warn")]
        return tuple(spans)

    def _second(self, view: StatusView, brevity: int) -> list[Span]:
        """Name the key that cancels, where it is another one."""
        second = view.canceller
        if second is None:
            return []
        tone: Tone = "muted" if second.refused is None else "bad"
        if brevity >= 5:
            return [
                Span(f" · {NAMES['cancels'][1]} {second.name}{'' if second.refused is None else '!'}", tone)
            ]
        key = "" if brevity else f" {HIDDEN if self.private else second.key}"
        return [Span(f" · cancels {second.name}{key}{'' if second.refused is None else ', refused'}", tone)]

    def _right(self, view: StatusView, brevity: int) -> tuple[Span, ...]:
        spans: list[Span] = []
        if view.clock_offset_ns is not None:
            offset = view.clock_offset_ns // SECOND
            spans.append(Span(f"your clock is {abs(offset)}s {'slow' if offset > 0 else 'fast'}  ", "warn"))
        if view.ended:
            spans.append(Span(f"the {OVER}" if brevity < 2 else OVER, "warn"))
        for number, feed in enumerate(() if view.ended else view.feeds):
            spans += [Span("  " if number else ""), *_feed(feed, brevity)]
        if brevity < 4:
            spans.append(Span(f"  {time_of_day(view.wall_ns)}", "muted"))
        return tuple(spans)


def _switch(switch: SwitchView) -> Span:
    """Write the dead man's switch with the seconds it surely leaves."""
    left = "" if switch.fires_in_ns is None else f" {max(0, switch.fires_in_ns // SECOND)}s"
    match switch.phase:
        case "fired":
            at = "" if switch.fires_wall_ns is None else f" {time_of_day(switch.fires_wall_ns)}"
            return Span(f"DEAD MAN {'PASSED' if switch.doubt else 'FIRED'}{at}", "bad")
        case "armed":
            doubtful = bool(switch.doubt)
            return Span(f"DEAD MAN{left.rjust(4)}{' !' if doubtful else ''}", "bad" if doubtful else "warn")
    if switch.phase == "left":
        return Span(f"DEAD MAN{left.rjust(4)} NOT RENEWED", "bad")
    return Span(f"dead man {switch.phase}{left}", "warn")


def _feed(feed: FeedView, brevity: int) -> tuple[Span, ...]:
    """Write one feed: its age while it is live or was, when it is tried again while it is not."""
    name = Span(f"{NAMES[feed.role][brevity >= 2]} ", "muted")
    if feed.state == "down" and feed.age_ns is None and not feed.why:
        return name, Span("waiting", "muted")
    tone = FEED_TONES[feed.state]
    if feed.freshness == "old" and feed.state == "live":
        tone = "warn"
    known = UNKNOWN if feed.age_ns is None else age(feed.age_ns)
    if feed.state == "live":
        known = known.ljust(AGE_CELLS)
        return (
            (name, Span(known, tone))
            if brevity >= 5
            else (name, Span("live", tone), Span(f" {known}", "muted"))
        )
    if brevity >= 5 and feed.state == "down" and feed.retry_in_ns is not None:
        return name, Span(f"retry {wait(feed.retry_in_ns).ljust(AGE_CELLS)}", tone)
    spans = [name, Span(feed.state, tone)]
    if feed.age_ns is not None:
        spans.append(Span(f" {known}", "muted"))
    if feed.retry_in_ns is not None:
        again = wait(feed.retry_in_ns).ljust(AGE_CELLS)
        spans.append(Span(f", retry {'in ' if brevity < 2 else ''}{again}", tone))
    return tuple(spans)
