"""Objects as they came: cut out cheaply, read harmlessly, whatever is in them."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from krakentui.model.text import clean
from krakentui.wire.spot.sent import MOST_BYTES, MOST_FIELDS, fields, in_frame, in_table


def test_the_objects_of_a_frame_are_cut_out_in_their_order() -> None:
    frame = b'{"channel":"executions","data":[{"a":1},{"b":"x]"}],"sequence":2}'
    assert in_frame(frame) == [b'{"a":1}', b'{"b":"x]"}']


def test_the_objects_of_a_table_are_cut_out_by_name() -> None:
    assert in_table(b'{"O1":{"a":1},"O2":{"b":[2]}}') == {"O1": b'{"a":1}', "O2": b'{"b":[2]}'}


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b'{"data":{}}', b'{"data":7}', b"\xff"])
def test_what_is_no_such_frame_has_none(raw: bytes) -> None:
    assert in_frame(raw) == []


def test_an_object_that_is_too_long_is_not_kept() -> None:
    long = json.dumps({"a": "x" * MOST_BYTES}).encode()
    assert in_frame(b'{"data":[' + long + b',{"b":1}]}') == [b"", b'{"b":1}']
    assert in_table(b'{"O1":' + long + b"}") == {"O1": b""}


def test_what_lies_inside_is_named_by_its_way() -> None:
    sent = (
        b'{"descr":{"pair":"XBTUSD"},"trades":["T1","T2"],"fees":[{"asset":"USD","qty":0.10}],'
        b'"empty":[],"x":null}'
    )
    assert fields(sent) == (
        ("descr.pair", "XBTUSD"),
        ("trades.1", "T1"),
        ("trades.2", "T2"),
        ("fees.1.asset", "USD"),
        ("fees.1.qty", "0.10"),
        ("empty", "[]"),
        ("x", "null"),
    )


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("0.0000000", "0.0000000"),
        ("81.36256082", "81.36256082"),
        ("1e3", "1000"),
        ("12", "12"),
        ("true", "true"),
    ],
)
def test_numbers_keep_the_digits_they_came_with(number: str, text: str) -> None:
    assert fields(f'{{"a":{number}}}'.encode()) == (("a", text),)


def test_hostile_names_and_texts_are_made_harmless() -> None:
    ((name, text),) = fields(json.dumps({"\x1b[2Ja": "\x1b]52;c;x\x07\u202e[@click=app.quit]"}).encode())
    assert clean(name) == name
    assert clean(text) == text
    assert "\x1b" not in name + text


def test_an_object_of_thousands_of_fields_is_cut() -> None:
    assert len(fields(json.dumps({str(n): n for n in range(500)}).encode())) == MOST_FIELDS


values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
)


@given(values)
def test_any_object_is_read_without_harm(value: object) -> None:
    for name, text in fields(json.dumps(value).encode()):
        assert (clean(name), clean(text)) == (name, text)


@given(st.binary(max_size=40))
def test_no_bytes_break_the_reading(raw: bytes) -> None:
    assert isinstance(fields(raw), tuple)
