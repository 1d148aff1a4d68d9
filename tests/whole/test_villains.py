"""The whole client against servers that misbehave on purpose, over real sockets."""

import asyncio

import pytest

from tests.whole.villain import (
    Deed,
    answer,
    close_frame,
    drip,
    greet_then,
    hang_up,
    never,
    suffering,
    text_frame,
)

MOST_SOCKETS = 60
"""Connections in ten minutes (faults, chapter 2)."""
PORTAL = "<html><body>Please sign in to the network of this hotel</body></html>"
GARBAGE = (
    text_frame(b"\xff\xfe not json") + text_frame(b"[[[[", opcode=2) + text_frame(b"{}") + close_frame(1001)
)
VILLAINS: dict[str, Deed] = {
    "never answers": never,
    "hangs up": hang_up,
    "drips": drip,
    "a portal's page": answer(200, PORTAL),
    "blocked": answer(403, "error code: 1015"),
    "too many": answer(429, "<html>slow down</html>"),
    "edge error": answer(520, "<html>520</html>"),
    "empty": answer(200, ""),
    "cut JSON": answer(200, '{"error":[],"resu', "application/json"),
    "null": answer(200, "null", "application/json"),
    "an empty account": answer(200, '{"error":[],"result":{}}', "application/json"),
    "accepts and closes": greet_then(close_frame(1013)),
    "closes as if all were well": greet_then(close_frame(1000)),
    "garbage": greet_then(GARBAGE),
    "accepts and is silent": greet_then(),
}
STORMY = (
    "never answers",
    "hangs up",
    "edge error",
    "accepts and closes",
    "closes as if all were well",
    "garbage",
)


@pytest.mark.anyio
@pytest.mark.parametrize("name", STORMY)
async def test_ten_minutes_bring_no_storm_and_no_crash(name: str) -> None:
    async with suffering(VILLAINS[name]) as villain:
        await villain.run(600)
        assert villain.sockets <= MOST_SOCKETS
        assert villain.calls <= 420
        told = [line.text for line in villain.session.journal()]
        assert not any("fault of this program" in text for text in told), told
        t_ns = villain.clock.mono_ns()
        assert villain.session.status(t_ns).feeds[0].state != "live"
        assert not villain.session.orders(t_ns).rows
        assert not villain.session.balances(t_ns).rows


@pytest.mark.anyio
@pytest.mark.parametrize("name", VILLAINS)
async def test_closing_takes_less_than_a_second(name: str) -> None:
    loop = asyncio.get_running_loop()
    async with suffering(VILLAINS[name]) as villain:
        await villain.run(2)
        before = loop.time()
    assert loop.time() - before < 1
    left = {task.get_name() for task in asyncio.all_tasks()}
    assert {name for name in left if not name.startswith("Task-")} == set()


@pytest.mark.anyio
@pytest.mark.parametrize(("name", "most"), [("blocked", 25), ("too many", 25)])
async def test_the_edges_refusal_quiets_all_our_traffic(name: str, most: int) -> None:
    async with suffering(VILLAINS[name]) as villain:
        await villain.run(600)
        assert villain.sockets + villain.calls <= most


@pytest.mark.anyio
@pytest.mark.parametrize("name", ["a portal's page", "empty", "cut JSON", "null", "edge error"])
async def test_no_answer_of_the_exchange_is_never_an_empty_account(name: str) -> None:
    async with suffering(VILLAINS[name]) as villain:
        await villain.run(60)
        t_ns = villain.clock.mono_ns()
        assert not villain.session.orders(t_ns).known
        assert not villain.session.balances(t_ns).known
