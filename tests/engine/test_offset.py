import pytest
from hypothesis import given
from hypothesis import strategies as st

from krakentui.engine.offset import Offset, Timing
from krakentui.model.clock import SECOND
from krakentui.model.event import Pong, TimeMeasured
from tests.support.clock import ManualClock

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


@given(
    st.integers(-86_400_000, 86_400_000),
    st.lists(
        st.tuples(st.integers(0, 120_000), st.integers(0, 400), st.integers(0, 400), st.booleans()),
        min_size=1,
        max_size=20,
    ),
    st.integers(-100, 100),
)
def test_the_true_offset_lies_within_the_doubt_whoever_answers_and_while_clocks_drift(
    true_ms: int, asks: list[tuple[int, int, int, bool]], ppm: int
) -> None:
    offset, wall, drift = Offset(), 1_800_000_000 * SECOND, 0
    for gap_ms, there_ms, back_ms, pong in asks:
        wall += gap_ms * MS
        drift += gap_ms * ppm  # nanoseconds in a millisecond
        at_server = wall + there_ms * MS + true_ms * MS + drift
        sent, wall = wall, wall + (there_ms + back_ms) * MS
        if pong:
            offset = offset.measured(at_server, sent, wall, within_ns=0)
        else:
            offset = offset.measured(at_server // SECOND * SECOND, sent, wall)
        event = offset.event(wall)
        assert event is not None
        assert abs(event.offset_ns - true_ms * MS - drift) <= event.doubt_ns


class Heard:
    """A timing and what it told."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.told: list[TimeMeasured] = []
        self.timing = Timing(self.clock, self.told.append)

    def pong(self, req_id: int, ahead_ms: int = 0, *, silent: bool = False) -> None:
        at_ns = None if silent else self.clock.now_ns() + ahead_ms * MS
        self.timing.ponged(Pong(req_id=req_id, at_ns=at_ns))


@pytest.mark.anyio
async def test_a_pong_tells_the_offset_up_to_half_the_way_there_and_back() -> None:
    heard = Heard()
    heard.timing.pinged(7)
    await heard.clock.advance(0.1)
    heard.pong(7, ahead_ms=5_000)
    (event,) = heard.told
    assert event.doubt_ns == 70 * MS  # and a little, for the exchange has several machines
    assert abs(event.offset_ns - 5_000 * MS) <= event.doubt_ns


def test_a_pong_to_no_ping_of_ours_or_without_a_time_tells_nothing() -> None:
    heard = Heard()
    heard.timing.pinged(7)
    heard.pong(8)
    heard.pong(7, silent=True)
    heard.pong(7)
    assert heard.told == []


def test_after_a_jump_of_our_clock_an_older_ping_tells_nothing() -> None:
    heard = Heard()
    heard.timing.pinged(7)
    heard.timing.forget()
    heard.pong(7)
    assert heard.told == []
