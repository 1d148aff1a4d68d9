"""Faults of answers: none, late, of another status, an error, a throttle, a view of the past."""

from collections.abc import Callable
from functools import partial

from krakentui.simulator.clock import SECOND_US
from krakentui.simulator.faults.base import Answer, Call, Fault, Go
from krakentui.simulator.faults.lag import Past
from krakentui.simulator.faults.spec import Args
from krakentui.simulator.faults.wire import Asked, Frame, Wire
from krakentui.simulator.surface import HttpReply, failure
from krakentui.simulator.ws_envelope import V2Talk

HTML_520 = (
    b"<!DOCTYPE html><html><head><title>api.kraken.com | 520: Web server is returning an unknown error"
    b"</title></head><body><h1>Error 520</h1><p>Cloudflare</p></body></html>"
)
HTML_1015 = (
    b"<!DOCTYPE html><html><head><title>Access denied | api.kraken.com used Cloudflare to restrict access"
    b"</title></head><body><h1>Error 1015</h1><p>You are being rate limited</p></body></html>"
)
BODIES = {
    "html520": (HTML_520, "text/html"),
    "html1015": (HTML_1015, "text/html"),
    "json": (b"{}", "application/json"),
    "empty": (b"", "text/plain"),
}
READS = frozenset(
    {
        "Balance",
        "BalanceEx",
        "ClosedOrders",
        "Ledgers",
        "OpenOrders",
        "QueryLedgers",
        "QueryOrders",
        "QueryTrades",
        "TradeBalance",
        "TradesHistory",
    }
)


class Http(Fault):
    """The edge answers in the exchange's place; websocket handshakes are refused the same way."""

    def read(self, args: Args) -> None:
        """Take status and body."""
        status = args.whole("status", 520, 200, 599)
        body = args.text("body", "html1015" if status == 429 else "html520", BODIES)
        self._reply = HttpReply(status, *BODIES[body])

    def around(self, call: Call, go: Go) -> Answer:
        """Answer without asking the exchange."""
        del go
        return told(self, call, self._reply, f"http {self._reply.status}")

    def door(self) -> HttpReply | None:
        """Refuse a handshake."""
        return self._reply


class Error(Fault):
    """The exchange answers with errors, without doing what was asked, or after having done it."""

    def read(self, args: Args) -> None:
        """Take the errors, and whether the effect happens all the same."""
        self._errors = args.texts("errors", ("EService:Unavailable",))
        self._after = args.text("effect", "none", ("none", "done")) == "done"

    def around(self, call: Call, go: Go) -> Answer:
        """Answer with the errors."""
        if self._after:
            go()
        return told(self, call, failure(*self._errors), self._errors[0])

    def touches_request(self, wire: Wire, asked: Asked) -> bool:
        """Touch requests that can fail."""
        return isinstance(wire.talk, V2Talk) and asked.method not in ("", "ping")

    def hears(self, wire: Wire, asked: Asked, go: Callable[[], None]) -> None:
        """Answer with the first of the errors."""
        if self._after:
            mute(wire, go)
        else:
            heard_in_vain(self, wire, asked, self._errors[0])
        if isinstance(wire.talk, V2Talk):
            wire.talk.time_in_us = self.world.clock.now_us()
            wire.talk.refuse(self._errors[0], asked.method, asked.req_id)


class DropAnswer(Fault):
    """An answer gets lost, before or after the request had its effect."""

    def read(self, args: Args) -> None:
        """Take when it is lost and how."""
        self._before = args.text("effect", "after", ("before", "after")) == "before"
        self._cut = args.text("as", "reset", ("reset", "fin", "silence"))

    def around(self, call: Call, go: Go) -> Answer:
        """Lose the reply."""
        lost = HttpReply(502, b"", "text/plain")
        answer = told(self, call, lost, "lost on the way") if self._before else go()
        return Answer(answer.reply, answer.late_us, self._cut)

    def touches_request(self, wire: Wire, asked: Asked) -> bool:
        """Touch requests that do something."""
        del wire
        return asked.method not in ("", "ping")

    def hears(self, wire: Wire, asked: Asked, go: Callable[[], None]) -> None:
        """Lose the answer, and the connection unless it is lost in silence."""
        if self._before:
            heard_in_vain(self, wire, asked, "lost on the way")
        else:
            mute(wire, go)
        if self._cut == "reset":
            wire.talk.socket.reset()
        elif self._cut == "fin":
            wire.talk.socket.close(1006, "")


