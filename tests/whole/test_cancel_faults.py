"""Cancels under faults, in both directions: what is told is what the exchange did, answered or not.

The rest of the faults of cancels stands in `test_injected`, `test_lockout` and `test_everything`.
"""

import random
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from krakentui.engine.actionfile import verify
from krakentui.engine.host import Host
from krakentui.model.action import Entry
from krakentui.model.secret import Credentials, Secret
from krakentui.simulator import Options
from krakentui.state.view import Question
from tests.whole.faults import (
    PRIVATE,
    cancels_sent,
    clear,
    inject,
    struck,
    through,
    true_again,
    watched,
)
from tests.whole.lockstep import Lockstep, lockstep

pytestmark = pytest.mark.anyio
PATHS = {"path": ["/0/private/CancelOrder", "/0/private/CancelOrderBatch"]}
CANCELS = {"method": ["cancel_order", "batch_cancel"]}


async def without_socket(both: Lockstep) -> None:
    """Close the private websocket and keep it closed, so that cancels go over REST."""
    inject(both, "close", match=PRIVATE)
    inject(both, "http", status=503, match=PRIVATE)
    await through(both, 3)


def told(both: Lockstep, ids: set[str]) -> dict[str, str | None]:
    return {one: both.outcomes().get(one) for one in ids}


def states(both: Lockstep) -> dict[str, str]:
    return {row.id: row.state for row in both.session.results()[0].rows}


@pytest.mark.parametrize("effect", ["before", "after"])
@pytest.mark.parametrize("count", [1, 4])
async def test_over_rest_a_lost_answer_is_unknown_and_then_told_truly(effect: str, count: int) -> None:
    """F32 over REST, alone and as a batch."""
    async with watched(quiet=True) as both:
        await without_socket(both)
        chosen = set(sorted(both.true_orders())[:count])
        number = inject(
            both, "drop_answer", match=PATHS, when={"times": 1}, **{"effect": effect, "as": "reset"}
        )
        seen = len(both.verdicts())
        both.confirm(*chosen)
        await through(both, 2)
        assert set(states(both).values()) <= {"asking", "cancelled"}
        assert struck(both, number) == 1
        clear(both)
        await through(both, 30)
        assert len(cancels_sent(both, seen)) == 1
        gone = chosen - set(both.true_orders())
        assert gone == (chosen if effect == "after" else set())
        assert set(told(both, chosen).values()) <= ({"cancelled"} if gone else {"unknown", None})
        await true_again(both)


@pytest.mark.parametrize("effect", ["before", "after"])
async def test_a_batch_whose_answer_is_lost_is_told_order_by_order(effect: str) -> None:
    """F32, a batch over the websocket."""
    async with watched(quiet=True) as both:
        chosen = set(sorted(both.true_orders())[:5])
        number = inject(
            both, "drop_answer", match=CANCELS, when={"times": 1}, **{"effect": effect, "as": "silence"}
        )
        seen = len(both.verdicts())
        both.confirm(*chosen)
        await through(both, 30)
        assert struck(both, number) == 1
        assert cancels_sent(both, seen) == ["batch_cancel"]
        gone = chosen - set(both.true_orders())
        assert gone == (chosen if effect == "after" else set())
        assert set(states(both).values()) == {"cancelled" if gone else "unknown"}
        await true_again(both)


@pytest.mark.parametrize("answer", ["before", "after"])
@pytest.mark.parametrize("part", [1, 0.5])
async def test_a_fill_in_the_way_is_told_whichever_comes_first(answer: str, part: float) -> None:
    """F33, F33b: the answer before the stream's word, and after it."""
    async with watched(quiet=True) as both:
        chosen = min(one for one, order in both.true_orders().items() if order["type"] == "limit")
        inject(both, "answer_order", answer=answer)
        number = inject(both, "fill_before_cancel", part=part, when={"times": 1})
        both.confirm(chosen)
        await through(both, 15)
        assert struck(both, number) == 1
        truth = both.account()["closed_orders"][chosen]
        assert both.outcomes() == {chosen: {"filled": "filled", "canceled": "cancelled"}[truth["status"]]}
        (row,) = both.session.results()[0].rows
        assert str(row.filled) == truth["filled"]
        await true_again(both)


