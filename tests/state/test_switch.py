"""The dead man's switch: what the exchange answered is believed, nothing uncertain is called certain."""

import pytest

from krakentui.model.clock import SECOND
from krakentui.model.event import ClockJumped, Happening, TimeMeasured
from krakentui.model.switch import SwitchAnswered, SwitchAsked, SwitchLeft, SwitchRanOut, SwitchUnanswered
from krakentui.state.state import State
from krakentui.state.switch import Phase, Switch
from krakentui.state.view import SwitchView
from krakentui.state.views import status
from tests.support.builders import ACCOUNT, a_patch, a_standing, a_state, at, patched, play, snapshot, wall


def asked(timeout_s: int = 60, *, renewal: bool = False) -> SwitchAsked:
    return SwitchAsked(account=ACCOUNT, timeout_s=timeout_s, renewal=renewal)


def answered(state: State, timeout_s: int = 60, *, seconds: float) -> SwitchAnswered:
    """Answer as the exchange does: it fires so long after now."""
    fires_ns = state.exchange_ns(at(seconds)) + timeout_s * SECOND
    return SwitchAnswered(account=ACCOUNT, timeout_s=timeout_s, ok=True, trigger_ns=fires_ns)


def refused(code: str = "EGeneral:Permission denied", timeout_s: int = 60) -> SwitchAnswered:
    return SwitchAnswered(account=ACCOUNT, timeout_s=timeout_s, ok=False, code=code)


def lost(timeout_s: int = 60) -> SwitchUnanswered:
    return SwitchUnanswered(account=ACCOUNT, timeout_s=timeout_s, why="its last call was not answered")


def armed(seconds: float = 0) -> State:
    state = a_state()
    return play(state, asked(), answered(state, seconds=seconds), seconds=seconds)


def shown(state: State, seconds: float) -> SwitchView | None:
    return status(state, at(seconds)).switch


def last(state: State) -> str:
    return state.journal.after(0)[-1].text


def test_at_first_it_is_off() -> None:
    assert shown(a_state(), 0) is None


def test_the_moment_that_the_exchange_answered_is_counted_down_to() -> None:
    view = shown(armed(), 20)
    assert view is not None
    assert (view.phase, view.fires_in_ns) == ("armed", 40 * SECOND)


def test_it_is_not_called_armed_before_the_exchange_has_answered() -> None:
    view = shown(play(a_state(), asked()), 0)
    assert view is not None
    assert (view.phase, view.fires_in_ns) == ("arming", None)


def test_a_refused_arming_leaves_it_off_and_says_so() -> None:
    state = play(a_state(), asked(), refused())
    assert shown(state, 0) is None
    assert "not armed" in last(state)


def test_an_arming_without_an_answer_may_be_armed() -> None:
    view = shown(play(a_state(), asked(), lost(), seconds=5), 5)
    assert view is not None
    assert (view.phase, view.fires_in_ns, view.doubt) == (
        "arming",
        60 * SECOND,
        "its last call was not answered",
    )


def test_a_renewal_without_an_answer_moves_the_moment_by_nothing() -> None:
    state = play(armed(), asked(renewal=True), lost(), seconds=20)
    view = shown(state, 25)
    assert view is not None
    assert (view.phase, view.fires_in_ns) == ("armed", 35 * SECOND)
    assert "not answered" in view.doubt


def test_the_next_answer_ends_the_doubt() -> None:
    state = play(armed(), asked(renewal=True), lost(), seconds=20)
    play(state, asked(renewal=True), answered(state, seconds=25), seconds=25)
    view = shown(state, 25)
    assert view is not None
    assert (view.fires_in_ns, view.doubt) == (60 * SECOND, "")


def test_a_disarmed_switch_is_off() -> None:
    state = armed()
    play(state, asked(0), answered(state, 0, seconds=3), seconds=3)
    assert shown(state, 3) is None
    assert "disarmed" in last(state)


@pytest.mark.parametrize("word", [refused(timeout_s=0), lost(0)])
def test_a_switch_that_may_not_be_disarmed_is_still_counted_down(word: Happening) -> None:
    view = shown(play(armed(), asked(0), word, seconds=3), 3)
    assert view is not None
    assert (view.phase, view.fires_in_ns) == ("disarming", 57 * SECOND)


def test_a_moment_that_has_passed_means_that_it_fired() -> None:
    state = play(armed(), SwitchRanOut(account=ACCOUNT), seconds=63)
    view = shown(state, 63)
    assert view is not None
    assert view.phase == "fired"
    assert shown(state, 63 + 400) is None


def test_an_order_that_it_cancelled_proves_that_it_fired() -> None:
    state = play(armed(), snapshot(a_standing("O1")))
    play(state, patched(a_patch("O1", "canceled", 70, reason="CancelAllOrdersAfter Timeout")), seconds=70)
    view = shown(state, 70)
    assert view is not None
    assert view.phase == "fired"


@pytest.mark.parametrize(("timeout_s", "period_s"), [(30, 15), (60, 20), (600, 30)])
def test_it_is_renewed_every_15_to_30_seconds(timeout_s: int, period_s: int) -> None:
    switch = Switch(phase="armed", timeout_s=timeout_s, asked_ns=100 * SECOND)
    assert switch.due_ns() == (100 + period_s) * SECOND


@pytest.mark.parametrize("phase", ["off", "fired"])
def test_what_is_off_has_no_moment_to_pass(phase: Phase) -> None:
    assert not Switch(phase=phase, fires_wall_ns=0).has_passed(10**18)


