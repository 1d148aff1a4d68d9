"""Orders placed and changed on the private websocket: strict in what is asked, recorded in what is told."""

import json
from typing import Any

import pytest

from krakentui.simulator import accounts
from krakentui.simulator.instants import iso_us
from krakentui.simulator.orders import Order
from krakentui.simulator.world import World
from tests.simulator.private import Talk, a_world, alice, place, tell, wait
from tests.support.samples import frames, samples

LIMIT: dict[str, Any] = {
    "symbol": "BTC/USD",
    "side": "buy",
    "order_type": "limit",
    "order_qty": 0.01,
    "limit_price": 50000.0,
}


@pytest.fixture(scope="module")
def a_shared_talk() -> Talk:
    return Talk(a_world(), "full")


@pytest.fixture
def talk(a_shared_talk: Talk) -> Talk:
    """A conversation whose account's counters have drained since the last test."""
    a_shared_talk.send("ping", req_id=9)
    wait(a_shared_talk.world, 50)
    a_shared_talk.send("unsubscribe", channel="executions")
    wait(a_shared_talk.world, 50)
    return a_shared_talk


def fresh() -> Talk:
    return Talk(a_world(), "full")


def added(talk: Talk, **changes: object) -> Order:
    answer = talk.send("add_order", **(LIMIT | changes))[0]
    order = alice(talk.world).order(answer.get("result", {}).get("order_id", ""))
    assert order is not None, answer
    return order


def used(world: World) -> float:
    account = alice(world)
    return float(accounts.of(world).judge.engine_gauge(account, "BTC/USD").used(world.clock.now_us()))


def keys(frame: dict[str, Any]) -> list[str]:
    return list(frame)


def kinds(talk: Talk) -> list[str]:
    return [entry["exec_type"] for frame in talk.take() if "data" in frame for entry in frame["data"]]


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"price": 1}, "Unsupported field: 'price' for the given msg type: add order"),
        ({"leverage": "2"}, "Unsupported field: 'leverage' for the given msg type: add order"),
        ({"limit_price": "50000"}, "Limit_price field must be a number_float"),
        ({"order_qty": "0.1"}, "Order_qty field must be a number_float"),
        ({"order_qty": True}, "Order_qty field must be a number_float"),
        ({"order_userref": 1.5}, "Order_userref field must be a number_integer"),
        ({"post_only": "true"}, "Post_only field must be a boolean"),
        ({"symbol": ["BTC/USD"]}, "Symbol field must be a string"),
        ({"triggers": 5}, "Triggers field must be an object"),
        ({"triggers": {"price": "1"}}, "Price field must be a number_float"),
        ({"triggers": {"x": 1}}, "Unsupported field: 'x' for the given msg type: add order"),
        ({"symbol": "XBT/USD"}, "Currency pair not supported XBT/USD"),
        ({"side": "long"}, "EGeneral:Invalid arguments:side"),
        ({"order_type": "iceberg"}, "EGeneral:Invalid arguments:order_type"),
        ({"order_type": "market"}, "EGeneral:Invalid arguments:limit_price"),
        ({"order_type": "stop-loss"}, "EGeneral:Invalid arguments:triggers"),
        ({"time_in_force": "GTC"}, "EGeneral:Invalid arguments:time_in_force"),
        ({"time_in_force": "fok"}, "EGeneral:Invalid arguments:time_in_force"),
        ({"time_in_force": "gtd"}, "EGeneral:Invalid arguments:expire_time"),
        ({"time_in_force": "gtd", "expire_time": "x"}, "EGeneral:Invalid arguments:expire_time"),
        ({"time_in_force": "ioc", "post_only": True}, "EGeneral:Invalid arguments:post_only"),
        ({"cash_order_qty": 5}, "EGeneral:Invalid arguments:cash_order_qty"),
        ({"order_qty": 0}, "EGeneral:Invalid arguments:order_qty"),
        ({"order_qty": 1e-8}, "EOrder:Order minimum not met"),
        ({"order_qty": 900}, "EOrder:Insufficient funds"),
        ({"limit_price": 100, "order_qty": 0.0001}, "EOrder:Cost minimum not met"),
        ({"limit_price": 50000.01}, "EOrder:Tick size check failed"),
        ({"limit_price": -5}, "EOrder:Invalid price"),
        ({"cl_ord_id": "a", "order_userref": 1}, "EGeneral:Invalid arguments:cl_ord_id"),
        ({"cl_ord_id": "y" * 40}, "EGeneral:Invalid arguments:cl_ord_id"),
        ({"order_userref": 2**40}, "EGeneral:Invalid arguments:order_userref"),
        ({"margin": True}, "EAccount:Invalid permissions"),
        ({"reduce_only": True}, "EOrder:Reduce only:No position exists"),
        ({"display_qty": 0.001}, "EGeneral:Invalid arguments:display_qty"),
        ({"conditional": {}}, "EGeneral:Invalid arguments:conditional"),
        ({"deadline": "2020-01-01T00:00:00.000Z"}, "EService:Deadline elapsed"),
        (
            {"no_mpp": True},
            "EGeneral:Invalid arguments:no_mpp order option is only available when ordertype = market",
        ),
    ],
)
def test_requests_are_held_to_the_letter(talk: Talk, changes: dict[str, Any], error: str) -> None:
    (answer,) = talk.send("add_order", **(LIMIT | changes))
    assert (answer["error"], answer["success"], answer["req_id"]) == (error, False, 1)


