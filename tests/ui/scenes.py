"""A full and varied account, for pictures."""

from decimal import Decimal
from fractions import Fraction

from msgspec import structs

from krakentui.model.clock import SECOND
from krakentui.state.view import OrdersView
from tests.ui.views import (
    FREE,
    FakeFace,
    a_balance,
    a_budget,
    a_cost,
    a_feed,
    a_gauge,
    a_line,
    a_market,
    a_status,
    an_order,
    balances_of,
    orders_of,
)


def busy_face() -> FakeFace:
    """Eight markets, six assets, a dozen and a half orders of all kinds."""
    face = FakeFace()
    face.status_view = a_status(
        feeds=(a_feed("public"), a_feed("private"), a_feed("rest", age_ns=14 * SECOND)),
    )
    face.market_rows = (
        a_market("BTC/USD", "64012.3"),
        a_market("ETH/USD", "3120.55", change_pct=Decimal("-0.84")),
        a_market("SOL/USD", "148.21", change_pct=Decimal("4.10")),
        a_market("XRP/USD", "0.61234", change_pct=Decimal("0.00")),
        a_market("ADA/USD", "0.451230", age_ns=4 * SECOND, freshness="old"),
        a_market("DOGE/USD", "0.1612345", age_ns=12 * SECOND, freshness="stale"),
        a_market("LTC/USD", "83.10", change_pct=Decimal("-12.33")),
        a_market(
            "LINK/USD", None, change_pct=None, spread_pct=None, spark=(), age_ns=None, freshness="unknown"
        ),
    )
    face.balances_view = balances_of(
        a_balance(
            "BTC", "1.25000", held=Decimal("0.75000"), free=Decimal("0.50000"), value=Decimal("80015.38")
        ),
        a_balance("ETH", "22.10000", value=Decimal("68964.16"), share_pct=Decimal("30.2")),
        a_balance(
            "USD",
            "54321.12",
            held=Decimal("21000.00"),
            free=Decimal("33321.12"),
            value=Decimal("54321.12"),
            share_pct=Decimal("23.8"),
        ),
        a_balance(
            "SOL",
            "170.50000",
            value=Decimal("25269.81"),
            share_pct=Decimal("11.1"),
            age_ns=70 * SECOND,
            freshness="old",
        ),
        a_balance("DOT.S", "40.00000", value=Decimal("1.32"), share_pct=Decimal("0.1"), held=None, free=None),
        a_balance("PEPE", "1200000.00000", value=None, share_pct=None),
        unpriced=("PEPE",),
    )
    face.orders_view = orders_of(*_orders())
    face.budget_view = a_budget(
        a_gauge("REST calls", "7.5"),
        a_gauge(
            "BTC/USD trading",
            "96",
            "104",
            warning="warm",
            others_high=Fraction(3),
            others_low=Fraction(1),
            free_in_ns=0,
        ),
        a_gauge("ETH/USD trading", "0", "60", from_start=True),
        a_gauge("SOL/USD trading", "12"),
        a_gauge("XRP/USD trading", "0"),
        a_gauge("ADA/USD trading", "118", "125", warning="full", free_in_ns=3 * SECOND),
        a_gauge("public REST", "0.4", max=Fraction(1)),
        a_gauge("connections", "3", max=Fraction(60)),
        headline="ADA/USD trading: 118 to 125 of 125 points; one more act surely fits in 3 s.",
        warning="full",
    )
    face.lines = (
        a_line(1, "public feed is live"),
        a_line(2, "Cancelled: sell 0.5 BTC/USD at 110,000.0, 0.1 filled", kind="cancel", level="good"),
    )
    return face


def with_traces(view: OrdersView) -> OrdersView:
    """Let four of the orders end: by a fill, by others, by us, nobody knows how."""
    told = {
        "O01": "filled 0.5 @ 64,500.0",
        "O03": "cancelled by another program, filled 0.1 @ 110,000.0",
        "O05": "closed while we were not listening, not known how",
    }
    traces = tuple(
        structs.replace(row, trace=told[row.id[:3]], cost=None) for row in view.rows if row.id[:3] in told
    )
    left = [row for row in view.rows if row.id[:3] not in told]
    ours = [structs.replace(row, trace="cancelled", last_outcome="cancelled", cost=None) for row in left[:1]]
    return structs.replace(view, rows=(*ours, *left[1:]), traces=traces)


