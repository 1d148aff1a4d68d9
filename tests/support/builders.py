"""Orders, patches, prices and whole states, made in one line; times are seconds after the start."""

from decimal import Decimal

from krakentui.model.account import Holding, KeyInfo
from krakentui.model.clock import SECOND
from krakentui.model.event import (
    BalancesPolled,
    FeedChanged,
    FeedRole,
    Happening,
    InstrumentsSeen,
    KeyDescribed,
    OrderPatched,
    OrdersPolled,
    OrdersQueried,
    OrdersSnapshot,
    SystemSeen,
    TickerSeen,
    TimeMeasured,
)
from krakentui.model.market import Ticker
from krakentui.model.order import Fill, Order, OrderPatch, Source, Trigger
from krakentui.model.symbol import AssetInfo, PairInfo
from krakentui.model.venue import Venue
from krakentui.state.state import State
from tests.support.clock import WALL_START

ACCOUNT = "alice"
KEY = "0123456789ab"
STEADY_START = 1_000 * SECOND

ASSETS = (
    AssetInfo("USD", 4, 2, rest_id="ZUSD", altname="USD"),
    AssetInfo("EUR", 4, 2, rest_id="ZEUR", altname="EUR"),
    AssetInfo("USDT", 8, 4, rest_id="USDT", altname="USDT"),
    AssetInfo("BTC", 10, 5, rest_id="XXBT", altname="XBT"),
    AssetInfo("ETH", 10, 5, rest_id="XETH", altname="ETH"),
    AssetInfo("SOL", 10, 5, rest_id="SOL", altname="SOL"),
    AssetInfo("DOT", 10, 8, rest_id="DOT", altname="DOT"),
)
PAIRS = (
    PairInfo(symbol="BTC/USD", base="BTC", quote="USD", price_places=1, qty_places=8, cost_places=5,
             rest_id="XXBTZUSD", altname="XBTUSD"),
    PairInfo(symbol="ETH/USD", base="ETH", quote="USD", price_places=2, qty_places=8, cost_places=5,
             rest_id="XETHZUSD", altname="ETHUSD"),
    PairInfo(symbol="SOL/BTC", base="SOL", quote="BTC", price_places=8, qty_places=8, cost_places=10,
             rest_id="SOLXBT", altname="SOLXBT"),
    PairInfo(symbol="EUR/USD", base="EUR", quote="USD", price_places=5, qty_places=8, cost_places=8,
             rest_id="ZEURZUSD", altname="EURUSD"),
)  # fmt: skip
FULL_KEY = KeyInfo(
    name="test key",
    permissions=frozenset({"query-funds", "query-open-trades", "create-ws-token", "close-trades"}),
)
WATCH_KEY = KeyInfo(
    name="watch key", permissions=frozenset({"query-funds", "query-open-trades", "create-ws-token"})
)


def at(seconds: float = 0) -> int:
    """Return the steady time this long after the start."""
    return STEADY_START + round(seconds * SECOND)


def wall(seconds: float = 0) -> int:
    """Return the exchange's clock this long after the start."""
    return WALL_START + round(seconds * SECOND)


def number(text: str | Decimal | None) -> Decimal | None:
    """Return a Decimal, or None."""
    return None if text is None else Decimal(text)


