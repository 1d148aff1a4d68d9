"""One REST call as pure bytes: a `Call` becomes a `Prepared` request, the reply becomes a `Reply`.

HTTP status is 200 for nearly everything, refusals included: the envelope `{"error": […], "result": …}`
decides. A body that is no envelope is not an answer of the exchange, and never an empty account.
"""

from collections.abc import Callable
from urllib.parse import urlencode

from msgspec import Raw, Struct, field, json

from krakentui.model.error import KeyProblem, VenueRefusal
from krakentui.model.event import Happening
from krakentui.model.secret import Credentials, Secret
from krakentui.model.symbol import Names
from krakentui.wire.spot import rest_account, rest_amends, rest_history, rest_market, rest_orders
from krakentui.wire.spot.endpoints import allowed
from krakentui.wire.spot.envelope import Asked, Broken, nonsense, open_envelope
from krakentui.wire.spot.frames import Whole
from krakentui.wire.spot.salvage import UNREADABLE, fit, plain
from krakentui.wire.spot.sign import api_sign, otp_field
from krakentui.wire.spot.times import instant

_KNOWS_NONE = ("EOrder:Invalid order", "EOrder:Unknown order")
Params = tuple[tuple[str, str | tuple[str, ...]], ...]


class Call(Struct, frozen=True):
    """One call that we want to make."""

    endpoint: str
    params: Params = ()

    def param(self, name: str) -> str | tuple[str, ...] | None:
        """Give a parameter, None where it is not set."""
        return next((value for key, value in self.params if key == name), None)


class Prepared(Struct, frozen=True):
    """One request, ready to be written."""

    method: str
    path: str
    """Below the host, with the query of a public call."""
    body: bytes
    headers: tuple[tuple[str, str], ...]

    def __repr__(self) -> str:
        """Show neither the key nor the signature."""
        return f"Prepared({self.method} {self.path.partition('?')[0]})"

    def __rich_repr__(self) -> list[tuple[str, str]]:
        """Show no more in a pretty-printed traceback: msgspec's own would list every field."""
        return [("method", self.method), ("path", self.path.partition("?")[0])]


class Reply(Struct, frozen=True, kw_only=True):
    """What one reply says. At most one of `refusal` and `broken` is set."""

    events: tuple[Happening, ...] = ()
    refusal: VenueRefusal | None = None
    broken: str | None = None
    """Why this is no answer of the exchange: a sentence."""
    edge: bool = False
    """The edge in front of the exchange refused us: everything from this address pauses."""
    token: Secret | None = None
    count: int | None = None
    """Orders that a cancel reached."""
    pending: bool = False
    """The cancel is queued, not done."""
    trigger_ns: int | None = None
    """When the dead man's switch fires, by the exchange's clock."""
    server_ns: int | None = None
    """The exchange's clock, cut to the second."""


def prepare(call: Call, credentials: Credentials | None = None, nonce: int | None = None) -> Prepared:
    """Write a request; a private one is signed with the nonce.

    Raises:
        Forbidden: the endpoint is not on the allow-list.
        KeyProblem: a private call without a key, or with a secret that is not base64.
    """
    endpoint = allowed(call.endpoint)
    if not endpoint.private:
        query = urlencode([(name, _joined(value)) for name, value in call.params])
        return Prepared("GET", f"{endpoint.path}?{query}" if query else endpoint.path, b"", ())
    if credentials is None or nonce is None:
        raise KeyProblem(f"{endpoint.name} needs an API key.")
    otp = otp_field(credentials)
    if endpoint.json:
        body = json.encode({"nonce": str(nonce), **dict(otp), **dict(call.params)})
        content = "application/json"
    else:
        pairs = [("nonce", str(nonce)), *otp, *((name, _joined(value)) for name, value in call.params)]
        body = urlencode(pairs).encode()
        content = "application/x-www-form-urlencoded"
    headers = (
        ("API-Key", credentials.key),
        ("API-Sign", api_sign(endpoint.path, str(nonce), body, credentials.secret)),
        ("Content-Type", content),
    )
    return Prepared("POST", endpoint.path, body, headers)


