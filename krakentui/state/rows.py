"""One order as a row: its distance to the market, its worth, the cost of its cancel now and next."""

from collections.abc import Callable
from decimal import Decimal
from functools import cache
from typing import Final

from krakentui.budget.acts import order_cost
from krakentui.budget.costs import free_in, next_step
from krakentui.budget.counter import Counter
from krakentui.model.limit import points
from krakentui.model.order import Order
from krakentui.model.symbol import PairInfo
from krakentui.state.cancels import CancelRequest
from krakentui.state.orders import lacks_details
from krakentui.state.state import State
from krakentui.state.view import CancelCost, CancelState, Freshness, OrderRow, QuestionOrder
from krakentui.state.words import trigger_price
from krakentui.state.worth import middle

PERCENT: Final = Decimal("0.0001")
DEFAULT_PLACES: Final = 8
_SHOWN_AS: Final[dict[str, CancelState]] = {
    "asked": "asked",
    "sent": "sent",
    "accepted": "sent",
    "missing": "unknown",
    "unknown": "unknown",
}


Engines = Callable[[str], Counter]
"""Tells the engine counter of a pair: asked once a pair, however many orders it has."""


def engines(state: State, t_ns: int) -> Engines:
    """Make the teller of engine counters for one view."""
    return cache(lambda pair: state.ledger.engine_at(pair, t_ns))


def order_row(state: State, order: Order, t_ns: int, engine: Engines, trace: str = "") -> OrderRow:
    """Make the row of an order; a `trace` says how one ended that is no longer open."""
    info = state.pairs.get(order.pair or "")
    request = state.cancels.get(order.id)
    trigger = trigger_price(order)
    return OrderRow(
        id=order.id,
        pair=order.pair or order.raw_pair,
        side=order.side,
        type=order.type,
        price=shown_price(order),
        price_text=order.price_text,
        trigger=trigger,
        trigger_state=order.trigger.status if order.trigger else None,
        price_places=price_places(info),
        distance_pct=distance_pct(state, order),
        qty=order.qty,
        filled=order.filled,
        remaining=order.remaining,
        qty_places=qty_places(info),
        filled_pct=_share(order.filled, order.qty),
        value=value_of(state, order),
        quote=quote_of(order, info),
        status=order.status,
        opened_wall_ns=order.opened_ns,
        order_age_ns=_age_ns(order, state.clock.measured_ns(t_ns)),
        cost=None if trace else cancel_cost(state, order, t_ns, engine),
        cancel=_shown_as(request),
        last_outcome=request.outcome if request is not None and not request.in_flight else None,
        protective=order.is_protective,
        margin=order.margin,
        source=order.source,
        age_ns=state.feeds.age_ns(order.seen_ns, t_ns),
        freshness=order_freshness(state, order, request, t_ns),
        details_loading=lacks_details(order),
        amended=order.amended,
        userref=order.userref,
        cl_ord_id=order.cl_ord_id,
        waits_for=None if (most := state.waiting.most.get(order.id)) is None else points(most),
        distance_freshness=_market_freshness(state, order, t_ns),
        trace=trace,
    )


def _shown_as(request: CancelRequest | None) -> CancelState | None:
    """Tell how a cancel under way stands; one that the exchange has queued is still closing."""
    if request is None:
        return None
    if request.phase == "accepted" and request.pending:
        return "closing"
    return _SHOWN_AS.get(request.phase)


def question_order(state: State, order: Order, t_ns: int, engine: Engines) -> QuestionOrder:
    """Freeze an order for a question."""
    info = state.pairs.get(order.pair or "")
    return QuestionOrder(
        id=order.id,
        pair=order.pair or order.raw_pair,
        side=order.side,
        type=order.type,
        price=shown_price(order),
        price_text=order.price_text,
        trigger=trigger_price(order),
        price_places=price_places(info),
        remaining=order.remaining,
        qty_places=qty_places(info),
        value=value_of(state, order),
        quote=quote_of(order, info),
        protective=order.is_protective,
        cost=cancel_cost(state, order, t_ns, engine),
    )


