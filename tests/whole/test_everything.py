"""Everything, new ones too: one mass cancel, told order by order and held against the exchange's count."""

import pytest

from krakentui.simulator import Options
from krakentui.state.results import ResultsView
from krakentui.state.view import NotAsked, Question
from tests.whole.faults import PRIVATE, cancels_sent, clear, inject, struck, through, true_again, watched
from tests.whole.lockstep import Lockstep, lockstep
from tests.whole.truth import wrong_gauges

pytestmark = pytest.mark.anyio
NEW = {"pair": "BTC/USD", "side": "buy", "qty": "0.01", "type": "limit", "price": "20000"}


def asked(both: Lockstep) -> Question:
    question = both.session.ask_cancel_all(new_too=True)
    assert isinstance(question, Question), question
    return question


def confirm(both: Lockstep) -> Question:
    question = asked(both)
    assert both.session.confirm(question) is None
    return question


def place(both: Lockstep) -> str:
    """Let another program of the user place an order, and give its id."""
    told = both.exchange.command("account", {"key": "alice", "order": NEW, "as": "other"})
    return str(told["orders"][0])  # type: ignore[index]  # JSON


def results(both: Lockstep) -> ResultsView:
    return both.session.results()[0]


def states(both: Lockstep) -> dict[str, str]:
    return {row.id: row.state for row in results(both).rows}


def verdict(both: Lockstep) -> str:
    mass = results(both).mass
    assert mass is not None
    return mass.verdict


async def test_it_takes_all_that_is_open_in_one_call_and_tells_each_order() -> None:
    async with lockstep(warm_s=65) as both:
        before, seen = set(both.true_orders()), len(both.verdicts())
        question = confirm(both)
        await both.run(8)
        assert {order.id for order in question.orders} == before
        assert both.true_orders() == {}
        assert cancels_sent(both, seen) == ["cancel_all"]
        assert both.outcomes() == dict.fromkeys(before, "cancelled")
        assert states(both) == dict.fromkeys(before, "cancelled")
        assert verdict(both).endswith(f"it ended {len(before)}, and {len(before)} were seen to end.")
        assert results(both).settled
        assert both.session.unsettled() == ()


async def test_an_order_placed_after_the_question_is_taken_and_told() -> None:
    async with lockstep(warm_s=65) as both:
        question = asked(both)
        newer = place(both)
        await both.run(1)
        assert both.session.confirm(question) is None
        await both.run(8)
        assert both.true_orders() == {}
        assert both.outcomes()[newer] == "cancelled"
        assert newer in states(both)


async def test_an_order_that_arrives_while_it_is_under_way_is_told_as_taken_along() -> None:
    async with lockstep(warm_s=65) as both:
        known = set(both.true_orders())
        confirm(both)
        newer = place(both)
        await both.run(8)
        assert both.true_orders() == {}
        assert both.outcomes() == dict.fromkeys(known | {newer}, "cancelled")
        row = results(both).rows[-1]
        assert (row.id, row.along) == (newer, True)
        text = next(line.text for line in both.session.journal() if line.order_id == newer and line.outcome)
        assert text.startswith("Cancelled along: ")
        assert f"it ended {len(known) + 1}" in verdict(both)


async def test_an_order_placed_after_it_stays_and_is_not_claimed() -> None:
    async with lockstep(warm_s=65) as both:
        known = set(both.true_orders())
        confirm(both)
        await both.run(1)
        newer = place(both)
        await both.run(8)
        assert set(both.true_orders()) == {newer}
        assert set(states(both)) == known
        assert newer in both.rows()


async def test_another_programs_cancel_afterwards_is_not_claimed() -> None:
    """What was placed after the exchange had taken it was ended by somebody else."""
    async with lockstep(warm_s=65) as both:
        known = set(both.true_orders())
        confirm(both)
        await both.run(2)
        newer = place(both)
        await both.run(0.5)
        both.exchange.command("account", {"key": "alice", "cancel": {"id": newer}, "as": "other"})
        await both.run(8)
        assert newer not in both.outcomes()
        assert set(states(both)) == known


async def test_with_nothing_open_it_goes_and_counts_none() -> None:
    async with lockstep(warm_s=65) as both:
        confirm(both)
        await both.run(8)
        seen = len(both.verdicts())
        assert asked(both).orders == ()
        confirm(both)
        await both.run(8)
        assert cancels_sent(both, seen) == ["cancel_all"]
        assert "it ended 0, and 0 were seen to end" in verdict(both)


