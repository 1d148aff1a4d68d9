"""Faults around cancels."""

import pytest

from krakentui.simulator.account import Account
from tests.simulator.faults.scene import Rest, a_world, inject, place, talk_to, wait
from tests.simulator.private import alice


def statuses(account: Account, *ids: str) -> list[str]:
    return [known.status for one in ids if (known := account.order(one)) is not None]


def test_an_order_fills_before_its_cancel_arrives() -> None:
    world = a_world()
    talk = talk_to(world)
    order = place(world)
    talk.take()
    inject(world, "fill_before_cancel", when={"times": 1})
    said = talk.send("cancel_order", order_id=[order.id])
    assert {frame.get("error") for frame in said if "method" in frame} == {"EOrder:Unknown order"}
    assert statuses(alice(world), order.id) == ["filled"]


def test_a_part_fills_before_the_cancel() -> None:
    world = a_world()
    order = place(world)
    inject(world, "fill_before_cancel", part=0.4)
    assert Rest(world).call("CancelOrder", txid=order.id)["result"] == {"count": 1}
    assert statuses(alice(world), order.id) == ["canceled"]
    assert order.filled * 10 == order.qty * 4


def test_a_cancel_can_succeed_and_do_nothing_once() -> None:
    world = a_world()
    order = place(world)
    inject(world, "cancel_noop", when={"times": 1})
    rest = Rest(world)
    assert rest.call("CancelOrder", txid=order.id)["result"] == {"count": 1}
    assert statuses(alice(world), order.id) == ["new"]
    assert rest.call("CancelOrder", txid=order.id)["result"] == {"count": 1}
    assert statuses(alice(world), order.id) == ["canceled"]


def test_a_socket_cancel_can_succeed_and_do_nothing() -> None:
    world = a_world()
    talk = talk_to(world)
    order = place(world)
    talk.take()
    inject(world, "cancel_noop")
    said = talk.send("cancel_order", order_id=[order.id])
    assert [frame["success"] for frame in said] == [True]
    assert statuses(alice(world), order.id) == ["new"]


def test_a_pending_cancel_is_done_later() -> None:
    world = a_world()
    order = place(world)
    inject(world, "pending_cancel", s=2)
    assert Rest(world).call("CancelOrder", txid=order.id)["result"] == {"count": 1, "pending": True}
    wait(world, 1)
    assert statuses(alice(world), order.id) == ["new"]
    wait(world, 1)
    assert statuses(alice(world), order.id) == ["canceled"]


@pytest.mark.parametrize("route", ["rest", "socket"])
def test_a_batch_ends_only_some_and_counts_them(route: str) -> None:
    world = a_world()
    orders = [place(world, away_bp=-100 * number) for number in range(1, 5)]
    ids = [order.id for order in orders]
    inject(world, "partial_batch")
    if route == "rest":
        told = Rest(world).json("CancelOrderBatch", orders=ids)["result"]
    else:
        told = next(f for f in talk_to(world).send("batch_cancel", orders=ids) if "method" in f)["result"]
    assert told == {"count": 2}
    assert sorted(statuses(alice(world), *ids)) == ["canceled", "canceled", "new", "new"]
