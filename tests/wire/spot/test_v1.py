"""The old private websocket: what it says, where its counter stands, what makes no sense."""

import json
import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from krakentui.model.event import (
    Answered,
    FirstSnapshot,
    Garbled,
    Happening,
    Pong,
    SequenceBroken,
    SystemSeen,
    Unknown,
)
from krakentui.model.limit import POINT
from krakentui.model.text import clean
from krakentui.wire.spot.v1 import MOST_ORDERS, OldConversation
from tests.support.samples import samples
from tests.wire.spot.old import (
    ACK,
    FIRST,
    HEARTBEAT,
    SECOND_ID,
    a_listening_talk,
    an_old_talk,
    an_order,
    changed,
    hear,
    heard,
    orders,
)
from tests.wire.spot.talk import TOKEN

DONE = {"lastupdated": "1700000003.500000", "vol_exec": "0.00000000", "userref": 0}


def quoted() -> list[bytes]:
    """The frames that the reference page quotes in its chapter on frames, one a line."""
    page = samples("..", "spot-ws-v1-ratecount.md").read_text(encoding="utf-8")
    chapter = page.partition("## 2. Frames")[2].partition("\n## 3.")[0]
    lines = [
        line for block in re.findall(r"```json\n(.*?)```", chapter, re.DOTALL) for line in block.splitlines()
    ]
    inline = re.findall(r"`(\{\"(?:event|Error|errorMessage)\".*?\})`", chapter)
    return [line.replace("…,", "7,").encode() for line in [*lines, *inline]]


# --- what we say --------------------------------------------------------------------------------------


def test_one_subscription_is_all_that_is_ever_said() -> None:
    talk = OldConversation("alice", lambda name: name)
    assert talk.to_send() == []
    talk = an_old_talk()
    hear(talk, ACK, orders(sequence=1), orders(sequence=3))
    assert talk.to_send() == []


def test_it_asks_for_open_orders_with_the_counter_and_without_a_pair() -> None:
    talk = OldConversation("alice", lambda name: name)
    number = talk.subscribe(None)
    assert [json.loads(out.text) for out in talk.to_send()] == [
        {"event": "subscribe", "reqid": number, "subscription": {"name": "openOrders", "ratecounter": True}}
    ]


# --- every quoted frame ---------------------------------------------------------------------------------


def test_every_frame_of_the_reference_is_understood() -> None:
    frames = quoted()
    assert len(frames) >= 15
    for frame in frames:
        if b'"event":"subscribe"' in frame or b'"unsubscribe"' in frame or b'"ping"' in frame:
            continue  # ours
        talk = an_old_talk()
        number = re.search(rb'"sequence":(\d+)', frame)
        for before in range(1, int(number[1]) if number else 1):
            hear(talk, orders(sequence=before))
        events = hear(talk, frame)
        assert not [event for event in events if isinstance(event, Garbled | Unknown | SequenceBroken)], frame


def test_the_orders_of_the_reference_tell_their_life() -> None:
    talk, acts = an_old_talk(), []
    for sequence, frame in enumerate((frame for frame in quoted() if frame.startswith(b"[")), start=1):
        renumbered = re.sub(rb'"sequence":\d+', b'"sequence":%d' % sequence, frame)
        acts += [event.act for event in heard(hear(talk, renumbered))]
    assert acts == ["pending", "open", "canceled", "fill", "closed", "expired"]


# --- events -------------------------------------------------------------------------------------------


def test_the_greeting_tells_the_state_of_the_exchange() -> None:
    greeting = {"connectionID": 2**63 + 5, "event": "systemStatus", "status": "online", "version": "1.9.1"}
    assert hear(an_old_talk(), greeting) == [SystemSeen(system="online")]


def test_heartbeats_are_life_and_pongs_are_not() -> None:
    talk = an_old_talk()
    assert (hear(talk, HEARTBEAT), talk.last_was_pong) == ([], False)
    assert (hear(talk, {"event": "pong", "reqid": 42}), talk.last_was_pong) == ([Pong(req_id=42)], True)


