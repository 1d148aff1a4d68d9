"""A question about cancels, word for word: whose, which, worth what, at what cost, by which way."""

from collections.abc import Sequence
from decimal import Decimal
from typing import ClassVar

from krakentui.state.view import OrdersView, Question, QuestionOrder
from krakentui.ui.fmt import HIDDEN, UNKNOWN, cancel_cost, interval, number, whole_amount
from krakentui.ui.line import Line, Span, Tone, line, wrapped
from krakentui.ui.table import Column, arrange, compose, heading, natural_widths
from krakentui.ui.widgets.orders import SHORT_TYPES
from krakentui.ui.widgets.panel import Panel
from krakentui.ui.widgets.statusline import BADGES

VALUE_PLACES = 2
ROUTE = "Route  "
ENDED = frozenset({"cancelled", "filled", "gone"})
"""Outcomes that leave nothing to cancel."""


class QuestionView(Panel[Question]):
    """Draws one frozen question; the list of orders scrolls when it is longer than the room."""

    title = "question"
    columns: ClassVar[tuple[Column, ...]] = (
        Column("Order", 9, right=False),
        Column("Pair", 9, right=False),
        Column("Side", 8, right=False),
        Column("Type", 6, right=False),
        Column("Price", 8),
        Column("Remaining", 8),
        Column("Value", 5),
        Column("Cost", 4),
        Column("", 9, right=False, least=8),
    )

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id=id)
        self._top = 0
        self.is_open = False
        """Whether an answer counts yet."""
        self._ended: frozenset[str] = frozenset()
        self._changed: frozenset[str] = frozenset()

    def lines_wanted(self, question: Question, width: int) -> int:
        """Tell how many lines the whole question takes."""
        return len(self._head(question)) + 1 + len(question.orders) + len(self._foot(question, width))

    def draw_lines(self, width: int, height: int) -> Sequence[Line]:
        """Draw head, orders in sight, cost and answers."""
        question = self._view
        if question is None:
            return ()
        head, foot = self._head(question), self._foot(question, width)
        cells = [self._cells(order) for order in question.orders]
        layout = arrange(self.columns, natural_widths(self.columns, cells), width)
        rows = [compose(self.columns, layout, row) for row in cells]
        room = max(1, height - len(head) - len(foot) - 1)
        if len(rows) > room:
            self._top = max(0, min(self._top, len(rows) - room + 1))
            rest = f"orders {self._top + 1}–{self._top + room - 1} of {len(rows)}: ↑ ↓ show the others"
            rows = [*rows[self._top : self._top + room - 1], line(Span(rest, "warn"))]
        return (*head, heading(self.columns, layout), *rows, *foot)

    def move(self, step: int) -> None:
        """Scroll the orders."""
        self._top = max(0, self._top + step)
        self.redraw()

    def page(self) -> int:
        """Tell how far one page goes."""
        return max(1, self.size.height - 10)

    def open_answers(self) -> None:
        """Show that answers count now."""
        if not self.is_open:
            self.is_open = True
            self.redraw()

    def compare(self, orders: OrdersView | None) -> None:
        """Mark what has ended or changed since the question was asked; its ids stay what they are."""
        if self._view is None or orders is None or not orders.known:
            return
        left = {row.id: row.remaining for row in orders.rows if row.last_outcome not in ENDED}
        ended = frozenset(order.id for order in self._view.orders if order.id not in left)
        changed = frozenset(
            order.id for order in self._view.orders if left.get(order.id, order.remaining) != order.remaining
        )
        if (ended, changed) != (self._ended, self._changed):
            self._ended, self._changed = ended, changed
            self.redraw()

    # --- parts --------------------------------------------------------------------------------

    def _head(self, question: Question) -> list[Line]:
        badge, tone = BADGES[question.venue]
        key = HIDDEN if self.private else question.key or UNKNOWN
        who = (
            Span(badge, tone),
            Span("  account "),
            Span(question.account or UNKNOWN, "strong"),
            Span(f"  key {key}", "muted"),
        )
        over = len(self._ended)
        who_ended = "It has" if len(question.orders) == 1 else f"{over} {'has' if over == 1 else 'have'}"
        since = f"  {who_ended} ended since." if over else ""
        return [line(Span(_title(question), "bad"), Span(since, "strong")), Line(who), Line()]

    def _cells(self, order: QuestionOrder) -> Sequence[Span]:
        places, value = order.price_places, order.value
        price = order.price_text or number(order.price, places)
        if order.trigger is not None:
            fires = f"@{number(order.trigger, places)}"
            price = fires if order.price in (None, order.trigger) else f"{price} {fires}"
        remaining = whole_amount(order.remaining, order.qty_places)
        worth = UNKNOWN if value is None else f"{number(value, VALUE_PLACES)} {order.quote or ''}".strip()
        side: Tone = "good" if order.side == "buy" else "bad"
        hidden = self.private
        return (
            Span(HIDDEN if hidden else order.id, "muted" if order.id in self._ended else "strong"),
            Span(order.pair or UNKNOWN),
            Span(order.side or UNKNOWN, side),
            Span(SHORT_TYPES.get(order.type, order.type) if order.type else UNKNOWN),
            Span(price),
            Span(HIDDEN if hidden else remaining),
            Span(HIDDEN if hidden else worth),
            Span(cancel_cost(order.cost), "muted"),
            self._mark(order),
        )

    def _mark(self, order: QuestionOrder) -> Span:
        if order.id in self._ended:
            return Span("ended", "strong")
        if order.id in self._changed:
            return Span("changed", "warn")
        return Span("! guards", "warn") if order.protective else Span("")

    def _foot(self, question: Question, width: int) -> list[Line]:
        foot = [Line()]
        worth = _worth(question)
        if worth:
            foot.append(line(Span("Value  ", "muted"), Span(HIDDEN if self.private else worth)))
        foot.append(line(Span("Cost   ", "muted"), Span(_cost(question))))
        route = wrapped(question.route, width - len(ROUTE))
        foot += [
            line(Span(ROUTE if n == 0 else " " * len(ROUTE), "muted"), *part.spans)
            for n, part in enumerate(route)
        ]
        for text in question.warnings:
            foot += wrapped(text, width, "warn", lead="! ")
        key: Tone = "key" if self.is_open else "faint"
        word: Tone = "text" if self.is_open else "faint"
        many = len(question.orders) > 1
        do = f"type {len(question.orders)}, then Enter" if question.everything else "Enter"
        foot += [
            Line(),
            line(
                Span(do, key),
                Span(f" cancel {'them' if many else 'it'}     ", word),
                Span("Esc", key),
                Span(f" keep {'them' if many else 'it'}", word),
            ),
        ]
        return foot


def _title(question: Question) -> str:
    count = len(question.orders)
    if question.everything:
        return f"Cancel EVERYTHING: all {count} open orders?"
    return "Cancel this order?" if count == 1 else f"Cancel these {count} orders?"


def _cost(question: Question) -> str:
    if not question.cost_high:
        return "nothing: free at this age"
    cost = interval(question.cost_low, question.cost_high)
    return f"{cost} {'point' if cost == '1' else 'points'} of the trading limit, if cancelled now"


def _worth(question: Question) -> str:
    sums: dict[str, Decimal] = {}
    for order in question.orders:
        if order.value is not None and order.quote is not None:
            sums[order.quote] = sums.get(order.quote, Decimal(0)) + order.value
    return " + ".join(f"{number(value, VALUE_PLACES)} {quote}" for quote, value in sums.items())
