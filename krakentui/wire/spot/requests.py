"""Requests over a websocket: numbered, remembered until answered, written out when they are sent.

Exactly the documented fields are written: the exchange refuses extra ones (websocket reference, 2.2). A
renewed subscription repeats our request, never the exchange's answer, which names fields that may not be
sent back. The token is put in at the very end.
"""

from collections.abc import Mapping, Sequence

from msgspec import Struct, json

from krakentui.model.secret import Secret
from krakentui.wire.spot.endpoints import allowed_method

PRIVATE_CHANNELS = frozenset({"executions", "balances"})
MAX_REMEMBERED = 1_000
"""Requests whose answer may still come; older ones are forgotten."""


class Request(Struct, frozen=True):
    """One request of ours."""

    req_id: int
    method: str
    params: Mapping[str, object] = {}
    private: bool = False

    @property
    def channel(self) -> str:
        """Tell the channel of a subscription, empty for anything else."""
        return str(self.params.get("channel", ""))

    @property
    def symbols(self) -> tuple[str, ...]:
        """Tell the symbols of a subscription; one empty text where the channel has none."""
        return symbols_of(self.params.get("symbol")) or ("",)

    @property
    def answers(self) -> int:
        """Tell how many answers belong to it: one for each symbol."""
        return len(self.symbols)

    @property
    def order_id(self) -> str:
        """Tell the order that a `cancel_order` names: a failed answer does not (recorded)."""
        ids = self.params.get("order_id")
        return str(ids[0]) if isinstance(ids, list) and ids else ""

    def text(self, token: Secret | None) -> str:
        """Write it out; a private one with the token."""
        params = dict(self.params)
        if self.private and token is not None:
            params["token"] = token.reveal()
        frame: dict[str, object] = {"method": self.method, "req_id": self.req_id}
        if params:  # an empty `params` on `ping` is refused (recorded)
            frame["params"] = params
        return json.encode(frame).decode()


class Outgoing(Struct, frozen=True):
    """One request as it goes out; the text holds the token."""

    req_id: int
    method: str
    channel: str
    text: str

    def __repr__(self) -> str:
        """Show what it asks and not what it says."""
        return f"Outgoing({self.req_id}, {self.method} {self.channel})"


class Outbox:
    """Numbers requests, holds those to be sent, remembers those without an answer."""

    def __init__(self) -> None:
        """Start with nothing."""
        self._last_id = 0
        self._queue: list[Request] = []
        self._open: dict[int, tuple[Request, int]] = {}

    def put(self, method: str, params: Mapping[str, object], *, private: bool) -> Request:
        """Queue a request.

        Raises:
            Forbidden: the method is not on the allow-list.
        """
        self._last_id += 1
        request = Request(self._last_id, allowed_method(method), params, private)
        self._queue.append(request)
        self._open[request.req_id] = (request, request.answers)
        if len(self._open) > MAX_REMEMBERED:
            del self._open[next(iter(self._open))]
        return request

    def take(self, token: Secret | None) -> list[Outgoing]:
        """Write out what is queued and empty the queue."""
        taken = [Outgoing(one.req_id, one.method, one.channel, one.text(token)) for one in self._queue]
        self._queue.clear()
        return taken

    def answered(self, req_id: int | None) -> Request | None:
        """Give the request that an answer belongs to, forgetting it with its last answer."""
        if req_id is None or req_id not in self._open:
            return None
        request, left = self._open.pop(req_id)
        if left > 1:
            self._open[req_id] = (request, left - 1)
        return request


def old_subscription(channel: str, req_id: int, token: Secret | None) -> str:
    """Write the one request that the old websocket gets: a channel, with the counter of each pair.

    No `pair` and no `snapshot`: the exchange refuses them there (websocket v1 reference, openOrders).
    """
    wanted: dict[str, object] = {"name": channel, "ratecounter": True}
    if token is not None:
        wanted["token"] = token.reveal()
    frame = {"event": allowed_method("subscribe"), "reqid": req_id, "subscription": wanted}
    return json.encode(frame).decode()


def symbols_of(value: object) -> tuple[str, ...]:
    """Give the symbols of a parameter: one, several or none."""
    if isinstance(value, str):
        return (value,)
    return tuple(map(str, value)) if isinstance(value, Sequence) else ()