@pytest.mark.parametrize("text", ["NaN", "Infinity", "1e400", "9" * 400])
def test_numbers_beyond_reason_are_refused(talk: Talk, text: str) -> None:
    params = json.dumps(LIMIT | {"token": talk.token}).replace("0.01", text)
    talk.frames.clear()
    talk.talk.received(f'{{"method":"add_order","params":{params}}}')
    assert json.loads(talk.frames[-1])["error"] == "EGeneral:Invalid arguments:order_qty"


def test_an_order_is_answered_first_and_then_told() -> None:
    talk = fresh()
    talk.executions()
    talk.frames.clear()
    answer, pending, live = talk.send("add_order", **LIMIT, post_only=True)
    sample = json.loads(samples("ws-v2", "ccxt/handle-create-edit-order.json").read_bytes())
    assert keys(answer) == keys(sample)
    assert keys(answer["result"]) == keys(sample["result"])
    assert [frame["data"][0]["exec_type"] for frame in (pending, live)] == ["pending_new", "new"]


def test_an_answer_echoes_what_the_client_named_the_order(talk: Talk) -> None:
    (answer,) = talk.send("add_order", **LIMIT, order_userref=7)
    assert keys(answer["result"]) == ["order_id", "order_userref"]
    (answer,) = talk.send("add_order", **LIMIT, cl_ord_id="2c6be801-1f53-4f79-a0bb-4ea1c95dfae9")
    assert keys(answer["result"]) == ["cl_ord_id", "order_id"]


def test_a_buy_by_amount_is_told_as_recorded() -> None:
    talk = fresh()
    talk.executions()
    talk.frames.clear()
    talk.send("add_order", symbol="BTC/USD", side="buy", order_type="market", cash_order_qty=25)
    ours = [json.loads(text)["data"][0] for text in talk.frames if '"executions"' in text]
    recorded = samples("ws-v2", "executions-sequence.market-buy-filled.jsonl")
    real = [json.loads(text)["data"][0] for _, text in frames(recorded)]
    assert [keys(entry) for entry in ours] == [keys(entry) for entry in real]
    assert ours[0]["cash_order_qty"] == 25
    assert '"cash_order_qty":25.00,' in "".join(talk.frames)  # two decimals, as recorded: those of the dollar
    talk.send("add_order", symbol="BTC/USD", side="buy", order_type="market", cash_order_qty=25.125)
    assert '"cash_order_qty":25.125,' in "".join(talk.frames)


@pytest.mark.parametrize(
    ("price", "kind", "bp"), [(-2.0, "pct", 9_800), (5, "pct", 10_500), (90000, "static", None)]
)
def test_triggers_are_static_or_relative(talk: Talk, price: float, kind: str, bp: int | None) -> None:
    last = talk.world.markets["BTC/USD"].last
    triggers = {"reference": "last", "price": price, "price_type": kind}
    wanted = LIMIT | {"order_type": "take-profit", "side": "sell", "triggers": triggers}
    del wanted["limit_price"]
    (answer,) = talk.send("add_order", **wanted, validate=False)
    order = alice(talk.world).order(answer["result"]["order_id"])
    assert order is not None
    assert order.trigger_price == (round(last * bp / 10_000) if bp else 900_000)


def test_a_trailing_stop_with_a_limit_tells_its_distance(talk: Talk) -> None:
    talk.executions(snap_orders=False)
    talk.take()
    triggers = {"price": 1.5, "price_type": "pct"}
    changes = {
        "order_type": "trailing-stop-limit",
        "side": "sell",
        "triggers": triggers,
        "limit_price": -20.5,
    }
    order = added(talk, **changes)
    entry = next(frame["data"][0] for frame in talk.take() if frame.get("channel") == "executions")
    assert (entry["limit_price"], entry["limit_price_type"]) == (-20.5, "quote")
    assert entry["triggers"]["price_type"] == "pct"
    assert order.limit_price == (order.trigger_price or 0) - 205


