"""Which orders are meant: what a filter asks of an order, judged as yes, no, or not known.

The list and `krakentui cancel` share it. Every demand narrows and none widens; its values are
alternatives. What is not known of an order is neither yes nor no: an order without an age is not old,
and a distance to a market that went stale is none.
"""

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Final, Literal

from msgspec import Struct

from krakentui.state.view import OrderRow

Kind = Literal[
    "pair", "market", "side", "type", "older", "younger", "far", "near", "whose", "id", "ref", "client"
]
Value = str | int | Decimal
Judge = Callable[[OrderRow, Value], bool | None]
OURS, OTHERS = "ours", "others"
"""Without a mark of a program (user reference, client's order id), and with one."""


class Demand(Struct, frozen=True):
    """One thing that is asked of an order; `negated` asks for the contrary."""

    kind: Kind
    values: tuple[Value, ...]
    """Alternatives. pair: whole names · market: an asset, `BTC/` or `/USD` · ages in nanoseconds."""
    negated: bool = False

    def judge(self, row: OrderRow) -> bool | None:
        """Tell whether the order is so; None = not known."""
        told = _JUDGES[self.kind]
        found: bool | None = False
        for value in self.values:
            one = told(row, value)
            if one:
                found = True
                break
            if one is None:
                found = None
        return found if found is None else found is not self.negated


class OrderFilter(Struct, frozen=True):
    """Everything that is asked of an order; nothing asked = every order fits."""

    demands: tuple[Demand, ...] = ()

    def judge(self, row: OrderRow) -> bool | None:
        """Tell whether the order is meant; None = it may be, but not enough is known of it."""
        verdict: bool | None = True
        for demand in self.demands:
            found = demand.judge(row)
            if found is False:
                return False
            if found is None:
                verdict = None
        return verdict


NO_FILTER: Final = OrderFilter()


def fitting(rows: Iterable[OrderRow], wanted: OrderFilter) -> tuple[OrderRow, ...]:
    """Pick the orders that surely fit, for a list: without a filter all of them."""
    return tuple(row for row in rows if wanted.judge(row))


def meant(rows: Iterable[OrderRow], wanted: OrderFilter) -> tuple[OrderRow, ...]:
    """Pick the orders that surely fit, for a cancel: without a filter none of them."""
    return fitting(rows, wanted) if wanted.demands else ()


def doubtful(rows: Iterable[OrderRow], wanted: OrderFilter) -> tuple[OrderRow, ...]:
    """Pick the orders of which it is not known yet whether they fit."""
    return tuple(row for row in rows if wanted.judge(row) is None)


def is_joined(row: OrderRow) -> bool:
    """Tell whether the order has its details and its pair has the stream's name (`BTC/USD`).

    REST names pairs its own way (`XBTUSD`) until the exchange's lists are joined.
    """
    return not row.details_loading and _pair(row) is not None


def _pair(row: OrderRow) -> str | None:
    return row.pair.casefold() if row.pair is not None and "/" in row.pair else None


def _is_pair(row: OrderRow, value: Value) -> bool | None:
    pair = _pair(row)
    return None if pair is None else pair == str(value).casefold()


def _is_market(row: OrderRow, value: Value) -> bool | None:
    pair = _pair(row)
    if pair is None:
        return None
    base, _, quote = pair.partition("/")
    wanted_base, slash, wanted_quote = str(value).casefold().partition("/")
    if not slash:
        return wanted_base in {base, quote}
    return wanted_base in {"", base} and wanted_quote in {"", quote}


def _is_side(row: OrderRow, value: Value) -> bool | None:
    return None if row.side is None else row.side == value


def _is_type(row: OrderRow, value: Value) -> bool | None:
    return None if row.type is None else row.type == value


def _is_older(row: OrderRow, value: Value) -> bool | None:
    return None if row.order_age_ns is None else row.order_age_ns >= int(value)


def _is_younger(row: OrderRow, value: Value) -> bool | None:
    return None if row.order_age_ns is None else row.order_age_ns < int(value)


def _distance(row: OrderRow) -> Decimal | None:
    if row.distance_pct is None or row.distance_freshness == "stale":
        return None
    return abs(row.distance_pct)


def _is_far(row: OrderRow, value: Value) -> bool | None:
    distance = _distance(row)
    return None if distance is None else distance >= Decimal(value)


def _is_near(row: OrderRow, value: Value) -> bool | None:
    distance = _distance(row)
    return None if distance is None else distance < Decimal(value)


def _is_whose(row: OrderRow, value: Value) -> bool | None:
    marked = row.userref is not None or row.cl_ord_id is not None
    if not marked and row.details_loading:
        return None
    return marked == (value == OTHERS)


def _has_id(row: OrderRow, value: Value) -> bool | None:
    return row.id.casefold().startswith(str(value).casefold())


def _has_ref(row: OrderRow, value: Value) -> bool | None:
    return None if row.userref is None and row.details_loading else row.userref == value


def _has_client_id(row: OrderRow, value: Value) -> bool | None:
    if row.cl_ord_id is None:
        return None if row.details_loading else False
    return row.cl_ord_id.casefold().startswith(str(value).casefold())


_JUDGES: Final[Mapping[Kind, Judge]] = {
    "pair": _is_pair,
    "market": _is_market,
    "side": _is_side,
    "type": _is_type,
    "older": _is_older,
    "younger": _is_younger,
    "far": _is_far,
    "near": _is_near,
    "whose": _is_whose,
    "id": _has_id,
    "ref": _has_ref,
    "client": _has_client_id,
}