def test_the_ack_names_the_ceiling() -> None:
    assert hear(an_old_talk(), ACK) == [
        Answered(method="subscribe", ok=True, req_id=1, channel="openOrders", maxratecount=125)
    ]


def test_an_ack_without_a_ceiling_is_an_ack() -> None:
    (answer,) = hear(an_old_talk(), {**ACK, "subscription": {"name": "openOrders"}})
    assert isinstance(answer, Answered)
    assert (answer.ok, answer.maxratecount) == (True, None)


@pytest.mark.parametrize("error", ["ESession:Invalid session", "Subscription object unsupported field"])
def test_a_refused_subscription_says_why_and_is_awaited_no_more(error: str) -> None:
    talk = an_old_talk()
    refusal = {
        "errorMessage": error,
        "event": "subscriptionStatus",
        "status": "error",
        "reqid": 1,
        "subscription": {"name": "openOrders"},
    }
    assert hear(talk, refusal) == [
        Answered(method="subscribe", ok=False, req_id=1, error=error, channel="openOrders")
    ]
    assert talk.awaited == ()


def test_being_subscribed_already_is_success() -> None:
    talk = an_old_talk()
    twice = {"errorMessage": "Already subscribed", "event": "subscriptionStatus", "status": "error"}
    (answer,) = hear(talk, twice)
    assert isinstance(answer, Answered)
    assert answer.ok
    assert [one.lacks for one in talk.awaited] == ["snapshot"]


@pytest.mark.parametrize(
    "frame",
    [
        {"event": "error", "errorMessage": "Exceeded msg rate", "reqid": 42},
        {"Error": "Exceeded msg rate"},
    ],
)
def test_too_many_messages_are_told_in_both_shapes(frame: object) -> None:
    (answer,) = hear(an_old_talk(), frame)
    assert isinstance(answer, Answered)
    assert (answer.ok, answer.error) == (False, "Exceeded msg rate")


# --- sequence -----------------------------------------------------------------------------------------


def test_what_is_awaited_is_the_ack_then_the_snapshot_then_nothing() -> None:
    talk = an_old_talk()
    lacks = [[one.lacks for one in talk.awaited]]
    for frame in (ACK, orders(sequence=1)):
        hear(talk, frame)
        lacks.append([one.lacks for one in talk.awaited])
    assert lacks == [["ack"], ["snapshot"], []]


def test_the_first_frame_is_the_snapshot() -> None:
    talk = an_old_talk()
    told = hear(talk, ACK, orders(an_order(status="open"), sequence=1))
    assert told[-1] == FirstSnapshot(feed="audit", channel="openOrders")
    assert [event.act for event in heard(told)] == ["snapshot"]


@pytest.mark.parametrize("number", [3, 0, None])
def test_a_gap_is_reported_once_and_nothing_after_it_is_taken(number: int | None) -> None:
    talk = a_listening_talk(an_order())
    tail = {} if number is None else {"sequence": number}
    gap = [[changed(status="open")], "openOrders", tail]
    assert hear(talk, gap) == [SequenceBroken(channel="openOrders", expected=2, got=number)]
    assert hear(talk, orders(changed(status="open"), sequence=4)) == []
    assert not talk.mend("openOrders")


def test_a_frame_that_comes_twice_counts_once() -> None:
    talk = a_listening_talk(an_order())
    frame = orders(changed(status="open"), sequence=2)
    assert len(heard(hear(talk, frame, frame))) == 1


def test_a_missed_snapshot_is_a_gap() -> None:
    talk = an_old_talk()
    assert hear(talk, ACK, orders(sequence=2))[1:] == [
        SequenceBroken(channel="openOrders", expected=1, got=2)
    ]