@pytest.mark.parametrize("count", [1, 3])
async def test_a_queued_cancel_is_still_closing_until_the_order_ends(count: int) -> None:
    """F33c: `pending: true`, alone and as a batch."""
    async with watched(quiet=True) as both:
        await without_socket(both)
        chosen = set(sorted(both.true_orders())[:count])
        number = inject(both, "pending_cancel", s="25s", when={"times": 1})
        seen = len(both.verdicts())
        both.confirm(*chosen)
        for _ in range(20):
            await through(both, 1)
            assert set(states(both).values()) == {"closing"}
            assert {both.rows()[one].cancel for one in chosen} == {"closing"}
        assert struck(both, number) == 1
        clear(both)
        await through(both, 25)
        assert len(cancels_sent(both, seen)) == 1
        assert states(both) == dict.fromkeys(chosen, "cancelled")
        await true_again(both)


@pytest.mark.parametrize("effect", ["none", "done"])
async def test_a_batch_that_is_refused_as_a_whole_is_unknown_until_each_was_asked_for(effect: str) -> None:
    """F33c: one error is not as many refusals; whether the exchange acted, only the orders tell."""
    async with watched(quiet=True) as both:
        chosen = set(sorted(both.true_orders())[:4])
        errors = ["EGeneral:Internal error"]
        number = inject(both, "error", match=CANCELS, when={"times": 1}, errors=errors, effect=effect)
        both.confirm(*chosen)
        await through(both, 25)
        assert struck(both, number) == 1
        gone = chosen - set(both.true_orders())
        assert gone == (chosen if effect == "done" else set())
        assert set(states(both).values()) == {"cancelled" if gone else "unknown"}
        await true_again(both)


async def test_neither_a_second_answer_nor_a_list_that_moves_reaches_another_order() -> None:
    """F33e: the ids are those of the question, whatever comes and goes meanwhile."""
    async with watched(quiet=True) as both:
        before = sorted(both.true_orders())
        chosen, neighbour = before[2], before[1]
        question = both.question(chosen)
        wish = {"pair": "BTC/USD", "side": "buy", "qty": "0.01", "price": "20000"}
        both.exchange.command("account", {"key": "alice", "order": wish, "cancel": {"id": neighbour}})
        await through(both, 1)
        seen = len(both.verdicts())
        assert both.session.confirm(question) is None
        both.session.confirm(question)
        await through(both, 4)
        assert set(before) - set(both.true_orders()) == {chosen, neighbour}
        assert len(cancels_sent(both, seen)) == 1
        assert both.outcomes() == {chosen: "cancelled"}


async def test_without_any_way_it_is_not_sent_soon_and_never_later() -> None:
    """F33f: nothing waits for a later surprise."""
    async with watched(quiet=True) as both:
        chosen = min(both.true_orders())
        question = both.question(chosen)
        await both.close_exchange()
        await through(both, 2)
        both.session.confirm(question)
        await through(both, 1)
        assert both.outcomes() == {chosen: "not_sent"}
        seen = len(both.verdicts())
        await both.open_exchange()
        await through(both, 40)
        assert cancels_sent(both, seen) == []
        assert chosen in both.true_orders()
        await true_again(both, within_s=45)


async def test_on_a_key_that_is_limited_it_goes_all_the_same() -> None:
    """F33f: the REST counter is full, and the websocket needs none of it."""
    async with watched(quiet=True) as both:
        inject(both, "error", match={"surface": "spot-rest"}, errors=["EAPI:Rate limit exceeded"])
        for _ in range(4):
            both.session.poll_now()
            await through(both, 2)
        chosen = min(both.true_orders())
        both.confirm(chosen)
        await through(both, 3)
        assert both.outcomes() == {chosen: "cancelled"}


@pytest.mark.parametrize("turns", range(20))
async def test_leaving_at_any_moment_writes_down_what_is_true(turns: int, tmp_path: Path) -> None:
    """F33d: what was confirmed goes once or not at all, and the action log says which."""
    async with lockstep(Options(manual=True, quiet=True), warm_s=5) as both:
        first: Any = both.exchange.first_line()
        held = first["keys"]["full"]
        key = Credentials(key=held["key"], secret=Secret(held["secret"]), name="full", source="a test")
        settings = structs.replace(both.session._settings, credentials=key, state_dir=tmp_path)
        chosen = min(both.true_orders())
        async with Host(settings, both.clock, random.Random(2)) as host:
            for _ in range(12):
                await both.run(0.5)
            question = host.session.ask_cancel([chosen])
            assert isinstance(question, Question)
            seen = len(both.verdicts())
            assert host.session.confirm(question) is None
            for _ in range(turns):
                await both.cross()
            if turns % 2:
                await both.exchange.advance(0.25)
        await both.run(2)
        sent = cancels_sent(both, seen)
        steps = {entry.step for entry in verify(tmp_path) if isinstance(entry, Entry)}
        gone = chosen not in both.true_orders()
        assert len(sent) <= 1
        assert "asked" in steps
        assert gone <= ("sent" in steps)
        assert ("not_sent" in steps) <= (not gone)
