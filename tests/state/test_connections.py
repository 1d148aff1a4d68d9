"""The diary of the feeds: what came, how fast, why it ended, and what was wrong with it."""

from hypothesis import given
from hypothesis import strategies as st

from krakentui.model.clock import MILLISECOND, SECOND
from krakentui.model.connection import SocketOpened
from krakentui.model.event import (
    BookBroken,
    ClockJumped,
    FeedChanged,
    FeedHeard,
    Garbled,
    SequenceBroken,
    TimeMeasured,
    Unknown,
)
from krakentui.state.connections import KINDS_KEPT, OTHERS, Connections, ConnectionsView, FeedDiary
from krakentui.state.views import connections
from tests.support.builders import a_state, at, play


def a_diary(view: ConnectionsView, role: str) -> FeedDiary:
    return next(one for one in view.feeds if one.feed.role == role)


def test_frames_are_counted_and_their_rate_is_of_the_last_ten_seconds() -> None:
    state = a_state()
    for second in range(20):
        state.apply(FeedHeard(feed="public", frames=30), at(second))
    assert a_diary(connections(state, at(19.5)), "public").frames == 600
    assert a_diary(connections(state, at(19.5)), "public").per_s == 30
    assert a_diary(connections(state, at(24.5)), "public").per_s == 15
    assert a_diary(connections(state, at(60)), "public").per_s == 0


@given(st.lists(st.tuples(st.integers(0, 30_000), st.integers(1, 500)), max_size=40))
def test_the_rate_never_counts_what_is_older_than_its_span(heard: list[tuple[int, int]]) -> None:
    diary = Connections()
    for ms, frames in sorted(heard):
        diary.take(FeedHeard(feed="public", frames=frames), ms * MILLISECOND)
    end_ms = 30_000
    state = a_state()
    feed = state.feeds.view("public", 0)
    (told,) = diary.view(((feed, 0),), (0, 0), None, (0, 0), end_ms * MILLISECOND).feeds
    most = sum(frames for ms, frames in heard if ms // 1000 * 1000 > end_ms - 10_000)
    assert told.per_s == most / 10
    assert told.frames == sum(frames for _, frames in heard)


def test_the_last_three_endings_are_kept_with_their_reasons_newest_first() -> None:
    state = a_state()
    for number in range(5):
        state.apply(SocketOpened(feed="private", connection=number), at(number))
        state.apply(FeedChanged(feed="private", state="down", why=f"closed ({number})"), at(number))
    told = a_diary(connections(state, at(10)), "private")
    assert told.opened == 5
    kept = ((6, "closed (4)"), (7, "closed (3)"), (8, "closed (2)"))
    assert told.endings == tuple((age_s * SECOND, why) for age_s, why in kept)


def test_what_was_wrong_is_counted_by_kind() -> None:
    state = a_state()
    play(
        state,
        Garbled(where="the account stream", why="no JSON"),
        Garbled(where="the account stream", why="no JSON"),
        Unknown(where="market data", what="level3"),
        SequenceBroken(channel="executions", expected=4, got=6),
        BookBroken(symbol="BTC/USD", named=1, found=2),
        ClockJumped(gap_ns=9 * SECOND, why="the machine slept"),
        TimeMeasured(offset_ns=-3 * MILLISECOND, doubt_ns=2 * MILLISECOND),
    )
    told = connections(state, at(1))
    assert dict(told.garbled) == {"the account stream": 2}
    assert dict(told.unknown) == {"level3": 1}
    assert dict(told.gaps) == {"executions": 1}
    assert (told.books, told.jumps, told.offset_ns, told.doubt_ns) == (
        1,
        1,
        -3 * MILLISECOND,
        2 * MILLISECOND,
    )


def test_a_peer_that_makes_up_kinds_fills_no_memory() -> None:
    diary = Connections()
    for number in range(3 * KINDS_KEPT):
        diary.take(Unknown(where="market data", what=f"kind {number}"), 0)
    told = diary.view((), (0, 0), None, (0, 0), 0).unknown
    assert len(told) == KINDS_KEPT + 1
    assert told[OTHERS] == 2 * KINDS_KEPT


def test_only_the_feeds_of_this_run_are_listed() -> None:
    assert [one.feed.role for one in connections(a_state(), at(0)).feeds] == ["public", "private", "rest"]
