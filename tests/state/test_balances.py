"""Totals and holds: the stream's total stands, holds follow the orders, nothing flaps."""

import random
from decimal import ROUND_CEILING, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from krakentui.model.account import Holding
from krakentui.model.event import (
    BalanceChanged,
    BalancesSnapshot,
    ClockJumped,
    FeedHeard,
    Happening,
    InstrumentsSeen,
    SequenceBroken,
)
from krakentui.model.order import Order
from krakentui.state.balances import Funds
from krakentui.state.holds import derived_holds
from krakentui.state.state import State
from tests.support.builders import (
    ACCOUNT,
    ASSETS,
    PAIRS,
    a_bare_state,
    a_listed,
    a_patch,
    a_standing,
    a_state,
    an_order,
    at,
    balances_polled,
    feed,
    patched,
    play,
    polled,
    snapshot,
)


def streamed(**totals: str) -> BalancesSnapshot:
    holdings = tuple(Holding(asset=asset, total=Decimal(total)) for asset, total in totals.items())
    return BalancesSnapshot(account=ACCOUNT, holdings=holdings)


def changed(asset: str, total: str) -> BalanceChanged:
    return BalanceChanged(account=ACCOUNT, asset=asset, total=Decimal(total), ledger_id="L1")


def total(state: State, asset: str = "USD") -> Decimal | None:
    return state.funds.total(asset)


def held(state: State, asset: str = "BTC") -> Decimal | None:
    return state.funds.holds.held(asset)


# --- totals -----------------------------------------------------------------------------------------


def test_a_poll_does_not_turn_back_a_streamed_total() -> None:
    state = a_state(streamed(USD="900"))
    play(state, changed("USD", "800"), seconds=10)
    assert total(play(state, balances_polled(asked=30, USD="900"), seconds=30)) == 800


def test_a_total_is_polled_while_nothing_is_streamed() -> None:
    assert total(a_state(balances_polled(USD="900"))) == 900


def test_after_the_stream_went_a_poll_within_the_lag_does_not_turn_a_total_back() -> None:
    state = a_state(streamed(USD="800"), feed("private", "down"))
    assert total(play(state, balances_polled(asked=59, USD="900"), seconds=59)) == 800


def test_after_the_stream_went_a_poll_beyond_the_lag_counts() -> None:
    state = a_state(streamed(USD="800"), feed("private", "down"))
    assert total(play(state, balances_polled(asked=60, USD="900"), seconds=60)) == 900


def test_a_new_snapshot_replaces_the_totals() -> None:
    assert total(a_state(streamed(USD="800"), feed("private", "down"), streamed(USD="700"))) == 700


def test_a_younger_poll_wins_over_an_older_one_that_comes_late() -> None:
    state = a_state(balances_polled(asked=20, USD="900"), balances_polled(asked=10, USD="950"))
    assert total(state) == 900


def test_an_asset_that_a_poll_no_longer_lists_is_nothing() -> None:
    state = a_state(balances_polled(asked=1, USD="1", DOT_S="3"), balances_polled(asked=2, USD="1"))
    assert total(state, "DOT.S") == 0


def test_flexible_rewards_count_with_their_coin() -> None:
    assert total(a_state(balances_polled(BTC="1", BTC_F="0.5")), "BTC") == Decimal("1.5")


def test_a_hold_on_the_coin_is_taken_from_its_flexible_rewards_too() -> None:
    state = a_state(balances_polled(BTC=("0", "0.2"), BTC_F=("1", "0")))
    assert held(state) == Decimal("0.2")


def test_a_streamed_total_over_all_wallets_counts_no_locked_coin_twice() -> None:
    state = a_state(streamed(DOT="10"), balances_polled(asked=1, DOT="4", DOT_S="6"))
    assert total(state, "DOT") == 4


def test_a_poll_that_stands_in_for_the_stream_splits_the_wallets_itself() -> None:
    state = a_state(streamed(DOT="10"), balances_polled(asked=1, DOT="4", DOT_S="6"), feed("private", "down"))
    assert total(play(state, balances_polled(asked=70, DOT="4", DOT_S="6"), seconds=70), "DOT") == 4


