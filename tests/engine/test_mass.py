"""A mass cancel, from the key press to its end, over a session made of memory."""

import pytest
from msgspec import structs

from krakentui.budget.books import MASS_CANCEL
from krakentui.model.error import AnswerLost, NotSent
from krakentui.model.event import CallSpent, CancelSent, Happening
from krakentui.model.limit import PairScope
from krakentui.model.mass import MassSent
from krakentui.state.groups import Mass
from krakentui.state.view import NotAsked, Question
from tests.support.clock import settle
from tests.support.exchange import FIRST, SECOND_ID, Frame, Scene, ok, refused, some_settings

pytestmark = pytest.mark.anyio
REST_ONLY = ("query-funds", "query-open-trades", "close-trades")
BLIND = ("close-trades",)


def asked(scene: Scene) -> Question:
    question = scene.session.ask_cancel_all(new_too=True)
    assert isinstance(question, Question), question
    return question


def confirm(scene: Scene) -> None:
    assert scene.session.confirm(asked(scene)) is None


def mass(scene: Scene) -> Mass:
    told = scene.session.results()[0].mass
    assert told is not None
    return told


async def test_it_is_one_call_without_any_id() -> None:
    scene = Scene()
    async with scene.running():
        confirm(scene)
        await settle(60)
        assert scene.private.sent[-1]["method"] == "cancel_all"
        assert scene.private.sent[-1]["params"] == {"token": "TOKEN"}
        assert scene.cancels_sent() == 1
        assert scene.outcomes() == ["cancelled", "cancelled"]
        await scene.beat(5)
        assert mass(scene).outcome == "cancelled"


async def test_it_is_on_the_wire_before_any_time_passes() -> None:
    scene = Scene()
    async with scene.running():
        before = scene.clock.mono_ns()
        confirm(scene)
        await settle(3)
        assert scene.private.sent[-1]["method"] == "cancel_all"
        assert scene.clock.mono_ns() == before


async def test_without_a_socket_it_goes_over_rest() -> None:
    scene = Scene(permissions=REST_ONLY)
    async with scene.running(60):
        confirm(scene)
        await settle(60)
        assert scene.door.calls[-1] == "CancelAll"


async def test_a_key_that_sees_no_orders_sends_it_and_believes_the_count_alone() -> None:
    scene = Scene(permissions=BLIND)
    scene.door.answer_always("CancelAll", ok({"count": 7}))
    async with scene.running(20):
        question = asked(scene)
        assert (question.orders, question.counted) == ((), False)
        assert scene.session.confirm(question) is None
        await scene.beat(20)
        assert scene.outcomes() == []
        assert mass(scene).count == 7
        assert "it ended 7; 0 were seen to end, 7 that this program did not know" in mass(scene).verdict


async def test_a_key_that_sees_no_orders_takes_no_count_for_an_order_of_its_own() -> None:
    """The count of one may be any order: that of `CancelOrder` names its order, this one does not."""
    scene = Scene(permissions=BLIND)
    scene.door.answer_always("CancelAll", ok({"count": 1}))
    async with scene.running(20):
        question = structs.replace(asked(scene), orders=scene.question("OANY00-00000-000000").orders)
        assert scene.session.confirm(question) is None
        await scene.beat(90)
        assert scene.outcomes() == ["unknown"]


@pytest.mark.parametrize("error", ["EGeneral:Internal error", "EGeneral:Invalid arguments"])
async def test_one_that_fails_as_a_whole_is_unknown_not_that_many_refusals(error: str) -> None:
    scene = Scene()
    scene.answer = lambda request: [scene.failed(request, error)]
    async with scene.running():
        confirm(scene)
        await settle(60)
        assert scene.outcomes() == []
        assert mass(scene).phase == "unknown"
        assert set(scene.session.unsettled()) == {"the cancel of everything", FIRST, SECOND_ID}


async def test_a_refusal_that_is_evidence_is_told_of_it_and_of_each_order() -> None:
    scene = Scene()
    scene.answer = lambda request: [scene.failed(request, "EGeneral:Permission denied")]
    async with scene.running():
        confirm(scene)
        await settle(60)
        assert scene.outcomes() == ["refused", "refused"]
        assert mass(scene).outcome == "refused"
        assert "Permission denied" in mass(scene).verdict


