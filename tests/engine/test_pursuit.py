import pytest
from msgspec import structs

from krakentui.engine.pursuit import Chase, due, hopeless, pursued
from krakentui.model.clock import SECOND
from krakentui.state.cancels import CancelRequest, Phase


def a_request(phase: Phase, moved_s: int = 100, number: int = 1) -> CancelRequest:
    return CancelRequest(
        account="alice",
        order_id="O1",
        request=number,
        route="over the websocket",
        phase=phase,
        asked_ns=0,
        moved_ns=moved_s * SECOND,
    )


def streamed(_: CancelRequest) -> bool:
    return True


def unseen(_: CancelRequest) -> bool:
    return False


@pytest.mark.parametrize("phase", ["asked", "sent", "ended", "left"])
def test_only_what_was_answered_or_lost_is_pursued(phase: Phase) -> None:
    assert pursued([a_request(phase)], {}, streamed) == {}


def test_an_unknown_one_is_asked_for_at_once() -> None:
    chases = pursued([a_request("unknown")], {}, streamed)
    assert due(chases, 100 * SECOND) == ["O1"]


def test_a_taken_one_gets_five_seconds_for_the_stream() -> None:
    chases = pursued([a_request("accepted")], {}, streamed)
    assert due(chases, 104 * SECOND) == []
    assert due(chases, 105 * SECOND) == ["O1"]


def test_a_taken_one_of_which_no_stream_will_tell_is_asked_for_at_once() -> None:
    assert due(pursued([a_request("accepted")], {}, unseen), 100 * SECOND) == ["O1"]


def test_a_stream_that_is_lost_is_not_waited_for_any_longer() -> None:
    waiting = pursued([a_request("accepted")], {}, streamed)
    chases = pursued([a_request("accepted")], waiting, unseen)
    assert due(chases, 100 * SECOND) == ["O1"]
    asked = {"O1": waiting["O1"].again()}
    assert pursued([a_request("accepted")], asked, unseen) == asked


def test_the_asking_stops_after_four_times() -> None:
    chase = Chase(1, 0)
    steps = []
    while (due_ns := chase.due_ns()) is not None:
        steps.append(due_ns // SECOND)
        chase = chase.again()
    assert steps == [0, 2, 5, 10]


def test_how_far_the_asking_came_is_kept_while_the_request_is_the_same() -> None:
    before = {"O1": Chase(1, 100 * SECOND, 2)}
    assert pursued([a_request("unknown")], before, streamed) == before
    assert pursued([a_request("unknown", number=2)], before, streamed) != before


def test_one_that_becomes_unknown_after_it_was_taken_is_asked_for_anew() -> None:
    taken = pursued([a_request("accepted")], {}, streamed)
    spent = {"O1": taken["O1"].again().again().again().again()}
    assert spent["O1"].due_ns() is None
    anew = pursued([a_request("unknown", moved_s=130)], spent, streamed)
    assert due(anew, 130 * SECOND) == ["O1"]


def test_one_that_the_exchange_has_queued_is_asked_for_until_it_is_given_up() -> None:
    request = structs.replace(a_request("accepted"), pending=True)
    chase, steps = pursued([request], {}, streamed)["O1"], []
    while (due_ns := chase.due_ns()) is not None:
        steps.append(due_ns // SECOND - 105)
        chase = chase.again()
    assert steps == [0, 2, 5, 10, 20, 30, 45, 60]
    assert not hopeless(chase, request, 170 * SECOND, is_open=True)
    assert hopeless(chase, request, 180 * SECOND, is_open=True)


def test_it_is_given_up_only_after_rest_had_time_to_catch_up() -> None:
    chase, request = Chase(1, 0), a_request("unknown")
    assert not hopeless(chase, request, 60 * SECOND)
    assert hopeless(chase, request, 75 * SECOND)


def test_an_order_that_the_exchange_does_not_know_is_given_up_sooner() -> None:
    assert hopeless(Chase(1, 0), a_request("missing"), 20 * SECOND)
