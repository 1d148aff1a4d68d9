"""Whose doing the end of an order was: claimed where an answer proves it, and else by nobody."""

import pytest

from krakentui.model.event import (
    CancelAnswered,
    CancelAsked,
    CancelGivenUp,
    CancelSent,
    CancelUnanswered,
    Happening,
)
from krakentui.model.mass import CancelsBegun, MassAsked, MassNotSent, MassSent
from krakentui.state.state import State
from krakentui.state.words import DOUBT, trace
from tests.support.builders import ACCOUNT, a_patch, a_standing, a_state, patched, play, snapshot

THREE = snapshot(*(a_standing(f"O{n}") for n in range(1, 4)))
IDS = ("O1", "O2", "O3")


def asked(*ids: str) -> tuple[Happening, ...]:
    told: list[Happening] = []
    for one in ids:
        told.append(CancelAsked(account=ACCOUNT, order_id=one, request=1, route="a batch"))
        told.append(CancelSent(account=ACCOUNT, order_id=one, request=1, route="a batch"))
    return tuple(told)


def took(taken: int | None, *ids: str) -> tuple[Happening, ...]:
    return tuple(
        CancelUnanswered(
            account=ACCOUNT,
            order_id=one,
            request=1,
            why="so many",
            partly=None if taken is None else (taken, len(ids)),
        )
        for one in ids
    )


def lost(one: str) -> CancelUnanswered:
    return CancelUnanswered(account=ACCOUNT, order_id=one, request=1, why="unanswered after 5 s")


def answered(one: str, how: str = "taken") -> CancelAnswered:
    return CancelAnswered(account=ACCOUNT, order_id=one, request=1, ok=True, how=how)  # type: ignore[arg-type]


def spared(one: str) -> CancelGivenUp:
    return CancelGivenUp(account=ACCOUNT, order_id=one, request=1, outcome="unknown", why="it is still open")


def canceled(one: str) -> Happening:
    return patched(a_patch(one, "canceled", 5, status="canceled", reason="User requested"))


def filled(one: str) -> Happening:
    return patched(a_patch(one, "filled", 5, status="filled", filled="0.5"))


def claims(state: State) -> set[str]:
    """List the orders whose end is called the doing of this program."""
    return {
        one for one, request in state.cancels.items() if request.outcome == "cancelled" and not request.doubt
    }


def told(state: State, one: str) -> list[str]:
    return [line.text for line in state.journal.after(0) if line.order_id == one and line.outcome is not None]


def test_of_a_batch_taken_in_part_no_end_is_claimed_while_any_may_be_somebody_else_s() -> None:
    state = a_state(THREE, *asked(*IDS), *took(2, *IDS), *map(canceled, IDS))
    assert claims(state) == set()
    assert all(told(state, one)[-1].endswith(f", {DOUBT}.") for one in IDS)


def test_ends_that_came_before_such_an_answer_are_told_again_without_a_claim() -> None:
    state = a_state(THREE, *asked(*IDS), *map(canceled, IDS))
    assert claims(state) == set(IDS)
    play(state, *took(2, *IDS))
    assert claims(state) == set()
    assert [text.endswith(f", {DOUBT}.") for one in IDS for text in told(state, one)] == [False, True] * 3


@pytest.mark.parametrize("early", [False, True])
def test_a_batch_is_claimed_where_the_others_filled(early: bool) -> None:
    ends = (filled("O3"), canceled("O1"), canceled("O2"))
    answer = took(2, *IDS)
    state = a_state(THREE, *asked(*IDS), *(ends + answer if early else answer + ends))
    assert claims(state) == {"O1", "O2"}


def test_a_batch_is_claimed_where_the_others_stayed_open() -> None:
    state = a_state(THREE, *asked(*IDS), *took(2, *IDS), canceled("O1"), canceled("O2"), spared("O3"))
    assert claims(state) == {"O1", "O2"}
    play(state, canceled("O3"))
    assert claims(state) == {"O1", "O2"}
    assert told(state, "O3")[-1].endswith(f", {DOUBT}.")


def test_an_order_of_the_batch_that_nobody_follows_may_be_the_one_that_was_taken() -> None:
    state = a_state(THREE, *asked("O1", "O2"))
    play(state, *(e for e in took(2, *IDS) if e.order_id != "O3"), canceled("O1"), canceled("O2"))  # type: ignore[attr-defined]
    assert claims(state) == set()


def test_a_lost_answer_proves_nothing_and_a_late_one_does() -> None:
    state = a_state(THREE, *asked("O1"), lost("O1"), canceled("O1"))
    assert claims(state) == set()
    play(state, answered("O1"))
    assert claims(state) == {"O1"}


def test_an_end_before_a_lost_answer_is_told_again_without_a_claim() -> None:
    state = a_state(THREE, *asked("O1"), canceled("O1"), lost("O1"))
    assert [text.endswith(f", {DOUBT}.") for text in told(state, "O1")] == [False, True]


def test_an_order_that_was_seen_open_after_all_and_ends_later_is_claimed_by_nobody() -> None:
    state = a_state(THREE, *asked("O1"), answered("O1"), spared("O1"), canceled("O1"))
    assert claims(state) == set()


