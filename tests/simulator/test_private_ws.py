"""The private conversation: acks, sequences, order lives, cancels and refusals."""

import json
from decimal import Decimal
from typing import Any

import pytest

from krakentui.simulator import accounts
from krakentui.simulator.world import World
from tests.simulator.private import Rest, Talk, a_world, alice, place, tell, wait

INVALID = "ESession:Invalid session"


@pytest.fixture(scope="module")
def a_shared_world() -> World:
    """A world for requests that are refused: they change nothing but the counters."""
    return a_world()


@pytest.fixture
def still(a_shared_world: World) -> World:
    """Give the shared world with its counters drained."""
    wait(a_shared_world, 60)
    return a_shared_world


def kinds(frames: list[dict[str, Any]]) -> list[str]:
    """Name what came: an answer by its method, data by channel and kind of event."""
    names = []
    for frame in frames:
        if "method" in frame:
            names.append(frame["method"])
        elif frame["channel"] == "executions" and frame["type"] == "update":
            names.append(frame["data"][0]["exec_type"])
        else:
            names.append(f"{frame['channel']} {frame['type']}")
    return names


def test_the_ack_of_executions_names_the_tiers_threshold() -> None:
    for tier, top in (("starter", 60), ("intermediate", 125), ("pro", 180)):
        ack = Talk(a_world(tier=tier)).executions()[0]
        assert ack["result"]["maxratecount"] == top


def test_acks_have_their_keys_in_alphabetical_order() -> None:
    talk = Talk(a_world())
    for ack in (talk.executions()[0], talk.balances()[0], talk.send("cancel_all")[0]):
        assert list(ack) == sorted(ack)
        assert list(ack["result"]) == sorted(ack["result"])


def test_the_ack_warns_of_deprecated_fields() -> None:
    warnings = Talk(a_world()).executions()[0]["result"]["warnings"]
    assert warnings[0] == "cancel_reason is deprecated, use reason"
    assert len(warnings) == 4


def test_the_snapshot_follows_the_ack_and_is_the_first_of_its_sequence() -> None:
    frames = Talk(a_world()).executions()
    assert kinds(frames) == ["subscribe", "executions snapshot"]
    assert frames[1]["sequence"] == 1
    assert {entry["exec_type"] for entry in frames[1]["data"]} == {"new"}


@pytest.mark.parametrize(
    ("orders", "trades", "expected"),
    [(True, True, 25 + 17), (True, False, 25), (False, True, 17)],
)
def test_the_snapshot_holds_what_was_asked_for(*, orders: bool, trades: bool, expected: int) -> None:
    frames = Talk(a_world()).executions(snap_orders=orders, snap_trades=trades)
    assert len(frames[1]["data"]) == expected


def test_no_snapshot_comes_when_none_was_asked_for() -> None:
    talk = Talk(a_world())
    assert kinds(talk.executions(snap_orders=False)) == ["subscribe"]
    assert kinds(talk.balances(snapshot=False)) == ["subscribe"]


def test_at_most_50_trades_are_in_the_snapshot_newest_first() -> None:
    world = a_world()
    order = place(world, qty=70 * world.pairs["BTC/USD"].qty_min)
    for _ in range(60):
        wait(world, 1)
        tell(world, "account", fill={"id": order.id, "qty": "0.00005"})
    data = Talk(world).executions(snap_orders=False, snap_trades=True)[1]["data"]
    assert len(data) == 50
    assert [entry["timestamp"] for entry in data] == sorted((e["timestamp"] for e in data), reverse=True)


def test_an_order_lives_from_pending_to_canceled() -> None:
    world = a_world()
    talk = Talk(world)
    talk.executions()
    talk.take()
    order = place(world)
    frames = [*talk.take(), *talk.send("cancel_order", order_id=[order.id])]
    assert kinds(frames) == ["pending_new", "new", "cancel_order", "canceled"]
    assert [frame["sequence"] for frame in frames if "sequence" in frame] == [2, 3, 4]


