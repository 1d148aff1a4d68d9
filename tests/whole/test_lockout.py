"""A lockout: a quarter of an hour of private silence, while prices go on and an open socket still cancels."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest

from krakentui.simulator import Options
from krakentui.state.view import NotAsked
from tests.whole.lockstep import Lockstep, lockstep
from tests.whole.truth import shown_orders, true_orders, wrong_balances

BAD_SIGNATURES = 5
MINUTE = 60
LONG_STEP_S = 1


@asynccontextmanager
async def locked_out() -> AsyncIterator[Lockstep]:
    """Watch an account whose key another program just locked out, and hear of it by the next poll."""
    async with lockstep(Options(manual=True, seed=5), warm_s=70) as both:
        await spoil(both)
        await both.until(lambda: bool(lockouts(both)), 90)
        yield both


async def spoil(both: Lockstep) -> None:
    """Send calls with a wrong signature, as a program with a wrong secret does."""
    keys = both.exchange.first_line()["keys"]
    assert isinstance(keys, dict)
    async with httpx.AsyncClient(trust_env=False) as client:
        for _ in range(BAD_SIGNATURES):
            await client.post(
                f"{both.exchange.rest}/0/private/Balance",
                data={"nonce": str(time.time_ns())},
                headers={"API-Key": keys["cancel"]["key"], "API-Sign": "AAAA"},
            )


def lockouts(both: Lockstep) -> list[str]:
    return [line.text for line in both.session.journal() if line.kind == "lockout"]


def private_calls(both: Lockstep) -> list[str]:
    """List the private calls that reached the exchange."""
    return [str(call["what"]) for call in both.verdicts() if "/0/private/" in str(call["what"])]


def private_sockets(both: Lockstep) -> list[int]:
    return [n for n, socket in both.exchange.world.sockets.items() if socket.surface == "private"]


def drop_private(both: Lockstep) -> None:
    for socket in list(both.exchange.world.sockets.values()):
        if socket.surface == "private":
            socket.close(1001, "")


@pytest.mark.anyio
async def test_a_lockout_is_told_with_its_length_and_stops_every_private_call() -> None:
    async with locked_out() as both:
        assert "15 min" in lockouts(both)[0]
        before = private_calls(both)
        for _ in range(14):
            both.session.poll_now()
            await both.run(MINUTE, LONG_STEP_S)
        assert private_calls(both) == before
        assert len(lockouts(both)) == 1


@pytest.mark.anyio
async def test_without_a_socket_no_new_one_is_opened_until_it_is_over() -> None:
    async with locked_out() as both:
        drop_private(both)
        before = private_calls(both)
        await both.run(14 * MINUTE, LONG_STEP_S)
        assert private_sockets(both) == []
        assert private_calls(both) == before
        await both.run(90, LONG_STEP_S)
        assert len(private_sockets(both)) == 1
        assert private_calls(both).count("/0/private/GetWebSocketsToken") == 2
        assert shown_orders(both) == true_orders(both)
        assert wrong_balances(both) == []


@pytest.mark.anyio
async def test_prices_go_on_during_a_lockout() -> None:
    async with locked_out() as both:
        await both.run(5 * MINUTE, LONG_STEP_S)
        assert {row.freshness for row in both.session.markets(both.clock.mono_ns())} == {"live"}


@pytest.mark.anyio
async def test_the_stream_goes_on_telling_orders_during_a_lockout() -> None:
    async with locked_out() as both:
        for _ in range(10):
            await both.run(20)
            assert shown_orders(both) == true_orders(both)
        assert {row.freshness for row in both.session.orders(both.clock.mono_ns()).rows} == {"live"}


@pytest.mark.anyio
async def test_a_cancel_goes_over_the_open_socket_during_a_lockout() -> None:
    async with locked_out() as both:
        chosen = min(both.true_orders())
        question = both.question(chosen)
        assert any("locked out" in warning for warning in question.warnings)
        assert both.session.confirm(question) is None
        await both.run(3)
        assert chosen not in both.true_orders()
        assert both.outcomes() == {chosen: "cancelled"}


@pytest.mark.anyio
async def test_a_cancel_without_a_socket_is_refused_at_once_with_the_time() -> None:
    async with locked_out() as both:
        chosen = min(both.true_orders())
        question = both.question(chosen)
        drop_private(both)
        await both.run(1)
        said = both.session.confirm(question)
        assert isinstance(said, NotAsked)
        assert "locked" in said.why
        assert "min" in said.why
        assert "locked" in both.refuses(chosen).casefold()
        await both.run(16 * MINUTE, LONG_STEP_S)
        assert both.outcomes() == {}
        assert chosen in both.rows() or chosen not in both.true_orders()
