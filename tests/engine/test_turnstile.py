import asyncio

import pytest

from krakentui.engine.turnstile import Kind, Turnstile
from tests.support.clock import settle


async def passing(turnstile: Turnstile, kind: Kind, order: list[str], name: str) -> None:
    await turnstile.enter(kind)
    order.append(name)
    turnstile.leave()


@pytest.mark.anyio
async def test_a_cancel_goes_before_everything_that_waits() -> None:
    turnstile, order = Turnstile(), list[str]()
    kinds: list[Kind] = ["background", "reconcile", "background", "user", "cancel"]
    await turnstile.enter("background")
    async with asyncio.TaskGroup() as group:
        for number, kind in enumerate(kinds):
            group.create_task(passing(turnstile, kind, order, f"{kind} {number}"))
        await settle()
        turnstile.leave()
    assert order == ["cancel 4", "user 3", "reconcile 1", "background 0", "background 2"]


@pytest.mark.anyio
async def test_whoever_gives_up_waiting_holds_nobody_up() -> None:
    turnstile, order = Turnstile(), list[str]()
    await turnstile.enter("background")
    async with asyncio.TaskGroup() as group:
        gone = group.create_task(passing(turnstile, "user", order, "gone"))
        group.create_task(passing(turnstile, "background", order, "next"))
        await settle()
        gone.cancel()
        await settle()
        turnstile.leave()
    assert order == ["next"]


@pytest.mark.anyio
async def test_a_turn_given_to_one_who_is_cancelled_in_that_instant_goes_on() -> None:
    turnstile, order = Turnstile(), list[str]()
    await turnstile.enter("background")
    async with asyncio.TaskGroup() as group:
        gone = group.create_task(passing(turnstile, "user", order, "gone"))
        group.create_task(passing(turnstile, "background", order, "next"))
        await settle()
        turnstile.leave()
        gone.cancel()
    assert order == ["next"]


@pytest.mark.anyio
async def test_a_cancel_goes_before_one_who_was_let_in_and_has_not_begun() -> None:
    turnstile, order = Turnstile(), list[str]()
    await turnstile.enter("background")
    async with asyncio.TaskGroup() as group:
        for name in ("first", "second"):
            group.create_task(passing(turnstile, "background", order, name))
        await settle()
        turnstile.leave()  # the turn is the first one's now, who has not noticed yet
        await turnstile.enter("cancel")
        order.append("cancel")
        turnstile.leave()
    assert order == ["cancel", "first", "second"]