def cancel_cost(state: State, order: Order, t_ns: int, engine: Engines) -> CancelCost | None:
    """Tell what a cancel of this order costs now, next, and when it is free; None while details load."""
    if lacks_details(order) or order.pair is None or order.is_done:
        return None
    wall_ns = state.clock.measured_ns(t_ns)
    cost = order_cost(order, wall_ns)
    from_ns = None if wall_ns is None else order.counts_from_high_ns
    step = next_step(from_ns, wall_ns or 0) if cost.high else None
    return CancelCost(
        low=points(cost.low),
        high=points(cost.high),
        next=points(step.cost) if step else None,
        next_in_ns=step.in_ns if step else None,
        free_in_ns=free_in(from_ns, wall_ns or 0),
        fits=engine(order.pair).surely_fits(cost.high, t_ns),
    )


def _age_ns(order: Order, wall_ns: int | None) -> int | None:
    return None if wall_ns is None or order.opened_ns is None else max(0, wall_ns - order.opened_ns)


def order_freshness(state: State, order: Order, request: CancelRequest | None, t_ns: int) -> Freshness:
    """Tell how fresh a belief of an order is: as its stream, or else as the last list that named it."""
    if request is not None and state.desk.table.is_unsure(order.id):
        return "stale"
    return state.feeds.account_freshness(
        order.seen_ns,
        t_ns,
        streamed=order.stream_ns is not None,
        whole=state.desk.table.authoritative,
        by_nature=not state.expects_stream,
    )


def shown_price(order: Order) -> Decimal | None:
    """Tell the limit price, or the trigger price where there is no limit."""
    return order.limit_price if order.limit_price is not None else trigger_price(order)


def distance_pct(state: State, order: Order) -> Decimal | None:
    """Tell how far, in percent of the market, the price has to move until the order trades or triggers."""
    quote = state.markets.quotes.get(order.pair or "")
    waits = order.trigger is not None and order.trigger.status != "triggered"
    price = trigger_price(order) if waits else order.limit_price
    if quote is None or price is None:
        return None
    ticker = quote.ticker
    if order.trigger is not None and waits:
        facing = ticker.last if order.trigger.reference == "last" else None  # no feed tells the index
    else:
        facing = ticker.bid if order.side == "sell" else ticker.ask
    market = facing if facing is not None else middle(ticker)
    return ((price - market) / market * 100).quantize(PERCENT) if market else None


def _market_freshness(state: State, order: Order, t_ns: int) -> Freshness:
    """Tell how fresh the prices are that an order's distance goes by."""
    quote = state.markets.quotes.get(order.pair or "")
    return "unknown" if quote is None else state.feeds.price_freshness(quote.source, quote.seen_ns, t_ns)


def value_of(state: State, order: Order) -> Decimal | None:
    """Tell remaining quantity times price, in the quote currency; a market order goes by the market."""
    if order.cash_qty is not None and order.qty is None:
        return order.cash_qty - (order.cost or Decimal(0))
    price = shown_price(order)
    if price is None:
        quote = state.markets.quotes.get(order.pair or "")
        price = middle(quote.ticker) if quote else None
    return None if price is None or order.remaining is None else order.remaining * price


def quote_of(order: Order, info: PairInfo | None) -> str | None:
    """Tell the currency of an order's value."""
    if info is not None:
        return info.quote
    return order.pair.partition("/")[2] or None if order.pair else None


def price_places(info: PairInfo | None) -> int:
    """Tell the decimals of a pair's prices."""
    return info.price_places if info else DEFAULT_PLACES


def qty_places(info: PairInfo | None) -> int:
    """Tell the decimals of a pair's quantities."""
    return info.qty_places if info else DEFAULT_PLACES


def _share(part: Decimal, whole: Decimal | None) -> Decimal | None:
    return (part / whole * 100).quantize(PERCENT) if whole else None
