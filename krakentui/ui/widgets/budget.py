"""The call budget: one bar a counter, what can be cancelled now, what is polled next and why."""

from collections.abc import Sequence

from rich.cells import cell_len
from textual import events

from krakentui.budget.gauges import STOPPED, Gauge, Level
from krakentui.model.number import counted
from krakentui.state.view import BudgetView
from krakentui.ui.bars import interval_bar
from krakentui.ui.fmt import WAITING, countdown, interval, until
from krakentui.ui.line import Line, Span, Tone, fit, line, pad, rule, span_width, wrapped
from krakentui.ui.table import grown
from krakentui.ui.widgets.panel import Panel

WORDS: dict[Level, str] = {
    "calm": "",
    "warm": "tight",
    "hot": "hot",
    "full": "full",
    "paused": "paused",
    "locked": "locked out",
}
BAR_TONES: dict[Level, Tone] = {
    "calm": "sure",
    "warm": "warn",
    "hot": "hot",
    "full": "bad",
    "paused": "bad",
    "locked": "bad",
}
MIN_BAR = 8
UNSEEN = "start?"
"""Note of a counter whose doubt is only what was used before our start."""
SHORTER = ((" open orders", " open"), (" scheduled orders", " scheduled"))
WIDE = 100
"""From this width on gauges stand in two columns."""
GUTTER = 3
WITH_POLL = 6
"""From this height on the next poll is told."""
MOST_LINES = 2
"""Of a sentence."""
BETWEEN = 3
"""Cells between two ends of the rule."""
RULE_LEAST = 8
"""Cells of the rule around what it tells: strokes and blanks."""
POLL_LABEL = "Next poll  "
LOCKED_LABEL = "Meanwhile  "
WHOLE_FROM = 60
"""Counters of so many points are written without places: they drain by points a second."""


class Budget(Panel[BudgetView], can_focus=True):
    """How much of every limit is left.

    The rule tells what can be cancelled now and the tier; below it stand the headline, the gauges and
    what is polled next. Sentences are broken, never cut, and keep the lines they once needed.
    """

    title = "Call budget"

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id=id)
        self._top = 0
        self._widths: tuple[int, ...] = ()
        self._room = 0
        """Cells that the widths are of."""
        self._head = self._foot = 0

    def draw_lines(self, width: int, height: int) -> Sequence[Line]:
        """Draw headline, gauges and the next poll."""
        view = self._view
        lit = self.has_focus
        if view is None:
            return (rule(self.title, (), (), width, lit=lit), line(Span(WAITING, "muted")))
        head = head_lines(view, width)
        foot = _foot(view, width) if height >= WITH_POLL else []
        self._head = max(self._head, min(len(head), MOST_LINES))
        self._foot = max(self._foot, min(len(foot), MOST_LINES))
        room = max(1, height - 1 - self._head - self._foot)
        gauges = self._gauges(view.gauges, width, room)
        position = self._position(len(view.gauges), width, room)
        return (
            self._rule(view, position, width),
            *_filled(head, self._head),
            *_filled(gauges, room),
            *_filled(foot, self._foot),
        )

    def _rule(self, view: BudgetView, position: tuple[Span, ...], width: int) -> Line:
        """Tell in the rule what can be cancelled and the tier; where it comes from goes first."""
        ends = (*_refusals(view), *position)
        left = width - len(self.title) - span_width(ends) - BETWEEN * len(ends) - RULE_LEAST
        short, full = _cancels(view)
        notes = full if span_width(full) <= left else short
        taken = width - left + span_width(notes)
        tier = next((text for text in _tiers(view) if taken + cell_len(text) <= width), None)
        if tier is not None:
            ends = (Span(tier, "muted"), *ends)
        return rule(self.title, notes, ends, width, lit=self.has_focus)

    def _gauges(self, rows: Sequence[Gauge], width: int, room: int) -> list[Line]:
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
        first = self._top * columns + 1
        return (Span(f"{first}–{last} of {count}" if last > first else f"{first} of {count}", "muted"),)

    def move(self, step: int) -> None:
        """Scroll the gauges."""
        self._top = max(0, self._top + step)
        self.redraw()

    def page(self) -> int:
        """Tell how far one page goes."""
        return max(1, self.size.height - 1 - self._head - self._foot)

    def on_resize(self, event: events.Resize) -> None:
        """Forget the widths and lines of the old room; a line more or less leaves bars where they are."""
        if event.size.width != self._room:
            self._room, self._widths = event.size.width, ()
        self._head = self._foot = 0


