"""What was refused, in words, and by what we go: the tier and its source, the audit, the next poll."""

from collections.abc import Sequence

from krakentui.state.drift import DriftRow
from krakentui.state.usage import RefusalRow, UsageView
from krakentui.state.view import BudgetView
from krakentui.ui.actions import BY_ID, shown_key
from krakentui.ui.fmt import MINUS, age, interval, time_of_day, without_figures
from krakentui.ui.line import Line, Span, Tone, line, rule, span_width, wrapped
from krakentui.ui.widgets.budget import RULE_LEAST
from krakentui.ui.widgets.limits.counters import unexpected
from krakentui.ui.widgets.panel import Panel

LABEL = 7
LEAST_LINES = 2
"""Of the refusals, before drifts take room."""
AUDIT = "Audit of the trading counter: "
NONE = "Nothing was refused for a limit."


class Grounds(Panel[UsageView], can_focus=True):
    """Refusals above, scrolled by keys; below them what stands fixed."""

    title = "Refusals"

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id=id)
        self._top = 0

    def draw_lines(self, width: int, height: int) -> Sequence[Line]:
        """Draw the refusals in the room that the foot leaves."""
        view = self._view
        if view is None:
            return (rule(self.title, (), (), width, lit=self.has_focus),)
        lines = self._refusals(view, width)
        foot = _foot(view.budget, width, height - 1 - min(len(lines), LEAST_LINES))
        room = height - 1 - len(foot)
        if room < 1:  # then all of it is scrolled: no sentence is cut
            lines, foot, room = [*lines, *foot], [], height - 1
        self._top = max(0, min(self._top, len(lines) - room))
        seen = lines[self._top : self._top + room]
        below = len(lines) - self._top - room
        more = f"{below} more: {shown_key(BY_ID['cursor.page_down'])}"
        ends = (Span(more, "muted"),) if below > 0 else ()
        notes = _counted(view.budget, width - len(self.title) - len(more) - RULE_LEAST if ends else width)
        return (
            rule(self.title, notes, ends, width, lit=self.has_focus),
            *seen,
            *[Line()] * (room - len(seen)),
            *foot,
        )

    def _refusals(self, view: UsageView, width: int) -> list[Line]:
        if not view.refusals:
            return wrapped(NONE, width, "muted")
        return [part for one in view.refusals for part in self._refusal(one, width)]

    def _refusal(self, one: RefusalRow, width: int) -> list[Line]:
        lead = f"{time_of_day(one.wall_ns)} "
        tone: Tone = "warn" if one.expected else "bad"
        word = "expected" if one.expected else "unexpected"
        text = without_figures(one.text) if self.private else one.text
        head, *others = wrapped(f"{word}: {text}", width - len(lead), tone)
        return [
            line(Span(lead, "muted"), *head.spans),
            *(line(Span(" " * len(lead)), *more.spans) for more in others),
        ]

    def move(self, step: int) -> None:
        """Scroll the refusals."""
        self._top = max(0, self._top + step)
        self.redraw()

    def page(self) -> int:
        """Tell how far one page goes."""
        return max(1, self.size.height // 2)


def _counted(budget: BudgetView, room: int) -> tuple[Span, ...]:
    """Count the refusals; those that were expected go where the room is short."""
    spans = (unexpected(budget.refusals_unexpected), Span(f", {budget.refusals_expected} expected", "muted"))
    return spans if span_width(spans) <= room else spans[:1]


def _foot(budget: BudgetView, width: int, room: int) -> list[Line]:
    """Say by what we go; of the drifts, the farthest off first, as many as there is room for."""
    tier = _told("Tier", f"{budget.tier}, {budget.tier_source}.", width)
    keyed = any(row.name == "rest" for row in budget.gauges)
    head = [*(tier if keyed else []), *_told("Audit", budget.audit.text.removeprefix(AUDIT), width)]
    poll = _told("Poll", budget.next_poll, width)
    drifts: list[Line] = []
    for row in budget.audit.drifts:
        more = _told("Drift", drift(row), width)
        if len(head) + len(drifts) + len(more) + len(poll) > room:
            break
        drifts += more
    return [*head, *drifts, *poll]


def drift(row: DriftRow) -> str:
    """Say how the exchange's own figure stood to our count."""
    told, counted = interval(row.told, row.told), interval(row.low, row.high)
    if not row.drift:
        off = "none"
    else:
        off = f"{MINUS if row.drift < 0 else '+'}{interval(abs(row.drift), abs(row.drift))}"
    told += " by the stream" if row.source == "stream" else ""
    return f"{row.pair}: {off}; told {told}, counted {counted}, {age(row.age_ns)} ago."


def _told(name: str, text: str, width: int) -> list[Line]:
    head, *others = wrapped(text, width - LABEL)
    return [
        line(Span(f"{name:<{LABEL}}", "muted"), *head.spans),
        *(line(Span(" " * LABEL), *more.spans) for more in others),
    ]
