"""The scenario near-the-limit: a mass cancel that the plan lets pass, though the pair's counter is full.

Another program adds and cancels on BTC/USD once a second, so the exchange's counter stands at its ceiling.
The pictures of `tests/ui/grids/near-the-limit-*.txt` show what the user sees meanwhile.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from krakentui.engine.canceller import wanted
from krakentui.engine.routes import parcels
from krakentui.simulator import Options
from krakentui.simulator.scenario import load
from krakentui.state.view import Question
from krakentui.ui.app import KrakenApp
from krakentui.ui.theme import DARK
from tests.ui.kept import same_as_grid
from tests.ui.opening import NARROW, WIDE, screen_lines
from tests.whole.lockstep import Lockstep, lockstep

pytestmark = pytest.mark.anyio
UNTIL_FULL_S = 100
CEILING = 125
PAIR = {"account": "alice", "pair": "BTC/USD"}


@asynccontextmanager
async def near_the_limit() -> AsyncIterator[Lockstep]:
    options = Options(manual=True, quiet=True, scenario=load("near-the-limit"))
    async with lockstep(options, warm_s=UNTIL_FULL_S) as both:
        assert both.true_counter("engine", PAIR) > 0.9 * CEILING
        yield both


def everything(both: Lockstep) -> Question:
    question = both.session.ask_cancel_all()
    assert isinstance(question, Question), question
    return question


def refused(both: Lockstep, since: int) -> list[dict[str, object]]:
    """What of our cancels the exchange refused."""
    ours = [one for one in both.verdicts()[since:] if "ancel" in str(one["what"])]
    return [one for one in ours if one["verdict"] != "ok"]


async def test_the_planned_mass_cancel_passes_over_the_full_counter() -> None:
    async with near_the_limit() as both:
        question, since = everything(both), len(both.verdicts())
        assert question.route == "over the websocket, as a batch: taken even over the ceiling"
        assert any("BTC/USD" in warning and "not fit" in warning for warning in question.warnings)
        assert both.session.confirm(question) is None
        await both.run(3)
        ids = {order.id for order in question.orders}
        assert len(ids) > 25
        assert not ids & set(both.true_orders())
        assert {both.outcomes()[one] for one in ids} == {"cancelled"}
        assert refused(both, since) == []
        assert sum(one["what"] == "batch_cancel" for one in both.verdicts()[since:]) == 1


async def test_one_by_one_some_of_the_same_cancels_are_refused() -> None:
    """What a program without a plan does: the same orders at the same moment, each in its own request."""
    async with near_the_limit() as both:
        question, since = everything(both), len(both.verdicts())
        side = both.session._account
        assert side is not None
        t_ns = both.clock.mono_ns()
        orders = [both.session.state.orders[order.id] for order in question.orders]
        singles = parcels([order.id for order in orders], "socket")
        wall_ns = both.session.state.exchange_ns(t_ns)
        side._cancellers[0].cancels.begin(singles, wanted(orders, wall_ns))
        await both.run(3)
        left = {order.id for order in orders} & set(both.true_orders())
        assert left
        assert len(refused(both, since)) >= len(left)  # the other program may since have ended one itself
        assert {both.outcomes()[one] for one in left} == {"refused"}


async def test_where_the_counter_stands_afterwards_was_told_before() -> None:
    async with near_the_limit() as both:
        question = everything(both)
        (pair,) = (one for one in question.pairs if one.pair == "BTC/USD")
        (way,) = (one for one in pair.ways if one.chosen)
        assert both.session.confirm(question) is None
        await both.run(0.25)
        assert way.end_low <= both.true_counter("engine", PAIR) <= way.end_high


@asynccontextmanager
async def on_screen(size: tuple[int, int]) -> AsyncIterator[Callable[..., Awaitable[list[str]]]]:
    """The monitor over the full counter; gives the hand that presses keys and reads the screen."""
    async with near_the_limit() as both:
        app = KrakenApp(both.session, ticking=False, theme=DARK.name)
        async with app.run_test(size=size) as pilot:

            async def press(*keys: str, wait_s: float = 0) -> list[str]:
                for key in keys:
                    await pilot.press(key)
                    await both.run(0.5)
                    app.draw()
                await both.run(wait_s)
                app.draw()
                await pilot.pause()
                return screen_lines(app)

            yield press


async def test_the_series_of_pictures() -> None:
    """The full counter, the question, the moment after it, half a minute later."""
    async with on_screen(WIDE) as press:
        same_as_grid("near-the-limit-1-full", await press())
        asked = await press("A")
        same_as_grid("near-the-limit-2-question", asked)
        count = next(line for line in asked if "EVERYTHING" in line).split("all ")[1].split()[0]
        same_as_grid("near-the-limit-3-cancelled", await press(*count, "enter"))
        same_as_grid("near-the-limit-4-later", await press(wait_s=30))


async def test_the_whole_question_is_read_at_80_by_24() -> None:
    async with on_screen(NARROW) as press:
        same_as_grid("near-the-limit-question-narrow", await press("A"))