class Throttle(Fault):
    """Too many calls at once, says the exchange, and from when on it will listen again."""

    def read(self, args: Args) -> None:
        """Take for how long."""
        self._span_us = args.span_us("s", self.spec.when.for_us or 10 * SECOND_US)
        self._until_us: int | None = None

    def touches_call(self, call: Call) -> bool:
        """Touch private calls, until the time that was told."""
        now_us = self.world.clock.now_us()
        return call.is_private and (self._until_us is None or now_us < self._until_us)

    def around(self, call: Call, go: Go) -> Answer:
        """Refuse it."""
        del go
        if self._until_us is None:
            self._until_us = self.world.clock.now_us() + self._span_us
        error = f"EService: Throttled: {-(-self._until_us // SECOND_US)}"
        return told(self, call, failure(error), error)


class Delay(Fault):
    """Answers of REST and frames of websockets come late; frames keep their order."""

    def read(self, args: Args) -> None:
        """Take how late, and how much that varies."""
        self._by_us = round(args.number("ms", 500, 0, 600_000) * 1_000)
        self._jitter_us = round(args.number("jitter", 0, 0, 600_000) * 1_000)
        self._waiting: list[tuple[Wire, Frame]] = []
        self._last_us: dict[int, int] = {}

    def around(self, call: Call, go: Go) -> Answer:
        """Answer late."""
        del call
        return go().later(self._late_us())

    def outgoing(self, wire: Wire, frame: Frame) -> list[Frame]:
        """Hold it for a while."""
        number, now_us = wire.talk.socket.number, self.world.clock.now_us()
        due_us = max(now_us + self._late_us(), self._last_us.get(number, 0))
        self._last_us[number] = due_us
        item = (wire, frame)
        self._waiting.append(item)
        self.after(due_us - now_us, partial(self._release, item))
        return []

    def end(self) -> None:
        """Let all go."""
        waiting, self._waiting = self._waiting, []
        for wire, frame in waiting:
            wire.put(frame)

    def _release(self, item: tuple[Wire, Frame]) -> None:
        self._waiting.remove(item)
        item[0].put(item[1])

    def _late_us(self) -> int:
        return self._by_us + (self.rng.randrange(self._jitter_us + 1) if self._jitter_us else 0)


class RestLag(Fault):
    """Private REST shows accounts as they were some time ago; the stream is never late."""

    surfaces = ("spot-rest",)

    def read(self, args: Args) -> None:
        """Take how far back."""
        self._past = Past(self.world, args.span_us("s", 60 * SECOND_US))

    def begin(self) -> None:
        """Start to remember."""
        self._remember()

    def touches_call(self, call: Call) -> bool:
        """Touch what reads accounts."""
        return call.is_private and call.endpoint in READS

    def around(self, call: Call, go: Go) -> Answer:
        """Answer from the past."""
        del call
        with self._past.shown():
            return go()

    def _remember(self) -> None:
        self._past.remember()
        self.after(SECOND_US, self._remember)


def told(fault: Fault, call: Call, reply: HttpReply, verdict: str) -> Answer:
    """Answer a call that the exchange itself never saw, and note it."""
    key = call.key.fingerprint if call.key is not None else None
    fault.world.heard_rest(call.request, key=key, verdict=verdict)
    return Answer(reply)


def heard_in_vain(fault: Fault, wire: Wire, asked: Asked, verdict: str) -> None:
    """Note a websocket request that the exchange itself never saw."""
    key = wire.key()
    what = f"{asked.method} {asked.params.get('channel', '')}".strip()
    fault.world.heard_ws(wire.talk, what, key=key.fingerprint if key else None, verdict=verdict)


def mute(wire: Wire, go: Callable[[], None]) -> None:
    """Let a request be done, and lose its answers but not what it causes on the stream."""
    send = wire.talk.socket.send

    def without_answers(text: str) -> None:
        if not Frame(text).is_answer:
            send(text)

    wire.talk.socket.send = without_answers
    try:
        go()
    finally:
        wire.talk.socket.send = send