def gauge_texts(row: Gauge) -> tuple[str, str, str]:
    """Write what stands around a bar: label, figures, what is to be said."""
    figures = f"{interval(row.low, row.high, places(row))}/{interval(row.max, row.max)}"
    return short_label(row.label), figures, _note(row)


def short_label(label: str) -> str:
    """Shorten the longest labels: `BTC/USD open orders` is `BTC/USD open`."""
    for long, short in SHORTER:
        label = label.replace(long, short)
    return label


def gauge_spans(row: Gauge, widths: tuple[int, ...], width: int) -> tuple[Span, ...]:
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


def places(row: Gauge) -> int:
    """Tell how many places the figures of a counter have."""
    return 0 if row.max >= WHOLE_FROM else 1


def warning_word(row: Gauge) -> str:
    """Say how full a counter is, with a question mark where only its upper end says so."""
    word = WORDS[row.warning]
    return word if not word or row.is_certain else f"{word}?"


def _note(row: Gauge) -> str:
    word = warning_word(row)
    if row.from_start and row.warning not in STOPPED:
        word = UNSEEN
    elif not word and row.others_high > 0:  # a warning needs its word: colour alone tells nothing
        word = f"others {interval(row.others_low, row.others_high, places(row))}"
    if row.free_in_ns:
        return f"{word} {until(row.free_in_ns)}" if word else f"in {until(row.free_in_ns)}"
    return word or ("free now" if row.free_in_ns == 0 else "")


def _refusals(view: BudgetView) -> tuple[Span, ...]:
    if view.refusals_unexpected:
        return (Span(counted(view.refusals_unexpected, "unexpected refusal"), "bad"),)
    return (Span(counted(view.refusals_expected, "refusal"), "warn"),) if view.refusals_expected else ()


def _filled(lines: Sequence[Line], height: int) -> list[Line]:
    """Make so many lines of these."""
    return [*lines, *[Line()] * (height - len(lines))][:height]


def head_lines(view: BudgetView, width: int) -> list[Line]:
    """Say how the tightest limit stands, or count a lockout down."""
    if view.lockouts:
        return _lockout(view, width)
    return wrapped(view.headline, width, "text" if view.warning == "calm" else BAR_TONES[view.warning])


def _lockout(view: BudgetView, width: int) -> list[Line]:
    first = max(view.lockouts, key=lambda lockout: lockout.until_in_ns)
    text = f" LOCKED OUT {countdown(first.until_in_ns)} "
    head, *others = wrapped(first.reason, width - len(text) - 1, "bad")
    blank = Span(" " * (len(text) + 1))
    return [line(Span(text, "locked"), " ", *head.spans), *(line(blank, *more.spans) for more in others)]


def _cancels(view: BudgetView) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
    """Tell how many cancels fit; in full also how many of the fresh orders, which are the dear ones."""
    if view.cancels_now is None or not view.cancels_of:
        return (), ()
    all_fit = view.cancels_now == view.cancels_of
    spans = (
        Span(f"{view.cancels_now} of {view.cancels_of}", "strong" if all_fit else "warn"),
        Span(" cancels fit now", "muted"),
    )
    if all_fit or not view.fresh_of:
        return spans, spans
    return spans, (*spans, Span(f", {view.fresh_now} of {view.fresh_of} fresh", "muted"))


def _tiers(view: BudgetView) -> tuple[str, ...]:
    """Write the tier, longest first; without a key there is none."""
    if all(row.name != "rest" for row in view.gauges):
        return ()
    return f"tier {view.tier} · {view.tier_source}", f"tier {view.tier}"


def _foot(view: BudgetView, width: int) -> list[Line]:
    """Say what is polled next, or during a lockout what goes on meanwhile."""
    if view.lockouts and view.lockouts[0].meanwhile:
        return _labelled(LOCKED_LABEL, view.lockouts[0].meanwhile, width)
    if view.next_poll_in_ns is None:  # nothing is: the sentence says so itself
        return wrapped(view.next_poll, width, "muted")
    return _labelled(POLL_LABEL, view.next_poll, width)


def _labelled(label: str, text: str, width: int) -> list[Line]:
    head, *others = wrapped(text, width - len(label))
    blank = Span(" " * len(label))
    return [line(Span(label, "muted"), *head.spans), *(line(blank, *more.spans) for more in others)]