@pytest.mark.parametrize("kind", ["new", "canceled", "filled"])
def test_later_deltas_name_neither_pair_nor_side(kind: str) -> None:
    world = a_world()
    talk = Talk(world)
    talk.executions()
    one, two = place(world), place(world)
    tell(world, "account", fill={"id": one.id})
    tell(world, "account", cancel={"id": two.id})
    found = [f["data"][0] for f in talk.take() if f.get("channel") == "executions" and f["type"] == "update"]
    entry = next(entry for entry in found if entry["exec_type"] == kind)
    assert not {"symbol", "side", "order_type"} & entry.keys()


def test_a_full_fill_is_a_trade_that_says_partially_filled_and_then_filled() -> None:
    world = a_world()
    talk = Talk(world)
    talk.executions()
    order = place(world)
    talk.take()
    tell(world, "account", fill={"id": order.id})
    trade, filled = (frame["data"][0] for frame in talk.take())
    assert (trade["exec_type"], trade["order_status"]) == ("trade", "partially_filled")
    assert trade["cum_qty"] == order.qty / order.pair.qty_unit
    assert (filled["exec_type"], filled["order_status"]) == ("filled", "filled")


def test_a_fill_books_one_message_a_leg_with_one_reference() -> None:
    world = a_world()
    talk = Talk(world)
    talk.balances()
    order = place(world)
    talk.take()
    tell(world, "account", fill={"id": order.id})
    frames = talk.take()
    rows = [frame["data"][0] for frame in frames]
    assert [len(frame["data"]) for frame in frames] == [1, 1]
    assert [row["asset"] for row in rows] == ["BTC", "USD"]
    assert len({row["ref_id"] for row in rows}) == 1
    assert rows[0]["amount"] > 0 > rows[1]["amount"]
    assert rows[1]["fee"] > 0
    assert [frame["sequence"] for frame in frames] == [2, 3]


def test_placing_and_cancelling_say_nothing_on_balances() -> None:
    world = a_world()
    talk = Talk(world)
    talk.balances()
    talk.take()
    order = place(world)
    tell(world, "account", cancel={"id": order.id})
    assert talk.take() == []


def test_totals_are_over_all_wallets_each_of_them_named() -> None:
    entries = {entry["asset"]: entry for entry in Talk(a_world()).balances()[1]["data"]}
    assert not {"ETH.F", "DOT28.S", "XBT.M", "USD.HOLD"} & entries.keys()
    wallets = entries["ETH"]["wallets"]
    assert [(wallet["type"], wallet["id"]) for wallet in wallets] == [("spot", "main"), ("earn", "flex")]
    assert Decimal(str(entries["ETH"]["balance"])) == sum(
        Decimal(str(wallet["balance"])) for wallet in wallets
    )


def test_a_row_of_a_wallet_names_it_and_the_total_of_its_asset() -> None:
    world = a_world()
    talk = Talk(world)
    talk.balances()
    talk.take()
    before = alice(world).total("ETH")
    tell(world, "account", deposit={"ETH.F": "0.5"})
    row = talk.take()[0]["data"][0]
    assert (row["asset"], row["wallet_type"], row["wallet_id"]) == ("ETH", "earn", "flex")
    assert Decimal(str(row["balance"])).scaleb(10) == before + 5 * 10**9


def test_each_channel_counts_its_own_sequence_and_starts_anew() -> None:
    world = a_world()
    talk = Talk(world)
    talk.executions()
    talk.balances()
    place(world)
    assert talk.talk.subscriptions["executions"].sequence == 3
    assert talk.talk.subscriptions["balances"].sequence == 1
    talk.send("unsubscribe", channel="executions")
    assert talk.executions()[1]["sequence"] == 1


def test_each_cancelled_id_has_its_own_answer_under_the_same_req_id() -> None:
    world = a_world()
    talk, orders = Talk(world), [place(world) for _ in range(3)]
    ids = [order.id for order in orders]
    answers = talk.send("cancel_order", req_id=9, order_id=ids)
    assert [answer["req_id"] for answer in answers] == [9, 9, 9]
    assert {answer["result"]["order_id"] for answer in answers} == set(ids)


def test_a_failed_cancel_carries_no_id() -> None:
    talk = Talk(a_world())
    (answer,) = talk.send("cancel_order", order_id=["ONOBOD-YKNOW-STHIS1"])
    assert answer["error"] == "EOrder:Unknown order"
    assert not answer["success"]
    assert "result" not in answer


