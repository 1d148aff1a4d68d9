"""Every limit as a row: how full it is, how fast it drains, who else uses it, when one more act fits."""

from collections.abc import Sequence

from krakentui.budget.gauges import STOPPED, Gauge
from krakentui.model.limit import ConnectionScope, IpScope, KeyScope, Scope
from krakentui.model.number import counted, points_text
from krakentui.state.usage import UsageView
from krakentui.ui.bars import interval_bar
from krakentui.ui.fmt import UNKNOWN, interval, until
from krakentui.ui.line import Drawn, Line, Span, line
from krakentui.ui.table import Column
from krakentui.ui.widgets.budget import BAR_TONES, UNSEEN, places, short_label, warning_word
from krakentui.ui.widgets.rows import Group, LiveRows

BARS = ((110, 30), (74, 13), (0, 9))
"""From which width of the table on a bar has so many cells."""
WHOLE = frozenset({"open_orders", "scheduled_orders", "connections", "messages"})
"""Limits that count things: these have no parts."""


class Counters(LiveRows[UsageView, Gauge]):
    """The table of limits; the curve and the spending shown are those of the chosen one."""

    title = "Limits"
    has_cursor = True

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id=id)
        self._bar = 0

    def columns_for(self, width: int) -> tuple[Column, ...]:
        """Give all columns; those kept least go first where the line is short."""
        self._bar = next(cells for least, cells in BARS if width >= least)
        return (
            Column("Limit", 9, right=False, least=16),
            Column("", 6, right=False, least=self._bar),
            Column("Used", 9, least=7),
            Column("Of", 8, least=3),
            Column("Drains", 4, least=6),
            Column("Others", 3, least=6),
            Column("Next fits", 7, least=9),
            Column("State", 5, right=False, least=6),
            Column("Counts for", 2, right=False),
        )

    def groups_of(self, view: UsageView) -> Sequence[Group[Gauge]]:
        """Know each limit by its label: a socket that is opened anew keeps its row."""
        return (Group([(row.label, row) for row in view.budget.gauges]),)

    def cells_of(self, row: Gauge) -> Sequence[Span | Drawn]:
        """Turn a limit into cells."""
        tone = BAR_TONES[row.warning]
        said = "text" if row.warning == "calm" else tone
        return (
            Span(short_label(row.label), said),
            Drawn(interval_bar(row.low, row.high, row.max, row.reserve, self._bar, tone)),
            Span(used(row), said),
            Span(interval(row.max, row.max), "muted"),
            Span(drains(row), "muted"),
            Span(others(row), "text" if row.others_high else "muted"),
            Span(next_fits(row), "muted" if not row.free_in_ns else said),
            Span(state(row), "muted" if row.warning == "calm" else tone),
            Span(counts_for(row.scope), "muted"),
        )

    def notes(self, view: UsageView) -> tuple[Span, ...]:
        """Say how many limits there are."""
        return (Span(str(len(view.budget.gauges)), "muted"),)

    def end_notes(self, view: UsageView) -> tuple[Span, ...]:
        """Tell the figure that our counting is judged by."""
        return (unexpected(view.budget.refusals_unexpected),)

    def empty_lines(self, view: UsageView | None, width: int) -> Sequence[Line]:
        """Wait for the first view."""
        if view is None:
            return super().empty_lines(view, width)
        return (line(Span("no limit known yet", "muted")),)


def unexpected(count: int) -> Span:
    """Say how many calls were refused that should have fitted."""
    if count == 1:
        return Span("1 unexpected refusal", "bad")
    return Span(counted(count or "no", "unexpected refusal"), "bad" if count else "good")


def used(row: Gauge) -> str:
    """Write the interval."""
    return interval(row.low, row.high, 0 if row.name in WHOLE else places(row))


def drains(row: Gauge) -> str:
    """Write the drain; an attempt to connect does not drain, it counts until it is ten minutes old."""
    if row.name == "connections":
        return "10 min"
    return f"{points_text(row.decay, up=False)}/s" if row.decay else UNKNOWN


def others(row: Gauge) -> str:
    """Write what others may hold of it."""
    return interval(row.others_low, row.others_high, places(row)) if row.others_high else UNKNOWN


def next_fits(row: Gauge) -> str:
    """Write when one more fits; nothing but an order that ends makes room among orders."""
    if row.free_in_ns is None:
        return UNKNOWN
    return f"in {until(row.free_in_ns)}" if row.free_in_ns else "now"


def state(row: Gauge) -> str:
    """Say in a word what is to be said; for how long a lockout lasts is told above."""
    if row.warning == "locked":
        return "locked"
    return UNSEEN if row.from_start and row.warning not in STOPPED else warning_word(row)


def counts_for(scope: Scope) -> str:
    """Say who shares this counter."""
    match scope:
        case KeyScope():
            return "this key"
        case IpScope():
            return "this address"
        case ConnectionScope():
            return "this socket"
    return "account, pair"
