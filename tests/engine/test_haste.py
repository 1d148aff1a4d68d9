"""The emergency exit: a session in haste does nothing before its cancel that the cancel does not need."""

from fractions import Fraction

import pytest
from msgspec import structs

from krakentui.model.event import CallSpent
from krakentui.model.limit import POINT, KeyScope
from krakentui.state.view import Question
from tests.engine.test_session import private_calls
from tests.support.clock import settle
from tests.support.exchange import FIRST, SECOND_ID, Scene, ok, refused, some_settings


def hasty() -> Scene:
    return Scene(structs.replace(some_settings(), hasty=True))


def cancel_everything(scene: Scene) -> None:
    question = scene.session.ask_cancel_all()
    assert scene.session.confirm(question) is None  # type: ignore[arg-type]  # a NotAsked is no question


@pytest.mark.anyio
async def test_orders_and_the_names_of_pairs_are_all_that_is_asked_for_at_first() -> None:
    scene = hasty()
    async with scene.running(0.5):
        assert sorted(scene.door.calls) == ["AssetPairs", "GetApiKeyInfo", "OpenOrders"]
        assert [row.id for row in scene.session.orders(scene.clock.mono_ns()).rows] == [FIRST, SECOND_ID]
        assert not scene.line.sockets


@pytest.mark.anyio
async def test_the_cancel_is_the_next_call_over_rest() -> None:
    scene = hasty()
    async with scene.running(0):
        cancel_everything(scene)
        await settle(60)
        assert private_calls(scene) == ["GetApiKeyInfo", "OpenOrders"]
        assert [call for call in scene.door.calls if "Cancel" in call] == ["CancelOrderBatch"]


@pytest.mark.anyio
async def test_once_the_cancel_is_written_everything_else_begins() -> None:
    scene = hasty()
    async with scene.running(0):
        cancel_everything(scene)
        await scene.beat(3)
        assert {feed.state for feed in scene.session.status(scene.clock.mono_ns()).feeds} == {"live"}
        assert private_calls(scene).count("OpenOrders") == 1


@pytest.mark.anyio
async def test_a_cancel_of_everything_that_names_no_order_ends_the_haste_too() -> None:
    scene = hasty()
    scene.door.answer_always("OpenOrders", ok({"open": {}}))
    scene.door.answer_always("CancelAll", ok({"count": 0}))
    async with scene.running(0):
        question = scene.session.ask_cancel_all(new_too=True)
        assert scene.session.confirm(question) is None  # type: ignore[arg-type]  # a NotAsked is no question
        await scene.beat(0.3)
        assert "GetWebSocketsToken" in scene.door.calls


@pytest.mark.anyio
async def test_where_nothing_is_cancelled_everything_begins_after_a_second() -> None:
    scene = hasty()
    async with scene.running(4):
        assert {feed.state for feed in scene.session.status(scene.clock.mono_ns()).feeds} == {"live"}


@pytest.mark.anyio
async def test_a_key_that_may_not_list_orders_waits_for_nothing() -> None:
    scene = hasty()
    scene.door.answer_always("OpenOrders", refused("EGeneral:Permission denied"))
    async with scene.running(0):
        assert private_calls(scene)[:3] == ["GetApiKeyInfo", "OpenOrders", "GetWebSocketsToken"]


@pytest.mark.parametrize(("spent", "told"), [(0, True), (17, False)])
@pytest.mark.anyio
async def test_a_question_tells_how_haste_would_go_where_rest_has_room_for_the_list(
    spent: int, told: bool
) -> None:
    scene = Scene()
    async with scene.running(0.5):
        state = scene.session.state
        key = KeyScope(state.key or "")
        state.apply(
            CallSpent(name="rest", scope=key, low=spent * POINT, high=spent * POINT, what="a test"),
            scene.clock.mono_ns(),
        )
        asked = scene.session.ask_cancel((FIRST, SECOND_ID))
        assert isinstance(asked, Question)
        assert (asked.in_haste is not None) is told
        if asked.in_haste is not None:
            assert asked.in_haste.route == "over REST, as a batch"
            assert (asked.in_haste.rest_low, asked.in_haste.rest_high) == (Fraction(0), Fraction(1))
