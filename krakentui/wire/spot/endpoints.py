"""What may be called at all: the allow-list of the live client.

Order entry, funding, withdrawals and earn do not exist here, so no bug can reach them. The transports
ask again for the path or the message that they are handed. Permissions: REST reference 5.1.
"""

from collections.abc import Mapping
from types import MappingProxyType

from msgspec import DecodeError, Struct, json

from krakentui.model.error import Forbidden

_FUNDS = frozenset({"query-funds"})
_OPEN = frozenset({"query-open-trades"})
_CLOSED = frozenset({"query-closed-trades"})
_LEDGER = frozenset({"query-ledger"})
_ANY_ORDERS = frozenset({"query-open-trades", "query-closed-trades"})
_CANCEL = frozenset({"close-trades", "modify-trades"})
_TOKEN = frozenset({"create-ws-token"})


class Endpoint(Struct, frozen=True):
    """One REST call that we may make."""

    name: str
    private: bool = False
    json: bool = False
    """The body is JSON: nested lists cannot be written as a form."""
    writes: bool = False
    """It changes something at the exchange: it cancels."""
    any_of: frozenset[str] = frozenset()
    """Permissions of which one is enough; empty = none needed."""

    @property
    def path(self) -> str:
        """Tell the path below the host, version included."""
        return f"/0/{'private' if self.private else 'public'}/{self.name}"


ENDPOINTS: Mapping[str, Endpoint] = MappingProxyType(
    {
        endpoint.name: endpoint
        for endpoint in (
            Endpoint("Time"),
            Endpoint("SystemStatus"),
            Endpoint("Assets"),
            Endpoint("AssetPairs"),
            Endpoint("Ticker"),
            Endpoint("OHLC"),
            Endpoint("GetApiKeyInfo", private=True),
            Endpoint("GetWebSocketsToken", private=True, any_of=_TOKEN),
            Endpoint("Balance", private=True, any_of=_FUNDS),
            Endpoint("BalanceEx", private=True, any_of=_FUNDS),
            Endpoint("OpenOrders", private=True, any_of=_OPEN),
            Endpoint("QueryOrders", private=True, any_of=_ANY_ORDERS),
            Endpoint("OrderAmends", private=True, any_of=_ANY_ORDERS),
            Endpoint("ClosedOrders", private=True, any_of=_CLOSED),
            Endpoint("TradesHistory", private=True, any_of=_CLOSED),
            Endpoint("Ledgers", private=True, any_of=_LEDGER),
            Endpoint("TradeVolume", private=True, any_of=_FUNDS),
            Endpoint("CancelOrder", private=True, writes=True, any_of=_CANCEL),
            Endpoint("CancelOrderBatch", private=True, json=True, writes=True, any_of=_CANCEL),
            Endpoint("CancelAll", private=True, writes=True, any_of=_CANCEL),
            Endpoint("CancelAllOrdersAfter", private=True, writes=True, any_of=_CANCEL),
        )
    }
)

WS_METHODS = frozenset(
    {
        "subscribe",
        "unsubscribe",
        "ping",
        "cancel_order",
        "batch_cancel",
        "cancel_all",
        "cancel_all_orders_after",
    }
)
"""What may be sent over a websocket."""

OLD_EVENTS = frozenset({"subscribe"})
"""What may be sent over the old websocket, whose messages name an event."""


class _Message(Struct):
    method: str | None = None
    event: str | None = None


_PATHS = frozenset(endpoint.path for endpoint in ENDPOINTS.values())


def allowed(name: str) -> Endpoint:
    """Give the endpoint of this name.

    Raises:
        Forbidden: we never call it.
    """
    endpoint = ENDPOINTS.get(name)
    if endpoint is None:
        raise Forbidden(f"{name:.40} is not a call this program makes: it was not sent.")
    return endpoint


def allowed_path(path: str) -> bool:
    """Tell whether a request path, without its query, belongs to the allow-list."""
    return path in _PATHS


def allowed_method(method: str) -> str:
    """Give the websocket method back.

    Raises:
        Forbidden: we never send it.
    """
    if method not in WS_METHODS:
        raise Forbidden(f"{method:.40} is not a message this program sends: it was not sent.")
    return method


def check_message(text: str) -> None:
    """Pass if this message may leave over a websocket.

    Raises:
        Forbidden: it is none of those that this program sends.
    """
    try:
        told = json.decode(text, type=_Message)
    except DecodeError:  # a wrong type is one, too
        raise Forbidden("That is no message of this program: it was not sent.") from None
    if told.event is None:
        allowed_method(told.method or "")
    elif told.method is not None or told.event not in OLD_EVENTS:
        raise Forbidden(f"{told.event:.40} is not a message this program sends: it was not sent.")