# --- orders -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "act"),
    [
        ({"status": "open"}, "open"),
        ({"status": "canceled", **DONE}, "canceled"),
        ({"status": "closed", **DONE}, "closed"),
        ({"status": "expired", **DONE}, "expired"),
        ({"vol_exec": "0.5", "cost": "1"}, "fill"),
        ({"status": "open", "amended": True, "amend_reason": "User requested"}, "amended"),
        ({"amend_reason": "User requested"}, "amended"),
        ({"status": "canceled", "amended": True}, "canceled"),
        ({"flags": "touched"}, "touched"),
        ({}, "touched"),
        ({"status": "dreaming"}, "other"),
        ({"status": 7}, "other"),
    ],
)
def test_an_update_tells_what_happened(fields: dict[str, object], act: str) -> None:
    talk = a_listening_talk(an_order())
    assert [event.act for event in heard(hear(talk, orders(changed(**fields), sequence=2)))] == [act]


def test_later_updates_know_the_pair_of_their_order() -> None:
    talk = a_listening_talk(an_order())
    told = heard(hear(talk, orders(an_order(SECOND_ID, "XDG/USD"), sequence=2)))
    told += heard(hear(talk, orders(changed(status="open"), changed(SECOND_ID, status="open"), sequence=3)))
    assert [event.pair for event in told] == ["DOGE/USD", "BTC/USD", "DOGE/USD"]


def test_an_order_that_was_never_named_has_no_pair() -> None:
    (event,) = heard(hear(a_listening_talk(), orders(changed(status="open"), sequence=2)))
    assert event.pair is None


def test_a_pair_that_nobody_knows_is_none() -> None:
    (event,) = heard(hear(a_listening_talk(), orders(an_order(FIRST, "MOON/USD"), sequence=2)))
    assert event.pair is None


def test_an_order_that_ended_is_forgotten() -> None:
    talk = a_listening_talk(an_order())
    end = orders(changed(status="canceled"), sequence=2)
    after = orders(changed(status="open"), sequence=3)
    assert [event.pair for event in heard(hear(talk, end, after))] == ["BTC/USD", None]


def test_no_more_orders_are_remembered_than_an_account_may_have() -> None:
    talk = a_listening_talk(*(an_order(f"O{number}") for number in range(MOST_ORDERS + 1)))
    told = heard(hear(talk, orders(changed("O0", status="open"), changed("O1", status="open"), sequence=2)))
    assert [event.pair for event in told] == [None, "BTC/USD"]


def test_an_update_is_dated_where_it_says_when() -> None:
    talk = a_listening_talk()
    frames = orders(an_order(), sequence=2), orders(changed(**DONE), changed(status="open"), sequence=3)
    assert [event.said_ns for event in heard(hear(talk, *frames))] == [
        1_700_000_001_250_000_000,
        1_700_000_003_500_000_000,
        None,
    ]


