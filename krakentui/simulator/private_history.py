"""Private REST that looks back: closed orders, trades, ledger rows, and positions (there are none).

Pages hold 50 rows, newest first; `start` is exclusive and `end` inclusive, each an instant in seconds or
the id of a row. `count` is how many rows match in all.
"""

from collections.abc import Callable, Iterable
from functools import partial
from typing import TypeVar

from krakentui.simulator.account import Fill
from krakentui.simulator.asking import Unfit, number
from krakentui.simulator.asking_rest import is_true, text_of
from krakentui.simulator.identity import BAD_ARGUMENTS
from krakentui.simulator.jsontext import digits
from krakentui.simulator.ledger import Row
from krakentui.simulator.orders import Order
from krakentui.simulator.private_call import Answer, Call, Result, is_integer, listed
from krakentui.simulator.rest_orders import long_price, order_row, seconds
from krakentui.simulator.rules import SECOND_US

PAGE = 50
TRADES_LIMIT_MAX = 100
QUERIED_MAX = 20
NO_POSITIONS = frozenset({"any position", "closed position", "closing position"})
TRADE_KINDS = NO_POSITIONS | {"all", "no position"}
LEDGER_KINDS = frozenset(
    {
        "all",
        "trade",
        "deposit",
        "withdrawal",
        "transfer",
        "margin",
        "adjustment",
        "rollover",
        "credit",
        "settled",
        "staking",
        "dividend",
        "sale",
        "nft_rebate",
    }
)
SPOT_POSITION = "TKH2SE"
"""How recorded trades without a position name theirs."""

T = TypeVar("T")


def _span(call: Call, instant_of: Callable[[str], int | None]) -> tuple[int | None, int | None]:
    """Read `start` and `end` into microseconds; raises `Unfit`."""
    found: list[int | None] = []
    for name in ("start", "end"):
        text = text_of(call.params, name)
        named = instant_of(text) if text else None
        if text and named is None:
            named = int(number(text, name) * SECOND_US)
        found.append(named)
    return found[0], found[1]


def _within(t_us: int, span: tuple[int | None, int | None]) -> bool:
    start_us, end_us = span
    return (start_us is None or t_us > start_us) and (end_us is None or t_us <= end_us)


def _paged(
    call: Call, name: str, rows: list[tuple[str, T]], write: Callable[[T], Result], page: int
) -> Result:
    """Write one page and, unless it was not wanted, how many rows there are."""
    offset = int(number(text_of(call.params, "ofs") or "0", "ofs"))
    shown: Result = {name: {key: write(row) for key, row in rows[offset : offset + page]}}
    return shown if is_true(call.params.get("without_count")) else shown | {"count": len(rows)}


def _closed_orders(call: Call) -> Result | str:
    params, account = call.params, call.account
    by = text_of(params, "closetime") or "both"
    wanted, own = params.get("userref"), params.get("cl_ord_id")
    if by not in {"open", "close", "both"} or (wanted is not None and not is_integer(wanted)):
        return BAD_ARGUMENTS

    def instants(order: Order) -> Iterable[int]:
        if by != "close":
            yield order.opened_us
        if by != "open":
            yield order.closed_us or order.changed_us

    def named(text: str) -> int | None:
        order = account.order(text)
        return None if order is None else order.opened_us

    try:
        span = _span(call, named)
        orders = [
            (order.id, order)
            for order in sorted(account.closed.values(), key=lambda order: -(order.closed_us or 0))
            if any(_within(t_us, span) for t_us in instants(order))
            and (wanted is None or order.userref == int(wanted))
            and (own is None or order.cl_ord_id == str(own))
        ]
        write = partial(
            order_row, trades=is_true(params.get("trades")), newer=call.world.manners.newer_fields
        )
        return _paged(call, "closed", orders, write, PAGE)
    except Unfit as reason:
        return str(reason)


