"""The life of a cancel, from the key press to its end, over a session made of memory."""

import pytest

from krakentui.model.clock import SECOND
from krakentui.model.error import AnswerLost, NotSent
from krakentui.state.view import NotAsked
from tests.support.clock import settle
from tests.support.exchange import (
    FIRST,
    PERMISSIONS,
    SECOND_ID,
    Frame,
    Scene,
    ok,
    refused,
    rest_order,
    some_settings,
)


@pytest.mark.anyio
async def test_a_cancel_goes_over_the_private_socket_and_ends_as_cancelled() -> None:
    scene = Scene()
    async with scene.running():
        assert scene.cancel() is None
        await settle(60)
        assert scene.private.sent[-1]["params"] == {"order_id": [FIRST], "token": "TOKEN"}
        assert scene.outcomes() == ["cancelled"]
        assert scene.session.unsettled() == ()


@pytest.mark.anyio
async def test_it_is_on_the_wire_before_any_time_passes() -> None:
    scene = Scene()
    async with scene.running():
        before = scene.clock.mono_ns()
        scene.cancel()
        await settle(3)
        assert scene.private.sent[-1]["method"] == "cancel_order"
        assert scene.clock.mono_ns() == before


@pytest.mark.anyio
async def test_several_go_as_one_batch() -> None:
    scene = Scene()
    async with scene.running():
        scene.cancel(FIRST, SECOND_ID)
        await settle(60)
        assert scene.cancels_sent() == 1
        assert scene.private.sent[-1]["method"] == "batch_cancel"
        assert scene.outcomes() == ["cancelled", "cancelled"]


@pytest.mark.anyio
async def test_without_a_socket_it_goes_over_rest() -> None:
    scene = Scene(permissions=("query-funds", "query-open-trades", "close-trades"))
    async with scene.running(60):
        scene.cancel()
        await settle(60)
        assert scene.connects("/auth/v2") == 0
        assert scene.door.calls[-1] in {"CancelOrder", "CancelOrderBatch"}


@pytest.mark.anyio
async def test_after_three_silent_seconds_of_the_socket_it_goes_over_rest() -> None:
    scene = Scene()
    async with scene.running(60):
        await scene.clock.advance(3.2)
        scene.cancel()
        await settle(60)
        assert "cancel_order" not in scene.private.methods()
        assert scene.door.calls[-1].startswith("CancelOrder")


@pytest.mark.anyio
async def test_no_answer_after_five_seconds_is_unknown_and_not_before() -> None:
    scene = Scene()
    scene.answer = lambda _request: []
    async with scene.running():
        scene.cancel()
        await scene.beat(4)
        assert "QueryOrders" not in scene.door.calls
        await scene.beat(2)
        assert "QueryOrders" in scene.door.calls
        assert scene.outcomes() == []
        assert scene.session.unsettled() == (FIRST,)


@pytest.mark.anyio
async def test_unknown_is_asked_for_at_once_and_after_two_five_and_ten_seconds() -> None:
    scene = Scene()
    scene.answer = lambda _request: []
    async with scene.running(60):
        scene.cancel()
        await scene.beat(4.5)
        asked: list[float] = []
        for tick in range(60):
            before = scene.door.calls.count("QueryOrders")
            await scene.beat(0.25)
            if scene.door.calls.count("QueryOrders") > before:
                asked.append((tick + 1) / 4)
        assert [int(moment - asked[0]) for moment in asked] == [0, 2, 5, 10]


@pytest.mark.anyio
async def test_what_was_written_is_never_written_again() -> None:
    scene = Scene()
    scene.answer = lambda _request: []
    async with scene.running(60):
        scene.cancel()
        await scene.beat(120)
        assert scene.cancels_sent() == 1


@pytest.mark.anyio
async def test_unknown_is_settled_by_a_query_that_says_cancelled() -> None:
    scene = Scene()
    scene.answer = lambda _request: []
    scene.door.answer_always("QueryOrders", ok({FIRST: rest_order("canceled")}))
    async with scene.running(60):
        scene.cancel()
        await scene.beat(7)
        assert scene.outcomes() == ["cancelled"]


@pytest.mark.anyio
async def test_unknown_is_settled_by_the_stream() -> None:
    scene = Scene()
    kept: list[Frame] = []

    def keep(request: Frame) -> list[Frame]:
        kept.append(request)
        return []

    scene.answer = keep
    async with scene.running(60):
        scene.cancel()
        await scene.beat(6)
        scene.private.gives(*scene.ended(kept[0]))
        await settle(60)
        assert scene.outcomes() == ["cancelled"]


