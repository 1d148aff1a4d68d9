"""Snapshots: the whole world as JSON, and the same future from there, byte for byte."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from krakentui.simulator import accounts, snapshot
from krakentui.simulator.faults.names import KINDS
from krakentui.simulator.options import Options
from krakentui.simulator.refusal import Refused
from krakentui.simulator.scenario import load
from krakentui.simulator.world import World
from tests.simulator.company import Company, assembled, go_on, three_pairs

QUIET = Options(manual=True, quiet=True)
FAULTS: tuple[dict[str, Any], ...] = (
    {"fault": "delay", "match": {"surface": "spot-ws-public"}, "args": {"ms": 1500, "jitter": 900}},
    {"fault": "rest_lag", "when": {"at": "5s", "for": "40s"}, "args": {"s": 20}},
    {"fault": "foreign", "when": {"every": "7s"}, "args": {"what": "orders", "rate": 0.4}},
    {"fault": "silence", "match": {"surface": "spot-ws-private"}, "when": {"at": "35s", "for": "9s"}},
    {"fault": "reorder", "match": {"channel": "executions"}, "when": {"prob": 0.3}},
    {"fault": "permission", "match": {"key": "cancel"}, "when": {"at": "8s", "for": "30s"}},
    {"fault": "pending_cancel", "args": {"s": 12}},
    {"fault": "skip_seq", "match": {"channel": "balances"}, "when": {"after_n": 2, "times": 3}},
)
SCENARIOS = (None, "other-bot", "maintenance-window")


def another_world(text: str) -> Company:
    """Put a world of another seed back to a snapshot, every conversation carried on."""
    company = Company(World(Options(seed=99, manual=True, tier="pro"), three_pairs()))
    company.world.start()
    snapshot.put_back(company.world, json.loads(text), company.ways)
    return company


def written_digest(company: Company) -> str:
    """Take a snapshot and give the digest that stands in it: texts of a megabyte are not for a diff."""
    return str(snapshot.taken(company.world)["digest"])


@pytest.mark.parametrize("seed", range(1, 7))
def test_the_future_is_that_of_the_world_that_was_not_interrupted(seed: int) -> None:
    name = SCENARIOS[seed % len(SCENARIOS)]
    scenario = None if name is None else load(name)
    company = assembled(Options(seed=seed, manual=True, quiet=seed % 2 == 0, scenario=scenario), FAULTS)
    company.wait(seed * 3)
    text = company.written()
    company.heard.clear()
    again = another_world(text)
    again.nonces = dict(company.nonces)
    go_on(company, seed)
    go_on(again, seed)
    assert len(company.heard) > 500
    assert again.heard == company.heard
    assert written_digest(again) == written_digest(company)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_any_fault_in_force_goes_on(kind: str) -> None:
    company = assembled(QUIET, ({"fault": kind, "when": {"for": "20s"}},))
    company.wait(8)
    text = company.written()
    company.heard.clear()
    again = another_world(text)
    again.nonces = dict(company.nonces)
    go_on(company, 1, 25)
    go_on(again, 1, 25)
    assert again.heard == company.heard
    assert written_digest(again) == written_digest(company)


def test_a_snapshot_changes_nothing() -> None:
    one, two = assembled(QUIET, FAULTS), assembled(QUIET, FAULTS)
    two.written()
    go_on(one, 1, 20)
    go_on(two, 1, 20)
    assert one.heard == two.heard


def test_a_world_can_go_back_and_take_another_way() -> None:
    company = assembled(QUIET)
    before = company.tell("truth")["accounts"]
    text = company.written()
    go_on(company, 1, 30)
    company.tell("restore", snapshot=json.loads(text))
    assert company.tell("truth")["accounts"] == before


def test_whoever_is_connected_is_told_of_a_restart_and_is_gone() -> None:
    company = assembled(QUIET)
    answer = company.tell("snapshot")
    late = company.connect("public").socket.number
    company.heard.clear()
    company.tell("restore", **answer)
    assert company.heard == [f"{number} closed: 1012 Service Restart" for number in range(1, late + 1)]
    assert company.tell("truth")["sockets"] == []
    assert not accounts.of(company.world).by_name["alice"].listeners
    company.heard.clear()
    company.wait(3)
    assert company.heard == []


def test_who_subscribes_again_begins_with_a_snapshot_and_the_first_sequence() -> None:
    company = assembled(QUIET)
    company.tell("restore", **company.tell("snapshot"))
    talk = company.connect("private")
    token = company.token("full")
    company.heard.clear()
    company.send(talk.socket.number, method="subscribe", params={"channel": "executions", "token": token})
    frame = json.loads(company.heard[-1].partition(": ")[2])
    assert (frame["type"], frame["sequence"]) == ("snapshot", 1)


def test_what_a_connection_says_after_a_restart_is_not_heard() -> None:
    company = assembled(QUIET)
    talk = company.world.talks[1]
    company.tell("restore", **company.tell("snapshot"))
    fresh = company.connect("public")
    fresh.socket.number = 1  # numbers begin again: the old connection must not be taken for a new one
    company.world.talks[1] = fresh
    company.heard.clear()
    company.entrance.frame(talk, '{"method":"ping"}')
    company.entrance.leave(talk)
    assert company.heard == []
    assert company.world.talks[1] is fresh


def test_the_run_around_a_world_stays() -> None:
    company = assembled(QUIET)
    text = company.written()
    world = company.world
    world.control_token, world.pace.speed, world.pace.manual = "let-me-in", 20.0, False
    snapshot.put_back(world, json.loads(text))
    assert (world.control_token, world.pace.speed, world.pace.manual) == ("let-me-in", 20.0, False)


def test_calls_under_way_still_count_and_are_still_answered() -> None:
    company = assembled(QUIET)
    text = company.written()
    world, answered = company.world, []
    world.judge.flights.enter("SIM-key")
    world.clock.after(2_000_000, lambda: answered.append(world.clock.now_us()), lasting=False)
    started_us = world.clock.now_us()
    company.wait(1)
    snapshot.put_back(world, json.loads(text))
    company.wait(3)
    assert answered == [started_us + 1_000_000]
    assert world.judge.flights.under_way == {"SIM-key": 1}
    world.judge.flights.leave("SIM-key")
    assert world.judge.flights.under_way == {}


def test_a_snapshot_holds_no_secret() -> None:
    company = assembled(QUIET)
    text = company.written()
    told = [
        part
        for key in accounts.of(company.world).programs.values()
        for part in (key.public, key.secret_text, key.secret.hex())
    ]
    assert not [secret for secret in [*told, *accounts.of(company.world).door.tokens] if secret in text]


def test_the_keys_are_those_of_the_snapshot() -> None:
    company = assembled(QUIET)
    text = company.written()
    stranger = Company(World(Options(seed=5, manual=True), three_pairs()))
    stranger.world.start()
    told = stranger.tell("restore", snapshot=json.loads(text))
    assert told["keys"] == accounts.first_line_keys(company.world)
    assert b'"error":[]' in stranger.call("full", "Balance")


def test_numbers_survive_programs_that_know_floats_only() -> None:
    def numbers(value: object) -> bool:
        if isinstance(value, dict):
            return all(map(numbers, value.values()))
        if isinstance(value, list):
            return all(map(numbers, value))
        return not isinstance(value, float) and (not isinstance(value, int) or abs(value) < 2**53)

    assert numbers(json.loads(assembled(QUIET, FAULTS).written()))


def parts(document: dict[str, Any]) -> list[tuple[str, ...]]:
    return [*((name,) for name in document), ("rows", "0"), ("rows", "7"), ("kinds", "0")]


def test_what_is_changed_is_refused_and_nothing_is_done() -> None:
    company = assembled(QUIET)
    text = company.written()
    for path in parts(json.loads(text)):
        for value in (None, 0, "x", [], {}, [[0]], {"int": "1"}):
            document = json.loads(text)
            place: Any = document
            for step in path[:-1]:
                place = place[step]
            place[int(path[-1]) if isinstance(place, list) else path[-1]] = value
            with pytest.raises(Refused):
                snapshot.put_back(company.world, document)
    assert company.written() == text


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-3, 3)
    | st.floats()
    | st.text(max_size=3)
    | st.just("dict")
    | st.just("method"),
    lambda some: (
        st.lists(some, max_size=4)
        | st.dictionaries(st.sampled_from(["int", "named", "raw", "x"]), some, max_size=1)
    ),
    max_leaves=8,
)


@given(rows=st.lists(JSON, max_size=5), kinds=st.lists(JSON, max_size=3), tokens=JSON, start=JSON)
@settings(max_examples=300, deadline=None)
def test_a_forged_snapshot_is_refused(
    rows: list[Any], kinds: list[Any], tokens: object, start: object
) -> None:
    company = Company(STILL)
    document = company.tell("snapshot")["snapshot"]
    del document["digest"]
    document |= {"rows": [document["rows"][0], *rows], "kinds": [document["kinds"][0], *kinds]}
    document |= {"tokens": tokens, "start_us": start}
    before = STILL.kept()
    with pytest.raises(Refused):
        snapshot.put_back(STILL, document | {"digest": snapshot.digest(document)})
    assert STILL.kept() == before


STILL = World(QUIET, three_pairs())
STILL.start()


@pytest.mark.parametrize(
    "body", [{}, {"snapshot": None}, {"snapshot": []}, {"snapshot": {"x": 1}}, {"snap": {}}]
)
def test_what_is_no_snapshot_is_refused_with_a_sentence(body: dict[str, Any]) -> None:
    company = Company(STILL)
    assert company.tell("restore", **body) is None
    (sentence,) = company.heard
    assert len(sentence) > len("restore: ")


def test_another_version_is_refused() -> None:
    company = assembled(QUIET)
    document = json.loads(company.written()) | {"version": "0"}
    with pytest.raises(Refused, match="another version"):
        snapshot.put_back(company.world, document)