def test_a_streamed_total_of_the_main_wallet_is_taken_as_it_is() -> None:
    state = a_state(streamed(DOT="4"), balances_polled(asked=1, DOT="4", DOT_S="6"))
    assert total(state, "DOT") == 4


def test_no_locked_coin_counts_twice_when_the_stream_speaks_after_the_poll() -> None:
    """At a start either may come first; the next poll is most of a minute away."""
    state = play(a_bare_state(), balances_polled(DOT="3", DOT_S="2"), streamed(DOT="5"))
    assert (total(state, "DOT"), total(state, "DOT.S")) == (Decimal(3), Decimal(2))


def test_a_trade_between_poll_and_stream_does_not_make_locked_coins_spendable() -> None:
    state = play(a_bare_state(), balances_polled(DOT="3", DOT_S="2"), streamed(DOT="4.9"))
    assert total(state, "DOT") == Decimal("2.9")


def test_a_total_nobody_named_is_unknown() -> None:
    assert total(a_state(), "BTC") is None


def test_a_lagging_poll_does_not_change_which_wallets_a_streamed_total_was_seen_to_contain() -> None:
    state = a_state(streamed(USD="1000"), balances_polled(asked=1, USD="1000", USD_HOLD="500"))
    play(state, changed("USD", "1450"), seconds=2)
    assert total(play(state, balances_polled(asked=3, USD="1000", USD_HOLD="500"), seconds=3)) == 1450


def test_coins_staked_for_different_times_are_one_row() -> None:
    assert total(a_state(balances_polled(DOT28_S="1", DOT14_S="2")), "DOT.S") == 3


def test_balances_listed_before_the_assets_are_known_get_their_name_later() -> None:
    state = play(a_bare_state(), balances_polled(XXBT=("1", "0.2")))
    play(state, InstrumentsSeen(assets=ASSETS, pairs=PAIRS))
    assert (total(state, "BTC"), held(state), total(state, "XXBT")) == (Decimal(1), Decimal("0.2"), None)


def test_a_hold_is_not_counted_twice_when_orders_are_listed_before_their_pairs_are_known() -> None:
    state = play(a_bare_state(), polled(a_listed(), asked=1), balances_polled(asked=2, XXBT=("2", "0.5")))
    play(state, InstrumentsSeen(assets=ASSETS, pairs=PAIRS))
    assert held(state) == Decimal("0.5")


# --- holds ------------------------------------------------------------------------------------------


def test_a_sell_holds_its_remaining_base() -> None:
    assert derived_holds([an_order(qty="0.5", filled="0.2")]) == {"BTC": Decimal("0.3")}


def test_a_buy_holds_its_remaining_price_in_quote() -> None:
    order = an_order(side="buy", qty="0.5", filled="0.1", price="50000")
    assert derived_holds([order]) == {"USD": Decimal(20000)}


def test_a_margin_order_holds_nothing() -> None:
    assert not derived_holds([an_order(margin=True)])


def test_a_hold_nobody_named_is_unknown() -> None:
    assert held(a_state()) is None


def test_a_polled_hold_is_taken_while_the_orders_are_unknown() -> None:
    assert held(a_state(balances_polled(BTC=("1", "0.7")))) == Decimal("0.7")


def test_a_hold_appears_with_its_order() -> None:
    state = a_state(snapshot(), balances_polled(BTC=("1", "0")))
    assert held(play(state, patched(a_patch()), seconds=5)) == Decimal("0.5")


def test_a_lagging_poll_does_not_take_a_new_hold_away() -> None:
    state = a_state(snapshot(), balances_polled(BTC=("1", "0")))
    play(state, patched(a_patch()), seconds=5)
    assert held(play(state, balances_polled(asked=10, BTC=("1", "0")), seconds=10)) == Decimal("0.5")


def test_a_first_poll_that_lags_does_not_take_a_new_hold_away() -> None:
    state = play(a_state(snapshot()), patched(a_patch()), seconds=5)
    assert held(play(state, balances_polled(asked=10, BTC=("1", "0")), seconds=10)) == Decimal("0.5")


