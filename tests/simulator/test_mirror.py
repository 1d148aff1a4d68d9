"""The mirror: recorded frames as they were, when they are asked for, and nothing that was not recorded."""

import json

from tests.simulator.mirroring import (
    GREETING,
    HEARTBEAT,
    Client,
    a_mirror,
    ack,
    bare,
    passage,
    recorded,
    ticker,
    wait,
)
from tests.support.samples import frames, samples

BTC, ETH = "BTC/USD", "ETH/USD"
TWO_PAIRS = (
    GREETING,
    ack("ticker", BTC, snapshot=True),
    ack("ticker", ETH, snapshot=True),
    ticker(BTC, kind="snapshot"),
    ticker(ETH, kind="snapshot"),
    ticker(BTC, "63001.0"),
    ticker(ETH, "1800.0"),
)


def test_the_greeting_comes_at_once_and_the_rest_when_it_is_asked_for() -> None:
    client = Client(a_mirror(bare(GREETING, ack("ticker", BTC), ticker(BTC))))
    assert client.frames == [GREETING]
    wait(client.world, 30)
    assert client.frames == [GREETING]
    assert client.subscribe("ticker", BTC) == [ack("ticker", BTC), ticker(BTC)]


def test_frames_keep_their_recorded_pace_from_the_subscription_on() -> None:
    tape = bare(
        GREETING, ack("ticker", BTC), ticker(BTC, "1.0"), ticker(BTC, "2.0"), times=(0, 0.1, 0.6, 3.1)
    )
    client = Client(a_mirror(tape))
    wait(client.world, 20)
    client.subscribe("ticker", BTC)
    counts = []
    for _ in range(7):
        counts.append(len(client.frames))
        wait(client.world, 0.5)
    assert counts == [2, 3, 3, 3, 3, 3, 4]


def test_what_the_client_does_not_ask_for_is_left_out() -> None:
    client = Client(a_mirror(bare(*TWO_PAIRS)))
    client.subscribe("ticker", ETH)
    wait(client.world, 1)
    assert client.frames == [GREETING, *(frame for frame in TWO_PAIRS if ETH in frame)]


def test_a_second_request_within_a_second_comes_in_its_recorded_place() -> None:
    client = Client(a_mirror(bare(*TWO_PAIRS)))
    client.subscribe("ticker", ETH)
    wait(client.world, 0.9)
    client.subscribe("ticker", BTC)
    assert client.frames == [*TWO_PAIRS]


def test_who_asks_too_late_is_told_so() -> None:
    client = Client(a_mirror(bare(*TWO_PAIRS)))
    client.subscribe("ticker", ETH)
    wait(client.world, 2)
    client.subscribe("ticker", BTC)
    assert client.errors() == ["Not in the recording from here on: subscribe right after connecting"]


def test_an_answer_carries_the_id_of_the_request_that_it_answers_now() -> None:
    tape = bare(GREETING, ack("ticker", BTC, req_id=17), ticker(BTC))
    named, nameless = (Client(a_mirror(tape)) for _ in range(2))
    assert named.send("subscribe", 4, channel="ticker", symbol=[BTC])[0] == ack("ticker", BTC, req_id=4)
    assert nameless.subscribe("ticker", BTC)[0] == ack("ticker", BTC)


def test_an_answer_that_nobody_asked_for_comes_only_if_it_names_no_request() -> None:
    again = [ack("ticker", BTC, "unsubscribe"), ack("ticker", BTC)]
    client = Client(a_mirror(bare(GREETING, ack("ticker", BTC), *again, ticker(BTC))))
    assert client.subscribe("ticker", BTC) == [ack("ticker", BTC), *again, ticker(BTC)]
    foreign = [ack("ticker", BTC, "unsubscribe", req_id=8), ack("ticker", BTC, req_id=9)]
    client = Client(a_mirror(bare(GREETING, ack("ticker", BTC), *foreign, ticker(BTC))))
    assert client.subscribe("ticker", BTC) == [ack("ticker", BTC), ticker(BTC)]


def test_what_was_not_recorded_is_refused_and_never_invented() -> None:
    client = Client(a_mirror(bare(*TWO_PAIRS)))
    client.subscribe("ticker", "SOL/USD")
    client.subscribe("ohlc", BTC)
    client.subscribe("instrument")
    client.send("cancel_all")
    assert client.errors() == [
        "Currency pair not supported SOL/USD",
        *["EGeneral:Not recorded"] * 3,
    ]


def test_another_depth_than_the_recorded_one_is_refused_as_the_exchange_does() -> None:
    client = Client(a_mirror(bare(GREETING, ack("book", BTC, depth=25))))
    client.subscribe("book", BTC, depth=10)
    client.subscribe("book", BTC)
    assert client.errors() == ["Subscription depth not supported"] * 2
    assert client.subscribe("book", BTC, depth=25) == [ack("book", BTC, depth=25)]


def test_an_order_act_is_answered_where_its_answer_was_recorded() -> None:
    taken = '{"method":"cancel_order","req_id":3,"result":{"order_id":"O1"},"success":true}'
    tape = recorded(
        passage("private", "in", GREETING),
        passage("private", "in", ack("executions", req_id=1)),
        passage("private", "in", taken, t=60),
    )
    client = Client(a_mirror(tape), "private")
    client.subscribe("executions")
    client.send("cancel_order", 9, order_id=["O1"])
    client.send("cancel_order", 10, order_id=["O2"])
    assert client.errors() == ["EGeneral:Not recorded"]
    wait(client.world, 61)
    assert taken.replace('"req_id":3', '"req_id":9') in client.frames


