"""What came of cancels, made by hand: one order in every state, and a mass cancel in every phase."""

from decimal import Decimal

from msgspec import structs

from krakentui.state.groups import Mass, Phase
from krakentui.state.results import BEFORE, ResultRow, ResultState, ResultsView
from tests.support.clock import WALL_START

VERDICT = (
    "The cancel of everything: the exchange says that it ended 4; 2 were seen to end, 2 that this program "
    "did not know."
)


def a_row(
    order_id: str = "OABC12-XYZ34-DEF567", state: ResultState = "cancelled", **changes: object
) -> ResultRow:
    row = ResultRow(
        id=order_id,
        pair="BTC/USD",
        side="sell",
        type="limit",
        price=Decimal("64000.1"),
        price_places=1,
        qty=Decimal("0.50000000"),
        filled=Decimal(0),
        qty_places=8,
        state=state,
    )
    return structs.replace(row, **changes)


def every_state() -> tuple[ResultRow, ...]:
    """One order in every state, with what is said of it."""
    return (
        a_row("O01K7-Q2M5X-7RZTB4"),
        a_row("O02K7-Q2M5X-7RZTB4", filled=Decimal("0.20000000")),
        a_row(
            "O03K7-Q2M5X-7RZTB4", "filled", filled=Decimal("0.50000000"), side="buy", price=Decimal("63800.0")
        ),
        a_row("O04K7-Q2M5X-7RZTB4", "gone", why="someone else cancelled it first", type="stop-loss"),
        a_row(
            "O05K7-Q2M5X-7RZTB4", "gone", why=BEFORE, pair="ETH/USD", price=Decimal("3150.00"), price_places=2
        ),
        a_row("O06K7-Q2M5X-7RZTB4", "refused", why="the exchange says EOrder:Rate limit exceeded"),
        a_row("O07K7-Q2M5X-7RZTB4", "not_sent", why="the program closed before it could go"),
        a_row("O08K7-Q2M5X-7RZTB4", "unknown", why="the exchange did not say how it ended"),
        a_row("O09K7-Q2M5X-7RZTB4", "asking", why="unanswered after 5 s"),
        a_row("O10K7-Q2M5X-7RZTB4", "closing"),
        a_row("O11K7-Q2M5X-7RZTB4", "taken"),
        a_row("O12K7-Q2M5X-7RZTB4", "sent"),
        a_row("O13K7-Q2M5X-7RZTB4", "waits"),
    )


def results_of(*rows: ResultRow, **changes: object) -> ResultsView:
    view = ResultsView(number=1, rows=rows, settled=not any(row.is_open for row in rows))
    return structs.replace(view, **changes)


def a_mass(phase: Phase = "over", **changes: object) -> Mass:
    mass = Mass(request=1, route="over the websocket, everything at once", phase=phase, moved_ns=WALL_START)
    return structs.replace(mass, **changes)


def taken_along() -> ResultsView:
    """A mass cancel whose count is larger than what was seen, and an order that it took along."""
    return results_of(
        a_row("O01K7-Q2M5X-7RZTB4"),
        a_row("O02K7-Q2M5X-7RZTB4", along=True, pair="ETH/USD", price=Decimal("3150.00"), price_places=2),
        mass=a_mass(count=4, verdict=VERDICT, outcome="cancelled"),
    )
