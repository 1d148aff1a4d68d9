"""The control calls: who may call, what they do, what they tell."""

import json
from fractions import Fraction
from typing import Any

import pytest

from krakentui.simulator import accounts, control
from krakentui.simulator.control import Refused
from krakentui.simulator.surface import HttpReply, HttpRequest
from krakentui.simulator.world import World
from tests.simulator.private import Rest, Talk, a_world, alice, place, tell, wait


def http(world: World, verb: str, body: bytes = b"", bearer: str = "let-me-in") -> HttpReply:
    headers = {"authorization": f"Bearer {bearer}"}
    return control.handle(world, HttpRequest("POST", f"/__sim/{verb}", body=body, headers=headers))


def limit(world: World, name: str, **scope: str) -> dict[str, Any]:
    (row,) = (row for row in tell(world, "limits")["limits"] if row["name"] == name and row["scope"] == scope)
    found: dict[str, Any] = row
    return found


def test_control_is_off_without_a_token() -> None:
    assert http(a_world(), "truth").status == 404


def test_a_wrong_token_is_turned_away() -> None:
    world = a_world()
    world.control_token = "let-me-in"
    assert http(world, "truth", bearer="other").status == 401
    assert http(world, "truth").status == 200


@pytest.mark.parametrize(
    "body", [b"{", b"[]", b'{"advance":"x"}', b'{"mode":"fast"}', b'{"scale":0}', b'{"scale":true}']
)
def test_a_call_that_makes_no_sense_is_a_400_with_a_sentence(body: bytes) -> None:
    world = a_world()
    world.control_token = "let-me-in"
    reply = http(world, "clock", body)
    assert reply.status == 400
    assert json.loads(reply.body)["error"]


def test_an_unknown_verb_is_refused() -> None:
    with pytest.raises(Refused, match="no such control call"):
        tell(a_world(), "dance")


def test_the_clock_advances_by_hand() -> None:
    world = a_world()
    told = tell(world, "clock", advance=90.5)
    assert told == {"v": 1, "at": "2027-03-10T09:01:30.500000Z", "mode": "manual", "scale": "1"}


def test_the_clock_can_be_let_run() -> None:
    world = a_world()
    assert tell(world, "clock", mode="running", scale=20)["mode"] == "running"
    assert (world.pace.manual, world.pace.speed) == (False, 20.0)
    with pytest.raises(Refused, match="manual"):
        tell(world, "clock", advance=1)


def test_a_price_can_be_set_and_a_path_laid() -> None:
    world = a_world()
    assert tell(world, "market", pair="XBTUSD", set="100000")["last"] == "100000.0"
    tell(world, "market", pair="BTC/USD", path=[[5, "99000"], [10, "98000.5"]])
    wait(world, 5)
    assert world.markets["BTC/USD"].last == 990_000
    wait(world, 5)
    assert world.markets["BTC/USD"].last == 980_005


def test_a_trade_can_be_printed() -> None:
    world = a_world()
    tell(world, "market", pair="BTC/USD", trade={"side": "sell", "price": "106000", "qty": "0.1"})
    assert world.markets["BTC/USD"].last == 1_060_000


def test_truth_has_the_agreed_shape() -> None:
    world = a_world()
    Talk(world).executions()
    told = tell(world, "truth")
    assert told["v"] == 1
    assert told["accounts"]["alice"].keys() == {
        "balances",
        "open_orders",
        "closed_orders",
        "fills",
        "positions",
        "cancel_after",
    }
    assert told["accounts"]["alice"]["balances"]["BTC"].keys() == {"total", "held", "wallets"}
    assert told["sockets"][0]["subscriptions"] == [{"channel": "executions", "sequence": 1}]
    json.dumps(told)


def test_holds_of_truth_are_those_of_its_open_orders() -> None:
    told = tell(a_world(), "truth")["accounts"]["alice"]
    held = sum(
        Fraction(o["held"])
        for o in told["open_orders"].values()
        if o["pair"] == "BTC/EUR" and o["side"] == "buy"
    )
    assert held == Fraction(told["balances"]["EUR"]["held"])


def test_limits_are_exact_fractions_with_a_free_instant() -> None:
    world = a_world()
    rest = Rest(world)
    for _ in range(20):
        rest.call("Balance")
    wait(world, 0.5)
    row = limit(world, "rest", key=rest.key.fingerprint)
    assert row == {
        "name": "rest",
        "scope": {"key": rest.key.fingerprint},
        "used": "79/4",
        "max": "20",
        "decay": "0.5",
        "free_at": "2027-03-10T09:00:02.000000Z",
    }


def test_limits_tell_open_orders_and_connections() -> None:
    world = a_world()
    accounts.of(world).judge.connect("127.0.0.1", world.clock.now_us())
    assert limit(world, "open_orders", account="alice", pair="BTC/USD")["used"] == "7/1"
    assert limit(world, "connections", ip="127.0.0.1")["used"] == "1/1"


def test_the_exchange_itself_counts_on_no_limit() -> None:
    world = a_world()
    wait(world, 600)
    tell(world, "account", order={"pair": "BTC/USD", "side": "buy", "price": "90000", "qty": "0.001"})
    assert limit(world, "engine", account="alice", pair="BTC/USD")["used"] == "0/1"


