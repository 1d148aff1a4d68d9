"""A websocket conversation that tells a recorded connection again.

Recorded frames go out as they were sent, in their order and at their pace. Only where a subscription
begins is the client waited for: the tape stands still until it asks, or until it has asked for others and
for a second not for this one; then that one is left out. Answers go out where they were recorded, with the
request's own id in place of the recorded one. What was recorded from the middle of a channel on is begun
by an answer, and where it is numbered by an empty snapshot, of our own. What the exchange can tell in its
own words (`retelling`) may be subscribed later or anew, and begins with a snapshot as it stands. Pongs, and
heartbeats while nothing else is told, are our own too; whatever else was not recorded is refused.
"""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, final

from krakentui.simulator.accounts import of
from krakentui.simulator.clock import SECOND_US, Timer
from krakentui.simulator.jsontext import dumps
from krakentui.simulator.mirror.past import NOT_RECORDED, Past
from krakentui.simulator.mirror.recording import BY_SYMBOL, PRIVATE, VARIANTS, Connection, Frame, Strand
from krakentui.simulator.mirror.retelling import Retelling
from krakentui.simulator.private_ws import session_key
from krakentui.simulator.public_ws import CHANNELS, are_names
from krakentui.simulator.surface import Socket
from krakentui.simulator.ws_envelope import V2Talk

if TYPE_CHECKING:
    from krakentui.simulator.world import World

