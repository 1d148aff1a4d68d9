"""One talk over the old private websocket: `openOrders`, for the trading counter that it documents.

It is frozen, kept for existing clients, and speaks otherwise than v2: events are objects, data are lists,
decimals are quoted, pairs are `XBT/USD` (websocket v1 reference as of 2026-06, frames recorded 2022 to
2023). Only the snapshot and new orders name their pair, so it is remembered by order id. Nothing is ever
sent but one subscription.
"""

from collections.abc import Callable, Sequence
from typing import Literal

from krakentui.model.audit import OrderHeard
from krakentui.model.event import (
    Answered,
    FirstSnapshot,
    Garbled,
    Happening,
    Pong,
    SequenceBroken,
    SystemSeen,
    Unknown,
)
from krakentui.model.number import BadNumber, exact
from krakentui.model.secret import Secret
from krakentui.model.text import clean
from krakentui.wire.spot import v1_orders
from krakentui.wire.spot.requests import Outgoing, old_subscription
from krakentui.wire.spot.salvage import UNREADABLE, plain
from krakentui.wire.spot.sequence import Numbers
from krakentui.wire.spot.wishes import Awaited

CHANNEL = "openOrders"
WHERE = "audit"
MOST_ORDERS = 10_000
"""Orders whose pair is remembered; an account may have some hundreds open for each pair."""
_EXCERPT, _SEARCHED = 80, 2_000
_MOST_UNKNOWN = 20
_TWICE = "Already subscribed"