def a_patch(
    id: str = "O1",  # noqa: A002 - the exchange's own word
    exec_type: str | None = "pending_new",
    said: float | None = 0,
    *,
    status: str | None = None,
    pair: str | None = None,
    raw_pair: str | None = None,
    side: str | None = None,
    type: str | None = None,  # noqa: A002 - the exchange's own word
    qty: str | None = None,
    price: str | None = None,
    trigger: str | None = None,
    filled: str | None = None,
    cost: str | None = None,
    average: str | None = None,
    opened: float | None = None,
    amended: bool | None = None,
    reason: str | None = None,
    margin: bool | None = None,
) -> OrderPatch:
    """Make what one frame says; a bare `pending_new` is a whole order: sell 0.5 BTC/USD at 110000.0."""
    if exec_type == "pending_new":
        pair, side, type = pair or "BTC/USD", side or "sell", type or "limit"  # noqa: A001 - as above
        qty, price = qty or "0.50000000", price or "110000.0"
    says = {"trade": "partially_filled", "amended": "new"}
    return OrderPatch(
        id=id,
        exec_type=exec_type,
        status=status or (says.get(exec_type, exec_type) if exec_type else None),
        pair=pair,
        raw_pair=raw_pair,
        side=side,
        type=type,
        qty=number(qty),
        limit_price=number(price),
        trigger=None if trigger is None else Trigger(price=Decimal(trigger)),
        filled=number(filled),
        cost=number(cost),
        average=number(average),
        opened_ns=None if opened is None else wall(opened),
        amended=amended,
        said_ns=None if said is None else wall(said),
        reason=reason,
        margin=margin,
    )


def a_listed(
    id: str = "O1",  # noqa: A002 - the exchange's own word
    opened: float = -600,
    *,
    raw_pair: str | None = "XBTUSD",
    status: str = "new",
    side: str = "sell",
    type: str = "limit",  # noqa: A002 - the exchange's own word
    qty: str = "0.50000000",
    price: str | None = "110000.0",
    trigger: str | None = None,
    filled: str = "0.00000000",
    amended: bool = False,
    reason: str | None = None,
    margin: bool | None = None,
) -> OrderPatch:
    """Make what REST says of an order."""
    return a_patch(
        id, None, None, status=status, raw_pair=raw_pair, side=side, type=type, qty=qty, price=price,
        trigger=trigger, filled=filled, opened=opened, amended=amended, reason=reason, margin=margin,
    )  # fmt: skip


def a_standing(
    id: str = "O1",  # noqa: A002 - the exchange's own word
    said: float = -600,
    *,
    pair: str = "BTC/USD",
    side: str = "sell",
    type: str = "limit",  # noqa: A002 - the exchange's own word
    qty: str = "0.50000000",
    price: str | None = "110000.0",
    trigger: str | None = None,
    filled: str = "0.00000000",
    amended: bool | None = False,
    margin: bool | None = None,
) -> OrderPatch:
    """Make an entry of the stream's snapshot: an order that stands since `said`."""
    return a_patch(
        id, "new", said, status="partially_filled" if Decimal(filled) else "new", pair=pair, side=side,
        type=type, qty=qty, price=price, trigger=trigger, filled=filled, opened=said, amended=amended,
        margin=margin,
    )  # fmt: skip


def an_order(
    id: str = "O1",  # noqa: A002 - the exchange's own word
    *,
    pair: str | None = "BTC/USD",
    side: str | None = "sell",
    type: str | None = "limit",  # noqa: A002 - the exchange's own word
    qty: str | None = "0.50000000",
    price: str | None = "110000.0",
    trigger: str | None = None,
    filled: str = "0.00000000",
    status: str = "new",
    opened: float = -600,
    source: Source = "stream",
    margin: bool = False,
) -> Order:
    """Make a belief of one order."""
    return Order(
        account=ACCOUNT,
        id=id,
        status=status,
        source=source,
        seen_ns=at(),
        said_ns=wall(opened),
        pair=pair,
        side=side,
        type=type,
        qty=number(qty),
        limit_price=number(price),
        trigger=None if trigger is None else Trigger(price=Decimal(trigger)),
        filled=Decimal(filled),
        opened_ns=wall(opened),
        counts_from_low_ns=wall(opened),
        counts_from_high_ns=wall(opened),
        stream_ns=at() if source == "stream" else None,
        margin=margin,
    )


