"""The life of a cancel: outcomes only on evidence, told honestly."""

import pytest

from krakentui.model.event import (
    CancelAnswered,
    CancelAsked,
    CancelGivenUp,
    CancelNotSent,
    CancelSent,
    CancelUnanswered,
    Happening,
)
from krakentui.model.order import Outcome
from krakentui.state.cancels import TRANSITIONS, CancelRequest
from krakentui.state.state import State
from tests.support.builders import (
    ACCOUNT,
    a_listed,
    a_patch,
    a_standing,
    a_state,
    at,
    feed,
    patched,
    play,
    queried,
    snapshot,
)

GONE = "EOrder:Unknown order"
LIMIT = "EOrder:Rate limit exceeded"


def asked(request: int = 1, order_id: str = "O1") -> CancelAsked:
    return CancelAsked(account=ACCOUNT, order_id=order_id, request=request, route="ws")


def sent(request: int = 1) -> CancelSent:
    return CancelSent(account=ACCOUNT, order_id="O1", request=request, route="ws")


def answered(code: str = "", request: int = 1) -> CancelAnswered:
    return CancelAnswered(account=ACCOUNT, order_id="O1", request=request, ok=not code, code=code)


def unanswered() -> CancelUnanswered:
    return CancelUnanswered(account=ACCOUNT, order_id="O1", request=1, why="no answer in 5 s")


def not_sent() -> CancelNotSent:
    return CancelNotSent(account=ACCOUNT, order_id="O1", request=1, why="no socket is open")


def given_up(outcome: Outcome = "unknown") -> CancelGivenUp:
    return CancelGivenUp(account=ACCOUNT, order_id="O1", request=1, outcome=outcome, why="no word in 10 s")


def canceled(filled: str = "0.00000000", reason: str = "User requested") -> Happening:
    return patched(a_patch("O1", "canceled", 1, filled=filled, reason=reason))


def traded(filled: str = "0.10000000") -> Happening:
    return patched(a_patch("O1", "trade", 0.5, filled=filled))


def filled() -> Happening:
    return patched(a_patch("O1", "filled", 1, filled="0.50000000"))


def after(*events: Happening) -> State:
    return a_state(snapshot(a_standing("O1")), *events)


def request_of(state: State) -> CancelRequest:
    return state.cancels["O1"]


def outcome(*events: Happening) -> Outcome | None:
    return request_of(after(*events)).outcome


def test_success_alone_is_not_a_cancel() -> None:
    assert outcome(asked(), sent(), answered()) is None


def test_the_stream_proves_the_cancel() -> None:
    assert outcome(asked(), sent(), answered(), canceled()) == "cancelled"


def test_the_stream_may_come_before_the_answer() -> None:
    assert outcome(asked(), sent(), canceled(), answered()) == "cancelled"


def test_a_query_proves_the_cancel() -> None:
    closed = queried(a_listed("O1", status="canceled", reason="User requested"), asked=2)
    assert outcome(asked(), sent(), unanswered(), closed) == "cancelled"


def test_a_fill_after_a_success_answer_is_filled() -> None:
    assert outcome(asked(), sent(), answered(), filled()) == "filled"


def test_a_cancel_after_a_partial_fill_is_cancelled() -> None:
    assert outcome(asked(), sent(), traded(), answered(), canceled("0.10000000")) == "cancelled"


def test_the_journal_says_what_had_filled() -> None:
    state = after(asked(), sent(), traded(), answered(), canceled("0.10000000"))
    assert state.journal.after(0)[-1].text == "Cancelled: sell 0.5 BTC/USD at 110,000.0, 0.1 filled."


def test_a_failed_answer_is_a_refusal() -> None:
    assert outcome(asked(), sent(), answered(LIMIT)) == "refused"


def test_a_refused_cancel_leaves_its_order_open() -> None:
    assert "O1" in after(asked(), sent(), answered(LIMIT)).orders


@pytest.mark.parametrize("code", [GONE, "EOrder:Invalid order"])
def test_an_order_unknown_to_the_exchange_is_asked_for(code: str) -> None:
    assert after(asked(), sent(), answered(code)).queries_wanted(at(1)) == ("O1",)


def test_an_order_unknown_to_the_exchange_that_had_filled_is_filled() -> None:
    over = queried(a_listed("O1", status="filled", filled="0.50000000"), asked=2)
    assert outcome(asked(), sent(), answered(GONE), over) == "filled"


def test_an_order_unknown_to_the_exchange_that_was_cancelled_is_gone() -> None:
    over = queried(a_listed("O1", status="canceled"), asked=2)
    assert outcome(asked(), sent(), answered(GONE), over) == "gone"


