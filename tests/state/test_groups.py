"""Cancels confirmed together: what belongs to them, what a mass cancel takes along, what is told of it."""

import pytest

from krakentui.model import event as e
from krakentui.model.event import Happening
from krakentui.model.mass import (
    CancelsBegun,
    MassAnswered,
    MassAsked,
    MassNotSent,
    MassOver,
    MassSent,
    MassUnanswered,
)
from krakentui.state.groups import DOUBT_NS, KEPT, LATE_NS, Mass
from krakentui.state.results import ResultRow, ResultsView, results
from krakentui.state.state import State
from krakentui.state.words import DOUBT
from tests.support.builders import ACCOUNT, a_patch, a_standing, a_state, at, patched, play, snapshot

TWO = snapshot(a_standing("O1"), a_standing("O2", price="120000.0"))


def begun(*ids: str, mass: bool = True, number: int = 1) -> CancelsBegun:
    return CancelsBegun(account=ACCOUNT, number=number, ids=ids, mass=mass)


def asked(order_id: str, request: int = 1) -> e.CancelAsked:
    return e.CancelAsked(account=ACCOUNT, order_id=order_id, request=request, route="at once")


def sent(order_id: str, request: int = 1) -> e.CancelSent:
    return e.CancelSent(account=ACCOUNT, order_id=order_id, request=request, route="at once")


def took(order_id: str, *, pending: bool = False) -> e.CancelAnswered:
    how = "queued" if pending else "taken"
    return e.CancelAnswered(account=ACCOUNT, order_id=order_id, request=1, ok=True, how=how)  # type: ignore[arg-type]


def ended(order_id: str, seconds: float = 5, reason: str = "User requested") -> Happening:
    return patched(a_patch(order_id, "canceled", seconds, status="canceled", reason=reason))


def placed(order_id: str, seconds: float = 0) -> Happening:
    return patched(a_patch(order_id, "pending_new", seconds))


GONE_OUT = (
    begun("O1", "O2"),
    MassAsked(account=ACCOUNT, request=1, route="at once"),
    asked("O1"),
    asked("O2"),
    MassSent(account=ACCOUNT, request=1),
    sent("O1"),
    sent("O2"),
)


def counts(count: int | None, *, pending: bool = False) -> MassAnswered:
    return MassAnswered(account=ACCOUNT, request=1, ok=True, count=count, pending=pending)


OVER = MassOver(account=ACCOUNT, request=1)


def a_mass(state: State) -> Mass:
    mass = state.desk.groups.mass
    assert mass is not None
    return mass


def view(state: State) -> ResultsView:
    return results(state)[0]


def rows(state: State) -> dict[str, ResultRow]:
    return {row.id: row for row in view(state).rows}


def told(*events: Happening) -> str:
    return a_mass(a_state(TWO, *GONE_OUT, *events, OVER)).verdict


def test_a_count_that_is_that_of_the_orders_seen_is_told_so() -> None:
    assert told(counts(2), ended("O1"), ended("O2")).endswith("it ended 2, and 2 were seen to end.")


def test_a_count_above_the_orders_seen_tells_of_those_that_nobody_knew() -> None:
    text = told(counts(5), ended("O1"), ended("O2"))
    assert text.endswith("it ended 5; 2 were seen to end, 3 that this program did not know.")


def test_a_count_below_the_orders_seen_tells_of_somebody_else() -> None:
    text = told(counts(1), ended("O1"), ended("O2"))
    assert text.endswith("it ended 1; 2 were seen to end: somebody else cancelled at the same time.")


def test_without_a_count_only_the_orders_are_told() -> None:
    assert "does not say of how many. 2 were seen" in told(counts(None), ended("O1"), ended("O2"))


