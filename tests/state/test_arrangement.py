"""Sorting, grouping, counting: stable, complete, and the unknown last."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from krakentui.model.clock import SECOND
from krakentui.model.symbol import Names
from krakentui.state.arrangement import SORT_KEYS, Arrangement, SortKey, arrange, ordered, place, subtotal
from krakentui.state.filters import OrderFilter
from krakentui.state.filtertext import parse
from krakentui.state.view import OrderRow
from tests.ui.views import FREE, a_cost, an_order, orders_of

sort_keys = st.none() | st.sampled_from(SORT_KEYS)
rows = st.builds(
    an_order,
    st.uuids().map(str),
    price=st.none() | st.sampled_from(["1", "2", "3"]),
    pair=st.sampled_from(["BTC/USD", "ETH/USD", None]),
    side=st.sampled_from(["buy", "sell", None]),
    type=st.sampled_from(["limit", "stop-loss", None]),
    order_age_ns=st.none() | st.sampled_from([SECOND, 2 * SECOND]),
    distance_pct=st.none() | st.sampled_from([Decimal(-2), Decimal(1), Decimal(2)]),
    remaining=st.none() | st.sampled_from([Decimal(1), Decimal(2)]),
    cost=st.none() | st.sampled_from([FREE, a_cost(4), a_cost(8)]),
    cancel=st.none() | st.sampled_from(["asked", "unknown"]),
    last_outcome=st.none() | st.sampled_from(["cancelled", "refused"]),
)
many = st.lists(rows, max_size=12, unique_by=lambda row: row.id).map(lambda some: sorted(some, key=place))
"""Rows in the usual order, as views have them."""


def a_filter(text: str) -> OrderFilter:
    found = parse(text, Names())
    assert isinstance(found, OrderFilter)
    return found


def ids(some: list[OrderRow]) -> list[str]:
    return [row.id for row in some]


@given(many, sort_keys, st.booleans())
def test_sorting_loses_and_doubles_nothing(some: list[OrderRow], sort: SortKey | None, turned: bool) -> None:
    found = ordered(some, sort, descending=turned)
    assert sorted(ids(found)) == sorted(ids(some))
    assert ids(ordered(sorted(found, key=place), sort, descending=turned)) == ids(found)


@given(many, st.booleans())
def test_equal_rows_keep_the_usual_order_in_both_directions(some: list[OrderRow], turned: bool) -> None:
    found = ordered(some, "side", descending=turned)
    for side in ("buy", "sell", None):
        alike = [row for row in found if row.side == side]
        assert alike == sorted(alike, key=place)


@pytest.mark.parametrize("turned", [False, True])
def test_what_is_not_known_comes_last_in_both_directions(turned: bool) -> None:
    some = [an_order("O1", order_age_ns=None), an_order("O2"), an_order("O3", order_age_ns=None)]
    assert ids(ordered(some, "age", descending=turned)) == ["O2", "O1", "O3"]


@pytest.mark.parametrize(
    ("sort", "low", "high"),
    [
        ("pair", {"pair": "BTC/USD"}, {"pair": "ETH/USD"}),
        ("side", {"side": "buy"}, {"side": "sell"}),
        ("type", {"type": "limit"}, {"type": "stop-loss"}),
        ("price", {"price": Decimal(1)}, {"price": Decimal(2)}),
        ("trigger", {"trigger": Decimal(1)}, {"trigger": Decimal(2)}),
        ("distance", {"distance_pct": Decimal(1)}, {"distance_pct": Decimal(-2)}),
        ("remaining", {"remaining": Decimal(1)}, {"remaining": Decimal(2)}),
        ("filled", {"filled_pct": Decimal(1)}, {"filled_pct": Decimal(2)}),
        ("age", {"order_age_ns": 1}, {"order_age_ns": 2}),
        ("cost", {"cost": FREE}, {"cost": a_cost(8)}),
        ("state", {"cancel": "unknown"}, {"cancel": "sent"}),
        ("state", {"last_outcome": "refused"}, {"details_loading": True}),
        ("state", {"freshness": "stale"}, {"freshness": "old"}),
        ("state", {"status": "partially_filled"}, {}),
        ("state", {}, {"trigger": Decimal(1), "trigger_state": "untriggered"}),
        ("state", {"trigger": Decimal(1), "trigger_state": "untriggered"}, {"last_outcome": "cancelled"}),
    ],
)
def test_every_column_sorts_from_low_to_high_and_back(
    sort: SortKey, low: dict[str, object], high: dict[str, object]
) -> None:
    some = [an_order("O1", **high), an_order("O2", **low)]  # type: ignore[arg-type]  # fields by name
    assert ids(ordered(some, sort)) == ["O2", "O1"]
    assert ids(ordered(some, sort, descending=True)) == ["O1", "O2"]


@given(many, sort_keys)
def test_groups_hold_all_orders_of_one_pair_and_nothing_else(
    some: list[OrderRow], sort: SortKey | None
) -> None:
    found = arrange(orders_of(*some), Arrangement(sort=sort, grouped=True))
    together = [row for section in found.sections for row in section.rows]
    assert sorted(ids(together)) == sorted(ids(some))
    assert [section.pair for section in found.sections] == sorted(
        {row.pair for row in some}, key=lambda pair: (pair is None, pair or "")
    )
    for section in found.sections:
        assert {row.pair for row in section.rows} == {section.pair}
        assert list(section.rows) == ordered(section.rows, sort)


def test_only_open_orders_are_counted() -> None:
    some = [
        an_order("O1", side="buy"),
        an_order("O2"),
        an_order("O3", side="buy", last_outcome="cancelled"),
        an_order("O4", side=None, details_loading=True),
    ]
    found = arrange(orders_of(*some), Arrangement(wanted=a_filter("buy")))
    assert [row.id for row in found.sections[0].rows] == ["O1", "O3"]
    assert (found.shown, found.total, found.doubtful) == (1, 3, 1)


def test_a_subtotal_adds_up_each_side_and_what_the_cancels_cost() -> None:
    found = subtotal(
        [
            an_order("O1", side="buy", remaining=Decimal("0.1"), value=Decimal(10), cost=a_cost(4)),
            an_order("O2", side="buy", remaining=Decimal("0.2"), value=Decimal(20), cost=a_cost(4, 8)),
            an_order("O3", side="sell", remaining=Decimal("0.5"), value=Decimal(55), cost=FREE),
            an_order("O4", side="sell", remaining=None),
            an_order("O5", side="buy", last_outcome="filled"),
        ]
    )
    assert (found.orders, found.unknown) == (4, 1)
    assert (found.buy_qty, found.sell_qty) == (Decimal("0.3"), Decimal("0.5"))
    assert (found.buy_value, found.sell_value, found.quote) == (Decimal(30), Decimal(55), "USD")
    assert (found.cost_low, found.cost_high) == (Fraction(8), Fraction(12))
