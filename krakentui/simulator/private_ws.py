"""The private websocket: executions and balances with their own sequences, and orders.

Answers go out before the frames that the request causes; one cancel request gives one answer for each
id, in no promised order (here the last named first, as in the documented sample).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, final

from krakentui.simulator import frames
from krakentui.simulator.account import Account, Entry
from krakentui.simulator.accounts import of
from krakentui.simulator.jsontext import dumps, fixed
from krakentui.simulator.keys import QUERY_FUNDS, TRADES, ApiKey
from krakentui.simulator.ledger import Row
from krakentui.simulator.manners import DENIED
from krakentui.simulator.private_trading import TRADING, Trading
from krakentui.simulator.surface import Socket
from krakentui.simulator.tables import Pair
from krakentui.simulator.trading_orders import Points
from krakentui.simulator.wallets import is_rest_only
from krakentui.simulator.ws_envelope import V2Talk

if TYPE_CHECKING:
    from krakentui.simulator.world import World

ELSEWHERE = "Public market data subscriptions are unavailable on this endpoint. Try ws.kraken.com"
PUBLIC_CHANNELS = frozenset({"ticker", "book", "trade", "ohlc", "instrument"})
INVALID_SESSION = "ESession:Invalid session"
NO_TOKEN = "Token(s) not found"  # noqa: S105  an error text
DEPRECATED = (
    "cancel_reason is deprecated, use reason",
    "stop_price is deprecated, use triggers.price",
    "trigger is deprecated use triggers.reference",
    "triggered_price is deprecated use triggers.last_price",
)
SNAP_TRADES = 50
RATE_PLACES = 8
"""A counter is told exactly: no rate drains finer than 10^-8 of a point in a microsecond."""
ALWAYS = frozenset({"new", "trade", "filled", "canceled", "expired"})
"""What is sent when `order_status` is false."""


@dataclass(frozen=True, slots=True)
class Channel:
    """What a private channel takes and asks for."""

    fields: frozenset[str]
    flags: frozenset[str]
    """Fields that are booleans."""
    any_of: frozenset[str]
    """Permissions, of which one is needed."""


CHANNELS = {
    "executions": Channel(
        fields=frozenset({"channel", "token", "users"}),
        flags=frozenset(
            {
                "snap_orders",
                "snap_trades",
                "order_status",
                "ratecounter",
                "rebased",
                "snapshot",
                "snapshot_trades",
            }
        ),
        any_of=TRADES,
    ),
    "balances": Channel(
        fields=frozenset({"channel", "token", "users"}),
        flags=frozenset({"snapshot", "rebased"}),
        any_of=frozenset({QUERY_FUNDS}),
    ),
}


@dataclass(slots=True)
class Subscription:
    """One subscribed channel of one account, with its own sequence."""

    account: Account
    flags: dict[str, bool]
    sequence: int = 0


@final
class PrivateTalk(V2Talk):
    """One conversation on the private socket."""

    def __init__(self, world: "World", socket: Socket) -> None:
        super().__init__(world, socket)
        self.subscriptions: dict[str, Subscription] = {}
        self._accounts = of(world)
        self._trading = Trading(self, self._accounts)
        self._waiting: list[Callable[[], None]] | None = None
        self._verdict = "ok"
        self._key: ApiKey | None = None

    @property
    def subscribed(self) -> bool:
        """True while any channel is subscribed."""
        return bool(self.subscriptions)

    def closed(self) -> None:
        """End every subscription and let go of the tokens."""
        for name in list(self.subscriptions):
            self._leave(name)
        self._accounts.door.left(self.socket.number)
        super().closed()

    def handle(self, method: str, params: dict[str, Any], req_id: int | None) -> None:
        """Act on a request; what it causes on the channels follows its answer."""
        self._verdict, self._key, self._waiting = "ok", None, []
        cost = self._act(method, params, req_id)
        waiting, self._waiting = self._waiting, None
        for tell in waiting:
            tell()
        what = f"{method} {params.get('channel', '')}".strip()
        self.world.heard_ws(self, what, key=self._caller(), cost=str(cost), verdict=self._verdict)

    def _caller(self) -> str | None:
        return self._key.fingerprint if self._key else None

    def refuse(self, error: str, method: str | None, req_id: int | None, **top: object) -> None:
        """Answer that a request failed."""
        self._verdict = error
        super().refuse(error, method, req_id, **top)

    def _act(self, method: str, params: dict[str, Any], req_id: int | None) -> Points:
        channel = params.get("channel")
        if method in TRADING:
            return self._trade(method, params, req_id)
        if method not in ("subscribe", "unsubscribe"):
            self.refuse("Unsupported event", method, req_id)
        elif isinstance(channel, str) and channel in CHANNELS:
            self._subscribe_or_leave(method, channel, params, req_id)
        elif isinstance(channel, str) and channel in PUBLIC_CHANNELS:
            self.refuse(ELSEWHERE, method, req_id)
        else:
            self.refuse("Unsupported event", method, req_id)
        return 0

    def _trade(self, method: str, params: dict[str, Any], req_id: int | None) -> Points:
        if not self._trading.is_well_formed(method, params, req_id):
            return 0
        key = self._session(method, params, req_id)
        if key is None:
            return 0
        if not self._trading.allows(method, key):
            self.refuse(DENIED, method, req_id)
            return 0
        return self._trading.act(method, params, req_id, self._accounts.owner(key))

    def _session(self, method: str, params: dict[str, Any], req_id: int | None) -> ApiKey | None:
        self._key = session_key(self, method, params, req_id)
        return self._key

    # --- channels -------------------------------------------------------------------------------

    def _subscribe_or_leave(self, method: str, name: str, params: dict[str, Any], req_id: int | None) -> None:
        channel = CHANNELS[name]
        extra = self.unknown_field(params, channel.fields | channel.flags)
        if extra is not None:
            self.refuse_field(extra, method, method, req_id)
            return
        wrong = sorted(flag for flag in channel.flags & params.keys() if not isinstance(params[flag], bool))
        if wrong:
            self.refuse(f"{wrong[0].capitalize()} field must be a boolean", method, req_id)
            return
        key = self._session(method, params, req_id)
        if key is None:
            return
        if method == "unsubscribe":
            self._unsubscribe(name, req_id)
        elif not key.may(channel.any_of):
            self.refuse(DENIED, method, req_id)
        elif name in self.subscriptions:
            self.refuse("Already subscribed", method, req_id)
        else:
            flags = {flag: params[flag] for flag in channel.flags & params.keys()}
            self._subscribe(name, Subscription(self._accounts.owner(key), flags), req_id)

    def _unsubscribe(self, name: str, req_id: int | None) -> None:
        if name in self.subscriptions:
            self._leave(name)
            self.ack("unsubscribe", {"channel": name}, req_id)
        else:
            # the recorded answer to a failed unsubscribe names the method "subscribe"
            self.refuse("Subscription Not Found", "subscribe", req_id)

    def _subscribe(self, name: str, subscription: Subscription, req_id: int | None) -> None:
        account, flags = subscription.account, subscription.flags
        result: dict[str, object] = {"channel": name, "snapshot": flags.get("snapshot", True)}
        data: list[Entry] | None = None
        if name == "executions":
            snap_orders = flags.get("snap_orders", flags.get("snapshot", True))
            snap_trades = flags.get("snap_trades", flags.get("snapshot_trades", False))
            result |= {"maxratecount": account.tier.engine_max, "snap_orders": snap_orders}
            result |= {"snap_trades": snap_trades, "warnings": list(DEPRECATED)}
            if snap_orders or snap_trades:
                data = [
                    self._counted(subscription, entry, str(entry["symbol"]))
                    for entry in _orders_snapshot(account, orders=snap_orders, trades=snap_trades)
                ]
        elif flags.get("snapshot", True):
            data = [frames.balance(account, asset) for asset in account.streamed()]
        self.ack("subscribe", result, req_id)
        self.subscriptions[name] = subscription
        if all(
            known is subscription or known.account is not account for known in self.subscriptions.values()
        ):
            account.listeners.append(self)
        if data is None:
            subscription.sequence = self.world.manners.first_sequence - 1
        for part in [] if data is None else self._parts(data):
            self._tell(name, "snapshot", part)

    def _parts(self, data: list[Entry]) -> list[list[Entry]]:
        """Divide a snapshot: fills may have a frame of their own."""
        if self.world.manners.snapshot_frames == "one":
            return [data]
        fills = [entry for entry in data if entry.get("exec_type") == "trade"]
        others = [entry for entry in data if entry.get("exec_type") != "trade"]
        return [others, fills] if fills and others else [data]

    def _leave(self, name: str) -> None:
        account = self.subscriptions.pop(name).account
        if all(known.account is not account for known in self.subscriptions.values()):
            account.listeners.remove(self)

    # --- what happens on the account ------------------------------------------------------------

    def executed(self, account: Account, entry: Entry, pair: Pair) -> None:
        """Hear of a change of an order or of a fill."""
        subscription = self.subscriptions.get("executions")
        if subscription is None or subscription.account is not account:
            return
        if not subscription.flags.get("order_status", True) and entry["exec_type"] not in ALWAYS:
            return
        self._later("executions", self._counted(subscription, entry, pair.symbol))

    def _counted(self, subscription: Subscription, entry: Entry, symbol: str) -> Entry:
        """Add the counter of the entry's pair, where it was asked for and the rules tell it."""
        field = self._accounts.judge.rules.ratecount_field
        if field is None or not subscription.flags.get("ratecounter", False):
            return entry
        gauge = self._accounts.judge.engine_gauge(subscription.account, symbol)
        used = gauge.used(self.world.clock.now_us())
        return entry | {field: fixed(int(used * 10**RATE_PLACES), RATE_PLACES)}

    def booked(self, account: Account, row: Row) -> None:
        """Hear of a ledger row."""
        subscription = self.subscriptions.get("balances")
        if subscription is not None and subscription.account is account and not is_rest_only(row.asset):
            whole = self.world.manners.earn_balance == "asset"
            self._later("balances", frames.booking(account, row, whole=whole))

    def _later(self, name: str, entry: Entry) -> None:
        def tell() -> None:
            if name in self.subscriptions:
                self._tell(name, "update", [entry])

        if self._waiting is None:
            tell()
        else:
            self._waiting.append(tell)

    def _tell(self, name: str, kind: str, data: list[Entry]) -> None:
        subscription = self.subscriptions[name]
        subscription.sequence += 1
        frame = {"channel": name, "type": kind, "data": data, "sequence": subscription.sequence}
        self.send_data(dumps(frame))


def session_key(talk: V2Talk, method: str, params: dict[str, Any], req_id: int | None) -> ApiKey | None:
    """Find the key behind a request's token, or refuse the request."""
    token, top = params.get("token"), {}
    if "channel" in params:
        top = {"channel": params["channel"]}
    if token is None:
        talk.refuse(NO_TOKEN, method, req_id)
        return None
    if not isinstance(token, str):
        talk.refuse("Token field must be a string", method, req_id)
        return None
    key = of(talk.world).door.admit(token, talk.socket.number, talk.time_in_us)
    if key is None:
        talk.refuse(INVALID_SESSION, method, req_id, status="error", **top)
    return key


def _orders_snapshot(account: Account, *, orders: bool, trades: bool) -> list[Entry]:
    """Put open orders and the last fills into one list, each newest first."""
    data: list[Entry] = []
    if orders:
        newest = sorted(account.open.values(), key=lambda order: -order.opened_us)
        data += [frames.in_snapshot(order) for order in newest]
    if trades:
        data += [frames.past_trade(fill) for fill in list(account.fills)[: -SNAP_TRADES - 1 : -1]]
    return data