def test_a_dated_order_is_told_and_expires() -> None:
    talk = fresh()
    talk.executions(snap_orders=False)
    until = iso_us(talk.world.clock.now_us() + 20_000_000)
    order = added(talk, time_in_force="gtd", expire_time=until)
    assert f'"expire_time":"{until}"' in "".join(talk.frames)
    talk.take()
    wait(talk.world, 21)
    assert kinds(talk) == ["expired"]
    assert order.status == "expired"


def test_an_amend_names_itself_and_the_order_as_it_was_named(talk: Talk) -> None:
    order = added(talk, cl_ord_id="short")
    (answer,) = talk.send("amend_order", cl_ord_id="short", limit_price=50001, order_qty=0.02)
    assert answer["result"] == {"amend_id": order.amends[-1].id, "cl_ord_id": "short"}
    assert (order.limit_price, order.qty) == (500_010, 2_000_000)
    (answer,) = talk.send("amend_order", order_id=order.id, limit_price=50002)
    assert keys(answer["result"]) == ["amend_id", "order_id"]
    talk.send("cancel_order", cl_ord_id=["short"])


@pytest.mark.parametrize(
    ("params", "error"),
    [
        ({}, "EGeneral:Invalid arguments"),
        ({"order_id": "OAAAAA-AAAAA-AAAAAA"}, "EOrder:Unknown order"),
        ({"order_id": 7}, "Order_id field must be a string"),
        ({"limit_price": "1"}, "Limit_price field must be a number_float"),
        ({"qty": 1}, "Unsupported field: 'qty' for the given msg type: amend order"),
    ],
)
def test_a_malformed_amend_is_refused(talk: Talk, params: dict[str, Any], error: str) -> None:
    assert talk.send("amend_order", **params)[0]["error"] == error


@pytest.mark.parametrize(
    ("params", "error"),
    [
        ({}, "EGeneral:Invalid arguments"),
        ({"trigger_price": 5}, "EGeneral:Invalid arguments:trigger_price"),
        ({"order_qty": 0}, "EGeneral:Invalid arguments:order_qty"),
        ({"order_qty": 900}, "EOrder:Insufficient funds"),
        ({"limit_price": 50000.55}, "EOrder:Tick size check failed"),
        ({"limit_price": 200000, "post_only": True}, "EOrder:Post only order"),
        ({"display_qty": 0.001}, "EGeneral:Invalid arguments:display_qty"),
    ],
)
def test_a_senseless_amend_is_refused_for_a_point(talk: Talk, params: dict[str, Any], error: str) -> None:
    order = added(talk)
    before = used(talk.world)
    assert talk.send("amend_order", order_id=order.id, **params)[0]["error"] == error
    assert used(talk.world) == before + 1
    assert not order.amended
    accounts.of(talk.world).desk.cancel(order, "User requested")


def test_an_amend_below_what_is_filled_costs_a_cancel() -> None:
    talk = fresh()
    wait(talk.world, 50)
    order = place(talk.world, qty=1_000_000)
    tell(talk.world, "account", fill={"id": order.id, "qty": "0.005"})
    (answer,) = talk.send("amend_order", order_id=order.id, order_qty=0.004)
    assert answer["success"]
    assert (order.status, order.reason, used(talk.world)) == ("canceled", "User requested", 8)


def test_an_edit_is_a_cancel_and_a_new_order() -> None:
    talk = fresh()
    wait(talk.world, 50)
    old = added(talk, order_userref=5)
    talk.executions(snap_orders=False)
    talk.take()
    frames_ = talk.send("edit_order", order_id=old.id, symbol="BTC/USD", limit_price=50005.0)
    new = alice(talk.world).open[frames_[0]["result"]["order_id"]]
    assert frames_[0]["result"]["original_order_id"] == old.id
    assert [frame["data"][0]["exec_type"] for frame in frames_[1:]] == ["canceled", "pending_new", "new"]
    assert (old.status, old.reason) == ("canceled", "Order replaced")
    assert (new.limit_price, new.qty, new.userref) == (500_050, old.qty, 5)
    assert used(talk.world) == 1 + 7


