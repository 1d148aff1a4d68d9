"""REST's pages of closed orders, trades and ledger entries, and the fees of the account -> events.

Pages are objects by id, their order is not promised; counts may be missing (`without_count`). Trades name
the pair's id, ledger entries the asset's id (REST reference, 4.3 and 4.4).
"""

from decimal import Decimal

from msgspec import Raw, Struct, json

from krakentui.model.event import Happening
from krakentui.model.history import FeeRow, FeesTold, HistoryCame, LedgerEntry, PastTrade
from krakentui.model.text import clean
from krakentui.wire.spot.envelope import Asked, read_table
from krakentui.wire.spot.market import sane, tidy
from krakentui.wire.spot.rest_orders import read_orders
from krakentui.wire.spot.times import unix_ns


class _Closed(Struct, frozen=True):
    closed: Raw


class _Trades(Struct, frozen=True):
    trades: Raw


class _Ledger(Struct, frozen=True):
    ledger: Raw


class _TradeRow(Struct, frozen=True):
    price: Decimal
    vol: Decimal
    time: Decimal
    ordertxid: str | None = None
    pair: str | None = None
    type: str | None = None
    ordertype: str | None = None
    cost: Decimal | None = None
    fee: Decimal | None = None
    maker: bool | None = None


class _LedgerRow(Struct, frozen=True):
    time: Decimal
    asset: str
    amount: Decimal
    refid: str | None = None
    type: str | None = None
    subtype: str | None = None
    fee: Decimal | None = None
    balance: Decimal | None = None


class _Fee(Struct, frozen=True):
    fee: Decimal | None = None
    nextfee: Decimal | None = None
    nextvolume: Decimal | None = None


class _Volume(Struct, frozen=True):
    volume: Decimal
    currency: str = "ZUSD"
    fees: dict[str, _Fee] | None = None
    fees_maker: dict[str, _Fee] | None = None


def closed_orders(raw: Raw, asked: Asked) -> list[Happening]:
    """Read `ClosedOrders`.

    Raises:
        Broken, or any of `UNREADABLE`: the list is missing.
    """
    patches, trouble = read_orders(json.decode(raw, type=_Closed).closed, asked)
    return [HistoryCame(account=asked.account, kind="orders", rows=tuple(patches)), *trouble]


def trades(raw: Raw, asked: Asked) -> list[Happening]:
    """Read `TradesHistory`.

    Raises:
        Broken, or any of `UNREADABLE`: the list is missing.
    """

    def make(key: str, row: _TradeRow) -> PastTrade:
        pair = tidy(row.pair)
        return PastTrade(
            id=clean(key),
            order_id=clean(row.ordertxid or ""),
            pair=None if pair is None else asked.names.pair(pair) or pair,
            side=tidy(row.type),
            type=None if row.ordertype is None else clean(row.ordertype).replace(" ", "-"),
            price=_needed(row.price),
            qty=_needed(row.vol),
            cost=sane(row.cost),
            fee=sane(row.fee),
            maker=row.maker,
            at_ns=_instant(row.time),
        )

    rows, trouble = read_table(json.decode(raw, type=_Trades).trades, _TradeRow, make, asked)
    return [HistoryCame(account=asked.account, kind="trades", rows=tuple(rows)), *trouble]


def ledger(raw: Raw, asked: Asked) -> list[Happening]:
    """Read `Ledgers`.

    Raises:
        Broken, or any of `UNREADABLE`: the list is missing.
    """

    def make(key: str, row: _LedgerRow) -> LedgerEntry:
        return LedgerEntry(
            id=clean(key),
            ref_id=clean(row.refid or ""),
            at_ns=_instant(row.time),
            type=clean(row.type or ""),
            subtype=clean(row.subtype or ""),
            asset=asked.names.asset(clean(row.asset)),
            amount=_needed(row.amount),
            fee=sane(row.fee),
            balance=sane(row.balance),
        )

    rows, trouble = read_table(json.decode(raw, type=_Ledger).ledger, _LedgerRow, make, asked)
    return [HistoryCame(account=asked.account, kind="ledger", rows=tuple(rows)), *trouble]


def fees(raw: Raw, asked: Asked) -> list[Happening]:
    """Read `TradeVolume`.

    Raises:
        Any of `UNREADABLE`: it names no volume.
    """
    told = json.decode(raw, type=_Volume)
    taker, maker = told.fees or {}, told.fees_maker or {}
    rows = tuple(
        FeeRow(
            pair=asked.names.pair(clean(name)) or clean(name),
            taker=sane(row.fee),
            maker=sane(maker[name].fee) if name in maker else None,
            next_taker=sane(row.nextfee),
            next_volume=sane(row.nextvolume),
        )
        for name, row in taker.items()
    )
    return [
        FeesTold(
            account=asked.account,
            currency=asked.names.asset(clean(told.currency)),
            volume=_needed(told.volume),
            rows=rows,
        )
    ]


def _needed(number: Decimal) -> Decimal:
    found = sane(number)
    if found is None:
        raise ValueError("a number that makes no sense")
    return found


def _instant(seconds: Decimal) -> int:
    found = unix_ns(seconds)
    if found is None:
        raise ValueError("an instant that makes no sense")
    return found