# --- the counter --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["ratecount", "rate_count", "ratecounter", "rate_counter"])
@pytest.mark.parametrize(
    ("value", "written", "units"),
    [
        ("1.53", "text", 153 * POINT // 100),
        ("8", "text", 8 * POINT),
        (8, "integer", 8 * POINT),
        (Decimal("1.53"), "decimal", 153 * POINT // 100),
        (Decimal("8.0"), "decimal", 8 * POINT),
        (0, "integer", 0),
    ],
)
def test_a_counter_is_read_exactly_however_it_is_written(
    name: str, value: object, written: str, units: int
) -> None:
    (event,) = heard(hear(a_listening_talk(), orders(an_order(**{name: value}), sequence=2)))
    assert (event.written, event.units, event.figure) == (written, units, str(value))


def test_an_update_without_a_counter_says_so() -> None:
    (event,) = heard(hear(a_listening_talk(), orders(an_order(), sequence=2)))
    assert (event.written, event.units, event.figure) == ("absent", None, "")


@pytest.mark.parametrize(
    "value", [-1, "-0.5", "NaN", "Infinity", "much", None, True, [1], {"a": 1}, "9" * 90, ""]
)
def test_a_counter_that_makes_no_sense_is_not_believed(value: object) -> None:
    (event,) = heard(hear(a_listening_talk(), orders(an_order(ratecount=value), sequence=2)))
    assert (event.written, event.units) == ("senseless", None)


def test_an_unknown_rate_field_is_reported_once() -> None:
    talk = a_listening_talk(an_order())
    strange = changed(status="open", rate_budget=7)
    told = hear(talk, orders(strange, sequence=2), orders(strange, sequence=3))
    assert [event for event in told if isinstance(event, Unknown)] == [
        Unknown(where="openOrders", what="rate_budget")
    ]


# --- what makes no sense ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "frame",
    [
        b"",
        b"\xff",
        b"[",
        b"[[[[",
        b"[" * 5_000,
        b"null",
        b"[]",
        b'[[],"openOrders"]',
        b'{"event":7}',
        b'{"event":"systemStatus"}',
        b'{"event":"subscriptionStatus"}',
        b'[1,"openOrders",{"sequence":1}]',
        b'[["x",{"a":1}],"openOrders",{"sequence":1}]',
        b'{"a":1e999999999999999999999}',
        b'[[],"openOrders",{"sequence":' + b"9" * 5_000 + b"}]",
    ],
)
def test_a_frame_that_makes_no_sense_is_one_report(frame: bytes) -> None:
    told = hear(an_old_talk(), frame)
    assert len([event for event in told if isinstance(event, Garbled | SequenceBroken)]) == 1


def test_the_good_orders_of_a_bad_frame_are_taken() -> None:
    told = hear(a_listening_talk(), orders(an_order(), {FIRST: 7}, sequence=2))
    assert len(heard(told)) == 1
    assert [event.why for event in told if isinstance(event, Garbled)] == ["1 of 2 entries are no orders"]


def test_an_unknown_event_or_channel_is_told_as_such() -> None:
    talk = an_old_talk()
    assert hear(talk, {"event": "party"}) == [Unknown(where="audit", what="party")]
    assert hear(talk, [[], "ownTrades", {"sequence": 1}]) == [Unknown(where="audit", what="ownTrades")]


def test_no_token_is_repeated() -> None:
    (garbled,) = hear(an_old_talk(), b"{" + TOKEN.encode())
    assert isinstance(garbled, Garbled)
    assert TOKEN not in garbled.excerpt


texts = st.text() | st.sampled_from(
    ["ratecount", "status", "descr", "pair", "event", "sequence", "openOrders"]
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)
counters = st.sampled_from(["1.5", 7, 2.25, "\x1b[31m", None, -3, "9" * 60]) | texts
entries = st.fixed_dictionaries(
    {},
    optional={
        "status": st.sampled_from(["pending", "open", "canceled", "closed", "expired", "\u202e"])
        | json_values,
        "descr": st.fixed_dictionaries({}, optional={"pair": texts | st.just("XBT/USD") | json_values}),
        "ratecount": counters | json_values,
        "rate_x": json_values,
        "lastupdated": texts | json_values,
        "amended": json_values,
        "vol_exec": json_values,
    },
)
plausible = st.tuples(
    st.lists(st.dictionaries(st.sampled_from([FIRST, SECOND_ID, "\x07"]), entries | json_values, max_size=2)),
    st.just("openOrders"),
    st.fixed_dictionaries({"sequence": st.integers(0, 6) | json_values}),
).map(list)
frames = st.binary(max_size=60) | (
    plausible
    | json_values
    | st.sampled_from([ACK, HEARTBEAT, {"Error": "x"}])
    | st.fixed_dictionaries(
        {
            "event": st.sampled_from(["subscriptionStatus", "systemStatus", "pong", "error", "heartbeat"])
            | texts
        },
        optional={"status": json_values, "subscription": json_values, "errorMessage": json_values},
    )
).map(lambda value: json.dumps(value).encode())


def told_texts(events: list[Happening]) -> list[str]:
    return [
        value
        for event in events
        for name in event.__struct_fields__
        if isinstance(value := getattr(event, name), str)
    ]


@given(st.lists(frames, max_size=12))
def test_no_run_of_frames_raises_or_lets_unsafe_text_through(run: list[bytes]) -> None:
    talk = an_old_talk()
    for frame in run:
        for text in told_texts(talk.receive(frame)):
            assert clean(text) == text
