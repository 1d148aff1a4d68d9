"""The old private websocket: frames as recorded, and the counter of each order's pair."""

import json
from typing import Any

import pytest

from krakentui.simulator import accounts
from krakentui.simulator.orders import Request
from krakentui.simulator.surface import Socket
from krakentui.simulator.world import World
from krakentui.simulator.ws_v1 import OldTalk
from tests.simulator.private import Rest, a_world, alice, place, tell, wait


class Old:
    """A conversation on the old socket."""

    def __init__(self, world: World, program: str = "cancel") -> None:
        self.world = world
        self.frames: list[str] = []
        self.closes: list[int] = []
        number = world.next_socket_number()
        socket = Socket(
            number, "v1", "127.0.0.1", self.frames.append, lambda code, _: self.closes.append(code)
        )
        self.talk = OldTalk(world, socket)
        self.talk.opened()
        self.token: str = Rest(world, program).call("GetWebSocketsToken")["result"]["token"]

    def send(self, frame: object) -> list[Any]:
        before = len(self.frames)
        self.talk.received(frame if isinstance(frame, str) else json.dumps(frame))
        return [json.loads(text) for text in self.frames[before:]]

    def subscribe(self, **wanted: object) -> list[Any]:
        subscription = {"name": "openOrders", "token": self.token, "ratecounter": True} | wanted
        return self.send({"event": "subscribe", "reqid": 7, "subscription": subscription})

    def take(self) -> list[Any]:
        texts = [text for text in self.frames if "heartbeat" not in text]
        self.frames.clear()
        return [json.loads(text) for text in texts]


def an_empty_world(**options: Any) -> World:  # noqa: ANN401  handed on as given
    world = a_world(**options)
    tell(world, "account", cancel={"all": True})
    world.judge.engine.clear()
    return world