def test_a_first_poll_that_lags_does_not_know_orders_that_were_just_opened() -> None:
    state = a_state(snapshot(a_standing(said=-20)))
    play(state, patched(a_patch("O2", "pending_new", 5, qty="0.25")), seconds=5)
    assert held(play(state, balances_polled(asked=10, BTC=("1", "0")), seconds=10)) == Decimal("0.75")


def test_a_poll_from_before_an_order_was_opened_does_not_take_its_hold_away() -> None:
    state = play(a_state(), balances_polled(asked=1, BTC=("1", "0")), seconds=1)
    assert held(play(state, snapshot(a_standing(said=10)), seconds=70)) == Decimal("0.5")


def test_a_first_poll_that_is_ahead_of_a_slow_stream_is_not_held_twice() -> None:
    state = a_state(snapshot(), balances_polled(asked=40, BTC=("2", "0.75")))
    play(state, patched(a_patch("O2", "pending_new", 40, qty="0.75")), seconds=42)
    assert held(state) == Decimal("0.75")


def test_a_first_hold_that_no_order_explains_is_shown_at_once() -> None:
    assert held(a_state(snapshot(), balances_polled(asked=1, BTC=("2", "0.75")))) == Decimal("0.75")


def test_a_poll_that_is_not_behind_corrects_a_hold() -> None:
    state = a_state(snapshot(a_standing(side="buy", price="50000")), balances_polled(USD=("90000", "25065")))
    assert held(state, "USD") == 25065


def test_the_fee_that_a_poll_taught_is_held_for_new_orders_too() -> None:
    buy = a_standing(side="buy", qty="1", price="10000")
    state = a_state(snapshot(buy), balances_polled(USD=("90000.0000", "10040.0000")))
    play(state, patched(a_patch("O2", "pending_new", 1, side="buy", qty="1", price="20000")), seconds=1)
    assert held(state, "USD") == Decimal("30120.0000")


@given(
    st.decimals(1, 50_000, places=4),
    st.decimals(1, 200_000, places=1),
    st.integers(0, 50).map(lambda parts: Decimal(parts) / 10_000),
)
def test_a_fee_that_does_not_divide_evenly_leaves_no_hold_behind(
    qty: Decimal, price: Decimal, fee: Decimal
) -> None:
    told = (qty * price * (1 + fee)).quantize(Decimal("0.0001"), ROUND_CEILING)
    buy = a_standing(side="buy", qty=str(qty), price=str(price))
    state = a_state(snapshot(buy), balances_polled(USD=("90000.0000", str(told))))
    assert held(state, "USD") == told
    play(state, patched(a_patch("O1", "canceled", 1)), seconds=1)
    assert held(state, "USD") == 0


def test_the_correction_rides_along_when_orders_move() -> None:
    state = a_state(snapshot(a_standing()), balances_polled(BTC=("2", "0.6")))
    play(state, patched(a_patch("O2", "pending_new", 1, qty="0.25")), seconds=1)
    assert held(state) == Decimal("0.85")


def test_a_hold_that_no_order_explains_is_taken_over_once_the_lag_has_passed() -> None:
    state = a_state(snapshot(a_standing()), balances_polled(BTC=("2", "0.5")))
    play(state, patched(a_patch("O2", "pending_new", 1, qty="0.25")), seconds=1)
    play(state, balances_polled(asked=62, BTC=("2", "0.5")), seconds=62)
    assert held(play(state, FeedHeard(feed="private"), seconds=68)) == Decimal("0.5")


def test_a_poll_that_is_ahead_of_a_slow_stream_is_not_held_twice() -> None:
    state = a_state(snapshot(a_standing()), balances_polled(asked=1, BTC=("2", "0.5")))
    play(state, balances_polled(asked=40, BTC=("2", "0.75")), seconds=40)
    play(state, patched(a_patch("O2", "pending_new", 40, qty="0.25")), seconds=42)
    assert held(play(state, FeedHeard(feed="private"), seconds=46)) == Decimal("0.75")


def test_orders_that_come_after_the_poll_are_not_held_twice() -> None:
    state = a_state(balances_polled(BTC=("2", "0.5")), snapshot(a_standing()))
    assert held(state) == Decimal("0.5")