@pytest.mark.anyio
async def test_what_nobody_can_tell_is_given_up_as_unknown_and_may_be_asked_again() -> None:
    scene = Scene()
    scene.answer = lambda _request: []
    async with scene.running(60):
        scene.cancel()
        await scene.beat(100)
        assert scene.outcomes() == ["unknown"]
        scene.answer = scene.cancelled
        assert scene.cancel() is None
        await settle(60)
        assert scene.outcomes() == ["unknown", "cancelled"]


@pytest.mark.anyio
async def test_a_socket_that_goes_before_the_answer_leaves_it_unknown_at_once() -> None:
    scene = Scene()
    scene.answer = lambda _request: []
    async with scene.running(60):
        scene.cancel()
        await settle(60)
        scene.private.breaks(1006)
        await scene.clock.advance(1)
        assert "QueryOrders" in scene.door.calls


@pytest.mark.anyio
async def test_a_yes_without_the_orders_end_is_asked_for_after_five_seconds() -> None:
    scene = Scene()
    scene.answer = lambda request: [scene.taken(request)]
    async with scene.running(60):
        scene.cancel()
        await scene.beat(4)
        assert "QueryOrders" not in scene.door.calls
        await scene.beat(2)
        assert "QueryOrders" in scene.door.calls
        assert scene.outcomes() == []


@pytest.mark.anyio
async def test_a_fill_that_came_first_is_told_as_filled() -> None:
    scene = Scene()
    scene.answer = lambda request: [
        *scene.ended(request, "filled"),
        scene.failed(request, "EOrder:Unknown order"),
    ]
    async with scene.running():
        scene.cancel()
        await settle(60)
        assert scene.outcomes() == ["filled"]


@pytest.mark.anyio
async def test_an_answer_that_says_no_is_refused() -> None:
    scene = Scene()
    scene.answer = lambda request: [scene.failed(request, "EOrder:Rate limit exceeded")]
    async with scene.running():
        scene.cancel()
        await settle(60)
        assert scene.outcomes() == ["refused"]


@pytest.mark.parametrize(
    "error", ["EGeneral:Internal error", "EService:Unavailable", "EService:Deadline elapsed"]
)
@pytest.mark.anyio
async def test_an_error_that_does_not_say_whether_it_acted_leaves_it_unknown(error: str) -> None:
    scene = Scene()
    scene.answer = lambda request: [scene.failed(request, error)]
    async with scene.running():
        scene.cancel()
        await settle(60)
        assert scene.outcomes() == []
        assert scene.session.unsettled() == (FIRST,)


@pytest.mark.anyio
async def test_a_batch_that_fails_as_a_whole_is_not_that_many_refusals() -> None:
    scene = Scene()
    scene.answer = lambda request: [scene.failed(request, "EGeneral:Invalid arguments")]
    async with scene.running():
        scene.cancel(FIRST, SECOND_ID)
        await settle(60)
        assert scene.outcomes() == []
        assert len(scene.session.unsettled()) == 2


@pytest.mark.anyio
async def test_a_batch_that_took_only_some_asks_which() -> None:
    scene = Scene()

    def one_of_two(request: Frame) -> list[Frame]:
        return [{**scene.taken(request), "result": {"count": 1}}]

    scene.answer = one_of_two
    async with scene.running(60):
        scene.cancel(FIRST, SECOND_ID)
        await scene.beat(1)
        assert "QueryOrders" in scene.door.calls


@pytest.mark.anyio
async def test_a_batch_whose_answer_counts_nothing_is_asked_for_order_by_order() -> None:
    scene = Scene()
    scene.answer = lambda request: [{**scene.taken(request), "result": {}}]
    async with scene.running(60):
        scene.cancel(FIRST, SECOND_ID)
        await scene.beat(1)
        assert "QueryOrders" in scene.door.calls


@pytest.mark.anyio
async def test_a_batch_that_meets_a_cancel_under_way_is_asked_for_and_not_called_closing() -> None:
    """The error is that of the whole batch: it does not say which of them is being cancelled."""
    scene = Scene()
    scene.answer = lambda request: [scene.failed(request, "EOrder:Cancel pending")]
    async with scene.running(60):
        scene.cancel(FIRST, SECOND_ID)
        await scene.beat(1)
        assert "QueryOrders" in scene.door.calls
        assert {row.cancel for row in scene.session.orders(scene.clock.mono_ns()).rows} == {"unknown"}