def add(world: World, symbol: str = "BTC/USD") -> str:
    """Let a client add an order that rests, counted as any."""
    pair, last = world.pairs[symbol], world.markets[symbol].last
    ask = Request(pair=pair, side="buy", qty=pair.qty_min * 10, limit_price=last * 9 // 10)
    order = accounts.of(world).gate.place(alice(world), ask)
    assert not isinstance(order, str), order
    return order.id


def cancel(world: World, order_id: str) -> None:
    gate, account = accounts.of(world).gate, alice(world)
    assert gate.cancel(account, account.open[order_id]) is None


def entries(frames: list[Any]) -> list[dict[str, Any]]:
    return [next(iter(row.values())) for frame in frames for row in frame[0]]


# --- the connection -------------------------------------------------------------------------------


def test_the_greeting_comes_first_with_an_unsigned_number() -> None:
    greeting = json.loads(Old(a_world()).frames[0])
    assert list(greeting) == ["connectionID", "event", "status", "version"]
    assert greeting["event"] == "systemStatus"
    assert 2**63 <= greeting["connectionID"] < 2**64


def test_a_change_of_the_engines_mode_is_told_without_the_number() -> None:
    world = a_world()
    old = Old(world)
    old.take()
    world.set_system("cancel_only")
    assert old.take() == [{"event": "systemStatus", "status": "cancel_only", "version": "1.9.1"}]


def test_a_ping_is_answered_with_its_number() -> None:
    assert Old(a_world()).send({"event": "ping", "reqid": 42}) == [{"event": "pong", "reqid": 42}]


def test_heartbeats_come_each_second_once_subscribed() -> None:
    world = an_empty_world()
    old = Old(world)
    old.subscribe()
    old.frames.clear()
    wait(world, 3)
    assert old.frames == ['{"event":"heartbeat"}'] * 3


def test_without_a_subscription_the_socket_is_closed_after_a_minute() -> None:
    world = a_world()
    old = Old(world)
    wait(world, 61)
    assert old.closes == [1000]


# --- subscribing ----------------------------------------------------------------------------------


def test_the_answer_names_the_ceiling_and_not_the_token() -> None:
    old = Old(an_empty_world(tier="pro"))
    assert old.subscribe()[0] == {
        "channelName": "openOrders",
        "event": "subscriptionStatus",
        "reqid": 7,
        "status": "subscribed",
        "subscription": {"maxratecount": 180, "name": "openOrders"},
    }


def test_the_ceiling_comes_without_being_asked_for() -> None:
    assert Old(an_empty_world()).subscribe(ratecounter=False)[0]["subscription"]["maxratecount"] == 125


def test_an_empty_account_gives_an_empty_snapshot() -> None:
    assert Old(an_empty_world()).subscribe()[1] == [[], "openOrders", {"sequence": 1}]


def test_the_snapshot_holds_every_open_order_as_open() -> None:
    world = a_world()
    snapshot = Old(world).subscribe()[1]
    assert {key for row in snapshot[0] for key in row} == set(alice(world).open)
    assert {entry["status"] for entry in entries([snapshot])} == {"open"}


def test_an_order_has_the_recorded_keys_in_their_order() -> None:
    world = an_empty_world()
    place(world)
    entry = entries(Old(world).subscribe(ratecounter=False)[1:])[0]
    assert list(entry) == [
        "avg_price",
        "cost",
        "descr",
        "expiretm",
        "fee",
        "limitprice",
        "misc",
        "oflags",
        "opentm",
        "refid",
        "starttm",
        "status",
        "stopprice",
        "timeinforce",
        "userref",
        "vol",
        "vol_exec",
    ]
    assert list(entry["descr"]) == [
        "close",
        "leverage",
        "order",
        "ordertype",
        "pair",
        "price",
        "price2",
        "type",
    ]
    assert entry["descr"]["pair"] == "XBT/USD"
    assert entry["descr"]["order"].startswith("buy 0.00050000 XBT/USD @ limit ")


@pytest.mark.parametrize(
    ("wanted", "error"),
    [
        ({"token": "wrong"}, "ESession:Invalid session"),
        ({"token": None}, "ESession:Invalid session"),
        ({"name": "trades"}, "Subscription name invalid"),
        ({"snapshot": True}, "Subscription object unsupported field"),
        ({"ratecounter": 1}, "Subscription object unsupported field"),
    ],
)
def test_a_wrong_subscription_is_refused_with_the_known_words(wanted: dict[str, object], error: str) -> None:
    assert Old(a_world()).subscribe(**wanted) == [
        {
            "errorMessage": error,
            "event": "subscriptionStatus",
            "reqid": 7,
            "status": "error",
            "subscription": {"name": "openOrders"},
        }
    ]


def test_a_pair_is_refused() -> None:
    old = Old(a_world())
    request = {"event": "subscribe", "pair": ["XBT/USD"], "subscription": {"name": "openOrders"}}
    assert old.send(request)[0]["errorMessage"] == "Pair field unsupported for this subscription type"


def test_subscribing_twice_is_refused() -> None:
    old = Old(a_world())
    old.subscribe()
    assert old.subscribe()[0]["errorMessage"] == "Already subscribed"


def test_a_key_without_the_right_is_refused() -> None:
    world = a_world()
    old = Old(world)
    key = accounts.of(world).programs["cancel"]
    key.permissions = ()
    assert old.subscribe()[0]["errorMessage"] == "EAccount:Invalid permissions"


def test_unsubscribing_ends_it_and_a_new_snapshot_starts_anew() -> None:
    world = an_empty_world()
    old = Old(world)
    old.subscribe()
    add(world)
    gone = {"event": "unsubscribe", "subscription": {"name": "openOrders"}}
    assert old.send(gone)[-1]["status"] == "unsubscribed"
    old.take()
    add(world)
    assert old.take() == []
    assert old.subscribe()[1][2] == {"sequence": 1}


@pytest.mark.parametrize(
    "text", ["", "[]", "{", "null", '{"event":5}', '{"event":"subscribe"}', "[" * 9_000, '"x"']
)
def test_any_text_is_answered_with_an_error(text: str) -> None:
    old = Old(a_world())
    assert [frame["event"] for frame in old.send(text)] == ["error"]


# --- what happens ---------------------------------------------------------------------------------


def test_an_order_comes_in_whole_goes_live_and_ends() -> None:
    world = an_empty_world()
    old = Old(world)
    old.subscribe(ratecounter=False)
    old.take()
    order_id = add(world)
    cancel(world, order_id)
    frames = old.take()
    assert [frame[2]["sequence"] for frame in frames] == [2, 3, 4]
    assert {key for frame in frames for row in frame[0] for key in row} == {order_id}
    born, live, ended = entries(frames)
    assert born["status"] == "pending"
    assert live == {"status": "open", "userref": 0}
    assert list(ended) == [
        "lastupdated",
        "status",
        "vol_exec",
        "cost",
        "fee",
        "avg_price",
        "userref",
        "cancel_reason",
    ]
    assert (ended["status"], ended["cancel_reason"]) == ("canceled", "User requested")


def test_a_fill_names_no_status_and_the_last_one_closes() -> None:
    world = an_empty_world()
    old = Old(world)
    old.subscribe(ratecounter=False)
    order = place(world)
    old.take()
    tell(world, "account", fill={"id": order.id})
    fill, closed = entries(old.take())
    assert list(fill) == ["vol_exec", "cost", "fee", "avg_price", "userref"]
    assert (closed["status"], closed["vol_exec"]) == ("closed", fill["vol_exec"])


def test_money_is_quoted_text() -> None:
    world = a_world()
    for entry in entries(Old(world).subscribe()[1:]):
        for name in ("avg_price", "cost", "fee", "opentm", "vol", "vol_exec", "ratecount"):
            assert isinstance(entry[name], str), name


# --- the counter ----------------------------------------------------------------------------------


def test_the_counter_is_told_after_the_event() -> None:
    """Two adds 0.2 s apart, one cancelled at 3 s, the other amended at 8 s and cancelled at 20 s."""
    world = an_empty_world()
    old = Old(world)
    old.subscribe()
    old.take()
    first = add(world)
    wait(world, 0.2)
    second = add(world)
    wait(world, 2.8)
    cancel(world, first)
    wait(world, 5)
    account = alice(world)
    assert accounts.of(world).gate.amend(account, second, qty=account.open[second].qty + 1) is None
    wait(world, 12)
    cancel(world, second)
    counts = [entry["ratecount"] for entry in entries(old.take())]
    # 1; 1 - 0.468 + 1; 8 within 5 s; 1 + 2 within 10 s; 5 within 15 s of the amend
    assert counts == ["1.00", "1.00", "1.53", "1.53", "8.00", "3.00", "5.00"]


def test_each_pair_has_its_own() -> None:
    world = an_empty_world()
    old = Old(world)
    old.subscribe()
    old.take()
    add(world)
    add(world, "ETH/USD")
    assert [entry["ratecount"] for entry in entries(old.take())] == ["1.00"] * 4


def test_it_is_not_told_where_it_was_not_asked_for() -> None:
    world = an_empty_world()
    old = Old(world)
    old.subscribe(ratecounter=False)
    add(world)
    assert all("ratecount" not in entry for entry in entries(old.take()[2:]))


def test_the_text_true_asks_for_it_as_the_documents_example_does() -> None:
    world = an_empty_world()
    place(world)
    assert "ratecount" in entries(Old(world).subscribe(ratecounter="true")[1:])[0]


@pytest.mark.parametrize(("kind", "value"), [("string", "1.00"), ("int", 1), ("float", 1.0)])
def test_its_type_is_a_switch(kind: str, value: object) -> None:
    world = an_empty_world()
    tell(world, "ratecount", kind=kind)
    old = Old(world)
    old.subscribe()
    old.take()
    add(world)
    told = entries(old.take())[0]["ratecount"]
    assert (told, type(told)) == (value, type(value))


@pytest.mark.parametrize("switch", ["snapshot", "fills", "present"])
def test_where_it_is_told_is_a_switch(switch: str) -> None:
    world = an_empty_world()
    order = place(world)
    tell(world, "ratecount", **{switch: False})
    old = Old(world)
    in_snapshot = "ratecount" in entries(old.subscribe()[1:])[0]
    old.take()
    tell(world, "account", fill={"id": order.id})
    in_fills = any("ratecount" in entry for entry in entries(old.take()))
    expected = {"snapshot": (False, True), "fills": (True, False), "present": (False, False)}
    assert (in_snapshot, in_fills) == expected[switch]


def test_one_token_serves_the_old_and_the_new_socket() -> None:
    world = an_empty_world()
    old, other = Old(world), Old(world)
    old.subscribe()
    other.token = old.token
    assert other.subscribe()[0]["status"] == "subscribed"


def test_a_closed_socket_hears_nothing_more() -> None:
    world = an_empty_world()
    old = Old(world)
    old.subscribe()
    old.talk.closed()
    old.take()
    add(world)
    assert (old.take(), alice(world).listeners) == ([], [])
