"""The dead man's switch: one timer an account, replaced by each call, fired once."""

import pytest

from krakentui.simulator import accounts
from tests.simulator.private import Rest, Talk, a_world, alice, place, tell, wait


def test_it_cancels_everything_once_and_is_off_then() -> None:
    world = a_world()
    count = len(alice(world).open)
    assert Rest(world).call("CancelAllOrdersAfter", timeout="60")["result"] == {
        "currentTime": "2027-03-10T09:00:00Z",
        "triggerTime": "2027-03-10T09:01:00Z",
    }
    wait(world, 59.9)
    assert len(alice(world).open) == count
    wait(world, 0.2)
    assert not alice(world).open
    assert {order.reason for order in list(alice(world).closed.values())[-count:]} == {
        "CancelAllOrdersAfter Timeout"
    }
    later = place(world)
    wait(world, 200)
    assert not later.is_done


def test_each_call_replaces_the_timer() -> None:
    world = a_world()
    rest = Rest(world)
    for _ in range(5):
        rest.call("CancelAllOrdersAfter", timeout="60")
        wait(world, 30)
    assert alice(world).open
    wait(world, 31)
    assert not alice(world).open


def test_the_truth_says_when_it_runs_out() -> None:
    world = a_world()
    Rest(world).call("CancelAllOrdersAfter", timeout="60")
    found = tell(world, "truth")["accounts"]
    assert found["alice"]["cancel_after"] == "2027-03-10T09:01:00.000000Z"
    assert found["bob"]["cancel_after"] is None
    wait(world, 61)
    assert tell(world, "truth")["accounts"]["alice"]["cancel_after"] is None


def test_zero_takes_it_away() -> None:
    world = a_world()
    rest = Rest(world)
    rest.call("CancelAllOrdersAfter", timeout="60")
    times = rest.call("CancelAllOrdersAfter", timeout="0")["result"]
    assert times["currentTime"] == times["triggerTime"]
    wait(world, 100)
    assert alice(world).open


def test_it_outlives_the_socket_that_armed_it() -> None:
    world = a_world()
    talk = Talk(world, "full")
    talk.send("cancel_all_orders_after", timeout=10)
    talk.talk.closed()
    wait(world, 11)
    assert not alice(world).open


def test_it_is_the_accounts_own() -> None:
    world = a_world()
    Rest(world).call("CancelAllOrdersAfter", timeout="10")
    wait(world, 11)
    assert accounts.of(world).by_name["bob"].open


def test_it_waits_for_the_end_of_maintenance() -> None:
    world = a_world()
    Rest(world).call("CancelAllOrdersAfter", timeout="10")
    world.set_system("maintenance")
    wait(world, 30)
    assert alice(world).open
    world.set_system("cancel_only")
    wait(world, 2)
    assert not alice(world).open


def test_it_counts_on_the_engines_counters() -> None:
    world = a_world()
    wait(world, 300)
    place(world)
    Rest(world).call("CancelAllOrdersAfter", timeout="1")
    gauge = accounts.of(world).judge.engine_gauge(alice(world), "BTC/USD")
    wait(world, 1)
    assert gauge.used(world.clock.now_us()) == 8


@pytest.mark.parametrize("timeout", ["", "-1", "86400", "soon", "1.5"])
def test_a_malformed_timeout_is_refused(timeout: str) -> None:
    assert Rest(a_world()).error("CancelAllOrdersAfter", timeout=timeout) == (
        "EGeneral:Invalid arguments:timeout"
    )
