"""The exchange goes and comes back: what is shown is old meanwhile, and soon true again."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from krakentui.simulator import Options
from tests.whole.lockstep import Lockstep, lockstep
from tests.whole.truth import shown_orders, true_orders, wrong_balances, wrong_gauges

SOON_S = 15
"""After the return, orders and balances are the exchange's again (faults, invariant I10)."""


@asynccontextmanager
async def outage(seconds: float) -> AsyncIterator[Lockstep]:
    """Watch a lively account, and lose the exchange for so long."""
    async with lockstep(Options(manual=True, seed=5), warm_s=70) as both:
        await both.close_exchange()
        await both.run(seconds)
        yield both


def is_true(both: Lockstep) -> bool:
    return shown_orders(both) == true_orders(both) and wrong_balances(both) == []


@pytest.mark.anyio
@pytest.mark.parametrize("seconds", [4, 30, 400])
async def test_soon_after_the_return_orders_and_balances_are_true_and_live(seconds: int) -> None:
    async with outage(seconds) as both:
        await both.open_exchange()
        live = {"public": "live", "private": "live", "rest": "live"}
        await both.until(lambda: is_true(both) and both.feeds() == live, SOON_S)
        for _ in range(90):
            await both.run(1)
            assert is_true(both)
            assert wrong_gauges(both) == []


@pytest.mark.anyio
async def test_nothing_is_called_live_while_the_exchange_is_gone() -> None:
    async with outage(8) as both:
        t_ns = both.clock.mono_ns()
        fresh = {row.freshness for row in both.session.orders(t_ns).rows}
        fresh |= {row.freshness for row in both.session.balances(t_ns).rows}
        fresh |= {row.freshness for row in both.session.markets(t_ns)}
        fresh |= {feed.freshness for feed in both.session.status(t_ns).feeds}
        assert fresh <= {"old", "stale"}


@pytest.mark.anyio
async def test_a_long_outage_brings_few_connections_and_no_storm_of_calls_at_the_return() -> None:
    async with outage(600) as both:
        before = len(both.verdicts())
        await both.open_exchange()
        await both.run(15)
        calls = [str(call["what"]) for call in both.verdicts()[before:]]
        assert calls.count("/0/private/GetWebSocketsToken") == 1
        assert len(calls) < 40
        attempts = [g for g in both.session.budget(both.exchange_ns()).gauges if g.name == "connections"]
        assert attempts[0].high <= 60


@pytest.mark.anyio
async def test_a_cancel_in_an_outage_is_told_as_not_sent_and_takes_nothing_later() -> None:
    async with outage(8) as both:
        before = set(both.true_orders())
        chosen = next(one for one in sorted(both.rows()) if one in before)
        both.confirm(chosen)
        await both.run(2)
        assert both.outcomes() == {chosen: "not_sent"}
        await both.open_exchange()
        await both.run(15)
        cancels = [call for call in both.verdicts() if "ancel" in str(call["what"])]
        assert [call for call in cancels if call["key"] is not None and "Order" in str(call["what"])] == []


@pytest.mark.anyio
async def test_a_dropped_private_socket_is_back_at_once_with_everything_true() -> None:
    async with lockstep(Options(manual=True, seed=5), warm_s=70) as both:
        for number, socket in list(both.exchange.world.sockets.items()):
            if socket.surface == "private":
                both.exchange.world.sockets[number].close(1001, "CloudFlare WebSocket proxy restarting")
        await both.run(1)
        await both.until(lambda: is_true(both) and both.feeds()["private"] == "live", 4)


@pytest.mark.anyio
async def test_only_prices_are_old_while_only_the_public_socket_is_gone() -> None:
    async with lockstep(Options(manual=True, seed=5), warm_s=70) as both:
        for socket in list(both.exchange.world.sockets.values()):
            if socket.surface == "public":
                socket.close(1013, "")
        await both.run(2)
        t_ns = both.clock.mono_ns()
        assert {row.freshness for row in both.session.markets(t_ns)} == {"stale"}
        assert {row.freshness for row in both.session.orders(t_ns).rows} == {"live"}