class OldConversation:
    """One talk over the old websocket."""

    def __init__(self, account: str, symbol: Callable[[str], str | None]) -> None:
        """Start with nothing subscribed; `symbol` gives the stream's name of a pair."""
        self.last_was_pong = False
        self._account = account
        self._symbol = symbol
        self._token: Secret | None = None
        self._queue: list[Outgoing] = []
        self._req_id = 0
        self._numbers = Numbers(CHANNEL)
        self._lacks: Literal["ack", "snapshot", "nothing"] = "nothing"
        self._given = False
        self._pairs: dict[str, str] = {}
        self._unknown: set[str] = set()

    # --- what we say ------------------------------------------------------------------------

    def subscribe(self, token: Secret | None) -> int:
        """Queue the subscription and return its request id."""
        self._token = token
        self._req_id += 1
        text = old_subscription(CHANNEL, self._req_id, token)
        self._queue.append(Outgoing(self._req_id, "subscribe", CHANNEL, text))
        self._lacks = "ack"
        return self._req_id

    def mend(self, channel: str, symbol: str | None = None) -> bool:
        """Nothing is got anew over the same socket: the simplest is another one."""
        _ = channel, symbol
        return False

    def to_send(self) -> list[Outgoing]:
        """Take what is queued."""
        queued, self._queue = self._queue, []
        return queued

    # --- what we hear -----------------------------------------------------------------------

    @property
    def awaited(self) -> Sequence[Awaited]:
        """The subscription, while it lacks its ack or its snapshot."""
        return () if self._lacks == "nothing" else (Awaited(self._req_id, CHANNEL, "", self._lacks),)

    def receive(self, frame: bytes | str) -> list[Happening]:
        """Take one frame and tell what it says. Never raises."""
        raw = frame.encode("utf-8", "surrogatepass") if isinstance(frame, str) else frame
        self.last_was_pong = False
        try:
            told = self._told(plain(raw))
        except UNREADABLE:
            told = "it cannot be read"
        if isinstance(told, str):
            return [Garbled(where=WHERE, why=told, excerpt=self._excerpt(raw))]
        return told

    def _told(self, frame: object) -> list[Happening] | str:
        """Tell what a frame says, or what is wrong with it."""
        if isinstance(frame, dict):
            if isinstance(event := frame.get("event"), str):
                return self._event(event, frame)
            if isinstance(error := frame.get("Error"), str):  # nameless, as seen in 2018: "Exceeded msg rate"
                return [Answered(method="", ok=False, error=clean(error))]
        match frame:
            case [list() as rows, str(channel), *rest]:
                if channel != CHANNEL:
                    return [Unknown(where=WHERE, what=clean(channel, 40))]
                return self._data(rows, rest[-1] if rest else None)
        return "neither an event nor data"

    def _event(self, event: str, frame: dict[object, object]) -> list[Happening] | str:
        match event:
            case "heartbeat":
                return []
            case "pong":
                self.last_was_pong = True
                return [Pong(req_id=_whole(frame.get("reqid")))]
            case "systemStatus":
                status = frame.get("status")
                return (
                    [SystemSeen(system=clean(status))] if isinstance(status, str) else "a status without one"
                )
            case "subscriptionStatus":
                return self._answer(frame)
            case "error":
                error = _text(frame.get("errorMessage")) or "no reason given"
                return [Answered(method="", ok=False, error=error, req_id=_whole(frame.get("reqid")))]
        return [Unknown(where=WHERE, what=clean(event, 40))]

    def _answer(self, frame: dict[object, object]) -> list[Happening] | str:
        status, error = frame.get("status"), _text(frame.get("errorMessage"))
        if not isinstance(status, str):
            return "neither yes nor no to a subscription"
        ended = status == "unsubscribed"
        ok = status in {"subscribed", "unsubscribed"} or error.startswith(_TWICE)
        if not ok or ended:
            self._lacks, self._given = "nothing", False
            self._numbers.restart()
        elif self._lacks == "ack":
            self._lacks = "nothing" if self._given else "snapshot"
        terms = frame.get("subscription")
        ceiling = terms.get("maxratecount") if isinstance(terms, dict) else None
        return [
            Answered(
                method="unsubscribe" if ended else "subscribe",
                ok=ok,
                req_id=_whole(frame.get("reqid")),
                error=error or ("" if ok else clean(status)),
                channel=CHANNEL,
                maxratecount=_whole(ceiling),
            )
        ]

    def _data(self, rows: list[object], tail: object) -> list[Happening] | str:
        number = _whole(tail.get("sequence")) if isinstance(tail, dict) else None
        first = not self._given and number == 1
        if first:
            self._numbers.snapshot(number, awaited=True)
            self._given, self._lacks = True, "nothing"
            self._pairs.clear()
        else:
            step = self._numbers.update(number)
            if isinstance(step, SequenceBroken):
                return [step]
            if step == "ignore":
                return []
        events, strange = self._orders(rows, snapshot=first)
        if strange:
            events.append(Garbled(where=WHERE, why=f"{strange} of {len(rows)} entries are no orders"))
        return [*events, FirstSnapshot(feed="audit", channel=CHANNEL)] if first else events

    def _orders(self, rows: list[object], *, snapshot: bool) -> tuple[list[Happening], int]:
        """Read the orders of one frame, and count what is none."""
        events: list[Happening] = []
        strange = 0
        for row in rows:
            if not isinstance(row, dict) or not all(isinstance(order, dict) for order in row.values()):
                strange += 1
                continue
            for order_id, order in row.items():
                events += self._order(clean(str(order_id), 40), order, snapshot=snapshot)
        return events, strange

    def _order(self, order_id: str, order: dict[object, object], *, snapshot: bool) -> list[Happening]:
        act = v1_orders.act(order, snapshot=snapshot)
        named = v1_orders.pair_name(order)
        if named is not None:
            self._pairs.pop(order_id, None)
            self._pairs[order_id] = named
            if len(self._pairs) > MOST_ORDERS:
                del self._pairs[next(iter(self._pairs))]
        known = self._pairs.get(order_id)
        if act in v1_orders.DONE:
            self._pairs.pop(order_id, None)
        counted = v1_orders.counted(order)
        heard = OrderHeard(
            account=self._account,
            order_id=order_id,
            pair=None if known is None else self._symbol(known),
            act=act,
            written=counted.written,
            units=counted.units,
            figure=counted.figure,
            said_ns=v1_orders.said_ns(order),
        )
        return [heard, *self._strangers(order)]

    def _strangers(self, order: dict[object, object]) -> list[Happening]:
        """Report each unknown `rate…` field once: the counter may come under another name."""
        new = [name for name in v1_orders.unknown_rates(order) if name not in self._unknown]
        new = new[: _MOST_UNKNOWN - len(self._unknown)]
        self._unknown.update(new)
        return [Unknown(where=CHANNEL, what=name) for name in new]

    def _excerpt(self, raw: bytes) -> str:
        text = raw[:_SEARCHED].decode("utf-8", "replace")
        return clean(text if self._token is None else self._token.hidden_in(text), _EXCERPT)


def _text(value: object) -> str:
    return clean(value) if isinstance(value, str) else ""


def _whole(value: object) -> int | None:
    """Give a whole number of a sane size, written as a number or as text; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    try:
        number = exact(value)
    except BadNumber:
        return None
    return int(number) if number == number.to_integral_value() and abs(number) < 2**63 else None
