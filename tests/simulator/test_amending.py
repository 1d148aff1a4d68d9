"""Amends and edits over REST, and the history that they leave."""

import pytest

from krakentui.simulator import accounts
from krakentui.simulator.world import World
from tests.simulator.private import Rest, a_world, alice, place, tell, wait


@pytest.fixture(scope="module")
def a_shared_world() -> World:
    return a_world()


@pytest.fixture
def still(a_shared_world: World) -> World:
    """A world whose counters have drained since the last test."""
    wait(a_shared_world, 200)
    return a_shared_world


def used(world: World) -> float:
    account = alice(world)
    return float(accounts.of(world).judge.engine_gauge(account, "BTC/USD").used(world.clock.now_us()))


def test_an_amend_keeps_the_order_and_is_remembered(still: World) -> None:
    rest, order = Rest(still, "full"), place(still, post_only=True)
    wait(still, 7)
    reply = rest.call("AmendOrder", txid=order.id, order_qty="0.02", limit_price="50000.1")
    assert reply["result"] == {"amend_id": order.amends[-1].id}
    assert (order.qty, order.limit_price, order.amended) == (2_000_000, 500_001, True)
    history = rest.call("OrderAmends", order_id=order.id)["result"]
    assert history["count"] == 2
    original, latest = history["amends"]
    assert [original["amend_type"], latest["amend_type"]] == ["original", "user"]
    assert original["timestamp"] == order.opened_us // 1_000
    assert (latest["limit_price"], latest["order_qty"]) == ("50000.1", "0.02000000")
    assert (latest["reason"], latest["post_only"]) == ("User requested", True)


def test_an_order_that_was_never_amended_has_its_original(still: World) -> None:
    order = place(still)
    history = Rest(still, "full").call("OrderAmends", order_id=order.id)["result"]
    assert (history["count"], history["amends"][0]["amend_type"]) == (1, "original")
    assert order.amends == []


def test_the_worked_example_of_the_documentation_holds(still: World) -> None:
    gauge = accounts.of(still).judge.engine_gauge(alice(still), "BTC/USD")
    rest, spent = Rest(still, "full"), []
    before = used(still)
    reply = rest.call("AddOrder", pair="XBTUSD", type="buy", ordertype="limit", volume="0.01", price="50000")
    spent.append(used(still) - before)
    order = alice(still).open[reply["result"]["txid"][0]]
    for seconds, act in ((7, "AmendOrder"), (36, "CancelOrder")):
        wait(still, seconds)
        before = float(gauge.used(still.clock.now_us()))
        params = {"limit_price": "50001"} if act == "AmendOrder" else {}
        assert rest.error(act, txid=order.id, **params) is None
        spent.append(used(still) - before)
    assert spent == [1, 3, 4]


@pytest.mark.parametrize(
    ("params", "error"),
    [
        ({}, "EGeneral:Invalid arguments"),
        ({"txid": "O", "cl_ord_id": "x"}, "EGeneral:Invalid arguments"),
        ({"txid": "OAAAAA-AAAAA-AAAAAA"}, "EOrder:Unknown order"),
        ({"cl_ord_id": "nobody"}, "EOrder:Unknown order"),
    ],
)
def test_an_amend_names_one_open_order(still: World, params: dict[str, str], error: str) -> None:
    assert Rest(still, "full").error("AmendOrder", **params) == error


