"""Everything about one order, and the history of its amends on demand."""

from fractions import Fraction

import pytest

from krakentui.engine.amends import DENIED
from krakentui.state.details import DetailsView
from tests.support.exchange import FIRST, PERMISSIONS, Scene, ok, refused, some_settings

pytestmark = pytest.mark.anyio
AMENDS = {
    "amends": [
        {"amend_id": "T1", "amend_type": "original", "order_qty": "1.0", "timestamp": 1804665600000},
        {"amend_id": "T2", "amend_type": "user", "order_qty": "2.0", "timestamp": 1804665700000},
    ],
    "count": 2,
}


def details(scene: Scene, order_id: str = FIRST) -> DetailsView:
    found = scene.session.details(order_id, scene.clock.mono_ns())
    assert found is not None
    return found


def stream(scene: Scene, **entry: object) -> None:
    scene.sequence += 1
    frame = {"channel": "executions", "type": "update", "data": [{"order_id": FIRST, **entry}]}
    scene.private.gives({**frame, "sequence": scene.sequence})


async def test_every_field_that_was_sent_is_there_by_source_unknown_ones_too() -> None:
    scene = Scene()
    async with scene.running(3):
        stream(scene, exec_type="status", order_status="new", brand_new={"a": "\x1b[2J"})
        await scene.beat(1)
        by_source = {
            one.source: {field.name: field.text for field in one.fields} for one in details(scene).sent
        }
    assert by_source["stream"]["limit_price"] == "60000.0"
    assert by_source["stream"]["brand_new.a"] == "\N{REPLACEMENT CHARACTER}[2J"
    assert by_source["stream"]["exec_type"] == "status"
    assert by_source["rest"]["descr.ordertype"] == "limit"
    assert by_source["rest"]["opentm"] == "1804665600.0"


async def test_the_details_outlive_the_order() -> None:
    scene = Scene()
    async with scene.running(3):
        stream(scene, exec_type="canceled", order_status="canceled", reason="User requested")
        await scene.beat(120)
        found = details(scene)
    assert not found.is_open
    assert found.row.trace == "cancelled by another program"
    assert found.row.cost is None
    heard = [seen.what for seen in found.timeline]
    assert "cancelled (User requested)" in heard
    assert heard[-1] == "in the list: open"  # REST lags, and that is told too


async def test_of_an_order_nobody_heard_of_there_are_none() -> None:
    scene = Scene()
    async with scene.running(2):
        assert scene.session.details("OZZZZZ", scene.clock.mono_ns()) is None


async def test_amends_are_asked_for_only_on_demand_and_their_cost_is_known_before() -> None:
    scene = Scene()
    scene.door.answer_always("OrderAmends", ok(AMENDS))
    async with scene.running(30):
        before = details(scene).amends
        assert (before.state, before.cost_low, before.cost_high) == ("unasked", Fraction(1), Fraction(1))
        assert before.may_ask
        assert "OrderAmends" not in scene.door.calls
        assert scene.session.ask_amends(FIRST) == "Asking the exchange for the amends of this order."
        assert details(scene).amends.state == "asking"
        assert scene.session.ask_amends(FIRST) == "The exchange is being asked already."
        await scene.beat(1)
        after = details(scene).amends
    assert after.state == "told"
    assert [amend.kind for amend in after.amends] == ["original", "user"]
    assert scene.door.calls.count("OrderAmends") == 1
    assert f"order_id={FIRST}" in scene.door.bodies[scene.door.calls.index("OrderAmends")]


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (refused("EOrder:Invalid order"), "knows no order of that id"),
        (refused("EGeneral:Temporary lockout"), "lock"),
        ("<html>", "web page"),
        (ok({"nothing": 1}), "makes no sense"),
        (None, "No answer"),
    ],
)
async def test_why_no_amends_came_is_said_and_it_can_be_asked_again(answer: str | None, why: str) -> None:
    scene = Scene()
    scene.door.answer("OrderAmends", answer)
    scene.door.answer_always("OrderAmends", ok(AMENDS))
    async with scene.running(30):
        scene.session.ask_amends(FIRST)
        await scene.beat(5)
        failed = details(scene).amends
        assert failed.state == "failed"
        assert why in failed.why
        await scene.beat(1200)
        scene.session.ask_amends(FIRST)
        await scene.beat(3)
        assert details(scene).amends.state == "told"


async def test_a_key_that_may_not_ask_does_not_try_and_says_so() -> None:
    allowed = tuple(one for one in PERMISSIONS if one not in {"query-open-trades", "query-closed-trades"})
    scene = Scene(permissions=allowed)
    async with scene.running(3):
        assert scene.session.ask_amends(FIRST) == DENIED
        view = details(scene).amends
        await scene.beat(2)
    assert (view.state, view.may_ask, view.why) == ("failed", False, DENIED)
    assert "OrderAmends" not in scene.door.calls


async def test_a_second_answer_that_fails_keeps_the_first() -> None:
    scene = Scene()
    scene.door.answer("OrderAmends", ok(AMENDS), refused("EGeneral:Internal error"))
    async with scene.running(30):
        for _ in range(2):
            scene.session.ask_amends(FIRST)
            await scene.beat(3)
        view = details(scene).amends
    assert view.state == "failed"
    assert len(view.amends) == 2


async def test_without_a_key_there_is_nothing_to_tell() -> None:
    scene = Scene(some_settings(key=None))
    async with scene.running(1):
        assert scene.session.details(FIRST, 0) is None
        assert "no API key" in scene.session.ask_amends(FIRST)
