"""The emergency exit: a session in haste does nothing before its cancel that the cancel does not need."""

from fractions import Fraction

import pytest
from msgspec import structs

from krakentui.model.event import CallSettled, CallSpent
from krakentui.model.limit import POINT, KeyScope, units
from krakentui.state.view import Question
from tests.engine.test_session import private_calls
from tests.support.clock import settle
from tests.support.exchange import (
    FIRST,
    KEY,
    PERMISSIONS,
    SECOND_ID,
    Scene,
    ok,
    refused,
    rest_order,
    some_settings,
)


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


def without_a_stream(**said: bool) -> Scene:
    """A session that learns of its orders by REST alone."""
    permissions = tuple(one for one in PERMISSIONS if one != "create-ws-token")
    return Scene(structs.replace(some_settings(), **said), permissions)


def is_listed(scene: Scene) -> bool:
    return scene.session.orders(scene.clock.mono_ns()).known


@pytest.mark.anyio
@pytest.mark.parametrize("hasty", [False, True])
async def test_a_list_that_was_refused_is_asked_for_again_as_soon_as_it_may_be(hasty: bool) -> None:
    scene = without_a_stream(insists=True, hasty=hasty)
    scene.door.answer("OpenOrders", refused("EAPI:Rate limit exceeded"))
    async with scene.running(0):
        assert not is_listed(scene)
        await scene.beat(30)
        assert is_listed(scene)


@pytest.mark.anyio
async def test_a_list_that_is_always_refused_is_not_asked_for_without_a_pause() -> None:
    scene = without_a_stream(insists=True)
    scene.door.answer_always("OpenOrders", refused("EAPI:Rate limit exceeded"))
    async with scene.running(30):
        assert 2 <= scene.door.calls.count("OpenOrders") <= 12


@pytest.mark.anyio
@pytest.mark.parametrize("insists", [False, True])
async def test_a_list_of_which_nobody_knows_whether_it_fits_is_tried_for_a_cancel(insists: bool) -> None:
    scene = without_a_stream(insists=insists)
    await scene.clock.advance(100)  # nothing is left of the doubt of the start
    for ticket in range(101, 131):  # calls of earlier programs: each may have counted, none surely has
        one = units(1)
        scope = KeyScope(KEY.fingerprint)
        spent = CallSpent(name="rest", scope=scope, low=one, high=one, what="OpenOrders", ticket=ticket)
        scene.session.hear(spent)
        lost = CallSettled(name="rest", scope=scope, ticket=ticket, answered=False, sent=True)
        scene.session.hear(lost)
    async with scene.running(0.5):
        assert is_listed(scene) is insists


@pytest.mark.anyio
async def test_a_taken_cancel_is_asked_about_at_once_while_no_stream_can_tell() -> None:
    scene = hasty()
    scene.door.answer_always("QueryOrders", ok({one: rest_order("canceled") for one in (FIRST, SECOND_ID)}))
    scene.door.answer_always("CancelOrderBatch", ok({"count": 2}))
    scene.denied_channels = {"executions"}
    async with scene.running(0):
        cancel_everything(scene)
        await settle(60)
        assert scene.session.unsettled() == (FIRST, SECOND_ID)
        await scene.beat(0.5)
        assert scene.session.unsettled() == ()
        assert private_calls(scene).count("QueryOrders") == 1
