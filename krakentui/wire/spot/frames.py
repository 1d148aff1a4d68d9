"""The frames of websocket v2 as types: field for field what the wire carries, decoded in one step.

A frame with a `method` is an `Answer`; every other one is one of the union over `channel`. Fields that
we do not use are not listed, and the decoder skips them; fields that were ever seen missing are optional
(websocket reference, 2 to 7). Numbers are Decimals made from the text.
"""

from decimal import Decimal
from typing import Annotated

from msgspec import Meta, Raw, Struct, field

from krakentui.model.market import Level

Whole = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]
"""An integer of a sane size."""


class Answer(Struct, frozen=True):
    """The answer to a request, or the nameless `{"Error": "Exceeded msg rate"}`."""

    method: str | None = None
    success: bool | None = None
    req_id: Whole | None = None
    error: str | None = None
    symbol: str | None = None
    channel: str | None = None
    orders_cancelled: Whole | None = None
    """`batch_cancel` was recorded with its count here (May 2024); the docs put it into `result`."""
    result: Raw = Raw(b"")
    time_in: Raw = Raw(b"")
    """When the exchange got the request; only of pings is it read."""
    bare_error: str | None = field(default=None, name="Error")


class Result(Struct, frozen=True):
    """What an answer says besides yes."""

    channel: str | None = None
    symbol: str | None = None
    depth: Whole | None = None
    order_id: str | None = None
    cl_ord_id: str | None = None
    count: Whole | None = None
    maxratecount: Whole | None = None
    trigger: str | None = field(default=None, name="triggerTime")
    """When the dead man's switch fires; camelCase and without a fraction (websocket reference, 8)."""
    warnings: list[str] | None = None


class MaintenanceRow(Struct, frozen=True):
    """One announced maintenance (same shape in REST's SystemStatus)."""

    title: str | None = None
    expected_start_utc: str | None = None
    expected_end_utc: str | None = None
    cancel_before_utc: str | None = None
    affected_services: list[str] | None = None
    recommended_action: str | None = None


class StatusRow(Struct, frozen=True):
    """The state of the exchange."""

    system: str
    upcoming_maintenance: list[MaintenanceRow] | None = None


class TickerRow(Struct, frozen=True):
    """Best prices and the last 24 hours."""

    symbol: str
    bid: Decimal | None = None
    bid_qty: Decimal | None = None
    ask: Decimal | None = None
    ask_qty: Decimal | None = None
    last: Decimal | None = None
    volume: Decimal | None = None
    vwap: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    change: Decimal | None = None
    change_pct: Decimal | None = None
    timestamp: str | None = None


class BookRow(Struct, frozen=True):
    """Changed levels of one book."""

    symbol: str
    bids: list[Level] = []
    asks: list[Level] = []
    checksum: Whole | None = None


class TradeRow(Struct, frozen=True):
    """One public trade."""

    symbol: str
    side: str
    price: Decimal
    qty: Decimal
    trade_id: Whole
    timestamp: str


class CandleRow(Struct, frozen=True):
    """One bar."""

    symbol: str
    interval: Whole
    interval_begin: str
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: Decimal
    vwap: Decimal | None = None
    trades: Decimal | None = None
    """Documented as a float, an integer on the wire."""


class AssetRow(Struct, frozen=True):
    """One asset of `instrument`."""

    id: str
    precision: Whole
    precision_display: Whole | None = None
    status: str | None = None


class PairRow(Struct, frozen=True):
    """One pair of `instrument`."""

    symbol: str
    base: str
    quote: str
    price_precision: Whole
    qty_precision: Whole
    cost_precision: Whole | None = None
    status: str | None = None
    price_increment: Decimal | None = None
    qty_min: Decimal | None = None
    cost_min: Decimal | None = None


class Instruments(Struct, frozen=True):
    """Assets and pairs; an update carries only what changed."""

    assets: list[AssetRow] | None = None
    pairs: list[PairRow] | None = None


