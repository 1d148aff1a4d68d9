import pytest
from hypothesis import given
from hypothesis import strategies as st

from krakentui.budget.ledger import Ledger
from krakentui.budget.question import Route, affordable, price
from krakentui.model.clock import SECOND
from krakentui.model.event import Happening, LockoutBegan
from krakentui.model.limit import units
from krakentui.model.order import Order
from tests.budget.acts import KEY, WALL, a_ledger, an_order, cancel_spent, refused, spent, stream_down, told
from tests.budget.figures import spread

NOW_S = 20
"""A cancel of an order born at second 0 costs 4 now."""


def priced(
    *orders: Order, ledger: Ledger | None = None, socket_open: bool = True, rest_open: bool = True
) -> tuple[Route, bool, tuple[str, ...]]:
    found = price(
        orders,
        a_ledger("starter") if ledger is None else ledger,
        NOW_S * SECOND,
        WALL + NOW_S * SECOND,
        socket_open=socket_open,
        rest_open=rest_open,
    )
    return found.route, found.fits, found.warnings


def orders(count: int, pair: str = "BTC/USD", born_s: float = 0) -> tuple[Order, ...]:
    return tuple(an_order(f"{pair}{n}", pair=pair, born_s=born_s) for n in range(count))


def nearly_full() -> Ledger:
    """Between 0 and 58 of 60 points are in use on BTC/USD at `NOW_S`."""
    return told(a_ledger("starter"), NOW_S, cancel_spent("", 58))


def test_a_cancel_costs_by_age_in_points() -> None:
    found = price(orders(2), a_ledger(), NOW_S * SECOND, WALL + NOW_S * SECOND, socket_open=True)
    assert spread(found.cost) == (8, 8)
    assert found.fits
    assert found.words == "over the websocket, as a batch"


def test_costs_are_told_for_each_pair() -> None:
    mixed = (*orders(2), *orders(3, "ETH/USD", born_s=-1_000))
    found = price(mixed, a_ledger(), NOW_S * SECOND, WALL + NOW_S * SECOND, socket_open=True)
    assert [(one.pair, one.orders, spread(one.cost)) for one in found.pairs] == [
        ("BTC/USD", 2, (8, 8)),
        ("ETH/USD", 3, (0, 0)),
    ]


def test_one_order_goes_over_the_websocket() -> None:
    assert priced(*orders(1)) == ("socket", True, ())


def test_without_the_websocket_it_goes_over_rest() -> None:
    assert priced(*orders(1), socket_open=False)[0] == "rest"


def test_many_go_as_a_batch() -> None:
    assert priced(*orders(3))[0] == "socket batch"
    assert priced(*orders(3), socket_open=False)[0] == "rest batch"


def test_one_that_may_not_fit_goes_as_a_rest_batch_where_rest_is_free() -> None:
    route, fits, warnings = priced(*orders(1), ledger=nearly_full())
    assert (route, fits) == ("rest batch", False)
    assert warnings == (
        "BTC/USD: this costs 4 points and may not fit, with 0 to 58 of 60 in use. It surely fits in 3 s.",
    )


@pytest.mark.parametrize("event", [spent(15), refused(until_s=100)])
def test_one_that_may_not_fit_goes_over_the_websocket_with_a_warning_where_rest_is_not_free(
    event: Happening,
) -> None:
    route, fits, warnings = priced(*orders(1), ledger=told(nearly_full(), NOW_S, event))
    assert (route, fits, len(warnings)) == ("socket", False, 1)


def test_a_lockout_leaves_the_websocket() -> None:
    lockout = LockoutBegan(scope=KEY, until_ns=900 * SECOND, reason="silence")
    ledger = told(nearly_full(), NOW_S, lockout)
    assert priced(*orders(1), ledger=ledger)[0] == "socket"
    assert priced(*orders(1), ledger=ledger, socket_open=False)[0] == "none"


def test_a_batch_that_may_not_fit_warns() -> None:
    route, fits, warnings = priced(*orders(16))
    assert (route, fits) == ("socket batch", False)
    assert warnings == (
        "BTC/USD: this costs 64 points and does not fit, with 0 of 60 in use. It never fits as a whole.",
    )


def test_an_order_whose_pair_is_not_known_warns() -> None:
    _, fits, warnings = priced(an_order(pair=None))
    assert not fits
    assert "still being asked for" in warnings[0]


def test_with_a_gap_in_the_stream_it_may_not_fit() -> None:
    ledger = told(a_ledger("starter"), 0, stream_down())
    assert priced(*orders(1), ledger=ledger)[:2] == ("rest batch", False)


# --- how many -------------------------------------------------------------------------------------


def count(ledger: Ledger, *some: Order) -> int:
    return affordable(some, ledger, NOW_S * SECOND, WALL + NOW_S * SECOND)


def test_as_many_can_be_cancelled_as_fit_under_the_ceiling() -> None:
    assert count(a_ledger("starter"), *orders(25)) == 15  # 15 x 4 = 60


def test_the_cheapest_are_counted_first() -> None:
    assert count(nearly_full(), *orders(3, born_s=10), *orders(2, born_s=-100)) == 2


def test_each_pair_has_its_own_ceiling() -> None:
    assert count(nearly_full(), *orders(3), *orders(3, "ETH/USD")) == 3


def test_what_costs_nothing_fits_while_the_counter_is_not_over() -> None:
    assert count(told(a_ledger("starter"), 0, stream_down()), *orders(5, born_s=-1_000)) == 5


def test_an_order_whose_pair_is_not_known_cannot_be_promised() -> None:
    assert count(a_ledger(), an_order(pair=None)) == 0


@given(st.lists(st.floats(-400, 19), max_size=30), st.integers(0, 60))
def test_the_count_is_what_surely_fits(ages: list[float], used: int) -> None:
    ledger = told(a_ledger("starter"), NOW_S, cancel_spent("X", used))
    some = tuple(an_order(f"O{n}", born_s=age) for n, age in enumerate(ages))
    costs = sorted(
        price((one,), ledger, NOW_S * SECOND, WALL + NOW_S * SECOND, socket_open=True).cost.high
        for one in some
    )
    fitting = count(ledger, *some)
    assert used * units(1) + sum(costs[:fitting]) <= units(60)
    assert fitting == len(costs) or used * units(1) + sum(costs[: fitting + 1]) > units(60)
