"""Whether a refusal for a limit was to be expected: the figure our model of the limits is judged by."""

import pytest

from tests.support.clock import settle
from tests.support.exchange import SECOND_ID, Frame, Scene

RATE = "EOrder:Rate limit exceeded"
START_GONE_S = 150
"""By then nothing of the doubt of the start is left on any counter."""


def refusals(scene: Scene) -> tuple[int, int]:
    budget = scene.session.budget(scene.clock.mono_ns())
    return budget.refusals_expected, budget.refusals_unexpected


def foreign_amend(scene: Scene) -> Frame:
    """Another program of the account amends its order."""
    scene.sequence += 1
    entry = {
        "order_id": SECOND_ID,
        "exec_type": "amended",
        "order_status": "new",
        "limit_price": 60001.0,
        "timestamp": "2027-03-10T09:02:30.000000Z",
    }
    return {"channel": "executions", "type": "update", "data": [entry], "sequence": scene.sequence}


@pytest.mark.anyio
async def test_a_refused_cancel_that_surely_fitted_is_unexpected() -> None:
    scene = Scene()
    scene.answer = lambda request: [scene.failed(request, RATE)]
    async with scene.running(START_GONE_S):
        scene.cancel()
        await settle(60)
        assert refusals(scene) == (0, 1)


@pytest.mark.anyio
async def test_a_refused_cancel_is_expected_where_others_were_seen_on_the_pair() -> None:
    scene = Scene()
    scene.answer = lambda request: [scene.failed(request, RATE)]
    async with scene.running(START_GONE_S):
        scene.private.gives(foreign_amend(scene))
        await settle(60)
        scene.cancel()
        await settle(60)
        assert refusals(scene) == (1, 0)