def test_a_token_is_needed_on_the_private_side() -> None:
    client = Client(a_mirror(bare(GREETING, ack("executions"))), "private")
    client.send("subscribe", channel="executions", token="another")
    assert client.errors() == ["ESession:Invalid session"]


def test_heartbeats_of_its_own_come_only_where_the_tape_waits_or_has_ended() -> None:
    tape = bare(GREETING, ack("ticker", BTC), ticker(BTC), ticker(BTC, "2.0"), times=(0, 0, 0, 10))
    client = Client(a_mirror(tape))
    client.subscribe("ticker", BTC)
    wait(client.world, 9.5)
    assert HEARTBEAT not in client.frames
    wait(client.world, 10.5)
    assert client.frames.count(HEARTBEAT) == 10


def test_pongs_are_its_own() -> None:
    pong = '{"method":"pong","req_id":1,"time_in":"x","time_out":"y"}'
    client = Client(a_mirror(recorded(passage("public", "in", GREETING), passage("public", "in", pong))))
    assert client.frames == [GREETING]
    client._entrance.frame(client._talk, '{"method":"ping","req_id":5}')
    assert json.loads(client.frames[-1])["req_id"] == 5


def test_recorded_connections_follow_each_other_and_begin_anew() -> None:
    first, second = GREETING, GREETING.replace("2.0.10", "2.0.11")
    world = a_mirror(bare(first, ack("ticker", BTC), second, ack("ticker", ETH)))
    one = Client(world)
    one.subscribe("ticker", BTC)
    assert one.closes == [1000]
    other, third = Client(world), Client(world)
    other.subscribe("ticker", ETH)
    assert (other.frames, other.closes) == ([second, ack("ticker", ETH)], [])
    assert third.frames == [first]


def test_a_side_that_was_not_recorded_greets_and_refuses() -> None:
    client = Client(a_mirror(bare(*TWO_PAIRS)), "private")
    client.subscribe("executions")
    assert json.loads(client.frames[0])["channel"] == "status"
    assert client.errors() == ["EGeneral:Not recorded"]


def test_a_book_that_is_subscribed_anew_begins_with_a_snapshot_as_it_stands() -> None:
    """The snapshot that was recorded 24 lines later on says what the first 23 lines made of the book."""
    lines = [line.decode() for _, line in frames(samples("ws-v2", "book-sequence.btcusd-d10.jsonl"))]
    (place, *_) = (at for at in range(10, len(lines)) if '"snapshot","data"' in lines[at])
    client = Client(a_mirror(bare(*lines[: place - 6])))
    client.subscribe("book", BTC, depth=10)
    client.send("unsubscribe", channel="book", symbol=[BTC], depth=10)
    ours = json.loads(client.subscribe("book", BTC, depth=10)[-1])
    assert ours["type"] == "snapshot"
    assert ours["data"][0]["checksum"] == _last_checksum(lines[: place - 6])


def _last_checksum(lines: list[str]) -> int:
    told = [json.loads(line) for line in lines]
    return int([frame for frame in told if frame.get("channel") == "book"][-1]["data"][0]["checksum"])


def test_orders_recorded_from_the_middle_on_get_a_beginning() -> None:
    lines = [
        line.decode() for _, line in frames(samples("ws-v2", "executions-sequence.market-sell-filled.jsonl"))
    ]
    client = Client(a_mirror(bare(*lines)), "private")
    assert client.frames == []
    client.subscribe("executions")
    begin = json.loads(client.frames[1])
    assert (begin["type"], begin["data"], begin["sequence"]) == ("snapshot", [], 1)
    assert client.frames[2:] == lines


def test_open_orders_that_are_subscribed_anew_come_as_they_stand_and_the_numbers_go_on() -> None:
    lines = [
        line.decode()
        for _, line in frames(samples("ws-v2", "executions-sequence.limit-post-only-then-cancel.jsonl"))
    ]
    client = Client(a_mirror(bare(*lines[:2])), "private")
    client.subscribe("executions")
    client.send("unsubscribe", channel="executions")
    snapshot = json.loads(client.subscribe("executions")[-1])
    assert snapshot["sequence"] == 3
    assert [order["order_id"] for order in snapshot["data"]] == ["OF6QIS-MYM6V-XTHHZF"]


def test_a_recording_is_over_when_the_last_frame_of_each_side_was_told() -> None:
    tape = recorded(
        passage("public", "in", GREETING),
        passage("private", "in", GREETING),
        passage("private", "in", HEARTBEAT, 2),
        passage("public", "in", HEARTBEAT, 3),
        passage("public", "in", GREETING, 5),
        passage("public", "in", HEARTBEAT, 9),
    )
    world = a_mirror(tape)
    past = world.past
    assert past is not None
    Client(world), Client(world, "private")
    wait(world, 4)
    assert not past.is_over  # one more public connection is to come
    Client(world)
    wait(world, 3)
    assert not past.is_over
    wait(world, 2)
    assert past.is_over
