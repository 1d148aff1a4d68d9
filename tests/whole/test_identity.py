"""Limits that others fill, clocks that are off, keys that lack something: told, and nothing else suffers."""

import pytest

from krakentui.budget.gauges import Gauge
from krakentui.model.clock import SECOND
from krakentui.state.view import Question
from tests.whole.faults import inject, private_calls
from tests.whole.lockstep import Lockstep, lockstep
from tests.whole.switching import QUIET, Hands, switching
from tests.whole.test_actions import a_young_order
from tests.whole.truth import shown_orders, true_orders, wrong_balances

pytestmark = pytest.mark.anyio
WATCH = ("query-funds", "query-open-trades", "query-closed-trades", "create-ws-token", "close-trades")


def trading(both: Lockstep, pair: str) -> Gauge:
    rows = both.session.budget(both.clock.mono_ns()).gauges
    return next(row for row in rows if row.label == f"{pair} trading")


async def test_a_pair_that_others_filled_is_full_and_the_others_are_not() -> None:
    """F23: and its orders can still be asked about."""
    async with lockstep(QUIET, warm_s=70) as both:
        young = a_young_order(both)
        await both.until(lambda: young in both.rows(), 3)
        before = trading(both, "BTC/USD")
        inject(both, "error", match={"method": "cancel_order"}, errors=["EOrder:Rate limit exceeded"])
        both.confirm(young)
        await both.until(lambda: both.outcomes().get(young) == "refused", 5)
        full, other = trading(both, "ADA/USD"), trading(both, "BTC/USD")
        assert full.high >= full.max
        assert other.high <= before.high
        assert young in both.true_orders()
        both.exchange.command("faults", {"clear": True})
        assert isinstance(both.session.ask_cancel([young]), Question)


@pytest.mark.parametrize("seconds", [30, -30, 86_400, -86_400])
async def test_a_clock_that_is_off_is_told_and_ages_stay_right(seconds: int) -> None:
    """F27: the exchange's clock counts for orders, ours for how old a figure is."""
    async with switching() as hands:
        both = hands.both
        a_young_order(both)
        inject(both, "skew", s=seconds)
        await hands.switch("watch")
        await both.run(20)
        t_ns = both.clock.mono_ns()
        offset_ns = both.session.status(t_ns).clock_offset_ns
        assert offset_ns is not None
        assert abs(offset_ns - seconds * SECOND) < 2 * SECOND
        rows = both.session.orders(t_ns).rows
        assert all(row.age_ns >= 0 for row in rows)
        assert all(row.order_age_ns is None or row.order_age_ns >= 0 for row in rows)
        assert shown_orders(both) == true_orders(both)


async def lacking(hands: Hands, *permissions: str) -> Lockstep:
    """Switch to a key that lacks these permissions."""
    granted = [one for one in WATCH if one not in permissions]
    hands.both.exchange.command("key", {"key": "watch", "permissions": granted})
    await hands.switch("watch")
    await hands.both.run(50)
    return hands.both


async def test_a_key_that_may_not_read_funds_shows_orders_all_the_same() -> None:
    """F28."""
    async with switching() as hands:
        both = await lacking(hands, "query-funds")
        view = both.session.balances(both.clock.mono_ns())
        assert view.denied is not None
        assert view.rows == ()
        assert shown_orders(both) == true_orders(both)


async def test_a_key_that_may_not_list_orders_does_not_ask_for_them_and_shows_funds() -> None:
    """F28: a stream tells orders all the same, where the exchange lets it."""
    async with switching() as hands:
        before = len(hands.both.verdicts())
        both = await lacking(hands, "query-open-trades")
        asked = private_calls(both, before)
        assert "/0/private/BalanceEx" in asked
        assert "/0/private/OpenOrders" not in asked
        assert both.session.balances(both.clock.mono_ns()).rows
        assert [wrong for wrong in wrong_balances(both) if " total " in wrong] == []


async def test_a_key_that_may_not_stream_polls_what_it_shows() -> None:
    """F28."""
    async with switching() as hands:
        both = await lacking(hands, "create-ws-token")
        assert both.feeds()["private"] != "live"
        assert shown_orders(both) == true_orders(both)
        assert wrong_balances(both) == []
        assert isinstance(both.session.ask_cancel([min(both.rows())]), Question)


async def test_a_key_that_may_not_cancel_says_which_box_is_missing() -> None:
    """F28."""
    async with switching() as hands:
        both = await lacking(hands, "close-trades")
        assert "(close-trades)" in both.refuses(min(both.rows()))
        (row,) = [one for one in hands.keys.view(both.clock.mono_ns()).rows if one.in_use]
        assert row.checked is not None
        assert row.purpose == "watch"