def test_a_cancel_that_was_under_way_may_be_in_the_count_or_not() -> None:
    state = a_state(TWO, asked("O1", 9), sent("O1", 9), begun("O2"))
    play(state, MassAsked(account=ACCOUNT, request=1, route="at once"), asked("O2"))
    play(state, MassSent(account=ACCOUNT, request=1), sent("O2"), counts(2), ended("O1"), ended("O2"), OVER)
    assert a_mass(state).verdict.endswith("it ended 2, and 1 was seen to end.")


def test_an_unanswered_one_all_of_whose_orders_ended_claims_none_of_them() -> None:
    lost = MassUnanswered(account=ACCOUNT, request=1, why="unanswered after 5 s")
    state = a_state(TWO, *GONE_OUT, lost, ended("O1"), ended("O2"), OVER)
    assert a_mass(state).outcome == "cancelled"
    assert a_mass(state).verdict.endswith(
        "2 were seen to end, by it or by somebody else; none of those known is open."
    )


def test_an_unanswered_one_that_leaves_orders_open_may_never_have_arrived() -> None:
    lost = MassUnanswered(account=ACCOUNT, request=1, why="unanswered after 5 s")
    state = a_state(TWO, *GONE_OUT, lost, ended("O1"), OVER)
    assert a_mass(state).outcome == "unknown"
    assert a_mass(state).verdict.endswith(
        "1 was seen to end, by it or by somebody else; 1 is still open: look at them."
    )


def test_an_unanswered_one_of_which_nothing_ended_stays_unknown() -> None:
    lost = MassUnanswered(account=ACCOUNT, request=1, why="unanswered after 5 s")
    state = a_state(TWO, *GONE_OUT, lost, OVER)
    assert (a_mass(state).outcome, "none was seen" in a_mass(state).verdict) == ("unknown", True)


def test_a_refusal_and_one_that_never_left_are_over_at_once() -> None:
    no = MassAnswered(account=ACCOUNT, request=1, ok=False, code="EGeneral:Permission denied")
    assert a_mass(a_state(TWO, *GONE_OUT, no)).outcome == "refused"
    state = a_state(TWO, *GONE_OUT[:2], MassNotSent(account=ACCOUNT, request=1, why="no way"))
    assert a_mass(state).outcome == "not_sent"
    assert state.unsettled() == ()


def test_one_that_was_written_is_not_called_unsent_any_more() -> None:
    state = a_state(TWO, *GONE_OUT, MassNotSent(account=ACCOUNT, request=1, why="no way"))
    assert (a_mass(state).phase, a_mass(state).outcome) == ("unknown", None)
    play(state, OVER)
    assert a_mass(state).outcome == "unknown"


@pytest.mark.parametrize("answer", [(), (counts(3),)])
def test_an_order_that_ends_while_it_is_under_way_is_taken_along(answer: tuple[Happening, ...]) -> None:
    state = a_state(TWO, *GONE_OUT, placed("O3"), *answer, ended("O3"))
    assert (rows(state)["O3"].state, rows(state)["O3"].along) == ("cancelled", True)
    assert state.journal.after(0)[-1].text.startswith("Cancelled along: ")


def test_where_more_end_than_the_exchange_counts_nobody_knows_which_were_its_doing() -> None:
    state = a_state(TWO, *GONE_OUT, placed("O3"), counts(2), ended("O1"), ended("O2"), ended("O3"))
    assert rows(state)["O3"].why == DOUBT
    assert state.journal.after(0)[-1].text.endswith(f", {DOUBT}.")
    play(state, OVER)
    assert {row.why for row in rows(state).values()} == {DOUBT}
    assert a_mass(state).verdict.endswith("3 were seen to end: somebody else cancelled at the same time.")


def test_what_was_surely_placed_after_it_is_not_taken_along() -> None:
    state = a_state(TWO, *GONE_OUT, counts(2), ended("O1"), ended("O2"), placed("O3", 4), ended("O3"))
    assert "O3" not in rows(state)
    assert "not by us" in state.journal.after(0)[-1].text


