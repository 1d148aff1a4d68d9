"""Every knob of manners does what it says, and its default is what it was before it was turned."""

import json
from typing import Any

import pytest

from krakentui.simulator import accounts, manners
from krakentui.simulator.knobs import OF_MANNERS, OF_RULES
from krakentui.simulator.manners import Manners
from krakentui.simulator.refusal import Refused
from krakentui.simulator.rules import RULE_SETS, rest_cost
from krakentui.simulator.world import World
from tests.simulator.private import Rest, Talk, a_world, alice, place, tell, wait

WANTED = {"pair": "XBTUSD", "type": "buy", "ordertype": "limit", "volume": "0.01", "price": "50000"}
UNKNOWN = "OAAAAA-AAAAA-AAAAAA"


def turned(**knobs: Any) -> World:  # noqa: ANN401  any knob
    world = a_world()
    tell(world, "rules", knobs=knobs)
    return world


def engine(world: World) -> str:
    rows = tell(world, "limits")["limits"]
    scope = {"account": "alice", "pair": "BTC/USD"}
    return next((row["used"] for row in rows if row["name"] == "engine" and row["scope"] == scope), "0/1")


def test_every_knob_is_told_and_none_stands_in_both_tables() -> None:
    assert [*tell(a_world(), "rules")["knobs"]] == [*OF_RULES, *OF_MANNERS]
    assert not set(OF_RULES) & set(OF_MANNERS)
    assert {name: getattr(Manners(), name) for name in OF_MANNERS} == {
        name: tell(a_world(), "rules")["knobs"][name] for name in OF_MANNERS
    }


@pytest.mark.parametrize("name", manners.CHOICES)
def test_a_default_is_the_first_choice(name: str) -> None:
    first = manners.CHOICES[name][0]
    assert getattr(Manners(), name) == (first if not isinstance(first, bool) else getattr(Manners(), name))


def test_turning_manners_leaves_counters_alone() -> None:
    world = a_world()
    Rest(world, "full").call("AddOrder", **WANTED)
    before = engine(world)
    tell(world, "rules", knobs={"amends_unit": "ns"})
    assert engine(world) == before != "0/1"


@pytest.mark.parametrize(
    "knobs",
    [
        {"lockout_s": 0},
        {"lockout_after": True},
        {"amends_unit": "s"},
        {"newer_fields": 1},
        {"first_sequence": True},
        {"unfilled_reason": "x" * 101},
        {"unfilled_reason": None},
        {"mood": "good"},
    ],
)
def test_a_knob_that_cannot_stand_so_is_refused_with_a_sentence(knobs: dict[str, object]) -> None:
    world = a_world()
    before = tell(world, "rules")
    with pytest.raises(Refused, match=next(iter(knobs))):
        tell(world, "rules", knobs={"key_info_case": "snake", **knobs})
    assert tell(world, "rules") == before


def test_lockouts_come_as_soon_and_last_as_long_as_told() -> None:
    world = turned(lockout_after=2, lockout_s=30)
    rest = Rest(world, "watch")
    wrong = rest.form("Balance")
    wrong.headers["api-sign"] = "wrong"
    assert [rest.send(wrong)["error"][0] for _ in range(2)] == ["EAPI:Invalid signature"] * 2
    assert rest.error("Balance") == "EGeneral:Temporary lockout"
    wait(world, 31)
    assert rest.error("Balance") is None


@pytest.mark.parametrize("error", ["EAPI:Invalid key", "EGeneral:Permission denied"])
def test_who_is_shut_out_hears_one_or_the_other(error: str) -> None:
    world = turned(shut_out_error=error)
    tell(world, "key", key="full", ips=["127.0.0.2"])
    tell(world, "key", key="watch", expires=0)
    assert [Rest(world, name).error("Balance") for name in ("full", "watch")] == [error, error]


def test_a_key_describes_itself_in_snake_case() -> None:
    told = Rest(turned(key_info_case="snake"), "watch").call("GetApiKeyInfo")["result"]
    assert {
        "api_key_name",
        "api_key",
        "nonce_window",
        "valid_until",
        "ip_allowlist",
        "last_used",
    } <= told.keys()
    assert all(name == name.lower() for name in told)


