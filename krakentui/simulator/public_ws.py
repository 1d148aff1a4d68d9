"""The public websocket: subscribe and unsubscribe, one ack a symbol, then snapshots, then data."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, final

from krakentui.simulator.candles import INTERVALS
from krakentui.simulator.catalogue import instrument_snapshot
from krakentui.simulator.public_feeds import Feed, Key
from krakentui.simulator.surface import Socket
from krakentui.simulator.ws_envelope import V2Talk

if TYPE_CHECKING:
    from krakentui.simulator.world import World

ELSEWHERE = "Private data and trading are unavailable on this endpoint. Try ws-auth.kraken.com"
PRIVATE_CHANNELS = frozenset({"executions", "balances", "level3"})
PRIVATE_METHODS = frozenset(
    {
        "add_order",
        "amend_order",
        "edit_order",
        "cancel_order",
        "cancel_all",
        "cancel_all_orders_after",
        "batch_add",
        "batch_cancel",
    }
)
INSTRUMENT: Key = ("instrument", "", "")
INSTRUMENT_FIELDS = frozenset({"channel", "snapshot", "include_tokenized_assets", "execution_venue"})


@dataclass(frozen=True)
class Channel:
    """What a market channel takes besides its symbols."""

    snapshot: bool
    """Whether a snapshot comes unasked."""
    variant: str | None = None
    """The parameter that tells two subscriptions apart."""
    default: int | str = ""
    legal: frozenset[int | str] = frozenset()
    refusal: str = ""
    warnings: tuple[str, ...] = ()


CHANNELS = {
    "ticker": Channel(
        snapshot=True,
        variant="event_trigger",
        default="trades",
        legal=frozenset({"trades", "bbo"}),
        refusal="Subscription event_trigger not supported",
    ),
    "book": Channel(
        snapshot=True,
        variant="depth",
        default=10,
        legal=frozenset({10, 25, 100, 500, 1000}),
        refusal="Subscription depth not supported",
    ),
    "ohlc": Channel(
        snapshot=True,
        variant="interval",
        default=1,
        legal=frozenset(INTERVALS),
        refusal="Subscription ohlc interval not supported",
        warnings=("timestamp is deprecated, use interval_begin",),
    ),
    "trade": Channel(snapshot=False),
}


@dataclass(frozen=True)
class Wanted:
    """A well-formed request for a market channel."""

    name: str
    channel: Channel
    variant: int | str
    symbols: tuple[str, ...]
    snapshot: bool
    req_id: int | None


@final
class PublicTalk(V2Talk):
    """One conversation on the public socket."""

    def __init__(self, world: "World", socket: Socket) -> None:
        super().__init__(world, socket)
        self._keys: dict[Key, bool] = {}
        self._verdict = "ok"

    @property
    def subscribed(self) -> bool:
        """True while any channel is subscribed."""
        return bool(self._keys)

    @property
    def keys(self) -> list[Key]:
        """What is subscribed: channel, symbol and variant of each."""
        return list(self._keys)

    def closed(self) -> None:
        """End every subscription."""
        for key in self._keys:
            if key != INSTRUMENT:
                self.world.feeds.leave(key, self)
        self._keys.clear()
        super().closed()

    def handle(self, method: str, params: dict[str, Any], req_id: int | None) -> None:
        """Act on a request, and note it with its worst verdict."""
        self._verdict = "ok"
        self._act(method, params, req_id)
        self.world.heard_ws(self, f"{method} {params.get('channel', '')}".strip(), verdict=self._verdict)

    def refuse(self, error: str, method: str | None, req_id: int | None, **top: object) -> None:
        """Answer that a request failed."""
        self._verdict = error
        super().refuse(error, method, req_id, **top)

    def _act(self, method: str, params: dict[str, Any], req_id: int | None) -> None:
        channel = params.get("channel")
        if method in PRIVATE_METHODS or (isinstance(channel, str) and channel in PRIVATE_CHANNELS):
            self.refuse(ELSEWHERE, method, req_id)
        elif method not in ("subscribe", "unsubscribe"):
            self.refuse("Unsupported event", method, req_id)
        elif channel == "instrument":
            self._instrument(method, params, req_id)
        elif isinstance(channel, str) and channel in CHANNELS:
            wanted = self._wanted(method, channel, params, req_id)
            if wanted is not None:
                act: Callable[[Wanted], None] = self._join if method == "subscribe" else self._leave
                act(wanted)
        else:
            self.refuse("Unsupported event", method, req_id)

    def _wanted(self, method: str, name: str, params: dict[str, Any], req_id: int | None) -> Wanted | None:
        """Read a request's parameters, or refuse it and give None."""
        channel = CHANNELS[name]
        known = {"channel", "symbol", "snapshot"} | ({channel.variant} if channel.variant else set())
        extra = self.unknown_field(params, frozenset(known))
        if extra is not None:
            self.refuse_field(extra, method, method, req_id)
            return None
        variant = params.get(channel.variant, channel.default) if channel.variant else ""
        legal = not channel.variant or _is_one_of(variant, channel.legal)
        symbols = params.get("symbol", [])
        snapshot = params.get("snapshot", channel.snapshot)
        error = None
        if not are_names(symbols):
            error = "Symbol field must be an array of strings"
        elif not legal:
            error = channel.refusal
        elif not isinstance(snapshot, bool):
            error = "Snapshot field must be a boolean"
        if error is not None:
            self.refuse(error, method, req_id)
            return None
        return Wanted(name, channel, variant, tuple(symbols), snapshot, req_id)

    def _join(self, wanted: Wanted) -> None:
        """Ack every symbol, then send every snapshot."""
        joined: list[Feed] = []
        for symbol in wanted.symbols:
            key = (wanted.name, symbol, wanted.variant)
            if symbol not in self.world.markets:
                self.refuse(
                    f"Currency pair not supported {symbol}", "subscribe", wanted.req_id, symbol=symbol
                )
            elif key in self._keys:
                self.refuse("Already subscribed", "subscribe", wanted.req_id, symbol=symbol)
            else:
                self._keys[key] = True
                joined.append(self.world.feeds.join(key, self))
                self.ack("subscribe", self._result(wanted, symbol, joining=True), wanted.req_id)
        if wanted.snapshot:
            for feed in joined:
                self.send_data(feed.snapshot())

    def _leave(self, wanted: Wanted) -> None:
        for symbol in wanted.symbols:
            key = (wanted.name, symbol, wanted.variant)
            if self._keys.pop(key, None) is None:
                # the recorded answer to a failed unsubscribe names the method "subscribe"
                self.refuse("Subscription Not Found", "subscribe", wanted.req_id, symbol=symbol)
            else:
                self.world.feeds.leave(key, self)
                self.ack("unsubscribe", self._result(wanted, symbol, joining=False), wanted.req_id)

    def _result(self, wanted: Wanted, symbol: str, *, joining: bool) -> dict[str, object]:
        result: dict[str, object] = {"channel": wanted.name, "symbol": symbol}
        if wanted.channel.variant:
            result[wanted.channel.variant] = wanted.variant
        if joining:
            result["snapshot"] = wanted.snapshot
            if wanted.channel.warnings:
                result["warnings"] = list(wanted.channel.warnings)
        return result

    def _instrument(self, method: str, params: dict[str, Any], req_id: int | None) -> None:
        extra = self.unknown_field(params, INSTRUMENT_FIELDS)
        snapshot = params.get("snapshot", True)
        if extra is not None:
            self.refuse_field(extra, method, method, req_id)
        elif not isinstance(snapshot, bool):
            self.refuse("Snapshot field must be a boolean", method, req_id)
        elif method == "unsubscribe":
            if self._keys.pop(INSTRUMENT, None) is None:
                self.refuse("Subscription Not Found", "subscribe", req_id)
            else:
                self.ack("unsubscribe", {"channel": "instrument"}, req_id)
        elif INSTRUMENT in self._keys:
            self.refuse("Already subscribed", "subscribe", req_id)
        else:
            self._keys[INSTRUMENT] = True
            warnings = ["tick_size is deprecated, use price_increment"]
            self.ack(
                "subscribe",
                {"channel": "instrument", "snapshot": snapshot, "warnings": warnings},
                req_id,
            )
            if snapshot:
                self.send_data(instrument_snapshot(self.world))


def _is_one_of(value: object, legal: frozenset[int | str]) -> bool:
    """Compare strictly: JSON's true is not 1."""
    return isinstance(value, int | str) and not isinstance(value, bool) and value in legal


def are_names(value: object) -> bool:
    """Say whether a request names symbols as it should: in a list, at least one."""
    return isinstance(value, list) and bool(value) and all(isinstance(item, str) for item in value)