def test_what_ends_after_an_unanswered_one_is_claimed_by_nobody() -> None:
    lost = MassUnanswered(account=ACCOUNT, request=1, why="unanswered after 5 s")
    state = a_state(TWO, *GONE_OUT, lost, placed("O3"), ended("O3"))
    assert (rows(state)["O3"].state, rows(state)["O3"].why) == ("cancelled", DOUBT)


def last_word(state: State, order_id: str) -> str:
    return next(line.text for line in reversed(state.journal.after(0)) if line.order_id == order_id)


LOST = MassUnanswered(account=ACCOUNT, request=1, why="unanswered after 5 s")
DENIED = MassAnswered(account=ACCOUNT, request=1, ok=False, code="EGeneral:Permission denied")


@pytest.mark.parametrize("doubted", [LOST, MassNotSent(account=ACCOUNT, request=1, why="no way")])
def test_what_was_taken_along_is_claimed_no_more_once_the_answer_is_lost(doubted: Happening) -> None:
    state = a_state(TWO, *GONE_OUT, placed("O3"), ended("O3"), doubted)
    assert (rows(state)["O3"].state, rows(state)["O3"].why) == ("cancelled", DOUBT)
    assert last_word(state, "O3").endswith(f", {DOUBT}.")


@pytest.mark.parametrize("before", [(), (LOST,)])
def test_what_was_taken_along_is_somebody_else_s_doing_once_it_was_refused(
    before: tuple[Happening, ...],
) -> None:
    state = a_state(TWO, *GONE_OUT, placed("O3"), ended("O3"), *before, DENIED)
    assert (rows(state)["O3"].state, rows(state)["O3"].why) == ("gone", "someone else cancelled it first")
    assert last_word(state, "O3").startswith("Gone: ")


def test_where_an_earlier_cancel_of_everything_may_have_taken_it_along_nobody_else_is_blamed() -> None:
    state = a_state(TWO, *GONE_OUT, counts(3), ended("O1"), ended("O2"), begun(number=2))
    play(state, MassAsked(account=ACCOUNT, request=2, route="at once"))
    play(state, MassSent(account=ACCOUNT, request=2), placed("O3"), ended("O3"))
    assert last_word(state, "O3").startswith("Cancelled along: ")
    play(state, MassAnswered(account=ACCOUNT, request=2, ok=False, code="EGeneral:Permission denied"))
    assert last_word(state, "O3").endswith(f", {DOUBT}.")


def test_ends_told_before_it_is_known_that_they_are_too_many_are_told_again() -> None:
    state = a_state(TWO, *GONE_OUT, counts(1), ended("O1"), ended("O2"))
    assert not last_word(state, "O1").endswith(f", {DOUBT}.")
    play(state, OVER)
    assert all(last_word(state, one).endswith(f", {DOUBT}.") for one in ("O1", "O2"))


@pytest.mark.parametrize("reason", ["Post only order", "CancelAllOrdersAfter Timeout"])
def test_what_no_cancel_request_brings_about_is_not_taken_along(reason: str) -> None:
    state = a_state(TWO, *GONE_OUT, placed("O3"), ended("O3", reason=reason))
    assert "O3" not in rows(state)


def test_what_ends_before_it_is_sent_or_after_it_is_over_is_not_taken_along() -> None:
    early = a_state(TWO, *GONE_OUT[:4], placed("O3"), ended("O3"))
    assert "O3" not in rows(early)
    late = a_state(TWO, *GONE_OUT, counts(None), ended("O1"), ended("O2"), OVER, placed("O3"), ended("O3"))
    assert "O3" not in rows(late)


def test_it_is_over_when_its_orders_are_settled_and_the_stream_had_time() -> None:
    state = a_state(TWO, *GONE_OUT, counts(2), ended("O1"))
    assert state.desk.groups.over(state.cancels, at(60)) == ()
    play(state, ended("O2"), seconds=10)
    assert state.desk.groups.over(state.cancels, at(10) + LATE_NS - 1) == ()
    assert state.desk.groups.over(state.cancels, at(10) + LATE_NS) == (1,)


