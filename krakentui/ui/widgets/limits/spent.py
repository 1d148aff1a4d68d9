"""Who spent the chosen limit in the last ten minutes: by endpoint or act, and by program."""

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

from krakentui.budget.gauges import Gauge
from krakentui.model.number import counted
from krakentui.state.usage import SpentRow
from krakentui.ui.fmt import UNKNOWN, interval
from krakentui.ui.line import Line, Span, wrapped
from krakentui.ui.table import Column
from krakentui.ui.widgets.rows import HEAD, Group, LiveRows

NOT_SPENT = {
    "open_orders": "Orders are not spent: the open ones count.",
    "scheduled_orders": "Orders are not spent: those that wait count.",
}
NOTHING = "Nothing in the last 10 min, as far as is seen."


class SpentShown(NamedTuple):
    """What the table shows: the chosen limit and what was spent from it."""

    row: Gauge | None
    spent: tuple[SpentRow, ...]


class SpentTable(LiveRows[SpentShown, SpentRow]):
    """The spending of ten minutes, the dearest first; rows keep their place while their figures move."""

    title = "Spent in 10 min"
    columns = (
        Column("What", 9, right=False, least=14),
        Column("By", 8, right=False, least=10),
        Column("Calls", 5, least=5),
        Column("Points", 7, least=7),
    )
    acts = (*columns[:2], Column("Acts", 5, least=5), columns[3])
    """The columns for a pair: what spends its points is no call."""

    def columns_for(self, width: int) -> tuple[Column, ...]:  # noqa: ARG002 - the same at every width
        """Name what is counted."""
        return self.acts if self._of_a_pair else self.columns

    @property
    def _of_a_pair(self) -> bool:
        view = self._view
        return view is not None and view.row is not None and view.row.name == "engine"

    def groups_of(self, view: SpentShown) -> Sequence[Group[SpentRow]]:
        """Know each row by the limit, what was done, and by whom."""
        label = "" if view.row is None else view.row.label
        return (Group([(f"{label} {row.what} {row.by}", row) for row in view.spent]),)

    def cells_of(self, row: SpentRow) -> Sequence[Span]:
        """Turn a row into cells."""
        ours = row.by != "others"
        points = UNKNOWN if row.low is None or row.high is None else interval(row.low, row.high)
        return (
            Span(row.what, "text"),
            Span(row.by, "muted" if ours else "warn"),
            Span(UNKNOWN if row.calls is None else str(row.calls), "text"),
            Span(points, "strong"),
        )

    def notes(self, view: SpentShown) -> tuple[Span, ...]:
        """Add all up."""
        if not view.spent:
            return ()
        calls = sum(row.calls or 0 for row in view.spent)
        low = sum((row.low or Fraction(0) for row in view.spent), Fraction(0))
        high = sum((row.high or Fraction(0) for row in view.spent), Fraction(0))
        more = "+" if any(row.high is None for row in view.spent) else ""
        points = counted(f"{interval(low, high)}{more}", "point")
        whole = f"{counted(calls, 'act' if self._of_a_pair else 'call')}, {points}"
        note = next((text for text in (whole, points) if self._fits(text, len(view.spent))), "")
        return (Span(note, "muted"),) if note else ()

    def _fits(self, note: str, rows: int) -> bool:
        """Tell whether the rule has room for this beside the place in a list that is cut."""
        is_cut = rows > self.size.height - HEAD
        place = f" {rows}–{rows} of {rows} ─" if is_cut else ""
        return len(f"─ {self.title} {note} {place}") <= self.size.width

    def empty_lines(self, view: SpentShown | None, width: int) -> Sequence[Line]:
        """Say why there is none."""
        row = None if view is None else view.row
        text = "" if row is None else NOT_SPENT.get(row.name, NOTHING)
        return wrapped(text, width, "muted")
