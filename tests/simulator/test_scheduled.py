"""Orders that start later: they wait, count, go live at their instant, and have a limit of their own."""

from typing import Any

import pytest

from krakentui.simulator.orders import Order
from krakentui.simulator.world import World
from tests.simulator.private import Rest, Talk, a_world, alice, tell, wait
from tests.simulator.test_adding import LIMIT, PAIR, add, call, refused

SMALL = LIMIT | {"volume": "0.001"}


def rows(world: World) -> list[dict[str, Any]]:
    return [row for row in tell(world, "limits")["limits"] if row["name"] == "scheduled_orders"]


def scheduled(world: World, start: str = "+60", **changes: object) -> Order:
    return add(world, **(SMALL | {"starttm": start} | changes))


def test_a_scheduled_order_is_pending_until_its_instant() -> None:
    world = a_world()
    order = scheduled(world)
    seen = [order.status]
    for _ in range(2):
        wait(world, 30)
        seen.append(order.status)
    assert seen == ["pending_new", "pending_new", "new"]


def test_it_does_not_trade_before_it_starts() -> None:
    world = a_world()
    last = world.markets[PAIR].last
    order = scheduled(world, price=f"{last * 1.02 / 10:.1f}")
    assert (order.filled, order.is_done) == (0, False)
    wait(world, 61)
    assert order.status == "filled"


def test_it_holds_its_money_and_counts_as_open() -> None:
    world = a_world()
    before = alice(world).held("USD")
    order = scheduled(world)
    assert order.id in alice(world).open
    assert alice(world).held("USD") > before


def test_rest_and_stream_name_its_start() -> None:
    world = a_world()
    talk = Talk(world, "full")
    talk.executions()
    talk.take()
    order = scheduled(world)
    row = Rest(world, "full").call("QueryOrders", txid=order.id)["result"][order.id]
    assert (row["status"], row["starttm"]) == ("pending", (order.starts_us or 0) // 1_000_000)
    (entry,) = [frame["data"][0] for frame in talk.take() if frame.get("channel") == "executions"]
    assert (entry["exec_type"], entry["effective_time"]) == ("pending_new", "2027-03-10T09:01:00.000000Z")
    wait(world, 61)
    (live,) = [frame["data"][0] for frame in talk.take() if frame.get("channel") == "executions"]
    assert (live["exec_type"], live["timestamp"]) == ("new", "2027-03-10T09:01:00.000000Z")


def test_the_snapshot_shows_it_as_pending() -> None:
    world = a_world()
    order = scheduled(world)
    frames = Talk(world, "full").executions()
    (entry,) = [row for row in frames[1]["data"] if row["order_id"] == order.id]
    assert (entry["exec_type"], entry["order_status"]) == ("pending_new", "pending_new")


def test_the_new_stream_takes_it_with_an_effective_time() -> None:
    world = a_world()
    talk = Talk(world, "full")
    (answer,) = talk.send(
        "add_order",
        order_type="limit",
        side="buy",
        symbol=PAIR,
        order_qty=0.001,
        limit_price=50_000,
        effective_time="2027-03-10T09:10:00Z",
    )
    order = alice(world).open[answer["result"]["order_id"]]
    assert order.is_scheduled


def test_a_cancelled_one_never_starts() -> None:
    world = a_world()
    order = scheduled(world)
    assert call(world, "CancelOrder", txid=order.id)["error"] == []
    wait(world, 61)
    assert (order.status, order.endings) == ("canceled", 1)


def test_an_amend_leaves_it_scheduled() -> None:
    world = a_world()
    order = scheduled(world)
    assert call(world, "AmendOrder", txid=order.id, order_qty="0.2")["error"] == []
    assert order.is_scheduled
    wait(world, 61)
    assert order.status == "new"


def test_it_may_end_before_it_starts() -> None:
    world = a_world()
    order = scheduled(world, timeinforce="GTD", expiretm="+30")
    wait(world, 61)
    assert order.status == "expired"


@pytest.mark.parametrize(("tier", "most"), [("starter", 15), ("intermediate", 25), ("pro", 40)])
def test_a_pair_has_so_many_scheduled_orders_and_no_more(tier: str, most: int) -> None:
    world = a_world(tier=tier)
    for _ in range(most):
        scheduled(world)
        wait(world, 0.2)
    assert refused(world, "AddOrder", **SMALL, starttm="+60") == "EOrder:Scheduled orders limit exceeded"
    assert refused(world, "AddOrder", **SMALL) is None


def test_other_pairs_have_their_own() -> None:
    world = a_world(tier="starter")
    for _ in range(15):
        scheduled(world)
    ask = SMALL | {"pair": "ETHUSD", "price": "1000", "starttm": "+60"}
    assert refused(world, "AddOrder", **ask) is None


def test_an_order_that_starts_within_5_s_does_not_count() -> None:
    world = a_world()
    scheduled(world, "+4.9")
    scheduled(world, "+5")
    (row,) = rows(world)
    assert row["used"] == "1/1"


def test_the_count_is_told_with_the_instant_at_which_one_starts() -> None:
    world = a_world(tier="starter")
    for number in range(15):
        scheduled(world, f"+{100 - number}")
    (row,) = rows(world)
    assert row["scope"] == {"account": "alice", "pair": PAIR}
    assert (row["used"], row["max"], row["decay"]) == ("15/1", "15", None)
    assert row["free_at"] == "2027-03-10T09:01:26.000000Z"
    wait(world, 86)
    (row,) = rows(world)
    assert (row["used"], row["free_at"]) == ("14/1", "2027-03-10T09:01:26.000000Z")


@pytest.mark.parametrize("start", ["-5", "1", "soon", "+99999999"])
def test_a_start_that_is_no_instant_ahead_is_refused(start: str) -> None:
    assert refused(a_world(), "AddOrder", **SMALL, starttm=start) == "EGeneral:Invalid arguments:starttm"