@pytest.mark.parametrize(
    ("params", "error"),
    [
        ({"symbol": "ETH/USD"}, "EOrder:Unknown order"),
        ({"order_id": "O"}, "EOrder:Unknown order"),
        ({"limit_price": 110000.0, "post_only": True}, "EOrder:Post only order"),
        ({"order_qty": 900}, "EOrder:Insufficient funds"),
        ({"triggers": {"price": 1}}, "EGeneral:Invalid arguments:triggers"),
        ({"cl_ord_id": "x"}, "Unsupported field: 'cl_ord_id' for the given msg type: edit order"),
    ],
)
def test_a_refused_edit_leaves_the_order_alone(talk: Talk, params: dict[str, Any], error: str) -> None:
    order = added(talk)
    wanted = {"order_id": order.id, "symbol": "BTC/USD"} | params
    assert talk.send("edit_order", **wanted)[0]["error"] == error
    assert not order.is_done
    accounts.of(talk.world).desk.cancel(order, "User requested")


def test_an_order_with_a_client_id_cannot_be_edited(talk: Talk) -> None:
    order = added(talk, cl_ord_id="fixed")
    (answer,) = talk.send("edit_order", order_id=order.id, symbol="BTC/USD", order_qty=0.02)
    assert answer["error"] == "EOrder:Invalid order"
    talk.send("cancel_order", cl_ord_id=["fixed"])


ONE = {key: value for key, value in LIMIT.items() if key != "symbol"}


def test_a_batch_is_answered_as_a_list_in_the_order_asked() -> None:
    talk = fresh()
    wait(talk.world, 50)
    orders = [ONE | {"order_userref": 1}, ONE | {"limit_price": 50001, "order_userref": 2}]
    (answer,) = talk.send("batch_add", symbol="BTC/USD", orders=orders)
    (real, *_) = [json.loads(text) for _, text in frames(samples("ws-v2", "kraken-async-rs/batch-add.jsonl"))]
    assert keys(answer) == keys(real)
    assert [row["order_userref"] for row in answer["result"]] == [1, 2]
    assert all(row["order_id"] in alice(talk.world).open for row in answer["result"])
    assert used(talk.world) == 1


@pytest.mark.parametrize(
    ("orders", "error"),
    [
        ([], "EGeneral:Invalid arguments:orders"),
        ([ONE], "EGeneral:Invalid arguments:orders"),
        ([ONE] * 16, "EGeneral:Invalid arguments:orders"),
        ([ONE, 5], "EGeneral:Invalid arguments:orders"),
        ("x", "Orders field must be an array"),
        ([ONE, ONE | {"symbol": "BTC/USD"}], "Unsupported field: 'symbol' for the given msg type: batch add"),
        ([ONE, ONE | {"order_qty": "1"}], "Order_qty field must be a number_float"),
        ([ONE, ONE | {"order_qty": 1e-8}], "EOrder:Order minimum not met"),
    ],
)
def test_a_malformed_batch_is_refused_as_a_whole(talk: Talk, orders: object, error: str) -> None:
    before = len(alice(talk.world).open)
    assert talk.send("batch_add", symbol="BTC/USD", orders=orders)[0]["error"] == error
    assert len(alice(talk.world).open) == before


def test_an_order_without_funds_fails_alone(talk: Talk) -> None:
    orders = [ONE, ONE | {"order_qty": 900}]
    (answer,) = talk.send("batch_add", symbol="BTC/USD", orders=orders)
    assert answer["result"][1] == {"error": "EOrder:Insufficient funds"}


def test_the_switch_answers_with_two_instants() -> None:
    talk = fresh()
    (answer,) = talk.send("cancel_all_orders_after", timeout=100)
    assert answer["result"] == {"currentTime": "2027-03-10T09:00:00Z", "triggerTime": "2027-03-10T09:01:40Z"}


@pytest.mark.parametrize(
    ("params", "error"),
    [
        ({}, "EGeneral:Invalid arguments:timeout"),
        ({"timeout": -1}, "EGeneral:Invalid arguments:timeout"),
        ({"timeout": 86_400}, "EGeneral:Invalid arguments:timeout"),
        ({"timeout": "60"}, "Timeout field must be a number_integer"),
        (
            {"timeout": 60, "symbol": "x"},
            "Unsupported field: 'symbol' for the given msg type: cancel all orders after",
        ),
    ],
)
def test_a_malformed_switch_is_refused(talk: Talk, params: dict[str, Any], error: str) -> None:
    assert talk.send("cancel_all_orders_after", **params)[0]["error"] == error


def test_trading_is_noted_with_its_price(talk: Talk) -> None:
    talk.send("add_order", **LIMIT)
    assert talk.world.requests[-1].row()["cost"] == "1"
    assert talk.world.requests[-1].row()["what"] == "add_order"


def test_validation_answers_without_an_id(talk: Talk) -> None:
    before = len(alice(talk.world).open)
    (answer,) = talk.send("add_order", **LIMIT, validate=True)
    assert (answer["success"], answer["result"], used(talk.world)) == (True, {}, 0)
    assert len(alice(talk.world).open) == before