@pytest.mark.parametrize(
    ("error", "unsettled", "outcomes"),
    [(AnswerLost("reset"), (FIRST,), []), (NotSent("no way"), (), ["not_sent"])],
)
@pytest.mark.anyio
async def test_over_rest_only_what_surely_never_left_is_not_sent(
    error: Exception, unsettled: tuple[str, ...], outcomes: list[str]
) -> None:
    scene = Scene(permissions=("query-funds", "query-open-trades", "close-trades"))
    scene.door.wrote_first = isinstance(error, AnswerLost)
    async with scene.running(60):
        for endpoint in ("CancelOrder", "CancelOrderBatch"):
            scene.door.answer(endpoint, error)
        scene.cancel()
        await settle(60)
        assert scene.cancels_sent() == 1
        assert (scene.session.unsettled(), scene.outcomes()) == (unsettled, outcomes)


@pytest.mark.anyio
async def test_a_socket_that_takes_no_more_leaves_it_unknown_after_two_seconds() -> None:
    scene = Scene()
    async with scene.running(60):
        scene.private.stuck = True
        scene.cancel()
        await scene.beat(1)
        assert "QueryOrders" not in scene.door.calls
        await scene.beat(2)
        assert "QueryOrders" in scene.door.calls
        assert scene.cancels_sent() == 0


@pytest.mark.anyio
async def test_a_second_press_on_the_same_order_sends_nothing() -> None:
    scene = Scene()
    scene.answer = lambda _request: []
    async with scene.running():
        question = scene.question()
        second = scene.question()
        assert scene.session.confirm(question) is None
        await settle(60)
        assert isinstance(scene.session.confirm(question), NotAsked)
        assert isinstance(scene.session.confirm(second), NotAsked)
        assert isinstance(scene.session.ask_cancel([FIRST]), NotAsked)
        assert scene.cancels_sent() == 1


@pytest.mark.anyio
async def test_an_order_that_ended_while_the_question_stood_is_not_sent() -> None:
    scene = Scene()
    async with scene.running():
        question = scene.question()
        scene.private.gives(*scene.ended({"params": {"order_id": [FIRST]}}, "filled"))
        await settle(60)
        answer = scene.session.confirm(question)
        assert isinstance(answer, NotAsked)
        assert "no longer open" in answer.why
        assert scene.cancels_sent() == 0


@pytest.mark.anyio
async def test_read_only_and_public_sessions_refuse_at_once_with_a_reason() -> None:
    for settings, word in ((some_settings(read_only=True), "read-only"), (some_settings(key=None), "key")):
        scene = Scene(settings)
        async with scene.running():
            answer = scene.session.ask_cancel([FIRST])
            assert isinstance(answer, NotAsked)
            assert word in answer.why


@pytest.mark.anyio
async def test_a_key_that_may_not_cancel_refuses_with_the_missing_permission() -> None:
    scene = Scene(permissions=tuple(one for one in PERMISSIONS if one != "close-trades"))
    async with scene.running():
        answer = scene.session.ask_cancel([FIRST])
        assert isinstance(answer, NotAsked)
        assert "close-trades" in answer.why


@pytest.mark.anyio
async def test_during_a_lockout_a_cancel_goes_over_the_open_socket() -> None:
    scene = Scene()
    scene.door.answer("OpenOrders", refused("EGeneral:Temporary lockout"))
    async with scene.running():
        assert scene.cancel() is None
        await settle(60)
        assert scene.outcomes() == ["cancelled"]


@pytest.mark.anyio
async def test_during_a_lockout_without_a_socket_it_is_refused_with_the_time() -> None:
    scene = Scene()
    async with scene.running():
        scene.door.answer("BalanceEx", refused("EGeneral:Temporary lockout"))
        scene.session.poll_now()
        await scene.beat(60)
        scene.private.breaks(1001)
        await scene.clock.advance(1)
        answer = scene.session.ask_cancel([FIRST])
        assert isinstance(answer, NotAsked)
        assert "min" in answer.why
        assert scene.cancels_sent() == 0


@pytest.mark.anyio
async def test_a_cancel_waits_for_no_poll_however_slow() -> None:
    scene = Scene(permissions=("query-funds", "query-open-trades", "close-trades"))
    async with scene.running(60):
        scene.door.answer_always("OpenOrders", None)
        scene.session.poll_now()
        await settle(60)
        for _ in range(40):
            if scene.door.in_flight:
                break
            await scene.beat(1)
        assert scene.door.in_flight
        before = scene.clock.mono_ns()
        scene.cancel()
        await settle(60)
        assert scene.door.calls[-1].startswith("CancelOrder")
        assert scene.clock.mono_ns() == before


