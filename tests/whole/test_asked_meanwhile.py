"""`krakentui cancel` asks, and while it waits for the answer its orders end."""

import asyncio
import json
from collections.abc import Callable

import pytest

from krakentui.commands.cancel import cancel
from krakentui.commands.parser import parse
from krakentui.state.view import Question
from tests.whole.faults import watched
from tests.whole.lockstep import Lockstep

pytestmark = pytest.mark.anyio
STEPS = 80


async def cancelled(both: Lockstep, meanwhile: Callable[[], object], *words: str) -> int:
    """Cancel, and let something happen before the answer, which is yes."""

    async def yes(_: Question) -> bool:
        meanwhile()
        await both.run(2)
        return True

    running = asyncio.create_task(cancel(both.session, parse(["cancel", *words, "--json"]), ask=yes))
    for _ in range(STEPS):
        await both.run(0.25)
        if running.done():
            break
    return await running


def two(both: Lockstep) -> tuple[str, str]:
    first, second = sorted(one for one, order in both.true_orders().items() if order["type"] == "limit")[:2]
    return first, second


@pytest.mark.parametrize("alone", [True, False])
async def test_an_order_that_fills_is_told_as_filled(
    capsys: pytest.CaptureFixture[str], *, alone: bool
) -> None:
    async with watched(quiet=True, warm_s=20) as both:
        first, second = two(both)
        code = await cancelled(
            both,
            lambda: both.exchange.command("account", {"fill": {"id": first}}),
            *([first] if alone else [first, second]),
        )
        told = {row["id"]: row for row in json.loads(capsys.readouterr().out)["orders"]}
        truth = both.account()["closed_orders"][first]
        assert (told[first]["outcome"], told[first]["filled"]) == ("filled", truth["filled"])
        assert (code, "was filled" in told[first]["text"]) == (0, True)


@pytest.mark.parametrize("alone", [True, False])
async def test_the_part_of_a_foreign_cancel_that_had_filled_is_told(
    capsys: pytest.CaptureFixture[str], *, alone: bool
) -> None:
    async with watched(quiet=True, warm_s=20) as both:
        first, second = two(both)

        def meanwhile() -> None:
            both.exchange.command("account", {"fill": {"id": first, "qty": "0.001"}})
            both.exchange.command("account", {"cancel": {"id": first}})

        code = await cancelled(both, meanwhile, *([first] if alone else [first, second]))
        told = {row["id"]: row for row in json.loads(capsys.readouterr().out)["orders"]}
        assert (told[first]["outcome"], float(told[first]["filled"])) == ("gone", 0.001)
        assert (code, "0.001 filled" in told[first]["text"]) == (0, True)
