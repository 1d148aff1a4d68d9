"""What can happen: everything that reaches `State` is one of these, frozen.

`State.apply(event, t_ns)` takes the steady time of arrival apart, so events compare and replay. Prices,
quantities and points are exact; instants named `…_ns` are the exchange's wall time; texts are clean.
"""

from decimal import Decimal
from typing import Literal

from msgspec import Struct

from krakentui.model.account import Holding, KeyInfo
from krakentui.model.limit import LimitName, Scope
from krakentui.model.market import Candle, Maintenance, Ticker, Trade
from krakentui.model.order import Fill, OrderPatch, Outcome
from krakentui.model.symbol import AssetInfo, PairInfo

FeedRole = Literal["public", "private", "rest", "audit", "cancels"]
FeedState = Literal["connecting", "live", "stale", "down"]


class Happening(Struct, frozen=True, kw_only=True):
    """The root of all events."""


class FeedChanged(Happening, frozen=True, kw_only=True):
    """A feed came up, fell silent or went down; `why` is a sentence, `retry_ns` steady time."""

    feed: FeedRole
    state: FeedState
    why: str = ""
    retry_ns: int | None = None


class FeedHeard(Happening, frozen=True, kw_only=True):
    """Frames came in on a socket (any frame but pong); one event a batch."""

    feed: FeedRole
    frames: int = 1


class FirstSnapshot(Happening, frozen=True, kw_only=True):
    """A subscribed channel gave its first data."""

    feed: FeedRole
    channel: str


class SystemSeen(Happening, frozen=True, kw_only=True):
    """The state of the exchange: online, maintenance, … or any other word; None = nothing told of plans."""

    system: str
    maintenance: tuple[Maintenance, ...] | None = None


class TimeMeasured(Happening, frozen=True, kw_only=True):
    """Exchange clock minus ours, with the doubt of the measurement (half the round trip)."""

    offset_ns: int
    doubt_ns: int
    wall_ns: int | None = None
    """Our wall clock at this moment, so that the state's own reckoning does not drift."""


class ClockJumped(Happening, frozen=True, kw_only=True):
    """The machine slept, or its clock was set to `wall_ns`: nothing seen before is fresh."""

    gap_ns: int
    why: str
    wall_ns: int | None = None


class Garbled(Happening, frozen=True, kw_only=True):
    """A frame or reply that makes no sense; `excerpt` is cleaned and short."""

    where: str
    why: str
    excerpt: str = ""


class Unknown(Happening, frozen=True, kw_only=True):
    """A well-formed frame of a kind we do not know."""

    where: str
    what: str


# --- markets ------------------------------------------------------------------------------------


class InstrumentsSeen(Happening, frozen=True, kw_only=True):
    """Assets and pairs as a list names them; REST's lists carry ids and altnames, the stream's do not."""

    assets: tuple[AssetInfo, ...] = ()
    pairs: tuple[PairInfo, ...] = ()


class TickerSeen(Happening, frozen=True, kw_only=True):
    """Best prices of one pair."""

    ticker: Ticker
    source: Literal["stream", "poll"] = "stream"


class TradesSeen(Happening, frozen=True, kw_only=True):
    """Public trades of one pair."""

    symbol: str
    trades: tuple[Trade, ...]
    snapshot: bool = False


class CandlesSeen(Happening, frozen=True, kw_only=True):
    """Bars of one pair."""

    symbol: str
    interval_min: int
    candles: tuple[Candle, ...]
    snapshot: bool = False


class BookChanged(Happening, frozen=True, kw_only=True):
    """The book of a pair took a frame and its checksum was right."""

    symbol: str


class BookBroken(Happening, frozen=True, kw_only=True):
    """The book of a pair does not have the checksum the exchange named: it was dropped."""

    symbol: str
    named: int
    found: int


# --- the account --------------------------------------------------------------------------------


class OrdersSnapshot(Happening, frozen=True, kw_only=True):
    """All open orders, from the stream: replaces what was believed."""

    account: str
    orders: tuple[OrderPatch, ...]


class OrderPatched(Happening, frozen=True, kw_only=True):
    """The stream says something of one order."""

    account: str
    patch: OrderPatch


class FillSeen(Happening, frozen=True, kw_only=True):
    """One of our orders traded."""

    fill: Fill


class OrdersPolled(Happening, frozen=True, kw_only=True):
    """All open orders as REST lists them; it may lag the stream by a minute."""

    account: str
    orders: tuple[OrderPatch, ...]
    asked_ns: int
    """Steady time at which the request was written."""


class OrdersQueried(Happening, frozen=True, kw_only=True):
    """What REST says of the orders asked for by id; ids it does not know are in `missing`."""

    account: str
    orders: tuple[OrderPatch, ...]
    missing: tuple[str, ...]
    asked_ns: int


class BalancesSnapshot(Happening, frozen=True, kw_only=True):
    """All totals, from the stream."""

    account: str
    holdings: tuple[Holding, ...]


class BalanceChanged(Happening, frozen=True, kw_only=True):
    """One ledger row, from the stream: the new total of one asset."""

    account: str
    asset: str
    total: Decimal
    ledger_id: str
    wallet: str = "main"


class BalancesPolled(Happening, frozen=True, kw_only=True):
    """All balances with holds, from REST."""

    account: str
    holdings: tuple[Holding, ...]
    asked_ns: int