def test_a_cancel_that_was_under_way_already_is_claimed_by_nobody() -> None:
    state = a_state(THREE, *asked("O1"), answered("O1", "begun"))
    assert state.cancels["O1"].pending
    play(state, canceled("O1"))
    assert claims(state) == set()


def test_an_end_before_it_is_known_that_a_cancel_was_under_way_is_told_again_without_a_claim() -> None:
    state = a_state(THREE, *asked("O1"), canceled("O1"), answered("O1", "begun"))
    assert claims(state) == set()
    assert [text.endswith(f", {DOUBT}.") for text in told(state, "O1")] == [False, True]


def test_the_trace_in_the_list_claims_no_more() -> None:
    state = a_state(THREE, *asked("O1"), lost("O1"), canceled("O1"))
    request = state.cancels["O1"]
    assert request.order is not None
    assert trace(request.order, {}, request) == "cancelled by us or others"


def unknown_to_it(one: str, request: int = 1) -> CancelAnswered:
    return CancelAnswered(
        account=ACCOUNT, order_id=one, request=request, ok=False, code="EOrder:Unknown order"
    )


@pytest.mark.parametrize("early", [False, True])
def test_where_an_earlier_request_of_ours_may_have_come_late_nobody_else_is_blamed(*, early: bool) -> None:
    """The first request was lost for all that was known, and may have ended the order after all."""
    state = a_state(THREE, *asked("O1"), lost("O1"), spared("O1"))
    play(state, CancelAsked(account=ACCOUNT, order_id="O1", request=2, route="again"))
    play(state, CancelSent(account=ACCOUNT, order_id="O1", request=2, route="again"))
    last = (canceled("O1"), unknown_to_it("O1", 2))
    play(state, *(last if early else last[::-1]))
    assert state.cancels["O1"].outcome == "cancelled"
    assert claims(state) == set()
    assert told(state, "O1")[-1].endswith(f", {DOUBT}.")


@pytest.mark.parametrize("early", [False, True])
def test_where_our_cancel_of_everything_may_have_been_first_nobody_else_is_blamed(*, early: bool) -> None:
    state = a_state(THREE, *asked("O1"), CancelsBegun(account=ACCOUNT, number=2, ids=("O2",), mass=True))
    play(state, MassAsked(account=ACCOUNT, request=5, route="at once"))
    play(state, MassSent(account=ACCOUNT, request=5))
    last = (canceled("O1"), unknown_to_it("O1"))
    play(state, *(last if early else last[::-1]))
    assert state.cancels["O1"].outcome == "cancelled"
    assert claims(state) == set()


@pytest.mark.parametrize("early", [False, True])
def test_a_first_request_that_comes_too_late_is_told_as_somebody_else_s_doing(*, early: bool) -> None:
    last = (canceled("O1"), unknown_to_it("O1"))
    state = a_state(THREE, *asked("O1"), *(last if early else last[::-1]))
    assert state.cancels["O1"].outcome == "gone"


def refuses(one: str, request: int = 1) -> CancelAnswered:
    code = "EOrder:Rate limit exceeded"
    return CancelAnswered(account=ACCOUNT, order_id=one, request=request, ok=False, code=code)


@pytest.mark.parametrize("before", [(), (lost("O1"),)])
def test_an_end_before_a_refusal_is_told_again_as_somebody_else_s_doing(
    before: tuple[Happening, ...],
) -> None:
    state = a_state(THREE, *asked("O1"), *before, canceled("O1"))
    assert told(state, "O1")[-1].startswith("Cancelled: ")
    play(state, refuses("O1"))
    request = state.cancels["O1"]
    assert (request.outcome, request.why) == ("gone", "someone else cancelled it first")
    assert told(state, "O1")[-1].startswith("Gone: ")


def test_where_a_request_before_the_refused_one_may_have_come_late_nobody_else_is_blamed() -> None:
    state = a_state(THREE, *asked("O1"), lost("O1"), spared("O1"))
    play(state, CancelAsked(account=ACCOUNT, order_id="O1", request=2, route="again"))
    play(state, CancelSent(account=ACCOUNT, order_id="O1", request=2, route="again"))
    play(state, canceled("O1"), refuses("O1", 2))
    assert state.cancels["O1"].outcome == "cancelled"
    assert told(state, "O1")[-1].endswith(f", {DOUBT}.")


def test_a_cancel_of_everything_that_was_never_sent_casts_no_doubt() -> None:
    state = a_state(THREE, *asked("O1"), CancelsBegun(account=ACCOUNT, number=2, ids=("O2",), mass=True))
    play(state, MassAsked(account=ACCOUNT, request=5, route="at once"))
    play(state, MassNotSent(account=ACCOUNT, request=5, why="no way"), canceled("O1"), unknown_to_it("O1"))
    assert state.cancels["O1"].outcome == "gone"


def test_a_cancel_of_everything_is_no_rival_of_itself() -> None:
    """Its own orders were asked for before it was sent."""
    everything = CancelsBegun(account=ACCOUNT, number=1, ids=("O1",), mass=True)
    state = a_state(THREE, everything, MassAsked(account=ACCOUNT, request=1, route="at once"))
    o1 = asked("O1")
    play(state, o1[0], MassSent(account=ACCOUNT, request=1), o1[1], canceled("O1"), refuses("O1"))
    assert state.cancels["O1"].outcome == "gone"