@pytest.mark.anyio
async def test_its_cost_is_on_the_gauge_while_it_is_in_the_air() -> None:
    scene = Scene()
    scene.answer = lambda _request: []
    async with scene.running(120):
        before = scene.session.state.ledger.engine_at("BTC/USD", scene.clock.mono_ns())
        question = scene.question()
        scene.session.confirm(question)
        await settle(60)
        after = scene.session.state.ledger.engine_at("BTC/USD", scene.clock.mono_ns())
        assert after.high - before.high == int(question.cost_high * 300_000_000_000)


@pytest.mark.anyio
async def test_a_cancel_that_is_still_open_on_the_stream_may_be_asked_again_after_all_queries() -> None:
    scene = Scene()
    scene.answer = lambda _request: []
    async with scene.running(60):
        scene.cancel()
        await scene.beat(22)
        assert scene.outcomes() == ["unknown"]
        assert scene.door.calls.count("QueryOrders") == 4
        assert scene.cancel() is None


@pytest.mark.anyio
@pytest.mark.parametrize("error", ["EOrder:Rate limit exceeded", "EGeneral:Permission denied"])
async def test_an_answer_that_comes_after_its_time_still_counts(error: str) -> None:
    scene = Scene()
    scene.answer = lambda _request: []
    async with scene.running(60):
        scene.cancel()
        await scene.beat(7)
        scene.private.gives(scene.failed(scene.private.sent[-1], error))
        await settle(60)
        assert scene.outcomes() == ["refused"]


@pytest.mark.anyio
async def test_a_fault_while_one_cancel_is_asked_for_costs_no_other() -> None:
    scene = Scene()
    scene.answer = lambda _request: []
    async with scene.running(60):
        scene.cancel(FIRST)
        await scene.beat(4)
        scene.door.answer("QueryOrders", ValueError("a bug"))
        scene.cancel(SECOND_ID)
        await scene.beat(3)
        scene.private.gives(*scene.cancelled(scene.private.sent[-1]))
        await settle(60)
        assert scene.outcomes() == ["cancelled"]
        assert scene.session.unsettled() == (FIRST,)


@pytest.mark.anyio
async def test_closing_tells_a_cancel_that_never_left_as_not_sent() -> None:
    scene = Scene(permissions=("query-funds", "query-open-trades", "close-trades"))
    scene.door.wrote_first = False
    async with scene.running(60):
        for endpoint in ("CancelOrder", "CancelOrderBatch"):
            scene.door.answer_always(endpoint, None)
        scene.cancel()
        await settle(60)
    assert scene.outcomes() == ["not_sent"]


BLIND = ("close-trades",)


@pytest.mark.anyio
@pytest.mark.parametrize("permissions", [BLIND, (*BLIND, "query-funds", "create-ws-token")])
async def test_a_key_that_sees_no_orders_believes_the_count_of_one(permissions: tuple[str, ...]) -> None:
    scene = Scene(permissions=permissions)
    scene.denied_channels = {"executions"}
    async with scene.running(20):
        assert scene.cancel("OANY00-00000-000000") is None
        await settle(60)
        assert scene.door.calls.count("CancelOrder") == 1
        assert scene.outcomes() == ["cancelled"]


@pytest.mark.anyio
@pytest.mark.parametrize("result", [{"count": 1, "pending": True}, {}])
async def test_a_key_that_sees_no_orders_believes_nothing_less(result: dict[str, object]) -> None:
    scene = Scene(permissions=BLIND)
    scene.door.answer_always("CancelOrder", ok(result))
    async with scene.running(20):
        scene.cancel("OANY00-00000-000000")
        await scene.beat(90)
        assert scene.outcomes() == ["unknown"]


@pytest.mark.anyio
async def test_a_key_that_sees_no_orders_cancels_several_one_by_one() -> None:
    scene = Scene(permissions=BLIND)
    async with scene.running(20):
        scene.cancel("OANY00-00000-000001", "OANY00-00000-000002")
        await settle(60)
        assert scene.door.calls.count("CancelOrder") == 2
        assert scene.outcomes() == ["cancelled", "cancelled"]


@pytest.mark.anyio
async def test_closing_writes_what_was_confirmed_and_takes_nothing_new() -> None:
    scene = Scene()
    async with scene.running():
        question = scene.question(SECOND_ID)
        scene.cancel()
    assert scene.cancels_sent() == 1
    assert isinstance(scene.session.confirm(question), NotAsked)


@pytest.mark.anyio
async def test_confirming_does_not_wait(capsys: pytest.CaptureFixture[str]) -> None:
    scene = Scene()
    async with scene.running():
        before = scene.clock.mono_ns()
        assert scene.cancel() is None
        assert scene.clock.mono_ns() - before < SECOND // 1000
        assert scene.session.unsettled() == (FIRST,)
    assert capsys.readouterr().out == ""