def decode(
    call: Call,
    status: int,
    body: bytes,
    *,
    account: str,
    names: Names,
    asked_ns: int,
    key: str = "",
    hide: Callable[[str], str] = str,
) -> Reply:
    """Read a reply. Never raises.

    Args:
        call: what was asked.
        status: the HTTP status.
        body: the reply's bytes.
        account: whose account the key belongs to.
        names: how REST's names are joined with the stream's.
        asked_ns: steady time at which the request was written.
        key: fingerprint of the key in use.
        hide: takes what nobody may see out of an error.
    """
    asked = Asked(call.endpoint, account, names, asked_ns, key)
    try:
        opened = open_envelope(status, body, hide)
        if isinstance(opened, VenueRefusal):
            unknown = _unknown(call, opened, asked)
            return Reply(refusal=opened) if unknown is None else Reply(events=(unknown,))
        return _read(call, opened, asked)
    except Broken as broken:
        return Reply(broken=str(broken), edge=broken.edge)
    except UNREADABLE:
        return Reply(broken=f"The exchange's answer to {call.endpoint:.40} makes no sense.")


def _unknown(call: Call, error: VenueRefusal, asked: Asked) -> Happening | None:
    """Read what a query for one order says by its refusal: the exchange knows none of that id."""
    ids = _asked_ids(call) if call.endpoint == "QueryOrders" else ()
    knows_none = error.code.startswith(_KNOWS_NONE) and len(ids) == 1
    return rest_orders.unknown(asked, ids) if knows_none else None


class _Cancelled(Struct, frozen=True):
    count: Whole | None = None
    pending: bool | None = None


class _Switched(Struct, frozen=True):
    trigger: str | None = field(default=None, name="triggerTime")


def _read(call: Call, result: Raw, asked: Asked) -> Reply:
    match call.endpoint:
        case "Time":
            return Reply(server_ns=rest_market.server_time(result))
        case "GetWebSocketsToken":
            return Reply(token=rest_account.token(result))
        case "CancelOrder" | "CancelOrderBatch" | "CancelAll":
            row = fit(plain(result), _Cancelled, "cancel", [])
            if row is None:
                raise nonsense(asked)
            return Reply(count=row.count, pending=row.pending is True)
        case "CancelAllOrdersAfter":
            switched = fit(plain(result), _Switched, "switch", [])
            if switched is None:
                raise nonsense(asked)
            return Reply(trigger_ns=instant(switched.trigger))
    reader = _READERS.get(call.endpoint)
    if reader is not None:
        return Reply(events=tuple(reader(result, asked)))
    return Reply(events=tuple(_answer_to(call, result, asked)))


def _answer_to(call: Call, result: Raw, asked: Asked) -> list[Happening]:
    """Read what only makes sense beside what was asked."""
    match call.endpoint:
        case "OHLC":
            return rest_market.candles(result, asked, _interval(call))
        case "QueryOrders":
            return rest_orders.queried(result, asked, _asked_ids(call))
        case "OrderAmends":
            return rest_amends.amends(result, asked, str(call.param("order_id") or ""))
    raise Broken(f"{call.endpoint:.40} is not a call this program makes.")


_READERS: dict[str, Callable[[Raw, Asked], list[Happening]]] = {
    "SystemStatus": rest_market.system,
    "Assets": rest_market.assets,
    "AssetPairs": rest_market.pairs,
    "Ticker": rest_market.tickers,
    "GetApiKeyInfo": rest_account.key_info,
    "Balance": rest_account.totals,
    "BalanceEx": rest_account.balances,
    "OpenOrders": rest_orders.open_orders,
    "ClosedOrders": rest_history.closed_orders,
    "TradesHistory": rest_history.trades,
    "Ledgers": rest_history.ledger,
    "TradeVolume": rest_history.fees,
}


def _interval(call: Call) -> int:
    value = call.param("interval")
    return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() else 1


def _asked_ids(call: Call) -> tuple[str, ...]:
    value = call.param("txid") or ()
    return tuple(value.split(",")) if isinstance(value, str) else value


def _joined(value: str | tuple[str, ...]) -> str:
    return value if isinstance(value, str) else ",".join(value)
