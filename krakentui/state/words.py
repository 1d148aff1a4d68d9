"""Sentences about orders, with figures in the pair's own places."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from krakentui.model.account import KeyInfo
from krakentui.model.number import grouped, plain, without_zeros
from krakentui.model.order import Fill, Order
from krakentui.model.symbol import PairInfo
from krakentui.state.cancels import CancelRequest

BY_SWITCH: Final = "CancelAllOrdersAfter"
"""Begin of the reason of orders that the dead man's switch cancelled (websocket reference 7.3)."""
DOUBT: Final = "by this cancel or by somebody else"
Pairs = Mapping[str, PairInfo]
BY_USER = "User requested"
"""The exchange's reason for a cancel that somebody asked for: it adds nothing to "was cancelled"."""


def describe(order: Order, pairs: Pairs) -> str:
    """Say what an order is: `sell 0.5 BTC/USD at 110,000.0`, `stop-loss sell 2 BTC/USD, trigger 9,000.0`."""
    pair = order.pair or order.raw_pair
    if pair is None or order.side is None:
        return f"order {order.id}"
    if order.qty is not None:
        size = trimmed(order.qty)
    else:
        size = f"{trimmed(order.cash_qty)} worth of" if order.cash_qty is not None else "some"
    kind = f"{order.type} " if order.type not in {None, "limit", "market"} else ""
    return f"{kind}{order.side} {size} {pair}{_price(order, pairs.get(pair))}"


def trimmed(figure: Decimal) -> str:
    """Write a quantity without the zeros that say nothing."""
    return grouped(without_zeros(plain(figure)))


def in_places(figure: Decimal, places: int | None) -> str:
    """Write a price with the pair's places; digits beyond them are kept, only zeros are dropped."""
    text = plain(figure)
    if places is None:
        return grouped(text)
    whole, _, rest = text.partition(".")
    kept = rest[:places].ljust(places, "0") + rest[places:].rstrip("0")
    return grouped(f"{whole}.{kept}" if kept else whole)


def traded(fill: Fill, order: Order | None, pairs: Pairs) -> str:
    """Say what an execution was."""
    pair = fill.pair or (order.pair if order else None)
    side = fill.side or (order.side if order else None)
    info = pairs.get(pair) if pair else None
    what = " ".join(part for part in (side, trimmed(fill.qty), pair) if part)
    return f"Filled: {what} at {in_places(fill.price, info.price_places if info else None)}."


def ended(order: Order, pairs: Pairs, *, recorded: bool = False) -> str:
    """Say how an order ended that nobody here cancelled; of a `recorded` one it is not known who did."""
    what = describe(order, pairs)
    if order.status == "filled":
        return f"Done: {what} is filled."
    part = f", {trimmed(order.filled)} filled" if order.filled else ""
    if (order.reason or "").startswith(BY_SWITCH):
        return f"Closed: {what} was cancelled by the dead man's switch{part}."
    how = (
        "expired"
        if order.status == "expired"
        else "was cancelled"
        if recorded
        else "was cancelled, not by us"
    )
    reason = f" ({order.reason})" if order.reason not in {None, "", BY_USER} else ""
    return f"Closed: {what} {how}{reason}{part}."


def closed(order: Order, pairs: Pairs) -> str:
    """Say how an order had ended before anything was sent."""
    how = {"filled": "was filled", "expired": "expired"}.get(order.status, "was cancelled")
    part = f", {trimmed(order.filled)} filled" if order.filled and order.status != "filled" else ""
    return f"Already closed: {order.id} {how}, {describe(order, pairs)}{part}."


def trace(order: Order, pairs: Pairs, request: CancelRequest | None = None, *, recorded: bool = False) -> str:
    """Say in few words how an order ended, for the trace it leaves in the list."""
    part = f", {_part(order, pairs)}" if order.filled else ""
    if request is not None and request.outcome in {"cancelled", "gone"}:
        why = f": {request.why}" if request.outcome == "gone" and request.why else ""
        whose = " by us or others" if request.outcome == "cancelled" and request.doubt else ""
        return f"{request.outcome}{whose}{why}{part}"
    match order.status:
        case "filled":
            return _part(order, pairs)
        case "expired":
            return f"expired{part}"
        case "canceled" if order.reason in {None, "", BY_USER}:
            return f"cancelled{'' if recorded else ' by another program'}{part}"
        case "canceled":
            return f"cancelled: {order.reason}{part}"
    return f"closed while we were not listening, not known how{part}"


def _part(order: Order, pairs: Pairs) -> str:
    """Say what of an order has traded, as the list writes figures: `filled 0.2 @ 64,000.1`."""
    if order.average is None:
        return f"filled {trimmed(order.filled)}"
    info = pairs.get(order.pair or "")
    average = in_places(order.average, info.price_places if info else None)
    return f"filled {trimmed(order.filled)} @ {average}"


def outcome(request: CancelRequest, order: Order | None, pairs: Pairs) -> tuple[str, str]:
    """Say how a cancel ended, and how loud."""
    known = request.order or order
    what = describe(known, pairs) if known else f"order {request.order_id}"
    part = f", {trimmed(known.filled)} filled" if known and known.filled else ""
    why = f": {request.why}" if request.why else ""
    match request.outcome:
        case "cancelled" if request.doubt:
            return f"Cancelled: {what}{part}, {DOUBT}.", "good"
        case "cancelled" if request.along:
            return f"Cancelled along: {what}{part}. It was open when the cancel of everything came.", "good"
        case "cancelled":
            return f"Cancelled: {what}{part}.", "good"
        case "filled":
            return f"Already filled: {what}. The cancel came too late.", "warn"
        case "gone":
            return f"Gone: {what}{part}{why}.", "info"
        case "refused":
            return f"Refused: the cancel of {what}{why}.", "bad"
        case "not_sent":
            return f"Not sent: the cancel of {what}{why}.", "bad"
        case _:
            return f"Unknown: the cancel of {what}{why}.", "bad"


NO_DESCRIPTION = (
    "The exchange does not let this key tell what it may do, which needs no permission: it is used all the "
    "same, and asked again now and then."
)
SECOND_FACTOR = (
    "This key seems to want its second factor with every call, for it may do nothing at all, not even "
    "describe itself: start with --otp password, or use a key without one."
)


def power(key: KeyInfo) -> str:
    """Say what a key may do here, and what it may not."""
    abilities = {
        "watch orders": key.may_watch_orders,
        "watch balances": key.may_watch_funds,
        "stream": key.may_stream,
        "cancel": key.may_cancel,
    }
    has = _listed([name for name, able in abilities.items() if able], "and")
    lacks = _listed([name for name, able in abilities.items() if not able], "or")
    if not has:
        return f"This key may not {lacks}: it is of no use here."
    return f"This key may {has}; it may not {lacks}." if lacks else f"This key may {has}."


def trigger_price(order: Order) -> Decimal | None:
    """Tell at which price it triggers: where a trailing trigger stands now, or the fixed price."""
    trigger = order.trigger
    if trigger is None:
        return None
    return trigger.actual or (trigger.price if trigger.price_type == "static" else None)


def _listed(words: list[str], last: str) -> str:
    return f" {last} ".join(part for part in (", ".join(words[:-1]), *words[-1:]) if part)


def _price(order: Order, info: PairInfo | None) -> str:
    places = info.price_places if info else None
    trigger = trigger_price(order)
    stop = f", trigger {in_places(trigger, places)}" if trigger is not None else ""
    if order.limit_price is not None:
        return f" at {in_places(order.limit_price, places)}{stop}"
    if order.price_text:
        return f" at {order.price_text}{stop}"
    return stop or " at market"