def test_an_order_already_known_filled_settles_an_unknown_order_answer_at_once() -> None:
    assert outcome(asked(), sent(), filled(), answered(GONE)) == "filled"


def test_a_late_unknown_order_answer_takes_the_credit_back() -> None:
    assert outcome(asked(), sent(), canceled(), answered(GONE)) == "gone"


def test_an_order_that_somebody_cancelled_while_ours_was_only_asked_is_gone() -> None:
    assert outcome(asked(), canceled()) == "gone"


def test_a_cancel_by_the_dead_mans_switch_is_not_ours() -> None:
    assert outcome(asked(), sent(), canceled(reason="CancelAllOrdersAfter Timeout")) == "gone"


def test_an_expired_order_is_gone() -> None:
    assert outcome(asked(), sent(), patched(a_patch("O1", "expired", 1))) == "gone"


def test_no_answer_stays_in_flight() -> None:
    assert request_of(after(asked(), sent(), unanswered())).in_flight


def test_no_answer_asks_the_exchange() -> None:
    assert after(asked(), sent(), unanswered()).queries_wanted(at(1)) == ("O1",)


def test_a_query_that_finds_the_order_open_settles_nothing() -> None:
    still_open = queried(a_listed("O1"), asked=2)
    assert request_of(after(asked(), sent(), unanswered(), still_open)).phase == "unknown"


def test_a_cancel_that_never_left_is_not_sent() -> None:
    assert outcome(asked(), not_sent()) == "not_sent"


def test_a_cancel_whose_bytes_were_written_cannot_be_called_not_sent() -> None:
    assert request_of(after(asked(), sent(), not_sent())).phase == "unknown"


def test_giving_up_leaves_it_unknown() -> None:
    assert outcome(asked(), sent(), unanswered(), given_up()) == "unknown"


def test_late_evidence_settles_what_was_given_up() -> None:
    assert outcome(asked(), sent(), unanswered(), given_up(), canceled()) == "cancelled"


def test_giving_up_cannot_claim_a_cancel() -> None:
    assert outcome(asked(), sent(), unanswered(), given_up("cancelled")) == "unknown"


def test_a_second_cancel_of_an_order_in_flight_is_not_begun() -> None:
    assert request_of(after(asked(1), sent(1), asked(2))).request == 1


def test_a_refused_cancel_may_be_asked_again() -> None:
    assert request_of(after(asked(1), sent(1), answered(LIMIT), asked(2))).request == 2


def test_an_answer_to_an_older_request_is_not_taken_for_the_new_one() -> None:
    state = after(asked(1), sent(1), answered(LIMIT), asked(2), sent(2), answered(request=1))
    assert request_of(state).phase == "sent"


def test_a_cancel_of_an_order_that_just_ended_is_settled_at_once() -> None:
    assert outcome(filled(), asked()) == "filled"


def test_an_order_that_leaves_the_snapshot_stays_visible_while_its_cancel_is_unsettled() -> None:
    state = after(asked(), sent(), feed("private", "down"), feed("private"), snapshot())
    assert "O1" in state.orders


def test_an_order_that_leaves_the_snapshot_makes_its_cancel_unknown() -> None:
    state = after(asked(), sent(), feed("private", "down"), feed("private"), snapshot())
    assert request_of(state).phase == "unknown"


def test_a_query_tells_how_an_order_that_left_the_snapshot_ended() -> None:
    state = after(asked(), sent(), feed("private", "down"), feed("private"), snapshot())
    play(state, queried(a_listed("O1", status="canceled"), asked=2), seconds=2)
    assert request_of(state).outcome == "cancelled"


def test_an_outcome_is_one_line_of_the_journal() -> None:
    state = after(asked(), sent(), answered(), canceled(), canceled(), answered())
    assert [line.outcome for line in state.journal.after(0) if line.outcome] == ["cancelled"]


def test_an_order_cancelled_elsewhere_is_said_to_be() -> None:
    state = after(canceled())
    text = "Closed: sell 0.5 BTC/USD at 110,000.0 was cancelled, not by us."
    assert state.journal.after(0)[-1].text == text


def test_no_transition_leads_out_of_the_end() -> None:
    assert not [pair for pair in TRANSITIONS if pair[0] == "ended"]


def test_a_cancel_of_an_order_that_was_never_listed_is_settled_by_a_query() -> None:
    state = a_state(asked(order_id="O9"))
    play(state, CancelSent(account=ACCOUNT, order_id="O9", request=1, route="rest"))
    play(state, queried(a_listed("O9", status="canceled"), asked=2), seconds=2)
    assert state.cancels["O9"].outcome == "cancelled"
