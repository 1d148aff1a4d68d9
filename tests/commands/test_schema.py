"""The JSON contract: views of every kind, checked field by field."""

import json
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from krakentui.commands.schema import after, instant, limits_object, money, scope, seconds, stream_object
from krakentui.engine.face import Face
from krakentui.model.clock import SECOND
from krakentui.model.limit import ConnectionScope, IpScope, KeyScope, PairScope
from tests.commands.face import (
    ReadyFace,
    a_budget,
    a_gauge,
    a_line,
    a_market,
    a_status,
    an_order,
    some_balances,
    some_orders,
)
from tests.support.clock import WALL_START
from tests.support.contract import LIMITS, STREAM, complaints


def told(face: Face, *, events: int = 0) -> dict[str, object]:
    """One line of the stream, as a reader gets it."""
    made: dict[str, object] = json.loads(json.dumps(stream_object(face, 0, face.journal()[:events])))
    return made


FACES = {
    "full": ReadyFace(),
    "no key": ReadyFace(
        status=a_status(key=None), balances=some_balances(known=False), orders=some_orders(known=False)
    ),
    "nothing known": ReadyFace(
        status=a_status(system=None),
        markets=[a_market(age_ns=None)],
        balances=some_balances(known=False),
        orders=some_orders(known=False),
    ),
    "details loading": ReadyFace(
        orders=some_orders(an_order(pair=None, side=None, type_=None, age_ns=None, distance=None))
    ),
}


@pytest.mark.parametrize("face", FACES.values(), ids=FACES)
def test_a_stream_line_keeps_the_contract(face: ReadyFace) -> None:
    assert complaints(told(face), STREAM) == []


def test_the_limits_object_keeps_the_contract() -> None:
    assert complaints(json.loads(json.dumps(limits_object(ReadyFace(), 0))), LIMITS) == []


def test_the_checker_complains_about_anything_else() -> None:
    line = told(ReadyFace())
    line["surplus"] = 1
    del line["system"]
    line["venue"] = "moon"
    line["markets"] = [{"pair": "BTC/USD", "bid": 3}]
    assert len(complaints(line, STREAM)) == 8


def test_unknown_is_null_and_never_empty() -> None:
    line = told(ReadyFace(balances=some_balances(known=False), orders=some_orders(known=False)))
    assert line["balances"] is None
    assert line["orders"] is None


def test_no_orders_are_an_empty_list() -> None:
    assert told(ReadyFace(orders=some_orders()))["orders"] == []


def test_trailing_zeros_stay() -> None:
    balances = told(ReadyFace())["balances"]
    assert isinstance(balances, list)
    assert (balances[0]["total"], balances[0]["held"]) == ("1.5000000000", "0.0000000000")


def test_a_stop_without_limit_has_a_trigger_and_no_price() -> None:
    orders = told(ReadyFace(orders=some_orders(an_order(type_="stop-loss", trigger="110000.0"))))["orders"]
    assert isinstance(orders, list)
    assert (orders[0]["price"], orders[0]["trigger"]) == (None, "110000.0")


def test_a_cost_names_its_steps_as_instants() -> None:
    orders = told(ReadyFace())["orders"]
    assert isinstance(orders, list)
    assert orders[0]["cancel_cost"] == {
        "low": "3.5",
        "high": "4",
        "next": "2",
        "next_at": "2027-03-10T09:00:20.000Z",
        "free_at": "2027-03-10T09:03:20.000Z",
    }


def test_an_ended_cancel_names_its_order_and_outcome() -> None:
    face = ReadyFace(journal=[a_line(1, "cancel", "Cancelled.", order_id="O1", outcome="cancelled")])
    assert told(face, events=1)["events"] == [
        {
            "at": "2027-03-10T09:00:00.000Z",
            "kind": "cancel",
            "text": "Cancelled.",
            "id": "O1",
            "outcome": "cancelled",
        }
    ]


def test_an_interval_is_rounded_outward() -> None:
    row = limits_object(ReadyFace(budget=a_budget(a_gauge("20/3", "20/3"))), 0)["limits"]
    assert isinstance(row, list)
    assert (row[0]["used_low"], row[0]["used_high"]) == ("6.6666", "6.6667")


@given(st.fractions(min_value=0, max_value=1000, max_denominator=10**9))
def test_the_rounded_interval_contains_the_exact_one(points: Fraction) -> None:
    row = limits_object(ReadyFace(budget=a_budget(a_gauge(str(points), str(points)))), 0)["limits"]
    assert isinstance(row, list)
    assert Fraction(row[0]["used_low"]) <= points <= Fraction(row[0]["used_high"])


@given(st.decimals(allow_nan=False, allow_infinity=False, places=10, min_value=-(10**12), max_value=10**12))
def test_money_is_written_exactly_and_without_an_exponent(number: Decimal) -> None:
    text = money(number)
    assert text is not None
    assert Decimal(text) == number
    assert "E" not in text


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (KeyScope("0123456789ab"), {"key": "0123456789ab"}),
        (PairScope("alice", "BTC/USD"), {"account": "alice", "pair": "BTC/USD"}),
        (IpScope("127.0.0.1"), {"ip": "127.0.0.1"}),
        (ConnectionScope(3), {"connection": 3}),
    ],
)
def test_each_scope_has_its_own_form(
    made: KeyScope | PairScope | IpScope | ConnectionScope, expected: object
) -> None:
    assert scope(made) == expected


def test_an_instant_beyond_all_calendars_is_unknown() -> None:
    assert instant(10**30) is None


def test_a_wait_is_rounded_up() -> None:
    assert after(WALL_START, 1) == "2027-03-10T09:00:00.001Z"


def test_seconds_are_told_to_the_millisecond() -> None:
    assert seconds(SECOND + 2_999_999) == 1.002
