"""Looking up what became of orders that are not open."""

import pytest

from tests.support.exchange import FIRST, PERMISSIONS, Scene, ok, refused, rest_order

OTHER = "OZZZZZ-ZZZZZ-ZZZZZZ"


def a_scene(**fields: object) -> Scene:
    scene = Scene()
    scene.door.answer_always("QueryOrders", ok({OTHER: rest_order() | fields} if fields else {}))
    return scene


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("fields", "fate", "words"),
    [
        ({"status": "closed", "vol_exec": "1.00000000"}, "filled", "was filled"),
        ({"status": "canceled"}, "gone", "was cancelled"),
        ({"status": "expired"}, "gone", "expired"),
        ({}, "stranger", "knows no order"),
    ],
)
async def test_the_exchange_tells_what_became_of_it(fields: dict[str, str], fate: str, words: str) -> None:
    scene = a_scene(**fields)
    async with scene.running(2):
        assert scene.session.found(OTHER) is None
        assert scene.session.look_up([OTHER])
        await scene.beat(2)
        found = scene.session.found(OTHER)
        assert found is not None
        assert (found.fate, found.id) == (fate, OTHER)
        assert words in found.text
        assert scene.cancels_sent() == 0


@pytest.mark.anyio
async def test_an_open_order_is_nobodys_find() -> None:
    scene = Scene()
    async with scene.running(2):
        scene.session.look_up([FIRST])
        await scene.beat(2)
        assert scene.session.found(FIRST) is None


@pytest.mark.anyio
async def test_a_cancel_sent_unlisted_tells_that_there_was_no_such_order() -> None:
    scene = a_scene()
    scene.denied_channels = {"executions"}
    scene.door.answer_always("OpenOrders", refused("EGeneral:Permission denied"))
    scene.door.answer_always("CancelOrder", refused("EOrder:Unknown order"))
    scene.answer = lambda request: [scene.failed(request, "EOrder:Unknown order")]
    async with scene.running(2):
        assert not scene.session.orders(scene.clock.mono_ns()).known
        assert scene.cancel(OTHER) is None
        await scene.beat(25)
        assert scene.outcomes() == ["gone"]
        assert scene.session.look_up([OTHER])
        await scene.beat(2)
        found = scene.session.found(OTHER)
        assert found is not None
        assert found.fate == "stranger"


@pytest.mark.anyio
async def test_a_refused_query_leaves_it_unknown() -> None:
    scene = Scene()
    scene.door.answer_always("QueryOrders", refused("EService:Busy"))
    async with scene.running(2):
        scene.session.look_up([OTHER])
        await scene.beat(2)
        assert scene.session.found(OTHER) is None


@pytest.mark.anyio
async def test_a_key_that_may_not_query_does_not_try() -> None:
    scene = Scene(permissions=tuple(one for one in PERMISSIONS if not one.startswith("query-")))
    async with scene.running(2):
        assert not scene.session.look_up([OTHER])
        await scene.beat(2)
        assert "QueryOrders" not in scene.door.calls