async def test_after_no_answer_nothing_is_sent_again_and_the_orders_are_asked_for() -> None:
    scene = Scene()
    scene.answer = lambda _request: []
    async with scene.running(60):
        confirm(scene)
        await scene.beat(6)
        assert "QueryOrders" in scene.door.calls
        assert isinstance(scene.session.ask_cancel_all(new_too=True), NotAsked)
        await scene.beat(60)
        assert scene.cancels_sent() == 1
        assert mass(scene).outcome == "unknown"
        scene.answer = scene.cancelled
        confirm(scene)
        await scene.beat(6)
        assert mass(scene).outcome == "cancelled"


async def test_an_answer_that_comes_late_is_evidence_all_the_same() -> None:
    scene, kept = Scene(), list[Frame]()

    def keep(request: Frame) -> list[Frame]:
        kept.append(request)
        return []

    scene.answer = keep
    async with scene.running(60):
        confirm(scene)
        await scene.beat(7)
        assert mass(scene).phase == "unknown"
        scene.private.gives(scene.taken(kept[0]), *scene.ended(kept[0]))
        await scene.beat(5)
        assert (mass(scene).outcome, mass(scene).count) == ("cancelled", 2)


@pytest.mark.parametrize(("error", "outcome"), [(AnswerLost("reset"), None), (NotSent("no way"), "not_sent")])
async def test_over_rest_only_what_surely_never_left_is_not_sent(
    error: Exception, outcome: str | None
) -> None:
    scene = Scene(permissions=REST_ONLY)
    scene.door.wrote_first = isinstance(error, AnswerLost)
    async with scene.running(60):
        scene.door.answer("CancelAll", error)
        confirm(scene)
        await settle(60)
        assert mass(scene).outcome == outcome
        assert scene.outcomes() == ([] if outcome is None else [outcome, outcome])


async def test_leaving_asks_while_one_that_names_no_order_is_not_answered() -> None:
    scene = Scene(permissions=BLIND)
    scene.door.answer_always("CancelAll", None)
    async with scene.running(20):
        confirm(scene)
        await settle(60)
        assert scene.session.unsettled() == ("the cancel of everything",)


async def test_read_only_sessions_refuse_it() -> None:
    scene = Scene(some_settings(read_only=True))
    async with scene.running():
        answer = scene.session.ask_cancel_all(new_too=True)
        assert isinstance(answer, NotAsked)
        assert "read-only" in answer.why


async def test_during_a_lockout_without_a_socket_it_is_refused_with_the_time() -> None:
    scene = Scene()
    async with scene.running():
        scene.door.answer("BalanceEx", refused("EGeneral:Temporary lockout"))
        scene.session.poll_now()
        await scene.beat(60)
        scene.private.breaks(1001)
        await scene.clock.advance(1)
        answer = scene.session.ask_cancel_all(new_too=True)
        assert isinstance(answer, NotAsked)
        assert "min" in answer.why
        assert scene.cancels_sent() == 0


async def test_one_that_goes_again_with_a_higher_nonce_is_sent_and_counted_once() -> None:
    scene = Scene(permissions=REST_ONLY)
    told: list[Happening] = []
    async with scene.running(60):
        scene.session.listen(lambda event, _t_ns: told.append(event))
        scene.door.answer("CancelAll", refused("EAPI:Invalid nonce"))
        confirm(scene)
        await settle(60)
    assert scene.door.calls.count("CancelAll") == 2
    assert [type(event) for event in told if isinstance(event, MassSent)] == [MassSent]
    assert sorted(event.order_id for event in told if isinstance(event, CancelSent)) == [FIRST, SECOND_ID]
    spent = [event for event in told if isinstance(event, CallSpent) and event.what == MASS_CANCEL]
    assert [event.scope for event in spent] == [PairScope("alice", "BTC/USD")]


async def test_one_that_was_refused_and_cannot_go_again_is_not_under_way_for_ever() -> None:
    scene = Scene(permissions=REST_ONLY)
    async with scene.running(60):
        scene.door.answer("CancelAll", refused("EAPI:Invalid nonce"), NotSent("no way"))
        confirm(scene)
        await scene.beat(120)
        assert not mass(scene).in_flight
        assert scene.session.unsettled() == ()
        confirm(scene)
