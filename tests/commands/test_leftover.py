"""What is said of orders that a cancel by description has left open."""

import asyncio

import pytest
from msgspec import structs

from krakentui.commands.leftover import NO_STREAM, NOT_TOLD, STREAM_S, leftover
from krakentui.commands.outcomes import Result
from krakentui.commands.parser import parse
from krakentui.model.clock import SECOND
from krakentui.state.view import OrderRow
from tests.commands.face import ReadyFace, a_status, an_order, some_orders
from tests.support.clock import ManualClock

pytestmark = pytest.mark.anyio


async def left(
    *rows: OrderRow, line: str = "--all --yes", whole: bool | None = True, clock_known: bool = True
) -> tuple[Result, ...]:
    clock = ManualClock()
    face = ReadyFace(
        clock=clock,
        orders=structs.replace(some_orders(*rows), whole=whole),
        status=structs.replace(a_status(), clock_known=clock_known),
    )
    given, asked_ns = parse(["cancel", *line.split()]), clock.mono_ns()
    task = asyncio.create_task(leftover(face, given, ["O1"], asked_ns, 1.0))
    await clock.advance(STREAM_S + 1)
    return await task


async def test_an_order_that_was_not_asked_about_is_not_sent_and_named() -> None:
    (told,) = await left(an_order("O1"), an_order("O2"))
    assert (told.id, told.outcome, told.pair) == ("O2", "not_sent", "BTC/USD")
    assert "O2" in told.text


async def test_one_that_the_description_does_not_fit_is_not_meant() -> None:
    assert await left(an_order("O2", side="buy"), line="--side sell --yes") == ()


async def test_one_that_our_cancel_has_ended_is_not_open() -> None:
    assert await left(structs.replace(an_order("O2"), trace="cancelled")) == ()


async def test_one_that_was_placed_meanwhile_is_said_and_no_failure(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert await left(an_order("O2", age_ns=-2 * SECOND)) == ()
    assert "Placed meanwhile and open: O2." in capsys.readouterr().err


async def test_where_the_clock_is_not_known_none_counts_as_placed_meanwhile() -> None:
    (told,) = await left(an_order("O2", age_ns=-2 * SECOND), clock_known=False)
    assert told.id == "O2"


@pytest.mark.parametrize(("whole", "sentence"), [(None, NO_STREAM), (False, NOT_TOLD), (True, "")])
async def test_without_a_stream_it_is_said_that_the_list_may_lag(
    whole: bool | None, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await left(an_order("O1"), whole=whole) == ()
    assert capsys.readouterr().err == (f"krakentui: {sentence}\n" if sentence else "")
