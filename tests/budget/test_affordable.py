from hypothesis import given
from hypothesis import strategies as st

from krakentui.budget.acts import order_cost
from krakentui.budget.affordable import Affordable, affordable
from krakentui.budget.ledger import Ledger
from krakentui.model.clock import SECOND
from krakentui.model.limit import units
from krakentui.model.order import Order
from tests.budget.acts import WALL, a_ledger, an_order, cancel_spent, stream_down, told

NOW_S = 20
"""A cancel of an order born at second 0 costs 4 now."""


def orders(count: int, pair: str = "BTC/USD", born_s: float = 0) -> tuple[Order, ...]:
    return tuple(an_order(f"{pair}{n}", pair=pair, born_s=born_s) for n in range(count))


def nearly_full() -> Ledger:
    """Between 0 and 58 of 60 points are in use on BTC/USD at `NOW_S`."""
    return told(a_ledger("starter"), NOW_S, cancel_spent("", 58))


def counted(ledger: Ledger, *some: Order) -> Affordable:
    return affordable(some, ledger, NOW_S * SECOND, WALL + NOW_S * SECOND)


def count(ledger: Ledger, *some: Order) -> int:
    return counted(ledger, *some).now


def test_fresh_and_old_orders_are_counted_apart() -> None:
    mixed = (*orders(20), *orders(4, "ETH/USD", born_s=-40))
    found = counted(a_ledger("starter"), *mixed)
    assert (found.fresh, found.fresh_of, found.old, found.old_of) == (15, 20, 4, 4)


def test_as_many_can_be_cancelled_as_fit_under_the_ceiling() -> None:
    assert count(a_ledger("starter"), *orders(25)) == 15  # 15 x 4 = 60


def test_where_an_act_is_refused_just_at_the_ceiling_one_less_fits() -> None:
    assert count(a_ledger("starter", edge=">"), *orders(25)) == 15
    assert count(a_ledger("starter", edge=">="), *orders(25)) == 14


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
    costs = sorted(order_cost(one, WALL + NOW_S * SECOND).high for one in some)
    fitting = count(ledger, *some)
    assert used * units(1) + sum(costs[:fitting]) <= units(60)
    assert fitting == len(costs) or used * units(1) + sum(costs[: fitting + 1]) > units(60)