class KeyDescribed(Happening, frozen=True, kw_only=True):
    """What the exchange says of the key in use; `key` is its fingerprint."""

    key: str
    info: KeyInfo


class SequenceBroken(Happening, frozen=True, kw_only=True):
    """A channel skipped a number: what follows is not applied until a new snapshot."""

    channel: str
    expected: int
    got: int | None


class Answered(Happening, frozen=True, kw_only=True):
    """The answer to one websocket request."""

    method: str
    ok: bool
    req_id: int | None = None
    error: str = ""
    channel: str = ""
    symbol: str = ""
    order_id: str = ""
    cl_ord_id: str = ""
    count: int | None = None
    maxratecount: int | None = None
    trigger_ns: int | None = None  # of the dead man's switch, by the exchange's clock
    warnings: tuple[str, ...] = ()


class Pong(Happening, frozen=True, kw_only=True):
    """The answer to our ping: it does not count as life of a subscription."""

    req_id: int | None = None
    at_ns: int | None = None
    """The exchange's clock when it got our ping."""


# --- limits -------------------------------------------------------------------------------------


class TierSeen(Happening, frozen=True, kw_only=True):
    """The exchange named the engine ceiling of this account; `audited` = on the old websocket."""

    account: str
    maxratecount: int
    audited: bool = False


class CounterReported(Happening, frozen=True, kw_only=True):
    """The exchange named a counter, true to `doubt`; `drained` may have left it since. It wins over ours."""

    name: LimitName
    scope: Scope
    units: int
    source: str
    doubt: int = 0
    drained: int = 0
    proven: bool = False
    """Figures agreed with what was seen, so nothing is hidden that happened before."""


class CallSpent(Happening, frozen=True, kw_only=True):
    """One of our own calls went out and costs this much (`units`, see `model.limit`)."""

    name: LimitName
    scope: Scope
    low: int
    high: int
    what: str
    lane: str = "background"
    ticket: int = 0
    """Names this call in its `CallSettled`; until then it may land at any moment. 0 = it landed at once."""
    order_id: str = ""
    """The order of a cancel (`engine`): the stream's word about that order settles the cost."""
    program: str = ""
    """Another program of ours that shares the key and sent it; empty = this one."""


class CallSettled(Happening, frozen=True, kw_only=True):
    """A call of ours is over: answered, or given up. A refusal for a limit is `CallRefused` instead."""

    name: LimitName
    scope: Scope
    ticket: int
    answered: bool
    """The exchange let it pass, so its counter was within the ceiling."""
    sent: bool = True
    """False = it surely never left."""


class CallRefused(Happening, frozen=True, kw_only=True):
    """The exchange refused a call of ours for a limit."""

    name: LimitName
    scope: Scope
    cost: int
    code: str
    expected: bool
    until_ns: int | None = None
    """Steady time before which it wants no more, where it says so."""
    ticket: int = 0
    order_id: str = ""


class ForeignUseSeen(Happening, frozen=True, kw_only=True):
    """Somebody else spends from this limit unseen (`lastUsed` or nonce shows it); `lasting` = may go on."""

    name: LimitName
    scope: Scope
    why: str
    lasting: bool = False


class LockoutBegan(Happening, frozen=True, kw_only=True):
    """Private calls on this scope stop until then (steady time)."""

    scope: Scope
    until_ns: int
    reason: str


class DeniedSeen(Happening, frozen=True, kw_only=True):
    """The key may not call this endpoint."""

    key: str
    endpoint: str


class KeyRefused(Happening, frozen=True, kw_only=True):
    """The exchange does not take this key at all: private calls have stopped."""

    key: str
    why: str


# --- our own acts -------------------------------------------------------------------------------


class CancelStep(Happening, frozen=True, kw_only=True):
    """One step in the life of the cancel of one order."""

    account: str
    order_id: str
    request: int


class CancelAsked(CancelStep, frozen=True, kw_only=True):
    """The user confirmed the cancel of one order; it waits for its turn, with the key of this fingerprint."""

    route: str
    key: str = ""


class CancelSent(CancelStep, frozen=True, kw_only=True):
    """The cancel's bytes were written: from here on it is never sent again unasked."""

    route: str


class CancelAnswered(CancelStep, frozen=True, kw_only=True):
    """The exchange took the cancel or said no; taking is not yet being cancelled."""

    ok: bool
    code: str = ""
    how: Literal["taken", "counted", "queued", "begun"] = "taken"
    """counted: done, and nothing else will tell this key; queued: ends later; begun: by an earlier cancel."""


class CancelUnanswered(CancelStep, frozen=True, kw_only=True):
    """No answer in time, or to the whole batch a refusal with this code: the outcome is being asked for."""

    why: str
    code: str = ""
    partly: tuple[int, int] | None = None
    """The exchange agreed to so many of so many that went together, not told which."""


class CancelNotSent(CancelStep, frozen=True, kw_only=True):
    """The cancel never left: the reason is a sentence."""

    why: str


class CancelGivenUp(CancelStep, frozen=True, kw_only=True):
    """The exchange could not tell the outcome in time; it is left at this."""

    outcome: Outcome
    why: str


class Noted(Happening, frozen=True, kw_only=True):
    """A line for the journal."""

    kind: Literal["feed", "order", "cancel", "limit", "lockout", "system", "notice"]
    text: str
    level: Literal["info", "good", "warn", "bad"] = "info"
