"""What a conversation says: frames exactly as documented, tokens only at the very end."""

import json

import pytest

from krakentui.model.error import Forbidden
from krakentui.wire.spot.requests import MAX_REMEMBERED, Outbox
from krakentui.wire.spot.ws import Conversation
from tests.wire.spot.talk import TOKEN, a_private_talk, sent


def test_a_subscription_is_written_as_documented() -> None:
    talk = Conversation("public")
    number = talk.subscribe("ticker", symbol=["BTC/USD", "ETH/USD"], event_trigger="bbo", snapshot=True)
    assert sent(talk) == [
        {
            "method": "subscribe",
            "req_id": number,
            "params": {
                "channel": "ticker",
                "symbol": ["BTC/USD", "ETH/USD"],
                "event_trigger": "bbo",
                "snapshot": True,
            },
        }
    ]


def test_one_symbol_is_written_as_a_list_too() -> None:
    talk = Conversation("public")
    talk.subscribe("book", symbol="BTC/USD", depth=10)
    assert sent(talk)[0]["params"] == {"channel": "book", "symbol": ["BTC/USD"], "depth": 10}


def test_request_ids_rise_by_one() -> None:
    talk = Conversation("public")
    assert [talk.ping(), talk.subscribe("instrument"), talk.ping()] == [1, 2, 3]


def test_what_was_taken_is_not_sent_twice() -> None:
    talk = Conversation("public")
    talk.ping()
    assert len(talk.to_send()) == 1
    assert talk.to_send() == []


def test_a_ping_has_no_params_and_no_token() -> None:
    talk = a_private_talk()
    talk.ping()
    assert sent(talk) == [{"method": "ping", "req_id": 3}]


def test_private_requests_carry_the_token() -> None:
    talk = a_private_talk(subscribed=False)
    talk.subscribe("executions", snap_orders=True)
    talk.cancel_order("O1")
    talk.batch_cancel(["O1", "O2"])
    talk.cancel_all()
    talk.unsubscribe("executions")
    assert [json.loads(out.text)["params"]["token"] for out in talk.to_send()] == [TOKEN] * 5


def test_a_cancel_names_one_order_in_its_own_request() -> None:
    talk = a_private_talk(subscribed=False)
    assert talk.cancel_order("O1") != talk.cancel_order("O2")
    assert [request["params"] for request in sent(talk)] == [
        {"order_id": ["O1"], "token": TOKEN},
        {"order_id": ["O2"], "token": TOKEN},
    ]


def test_a_batch_cancel_names_its_orders() -> None:
    talk = a_private_talk(subscribed=False)
    talk.batch_cancel(["O1", "O2"])
    (request,) = sent(talk)
    assert (request["method"], request["params"]) == (
        "batch_cancel",
        {"orders": ["O1", "O2"], "token": TOKEN},
    )


@pytest.mark.parametrize("count", [0, 1, 51])
def test_a_batch_takes_two_to_fifty_orders(count: int) -> None:
    with pytest.raises(ValueError, match="2 to 50"):
        a_private_talk().batch_cancel([f"O{index}" for index in range(count)])


def test_cancel_all_names_nothing_but_the_token() -> None:
    talk = a_private_talk(subscribed=False)
    talk.cancel_all()
    assert sent(talk)[0]["params"] == {"token": TOKEN}


def test_the_token_is_in_no_picture_of_a_conversation() -> None:
    talk = a_private_talk()
    talk.cancel_order("O1")
    assert TOKEN not in repr(vars(talk))
    assert TOKEN not in repr([vars(part) for part in vars(talk).values() if hasattr(part, "__dict__")])


def test_private_channels_do_not_go_to_the_public_socket() -> None:
    with pytest.raises(ValueError, match="public socket"):
        Conversation("public").subscribe("executions")


def test_public_channels_do_not_go_to_the_private_socket() -> None:
    with pytest.raises(ValueError, match="private socket"):
        a_private_talk().subscribe("ticker", symbol="BTC/USD")


def test_no_method_outside_the_list_can_be_queued() -> None:
    with pytest.raises(Forbidden):
        Outbox().put("add_order", {}, private=True)


def test_an_unsubscription_repeats_what_tells_it_apart() -> None:
    talk = Conversation("public")
    talk.subscribe("book", symbol=["BTC/USD", "ETH/USD"], depth=25, snapshot=True)
    talk.to_send()
    talk.unsubscribe("book", "BTC/USD")
    assert sent(talk)[0]["params"] == {"channel": "book", "symbol": ["BTC/USD"], "depth": 25}


def test_an_unsubscription_without_symbol_ends_them_all() -> None:
    talk = Conversation("public")
    talk.subscribe("ticker", symbol=["BTC/USD", "ETH/USD"], event_trigger="bbo")
    talk.to_send()
    talk.unsubscribe("ticker")
    assert sent(talk)[0]["params"] == {
        "channel": "ticker",
        "symbol": ["BTC/USD", "ETH/USD"],
        "event_trigger": "bbo",
    }
    assert talk.awaited == ()


def test_a_renewal_repeats_our_request_not_the_answer() -> None:
    talk = a_private_talk()
    talk.receive(
        b'{"method":"subscribe","req_id":1,"result":{"channel":"executions","maxratecount":125,'
        b'"snap_orders":true,"warnings":["x"]},"success":true}'
    )
    talk.resubscribe("executions")
    ended, begun = sent(talk)
    assert ended["params"] == {"channel": "executions", "token": TOKEN}
    assert begun["params"] == {
        "channel": "executions",
        "snap_orders": True,
        "snap_trades": True,
        "ratecounter": True,
        "token": TOKEN,
    }


def test_a_renewal_of_one_book_leaves_the_others() -> None:
    talk = Conversation("public")
    talk.subscribe("book", symbol=["BTC/USD", "ETH/USD"], depth=25)
    talk.to_send()
    talk.resubscribe("book", "ETH/USD")
    assert [request["params"] for request in sent(talk)] == [
        {"channel": "book", "symbol": ["ETH/USD"], "depth": 25},
        {"channel": "book", "symbol": ["ETH/USD"], "depth": 25},
    ]


def test_a_renewal_of_a_whole_channel_names_all_its_symbols() -> None:
    talk = Conversation("public")
    talk.subscribe("ticker", symbol=["BTC/USD", "ETH/USD"])
    talk.to_send()
    talk.resubscribe("ticker")
    _, begun = sent(talk)
    assert begun["params"] == {"channel": "ticker", "symbol": ["BTC/USD", "ETH/USD"]}


def test_requests_never_answered_are_forgotten_in_the_end() -> None:
    outbox = Outbox()
    for _ in range(MAX_REMEMBERED + 10):
        outbox.put("ping", {}, private=False)
    assert outbox.answered(1) is None
    assert outbox.answered(MAX_REMEMBERED + 10) is not None
