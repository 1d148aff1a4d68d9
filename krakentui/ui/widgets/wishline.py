"""What the list of orders says of itself: what it shows, in which order, and the sums of a pair."""

import re

from krakentui.model.number import counted, without_zeros
from krakentui.state.arrangement import Arranged, Arrangement, Section, SortKey, Subtotal
from krakentui.state.filtertext import written
from krakentui.ui.fmt import HIDDEN, UNKNOWN, interval, number, whole_amount
from krakentui.ui.line import Line, Span, spread

VALUE_PLACES = 2
SORTED_BY: dict[SortKey, str] = {
    "pair": "pair",
    "side": "side",
    "type": "type",
    "price": "price",
    "trigger": "trigger",
    "distance": "distance",
    "remaining": "remaining",
    "filled": "filled",
    "age": "age",
    "cost": "cancel cost",
    "state": "state",
}
DRIFTED = "~"
"""Behind the sort: the rows held still and would stand elsewhere by now."""
_NAMES_AN_ORDER = re.compile(r"\b(id:|ref:|cl:)\S+")


def filter_text(wish: Arrangement, *, private: bool) -> str:
    """Write the filter; what names an order or its owner's reference is hidden in privacy mode."""
    text = written(wish.wanted)
    return _NAMES_AN_ORDER.sub(rf"\1{HIDDEN}", text) if private else text


def wish_line(
    wish: Arrangement, told: Arranged, away: int, width: int, *, drifted: bool, private: bool
) -> Line:
    """Say how many are shown and why; `away` marked orders are not among them."""
    left = [Span("  "), Span(f"{told.shown} of {told.total} shown", "strong")]
    if away:
        left.append(Span(f", {away} marked {'is' if away == 1 else 'are'} hidden", "warn"))
    if told.doubtful:
        left.append(Span(f", {told.doubtful} not known yet", "warn"))
    filtered = bool(wish.wanted.demands)
    if filtered:
        left += [Span(": ", "muted"), Span(filter_text(wish, private=private), "accent")]
    right = [Span(part, "muted") for part in _order_words(wish, drifted=drifted)]
    if filtered:
        right += [Span(" · ", "muted")] if right else []
        right += [Span("Esc", "key"), Span(" all", "muted")]
    return Line(spread(tuple(left), tuple(right), width))


def _order_words(wish: Arrangement, *, drifted: bool) -> list[str]:
    words: list[str] = []
    if wish.sort is not None or wish.descending:
        name = SORTED_BY[wish.sort] if wish.sort is not None else "pair and price"
        words.append(f"by {name} {'↓' if wish.descending else '↑'}{DRIFTED if drifted else ''}")
    if wish.grouped:
        words.append(" · grouped" if words else "grouped")
    return words


def subtotals(section: Section, *, private: bool) -> list[tuple[Span, ...]]:
    """Write the heading of a pair, longest form first: how many orders, their sums, what cancels cost."""
    sums = section.subtotal
    if sums is None:
        return []
    name = section.pair or UNKNOWN
    return [_heading(name, sums, places, private=private) for places in (VALUE_PLACES, 0, None)]


def _heading(name: str, sums: Subtotal, value_places: int | None, *, private: bool) -> tuple[Span, ...]:
    """Write one form of a heading; without places it leaves the values out."""
    count = counted(sums.orders, "order")
    spans = [Span(name, "head"), Span(f"  {count}", "muted")]
    for side, qty, value in (
        ("buy", sums.buy_qty, sums.buy_value),
        ("sell", sums.sell_qty, sums.sell_value),
    ):
        if qty:
            what = HIDDEN if private else without_zeros(whole_amount(qty, sums.qty_places))
            if value_places is not None and not private:
                worth = f"{number(value, value_places)} {sums.quote or ''}"
                what += f" ({worth.strip()})"
            spans += [Span(f"  {side} ", "good" if side == "buy" else "bad"), Span(what)]
    spans.append(Span(f"  {_cost(sums)}", "muted"))
    if sums.unknown:
        spans.append(Span(f"  {sums.unknown} not known", "warn"))
    return tuple(spans)


def _cost(sums: Subtotal) -> str:
    if not sums.cost_high:
        return "cancels free"
    return f"cancels {interval(sums.cost_low, sums.cost_high)}"