def _trades_history(call: Call) -> Result | str:
    params = call.params
    kind, limit = text_of(params, "type") or "all", text_of(params, "limit") or str(PAGE)
    pair = call.world.find_pair(str(params["pair"])) if params.get("pair") else None
    if params.get("pair") and pair is None:
        return "EQuery:Unknown asset pair"
    if kind not in TRADE_KINDS or not is_integer(limit) or not 1 <= int(limit) <= TRADES_LIMIT_MAX:
        return BAD_ARGUMENTS
    fills = [] if kind in NO_POSITIONS else list(reversed(call.account.fills))
    instants = {fill.exec_id: fill.t_us for fill in fills}
    try:
        span = _span(call, instants.get)
        rows = [
            (fill.exec_id, fill)
            for fill in fills
            if _within(fill.t_us, span) and (pair is None or fill.order.pair is pair)
        ]
        ledgers = is_true(params.get("ledgers"))
        return _paged(
            call,
            "trades",
            rows,
            partial(_trade_row, ledgers=ledgers, newer=call.world.manners.newer_fields),
            int(limit),
        )
    except Unfit as reason:
        return str(reason)


def _query_trades(call: Call) -> Result | str:
    ids = listed(call.params.get("txid"))
    if not 1 <= len(ids) <= QUERIED_MAX:
        return BAD_ARGUMENTS
    known = {fill.exec_id: fill for fill in call.account.fills}
    found = [known[exec_id] for exec_id in ids if exec_id in known]
    if not found:
        return "ETrade:Invalid request"
    ledgers = is_true(call.params.get("ledgers"))
    newer = call.world.manners.newer_fields
    return {fill.exec_id: _trade_row(fill, ledgers=ledgers, newer=newer) for fill in found}


def _trade_row(fill: Fill, *, ledgers: bool, newer: bool) -> Result:
    order, pair = fill.order, fill.order.pair
    row: Result = {
        "ordertxid": order.id,
        "postxid": f"{SPOT_POSITION}{order.id[6:]}",
        "pair": pair.rest_id,
        "time": seconds(fill.t_us),
        "type": order.side,
        "ordertype": order.type,
        "price": long_price(fill.price, pair),
        "cost": digits(fill.cost, pair.cost_places),
    }
    if newer:
        row["aclass"] = "forex"
    if ledgers:
        row["ledgers"] = list(fill.ledgers)
    return row | {
        "fee": digits(fill.fee, pair.cost_places),
        "vol": digits(fill.qty, pair.qty_places),
        "margin": digits(0, pair.cost_places),
        "leverage": "0",
        "misc": "",
        "trade_id": fill.trade_id,
        "maker": fill.maker,
    }


def _ledgers(call: Call) -> Result | str:
    params = call.params
    kind = text_of(params, "type") or "all"
    if kind not in LEDGER_KINDS:
        return BAD_ARGUMENTS
    names = set()
    for spelling in listed(params.get("asset")):
        asset = call.world.find_asset(spelling)
        if asset is None and spelling != "all":
            return "EQuery:Unknown asset"
        names.add("all" if asset is None else asset.name)
    history = call.account.ledger.history()
    instants = {row.id: row.t_us for row in history}
    try:
        span = _span(call, instants.get)
        rows = [
            (row.id, row)
            for row in reversed(history)
            if _within(row.t_us, span)
            and kind in {"all", row.type}
            and (not names or "all" in names or row.asset.name in names)
        ]
        return _paged(call, "ledger", rows, _ledger_row, PAGE)
    except Unfit as reason:
        return str(reason)


def _query_ledgers(call: Call) -> Result | str:
    ids = listed(call.params.get("id"))
    if not 1 <= len(ids) <= QUERIED_MAX:
        return BAD_ARGUMENTS
    known = {row.id: row for row in call.account.ledger.history()}
    found: Result = {key: _ledger_row(known[key]) for key in ids if key in known}
    return found or "EQuery:Unknown ledger"


def _ledger_row(row: Row) -> Result:
    places = row.asset.places
    return {
        "aclass": "currency",
        "amount": digits(row.amount, places),
        "asset": row.asset.id,
        "balance": digits(row.balance, places),
        "fee": digits(row.fee, places),
        "refid": row.ref_id,
        "time": seconds(row.t_us),
        "type": row.type,
        "subtype": "",
    }


def _open_positions(call: Call) -> Result | list[object]:
    """Answer that there are none: an object by id, or a list where they are to be put together."""
    return [] if "consolidation" in call.params else {}


ENDPOINTS: dict[str, Answer] = {
    "ClosedOrders": _closed_orders,
    "TradesHistory": _trades_history,
    "QueryTrades": _query_trades,
    "Ledgers": _ledgers,
    "QueryLedgers": _query_ledgers,
    "OpenPositions": _open_positions,
}