def test_answers_come_before_the_frames_they_cause() -> None:
    world = a_world()
    talk = Talk(world)
    talk.executions()
    talk.take()
    assert kinds(talk.send("cancel_all")) == ["cancel_all"] + ["canceled"] * 25


def test_cancel_all_answers_with_the_count() -> None:
    assert Talk(a_world()).send("cancel_all")[0]["result"] == {"count": 25}


def test_batch_cancel_counts_what_was_open() -> None:
    world = a_world()
    talk, orders = Talk(world), [place(world, cl_ord_id=f"c{n}") for n in range(3)]
    frames = talk.send("batch_cancel", orders=[orders[0].id, "ONOBOD-YKNOW-STHIS1"], cl_ord_id=["c1", "c2"])
    assert frames[0]["result"] == {"count": 3}


@pytest.mark.parametrize("orders", [["O1"], [f"O{n}" for n in range(51)], []])
def test_a_batch_names_2_to_50(still: World, orders: list[str]) -> None:
    assert Talk(still).send("batch_cancel", orders=orders)[0]["error"] == "EGeneral:Invalid arguments"


def test_a_cancel_by_client_id_is_answered_by_client_id() -> None:
    world = a_world()
    place(world, cl_ord_id="mine")
    assert Talk(world).send("cancel_order", cl_ord_id=["mine"])[0]["result"] == {"cl_ord_id": "mine"}


def test_a_watching_key_may_not_cancel() -> None:
    world = a_world()
    talk, order = Talk(world, "watch"), place(world)
    assert talk.send("cancel_order", order_id=[order.id])[0]["error"] == "EGeneral:Permission denied"
    assert not order.is_done


@pytest.mark.parametrize(
    "method", ["add_order", "amend_order", "edit_order", "batch_add", "cancel_all_orders_after"]
)
def test_a_watching_key_may_not_trade(still: World, method: str) -> None:
    assert Talk(still, "watch").send(method)[0]["error"] == "EGeneral:Permission denied"


@pytest.mark.parametrize(
    ("method", "params", "error"),
    [
        ("add_order", {"limit_price": "100.0"}, "Limit_price field must be a number_float"),
        ("add_order", {"cash_order_qty": "5"}, "Cash_order_qty field must be a number_float"),
        ("cancel_order", {"order_userref": ["7"]}, "Order_userref field must be a number_integer"),
        ("cancel_order", {"order_id": [7]}, "Order_id field must be a string"),
        ("cancel_order", {"order_id": "O1"}, "Order_id field must be an array"),
        ("cancel_order", {}, "EGeneral:Invalid arguments"),
        ("cancel_order", {"x": 1}, "Unsupported field: 'x' for the given msg type: cancel order"),
        (
            "cancel_all",
            {"symbol": "BTC/USD"},
            "Unsupported field: 'symbol' for the given msg type: cancel all",
        ),
        (
            "subscribe",
            {"channel": "executions", "symbol": ["BTC/USD"]},
            "Unsupported field: 'symbol' for the given msg type: subscribe",
        ),
        (
            "subscribe",
            {"channel": "executions", "snap_orders": "true"},
            "Snap_orders field must be a boolean",
        ),
        ("subscribe", {"channel": "nothing"}, "Unsupported event"),
        ("nothing", {}, "Unsupported event"),
    ],
)
def test_malformed_requests_are_refused_in_the_exchanges_words(
    still: World, method: str, params: dict[str, Any], error: str
) -> None:
    (answer,) = Talk(still, "full").send(method, **params)
    assert (answer["error"], answer["success"]) == (error, False)


def test_the_ack_echoed_as_a_request_is_refused() -> None:
    talk = Talk(a_world())
    result = talk.executions()[0]["result"]
    again = talk.send("subscribe", **result)
    assert again[0]["error"] == "Unsupported field: 'maxratecount' for the given msg type: subscribe"


@pytest.mark.parametrize("channel", ["ticker", "book", "trade", "ohlc", "instrument"])
def test_public_channels_are_elsewhere(still: World, channel: str) -> None:
    (answer,) = Talk(still).send("subscribe", channel=channel, symbol=["BTC/USD"])
    assert answer["error"] == (
        "Public market data subscriptions are unavailable on this endpoint. Try ws.kraken.com"
    )


