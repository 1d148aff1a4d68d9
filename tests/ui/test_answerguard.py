from krakentui.model.clock import MILLISECOND
from krakentui.ui.answerguard import WAIT_NS, AnswerGuard


def test_nothing_counts_before_the_question_is_painted() -> None:
    assert not AnswerGuard().admits(10**12)


def test_an_answer_counts_150_ms_after_the_question_is_painted() -> None:
    guard = AnswerGuard()
    guard.painted(0)
    assert not guard.is_open(149 * MILLISECOND)
    assert guard.admits(150 * MILLISECOND)


def test_a_held_key_never_counts() -> None:
    guard = AnswerGuard()
    guard.painted(0)
    assert not any(guard.admits(n * 33 * MILLISECOND) for n in range(1, 100))


def test_a_question_that_was_covered_has_to_be_read_again() -> None:
    guard = AnswerGuard()
    guard.painted(0)
    guard.covered()
    assert not guard.admits(10 * WAIT_NS)
    guard.painted(10 * WAIT_NS)
    assert guard.admits(11 * WAIT_NS)