@pytest.mark.parametrize(
    ("params", "error"),
    [
        ({}, "EGeneral:Invalid arguments"),
        ({"order_qty": "0"}, "EGeneral:Invalid arguments:order_qty"),
        ({"order_qty": "900"}, "EOrder:Insufficient funds"),
        ({"order_qty": "0.00000001"}, "EOrder:Order minimum not met"),
        ({"limit_price": "1.11"}, "EOrder:Tick size check failed"),
        ({"limit_price": "x"}, "EGeneral:Invalid arguments:limit_price"),
        ({"limit_price": "150000", "post_only": "true"}, "EOrder:Post only order"),
        ({"trigger_price": "5"}, "EGeneral:Invalid arguments:trigger_price"),
        ({"display_qty": "0.001"}, "EGeneral:Invalid arguments:display_qty"),
        ({"limit_price": "5", "deadline": "2020-01-01T00:00:00Z"}, "EService:Deadline elapsed"),
    ],
)
def test_a_senseless_amend_changes_nothing_and_costs_a_point(
    still: World, params: dict[str, str], error: str
) -> None:
    order = place(still)
    terms, before = (order.qty, order.limit_price), used(still)
    assert Rest(still, "full").error("AmendOrder", txid=order.id, **params) == error
    assert ((order.qty, order.limit_price), used(still)) == (terms, before + 1)


def test_a_stop_is_amended_by_its_trigger(still: World) -> None:
    last = still.markets["BTC/USD"].last
    order = place(still, side="sell", type="stop-loss", limit_price=None, trigger_price=last // 2)
    assert Rest(still, "full").error("AmendOrder", txid=order.id, trigger_price="-20%") is None
    assert order.trigger_price == round(last * 0.8)


def test_a_key_that_may_only_cancel_may_amend_but_not_edit(still: World) -> None:
    rest, order = Rest(still, "cancel"), place(still)
    assert rest.error("AmendOrder", txid=order.id, limit_price="50000") is None
    assert rest.error("EditOrder", txid=order.id, pair="XBTUSD") == "EGeneral:Permission denied"


def test_an_edit_replaces_the_order_and_leaves_its_fills(still: World) -> None:
    rest, old = Rest(still, "full"), place(still, qty=1_000_000, userref=4)
    tell(still, "account", fill={"id": old.id, "qty": "0.004"})
    row = rest.call("EditOrder", txid=old.id, pair="XBTUSD", price="50000.5")["result"]
    new = alice(still).open[row.pop("txid")]
    assert row == {
        "status": "ok",
        "originaltxid": old.id,
        "newuserref": 4,
        "volume": "0.00600000",
        "price": "50000.5",
        "orders_cancelled": 1,
        "descr": {"order": "buy 0.00600000 XBTUSD @ limit 50000.5"},
    }
    assert (old.status, old.reason, old.filled, new.filled) == ("canceled", "Order replaced", 400_000, 0)


def test_an_edit_costs_by_the_age_of_what_it_replaces(still: World) -> None:
    rest, order = Rest(still, "full"), place(still)
    wait(still, 12)
    before = used(still)
    rest.call("EditOrder", txid=order.id, pair="XBTUSD", volume="0.01")
    assert used(still) - before == 5


@pytest.mark.parametrize(
    ("params", "error"),
    [
        ({"pair": "ETHUSD"}, "EOrder:Unknown order"),
        ({"pair": "WWWUSD"}, "EQuery:Unknown asset pair"),
        ({"volume": "x"}, "EGeneral:Invalid arguments:volume"),
        ({"volume": "900"}, "EOrder:Insufficient funds"),
        ({"price": "150000", "oflags": "post"}, "EOrder:Post only order"),
        ({"leverage": "5"}, "EAccount:Invalid permissions"),
    ],
)
def test_a_refused_edit_leaves_the_order_alone(still: World, params: dict[str, str], error: str) -> None:
    order = place(still)
    wanted = {"txid": order.id, "pair": "XBTUSD"} | params
    assert Rest(still, "full").error("EditOrder", **wanted) == error
    assert not order.is_done


def test_an_edit_of_a_stop_moves_trigger_and_limit(still: World) -> None:
    last = still.markets["BTC/USD"].last
    kind = "stop-loss-limit"
    old = place(still, side="sell", type=kind, trigger_price=last // 2, limit_price=last // 3)
    wanted = {"txid": old.id, "pair": "XBTUSD", "price": "60000", "price2": "59000"}
    row = Rest(still, "full").call("EditOrder", **wanted)["result"]
    assert (row["price"], row["price2"]) == ("60000.0", "59000.0")
    assert alice(still).open[row["txid"]].trigger_price == 600_000