def test_an_invalid_session_names_its_channel_and_a_status() -> None:
    talk = Talk(a_world())
    talk.token = "nonsense"
    (answer,) = talk.send("subscribe", req_id=None, channel="executions")
    assert list(answer) == ["channel", "error", "method", "status", "success", "time_in", "time_out"]
    assert answer["error"] == INVALID


def test_a_request_without_token_is_refused() -> None:
    talk = Talk(a_world())
    talk.talk.received(json.dumps({"method": "cancel_all"}))
    assert talk.take()[-1]["error"] == "Token(s) not found"


@pytest.mark.parametrize(
    ("channel", "needed"),
    [("executions", "query-open-trades"), ("executions", "query-closed-trades"), ("balances", "query-funds")],
)
def test_channels_ask_for_their_permissions(channel: str, needed: str) -> None:
    world = a_world()
    talk = Talk(world)
    key = accounts.of(world).programs["cancel"]
    key.permissions = ()
    assert talk.send("subscribe", channel=channel)[0]["error"] == "EGeneral:Permission denied"
    key.permissions = (needed,)
    assert talk.send("subscribe", channel=channel)[0]["success"]


def test_a_second_subscription_is_refused() -> None:
    talk = Talk(a_world())
    talk.executions()
    assert talk.executions()[0]["error"] == "Already subscribed"


def test_a_failed_unsubscribe_answers_as_subscribe() -> None:
    (answer,) = Talk(a_world()).send("unsubscribe", channel="balances")
    assert (answer["method"], answer["error"]) == ("subscribe", "Subscription Not Found")


def test_nothing_comes_after_unsubscribing() -> None:
    world = a_world()
    talk = Talk(world)
    talk.executions()
    talk.send("unsubscribe", channel="executions")
    talk.take()
    place(world)
    assert talk.take() == []
    assert alice(world).listeners == []


def test_a_closed_socket_hears_nothing() -> None:
    world = a_world()
    talk = Talk(world)
    talk.executions()
    talk.balances()
    talk.talk.closed()
    talk.take()
    place(world)
    assert talk.take() == []
    assert alice(world).listeners == []


def test_without_order_status_only_lives_and_ends_are_told() -> None:
    world = a_world()
    talk = Talk(world)
    talk.executions(order_status=False)
    talk.take()
    order = place(world)
    tell(world, "account", amend={"id": order.id, "qty": "0.002"})
    tell(world, "account", cancel={"id": order.id})
    assert kinds(talk.take()) == ["new", "canceled"]


def test_a_cancel_over_the_threshold_is_refused() -> None:
    world = a_world(tier="starter")
    talk, orders = Talk(world), [place(world) for _ in range(8)]
    answers = [talk.send("cancel_order", order_id=[order.id])[0] for order in orders]
    errors = [answer.get("error") for answer in answers]
    assert errors == [None] * 7 + ["EOrder:Rate limit exceeded"]


def test_websocket_cancels_leave_the_rest_counter_alone() -> None:
    world = a_world()
    talk, order = Talk(world), place(world)
    rest = Rest(world)
    for _ in range(25):
        rest.call("Balance")
    assert talk.send("cancel_order", order_id=[order.id])[0]["success"]


def test_two_sockets_hear_the_same() -> None:
    world = a_world()
    one, two = Talk(world), Talk(world)
    one.executions()
    two.executions()
    one.take()
    two.take()
    place(world)
    assert one.take() == two.take()


def test_bob_hears_nothing_of_alice() -> None:
    world = a_world()
    talk = Talk(world, "stranger")
    talk.executions()
    talk.balances()
    talk.take()
    order = place(world)
    tell(world, "account", fill={"id": order.id})
    assert talk.take() == []


def test_requests_are_noted_with_their_price() -> None:
    world = a_world()
    talk, order = Talk(world), place(world)
    wait(world, 6)
    talk.executions()
    talk.send("cancel_order", order_id=[order.id])
    rows = [row for row in tell(world, "requests")["requests"] if row["surface"] == "spot-ws-private"]
    assert [(row["what"], row["cost"], row["verdict"]) for row in rows] == [
        ("subscribe executions", "0", "ok"),
        ("cancel_order", "6", "ok"),
    ]
    assert talk.token not in str(rows)
