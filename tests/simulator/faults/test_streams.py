"""Faults of what the websockets carry."""

import json

from tests.simulator.books import ClientBook
from tests.simulator.faults.scene import a_world, inject, place, public, talk_to, tell, wait


def sequences(frames: list[dict[str, object]]) -> list[object]:
    return [frame["sequence"] for frame in frames if "sequence" in frame]


def test_silence_takes_data_and_heartbeats_but_answers_pings() -> None:
    world = a_world()
    talk = talk_to(world)
    inject(world, "silence", when={"for": "20s"})
    place(world)
    wait(world, 10)
    assert talk.frames == []
    assert talk.talk.socket.number in world.talks
    world.faults.received(talk.talk, '{"method":"ping","req_id":7}')
    assert [json.loads(text)["method"] for text in talk.frames] == ["pong"]
    wait(world, 12)
    assert '{"channel":"heartbeat"}' in talk.frames


def test_silence_that_keeps_nothing_does_not_even_answer() -> None:
    world = a_world()
    talk = talk_to(world)
    inject(world, "silence", keep="none")
    world.faults.received(talk.talk, '{"method":"ping","req_id":7}')
    assert talk.frames == []


def test_one_silent_channel_lets_heartbeats_and_other_channels_run() -> None:
    world = a_world(frozen=False)
    listener = public(world)
    listener.subscribe("trade", "BTC/USD")
    inject(world, "silence", match={"channel": "ticker"})
    listener.frames.clear()
    wait(world, 30)
    channels = {json.loads(frame)["channel"] for frame in listener.frames}
    assert channels == {"trade", "heartbeat"}
    assert len(listener.frames) >= 25


def test_heartbeats_can_fall_silent_with_their_channel() -> None:
    world = a_world()
    talk = talk_to(world)
    inject(world, "silence", match={"channel": "executions"}, heartbeat="off")
    place(world)
    wait(world, 10)
    assert talk.frames == []


def test_drop_ack_takes_the_ack_and_leaves_the_data() -> None:
    world = a_world()
    talk = talk_to(world)
    inject(world, "drop_ack", match={"channel": "balances"})
    frames = talk.balances()
    assert [frame.get("type") for frame in frames] == ["snapshot"]


def test_skip_seq_leaves_a_number_out_and_counts_on() -> None:
    world = a_world()
    talk = talk_to(world)
    inject(world, "skip_seq", when={"times": 1})
    place(world)
    place(world)
    assert sequences(talk.take()) == [3, 4, 5, 6]


def test_skip_seq_can_lose_the_frame_itself() -> None:
    world = a_world()
    talk = talk_to(world)
    inject(world, "skip_seq", when={"times": 1}, lost=True)
    place(world)
    assert sequences(talk.take()) == [3]


def test_dup_says_the_same_twice() -> None:
    world = a_world()
    talk = talk_to(world)
    inject(world, "dup")
    place(world)
    assert sequences(talk.take()) == [2, 2, 3, 3]


def test_reorder_turns_neighbours_around_and_keeps_no_frame() -> None:
    world = a_world()
    talk = talk_to(world)
    inject(world, "reorder")
    order = place(world)
    assert sequences(talk.take()) == [3, 2]
    tell(world, "account", cancel={"id": order.id})
    assert talk.take() == []
    wait(world, 2)
    assert sequences(talk.take()) == [4]


def test_bad_crc_spoils_the_book_that_it_names() -> None:
    world = a_world(frozen=False)
    inject(world, "bad_crc", match={"symbol": "ETH/USD"})
    right = {}
    for symbol in ("BTC/USD", "ETH/USD"):
        listener = public(world, "book", symbol)
        listener.unsubscribe("book", symbol)
        listener.frames.clear()
        listener.subscribe("book", symbol)
        replica = ClientBook(10)
        for frame in listener.data("book"):
            replica.apply(frame)
            right[symbol] = replica.checksum() == int(frame["data"][0]["checksum"])
    assert right == {"BTC/USD": True, "ETH/USD": False}


def test_terminal_missing_hides_an_end_without_a_hole() -> None:
    world = a_world()
    talk = talk_to(world)
    inject(world, "terminal_missing", when={"times": 1})
    order = place(world)
    tell(world, "account", cancel={"id": order.id})
    place(world)
    frames = talk.take()
    assert sequences(frames) == [2, 3, 4, 5]
    assert "canceled" not in json.dumps(frames)


def test_answers_can_come_after_the_stream() -> None:
    world = a_world()
    talk = talk_to(world)
    first, second = place(world), place(world)
    talk.take()
    said = talk.send("cancel_order", order_id=[first.id])
    assert ["method" in frame for frame in said] == [True, False]
    inject(world, "answer_order")
    said = talk.send("cancel_order", order_id=[second.id])
    assert ["method" in frame for frame in said] == [False, True]


def test_delay_makes_frames_late_in_their_order() -> None:
    world = a_world()
    talk = talk_to(world)
    inject(world, "delay", ms=2_000, jitter=1_000, match={"channel": "executions"})
    place(world)
    place(world)
    wait(world, 1.5)
    assert talk.take() == []
    wait(world, 2)
    assert sequences(talk.take()) == [2, 3, 4, 5]
