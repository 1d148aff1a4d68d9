"""The funds of the account."""

from collections.abc import Sequence
from typing import ClassVar

from krakentui.state.view import BalanceRow, BalancesView
from krakentui.ui.fmt import HIDDEN, UNKNOWN, amount, number, percent
from krakentui.ui.line import Line, Span, line, wrapped
from krakentui.ui.table import Column
from krakentui.ui.widgets.freshness import or_age, toned
from krakentui.ui.widgets.rows import Group, LiveRows

VALUE_PLACES = 2
WHOLE_FROM = 100_000
"""From such a sum on the cents of its parts say nothing; the sum itself keeps them."""
NAMED = 3


class Balances(LiveRows[BalancesView, BalanceRow]):
    """Total, free, held and worth of each asset; the sum stands in the rule."""

    title = "Balances"
    columns: ClassVar[tuple[Column, ...]] = (
        Column("Asset", 9, right=False),
        Column("Total", 9),
        Column("Free", 7),
        Column("Held", 6),
        Column("Value", 8),
        Column("Share", 7, least=6),
    )

    _value_places = VALUE_PLACES

    def groups_of(self, view: BalancesView) -> Sequence[Group[BalanceRow]]:
        """Key each row by its asset; all values of the column get the same places."""
        whole = view.total_value is not None and view.total_value >= WHOLE_FROM
        self._value_places = 0 if whole else VALUE_PLACES
        return (Group([(row.asset, row) for row in view.rows]),)

    def cells_of(self, row: BalanceRow) -> Sequence[Span]:
        """Write one asset."""
        fresh, places = row.freshness, row.places
        return (
            Span(row.asset, "stale" if fresh == "stale" else "strong"),
            toned(self._amount(amount(row.total, places)), fresh),
            toned(self._amount(amount(row.free, places, row.total)), fresh),
            toned(self._held(row), fresh, "text" if row.held else "muted"),
            toned(self._amount(number(row.value, self._value_places)), fresh),
            or_age(percent(row.share_pct), row.age_ns, fresh, "muted"),
        )

    def _held(self, row: BalanceRow) -> str:
        """Write what orders hold; of a wallet that nothing can be spent from, that it is locked."""
        if row.held is None and row.free == 0 and row.total:
            return "locked"
        return self._amount(amount(row.held, row.places, row.total))

    def _amount(self, text: str) -> str:
        return HIDDEN if self.private and text != UNKNOWN else text

    def notes(self, view: BalancesView) -> tuple[Span, ...]:
        """Name the sum."""
        if not view.known:
            return ()
        total = self._amount(number(view.total_value, VALUE_PLACES))
        more = " +" if view.unpriced else ""
        return (
            Span(f"{total} {view.currency}{more}", "strong" if view.total_value is not None else "muted"),
        )

    def end_notes(self, view: BalancesView) -> tuple[Span, ...]:
        """Say what the sum leaves out."""
        if not view.unpriced:
            return ()
        names = ", ".join(view.unpriced) if len(view.unpriced) <= NAMED else str(len(view.unpriced))
        return (Span(f"{names} unpriced", "warn"),)

    def empty_lines(self, view: BalancesView | None, width: int) -> Sequence[Line]:
        """Say why there are no funds to show."""
        if self.keyless:
            return (line(Span("no key: there is no account to show", "muted")),)
        if view is not None and view.denied:
            return wrapped(view.denied, width, "muted")
        if view is not None and view.known:
            return (line(Span("no funds in this account", "muted")),)
        return super().empty_lines(view, width)
