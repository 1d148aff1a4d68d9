"""Faults of the world: mode, tier, other programs; and the control calls for them."""

import json
from fractions import Fraction
from typing import Any

import pytest

from krakentui.simulator.accounts import of
from krakentui.simulator.refusal import Refused
from tests.simulator.faults.scene import Rest, a_world, asked, inject, place, public, talk_to, tell, wait
from tests.simulator.private import alice


def system_of(frames: list[str]) -> list[str]:
    told = [json.loads(text) for text in frames]
    return [frame["data"][0]["system"] for frame in told if frame.get("channel") == "status"]


@pytest.mark.parametrize(
    ("mode", "add", "cancel"),
    [
        ("maintenance", "EService:Unavailable", "EService:Unavailable"),
        ("cancel_only", "EService:Market in cancel_only mode", None),
        ("post_only", "EService:Market in post_only mode", None),
    ],
)
def test_each_mode_refuses_what_it_should(mode: str, add: str, cancel: str | None) -> None:
    world = a_world()
    order, talk = place(world), talk_to(world)
    inject(world, "mode", mode=mode, when={"for": "60s"})
    asking = {"pair": "BTC/USD", "qty": "0.001", "price": "50000"}
    with pytest.raises(Refused, match=add):
        tell(world, "account", order=asking, **{"as": "other"})
    assert Rest(world).error("CancelOrder", txid=order.id) == cancel
    assert json.loads(asked(world, "SystemStatus").reply.body)["result"]["status"] == mode
    wait(world, 60)
    assert system_of(talk.frames) == [mode, "online"]


def test_post_only_orders_are_taken_in_post_only_mode() -> None:
    world = a_world()
    inject(world, "mode", mode="post_only")
    asking = {"pair": "BTC/USD", "qty": "0.001", "price": "50000", "post_only": True}
    assert tell(world, "account", order=asking, **{"as": "other"})["orders"]


def test_nothing_trades_while_the_engine_is_not_online() -> None:
    world = a_world(frozen=False)
    listener = public(world, "trade")
    number = inject(world, "mode", mode="cancel_only")
    wait(world, 30)
    assert list(listener.data("trade")) == []
    tell(world, "faults", clear=number)
    wait(world, 30)
    assert list(listener.data("trade")) != []


def test_announced_maintenance_is_told_by_rest_and_socket_until_it_starts() -> None:
    world = a_world()
    listener = public(world)
    tell(world, "maintenance", announce={"title": "Engine upgrade", "starts": "20m", "lasts": "5m"})

    def told() -> list[dict[str, Any]]:
        return list(json.loads(asked(world, "SystemStatus").reply.body)["result"]["upcoming_maintenance"])

    assert [(e["title"], e["phase"], e["time_to_start_s"]) for e in told()] == [
        ("Engine upgrade", "approaching_30m", 1200)
    ]
    wait(world, 1_100)
    wait(world, 99)
    assert told()[0]["phase"] == "final_warning_30s"
    wait(world, 1)
    assert told() == []
    frames = [frame["data"][0] for frame in listener.data("status")]
    phases = [[e["phase"] for e in frame["upcoming_maintenance"]] for frame in frames]
    assert phases == [["approaching_30m"], ["imminent_5m"], ["final_warning_30s"], []]


def test_another_tier_changes_what_the_account_may_spend() -> None:
    world = a_world()
    assert tell(world, "tier", tier="pro")["was"] == "intermediate"
    place(world)
    assert of(world).judge.engine_gauge(alice(world), "BTC/USD").maximum == 180
    with pytest.raises(Refused, match="tier is one of"):
        tell(world, "tier", tier="emperor")
    number = inject(world, "tier", tier="starter")
    assert alice(world).tier.name == "starter"
    tell(world, "faults", clear=number)
    assert alice(world).tier.name == "pro"


def test_other_rules_count_from_now_on() -> None:
    world = a_world()
    tell(world, "rules", rules="strict")
    assert of(world).judge.rules.edge == ">="
    with pytest.raises(Refused, match="rules is one of"):
        tell(world, "rules", rules="none")


def test_foreign_calls_use_the_keys_counter() -> None:
    world = a_world()
    inject(world, "foreign", what="rest", rate=2, match={"key": "cancel"}, when={"for": "10s"})
    wait(world, 10)
    key = of(world).programs["cancel"]
    used = of(world).judge.rest_gauge(key, alice(world).tier).used(world.clock.now_us())
    assert Fraction(13) < used <= Fraction(16)


def test_foreign_orders_use_the_pairs_counter_and_leave_nothing() -> None:
    world = a_world()
    before = set(alice(world).open)
    number = inject(world, "foreign", what="orders", rate=2, pair="ETH/USD")
    wait(world, 20)
    assert of(world).judge.engine_gauge(alice(world), "ETH/USD").used(world.clock.now_us()) > 10
    tell(world, "faults", clear=number)
    assert set(alice(world).open) == before