def test_another_program_counts_like_any_client() -> None:
    world = a_world()
    wait(world, 600)
    order = {"pair": "BTC/USD", "side": "buy", "price": "90000", "qty": "0.001"}
    (order_id,) = tell(world, "account", order=order, **{"as": "other"})["orders"]
    assert limit(world, "engine", account="alice", pair="BTC/USD")["used"] == "1/1"
    tell(world, "account", amend={"id": order_id, "price": "90001"}, **{"as": "other"})
    tell(world, "account", cancel={"id": order_id}, **{"as": "other"})
    assert limit(world, "engine", account="alice", pair="BTC/USD")["used"] == "13/1"


def test_another_program_is_held_to_the_cap_of_open_orders() -> None:
    world = a_world(tier="pro")
    order = {"pair": "BTC/USD", "side": "buy", "price": "50000", "qty": "0.0001"}
    tell(world, "account", orders=1_320)
    with pytest.raises(Refused, match="Orders limit exceeded"):
        tell(world, "account", order=order, **{"as": "other"})


def test_many_orders_can_be_had_at_once() -> None:
    world = a_world()
    assert len(tell(world, "account", orders=600)["orders"]) == 600
    assert len(alice(world).open) == 625


def test_a_deposit_is_a_ledger_row() -> None:
    world = a_world()
    talk = Talk(world)
    talk.balances()
    talk.take()
    tell(world, "account", key="watch", deposit={"BTC": "0.5"})
    row = talk.take()[0]["data"][0]
    assert (row["type"], row["amount"], row["fee"]) == ("deposit", 0.5, 0.0)


def test_bob_can_be_acted_for_by_account_or_by_key() -> None:
    world = a_world()
    assert tell(world, "account", key="bob")["account"] == "bob"
    assert tell(world, "account", key="stranger")["account"] == "bob"


@pytest.mark.parametrize(
    "body",
    [
        {"key": "carol"},
        {"as": "me"},
        {"deposit": {"NOPE": "1"}},
        {"deposit": {"USD": "-999999999"}},
        {"deposit": []},
        {"orders": 0},
        {"orders": "many"},
        {"order": {"pair": "NO/PE"}},
        {"order": {"pair": "BTC/USD", "side": "hold"}},
        {"order": {"pair": "BTC/USD", "qty": "NaN", "price": "1"}},
        {"order": {"pair": "BTC/USD", "qty": "1", "price": "1e9"}},
        {"amend": {"id": "O1"}},
        {"fill": {"id": "O1"}},
        {"cancel": {}},
    ],
)
def test_an_act_that_cannot_be_is_refused_with_a_sentence(body: dict[str, Any]) -> None:
    world = a_world()
    before = tell(world, "truth")["accounts"]
    with pytest.raises(Refused):
        tell(world, "account", **body)
    assert tell(world, "truth")["accounts"] == before


@pytest.mark.parametrize(
    ("verb", "body", "sentence"),
    [
        ("account", {"keyy": 1}, "account has no keyy: it takes key, as, deposit"),
        (
            "account",
            {"order": {"pair": "BTC/USD", "qty": "1", "price": "1", "sise": "buy"}},
            "order has no sise",
        ),
        ("account", {"amend": {"id": "O1", "prise": "1"}}, "amend has no prise"),
        ("account", {"fill": {"id": "O1", "volume": "1"}}, "fill has no volume"),
        ("account", {"cancel": {"all": True, "only": "mine"}}, "cancel has no only"),
        ("clock", {"advanced": 5}, "clock has no advanced"),
        ("market", {"pair": "BTC/USD", "sett": "1"}, "market has no sett"),
        ("market", {"pair": "BTC/USD", "trade": {"side": "buy", "size": "1"}}, "trade has no size"),
        ("ratecount", {"kinds": "int"}, "ratecount has no kinds"),
    ],
)
def test_a_misspelt_field_is_refused_and_nothing_is_done(
    verb: str, body: dict[str, Any], sentence: str
) -> None:
    world = a_world()
    before = tell(world, "truth")["accounts"]
    with pytest.raises(Refused, match=sentence):
        tell(world, verb, **body)
    assert tell(world, "truth")["accounts"] == before


def test_a_buy_is_not_filled_above_its_price() -> None:
    world = a_world()
    order = place(world)
    with pytest.raises(Refused, match="above its price"):
        tell(world, "account", fill={"id": order.id, "price": "999999"})


def test_a_waiting_stop_can_be_filled() -> None:
    world = a_world()
    order = next(o for o in alice(world).open.values() if o.type == "stop-loss-limit")
    tell(world, "account", fill={"id": order.id})
    assert order.status == "filled"


def test_public_calls_show_in_the_limits() -> None:
    from krakentui.simulator import public_rest  # noqa: PLC0415  the other half, for this one claim

    world = a_world(rules="strict")
    public_rest.handle(world, HttpRequest("GET", "/0/public/Time"))
    row = limit(world, "public_rest", ip="127.0.0.1")
    assert (row["used"], row["max"], row["free_at"]) == ("1/1", "1", "2027-03-10T09:00:01.000000Z")