class Triggers(Struct, frozen=True):
    """What sets a stop or take-profit order off. `stop_price` beside it is 0.0 on limit orders: unused."""

    price: Decimal | None = None
    price_type: str | None = None
    reference: str | None = None
    status: str | None = None
    actual_price: Decimal | None = None


class FeeRow(Struct, frozen=True):
    """A fee of a fill."""

    asset: str | None = None
    qty: Decimal | None = None


class ExecutionRow(Struct, frozen=True):
    """One word about one order: the whole order, a delta, or a fill."""

    order_id: str
    exec_type: str | None = None
    order_status: str | None = None
    timestamp: str | None = None
    symbol: str | None = None
    side: str | None = None
    order_type: str | None = None
    order_qty: Decimal | None = None
    cash_order_qty: Decimal | None = None
    limit_price: Decimal | None = None
    limit_price_type: str | None = None
    triggers: Triggers | None = None
    cum_qty: Decimal | None = None
    cum_cost: Decimal | None = None
    avg_price: Decimal | None = None
    amended: bool | None = None
    reason: str | None = None
    cancel_reason: str | None = None
    cl_ord_id: str | None = None
    order_userref: Whole | None = None
    post_only: bool | None = None
    reduce_only: bool | None = None
    margin: bool | None = None
    time_in_force: str | None = None
    effective_time: str | None = None
    expire_time: str | None = None
    exec_id: str | None = None
    last_qty: Decimal | None = None
    last_price: Decimal | None = None
    cost: Decimal | None = None
    fees: list[FeeRow] | None = None
    liquidity_ind: str | None = None


class BalanceRow(Struct, frozen=True):
    """One total of a snapshot, or one ledger row."""

    asset: str
    balance: Decimal
    ledger_id: str | None = None
    wallet_id: str | None = None


class Frame(Struct, frozen=True, kw_only=True, tag_field="channel"):
    """The root of all frames that carry data."""

    type: str | None = None

    @classmethod
    def channel(cls) -> str:
        """Tell the channel that carries it."""
        return str(cls.__struct_config__.tag)

    @property
    def is_snapshot(self) -> bool:
        """Tell whether it replaces what was known."""
        return self.type == "snapshot"


class HeartbeatFrame(Frame, frozen=True, kw_only=True, tag="heartbeat"):
    """A sign of life."""


class StatusFrame(Frame, frozen=True, kw_only=True, tag="status"):
    """The state of the exchange."""

    data: list[StatusRow]


class TickerFrame(Frame, frozen=True, kw_only=True, tag="ticker"):
    """Best prices."""

    data: list[TickerRow]


class BookFrame(Frame, frozen=True, kw_only=True, tag="book"):
    """Order books."""

    data: list[BookRow]


class TradeFrame(Frame, frozen=True, kw_only=True, tag="trade"):
    """Public trades."""

    data: list[TradeRow]


class CandleFrame(Frame, frozen=True, kw_only=True, tag="ohlc"):
    """Bars."""

    data: list[CandleRow]


class InstrumentFrame(Frame, frozen=True, kw_only=True, tag="instrument"):
    """Assets and pairs: the one frame whose data is an object."""

    data: Instruments


class ExecutionFrame(Frame, frozen=True, kw_only=True, tag="executions"):
    """Our orders and fills."""

    data: list[ExecutionRow]
    sequence: Whole | None = None


class BalanceFrame(Frame, frozen=True, kw_only=True, tag="balances"):
    """Our funds."""

    data: list[BalanceRow]
    sequence: Whole | None = None


AnyFrame = (
    HeartbeatFrame
    | StatusFrame
    | TickerFrame
    | BookFrame
    | TradeFrame
    | CandleFrame
    | InstrumentFrame
    | ExecutionFrame
    | BalanceFrame
)
KINDS: tuple[type[Frame], ...] = (
    HeartbeatFrame,
    StatusFrame,
    TickerFrame,
    BookFrame,
    TradeFrame,
    CandleFrame,
    InstrumentFrame,
    ExecutionFrame,
    BalanceFrame,
)
