from hypothesis import given
from hypothesis import strategies as st

from krakentui.engine.offset import Offset
from krakentui.model.clock import SECOND

MS = 1_000_000


@given(
    st.integers(-86_400_000, 86_400_000),
    st.lists(
        st.tuples(st.integers(0, 20_000), st.integers(0, 900), st.integers(0, 900)), min_size=1, max_size=20
    ),
)
def test_the_true_offset_lies_within_the_doubt(true_ms: int, asks: list[tuple[int, int, int]]) -> None:
    offset, wall = Offset(), 1_800_000_000 * SECOND
    for gap_ms, there_ms, back_ms in asks:
        wall += gap_ms * MS
        at_server = wall + there_ms * MS + true_ms * MS
        sent, wall = wall, wall + (there_ms + back_ms) * MS
        offset = offset.measured(at_server // SECOND * SECOND, sent, wall)
    event = offset.event(wall)
    assert event is not None
    assert abs(event.offset_ns - true_ms * MS) <= event.doubt_ns


def test_one_answer_leaves_half_a_second_of_doubt_and_half_the_way() -> None:
    event = Offset().measured(100 * SECOND, 100 * SECOND, 100 * SECOND + 200 * MS).event(0)
    assert event is not None
    assert event.doubt_ns == 600 * MS


def test_an_answer_that_contradicts_replaces_what_was_known() -> None:
    offset = Offset().measured(100 * SECOND, 100 * SECOND, 100 * SECOND)
    offset = offset.measured(500 * SECOND, 110 * SECOND, 110 * SECOND)
    assert offset.low_ns == 390 * SECOND


def test_nothing_measured_is_nothing_told() -> None:
    assert Offset().event(0) is None