def test_a_renewal_that_arrived_after_it_fired_is_taken_back_at_once() -> None:
    """It armed the switch anew, which nobody asked for; the moments that were answered betray it."""
    state = play(armed(), asked(renewal=True), seconds=55)
    play(state, answered(state, seconds=61), seconds=61)
    assert state.switch.phase == "disarming"
    assert state.switch.due_ns() <= at(61)
    assert "may have armed it anew" in last(state)


def test_a_renewal_that_arrived_in_time_is_believed_however_late_its_answer_is() -> None:
    state = play(armed(), asked(renewal=True), seconds=55)
    play(state, answered(state, seconds=56), seconds=61)
    assert state.switch.phase == "armed"


def test_an_answer_that_comes_once_it_has_fired_arms_nothing() -> None:
    state = play(armed(), SwitchRanOut(account=ACCOUNT), seconds=63)
    assert shown(state, 63) is not None
    play(state, SwitchAnswered(account=ACCOUNT, timeout_s=60, ok=True), seconds=64)
    assert state.switch.phase == "disarming"


@pytest.mark.parametrize(("seconds", "renews"), [(0, True), (56, True), (57, False), (80, False)])
def test_no_renewal_is_sent_that_may_come_after_it_fires(seconds: int, renews: bool) -> None:
    state = armed()
    assert state.switch.may_be_renewed(state.exchange_ns(at(seconds)), at(seconds)) is renews


def test_without_a_word_on_its_moment_it_is_counted_from_the_asking() -> None:
    state = play(a_state(), asked())
    play(state, SwitchAnswered(account=ACCOUNT, timeout_s=60, ok=True), seconds=4)
    view = shown(state, 4)
    assert view is not None
    assert view.fires_in_ns == 56 * SECOND


def by_switch(order_id: str, seconds: float) -> Happening:
    return patched(a_patch(order_id, "canceled", seconds, reason="CancelAllOrdersAfter Timeout"))


def test_a_renewal_that_arrived_in_the_second_it_fires_is_taken_back() -> None:
    """The exchange tells whole seconds: it may have come after the moment."""
    state = play(armed(), asked(renewal=True), seconds=55)
    play(state, answered(state, seconds=60), seconds=61)
    assert state.switch.phase == "disarming"


def test_a_moment_that_a_renewal_without_an_answer_may_have_moved_is_not_said_to_have_fired() -> None:
    state = play(armed(), asked(renewal=True), lost(), seconds=20)
    play(state, SwitchRanOut(account=ACCOUNT), seconds=63)
    assert state.switch.phase == "disarming"
    assert state.switch.due_ns() <= at(63)
    assert not state.switch.has_passed(wall(80))
    assert state.switch.has_passed(wall(83))
    assert "has fired" not in last(state)


def test_a_renewal_of_which_nothing_was_written_moves_nothing() -> None:
    unsent = SwitchUnanswered(account=ACCOUNT, timeout_s=60, why="there is no socket", sent=False)
    state = play(armed(), asked(renewal=True), unsent, seconds=20)
    play(state, SwitchRanOut(account=ACCOUNT), seconds=63)
    assert state.switch.phase == "fired"
    assert "has fired" in last(state)


def test_what_was_disarmed_in_doubt_is_off_and_fired_at_the_moment_that_passed_if_at_all() -> None:
    state = play(armed(), asked(renewal=True), lost(), seconds=20)
    play(state, SwitchRanOut(account=ACCOUNT), asked(0), answered(state, 0, seconds=63), seconds=63)
    view = shown(state, 63)
    assert view is not None
    assert (view.phase, view.fires_wall_ns) == ("fired", wall(60))
    assert "told by the orders alone" in view.doubt


def test_an_order_that_it_cancelled_ends_that_doubt() -> None:
    state = play(armed(), snapshot(a_standing("O1")), asked(renewal=True), lost(), seconds=20)
    play(state, SwitchRanOut(account=ACCOUNT), asked(0), answered(state, 0, seconds=63), seconds=63)
    play(state, by_switch("O1", 64), seconds=64)
    view = shown(state, 64)
    assert view is not None
    assert (view.phase, view.doubt) == ("fired", "")
    assert any("has fired" in line.text for line in state.journal.after(0))


def test_one_that_may_have_been_disarmed_is_not_said_to_have_fired() -> None:
    state = play(armed(), asked(0), lost(0), seconds=20)
    play(state, SwitchRanOut(account=ACCOUNT), seconds=63)
    assert state.switch.phase == "fired"
    assert "has fired" not in last(state)


def test_one_that_an_earlier_run_left_is_not_said_to_have_fired() -> None:
    """Another machine may renew it."""
    state = play(a_state(), SwitchLeft(account=ACCOUNT, timeout_s=60, trigger_ns=wall(30)))
    play(state, SwitchRanOut(account=ACCOUNT), seconds=33)
    assert "unless another program renewed it" in last(state)
    assert "has fired" not in last(state)


def test_our_clock_set_back_makes_no_renewal_of_it_that_comes_too_late() -> None:
    switch = armed().switch
    assert switch.may_be_renewed(wall(20), at(20))
    assert not switch.may_be_renewed(wall(20), at(58))


def test_after_a_sleep_it_is_neither_renewed_nor_over_until_the_exchanges_clock_is_measured() -> None:
    state = armed()
    play(state, ClockJumped(gap_ns=70 * SECOND, why="It slept.", wall_ns=wall(90)), seconds=20)
    assert not state.switch.may_be_renewed(wall(20), at(20))
    assert not state.switch.has_passed(wall(90))
    play(state, TimeMeasured(offset_ns=0, doubt_ns=0, wall_ns=wall(91)), seconds=21)
    assert state.switch.may_be_renewed(wall(20), at(20))
    assert state.switch.has_passed(wall(90))
