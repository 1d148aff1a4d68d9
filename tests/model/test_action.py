"""The action log's lines: what was written reads back, what was changed is noticed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from krakentui.model.action import FIRST, Damage, Entry, read, written


def an_entry(**changes: object) -> Entry:
    known: dict[str, object] = {
        "n": 1,
        "at": "2027-03-10T09:00:00.000Z",
        "program": "monitor",
        "pid": 7,
        "venue": "live",
        "account": "main",
        "key": "c06dd0bad714",
        "prev": FIRST,
        "act": "cancel",
        "step": "asked",
    }
    return Entry(**(known | changes))  # type: ignore[arg-type]  # as the test says


@given(st.text(), st.text(), st.integers(1, 2**53))
def test_what_was_written_reads_back(what: str, answer: str, n: int) -> None:
    what, answer = (text.encode("utf-8", "ignore").decode() for text in (what, answer))
    entry = an_entry(what=what, answer=answer, n=n)
    line, digest = written(entry)
    assert read(line) == (entry, digest)
    assert b"\n" not in line


@given(st.data())
def test_a_line_of_which_one_byte_was_changed_is_damaged(data: st.DataObject) -> None:
    line = bytearray(written(an_entry(what="over the websocket"))[0])
    at = data.draw(st.integers(0, len(line) - 1))
    line[at] ^= 1 << data.draw(st.integers(0, 6))
    with pytest.raises(Damage):
        read(bytes(line))


@given(st.binary(max_size=300))
def test_other_bytes_are_no_entry(line: bytes) -> None:
    with pytest.raises(Damage):
        read(line)
