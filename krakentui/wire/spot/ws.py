"""One websocket talk with Kraken Spot, seen as pure text: requests out, frames in, events up.

The shell around it connects, sends `to_send()` and hands every frame to `receive`. What repairs a hole
is the shell's decision: after `SequenceBroken` or `BookBroken` nothing of that channel or book is applied
until a new snapshot, and `resubscribe` asks for one.
"""

from collections.abc import Mapping, Sequence
from typing import Literal

from krakentui.model.event import (
    Answered,
    BookChanged,
    FirstSnapshot,
    Garbled,
    Happening,
    Pong,
    SequenceBroken,
    TierSeen,
    Unknown,
)
from krakentui.model.secret import Secret
from krakentui.model.text import clean
from krakentui.wire.spot import executions, sent
from krakentui.wire.spot.again import read_again
from krakentui.wire.spot.book import Book
from krakentui.wire.spot.books import Shelf
from krakentui.wire.spot.decode import Reading, events, read
from krakentui.wire.spot.frames import (
    KINDS,
    Answer,
    BalanceFrame,
    BookFrame,
    BookRow,
    CandleFrame,
    ExecutionFrame,
    Frame,
    InstrumentFrame,
    Result,
    TickerFrame,
    TradeFrame,
)
from krakentui.wire.spot.ratecount import Counters
from krakentui.wire.spot.requests import PRIVATE_CHANNELS, Outbox, Outgoing, Request, symbols_of
from krakentui.wire.spot.salvage import UNREADABLE, plain
from krakentui.wire.spot.sequence import Numbers, Step
from krakentui.wire.spot.times import instant, raw_instant
from krakentui.wire.spot.wishes import Awaited, Wishes

BATCH = range(2, 51)
"""Orders that one `batch_cancel` may name (websocket reference, 8)."""
SWITCH = range(86_400)
"""Seconds that `cancel_all_orders_after` takes; 0 = off (websocket reference, 8)."""
_CHANNELS = {kind: kind.channel() for kind in KINDS}
_EXCERPT = 80
_SEARCHED = 2_000
"""Bytes of a bad frame in which our token is looked for before an excerpt is shown."""


