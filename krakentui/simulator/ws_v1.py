"""The old private websocket, as far as it tells what no other feed does: `openOrders` with `ratecount`.

Documented: `ratecounter` asks for the counter of the order's pair inside each order's object, and the
answer names the ceiling, asked or not. Undocumented, and therefore switches (`rules.RateTelling`): whether
it is text or a number, whether snapshots and fills carry it, whether it comes at all. Nothing can be
traded here, and only `openOrders` is served.
"""

from typing import TYPE_CHECKING, Any, ClassVar, final

from krakentui.simulator import ws_v1_frames
from krakentui.simulator.account import Account, Entry
from krakentui.simulator.accounts import of
from krakentui.simulator.jsontext import Raw, digits, dumps
from krakentui.simulator.ledger import Row
from krakentui.simulator.private_ws import CHANNELS, INVALID_SESSION
from krakentui.simulator.surface import Socket
from krakentui.simulator.tables import Pair
from krakentui.simulator.ws_talk import Talk

if TYPE_CHECKING:
    from krakentui.simulator.world import World

VERSION = "1.9.1"
CHANNEL = "openOrders"
FIELDS = frozenset({"name", "token", "ratecounter", "rebased"})
NO_PAIR = "Pair field unsupported for this subscription type"
NO_FIELD = "Subscription object unsupported field"
NO_NAME = "Subscription name invalid"
MALFORMED = "Malformed request"
NO_EVENT = "Event(s) not found"
TWICE = "Already subscribed"
NOT_ALLOWED = "EAccount:Invalid permissions"
PLACES = 2
"""Decimals of the counter, a guess."""