PATIENCE_US = SECOND_US
"""For so long after its last request a client may still ask for what the tape has come to."""
OVER = "Not in the recording from here on: subscribe right after connecting"
REQ_ID = re.compile(r'"req_id"\s*:\s*-?\d+')
REQ_ID_AND_COMMA = re.compile(r'"req_id"\s*:\s*-?\d+\s*,\s*|,\s*"req_id"\s*:\s*-?\d+')
SUBSCRIBING = frozenset({"subscribe", "unsubscribe"})


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that the tape has yet to answer."""

    method: str
    strand: Strand | None
    req_id: int | None


@final
class MirrorTalk(V2Talk):
    """One conversation of a client with what was recorded."""

    def __init__(self, world: "World", socket: Socket, past: Past) -> None:
        super().__init__(world, socket)
        self._past = past
        self._tape: Connection | None = past.connection(socket.surface)
        self._frames: tuple[Frame, ...] = () if self._tape is None else self._tape.frames
        self._next = 0
        """Place of the frame that is told next."""
        self._zero_us = world.clock.now_us()
        """The instant at which the recorded connection began, as it is told now."""
        self._stands_us: int | None = None
        """Since when the tape waits for a request."""
        self._gave_up_us = world.clock.now_us() - PATIENCE_US
        """When it last waited in vain."""
        self._asked: list[Asked] = []
        self._told: set[Strand] = set()
        """Subscriptions that are told."""
        self._left: set[Strand] = set()
        """Subscriptions that nobody asked for, or that were ended."""
        self._retelling = Retelling(world.pairs, self._tape)
        self._timer: Timer | None = None
        self._is_over = False
        """The connection was closed because the next one follows."""
        self._verdict = "ok"

    @property
    def subscribed(self) -> bool:
        """True while any channel is subscribed."""
        return bool(self._told)

    @property
    def strands(self) -> list[Strand]:
        """What is told: channel and symbol of each."""
        return sorted(self._told)

    def greet(self) -> None:
        """Begin the tape; where nothing was recorded, greet as the exchange does."""
        if self._tape is None:
            super().greet()
        else:
            self._past.time_us = self.told_us
        self._go()

    def told_us(self) -> int:
        """Tell the instant that is being told again: what was recorded at it is as young as it was then."""
        if self._tape is None:
            return self._past.now_us(self.world.start_us)
        begun_us = self.world.start_us + self._tape.at_us
        if self._stands_us is not None:
            return begun_us + self._frames[self._next].at_us
        return begun_us + self.world.clock.now_us() - self._zero_us

    def beat(self) -> None:
        """Send a heartbeat of our own where the tape has none: it waits, or it is at its end."""
        if self._stands_us is not None or self._next == len(self._frames):
            super().beat()

    def closed(self) -> None:
        """End the tape and let go of the token."""
        if self._timer is not None:
            self._timer.cancel()
        if self.socket.surface == "private":
            of(self.world).door.left(self.socket.number)
        super().closed()

    def refuse(self, error: str, method: str | None, req_id: int | None, **top: object) -> None:
        """Answer that a request failed."""
        self._verdict = error
        super().refuse(error, method, req_id, **top)

    # --- what the client asks -------------------------------------------------------------------

    def handle(self, method: str, params: dict[str, Any], req_id: int | None) -> None:
        """Take a request: the tape answers it, or it is refused."""
        self._verdict, key = "ok", None
        channel = params.get("channel")
        if self.socket.surface == "private":
            key = session_key(self, method, params, req_id)
        if self.socket.surface == "public" or key is not None:
            if method not in SUBSCRIBING:
                self._act(method, req_id)
            elif not isinstance(channel, str):
                self.refuse("Unsupported event", method, req_id)
            else:
                self._each(method, channel, params, req_id)
        what = f"{method} {channel or ''}".strip()
        self.world.heard_ws(self, what, key=key.fingerprint if key else None, verdict=self._verdict)
        self._go()

    def _act(self, method: str, req_id: int | None) -> None:
        """Let a request wait for the next recorded answer of its kind."""
        waiting = sum(asked.method == method for asked in self._asked)
        answers = sum(frame.method == method for frame in self._frames[self._next :])
        if waiting < answers:
            self._asked.append(Asked(method, None, req_id))
        else:
            self.refuse(NOT_RECORDED, method, req_id)

    def _each(self, method: str, channel: str, params: dict[str, Any], req_id: int | None) -> None:
        """Take a subscription or its end, symbol by symbol."""
        symbols = params.get("symbol", []) if channel in BY_SYMBOL else [""]
        if not are_names(symbols):
            self.refuse("Symbol field must be an array of strings", method, req_id)
            return
        for symbol in symbols:
            if method == "subscribe":
                self._subscribe((channel, symbol), params, req_id)
            else:
                self._unsubscribe((channel, symbol), req_id)

    def _subscribe(self, strand: Strand, params: dict[str, Any], req_id: int | None) -> None:
        place = None if self._tape is None else self._tape.first.get(strand)
        top = {"symbol": strand[1]} if strand[1] else {}
        if place is None:
            known = self._tape is not None and any(one[0] == strand[0] for one in self._tape.first)
            refusal = f"Currency pair not supported {strand[1]}" if known and strand[1] else NOT_RECORDED
            self.refuse(refusal, "subscribe", req_id, **top)
        elif (error := _differs(self._frames[place], strand[0], params)) is not None:
            self.refuse(error, "subscribe", req_id)
        elif strand in self._told or any(asked.strand == strand for asked in self._asked):
            self.refuse("Already subscribed", "subscribe", req_id, **top)
        elif place >= self._next and strand not in self._left:
            self._asked.append(Asked("subscribe", strand, req_id))
        elif (snapshot := self._retelling.snapshot(strand, self.told_us())) is not None:
            self._welcome(strand, req_id)
            self.send_data(snapshot)
        else:
            self.refuse(OVER, "subscribe", req_id, **top)

    def _unsubscribe(self, strand: Strand, req_id: int | None) -> None:
        if strand in self._told:
            self._told.discard(strand)
            self._left.add(strand)
            self.ack("unsubscribe", _named(strand), req_id)
        else:
            # the recorded answer to a failed unsubscribe names the method "subscribe"
            self.refuse("Subscription Not Found", "subscribe", req_id)

    def _welcome(self, strand: Strand, req_id: int | None) -> None:
        """Answer a subscription ourselves, and tell it from now on."""
        self._told.add(strand)
        self._left.discard(strand)
        result: dict[str, object] = {**_named(strand), "snapshot": True}
        if (depth := self._retelling.depth(strand)) is not None:
            result["depth"] = depth
        self.ack("subscribe", result, req_id)

    # --- what was recorded ----------------------------------------------------------------------

    def _go(self) -> None:
        """Tell all that is due."""
        clock = self.world.clock
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        while self._next < len(self._frames):
            frame, now_us = self._frames[self._next], clock.now_us()
            due_us = self._zero_us + frame.at_us
            if now_us < due_us and self._stands_us is None:
                self._timer = clock.at(due_us, self._go)
                return
            if self._waits_for(frame):
                self._stands_us = now_us if self._stands_us is None else self._stands_us
                if not (self._asked or self._told):
                    return
                if now_us < (until_us := self._until_us(self._stands_us)):
                    self._timer = clock.at(until_us, self._go)
                    return
                self._gave_up_us = now_us
                if frame.strand is not None:
                    self._left.add(frame.strand)
            if self._stands_us is not None:
                self._stands_us, self._zero_us = None, now_us - frame.at_us
            self._next += 1
            self._tell(frame)
        if self._tape is not None:
            self._end(self._tape)

    def _end(self, tape: Connection) -> None:
        """Close the connection if another one follows it."""
        self._past.told_to_its_end(tape)
        if not self._past.is_last(tape) and not self._is_over:
            self._is_over = True
            self.socket.close(1000, "")

    def _until_us(self, since_us: int) -> int:
        """Tell until when a client is waited for; of what comes right after what it left out: no longer."""
        if since_us - self._gave_up_us < PATIENCE_US:
            return self._asked_us
        return max(since_us, self._asked_us) + PATIENCE_US

    def _waits_for(self, frame: Frame) -> bool:
        """Say whether a frame begins what the client has not asked for yet."""
        strand = frame.strand
        if not frame.begins or strand in self._told or strand in self._left:
            return False
        return not any(asked.strand == strand for asked in self._asked)

    def _tell(self, frame: Frame) -> None:
        if frame.method is not None:
            self._answer_recorded(frame)
            return
        strand = frame.strand
        if strand is None:
            self.send(frame.text)
            return
        self._retelling.follow(frame)
        if strand in self._left:
            return
        if strand not in self._told:
            self._begin(frame, strand)
        self.send_data(frame.text)

    def _answer_recorded(self, frame: Frame) -> None:
        """Answer the request that was recorded, if it was made now too; a foreign id would only mislead."""
        if frame.method == "pong" or frame.strand in self._left:
            return
        asked = next((one for one in self._asked if _fits(one, frame)), None)
        if asked is not None:
            self._asked.remove(asked)
        elif frame.req_id is not None:
            return
        if frame.method == "subscribe" and frame.ok and frame.strand is not None:
            self._told.add(frame.strand)
        self.send(frame.text if asked is None else _with_id(frame.text, asked.req_id))

    def _begin(self, frame: Frame, strand: Strand) -> None:
        """Begin what was recorded from the middle on."""
        asked = next((one for one in self._asked if one.strand == strand), None)
        if asked is not None:
            self._asked.remove(asked)
        self._welcome(strand, None if asked is None else asked.req_id)
        if strand[0] in PRIVATE and frame.sequence is not None and not frame.is_snapshot:
            empty = {"channel": strand[0], "type": "snapshot", "data": [], "sequence": frame.sequence - 1}
            self.send_data(dumps(empty))


def _fits(asked: Asked, frame: Frame) -> bool:
    """Say whether a recorded answer is one to a request; a failed one may name no subscription."""
    return asked.method == frame.method and (frame.strand is None or asked.strand == frame.strand)


def _named(strand: Strand) -> dict[str, object]:
    channel, symbol = strand
    return {"channel": channel, "symbol": symbol} if symbol else {"channel": channel}


def _differs(first: Frame, channel: str, params: dict[str, Any]) -> str | None:
    """Say what is wrong with asking for another depth, interval or trigger than was recorded."""
    kind = CHANNELS.get(channel)
    if kind is None or not first.variant:
        return None
    wanted = next((params[name] for name in VARIANTS if name in params), kind.default)
    return kind.refusal if str(wanted) != first.variant else None


def _with_id(text: str, req_id: int | None) -> str:
    """Put a request's id into a recorded answer that carries one; every other byte stays."""
    if req_id is None:
        return REQ_ID_AND_COMMA.sub("", text, count=1)
    return REQ_ID.sub(f'"req_id":{req_id}', text, count=1)
