"""Answers: matched by request id first, in every shape that was recorded; refused subscriptions (F11)."""

import json

import pytest

from krakentui.model.event import Answered, FirstSnapshot, Garbled, Happening, Pong, TierSeen
from krakentui.wire.spot.wishes import Awaited
from krakentui.wire.spot.ws import Conversation
from tests.support.samples import frames, samples
from tests.wire.spot.talk import TOKEN, a_private_talk, data

NOW = {"time_in": "2026-08-01T02:53:53.184174Z", "time_out": "2026-08-01T02:53:53.184216Z"}


def yes(method: str, req_id: int | None = None, **result: object) -> bytes:
    frame: dict[str, object] = {"method": method, "result": result, "success": True, **NOW}
    return json.dumps(frame if req_id is None else {**frame, "req_id": req_id}).encode()


def no(method: str, error: str, req_id: int | None = None, **more: object) -> bytes:
    frame = {"error": error, "method": method, "success": False, **more, **NOW}
    return json.dumps(frame if req_id is None else {**frame, "req_id": req_id}).encode()


def one(events: list[Happening]) -> Answered:
    (event,) = events
    assert isinstance(event, Answered)
    return event


def recorded(name: str) -> bytes:
    ((_, frame),) = frames(samples("ws-v2", name))
    return frame


def test_an_ack_for_each_symbol_is_awaited() -> None:
    talk = Conversation("public")
    number = talk.subscribe("book", symbol=["BTC/USD", "ETH/USD"], depth=10)
    assert talk.awaited == (
        Awaited(number, "book", "BTC/USD", "ack"),
        Awaited(number, "book", "ETH/USD", "ack"),
    )


def test_after_the_ack_the_first_snapshot_is_awaited() -> None:
    talk = Conversation("public")
    number = talk.subscribe("ticker", symbol=["BTC/USD", "ETH/USD"])
    talk.receive(yes("subscribe", number, channel="ticker", symbol="ETH/USD"))
    assert Awaited(number, "ticker", "ETH/USD", "snapshot") in talk.awaited
    assert Awaited(number, "ticker", "BTC/USD", "ack") in talk.awaited


def test_nothing_is_awaited_once_data_came() -> None:
    talk = Conversation("public")
    number = talk.subscribe("ticker", symbol="BTC/USD")
    talk.receive(yes("subscribe", number, channel="ticker", symbol="BTC/USD"))
    heard = talk.receive(data("ticker", {"symbol": "BTC/USD"}, kind="snapshot"))
    assert heard[1:] == [FirstSnapshot(feed="public", channel="ticker")]
    assert talk.awaited == ()


def test_the_first_snapshot_is_told_once_a_symbol() -> None:
    talk = Conversation("public")
    talk.subscribe("ticker", symbol=["BTC/USD", "ETH/USD"])
    heard = [
        event
        for symbol in ("BTC/USD", "ETH/USD", "BTC/USD")
        for event in talk.receive(data("ticker", {"symbol": symbol}))
        if isinstance(event, FirstSnapshot)
    ]
    assert len(heard) == 2


def test_trades_without_snapshot_leave_nothing_awaited_after_the_ack() -> None:
    talk = Conversation("public")
    number = talk.subscribe("trade", symbol="BTC/USD")
    talk.receive(yes("subscribe", number, channel="trade", symbol="BTC/USD", snapshot=False))
    assert talk.awaited == ()


def test_an_ack_that_does_not_echo_our_id_is_told_by_its_channel() -> None:
    talk = Conversation("public")
    number = talk.subscribe("ticker", symbol="BTC/USD")
    talk.receive(yes("subscribe", channel="ticker", symbol="BTC/USD"))
    assert talk.awaited == (Awaited(number, "ticker", "BTC/USD", "snapshot"),)


def test_a_refused_symbol_is_no_longer_awaited() -> None:
    talk = Conversation("public")
    number = talk.subscribe("ticker", symbol=["XBT/USD", "BTC/USD"])
    answer = one(
        talk.receive(no("subscribe", "Currency pair not supported XBT/USD", number, symbol="XBT/USD"))
    )
    assert (answer.ok, answer.symbol) == (False, "XBT/USD")
    assert [wish.symbol for wish in talk.awaited] == ["BTC/USD"]


def test_a_refusal_without_symbol_ends_the_whole_request() -> None:
    talk = Conversation("public")
    number = talk.subscribe("book", symbol=["BTC/USD", "ETH/USD"], depth=27)
    talk.receive(no("subscribe", "Subscription depth not supported", number))
    assert talk.awaited == ()


def test_already_subscribed_counts_as_an_ack() -> None:
    talk = Conversation("public")
    number = talk.subscribe("ticker", symbol="BTC/USD")
    talk.receive(no("subscribe", "Already subscribed", number, symbol="BTC/USD"))
    assert talk.awaited == (Awaited(number, "ticker", "BTC/USD", "snapshot"),)


def test_a_failed_unsubscription_is_told_by_its_id_though_it_answers_as_subscribe() -> None:
    talk = Conversation("public")
    number = talk.unsubscribe("ticker", "BTC/USD")
    answer = one(talk.receive(no("subscribe", "Subscription Not Found", number, symbol="BTC/USD")))
    assert (answer.method, answer.channel, answer.ok) == ("unsubscribe", "ticker", False)


