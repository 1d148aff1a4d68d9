"""The call budget: one bar a counter, what can be cancelled now, what is polled next and why."""

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len
from textual import events

from krakentui.state.view import BudgetView, GaugeRow, Warning_
from krakentui.ui.bars import interval_bar
from krakentui.ui.fmt import UNKNOWN, WAITING, countdown, interval, wait
from krakentui.ui.line import Line, Span, Tone, clip, fit, line, pad, rule, span_width, spread
from krakentui.ui.table import grown
from krakentui.ui.widgets.panel import Panel

WORDS: dict[Warning_, str] = {
    "calm": "",
    "warm": "tight",
    "hot": "hot",
    "full": "full",
    "locked": "locked out",
}
BAR_TONES: dict[Warning_, Tone] = {
    "calm": "sure",
    "warm": "warn",
    "hot": "hot",
    "full": "bad",
    "locked": "bad",
}
MIN_BAR = 8
UNSEEN = "start?"
"""Note of a counter whose doubt is only what was used before our start."""
SHORTER = ((" open orders", " open"), (" scheduled orders", " scheduled"))
WIDE = 100
"""From this width on gauges stand in two columns."""
GUTTER = 3


class Budget(Panel[BudgetView], can_focus=True):
    """How much of every limit is left."""

    title = "Call budget"
    footer: ClassVar[int] = 2

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id=id)
        self._top = 0
        self._widths: tuple[int, ...] = ()

    def draw_lines(self, width: int, height: int) -> Sequence[Line]:
        """Draw headline, gauges and the sentences below them."""
        view = self._view
        lit = self.has_focus
        if view is None:
            return (rule(self.title, (), (), width, lit=lit), line(Span(WAITING, "muted")))
        tone: Tone = "text" if view.warning == "calm" else BAR_TONES[view.warning]
        foot = [_lockout(view, width)] if view.lockouts else []
        foot += [_next_poll(view, width)] if height < 6 else [_cancels(view, width), _next_poll(view, width)]
        if height < 6 and not view.lockouts:
            foot = [_cancels(view, width)]
        room = max(1, height - 1 - len(foot))
        gauges = self._gauges(view.gauges, width, room)
        ends = (*_refusals(view), *self._position(len(view.gauges), width, room))
        top = rule(self.title, (Span(view.headline, tone),), ends, width, lit=lit)
        return (top, *gauges, *[Line()] * (room - len(gauges)), *foot)

    def _gauges(self, rows: Sequence[GaugeRow], width: int, room: int) -> list[Line]:
        if not rows:
            return [line(Span("no limit known yet", "muted"))]
        columns = 2 if width >= WIDE else 1
        each = (width - GUTTER * (columns - 1)) // columns
        self._top = max(0, min(self._top, -(-len(rows) // columns) - room))
        seen = rows[self._top * columns : (self._top + room) * columns]
        texts = [gauge_texts(row) for row in rows]
        now = tuple(max(cell_len(text[part]) for text in texts) for part in range(3))
        self._widths = grown(self._widths, now)
        lines = []
        for start in range(0, len(seen), columns):
            spans: tuple[Span, ...] = ()
            for gauge in seen[start : start + columns]:
                if spans:
                    spans = (*spans, Span(" " * GUTTER))
                spans = (*spans, *gauge_spans(gauge, self._widths, each))
            lines.append(Line(spans))
        return lines

    def _position(self, count: int, width: int, room: int) -> tuple[Span, ...]:
        columns = 2 if width >= WIDE else 1
        if count <= room * columns:
            return ()
        last = min(count, (self._top + room) * columns)
        return (Span(f"{self._top * columns + 1}–{last} of {count}", "muted"),)

    def move(self, step: int) -> None:
        """Scroll the gauges."""
        self._top = max(0, self._top + step)
        self.redraw()

    def page(self) -> int:
        """Tell how far one page goes."""
        return max(1, self.size.height - 3)

    def on_resize(self, _event: events.Resize) -> None:
        """Forget the widths of the old room."""
        self._widths = ()


def gauge_texts(row: GaugeRow) -> tuple[str, str, str]:
    """Write what stands around a bar: label, figures, what is to be said."""
    figures = f"{interval(row.low, row.high)}/{interval(row.max, row.max)}"
    label = row.label
    for long, short in SHORTER:
        label = label.replace(long, short)
    return label, figures, _note(row)


def gauge_spans(row: GaugeRow, widths: tuple[int, ...], width: int) -> tuple[Span, ...]:
    """Draw one counter in exactly this many cells; the bar takes what the texts leave."""
    label, figures, note = gauge_texts(row)
    label_width, figures_width, note_width = widths
    spare = width - sum(widths) - 3 - MIN_BAR
    if spare < 0:
        note_width = max(0, note_width + spare)
        label_width = max(
            8, label_width + min(0, width - label_width - figures_width - note_width - 3 - MIN_BAR)
        )
    bar = max(MIN_BAR, width - label_width - figures_width - note_width - 3)
    tone = BAR_TONES[row.warning]
    calm = row.warning == "calm"
    return fit(
        (
            Span(pad(label, label_width) + " ", "muted" if calm else tone),
            *interval_bar(row.low, row.high, row.max, row.reserve, bar, tone),
            Span(f" {pad(figures, figures_width, right=True)} ", "text" if calm else tone),
            Span(pad(note, note_width), "muted" if calm else tone),
        ),
        width,
    )


def _note(row: GaugeRow) -> str:
    word = WORDS[row.warning]
    if row.from_start and row.warning != "locked":
        word = UNSEEN
    elif row.others_high > 0:
        word = f"others {interval(row.others_low, row.others_high)}"
    if row.free_in_ns:
        return f"{word} {wait(row.free_in_ns)}" if word else f"in {wait(row.free_in_ns)}"
    return word or ("free now" if row.free_in_ns == 0 else "")


def _refusals(view: BudgetView) -> tuple[Span, ...]:
    if view.refusals_unexpected:
        return (Span(f"{view.refusals_unexpected} unexpected refusals", "bad"),)
    return (Span(f"{view.refusals_expected} refusals", "warn"),) if view.refusals_expected else ()


def _lockout(view: BudgetView, width: int) -> Line:
    first = max(view.lockouts, key=lambda lockout: lockout.until_in_ns)
    text = f" LOCKED OUT {countdown(first.until_in_ns)} "
    return Line(fit((Span(text, "locked"), Span(f" {first.reason}", "bad")), width))


def _cancels(view: BudgetView, width: int) -> Line:
    now = UNKNOWN if view.cancels_now is None else str(view.cancels_now)
    tight = view.cancels_now is not None and view.cancels_now < view.cancels_of
    left = (
        Span("Cancels affordable now ", "muted"),
        Span(f"{now} of {view.cancels_of}", "warn" if tight else "text"),
    )
    tier, source = (Span("tier ", "muted"), Span(view.tier)), Span(f" · {view.tier_source}", "muted")
    short = span_width((*left, *tier, source)) >= width
    return Line(spread(left, tier if short else (*tier, source), width))


def _next_poll(view: BudgetView, width: int) -> Line:
    head = Span("Next poll ", "muted")
    return Line((head, Span(clip(view.next_poll or UNKNOWN, width - len(head.text)))))