async def test_it_is_not_confirmed_twice() -> None:
    async with lockstep(warm_s=65) as both:
        inject(both, "drop_answer", match={"method": "cancel_all"}, **{"effect": "before", "as": "silence"})
        question, second = asked(both), asked(both)
        seen = len(both.verdicts())
        assert both.session.confirm(question) is None
        assert isinstance(both.session.confirm(question), NotAsked)
        assert isinstance(both.session.confirm(second), NotAsked)
        assert isinstance(both.session.ask_cancel_all(new_too=True), NotAsked)
        await both.run(3)
        assert cancels_sent(both, seen) == ["cancel_all"]
        assert "the cancel of everything" in both.session.unsettled()


@pytest.mark.parametrize("effect", ["before", "after"])
@pytest.mark.parametrize("lost", ["silence", "reset"])
async def test_one_whose_answer_is_lost_is_unknown_and_then_told_by_its_orders(
    effect: str, lost: str
) -> None:
    async with watched(quiet=True) as both:
        known, seen = set(both.true_orders()), len(both.verdicts())
        number = inject(
            both,
            "drop_answer",
            match={"method": "cancel_all"},
            when={"times": 1},
            **{"effect": effect, "as": lost},
        )
        confirm(both)
        await through(both, 1)
        if lost == "silence" and effect == "before":
            assert set(states(both).values()) == {"sent"}
        await through(both, 60)
        assert struck(both, number) == 1
        assert cancels_sent(both, seen) == ["cancel_all"]
        taken = effect == "after"
        assert set(both.true_orders()) == (set() if taken else known)
        assert set(states(both).values()) == {"cancelled" if taken else "unknown"}
        assert ("none of those known is open" if taken else "none was seen to end") in verdict(both)
        await true_again(both)


async def test_where_it_ends_only_some_the_others_are_asked_for() -> None:
    """F33c: the count falls short, and each order is told as it truly stands."""
    async with watched(quiet=True) as both:
        known = set(both.true_orders())
        number = inject(both, "partial_batch", when={"times": 1})
        confirm(both)
        await through(both, 40)
        assert struck(both, number) == 1
        left = set(both.true_orders())
        assert left
        assert {one for one, state in states(both).items() if state == "cancelled"} == known - left
        assert {state for one, state in states(both).items() if one in left} == {"unknown"}
        await true_again(both)


async def test_orders_that_fill_first_are_told_as_filled() -> None:
    async with watched(quiet=True) as both:
        known = set(both.true_orders())
        inject(both, "fill_before_cancel", when={"times": 1})
        confirm(both)
        await through(both, 20)
        closed = both.account()["closed_orders"]
        truly = {one: closed[one]["status"] for one in known}
        told = {"filled": "filled", "cancelled": "canceled"}
        assert {one: told[state] for one, state in states(both).items()} == truly
        assert "filled" in states(both).values()
        await true_again(both)


async def test_over_rest_a_queued_one_is_still_closing_until_its_orders_end() -> None:
    async with watched(quiet=True) as both:
        known = set(both.true_orders())
        inject(both, "close", match=PRIVATE)
        inject(both, "http", status=503, match={"surface": "spot-ws-private"})
        number = inject(both, "pending_cancel", s="20s", when={"times": 1})
        await through(both, 2)
        assert asked(both).route == "over REST, everything at once"
        confirm(both)
        await through(both, 3)
        assert struck(both, number) == 1
        assert set(states(both).values()) == {"closing"}
        assert {row.cancel for row in both.rows().values()} == {"closing"}
        await through(both, 12)
        assert set(states(both).values()) == {"closing"}
        clear(both)
        await through(both, 30)
        assert states(both) == dict.fromkeys(known, "cancelled")
        await true_again(both)


@pytest.mark.parametrize("rules", ["documented", "strict", "lenient", "old"])
async def test_the_gauges_hold_what_it_cost_whatever_the_exchange_counts(rules: str) -> None:
    async with lockstep(Options(manual=True, quiet=True, seed=3, rules=rules)) as both:
        for _ in range(6):
            place(both)
        await both.run(2)
        confirm(both)
        place(both)
        for _ in range(8):
            await both.run(1)
            assert wrong_gauges(both) == []


async def test_in_a_lockout_it_goes_over_the_open_socket_and_without_one_not_at_all() -> None:
    async with watched(quiet=True) as both:
        inject(both, "lockout", match={"key": "cancel"}, s="900s")
        told = lambda: any(line.kind == "lockout" for line in both.session.journal())  # noqa: E731
        await both.until(told, 90)
        assert asked(both).route == "over the websocket, everything at once"
        inject(both, "close", match=PRIVATE)
        await both.run(2)
        refused = both.session.ask_cancel_all(new_too=True)
        assert isinstance(refused, NotAsked)
        assert "min" in refused.why
