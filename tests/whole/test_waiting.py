"""Cancels that wait until they are free, against the exchange: at no cost, never late, never after a stop."""

import pytest

from krakentui.simulator import Options
from krakentui.state.view import NotAsked, Question
from tests.whole.lockstep import Lockstep, lockstep
from tests.whole.test_actions import a_young_order

pytestmark = pytest.mark.anyio
QUIET = Options(manual=True, quiet=True)
SCOPE = {"account": "alice", "pair": "ADA/USD"}


async def waiting(both: Lockstep) -> str:
    order = a_young_order(both)
    await both.until(lambda: order in both.rows(), 3)
    asked = both.session.ask_when_free([order])
    assert isinstance(asked, Question)
    assert "as soon as it costs nothing, the last in" in asked.route
    assert any("may fill" in warning for warning in asked.warnings)
    assert both.session.confirm_when_free(asked) is None
    return order


async def test_an_order_is_cancelled_the_moment_that_is_free() -> None:
    async with lockstep(QUIET) as both:
        order = await waiting(both)
        await both.run(298)
        assert order in both.true_orders()
        assert both.rows()[order].waits_for == 0
        await both.until(lambda: order not in both.true_orders(), 8)
        assert both.true_counter("engine", SCOPE) == 0
        await both.until(lambda: both.outcomes().get(order) == "cancelled", 3)


async def test_of_orders_that_are_free_already_it_says_that_they_go_at_once() -> None:
    async with lockstep(QUIET) as both:
        await both.until(lambda: any(row.cost and not row.cost.high for row in both.rows().values()), 5)
        free = next(one for one, row in both.rows().items() if row.cost and not row.cost.high)
        young = a_young_order(both)
        await both.until(lambda: young in both.rows(), 3)
        asked = both.session.ask_when_free([free])
        assert isinstance(asked, Question)
        assert (asked.route, asked.at_once) == ("at once: it costs nothing already", True)
        assert not any("until then" in warning for warning in asked.warnings)
        asked = both.session.ask_when_free([free, young])
        assert isinstance(asked, Question)
        assert asked.route.startswith(
            "1 of them at once, the others as soon as it costs nothing, the last in"
        )
        assert not asked.at_once


async def test_a_stopped_wait_cancels_nothing() -> None:
    async with lockstep(QUIET) as both:
        order = await waiting(both)
        await both.run(10)
        assert both.session.stop_waiting([order])
        assert not both.session.stop_waiting([order])
        await both.run(320)
        assert order in both.true_orders()


async def test_an_amend_starts_the_wait_anew() -> None:
    async with lockstep(QUIET) as both:
        order = await waiting(both)
        await both.run(200)
        both.exchange.command(
            "account", {"key": "alice", "as": "other", "amend": {"id": order, "price": "0.011"}}
        )
        await both.run(200)
        assert order in both.true_orders()
        await both.until(lambda: order not in both.true_orders(), 110)
        assert both.true_counter("engine", SCOPE) == 0


async def test_an_order_that_ends_meanwhile_is_forgotten() -> None:
    async with lockstep(QUIET) as both:
        order = await waiting(both)
        both.exchange.command("account", {"key": "alice", "cancel": {"id": order}})
        await both.until(lambda: order not in both.rows(), 5)
        await both.run(2)
        assert both.session.state.waiting.most == {}


async def test_a_cancel_of_now_ends_the_wait() -> None:
    async with lockstep(QUIET) as both:
        order = await waiting(both)
        both.confirm(order)
        await both.until(lambda: both.outcomes().get(order) == "cancelled", 5)
        assert both.session.state.waiting.most == {}


async def test_a_key_that_may_only_watch_lets_nothing_wait() -> None:
    async with lockstep(QUIET, key="watch") as both:
        asked = both.session.ask_when_free([min(both.true_orders())])
        assert isinstance(asked, NotAsked)
