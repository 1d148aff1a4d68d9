"""Whose cancel ended an order is said only where the exchange's answers prove it."""

import pytest

from krakentui.state.results import ResultRow
from tests.whole.faults import clear, inject, struck, watched
from tests.whole.lockstep import Lockstep

pytestmark = pytest.mark.anyio
BATCH = {"method": "batch_cancel"}
DOUBT = "by this cancel or by somebody else"


def results(both: Lockstep) -> dict[str, ResultRow]:
    """Read the panel of results, the latest group."""
    return {row.id: row for row in both.session.results()[0].rows}


def bot_cancels(both: Lockstep, *ids: str) -> None:
    for one in ids:
        both.exchange.command("account", {"cancel": {"id": one}})


async def test_a_bot_that_ends_what_a_batch_left_is_not_told_as_this_cancel() -> None:
    """The batch took two of four, it does not say which; a bot cancels the others a moment later."""
    async with watched(quiet=True, warm_s=20) as both:
        chosen = sorted(both.true_orders())[:4]
        number = inject(both, "partial_batch", match=BATCH, when={"times": 1})
        both.confirm(*chosen)
        await both.run(0.5)
        assert struck(both, number) == 1
        left = sorted(set(both.true_orders()) & set(chosen))
        assert len(left) == 2
        bot_cancels(both, *left)
        await both.run(15)
        assert {row.state for row in results(both).values()} == {"cancelled"}
        assert {row.why for row in results(both).values()} == {DOUBT}
        assert all(DOUBT in results(both)[one].text for one in chosen)


async def test_what_a_batch_took_is_its_doing_where_the_others_are_seen_open() -> None:
    async with watched(quiet=True, warm_s=20) as both:
        chosen = sorted(both.true_orders())[:4]
        inject(both, "partial_batch", match=BATCH, when={"times": 1})
        both.confirm(*chosen)
        await both.run(30)
        clear(both)
        left = set(both.true_orders()) & set(chosen)
        assert len(left) == 2
        told = results(both)
        assert {one for one in chosen if told[one].state == "cancelled"} == set(chosen) - left
        assert not any(DOUBT in told[one].text for one in chosen)
        bot_cancels(both, *left)
        await both.run(5)
        assert all(DOUBT in results(both)[one].text for one in left)
        assert not any(DOUBT in results(both)[one].text for one in set(chosen) - left)


async def test_an_end_after_a_lost_answer_is_claimed_by_nobody() -> None:
    async with watched(quiet=True, warm_s=20) as both:
        chosen = min(both.true_orders())
        lost = {"effect": "before", "as": "silence"}
        number = inject(both, "drop_answer", match={"method": "cancel_order"}, **lost)
        both.confirm(chosen)
        await both.run(6)
        assert struck(both, number) == 1
        bot_cancels(both, chosen)
        await both.run(5)
        assert results(both)[chosen].state == "cancelled"
        assert DOUBT in results(both)[chosen].text


async def test_an_end_by_a_cancel_that_was_under_way_already_is_claimed_by_nobody() -> None:
    async with watched(quiet=True, warm_s=20) as both:
        chosen = min(both.true_orders())
        inject(
            both, "error", match={"method": "cancel_order"}, errors=["EOrder:Cancel pending"], effect="none"
        )
        both.confirm(chosen)
        await both.run(1)
        bot_cancels(both, chosen)
        await both.run(3)
        assert results(both)[chosen].state == "cancelled"
        assert DOUBT in results(both)[chosen].text


async def test_a_cancel_that_was_answered_and_done_is_this_program_s() -> None:
    async with watched(quiet=True, warm_s=20) as both:
        chosen = min(both.true_orders())
        both.confirm(chosen)
        await both.run(3)
        assert results(both)[chosen].state == "cancelled"
        assert DOUBT not in results(both)[chosen].text
