"""A question about cancels, word for word: whose, which, worth what, at what cost, by which way.

Its ids are frozen; what is told of them is true now. Where the room is short, blank lines go first, and what
does not fit below the orders is scrolled with them; the answers stay in sight.
"""

from collections.abc import Sequence
from decimal import Decimal

from msgspec import structs

from krakentui.model.number import counted
from krakentui.state.question import typed
from krakentui.state.view import NotAsked, OrderRow, OrdersView, Question, QuestionOrder
from krakentui.ui.fmt import HIDDEN, UNKNOWN, interval, number
from krakentui.ui.line import Line, Span, Tone, line, wrapped
from krakentui.ui.widgets.panel import Panel
from krakentui.ui.widgets.questionrows import VALUE_PLACES, Rows, Wording, rows
from krakentui.ui.widgets.statusline import BADGES

ROUTE = "Route  "
HEAD = 2
"""Lines that say what is asked, and whose orders they are."""
AROUND = 5
"""Titles of the columns, answers, and three blank lines."""
ANY_ROOM = 1_000_000
LEAST_ROWS = 3
"""Lines kept for orders: one or two of them, and the one that says how many there are."""


class QuestionView(Panel[Question]):
    """Draws one question; the list of orders scrolls when it is longer than the room."""

    title = "question"

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id=id)
        self._top = 0
        self.is_open = False
        """Whether an answer counts yet."""
        self._ended: frozenset[str] = frozenset()
        self._changed: frozenset[str] = frozenset()
        self._newer = 0
        self._now: Question | NotAsked | None = None
        self._told = ""

    @property
    def left(self) -> tuple[str, ...]:
        """Tell which of the orders have not ended since."""
        view = self._view
        return () if view is None else tuple(one.id for one in view.orders if one.id not in self._ended)

    @property
    def typed(self) -> str:
        """What has to be typed; empty where `enter` alone answers."""
        return "" if self._view is None else typed(self._view, len(self.left))

    @property
    def answers(self) -> frozenset[str]:
        """Tell what may be typed: what was right while it was typed is not wrong because orders end."""
        view = self._view
        if view is None:
            return frozenset()
        return frozenset(typed(view, count) for count in range(len(self.left), len(view.orders) + 1))

    @property
    def is_moot(self) -> bool:
        """Tell whether nothing is left to cancel; a mass cancel may find more than is known."""
        return not self.left and (self._view is None or not self._view.new_too)

    def lines_wanted(self, question: Question, width: int) -> int:
        """Tell how many lines the whole question takes."""
        written = self._rows(question, width, ANY_ROOM)
        foot = sum(map(len, self._parts(self._present(question), width)))
        return HEAD + sum(map(len, written.blocks)) + foot + AROUND

    def draw_lines(self, width: int, height: int) -> Sequence[Line]:
        """Draw head, orders in sight, cost and answers."""
        question = self._view
        if question is None:
            return ()
        parts, since = self._parts(self._present(question), width), self._since(question)
        free = height - HEAD - bool(since) - 2
        written = self._rows(question, width, free - sum(map(len, parts)))
        head = [
            *self._head(question, short=written.short_id),
            *([line(Span(since, "strong"))] if since else []),
        ]
        blocks = written.blocks
        lines = [one for block in blocks for one in block]
        foot, rest, spare = _fitted(parts, free - min(LEAST_ROWS, len(lines)))
        spare -= max(0, len(lines) - LEAST_ROWS)
        before, after = ([Line()] if spare >= least else [] for least in (1, 2))
        above = [Line()] if spare > 2 and len(head) == HEAD else []
        room = max(1, height - len(head) - len(above) - 1 - len(before) - len(foot) - len(after) - 1)
        lines += rest
        if len(lines) > room and rest:
            lines = self._in_sight([(one,) for one in lines], room, "lines")
        elif len(lines) > room:
            lines = self._in_sight(blocks, room, "orders")
        return (*head, *above, written.titles, *lines, *before, *foot, *after, self._answers(question))

    def _in_sight(self, blocks: Sequence[tuple[Line, ...]], room: int, what: str) -> list[Line]:
        """Give the blocks from the first one in sight on, and say how many there are."""
        seen = max(1, (room - 1) // len(blocks[0]))
        self._top = max(0, min(self._top, len(blocks) - seen))
        last = self._top + seen
        place = f"{what} {self._top + 1}–{last} of {len(blocks)}: ↑ ↓ show the others"
        return [*(one for block in blocks[self._top : last] for one in block), line(Span(place, "warn"))]

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

    def tell(self, text: str) -> None:
        """Say what was wrong with an answer; empty = nothing."""
        if text != self._told:
            self._told = text
            self.redraw()

    def compare(self, orders: OrdersView | None) -> None:
        """Mark what has ended or changed since the question was asked; its ids stay what they are."""
        if self._view is None or orders is None or not orders.known:
            return
        left = {row.id: row for row in orders.rows if not row.is_over}
        asked = self._view.orders
        ended = frozenset(order.id for order in asked if order.id not in left)
        changed = frozenset(one.id for one in asked if one.id in left and _has_changed(one, left[one.id]))
        counted = self._view.everything and self._view.counted
        newer = len(left) - len(asked) + len(ended) if counted else 0
        if (ended, changed, newer) != (self._ended, self._changed, self._newer):
            self._ended, self._changed, self._newer = ended, changed, newer
            self.redraw()

    def renew(self, now: Question | NotAsked) -> None:
        """Take what the same question would say now of those orders that are left."""
        if now != self._now:
            self._now = now
            self.redraw()

    # --- parts --------------------------------------------------------------------------------

    def _present(self, question: Question) -> Question:
        """Give the question as it stands now: without what has ended, at the costs of now."""
        if isinstance(self._now, Question):
            question = structs.replace(
                question,
                orders=self._now.orders,
                cost_low=self._now.cost_low,
                cost_high=self._now.cost_high,
                route=self._now.route,
                warnings=self._now.warnings,
                counted=self._now.counted,
                at_once=self._now.at_once,
            )
        elif isinstance(self._now, NotAsked):
            why = "It cannot be cancelled right now." if self.private else self._now.why
            question = structs.replace(question, warnings=(why,))
        left = tuple(order for order in question.orders if order.id not in self._ended)
        return structs.replace(question, orders=left)

    def _head(self, question: Question, *, short: bool) -> list[Line]:
        badge, tone = BADGES[question.venue]
        key = HIDDEN if self.private else question.key or UNKNOWN
        who = (
            Span(badge, tone),
            Span("  account "),
            Span(question.account or UNKNOWN, "strong"),
            Span(f"  key {key}", "muted"),
        )
        short = short and not self.private
        return [line(Span(_title(question, len(self.left), short=short), "bad")), Line(who)]

    def _since(self, question: Question) -> str:
        """Say what has happened to the orders since the question was asked."""
        asked, told = len(question.orders), []
        if self._ended:
            over = len(self._ended)
            who = "It has" if asked == 1 else f"{over} {'has' if over == 1 else 'have'}"
            told.append(f"{who} ended since.")
        if self._changed:
            told.append("~ changed since.")
        if self._newer > 0:
            orders, does, do = "orders", "stays open", "stay open"
            if question.new_too:
                does, do = "is taken, too", "are taken, too"
            one = self._newer == 1
            told.append(f"{self._newer} newer {'order' if one else orders} {does if one else do}.")
        return " ".join(told)

    def _rows(self, question: Question, width: int, room: int) -> Rows:
        """Write the orders; they stand whole where this is room enough."""
        now = {order.id: order for order in self._present(question).orders}
        orders = [now.pop(order.id, order) for order in question.orders]
        if question.new_too:
            orders += now.values()
        return rows(orders, Wording(self._ended, self._changed, self.private), width, room)

    def _parts(self, now: Question, width: int) -> list[list[Line]]:
        """Write what stands below the orders: value, cost, route, warnings."""
        if self.is_moot:
            return [[line(Span("Nothing is left to cancel.", "strong"))]]
        worth = _worth(now)
        value = [line(Span("Value  ", "muted"), Span(HIDDEN if self.private else worth))] if worth else []
        route = [
            line(Span(ROUTE if n == 0 else " " * len(ROUTE), "muted"), *part.spans)
            for n, part in enumerate(wrapped(now.route, width - len(ROUTE)))
        ]
        cost = [line(Span("Cost   ", "muted"), Span(_cost(now, width - len(ROUTE))))]
        return [value, cost, route, *(wrapped(text, width, "warn", lead="! ") for text in now.warnings)]

    def _answers(self, question: Question) -> Line:
        many = len(question.orders) > 1 or question.everything
        key: Tone = "key" if self.is_open else "faint"
        word: Tone = "text" if self.is_open else "faint"
        if self.is_moot:
            return line(Span("Esc", key), Span(" close", word))
        do = f"type {self.typed}, then Enter" if question.needs_count else "Enter"
        keep = (Span("Esc", key), Span(f" keep {'them' if many else 'it'}", word))
        if self._told:
            return line(Span(self._told, "bad"), Span("  "), Span(do, key), Span("  "), *keep)
        act = (
            "wait"
            if question.later and not self._present(question).at_once
            else f"cancel {'them' if many else 'it'}"
        )
        return line(Span(do, key), Span(f" {act}     ", word), *keep)


def _fitted(parts: list[list[Line]], room: int) -> tuple[list[Line], list[Line], int]:
    """Choose what is pinned below the orders: cost, then warnings, then value and route.

    Returns:
        What is pinned, what is scrolled behind the orders, and the lines left over.
    """
    value, cost, route, *warnings = parts if len(parts) > 1 else [[], parts[0], []]
    pinned: list[int] = []
    ranked = [cost, *warnings, value, route]
    for index, part in enumerate(ranked):
        if len(part) <= room:
            pinned.append(index)
            room -= len(part)
    last = len(ranked) - 2
    shown = [last, 0, last + 1, *range(1, last)]
    foot = [item for index in shown if index in pinned for item in ranked[index]]
    rest = [item for index in shown if index not in pinned for item in ranked[index]]
    return foot, rest, room


def _title(question: Question, left: int, *, short: bool) -> str:
    if question.later:
        return f"Cancel {'this order' if left == 1 else f'these {left} orders'} when it is free?"
    if question.new_too:
        count = len(question.orders)
        known = f": these {count} and new orders too" if count else ", new orders too"
        return f"Cancel EVERYTHING{known}?"
    if question.everything:
        return f"Cancel EVERYTHING: all {left} open orders?"
    if len(question.orders) == 1:
        return f"Cancel order {question.orders[0].id}?" if short else "Cancel this order?"
    return f"Cancel these {left} orders?" if left != 1 else "Cancel this 1 order?"


def _cost(question: Question, width: int) -> str:
    if question.later:
        goes = "it goes" if len(question.orders) == 1 else "they go"
        return f"nothing: {goes} at once" if question.at_once else f"as the route says, when {goes}"
    if not question.counted:
        return "not known: the open orders are not listed"
    if not question.cost_high:
        return "nothing: free at this age"
    cost = interval(question.cost_low, question.cost_high)
    points = counted(cost, "point")
    text = f"{points} of the trading limit, if cancelled now"
    return text if len(text) <= width else f"{points}, if cancelled now"


def _worth(question: Question) -> str:
    sums: dict[str, Decimal] = {}
    for order in question.orders:
        if order.value is not None and order.quote is not None:
            sums[order.quote] = sums.get(order.quote, Decimal(0)) + order.value
    return " + ".join(f"{number(value, VALUE_PLACES)} {quote}" for quote, value in sums.items())


def _has_changed(asked: QuestionOrder, now: OrderRow) -> bool:
    """Tell whether an order is another one than was asked about: part of it filled, or it was amended."""
    amended = ((asked.price, now.price), (asked.trigger, now.trigger))
    return now.remaining != asked.remaining or any(old not in {None, new} for old, new in amended)