def _orders() -> tuple:  # type: ignore[type-arg]  # rows of mixed kinds
    eth = {"pair": "ETH/USD", "price_places": 2}
    return (
        an_order(
            "O01K7-Q2M5X-7RZTB4",
            "64500.0",
            side="sell",
            distance_pct=Decimal("0.76"),
            order_age_ns=3 * SECOND,
            cost=a_cost(8, next=Fraction(6), next_in_ns=2 * SECOND),
        ),
        an_order(
            "O02K7-Q2M5X-7RZTB4",
            "63000.0",
            side="buy",
            distance_pct=Decimal("-1.58"),
            order_age_ns=12 * SECOND,
            cost=a_cost(5, 6, next=Fraction(4), next_in_ns=3 * SECOND),
            filled=Decimal("0.2"),
            filled_pct=Decimal(40),
            remaining=Decimal("0.30000000"),
            status="partially_filled",
        ),
        an_order(
            "O03K7-Q2M5X-7RZTB4",
            "110000.0",
            distance_pct=Decimal("71.84"),
            order_age_ns=90 * SECOND,
            cost=a_cost(2, next=Fraction(1), next_in_ns=30 * SECOND),
        ),
        an_order(
            "O04K7-Q2M5X-7RZTB4",
            "58000.0",
            type="stop-loss",
            trigger=Decimal("58000.0"),
            trigger_state="untriggered",
            protective=True,
            distance_pct=Decimal("-9.39"),
            order_age_ns=3 * 3600 * SECOND,
            cost=FREE,
        ),
        an_order(
            "O05K7-Q2M5X-7RZTB4",
            "3000.00",
            side="buy",
            distance_pct=Decimal("-3.86"),
            order_age_ns=26 * 3600 * SECOND,
            cost=FREE,
            remaining=Decimal("4.00000000"),
            **eth,
        ),
        an_order(
            "O06K7-Q2M5X-7RZTB4",
            "3300.00",
            type="take-profit-limit",
            trigger=Decimal("3290.00"),
            trigger_state="untriggered",
            protective=True,
            cost=FREE,
            order_age_ns=12 * 86400 * SECOND,
            **eth,
        ),
        an_order(
            "O07K7-Q2M5X-7RZTB4",
            "3125.00",
            cancel="sent",
            distance_pct=Decimal("0.14"),
            order_age_ns=40 * SECOND,
            **eth,
        ),
        an_order(
            "O08K7-Q2M5X-7RZTB4", "3090.00", side="buy", cancel="unknown", order_age_ns=70 * SECOND, **eth
        ),
        an_order(
            "O09K7-Q2M5X-7RZTB4",
            "149.00",
            pair="SOL/USD",
            price_places=2,
            order_age_ns=5 * SECOND,
            cost=a_cost(8, fits=False),
            last_outcome="refused",
        ),
        an_order(
            "O10K7-Q2M5X-7RZTB4",
            "0.60000",
            pair="XRP/USD",
            price_places=5,
            side="buy",
            age_ns=8 * SECOND,
            freshness="stale",
            order_age_ns=600 * SECOND,
            cost=FREE,
            remaining=Decimal("12000.00000000"),
        ),
        an_order(
            "O11K7-Q2M5X-7RZTB4",
            None,
            pair=None,
            side=None,
            type=None,
            price_places=0,
            qty=None,
            remaining=None,
            filled_pct=None,
            distance_pct=None,
            order_age_ns=None,
            cost=None,
            details_loading=True,
        ),
        an_order(
            "O12K7-Q2M5X-7RZTB4",
            None,
            pair="BTC/USD",
            side="buy",
            type="market",
            distance_pct=None,
            order_age_ns=0,
            status="pending_new",
            cost=a_cost(8, 8),
        ),
        an_order(
            "O13K7-Q2M5X-7RZTB4",
            "0.500000",
            pair="ADA/USD",
            price_places=6,
            freshness="old",
            age_ns=4 * SECOND,
            cost=a_cost(4, 8, next=None),
            order_age_ns=250 * SECOND,
            remaining=Decimal("9500.00000000"),
        ),
        *(
            an_order(
                f"O{n}K7-Q2M5X-7RZTB4",
                f"{65000 + 100 * n}.0",
                distance_pct=Decimal(n) / 10,
                order_age_ns=n * 400 * SECOND,
                cost=FREE,
            )
            for n in range(20, 32)
        ),
    )
