"""The changes of one order over REST."""

import json
from decimal import Decimal

import pytest

from krakentui.model.amend import AmendsSeen
from krakentui.model.symbol import Names
from krakentui.wire.spot.rest import Call, Reply, decode
from krakentui.wire.spot.rest_amends import MOST_AMENDS
from tests.support.samples import frames, samples

CALL = Call("OrderAmends", (("order_id", "O1"),))


def reply(result: object) -> Reply:
    body = json.dumps({"error": [], "result": result}).encode()
    return decode(CALL, 200, body, account="alice", names=Names(), asked_ns=7)


def told(answer: Reply) -> AmendsSeen:
    (event,) = answer.events
    assert isinstance(event, AmendsSeen)
    return event


def test_recorded_amends_are_read() -> None:
    ((_, body),) = frames(samples("rest", "kraken-async-rs/order-amends.json"))
    event = told(decode(CALL, 200, body, account="alice", names=Names(), asked_ns=7))
    assert (event.account, event.order_id, event.asked_ns) == ("alice", "O1", 7)
    assert [amend.kind for amend in event.amends] == ["original", "user"]
    assert all(amend.qty is not None and amend.said_ns is not None for amend in event.amends)


def test_an_amend_tells_how_the_order_stood_after_it() -> None:
    row = {
        "amend_id": "T1",
        "amend_type": "user",
        "order_qty": "5.25000000",
        "remaining_qty": "5.00000000",
        "limit_price": "0.9600",
        "trigger_price": "0.9500",
        "reason": "User requested",
        "post_only": True,
        "timestamp": 1728821182969,
    }
    (amend,) = told(reply({"amends": [row], "count": 1})).amends
    assert (amend.id, amend.kind, amend.reason, amend.post_only) == ("T1", "user", "User requested", True)
    assert (amend.qty, amend.remaining) == (Decimal("5.25000000"), Decimal("5.00000000"))
    assert (amend.limit_price, amend.trigger_price) == (Decimal("0.9600"), Decimal("0.9500"))
    assert amend.said_ns == 1_728_821_182_969_000_000


@pytest.mark.parametrize("timestamp", [1728821182, 1728821182000, 1728821182000000, 1728821182000000000])
def test_the_unit_of_an_instant_is_told_by_its_size(timestamp: int) -> None:
    (amend,) = told(reply({"amends": [{"timestamp": timestamp}]})).amends
    assert amend.said_ns == 1_728_821_182_000_000_000


def test_hostile_reasons_are_made_harmless() -> None:
    (amend,) = told(reply({"amends": [{"amend_type": "\x1b[2J", "reason": "a\x1b]0;x\x07"}]})).amends
    assert "\x1b" not in f"{amend.kind}{amend.reason}"


def test_an_amend_that_makes_no_sense_is_counted_and_the_others_kept() -> None:
    answer = reply({"amends": [7, {"amend_id": "T1", "order_qty": "NaN"}]})
    event, trouble = answer.events
    assert isinstance(event, AmendsSeen)
    assert [amend.id for amend in event.amends] == ["T1"]
    assert event.amends[0].qty is None
    assert type(trouble).__name__ == "Garbled"


@pytest.mark.parametrize("result", [{}, {"amends": None}, [], {"amends": {}}, "x"])
def test_an_answer_without_a_list_is_no_answer(result: object) -> None:
    assert reply(result).broken is not None


def test_a_very_long_history_keeps_its_end() -> None:
    event = told(reply({"amends": [{"amend_id": str(n)} for n in range(MOST_AMENDS + 5)]}))
    assert len(event.amends) == MOST_AMENDS
    assert event.amends[-1].id == str(MOST_AMENDS + 4)