def test_a_poll_asked_before_the_orders_were_listed_is_not_held_twice() -> None:
    state = play(a_state(), snapshot(a_standing()), seconds=1)
    assert held(play(state, balances_polled(asked=0.5, BTC=("2", "0.5")), seconds=1.5)) == Decimal("0.5")


def test_a_poll_between_an_outage_and_the_new_snapshot_is_not_held_twice() -> None:
    """It already shows orders that were placed while nobody listened."""
    state = a_state(snapshot(a_standing("O1", qty="0.5")), balances_polled(asked=1, BTC=("2", "0.5")))
    play(state, feed("private", "down"), seconds=2)
    play(state, balances_polled(asked=200, BTC=("2", "0.8")), seconds=201)
    play(state, snapshot(a_standing("O1", qty="0.5"), a_standing("O2", qty="0.3")), seconds=202)
    assert held(state) == Decimal("0.8")


@pytest.mark.parametrize(
    "hole",
    [
        feed("private", "stale"),
        SequenceBroken(channel="executions", expected=5, got=7),
        ClockJumped(gap_ns=0, why="We slept."),
    ],
)
def test_a_poll_of_the_last_seconds_before_a_hole_teaches_no_hold(hole: Happening) -> None:
    """The stream was dead already when it was asked: it shows an order that came and went unseen."""
    state = a_state(snapshot(a_standing()), balances_polled(asked=1, BTC=("2", "0.5")))
    play(state, balances_polled(asked=100, BTC=("2", "0.8")), seconds=100)
    play(state, hole, seconds=103)
    play(state, snapshot(a_standing()), seconds=104)
    assert held(play(state, FeedHeard(feed="private"), seconds=110)) == Decimal("0.5")


def after_an_outage(poll: Happening, seconds: float) -> State:
    state = a_state(snapshot(), balances_polled(asked=1, BTC=("2", "0")))
    play(state, feed("private", "down"), seconds=2)
    play(state, snapshot(), feed("private"), seconds=100)
    return play(play(state, poll, seconds=seconds), FeedHeard(feed="private"), seconds=seconds + 6)


def test_a_poll_that_may_show_orders_of_an_outage_teaches_no_hold() -> None:
    assert held(after_an_outage(balances_polled(asked=159, BTC=("2", "0.5")), 159)) == 0


def test_a_poll_that_can_show_no_orders_of_an_outage_teaches_a_hold() -> None:
    assert held(after_an_outage(balances_polled(asked=161, BTC=("2", "0.5")), 161)) == Decimal("0.5")


def test_an_order_that_ends_gives_its_hold_back() -> None:
    state = a_state(snapshot(a_standing()), balances_polled(BTC=("2", "0.5")))
    assert held(play(state, patched(a_patch("O1", "canceled", 1)), seconds=1)) == 0


def test_a_listed_order_holds_as_a_streamed_one() -> None:
    state = play(a_state(), feed("private", "down"), polled(a_listed(), asked=1))
    assert held(state) == Decimal("0.5")


@given(st.randoms(use_true_random=False), st.integers(0, 59))
def test_holds_never_flap_whatever_the_lag(dice: random.Random, lag: int) -> None:
    """An exchange that holds a fee on top; REST shows what was true `lag` seconds ago."""
    funds = Funds()
    orders: dict[str, Order] = {}
    past: list[tuple[int, Decimal]] = [(0, Decimal(0))]
    funds.polled((Holding(asset="BTC", total=Decimal(9), held=Decimal(0)),), at(-1))
    funds.holds.orders_moved((), at(0))
    now = 0
    for number in range(20):
        now += dice.choice((1, 7, 30))
        if orders and dice.random() < 0.5:
            orders.pop(dice.choice(sorted(orders)))
        else:
            orders[f"O{number}"] = an_order(f"O{number}", qty=str(dice.randint(1, 9)))
        truth = sum((order.qty or Decimal(0) for order in orders.values()), Decimal(0))
        past.append((now, truth))
        funds.holds.orders_moved(orders.values(), at(now))
        shown = [value for moment, value in past if moment <= now - lag] or [Decimal(0)]
        funds.polled((Holding(asset="BTC", total=Decimal(9), held=shown[-1]),), at(now))
        assert funds.holds.held("BTC") == truth
