"""What the list shows of orders that have just ended: a short trace, no ghost."""

import pytest

from krakentui.model.event import CancelAnswered, CancelAsked, CancelGivenUp, CancelSent, FillSeen, Happening
from krakentui.model.order import OrderPatch
from krakentui.state import views
from krakentui.state.state import State
from krakentui.state.view import OrderRow
from tests.support.builders import (
    ACCOUNT,
    a_bare_state,
    a_fill,
    a_listed,
    a_patch,
    a_standing,
    a_start,
    a_state,
    at,
    feed,
    patched,
    play,
    queried,
    snapshot,
)

ROUTE = "over the websocket"
ASKED = CancelAsked(account=ACCOUNT, order_id="O1", request=1, route=ROUTE)
SENT = CancelSent(account=ACCOUNT, order_id="O1", request=1, route=ROUTE)


def ended(how: str, **changes: str) -> OrderPatch:
    return a_patch("O1", how, 1, status=how, **changes)  # type: ignore[arg-type]  # fields by name


def traces(state: State, seconds: float = 0) -> list[str]:
    return [row.trace for row in views.orders(state, at(seconds)).traces]


def rows(state: State, seconds: float = 0) -> tuple[OrderRow, ...]:
    return views.orders(state, at(seconds)).rows


@pytest.mark.parametrize(
    ("patch", "trace"),
    [
        (ended("filled", filled="0.5", average="110000"), "filled 0.5 @ 110,000.0"),
        (ended("filled", filled="0.5"), "filled 0.5"),
        (ended("canceled"), "cancelled by another program"),
        (ended("canceled", reason="User requested"), "cancelled by another program"),
        (
            ended("canceled", filled="0.2", average="110000.1"),
            "cancelled by another program, filled 0.2 @ 110,000.1",
        ),
        (ended("canceled", reason="Post only order"), "cancelled: Post only order"),
        (ended("expired", filled="0.1"), "expired, filled 0.1"),
    ],
)
def test_an_order_that_others_ended_leaves_a_trace_that_says_how(patch: OrderPatch, trace: str) -> None:
    state = a_state(snapshot(a_standing()), patched(patch))
    assert traces(state) == [trace]
    assert rows(state) == ()


def test_of_a_recorded_cancel_nobody_knows_whose_it_was() -> None:
    events = snapshot(a_standing()), patched(ended("canceled", reason="User requested"))
    state = play(a_bare_state(venue="replay"), *a_start(), *events)
    assert traces(state) == ["cancelled"]
    assert state.journal.after(0)[-1].text == "Closed: sell 0.5 BTC/USD at 110,000.0 was cancelled."


def test_a_trace_has_what_the_order_was_and_nothing_to_cancel() -> None:
    (row,) = views.orders(a_state(snapshot(a_standing()), patched(ended("canceled"))), at()).traces
    assert (row.id, row.pair, row.side, row.cost, row.is_over) == ("O1", "BTC/USD", "sell", None, True)


def test_a_trace_goes_after_eight_seconds() -> None:
    state = a_state(snapshot(a_standing()), patched(ended("canceled")))
    assert traces(state, 8) == ["cancelled by another program"]
    assert traces(state, 8.1) == []


def test_an_order_that_was_never_open_here_leaves_none() -> None:
    done = a_patch("O9", "filled", 1, status="filled", pair="BTC/USD", side="buy", type="market", qty="1")
    other = queried(a_listed("O8", status="canceled"), asked=0)
    assert traces(a_state(snapshot(a_standing()), patched(done), other)) == []


def test_an_order_that_went_while_nobody_listened_says_that_its_end_is_not_known() -> None:
    state = a_state(snapshot(a_standing()), feed("private", "down"), feed("private"), snapshot())
    assert traces(state) == ["closed while we were not listening, not known how"]


def test_the_trace_tells_the_end_once_a_query_has_found_it() -> None:
    state = a_state(snapshot(a_standing()), snapshot())
    play(state, queried(a_listed("O1", status="filled", filled="0.5"), asked=2), seconds=2)
    assert traces(state, 2) == ["filled 0.5"]


@pytest.mark.parametrize(
    ("events", "trace"),
    [
        ((patched(ended("canceled", filled="0.1")),), "cancelled, filled 0.1"),
        ((patched(ended("filled", filled="0.5")),), "filled 0.5"),
        (
            (
                CancelAnswered(
                    account=ACCOUNT, order_id="O1", request=1, ok=False, code="EOrder:Unknown order"
                ),
                patched(ended("canceled")),
            ),
            "gone: someone else cancelled it first",
        ),
    ],
)
def test_an_order_that_our_cancel_ended_stays_among_the_rows_with_its_trace(
    events: tuple[Happening, ...], trace: str
) -> None:
    state = a_state(snapshot(a_standing()), ASKED, SENT, *events)
    assert [row.trace for row in rows(state)] == [trace]
    assert traces(state) == []


def test_an_order_whose_cancel_was_refused_and_that_then_ended_is_no_ghost() -> None:
    refused = CancelAnswered(
        account=ACCOUNT, order_id="O1", request=1, ok=False, code="EGeneral:Internal error"
    )
    state = a_state(snapshot(a_standing()), ASKED, SENT, refused, patched(ended("canceled")))
    assert rows(state) == ()
    assert traces(state) == ["cancelled by another program"]


def test_a_cancel_that_was_given_up_is_still_shown_as_unknown() -> None:
    given_up = CancelGivenUp(account=ACCOUNT, order_id="O1", request=1, outcome="unknown", why="no answer")
    state = a_state(snapshot(a_standing()), ASKED, SENT, snapshot(), given_up)
    assert [(row.last_outcome, row.is_over) for row in rows(state)] == [("unknown", False)]


def test_an_order_that_comes_back_has_no_trace() -> None:
    state = a_state(snapshot(a_standing()), snapshot(), snapshot(a_standing(said=5)))
    assert traces(state) == []
    assert [row.trace for row in rows(state)] == [""]


def test_a_fill_is_no_end() -> None:
    state = a_state(snapshot(a_standing()), FillSeen(fill=a_fill()))
    assert traces(state) == []


def test_without_the_names_of_pairs_no_trace_is_shown_under_a_name_of_rest() -> None:
    state = a_bare_state()
    play(state, *a_start()[1:], queried(a_listed("O1"), asked=0))
    play(state, queried(a_listed("O1", status="canceled"), asked=1), seconds=1)
    assert traces(state, 1) == []