class Conversation:
    """One websocket talk."""

    def __init__(self, role: Literal["public", "private"], account: str = "") -> None:
        """Start with nothing subscribed."""
        self.role: Literal["public", "private"] = role
        self.last_was_pong = False
        """Whether the frame just received answered a ping: such a frame is no life of a feed."""
        self._account = account
        self._token: Secret | None = None
        self._outbox = Outbox()
        self._wishes = Wishes()
        self._shelf = Shelf()
        self._numbers = {channel: Numbers(channel) for channel in ("executions", "balances")}
        self._counters = Counters(account)

    # --- what we say ------------------------------------------------------------------------

    def set_token(self, token: Secret) -> None:
        """Take the token that goes into every private request."""
        self._token = token

    def set_precision(self, symbol: str, price_places: int, qty_places: int) -> None:
        """Take the decimals of a pair, which its book's checksum is written with."""
        self._shelf.set_places(symbol, price_places, qty_places)

    def subscribe(self, channel: str, **params: object) -> int:
        """Queue a subscription and return its request id; `symbol` is a text or a list of them."""
        if symbols := symbols_of(params.get("symbol")):
            params["symbol"] = list(symbols)
        request = self._put("subscribe", {"channel": channel, **params})
        self._wishes.add(request)
        if channel in self._numbers:
            self._numbers[channel].restart()
        return request.req_id

    def unsubscribe(self, channel: str, symbol: str | Sequence[str] | None = None) -> int:
        """Queue the end of a subscription (all its symbols if none is named); return the request id."""
        symbols = symbols_of(symbol) or tuple(one for one in self._wishes.symbols(channel) if one)
        known = self._wishes.params(channel, symbols[0] if symbols else "")
        params: dict[str, object] = {"channel": channel}
        if symbols:
            params["symbol"] = list(symbols)
        for name in ("depth", "interval", "event_trigger"):  # they tell subscriptions of one pair apart
            if name in known:
                params[name] = known[name]
        self._wishes.drop(channel, symbols or ("",))
        if channel == "book":
            self._shelf.drop(symbols)
        return self._put("unsubscribe", params).req_id

    def resubscribe(self, channel: str, symbol: str | None = None) -> int:
        """Queue an end and a new begin of a subscription, as it was asked for the first time."""
        symbols = symbols_of(symbol) or tuple(one for one in self._wishes.symbols(channel) if one)
        params = dict(self._wishes.params(channel, symbols[0] if symbols else ""))
        params.pop("channel", None)
        if symbols:
            params["symbol"] = list(symbols)
        self.unsubscribe(channel, symbols)
        return self.subscribe(channel, **params)

    def mend(self, channel: str, symbol: str | None = None) -> bool:
        """Ask for the data of a channel anew, over the same socket."""
        self.resubscribe(channel, symbol)
        return True

    def ping(self) -> int:
        """Queue a ping and return its request id."""
        return self._put("ping", {}).req_id

    def cancel_order(self, order_id: str) -> int:
        """Queue the cancel of one order: a failed answer names no order, so each has its own request."""
        return self._put("cancel_order", {"order_id": [order_id]}).req_id

    def batch_cancel(self, ids: Sequence[str]) -> int:
        """Queue the cancel of 2 to 50 orders and return the request id."""
        if len(ids) not in BATCH:
            raise ValueError(f"batch_cancel takes 2 to 50 orders, not {len(ids)}")
        return self._put("batch_cancel", {"orders": list(ids)}).req_id

    def cancel_all(self) -> int:
        """Queue the cancel of every order there will be when it arrives; return the request id."""
        return self._put("cancel_all", {}).req_id

    def cancel_all_orders_after(self, timeout_s: int) -> int:
        """Queue a call of the dead man's switch, 0 to disarm it; return the request id."""
        if timeout_s not in SWITCH:
            raise ValueError(f"the dead man's switch takes 0 to 86399 seconds, not {timeout_s}")
        return self._put("cancel_all_orders_after", {"timeout": timeout_s}).req_id

    def to_send(self) -> list[Outgoing]:
        """Take what is queued, written out."""
        return self._outbox.take(self._token)

    # --- what we hear -----------------------------------------------------------------------

    @property
    def books(self) -> Mapping[str, Book]:
        """The books whose checksum was right at their last frame."""
        return self._shelf.books

    @property
    def awaited(self) -> tuple[Awaited, ...]:
        """The subscriptions without an ack, or without their first data."""
        return tuple(self._wishes.awaited())

    def receive(self, frame: bytes | str) -> list[Happening]:
        """Take one frame and tell what it says. Never raises."""
        raw = frame.encode("utf-8", "surrogatepass") if isinstance(frame, str) else frame
        self.last_was_pong = False
        try:
            found = read(raw)
            told = events(found, self._account, raw) if isinstance(found, Frame) else []
        except UNREADABLE:
            return self._hear(read_again(raw, self._account), raw)
        return self._data(found, told, raw) if isinstance(found, Frame) else self._hear(found, raw)

    def _hear(self, reading: Reading, raw: bytes) -> list[Happening]:
        heard: list[Happening] = []
        if reading.garbled:
            heard.append(Garbled(where=self.role, why=reading.garbled, excerpt=self._excerpt(raw)))
        if reading.unknown:
            heard.append(Unknown(where=self.role, what=reading.unknown))
        if reading.frame is not None:
            heard += self._data(reading.frame, events(reading.frame, self._account), raw)
        if reading.answer is not None:
            heard += self._answer(reading.answer, reading.result)
        return heard

    def _excerpt(self, raw: bytes) -> str:
        text = raw[:_SEARCHED].decode("utf-8", "replace")
        return clean(text if self._token is None else self._token.hidden_in(text), _EXCERPT)

    def _data(self, frame: Frame, told: list[Happening], raw: bytes) -> list[Happening]:
        match frame:
            case TickerFrame(data=rows) | TradeFrame(data=rows) | CandleFrame(data=rows):
                channel = _CHANNELS[type(frame)]
                for symbol in {row.symbol for row in rows}:
                    told += self._given(channel, frame, clean(symbol))
            case BookFrame(data=books):
                return [event for row in books for event in self._book(row, frame)]
            case ExecutionFrame():
                return self._executions(frame, told, raw)
            case BalanceFrame():
                step = self._step("balances", frame.sequence, raw, snapshot=frame.is_snapshot)
                return step if isinstance(step, list) else told + self._given("balances", frame)
            case InstrumentFrame():
                self._shelf.learn(told)
                told += self._given("instrument", frame)
        return told

    def _executions(self, frame: ExecutionFrame, told: list[Happening], raw: bytes) -> list[Happening]:
        step = self._step("executions", frame.sequence, raw, snapshot=frame.is_snapshot)
        if isinstance(step, list):
            return step
        if step == "continue":
            told = executions.continued(frame.data, self._account, sent.in_frame(raw))
        if b'"rate' in raw:  # the counter's name is documented nowhere: look at every such name
            told = told + self._counts(raw)
        self._counters.note(told)
        return told + self._given("executions", frame)

    def _counts(self, raw: bytes) -> list[Happening]:
        try:
            return self._counters.read(plain(raw))
        except UNREADABLE:  # a field that the typed reading skips
            return []

    def _step(
        self, channel: str, number: int | None, raw: bytes, *, snapshot: bool
    ) -> Step | list[Happening]:
        """Tell how to take a numbered frame, or what to report instead of it."""
        numbers = self._numbers[channel]
        if snapshot:
            return numbers.snapshot(number, raw, awaited=self._wishes.awaits_snapshot(channel))
        step = numbers.update(number, raw)
        if isinstance(step, SequenceBroken):
            return [step]
        return [] if step == "ignore" else step

    def _book(self, row: BookRow, frame: BookFrame) -> list[Happening]:
        symbol = clean(row.symbol)
        depth = self._wishes.params("book", symbol).get("depth")
        told = self._shelf.apply(symbol, row, depth if isinstance(depth, int) else None, frame)
        whole = any(isinstance(event, BookChanged) for event in told)
        return told + self._given("book", frame, symbol) if whole else told

    def _given(self, channel: str, frame: Frame, symbol: str = "") -> list[Happening]:
        if self._wishes.given(channel, symbol, snapshot=frame.is_snapshot):
            return [FirstSnapshot(feed=self.role, channel=channel)]
        return []

    # --- answers ----------------------------------------------------------------------------

    def _put(self, method: str, params: Mapping[str, object]) -> Request:
        channel = params.get("channel")
        if channel is not None and (channel in PRIVATE_CHANNELS) != (self.role == "private"):
            raise ValueError(f"{channel} is not a channel of the {self.role} socket")
        return self._outbox.put(method, params, private=self.role == "private" and method != "ping")

    def _answer(self, answer: Answer, result: Result) -> list[Happening]:
        request = self._outbox.answered(answer.req_id)
        if answer.method == "pong":
            self.last_was_pong = True
            return [Pong(req_id=answer.req_id, at_ns=raw_instant(bytes(answer.time_in)))]
        if answer.success is None and answer.error is None and answer.bare_error is None:
            return [Garbled(where=self.role, why=f"neither yes nor no to {clean(answer.method or '')}")]
        # a failed unsubscribe answers as "subscribe" (recorded): our request knows better
        method = request.method if request is not None else clean(answer.method or "")
        self.last_was_pong = method == "ping"
        answered = self._answered(method, answer, result, request)
        if request is None and answered.ok:  # an ack that does not echo our id
            request = self._wishes.request(answered.channel, answered.symbol)
        if request is not None and method == "subscribe":
            self._settle(request, answered)
        if answered.channel == "executions" and answered.maxratecount is not None:
            return [answered, TierSeen(account=self._account, maxratecount=answered.maxratecount)]
        return [answered]

    def _answered(self, method: str, answer: Answer, result: Result, request: Request | None) -> Answered:
        error = clean(answer.error or answer.bare_error or "")
        channel = result.channel or answer.channel or (request.channel if request is not None else "")
        order_id = result.order_id or (request.order_id if request is not None else "")
        return Answered(
            method=method,
            ok=answer.success is True,
            req_id=answer.req_id,
            error=error,
            channel=clean(channel),
            symbol=clean(result.symbol or answer.symbol or ""),
            order_id=clean(order_id),
            cl_ord_id=clean(result.cl_ord_id or ""),
            count=answer.orders_cancelled if result.count is None else result.count,
            maxratecount=result.maxratecount,
            trigger_ns=instant(result.trigger),
            warnings=tuple(clean(warning) for warning in result.warnings or ()),
        )

    def _settle(self, request: Request, answered: Answered) -> None:
        if answered.ok or answered.error.startswith("Already subscribed"):
            self._wishes.acked(request, answered.symbol)
        else:
            self._wishes.drop_refused(request, answered.symbol)