def test_the_recorded_invalid_session_is_an_answer_though_it_names_a_channel() -> None:
    answer = one(a_private_talk().receive(recorded("subscribe-error.invalid-session.json")))
    assert (answer.method, answer.channel, answer.error) == (
        "subscribe",
        "executions",
        "ESession:Invalid session",
    )


def test_the_ack_of_executions_names_the_tier() -> None:
    talk = a_private_talk()
    answered, tier = talk.receive(yes("subscribe", 1, channel="executions", maxratecount=125, snapshot=True))
    assert isinstance(answered, Answered)
    assert answered.maxratecount == 125
    assert tier == TierSeen(account="alice", maxratecount=125)


def test_warnings_are_handed_on_cleaned() -> None:
    answer = one(
        Conversation("public").receive(yes("subscribe", warnings=["tick\x1b[2J_size is deprecated"]))
    )
    assert len(answer.warnings) == 1
    assert "\x1b" not in answer.warnings[0]


def test_a_cancel_answer_names_its_order() -> None:
    talk = a_private_talk()
    number = talk.cancel_order("OABC")
    answer = one(talk.receive(yes("cancel_order", number, order_id="OABC")))
    assert (answer.ok, answer.order_id, answer.req_id) == (True, "OABC", number)


def test_a_failed_cancel_is_mapped_to_its_order_by_its_id() -> None:
    talk = a_private_talk()
    first, second = talk.cancel_order("O1"), talk.cancel_order("O2")
    answer = one(talk.receive(no("cancel_order", "EOrder:Unknown order", second)))
    assert (answer.ok, answer.order_id, answer.error) == (False, "O2", "EOrder:Unknown order")
    assert one(talk.receive(no("cancel_order", "EOrder:Unknown order", first))).order_id == "O1"


@pytest.mark.parametrize(
    "frame",
    [
        b'{"method":"batch_cancel","req_id":3,"result":{"count":3},"success":true}',
        b'{"method":"batch_cancel","req_id":3,"orders_cancelled":3,"success":true}',
    ],
)
def test_batch_cancel_tells_its_count_in_both_shapes(frame: bytes) -> None:
    talk = a_private_talk()
    talk.batch_cancel(["O1", "O2", "O3"])
    assert one(talk.receive(frame)).count == 3


def test_cancel_all_tells_its_count() -> None:
    assert one(a_private_talk().receive(yes("cancel_all", 9, count=25))).count == 25


def test_an_answer_with_a_list_is_an_answer() -> None:
    answer = one(
        a_private_talk().receive(
            b'{"method":"batch_add","req_id":0,"result":[{"order_id":"O1"}],"success":true}'
        )
    )
    assert answer.ok


def test_a_pong_is_told_apart() -> None:
    talk = Conversation("public")
    number = talk.ping()
    assert talk.receive(f'{{"method":"pong","req_id":{number},"time_in":"x"}}') == [Pong(req_id=number)]
    assert talk.last_was_pong


@pytest.mark.parametrize(
    ("time_in", "at_ns"),
    [
        ('"2026-08-01T02:53:53.184174Z"', 1_785_552_833_184_174_000),
        ('"yesterday"', None),
        ("17", None),
        ("null", None),
        ('{"at":1}', None),
        (f'"{"9" * 100}"', None),
    ],
)
def test_a_pong_tells_the_exchanges_clock_where_it_makes_sense(time_in: str, at_ns: int | None) -> None:
    talk = Conversation("public")
    number = talk.ping()
    (event,) = talk.receive(f'{{"method":"pong","req_id":{number},"time_in":{time_in}}}')
    assert event == Pong(req_id=number, at_ns=at_ns)


def test_other_frames_are_no_pong() -> None:
    talk = Conversation("public")
    talk.receive(b'{"method":"pong"}')
    assert talk.receive(b'{"channel":"heartbeat"}') == []
    assert not talk.last_was_pong


def test_a_refused_ping_is_no_life_either() -> None:
    talk = Conversation("public")
    talk.receive(no("ping", "Unsupported field: 'params' for the given msg type: ping", talk.ping()))
    assert talk.last_was_pong


@pytest.mark.parametrize(
    "frame",
    [b'{"Error":"Exceeded msg rate"}', b'{"error":"Exceeded msg rate"}', '{"Error":"Exceeded msg rate"}'],
)
def test_the_bare_rate_frame_is_a_refusal_of_nothing_in_particular(frame: bytes | str) -> None:
    answer = one(Conversation("public").receive(frame))
    assert (answer.method, answer.ok, answer.error) == ("", False, "Exceeded msg rate")


def test_an_answer_without_yes_or_no_claims_nothing() -> None:
    talk = a_private_talk()
    number = talk.cancel_order("O1")
    frame = f'{{"method":"cancel_order","req_id":{number},"result":{{"order_id":"O1"}}}}'
    (event,) = talk.receive(frame)
    assert isinstance(event, Garbled)


def test_an_answer_with_a_bad_field_keeps_the_rest() -> None:
    talk = a_private_talk()
    number = talk.cancel_order("O1")
    heard = talk.receive(no("cancel_order", "EOrder:Unknown order", number, symbol=17))
    assert isinstance(heard[0], Garbled)
    assert one(heard[1:]).order_id == "O1"


def test_an_excerpt_never_shows_the_token() -> None:
    talk = a_private_talk()
    (event,) = talk.receive(f'{{"token":"{TOKEN}"}}')
    assert isinstance(event, Garbled)
    assert TOKEN not in event.excerpt