def test_the_trade_balance_may_need_funds_instead() -> None:
    for needs, may in (("query-open-trades", "query-funds"), ("query-funds", "query-open-trades")):
        world = turned(trade_balance_needs=needs)
        tell(world, "key", key="full", permissions=[may])
        assert Rest(world, "full").error("TradeBalance") == "EGeneral:Permission denied"
        tell(world, "key", key="full", permissions=[needs])
        assert Rest(world, "full").error("TradeBalance") is None


def test_amends_are_dated_in_nanoseconds() -> None:
    stamps = []
    for unit in ("ms", "ns"):
        world = turned(amends_unit=unit)
        order = place(world)
        (row,) = Rest(world, "full").call("OrderAmends", order_id=order.id)["result"]["amends"]
        stamps.append(row["timestamp"])
    assert stamps[1] == stamps[0] * 1_000_000


def test_a_switch_that_is_off_may_have_no_time() -> None:
    world = turned(disarmed_trigger="0")
    assert Rest(world, "full").call("CancelAllOrdersAfter", timeout="0")["result"]["triggerTime"] == "0"
    assert Rest(world, "full").call("CancelAllOrdersAfter", timeout="9")["result"]["triggerTime"] != "0"
    (answer,) = Talk(world, "full").send("cancel_all_orders_after", timeout=0)
    assert answer["result"]["triggerTime"] == "0"


@pytest.mark.parametrize("newer", [True, False])
def test_newer_fields_are_there_or_not(*, newer: bool) -> None:
    rest = Rest(turned(newer_fields=newer), "full")
    order = next(iter(rest.call("OpenOrders")["result"]["open"].values()))
    closed = next(iter(rest.call("ClosedOrders")["result"]["closed"].values()))
    trade = next(iter(rest.call("TradesHistory")["result"]["trades"].values()))
    found = ("time_in_force" in order, "time_in_force" in closed, "aclass" in trade)
    assert (*found, "mfo" in rest.call("TradeBalance")["result"]) == (newer,) * 4


def test_a_batch_with_an_unknown_id_may_be_refused() -> None:
    world = turned(unknown_in_batch="refuse")
    orders = [place(world).id, place(world).id]
    rest = Rest(world, "full")
    assert rest.json("CancelOrderBatch", orders=[*orders, UNKNOWN])["error"] == ["EOrder:Unknown order"]
    assert rest.json("CancelOrderBatch", orders=orders)["result"] == {"count": 2}


def test_a_batch_cancel_may_count_beside_the_result() -> None:
    world = turned(batch_cancel_answer="orders_cancelled")
    orders = [place(world).id, place(world).id]
    (answer,) = Talk(world).send("batch_cancel", orders=orders)
    assert answer["orders_cancelled"] == 2
    assert "result" not in answer


@pytest.mark.parametrize(("order", "step"), [("last_first", -1), ("as_asked", 1)])
def test_cancels_are_answered_in_either_order(order: str, step: int) -> None:
    world = turned(cancel_answers=order)
    ids = [place(world).id for _ in range(3)]
    answers = Talk(world).send("cancel_order", order_id=ids)
    assert [answer["result"]["order_id"] for answer in answers] == ids[::step]


@pytest.mark.parametrize(("answers", "count"), [("one", 1), ("each", 3)])
def test_a_shared_reference_is_answered_once_or_for_each_order(answers: str, count: int) -> None:
    world = turned(userref_answers=answers)
    for _ in range(3):
        place(world, userref=77)
    talk = Talk(world)
    assert len(talk.send("cancel_order", order_userref=[77])) == count
    (refused,) = talk.send("cancel_order", order_userref=[78])
    assert refused["error"] == "EOrder:Unknown order"


def test_orders_and_fills_may_come_in_two_frames() -> None:
    frames = Talk(turned(snapshot_frames="two")).executions(snap_orders=True, snap_trades=True)
    kinds = [{entry["exec_type"] == "trade" for entry in frame["data"]} for frame in frames[1:]]
    assert kinds == [{False}, {True}]
    assert [frame["sequence"] for frame in frames[1:]] == [1, 2]


