"""Cancelling: the right order, next on the wire, reported only on evidence."""

import json

import pytest

from krakentui.simulator import Options
from krakentui.state.filters import OrderFilter, meant
from krakentui.state.filtertext import parse
from krakentui.state.view import Question
from tests.whole.lockstep import Lockstep, lockstep


def wire(both: Lockstep) -> list[str]:
    return [str(call["what"]) for call in both.verdicts()]


@pytest.mark.anyio
async def test_a_confirmed_cancel_ends_exactly_that_order() -> None:
    async with lockstep(warm_s=65) as both:
        before = set(both.true_orders())
        chosen = sorted(before)[3]
        both.confirm(chosen)
        await both.run(3)
        assert set(both.true_orders()) == before - {chosen}
        assert both.outcomes() == {chosen: "cancelled"}
        assert chosen not in both.rows()


@pytest.mark.anyio
async def test_nothing_is_cancelled_before_the_answer() -> None:
    async with lockstep() as both:
        before = set(both.true_orders())
        both.question(*before)
        await both.run(10)
        assert set(both.true_orders()) == before


@pytest.mark.anyio
async def test_a_cancel_pressed_with_a_full_poll_queue_is_the_next_request_on_the_wire() -> None:
    async with lockstep(Options(manual=True, quiet=True, tier="starter", rules="strict"), warm_s=65) as both:
        for _ in range(20):
            both.session.poll_now()
        seen = len(wire(both))
        both.confirm(min(both.true_orders()))
        await both.run(5)
        assert wire(both)[seen] in {"cancel_order", "/0/private/CancelOrder", "/0/private/CancelOrderBatch"}


@pytest.mark.anyio
async def test_everything_means_every_order_of_the_question() -> None:
    async with lockstep(warm_s=65) as both:
        question = both.session.ask_cancel_all()
        assert isinstance(question, Question)
        assert {order.id for order in question.orders} == set(both.true_orders())
        assert both.session.confirm(question) is None
        await both.run(5)
        assert both.true_orders() == {}
        assert set(both.outcomes().values()) == {"cancelled"}
        assert "cancel_all" not in json.dumps(wire(both))  # it would take orders born after the question


@pytest.mark.anyio
async def test_an_order_that_another_program_took_first_is_gone_not_cancelled() -> None:
    async with lockstep(warm_s=65) as both:
        chosen = min(both.true_orders())
        question = both.question(chosen)
        both.exchange.command("account", {"key": "alice", "cancel": {"id": chosen}, "as": "other"})
        assert both.session.confirm(question) is None
        await both.run(5)
        assert both.outcomes() == {chosen: "gone"}


@pytest.mark.anyio
async def test_a_second_press_sends_nothing_more() -> None:
    async with lockstep(warm_s=65) as both:
        chosen = min(both.true_orders())
        question = both.question(chosen)
        assert both.session.confirm(question) is None
        both.session.confirm(question)
        await both.run(5)
        assert sum("ancel" in what and "subscribe" not in what for what in wire(both)) == 1


@pytest.mark.anyio
async def test_a_cancel_in_the_first_seconds_gets_through() -> None:
    """Nothing is known of the counters yet: it goes all the same."""
    async with lockstep(warm_s=1) as both:
        chosen = min(both.true_orders())
        both.confirm(chosen)
        await both.run(3)
        assert chosen not in both.true_orders()
        assert both.outcomes() == {chosen: "cancelled"}


@pytest.mark.anyio
@pytest.mark.parametrize(
    "words", ["btc/usd", "sell", ">48h", "far>2", "!stop", "btc/usd sell", "limit,stop !eth far>1"]
)
async def test_what_a_filter_shows_is_what_a_cancel_of_it_ends(words: str) -> None:
    """By pair, by side, older than, far from market, all but stops: exactly these, truly."""
    async with lockstep(warm_s=70) as both:
        before = both.true_orders()
        rows = both.session.orders(both.clock.mono_ns()).rows
        wanted = parse(words, both.session.names())
        assert isinstance(wanted, OrderFilter)
        ids = {row.id for row in meant(rows, wanted)}
        assert 0 < len(ids) < len(before)
        both.confirm(*ids)
        await both.run(5)
        assert set(before) - set(both.true_orders()) == ids
        assert both.outcomes() == dict.fromkeys(ids, "cancelled")
