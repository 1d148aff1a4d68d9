"""The open orders: what each is, how far from the market, what its cancel costs now and next.

The user says which are shown, in which order, and whether by pair; above the columns stands what he said
and how many that leaves out. A mark stays on an order that a filter hides, and it is counted there.
"""

from collections.abc import Iterable, Sequence
from typing import ClassVar

from msgspec import structs

from krakentui.state.arrangement import Arranged, Arrangement, arrange
from krakentui.state.view import OrderRow, OrdersView
from krakentui.ui.bars import filled_bar
from krakentui.ui.fmt import HIDDEN, UNKNOWN, age, whole_amount, without_figures
from krakentui.ui.line import Line, Span, Tone, line, wrapped
from krakentui.ui.ordertext import cost_text, distance_span, price_text, state_span, trigger_text, type_text
from krakentui.ui.table import Column, Tail
from krakentui.ui.widgets.freshness import toned
from krakentui.ui.widgets.rows import HEAD, Group, LiveRows
from krakentui.ui.widgets.wishline import subtotals, wish_line

BAR = 7
TRACE = "└"
"""In front of how an order ended."""
QUARTER = 4
"""Of a list that has to be scrolled anyway, ended orders take at most this part of the room."""
_KEPT = 4
"""Columns that stay in front of it: pair, side, type, price."""
AMENDED = "~"
"""Behind the age of an order that was amended: its cancel costs by the time since then."""
NARROW = 96
WAYS_ON = (
    "Market data only: there is no key. Two ways on:",
    "  your own account: krakentui keys add",
    "  a simulated account: krakentui demo",
)
SHORTER_STATES = {
    "cancel refused": "refused",
    "cancel unknown": "unknown",
    "cancel not sent": "not sent",
    "details loading": "loading",
}
"""For the list in little room, where the journal line says the rest."""