@pytest.mark.parametrize("first", [1, 2])
def test_the_first_update_without_a_snapshot_is_the_first_or_second(first: int) -> None:
    world = turned(first_sequence=first)
    talk = Talk(world)
    talk.executions(snap_orders=False, snap_trades=False)
    talk.take()
    place(world)
    assert talk.take()[0]["sequence"] == first


@pytest.mark.parametrize("balance", ["asset", "wallet"])
def test_an_earn_wallets_row_tells_its_own_balance_or_the_assets(balance: str) -> None:
    world = turned(earn_balance=balance)
    account = alice(world)
    name, wallet = next(iter(account.wallets.items()))
    talk = Talk(world)
    talk.balances()
    talk.take()
    accounts.of(world).desk.deposit(account, name, 10**8)
    (row,) = talk.take()[0]["data"]
    units = account.total(wallet.asset) if balance == "asset" else account.ledger.balance(name)
    assert row["balance"] == units / 10 ** account.ledger.assets[name].places
    assert account.total(wallet.asset) != account.ledger.balance(name)


@pytest.mark.parametrize("mode", ["engine", "pair"])
def test_an_amend_may_pass_in_cancel_only(mode: str) -> None:
    world = turned(amend_in_cancel_only=True)
    order = place(world)
    if mode == "engine":
        tell(world, "maintenance", mode="cancel_only")
    else:
        tell(world, "market", pair="BTC/USD", halt=True)
    assert Rest(world, "full").error("AmendOrder", txid=order.id, limit_price="60001") is None


@pytest.mark.parametrize(("volume", "whole"), [("rest", False), ("whole", True)])
@pytest.mark.parametrize("surface", ["rest", "socket"])
def test_an_edit_without_a_volume_asks_for_the_rest_or_the_whole(
    volume: str, surface: str, *, whole: bool
) -> None:
    world = turned(edit_volume=volume)
    order = place(world)
    filled = order.qty // 4
    accounts.of(world).desk.matching.fill_by_script(order, order.limit_price or 0, filled)
    if surface == "rest":
        answer = Rest(world, "full").call("EditOrder", pair="XBTUSD", txid=order.id, price="60001")
        made = answer["result"]["txid"]
    else:
        (answer, *_) = Talk(world, "full").send(
            "edit_order", symbol="BTC/USD", order_id=order.id, limit_price=60001
        )
        made = answer["result"]["order_id"]
    assert alice(world).open[made].qty == (order.qty if whole else order.qty - filled)


def test_a_validation_may_look_at_funds() -> None:
    rich = {**WANTED, "volume": "9000", "validate": "true"}
    assert Rest(turned(), "full").error("AddOrder", **rich) is None
    assert Rest(turned(validate_funds=True), "full").error("AddOrder", **rich) == "EOrder:Insufficient funds"


def test_a_validation_may_count() -> None:
    for counts, used in ((False, "0/1"), (True, "1/1")):
        world = turned(validate_counts=counts)
        wait(world, 600)
        Rest(world, "full").call("AddOrder", **WANTED, validate="true")
        assert engine(world) == used


def test_what_is_not_filled_ends_with_the_reason_told() -> None:
    world = turned(unfilled_reason="IOC order")
    order = place(world, force="IOC")
    assert (order.status, order.reason) == ("canceled", "IOC order")


@pytest.mark.parametrize(
    ("knobs", "endpoint", "cost"),
    [
        ({}, "ClosedOrders", 4),
        ({"closed_orders_cost": "plain"}, "ClosedOrders", 1),
        ({"closed_orders_cost": "plain"}, "Ledgers", 4),
        ({"order_calls_cost": 1}, "AmendOrder", 1),
        ({"order_calls_cost": 1}, "CancelOrderBatch", 1),
        ({"order_calls_cost": 1}, "AddOrder", 0),
        ({"order_calls_cost": 1}, "CancelOrder", 0),
    ],
)
def test_costs_that_are_not_settled_are_knobs(knobs: dict[str, object], endpoint: str, cost: int) -> None:
    world = turned(**knobs)
    assert rest_cost(endpoint, world.judge.rules) == cost
    assert json.dumps(tell(world, "rules")["knobs"])
    assert all(rules.order_calls_cost == 0 for rules in RULE_SETS.values())
