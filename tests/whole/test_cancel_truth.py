"""What is told of a cancel is what the exchange knows, where its answers mislead."""

import pytest

from krakentui.state.arrangement import Arrangement
from krakentui.state.view import Question
from krakentui.ui.app import KrakenApp
from krakentui.ui.screens.confirm import ConfirmScreen
from tests.whole.faults import PRIVATE, cancels_sent, clear, inject, struck, through, watched
from tests.whole.lockstep import Lockstep

pytestmark = pytest.mark.anyio
BATCH = {"method": "batch_cancel"}


def states(both: Lockstep) -> dict[str, str]:
    """Read the panel of results, the latest group."""
    return {row.id: row.state for row in both.session.results()[0].rows}


async def test_an_order_that_is_called_unknown_and_stays_open_is_not_told_as_gone() -> None:
    async with watched(quiet=True, warm_s=20) as both:
        chosen = min(both.true_orders())
        number = inject(both, "error", match={"method": "cancel_order"}, errors=["EOrder:Unknown order"])
        both.confirm(chosen)
        await both.run(25)
        assert struck(both, number)
        clear(both)
        assert both.outcomes() == {chosen: "unknown"}
        app = KrakenApp(both.session, ticking=False)
        async with app.run_test(size=(120, 40)) as pilot:
            app.draw()
            app.main.orders.choose(chosen)
            await pilot.press("x")
            assert isinstance(app.screen, ConfirmScreen)
        both.confirm(chosen)
        await both.run(5)
        assert chosen not in both.true_orders()
        assert both.outcomes()[chosen] == "cancelled"


@pytest.mark.parametrize("rest", [False, True])
async def test_a_cancel_that_is_in_progress_already_is_waited_for(rest: bool) -> None:
    """`EOrder:Cancel pending` says that one is on its way (REST reference 2.2): it is no refusal."""
    async with watched(quiet=True, warm_s=20) as both:
        if rest:
            inject(both, "close", match=PRIVATE)
            inject(both, "http", status=503, match=PRIVATE)
            await through(both, 3)
        chosen = min(both.true_orders())
        match = {"path": "/0/private/CancelOrder*"} if rest else {"method": "cancel_order"}
        number = inject(both, "error", match=match, errors=["EOrder:Cancel pending"], effect="none")
        both.confirm(chosen)
        await both.run(1)
        assert both.rows()[chosen].cancel == "closing"
        both.exchange.command("account", {"cancel": {"id": chosen}})
        await both.run(80)
        assert struck(both, number) == 1
        assert both.outcomes()[chosen] == "cancelled"


@pytest.mark.parametrize("code", ["EGeneral:Permission denied", "EOrder:Rate limit exceeded"])
async def test_a_batch_that_is_refused_is_refused_order_by_order_once_each_is_seen_open(code: str) -> None:
    """F33c: one error is not as many refusals."""
    async with watched(quiet=True, warm_s=20) as both:
        chosen = sorted(both.true_orders())[:4]
        inject(both, "error", match=BATCH, errors=[code], effect="none")
        both.confirm(*chosen)
        await both.run(1)
        assert set(states(both).values()) == {"asking"}
        await both.run(30)
        assert set(states(both).values()) == {"refused"}
        assert {row.why for row in both.session.results()[0].rows} == {f"the exchange says {code}"}


async def test_a_cancel_of_everything_that_never_arrived_is_not_told_as_arrived() -> None:
    async with watched(quiet=True, warm_s=20) as both:
        orders = sorted(both.true_orders())
        lost = {"effect": "before", "as": "silence"}
        number = inject(both, "drop_answer", match={"method": "cancel_all"}, **lost)
        question = both.session.ask_cancel_all(new_too=True)
        assert isinstance(question, Question)
        assert both.session.confirm(question) is None
        await both.run(2)
        both.exchange.command("account", {"cancel": {"id": orders[0]}})  # by a bot, say
        await both.run(100)
        assert struck(both, number) == 1
        assert len(both.true_orders()) == len(orders) - 1
        mass = both.session.results()[0].mass
        assert mass is not None
        assert mass.outcome == "unknown"
        assert f"{len(orders) - 1} are still open" in mass.verdict


async def test_the_list_can_be_sorted_by_state_while_a_cancel_is_queued() -> None:
    async with watched(quiet=True, warm_s=20) as both:
        inject(both, "close", match=PRIVATE)
        inject(both, "http", status=503, match=PRIVATE)
        await through(both, 3)
        number = inject(both, "pending_cancel", s="60s", when={"times": 1})
        chosen = min(both.true_orders())
        both.confirm(chosen)
        await both.run(3)
        assert struck(both, number) == 1
        app = KrakenApp(both.session, ticking=False)
        async with app.run_test(size=(120, 60)) as pilot:
            app.draw()
            app.main.orders.wish_for(Arrangement(sort="state"))
            app.draw()
            await pilot.pause()
            assert app.main.orders.keys[0] == chosen
            assert set(app.main.orders.keys) == set(both.rows())


async def test_a_plan_to_cancel_never_adds_a_second_cancel_to_one_in_flight() -> None:
    async with watched(quiet=True, warm_s=20) as both:
        inject(both, "drop_answer", match={"method": "cancel_order"}, **{"effect": "before", "as": "silence"})
        costs = {one: row.cost for one, row in both.rows().items()}
        chosen = next(one for one, cost in costs.items() if cost is not None and not cost.high)
        later = both.session.ask_when_free((chosen,))
        assert isinstance(later, Question)
        seen = len(both.verdicts())
        both.confirm(chosen)
        await both.run(1)
        both.session.confirm_when_free(later)
        await both.run(3)
        assert len(cancels_sent(both, seen)) == 1


async def test_cancels_that_wait_until_they_are_free_are_followed_to_their_end() -> None:
    async with watched(quiet=True, warm_s=20) as both:
        costs = {one: row.cost for one, row in both.rows().items()}
        free = next(one for one, cost in costs.items() if cost is not None and not cost.high)
        dear = [one for one, cost in costs.items() if cost is not None and cost.low][:2]
        question = both.session.ask_when_free((free, *dear))
        assert isinstance(question, Question)
        assert both.session.confirm_when_free(question) is None
        assert set(states(both).values()) == {"planned"}
        await both.run(4)
        assert states(both) == {free: "cancelled", dear[0]: "planned", dear[1]: "planned"}
        assert not both.session.results()[0].settled
        both.session.stop_waiting((dear[0],))
        await both.run(1)
        assert states(both)[dear[0]] == "not_sent"
        both.exchange.command("account", {"cancel": {"id": dear[1]}})
        await both.run(4)
        assert states(both)[dear[1]] == "gone"
        assert both.session.results()[0].settled
