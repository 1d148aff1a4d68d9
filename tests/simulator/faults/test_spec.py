"""What a fault may be asked as, and the sentences for what it may not."""

import re

import pytest

from krakentui.simulator.faults.names import KINDS
from krakentui.simulator.refusal import Refused
from tests.simulator.faults.scene import Rest, a_world, asked, inject, talk_to, tell, wait

PROMISED = """silence close reset half_open delay drop_ack drop_answer skip_seq dup reorder bad_crc http error
rest_lag pending_cancel partial_batch fill_before_cancel foreign throttle lockout revoke expire token_expire
nonce_jump ip_block permission otp_required answer_order cancel_noop terminal_missing missing_field skew mode
flood hostile_text tier"""


def test_every_promised_name_is_there() -> None:
    assert set(KINDS) == set(PROMISED.split())


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        ({}, "needs its name"),
        ("close", "JSON object"),
        ({"fault": "gremlins"}, "no fault gremlins"),
        ({"fault": "close", "size": 1}, "has no size"),
        ({"fault": "close", "match": {"colour": "red"}}, "match has no colour"),
        ({"fault": "close", "match": {"surface": "moon"}}, "no surface moon"),
        ({"fault": "close", "match": {"key": "nobody"}}, "names no program"),
        ({"fault": "close", "match": {"path": {}}}, "text or a list"),
        ({"fault": "close", "when": {"at": "soon"}}, "at must be a time"),
        ({"fault": "close", "when": {"at": True}}, "at must be a time"),
        ({"fault": "close", "when": {"at": -1}}, "at must be a time"),
        ({"fault": "close", "when": {"for": "999999999h"}}, "too long"),
        ({"fault": "close", "when": {"every": 0}}, "at least 1ms"),
        ({"fault": "close", "when": {"prob": 2}}, "between 0 and 1"),
        ({"fault": "close", "when": {"times": 0}}, "from 1 on"),
        ({"fault": "close", "args": {"code": 99}}, "whole number from 1000"),
        ({"fault": "close", "args": {"kode": 1001}}, "no argument kode"),
        ({"fault": "mode", "args": {"mode": "asleep"}}, "one of online"),
        ({"fault": "foreign", "args": {"pair": "X/Y"}}, "names no market"),
        ({"fault": "missing_field", "args": {"fields": 3}}, "list of texts"),
    ],
)
def test_what_makes_no_sense_is_refused_in_a_sentence(fault: object, why: str) -> None:
    with pytest.raises(Refused, match=why):
        tell(a_world(), "faults", add=fault)


@pytest.mark.parametrize(
    ("fault", "match", "why"),
    [
        ("pending_cancel", {"surface": "spot-ws-private"}, "pending_cancel strikes spot-rest alone"),
        ("pending_cancel", {"method": "cancel_order"}, "on spot-rest no method is cancel_order"),
        ("pending_cancel", {"path": "/0/private/Balance"}, "no path is /0/private/Balance"),
        ("cancel_noop", {"method": ["add_order"]}, "no method is add_order"),
        ("cancel_noop", {"channel": "executions"}, "no channel is executions"),
        ("cancel_noop", {"surface": "spot-rest", "method": "cancel_order"}, "no method is cancel_order"),
        ("cancel_noop", {"path": "/0/private/*", "method": "cancel_order"}, "fits all of it"),
        ("throttle", {"surface": "spot-ws-private"}, "throttle strikes spot-rest alone"),
        ("rest_lag", {"surface": "spot-ws-public"}, "rest_lag strikes spot-rest alone"),
        ("bad_crc", {"surface": "spot-ws-private"}, "bad_crc strikes spot-ws-public alone"),
        ("skip_seq", {"surface": "spot-ws-public"}, "skip_seq strikes spot-ws-private alone"),
        ("drop_answer", {"surface": "spot-rest", "symbol": "BTC/USD"}, "no symbol is BTC/USD"),
        ("drop_answer", {"surface": "spot-ws-private", "path": "/0/private/*"}, "no path is"),
        ("silence", {"surface": "spot-rest"}, "alone: with that surface it never strikes"),
    ],
)
def test_a_match_that_nothing_can_meet_is_refused(fault: str, match: dict[str, object], why: str) -> None:
    with pytest.raises(Refused, match=re.escape(why)):
        inject(a_world(), fault, match=match)


@pytest.mark.parametrize(
    ("fault", "match"),
    [
        ("pending_cancel", {"surface": ["spot-ws-private", "spot-rest"], "path": "/0/private/Cancel*"}),
        ("cancel_noop", {"method": "cancel_order", "surface": "spot-ws-private", "key": "cancel"}),
        ("cancel_noop", {"method": "POST"}),
        ("drop_answer", {"path": "/auth/v2", "method": "*", "channel": "*"}),
        ("dup", {"symbol": "BTC/USD", "connection": "3"}),
        ("delay", {"path": "*"}),
        ("revoke", {"key": "cancel"}),
        ("close", {"surface": "spot-ws-private"}),
    ],
)
def test_a_match_that_something_can_meet_is_taken(fault: str, match: dict[str, object]) -> None:
    assert inject(a_world(), fault, match=match)


def test_a_match_by_key_leaves_other_programs_alone() -> None:
    world = a_world()
    inject(world, "error", match={"key": "cancel", "path": "/0/private/*"})
    assert Rest(world, "cancel").error("Balance") == "EService:Unavailable"
    assert Rest(world, "watch").error("Balance") is None
    assert "result" in Rest(world, "full").call("Balance")


def test_a_schedule_opens_and_closes_on_simulated_time() -> None:
    world = a_world()
    inject(world, "error", when={"at": "10s", "for": "5s"})
    seen = []
    for _ in range(4):
        seen.append(b"Unavailable" in asked(world, "Time").reply.body)
        wait(world, 5)
    assert seen == [False, False, True, False]


def test_times_after_and_every_choose_which_calls_are_struck() -> None:
    world = a_world()
    inject(world, "error", when={"after_n": 2, "times": 1})
    assert [b'error":[]' in asked(world, "Time").reply.body for _ in range(5)] == [
        True,
        True,
        False,
        True,
        True,
    ]
    inject(world, "error", when={"every": "10s"})
    assert [b'error":[]' in asked(world, "Time").reply.body for _ in range(2)] == [False, True]
    wait(world, 10)
    assert b'error":[]' not in asked(world, "Time").reply.body


def test_chance_is_seeded_for_each_fault() -> None:
    def struck() -> list[bool]:
        world = a_world()
        inject(world, "error", when={"prob": 0.5})
        return [b"Unavailable" in asked(world, "Time").reply.body for _ in range(20)]

    assert struck() == struck()
    assert 3 < sum(struck()) < 17


def test_a_cleared_fault_takes_back_what_it_did_and_stays_listed() -> None:
    world = a_world()
    number = inject(world, "mode", mode="maintenance")
    assert world.system == "maintenance"
    tell(world, "faults", clear=number)
    assert world.system == "online"
    assert [row["state"] for row in tell(world, "faults")["faults"]] == ["over"]
    with pytest.raises(Refused, match="not over"):
        tell(world, "faults", clear=number)


def test_without_a_fault_in_force_nothing_comes_past_the_bench() -> None:
    world = a_world()
    socket = talk_to(world).talk.socket
    ways = [(socket.send, world.faults.on_sockets)]
    number = inject(world, "dup")
    ways.append((socket.send, world.faults.on_sockets))
    tell(world, "faults", clear=number)
    ways.append((socket.send, world.faults.on_sockets))
    assert ways[0] == ways[2] != ways[1]
    assert [past for _, past in ways] == [False, True, False]
