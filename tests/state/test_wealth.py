"""What the funds are worth: by the markets that are known, and unknown where none is."""

from decimal import Decimal

import pytest

from krakentui.model.account import KeyInfo
from krakentui.model.event import BalanceChanged, Happening
from krakentui.state import views
from krakentui.state.view import BalanceRow, BalancesView
from krakentui.state.worth import pairs_for
from tests.support.builders import (
    ACCOUNT,
    PAIRS,
    a_standing,
    a_state,
    a_ticker,
    at,
    balances_polled,
    feed,
    play,
    snapshot,
)


def view(*events: Happening, seconds: float = 0) -> BalancesView:
    return views.balances(a_state(*events), at(seconds))


def row(asset: str, *events: Happening) -> BalanceRow:
    return next(one for one in view(*events).rows if one.asset == asset)


def test_nothing_known_is_not_nothing_owned() -> None:
    assert (view().known, view().rows) == (False, ())


def test_the_currency_itself_is_worth_one() -> None:
    assert row("USD", balances_polled(USD="12.50")).value == Decimal("12.50")


def test_a_coin_is_worth_what_its_market_says() -> None:
    assert row("BTC", a_ticker(last="50000"), balances_polled(BTC="2")).value == 100_000


def test_a_dollar_token_is_worth_what_its_market_says() -> None:
    priced = row("USDT", a_ticker("USDT/USD", last="0.99"), balances_polled(USDT="100"))
    assert priced.value == Decimal("99.00")


def test_a_dollar_token_without_a_market_has_no_price() -> None:
    assert row("USDT", balances_polled(USDT="100")).value is None


def test_an_inverse_market_counts() -> None:
    assert row("EUR", a_ticker("USD/EUR", last="0.8"), balances_polled(EUR="100")).value == 125


def test_a_coin_without_a_dollar_market_goes_over_bitcoin() -> None:
    markets = (a_ticker("SOL/BTC", last="0.002"), a_ticker("BTC/USD", last="100000"))
    assert row("SOL", *markets, balances_polled(SOL="3")).value == 600


def test_a_staked_coin_is_priced_as_the_coin() -> None:
    assert row("DOT.S", a_ticker("DOT/USD", last="5"), balances_polled(DOT_S="10")).value == 50


def test_a_tokenised_share_is_not_priced_as_its_base() -> None:
    assert row("BTC.T", a_ticker(last="50000"), balances_polled(BTC_T="1")).value is None


def test_a_staked_coin_has_its_own_row_and_nothing_of_it_is_free() -> None:
    assert row("DOT.S", balances_polled(DOT="1", DOT_S="10")).free == 0


def test_flexible_rewards_have_no_row_of_their_own() -> None:
    assert [one.asset for one in view(balances_polled(BTC="1", BTC_F="2")).rows] == ["BTC"]


def test_what_has_no_price_is_named_and_not_counted_as_nothing() -> None:
    shown = view(balances_polled(USD="10", DOT="5"))
    assert (shown.total_value, shown.unpriced) == (Decimal("10.00000000"), ("DOT",))


def test_a_total_of_unpriced_assets_alone_is_unknown() -> None:
    assert view(balances_polled(DOT="5")).total_value is None


def test_shares_add_up_to_the_whole() -> None:
    shown = view(a_ticker(last="30"), balances_polled(USD="10", BTC="1"))
    assert [one.share_pct for one in shown.rows] == [75, 25]


def test_what_is_free_is_the_total_less_what_is_held() -> None:
    held = snapshot(a_standing(qty="0.5"))
    assert row("BTC", held, balances_polled(BTC=("2", "0.5"))).free == Decimal("1.5")


def test_a_hold_that_nobody_named_leaves_free_unknown() -> None:
    told = BalanceChanged(account=ACCOUNT, asset="BTC", total=Decimal(2), ledger_id="L1")
    assert row("BTC", told).free is None


def test_an_asset_that_is_nothing_has_no_row() -> None:
    assert not view(balances_polled(BTC="0.0000000000")).rows


def test_an_asset_that_became_nothing_before_our_eyes_keeps_its_row() -> None:
    spent = BalanceChanged(account=ACCOUNT, asset="BTC", total=Decimal(0), ledger_id="L1")
    assert row("BTC", balances_polled(BTC="1"), spent).total == 0


def test_a_dust_balance_is_never_shown_as_nothing() -> None:
    assert row("BTC", balances_polled(BTC="0.0000012300")).places == 10


def test_a_missing_permission_is_said() -> None:
    lacking = KeyInfo(name="poor", permissions=frozenset({"query-open-trades"}))
    assert "query-funds" in (views.balances(a_state(key=lacking), at()).denied or "")


def test_a_value_on_prices_that_went_stale_is_not_live() -> None:
    state = a_state(
        a_ticker(), BalanceChanged(account=ACCOUNT, asset="BTC", total=Decimal(1), ledger_id="L1")
    )
    play(state, feed("public", "down"))
    assert views.balances(state, at()).rows[0].freshness != "live"


@pytest.mark.parametrize(
    ("asset", "markets"),
    [
        ("USD", ()),
        ("BTC", ("BTC/USD",)),
        ("SOL", ("SOL/BTC", "BTC/USD")),
        ("DOT", ()),
        ("EUR.M", ("EUR/USD",)),
    ],
)
def test_the_markets_that_price_an_asset_are_named(asset: str, markets: tuple[str, ...]) -> None:
    assert pairs_for([asset], "USD", {info.symbol: info for info in PAIRS}) == markets