@final
class OldTalk(Talk):
    """One conversation on the old private socket."""

    heartbeat: ClassVar[str] = '{"event":"heartbeat"}'

    def __init__(self, world: "World", socket: Socket) -> None:
        super().__init__(world, socket)
        self.account: Account | None = None
        """Whose orders are subscribed."""
        self.sequence = 0
        self._wants_rate = False
        self._key: str | None = None
        self._verdict = "ok"

    @property
    def subscribed(self) -> bool:
        """True while open orders are subscribed."""
        return self.account is not None

    def closed(self) -> None:
        """End the subscription and let go of the token."""
        self._leave()
        of(self.world).door.left(self.socket.number)
        super().closed()

    def send_status(self, *, with_connection: bool) -> None:
        """Tell the engine's mode; only a greeting carries the connection's id."""
        frame: dict[str, object] = {"connectionID": self.connection_id} if with_connection else {}
        self.send(dumps(frame | {"event": "systemStatus", "status": self.world.system, "version": VERSION}))

    def hear(self, request: dict[str, Any] | None) -> None:
        """Answer one frame of the client."""
        self._verdict, self._key = "ok", None
        event = None if request is None else request.get("event")
        what = event if isinstance(event, str) else ""
        if request is None:
            self._error(MALFORMED, None)
        elif what == "ping":
            self._answer_with({"event": "pong"}, request)
        elif what in {"subscribe", "unsubscribe"}:
            what = f"{what} {CHANNEL}"
            self._subscription(request, leaves=event == "unsubscribe")
        else:
            self._error(NO_EVENT, request)
        self.world.heard_ws(self, what, key=self._key, verdict=self._verdict)

    # --- the subscription -----------------------------------------------------------------------

    def _subscription(self, request: dict[str, Any], *, leaves: bool) -> None:
        wanted = request.get("subscription")
        if not isinstance(wanted, dict):
            self._error(MALFORMED, request)
            return
        error = _fault(request, wanted)
        if error is not None:
            self._refuse(error, request)
        elif leaves:
            self._unsubscribe(request)
        else:
            self._subscribe(wanted, request)

    def _subscribe(self, wanted: dict[str, Any], request: dict[str, Any]) -> None:
        accounts, token = of(self.world), wanted.get("token")
        key = None
        if isinstance(token, str):
            key = accounts.door.admit(token, self.socket.number, self.time_in_us)
        if key is None:
            self._refuse(INVALID_SESSION, request)
            return
        self._key = key.fingerprint
        if not key.may(CHANNELS["executions"].any_of):
            self._refuse(NOT_ALLOWED, request)
            return
        if self.account is not None:
            self._refuse(TWICE, request)
            return
        self.account, self.sequence = accounts.owner(key), 0
        self._wants_rate = wanted.get("ratecounter") in (True, "true")
        self.account.listeners.append(self)
        told = {"maxratecount": self.account.tier.engine_max, "name": CHANNEL}
        self._acknowledge("subscribed", told, request)
        newest = sorted(self.account.open.values(), key=lambda order: -order.opened_us)
        snapshot = [
            (ws_v1_frames.whole(order, "pending" if order.is_scheduled else "open"), order.pair)
            for order in newest
        ]
        shown = self._wants_rate and self.world.judge.telling.in_snapshot
        rows = [self._counted(entry, pair) if shown else entry for entry, pair in snapshot]
        self._tell([{order.id: row} for order, row in zip(newest, rows, strict=True)])

    def _unsubscribe(self, request: dict[str, Any]) -> None:
        if self.account is None:
            self._refuse("Subscription Not Found", request)
            return
        self._leave()
        self._acknowledge("unsubscribed", {"name": CHANNEL}, request)

    def _leave(self) -> None:
        if self.account is not None:
            self.account.listeners.remove(self)
            self.account = None

    # --- what happens on the account ------------------------------------------------------------

    def executed(self, account: Account, entry: Entry, pair: Pair) -> None:
        """Hear of a change of an order or of a fill."""
        order = account.order(str(entry["order_id"]))
        if order is None:
            return
        kind, reason = str(entry["exec_type"]), entry.get("reason")
        row = ws_v1_frames.update(order, kind, None if reason is None else str(reason))
        telling = self.world.judge.telling
        if self._wants_rate and (telling.in_fills or kind not in {"trade", "filled"}):
            row = self._counted(row, pair)
        self._tell([{order.id: row}])

    def booked(self, account: Account, row: Row) -> None:
        """Hear of a ledger row: nothing of it is told here."""

    def _counted(self, entry: Entry, pair: Pair) -> Entry:
        """Add the counter of the order's pair, as it stands after the event."""
        telling = self.world.judge.telling
        if self.account is None or not telling.present:
            return entry
        used = self.world.judge.engine_gauge(self.account, pair.symbol).used(self.world.clock.now_us())
        if telling.kind == "int":
            return entry | {"ratecount": int(used)}
        text = digits(int(used * 10**PLACES), PLACES)
        return entry | {"ratecount": text if telling.kind == "string" else Raw(text)}

    def _tell(self, rows: list[Entry]) -> None:
        self.sequence += 1
        self.send_data(dumps([rows, CHANNEL, {"sequence": self.sequence}]))

    # --- answers --------------------------------------------------------------------------------

    def _acknowledge(self, status: str, told: dict[str, object], request: dict[str, Any]) -> None:
        frame = {"channelName": CHANNEL, "event": "subscriptionStatus", "status": status}
        self._answer_with(frame | {"subscription": told}, request)

    def _refuse(self, error: str, request: dict[str, Any]) -> None:
        self._verdict = error
        frame = {"errorMessage": error, "event": "subscriptionStatus", "status": "error"}
        self._answer_with(frame | {"subscription": {"name": CHANNEL}}, request)

    def _error(self, error: str, request: dict[str, Any] | None) -> None:
        self._verdict = error
        self._answer_with({"errorMessage": error, "event": "error"}, request or {})

    def _answer_with(self, frame: dict[str, object], request: dict[str, Any]) -> None:
        if _is_whole(request.get("reqid")):
            frame = frame | {"reqid": request["reqid"]}
        self.send(dumps(dict(sorted(frame.items()))))


def _fault(request: dict[str, Any], wanted: dict[str, Any]) -> str | None:
    """Say what is wrong with the words of a subscription."""
    if wanted.get("name") != CHANNEL:
        return NO_NAME
    if "pair" in request:
        return NO_PAIR
    if wanted.keys() - FIELDS or not isinstance(wanted.get("ratecounter", False), bool | str):
        return NO_FIELD
    return None


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
