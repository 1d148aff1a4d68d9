"""The allow-list: what this program can ask for, and that nothing else exists."""

import pytest

from krakentui.model.error import Forbidden
from krakentui.wire.spot.endpoints import (
    ENDPOINTS,
    OLD_EVENTS,
    WS_METHODS,
    allowed,
    allowed_method,
    allowed_path,
    check_message,
)

PUBLIC = {"Time", "SystemStatus", "Assets", "AssetPairs", "Ticker", "OHLC"}
READS = {
    "GetApiKeyInfo",
    "GetWebSocketsToken",
    "Balance",
    "BalanceEx",
    "OpenOrders",
    "QueryOrders",
    "OrderAmends",
}
HISTORY = {"ClosedOrders", "TradesHistory", "Ledgers", "TradeVolume"}
CANCELS = {"CancelOrder", "CancelOrderBatch", "CancelAll", "CancelAllOrdersAfter"}
NEVER = (
    "AddOrder",
    "AddOrderBatch",
    "AmendOrder",
    "EditOrder",
    "Withdraw",
    "WalletTransfer",
    "AccountTransfer",
    "Earn/Allocate",
    "addorder",
    "",
)


def test_the_list_is_exactly_reads_and_cancels() -> None:
    assert set(ENDPOINTS) == PUBLIC | READS | HISTORY | CANCELS


def test_over_a_socket_it_is_exactly_subscriptions_and_cancels() -> None:
    assert WS_METHODS - {"subscribe", "unsubscribe", "ping"} == {
        "cancel_order",
        "batch_cancel",
        "cancel_all",
        "cancel_all_orders_after",
    }
    assert list(OLD_EVENTS) == ["subscribe"]


def test_every_message_of_the_list_passes() -> None:
    for method in WS_METHODS:
        check_message(f'{{"method":"{method}","req_id":1,"params":{{"method":"add_order"}}}}')
    check_message('{"event":"subscribe","reqid":1}')


def test_only_cancels_write() -> None:
    assert {endpoint.name for endpoint in ENDPOINTS.values() if endpoint.writes} == CANCELS


def test_public_calls_are_not_private() -> None:
    assert {endpoint.name for endpoint in ENDPOINTS.values() if not endpoint.private} == PUBLIC


def test_either_trading_permission_allows_a_cancel() -> None:
    for name in CANCELS:
        assert ENDPOINTS[name].any_of == {"close-trades", "modify-trades"}


@pytest.mark.parametrize("name", NEVER)
def test_anything_else_is_forbidden(name: str) -> None:
    with pytest.raises(Forbidden):
        allowed(name)
    assert not allowed_path(f"/0/private/{name}")


def test_a_public_name_on_the_private_path_is_forbidden() -> None:
    assert allowed_path("/0/public/Time")
    assert not allowed_path("/0/private/Time")


@pytest.mark.parametrize("method", ["add_order", "amend_order", "edit_order", "batch_add", "withdraw", ""])
def test_no_order_can_be_placed_or_changed_over_the_socket(method: str) -> None:
    assert method not in WS_METHODS
    with pytest.raises(Forbidden):
        allowed_method(method)
