"""The engine's counter on the stream, under any of its possible names."""

from decimal import Decimal

import pytest

from krakentui.model.event import CounterReported, Happening, Unknown
from krakentui.model.limit import POINT, PairScope
from tests.wire.spot.talk import a_private_talk, snapshot, update

BASE: dict[str, object] = {"order_id": "O1", "symbol": "BTC/USD", "order_status": "new", "exec_type": "new"}
SCOPE = PairScope("alice", "BTC/USD")


def counters(events: list[Happening]) -> list[tuple[object, int]]:
    return [(event.scope, event.units) for event in events if isinstance(event, CounterReported)]


@pytest.mark.parametrize("name", ["ratecount", "rate_count", "ratecounter", "rate_counter"])
@pytest.mark.parametrize("value", [17, "17", Decimal("17.00")])
def test_a_count_on_the_entry_is_read(name: str, value: object) -> None:
    talk = a_private_talk()
    snapshot(talk)
    assert counters(update(talk, {**BASE, name: value}, sequence=2)) == [(SCOPE, 17 * POINT)]


def test_a_count_on_the_frame_belongs_to_its_entry() -> None:
    talk = a_private_talk()
    snapshot(talk)
    assert counters(update(talk, BASE, sequence=2, ratecount="2.5")) == [(SCOPE, 5 * POINT // 2)]


def test_a_delta_without_pair_is_counted_for_the_pair_of_its_order() -> None:
    talk = a_private_talk()
    snapshot(talk, BASE)
    cancel = {"order_id": "O1", "order_status": "canceled", "exec_type": "canceled", "ratecount": 8}
    assert counters(update(talk, cancel, sequence=2)) == [(SCOPE, 8 * POINT)]


def test_a_count_of_an_unknown_order_is_nobodys() -> None:
    talk = a_private_talk()
    snapshot(talk)
    assert counters(update(talk, {"order_id": "O9", "ratecount": 8}, sequence=2)) == []


def test_the_counts_of_a_snapshot_are_read() -> None:
    assert counters(snapshot(a_private_talk(), {**BASE, "ratecount": 3})) == [(SCOPE, 3 * POINT)]


@pytest.mark.parametrize("value", [-1, "NaN", "much", None, True, [1], "9" * 90])
def test_a_count_that_makes_no_sense_is_not_believed(value: object) -> None:
    talk = a_private_talk()
    snapshot(talk)
    assert counters(update(talk, {**BASE, "ratecount": value}, sequence=2)) == []


def test_an_endless_fraction_is_rounded_up() -> None:
    talk = a_private_talk()
    snapshot(talk)
    third = Decimal("0.3333333333333333")
    ((_, units),) = counters(update(talk, {**BASE, "ratecount": third}, sequence=2))
    assert units == POINT // 3


def test_an_unknown_rate_field_is_reported_once() -> None:
    talk = a_private_talk()
    snapshot(talk)
    heard = update(talk, {**BASE, "rate_budget": 1}, sequence=2) + update(
        talk, {**BASE, "rate_budget": 2}, sequence=3
    )
    assert [event for event in heard if isinstance(event, Unknown)] == [
        Unknown(where="executions", what="rate_budget")
    ]


def test_a_count_over_a_hole_is_not_applied() -> None:
    talk = a_private_talk()
    snapshot(talk)
    assert counters(update(talk, {**BASE, "ratecount": 17}, sequence=9)) == []


def test_an_absurd_figure_beside_the_count_never_raises() -> None:
    talk = a_private_talk()
    absurd = b'"rate":1,"x":1e99999999999999999999'
    frame = b'{"channel":"executions","type":"snapshot","data":[],"sequence":1,' + absurd + b"}"
    assert len(talk.receive(frame)) == 2
