"""The next five minutes of one limit: the band that holds it, its ceiling, the reserve, the planned polls."""

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

from krakentui.budget.forecast import Curve
from krakentui.budget.gauges import Gauge
from krakentui.budget.headline import UNITS
from krakentui.budget.words import duration, figure
from krakentui.model.clock import SECOND
from krakentui.state.usage import PollMark
from krakentui.ui.bands import POLL, band, columns, marks, minutes, over
from krakentui.ui.bars import DOUBT, RESERVED, SURE
from krakentui.ui.fmt import interval
from krakentui.ui.line import Line, Span, line, rule, span_width, wrapped
from krakentui.ui.widgets.budget import BAR_TONES, places
from krakentui.ui.widgets.panel import Panel

MINUTE_NS = 60 * SECOND
WITH_LEGEND = 100
"""From this width on the marks are explained in the rule."""
LEGEND: tuple[Span, ...] = (
    Span(f"{SURE} surely", "sure"),
    Span(f"{DOUBT} maybe", "doubt"),
    Span(f"{RESERVED} polls stop", "muted"),
    Span(f"{POLL} poll", "accent"),
)
TITLE_CELLS = 16
"""Cells of the rule around what it tells: title, strokes, blanks."""
BETWEEN = 3
"""Cells between two ends of the rule."""
AXIS_LINES = 2
LEAST_CHART = 2
WITH_CEILING = 5
"""From this height of the chart on the ceiling is a line of its own."""
CHOOSE = "Choose a limit with the arrow keys: its next five minutes are drawn here."
UNUSED = "Nothing stands on it and nothing is planned: it stays at 0."
UNWATCHED = "What was spent while this program did not watch is not known."
ON_TOP = {"rest": "A refused call", "engine": "Refused acts and batch cancels"}
"""What may lift a counter beyond its ceiling."""
NO_CURVE = {
    "open_orders": "Orders count as long as they are open: no time frees one, an order that ends does.",
    "scheduled_orders": "Orders count until they start: then they are open orders.",
    "messages": "Messages count for a moment. Kraken names no figure: ten go at once, then ten a second;"
    " cancels do not wait. That is drawn as a ceiling of 15, which was seen to pass.",
}


class CurveShown(NamedTuple):
    """What the panel draws: the chosen limit, its curve if it has one, the polls that are planned."""

    row: Gauge | None
    curve: Curve | None
    polls: tuple[PollMark, ...]


class Forecast(Panel[CurveShown]):
    """Draws the curve of the chosen limit."""

    title = "Next 5 min"

    def draw_lines(self, width: int, height: int) -> Sequence[Line]:
        """Draw the rule, the band over its axis, and what follows from it in words."""
        view = self._view
        row, curve = (None, None) if view is None else (view.row, view.curve)
        ends = LEGEND if width >= WITH_LEGEND and curve is not None else ()
        left = width - span_width(ends) - BETWEEN * len(ends)
        top = rule(self.title, _notes(row, curve, left), ends, width, lit=False)
        if view is None or row is None:
            return (top, *wrapped(CHOOSE, width, "muted"))
        if curve is None:
            return (top, *wrapped(NO_CURVE.get(row.name, UNUSED), width, "muted"))
        room, why = height - 1 - AXIS_LINES, doubt(row)
        texts = (f"{outlook(row, curve)} {why}".rstrip(), why) if why else (outlook(row, curve),)
        choices = (wrapped(text, width, "muted") for text in texts)
        words = next((lines for lines in choices if len(lines) <= room - LEAST_CHART), [])
        return (top, *_chart(row, curve, view.polls, width, room - len(words)), *words)


def _notes(row: Gauge | None, curve: Curve | None, width: int) -> tuple[Span, ...]:
    """Name the limit, and as far as there is room when points of it are free."""
    if row is None:
        return ()
    notes = (Span(row.label, "strong"), Span(f" of {_ceiling(row)}", "muted"))
    told = free_again(curve) if curve is not None else ()
    more = ((*notes, Span(text, "muted")) for text in told)
    return next((spans for spans in more if span_width(spans) + TITLE_CELLS <= width), notes)


def _chart(row: Gauge, curve: Curve, polls: Sequence[PollMark], width: int, height: int) -> Sequence[Line]:
    full, stop = interval(row.max, row.max), interval(row.max - row.reserve, row.max - row.reserve)
    margin = max(len(full), len(stop))
    ends = columns(curve.low, curve.high, width - margin - 1)
    lines = []
    if height >= WITH_CEILING:
        height -= 1
        lines.append(line(Span(full.rjust(margin), "muted"), Span("┬", "rule"), *over(ends, row.max)))
    scale = {} if lines else {height - 1: full}
    if row.reserve:
        scale[int((row.max - row.reserve) * height / row.max)] = stop
    rows = band(ends, row.max, row.reserve, height, BAR_TONES[row.warning])
    lines += [
        line(Span(scale.get(height - 1 - at, "").rjust(margin), "muted"), Span("│", "rule"), *spans)
        for at, spans in enumerate(rows)
    ]
    span_ns = curve.step_ns * (len(curve.low) - 1)
    shares = [Fraction(poll.in_ns, span_ns) for poll in polls] if row.name == "rest" else []
    lines.append(line(Span("0".rjust(margin), "muted"), Span("┼", "rule"), *marks(shares, len(ends))))
    lines.append(line(Span(" " * (margin + 1) + minutes(span_ns // MINUTE_NS, len(ends)), "muted")))
    return lines


def _ceiling(row: Gauge) -> str:
    return f"{interval(row.max, row.max)} {UNITS.get(row.name, 'points')}"


def outlook(row: Gauge, curve: Curve) -> str:
    """Say how fast it fills and when it may be full."""
    if row.name == "connections":
        share = interval(row.max - row.reserve, row.max - row.reserve)
        return f"Each attempt counts for 10 min; we never make more than {share}, others at this address may."
    if curve.burn_low is None or curve.burn_high is None:
        return "It fills by what is spent and drains with time."
    spent = interval(curve.burn_low * 60, curve.burn_high * 60, places(row))
    drained = interval(row.decay * 60, row.decay * 60, 0)
    points = "point" if spent == "1" else "points"
    said = f"Last minute: {spent} {points} spent, up to {drained} drain"
    if curve.wall_in_ns is None:
        return f"{said}: never full at this rate."
    if not curve.wall_in_ns:
        return f"{said}: it may be full now."
    return f"{said}: maybe full in {duration(curve.wall_in_ns)} at this rate."


def doubt(row: Gauge) -> str:
    """Say why the high end is so high, where that is neither to be seen nor below the ceiling."""
    said = [UNWATCHED] if row.from_start else []
    if row.hidden:
        most = interval(row.hidden, row.hidden)
        said.append(f"The upper end holds up to {most} for refused acts of others, which nothing shows.")
    if row.high > row.max and row.name in ON_TOP:
        said.append(f"{ON_TOP[row.name]} may lift it beyond {interval(row.max, row.max)}.")
    return " ".join(said)


def free_again(curve: Curve) -> tuple[str, ...]:
    """Say when one more point is free, and when the dearest act fits, longest first; none = both do now."""
    waits = [one for one in curve.frees if one.sure_in_ns]
    if not waits:
        return ()
    told = ", ".join(f"{figure(one.cost)} in {duration(one.sure_in_ns or 0)}" for one in waits)
    best_ns = waits[-1].best_in_ns
    if best_ns is None or best_ns == waits[-1].sure_in_ns:
        return (f", free {told}",)
    best = f"in {duration(best_ns)}" if best_ns else "now"
    return f", free {told} (at best {best})", f", free {told}"
