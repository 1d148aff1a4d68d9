"""The markets that are watched."""

from collections.abc import Sequence
from decimal import Decimal
from typing import ClassVar

from krakentui.state.view import MarketRow
from krakentui.ui.bars import sparkline
from krakentui.ui.fmt import UNKNOWN, number, percent, signed
from krakentui.ui.line import Span, Tone
from krakentui.ui.table import Column
from krakentui.ui.widgets.freshness import or_age, toned
from krakentui.ui.widgets.rows import Group, LiveRows

SPARK = 8
SPREAD_PLACES = 3


class Markets(LiveRows[tuple[MarketRow, ...], MarketRow]):
    """Last, change, best prices and the last hours of each market."""

    title = "Markets"
    columns: ClassVar[tuple[Column, ...]] = (
        Column("Pair", 9, right=False),
        Column("Last", 9),
        Column("24h %", 8, least=6),
        Column("Bid", 6),
        Column("Ask", 6),
        Column("Spread", 4, least=7),
        Column("Hours", 7, right=True, least=SPARK),
    )

    def groups_of(self, view: tuple[MarketRow, ...]) -> Sequence[Group[MarketRow]]:
        """Key each market by its pair."""
        return (Group([(row.pair, row) for row in view]),)

    def cells_of(self, row: MarketRow) -> Sequence[Span]:
        """Write one market."""
        fresh, places = row.freshness, row.price_places
        change: Tone = "text" if not row.change_pct else "good" if row.change_pct > 0 else "bad"
        return (
            Span(row.pair, "stale" if fresh == "stale" else "strong"),
            toned(number(row.last, places), fresh),
            toned(signed(row.change_pct), fresh, change),
            toned(number(row.bid, places), fresh),
            toned(number(row.ask, places), fresh),
            toned(_spread(row), fresh, "muted"),
            or_age(sparkline(row.spark, SPARK) or UNKNOWN, row.age_ns, fresh, "muted"),
        )


def _spread(row: MarketRow) -> str:
    """Write the spread in percent of the price; one too small for its places is not nothing."""
    if row.spread and not row.spread_pct:
        return f"<{percent(Decimal(1).scaleb(-SPREAD_PLACES), SPREAD_PLACES)}"
    return percent(row.spread_pct, SPREAD_PLACES)