def test_an_unanswered_one_without_orders_is_watched_for_a_while() -> None:
    state = a_state(snapshot(), begun(), MassAsked(account=ACCOUNT, request=1, route="at once"))
    play(state, MassSent(account=ACCOUNT, request=1), seconds=1)
    play(state, MassUnanswered(account=ACCOUNT, request=1, why="no answer"), seconds=6)
    assert state.unsettled() == ("the cancel of everything",)
    assert state.desk.groups.over(state.cancels, at(6) + DOUBT_NS - 1) == ()
    assert state.desk.groups.over(state.cancels, at(6) + DOUBT_NS) == (1,)


def test_what_is_queued_is_still_closing() -> None:
    state = a_state(TWO, *GONE_OUT, counts(2, pending=True), took("O1", pending=True), took("O2"))
    assert {one: row.state for one, row in rows(state).items()} == {"O1": "closing", "O2": "taken"}
    assert not view(state).settled


def test_each_state_of_an_order_has_its_row() -> None:
    three = snapshot(*(a_standing(f"O{n}") for n in range(1, 7)))
    state = a_state(three, begun(*(f"O{n}" for n in range(1, 8)), mass=False))
    play(state, *(asked(f"O{n}") for n in range(1, 7)), *(sent(f"O{n}") for n in range(2, 7)))
    play(state, e.CancelUnanswered(account=ACCOUNT, order_id="O3", request=1, why="no answer"))
    no = e.CancelAnswered(
        account=ACCOUNT, order_id="O4", request=1, ok=False, code="EOrder:Rate limit exceeded"
    )
    play(state, no, ended("O5"), patched(a_patch("O6", "filled", 5, status="filled", filled="0.5")))
    assert {one: row.state for one, row in rows(state).items()} == {
        "O1": "waits",
        "O2": "sent",
        "O3": "asking",
        "O4": "refused",
        "O5": "cancelled",
        "O6": "filled",
        "O7": "gone",
    }
    assert rows(state)["O4"].why == "the exchange says EOrder:Rate limit exceeded"
    assert "before anything was sent" in rows(state)["O7"].why


def test_an_order_that_filled_between_question_and_answer_says_so() -> None:
    state = a_state(TWO, patched(a_patch("O1", "filled", 5, status="filled", filled="0.5")))
    play(state, begun("O1", "O2", mass=False), asked("O2"))
    assert (rows(state)["O1"].state, rows(state)["O1"].filled) == ("filled", rows(state)["O1"].qty)


def test_an_earlier_group_is_shown_until_it_is_settled() -> None:
    state = a_state(TWO, begun("O1", mass=False), asked("O1"), sent("O1"))
    play(state, begun("O2", mass=False, number=2), asked("O2", 2), sent("O2", 2))
    assert [group.number for group in results(state)] == [2, 1]
    play(state, ended("O1"))
    assert [group.number for group in results(state)] == [2]


def test_what_came_of_the_last_group_is_kept_for_as_long_as_it_is_the_last() -> None:
    state = a_state(TWO, begun("O1", mass=False), asked("O1"), sent("O1"), ended("O1"))
    play(state, patched(a_patch("O2", "status", 3_000)), seconds=3_000)
    assert rows(state)["O1"].state == "cancelled"


def test_what_is_not_settled_is_not_forgotten_however_many_come_after_it() -> None:
    state = a_state(TWO, *GONE_OUT)
    for number in range(2, KEPT + 10):
        play(state, begun(mass=False, number=number))
    assert [view.number for view in results(state)] == [KEPT + 9, 1]
    play(state, counts(2), ended("O1"), ended("O2"), OVER)
    assert a_mass(state).outcome == "cancelled"