def a_fill(
    exec_id: str = "T1",
    order_id: str = "O1",
    qty: str = "0.10000000",
    price: str = "110000.0",
    said: float = 0,
    *,
    pair: str | None = "BTC/USD",
    side: str | None = "sell",
    is_history: bool = False,
) -> Fill:
    """Make one execution."""
    return Fill(
        account=ACCOUNT,
        exec_id=exec_id,
        order_id=order_id,
        pair=pair,
        side=side,
        price=Decimal(price),
        qty=Decimal(qty),
        cost=Decimal(price) * Decimal(qty),
        exchange_ns=wall(said),
        is_history=is_history,
    )


def a_ticker(symbol: str = "BTC/USD", last: str = "100000.0", half_spread: str = "0.5") -> TickerSeen:
    """Make the prices of one pair."""
    middle, half = Decimal(last), Decimal(half_spread)
    return TickerSeen(
        ticker=Ticker(
            symbol=symbol, last=middle, bid=middle - half, ask=middle + half, change_pct=Decimal("1.25")
        )
    )


def snapshot(*patches: OrderPatch) -> OrdersSnapshot:
    """Make the stream's list of open orders."""
    return OrdersSnapshot(account=ACCOUNT, orders=patches)


def patched(patch: OrderPatch) -> OrderPatched:
    """Make one word of the stream."""
    return OrderPatched(account=ACCOUNT, patch=patch)


def polled(*patches: OrderPatch, asked: float) -> OrdersPolled:
    """Make REST's list of open orders."""
    return OrdersPolled(account=ACCOUNT, orders=patches, asked_ns=at(asked))


def queried(*patches: OrderPatch, asked: float, missing: tuple[str, ...] = ()) -> OrdersQueried:
    """Make REST's answer about single orders."""
    return OrdersQueried(account=ACCOUNT, orders=patches, missing=missing, asked_ns=at(asked))


def balances_polled(asked: float = 0, **holdings: tuple[str, str] | str) -> BalancesPolled:
    """Make REST's balances: `USD=("1000", "10")` is total and held; write `DOT_S` for `DOT.S`."""
    listed = []
    for name, told in holdings.items():
        total, held = told if isinstance(told, tuple) else (told, "0")
        listed.append(Holding(asset=name.replace("_", "."), total=Decimal(total), held=Decimal(held)))
    return BalancesPolled(account=ACCOUNT, holdings=tuple(listed), asked_ns=at(asked))


def feed(role: FeedRole, state: str = "live", why: str = "") -> FeedChanged:
    """Make a feed's word about itself."""
    assert state in {"connecting", "live", "stale", "down"}
    return FeedChanged(feed=role, state=state, why=why)  # type: ignore[arg-type]  # asserted above


def a_start(key: KeyInfo | None = FULL_KEY) -> tuple[Happening, ...]:
    """List the events of a healthy start: feeds live, names known, clock measured, key described."""
    described = () if key is None else (KeyDescribed(key=KEY, info=key),)
    return (
        InstrumentsSeen(assets=ASSETS, pairs=PAIRS),
        TimeMeasured(offset_ns=0, doubt_ns=0),
        SystemSeen(system="online"),
        feed("public"),
        feed("private"),
        feed("rest"),
        *described,
    )


def a_bare_state(*, read_only: bool = False, key: str | None = KEY, venue: Venue = "simulator") -> State:
    """Make a state that has heard nothing."""
    return State(
        venue,
        ACCOUNT,
        key,
        key_name="test",
        read_only=read_only,
        watched=("BTC/USD", "ETH/USD"),
        wall_ns=WALL_START,
        t_ns=STEADY_START,
    )


def a_state(*events: Happening, key: KeyInfo | None = FULL_KEY, read_only: bool = False) -> State:
    """Make a state after a healthy start and these events, all at the start's instant."""
    return play(a_bare_state(read_only=read_only), *a_start(key), *events)


def play(state: State, *events: Happening, seconds: float = 0) -> State:
    """Apply events at one instant and return the same state."""
    for event in events:
        state.apply(event, at(seconds))
    return state