class Orders(LiveRows[OrdersView, OrderRow]):
    """The list of open orders; its cursor is an order id."""

    title = "Open orders"
    has_cursor: ClassVar[bool] = True
    columns: ClassVar[tuple[Column, ...]] = (
        Column("Pair", 9, right=False, least=8),
        Column("Side", 9, right=False, least=4),
        Column("Type", 7, right=False, least=10),
        Column("Price", 8, least=9),
        Column("Trigger", 3, least=9),
        Column("Away %", 5, least=6),
        Column("Remaining", 6, least=9),
        Column("Filled", 2, right=False, least=BAR),
        Column("Age", 4, least=3),
        Column("Cancel cost", 8, right=False, least=14),
        Column("State", 8, right=False, least=14),
    )

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id=id)
        self._narrow = False
        self._wish = Arrangement()
        self._known: tuple[OrdersView, Arrangement, Arranged] | None = None

    def columns_for(self, width: int) -> tuple[Column, ...]:
        """Leave the column of triggers out where room is short: the price shows them then."""
        self._narrow = width < NARROW
        return NARROW_COLUMNS if self._narrow else self.columns

    @property
    def wish(self) -> Arrangement:
        """What the user wants to see, in which order."""
        return self._wish

    def wish_for(self, wish: Arrangement) -> None:
        """Show what the user wants to see."""
        self._wish, self._natural = wish, ()
        self.arrange_anew()

    def forget(self) -> None:
        """Forget the orders; what the user wants to see of the next ones stays."""
        self._known = None
        super().forget()

    @property
    def open_ids(self) -> frozenset[str]:
        """The ids of all open orders, shown or not."""
        return self.markable(self._view) if self._view is not None else frozenset()

    def hidden(self, ids: Iterable[str]) -> frozenset[str]:
        """Tell which of these orders are open and not in the list now."""
        return (self.open_ids & {*ids}) - {*self.keys}

    def ended(self, order_id: str) -> OrderRow | None:
        """Give the row of an order that is only shown because it has just ended."""
        rows = () if self._view is None else (*self._view.rows, *self._view.traces)
        return next((row for row in rows if row.id == order_id and row.is_over), None)

    @property
    def marked_ids(self) -> tuple[str, ...]:
        """The ids of all marked orders, shown or not."""
        return tuple(row.id for row in self._view.rows if row.id in self.marked) if self._view else ()

    def groups_of(self, view: OrdersView) -> Sequence[Group[OrderRow]]:
        """Key each order by its id, under the heading of its pair where that is wished."""
        sections, away = self._arranged(view).sections, self._folded(view)
        return [
            Group(
                [(row.id, row) for row in section.rows if row.id not in away],
                section.pair or UNKNOWN,
                subtotals(section, private=self.private),
            )
            for section in sections
            if any(row.id not in away for row in section.rows)
        ]

    def _folded(self, view: OrdersView) -> frozenset[str]:
        """Leave out ended orders for which there is no room beside the open ones; the chosen one stays."""
        sections = self._arranged(view).sections
        over = [row.id for section in sections for row in section.rows if row.is_over]
        headings = len(sections) if self._wish.grouped else 0
        lines = sum(len(section.rows) for section in sections) + headings
        room = self.size.height - HEAD - (self._wish != Arrangement())
        if not over or room <= 0 or lines <= room:
            return frozenset()
        left = room - (lines - len(over))
        few = left if left >= 0 else room // QUARTER
        kept = sorted(over, key=lambda order_id: order_id != self.chosen)
        return frozenset(kept[max(few, kept[0] == self.chosen) :])

    def markable(self, view: OrdersView) -> frozenset[str]:
        """Keep the marks of all orders that are open, whatever the filter shows."""
        return frozenset(row.id for row in view.rows if not row.is_over)

    def counted(self, view: OrdersView) -> frozenset[str]:
        """Count the orders that are shown and open; a trace of one that has ended is none."""
        return self.markable(view) & {*self.keys}

    def wish_lines(self, view: OrdersView, width: int) -> Sequence[Line]:
        """Say what is shown of how many, and in which order."""
        if self._wish == Arrangement():
            return ()
        told = self._arranged(view)
        away = len(self.hidden(self.marked))
        return (wish_line(self._wish, told, away, width, drifted=self.drifted, private=self.private),)

    def _arranged(self, view: OrdersView) -> Arranged:
        known = self._known
        if known is None or known[0] is not view or known[1] != self._wish:
            known = self._known = (view, self._wish, arrange(view, self._wish))
        return known[2]

    def tail_of(self, row: OrderRow) -> Tail | None:
        """Say how an order ended, behind what it was."""
        if not row.trace:
            return None
        text = without_figures(row.trace) if self.private else row.trace
        return Tail(_KEPT, Span(f"{TRACE} {text}", "muted"))

    def cells_of(self, row: OrderRow) -> Sequence[Span]:
        """Write one order; one that has ended is dim."""
        if row.trace:
            return tuple(Span(cell.text, "stale") for cell in self._cells(row))
        return self._cells(row)

    def _cells(self, row: OrderRow) -> Sequence[Span]:
        fresh = row.freshness
        cost_tone: Tone = "muted" if row.cost is None or row.cost.high == 0 else "text"
        return (
            Span(row.pair or UNKNOWN, "stale" if fresh == "stale" else "strong"),
            toned(row.side or UNKNOWN, fresh, "good" if row.side == "buy" else "bad"),
            toned(type_text(row, brief=self._narrow), fresh, "accent" if row.protective else "text"),
            *self._prices(row),
            distance_span(row),
            toned(self._amount(whole_amount(row.remaining, row.qty_places)), fresh),
            toned(filled_bar(row.filled_pct, BAR), fresh, "muted"),
            toned(f"{age(row.order_age_ns)}{AMENDED if row.amended else ''}", fresh),
            toned(
                cost_text(row, brief=self._narrow),
                fresh,
                "warn" if row.cost is not None and not row.cost.fits else cost_tone,
            ),
            self._state(row),
        )

    def _prices(self, row: OrderRow) -> tuple[Span, ...]:
        price, trigger = toned(price_text(row), row.freshness), toned(trigger_text(row), row.freshness)
        if not self._narrow:
            return price, trigger
        return (price,) if row.trigger is None else (Span(f"@{trigger.text}", trigger.tone),)

    def _state(self, row: OrderRow) -> Span:
        text, tone = state_span(row)
        return Span(SHORTER_STATES.get(text, text) if self._narrow else text, tone)

    def _amount(self, text: str) -> str:
        return HIDDEN if self.private and text != UNKNOWN else text

    def notes(self, view: OrdersView) -> tuple[Span, ...]:
        """Count the orders that are open, not the rows of those that just ended."""
        if not view.known:
            return ()
        marked = (Span(f" · {len(self.marked)} marked", "key"),) if self.marked else ()
        away = len(self._folded(view))
        ended = (Span(f" · {away} ended not shown", "muted"),) if away else ()
        return (Span(str(sum(not row.is_over for row in view.rows)), "strong"), *marked, *ended)

    def empty_lines(self, view: OrdersView | None, width: int) -> Sequence[Line]:
        """Say why there are no orders to show."""
        if self.keyless:
            return [
                line(Span(text, "strong" if index == 0 else "text")) for index, text in enumerate(WAYS_ON)
            ]
        if view is not None and view.denied:
            return wrapped(view.denied, width, "muted")
        if view is not None and view.known:
            told = self._arranged(view)
            if told.total:
                return wrapped(f"none of the {told.total} open orders fits: Esc shows all", width, "warn")
            return (line(Span("no open orders", "muted")),)
        return super().empty_lines(view, width)


NARROW_LEAST = {"Type": 8, "Cancel cost": 9, "State": 12}
NARROW_COLUMNS = tuple(
    structs.replace(
        column,
        title="Cancel" if column.title == "Cancel cost" else column.title,
        least=NARROW_LEAST.get(column.title, column.least),
    )
    for column in Orders.columns
    if column.title != "Trigger"
)
