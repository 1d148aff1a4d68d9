"""Every limit in one view: how it stands and goes on, who spent it, what was refused."""

from fractions import Fraction

from msgspec import Struct

from krakentui.budget.forecast import SPAN_NS, Curve
from krakentui.budget.spending import OTHERS, Refused
from krakentui.budget.words import amount, figure
from krakentui.model.limit import KeyScope, LimitName, Scope, points
from krakentui.state import ahead, views
from krakentui.state.state import State
from krakentui.state.view import BudgetView

UNSEEN = "not seen"


class PollMark(Struct, frozen=True, kw_only=True):
    """A poll that comes if nothing else happens before."""

    what: str
    in_ns: int
    low: Fraction
    high: Fraction


class SpentRow(Struct, frozen=True, kw_only=True):
    """What one kind of act of one program took from one limit in the last ten minutes; in points."""

    name: LimitName
    scope: Scope
    what: str
    """Endpoint or act; `not seen` = that somebody spends is known, and nothing more."""
    by: str
    calls: int | None
    low: Fraction | None
    high: Fraction | None


class RefusalRow(Struct, frozen=True, kw_only=True):
    """A call that was refused for a limit."""

    wall_ns: int
    expected: bool
    text: str
    """One sentence."""


class UsageView(Struct, frozen=True, kw_only=True):
    """All that the Limits screen tells."""

    budget: BudgetView
    curves: tuple[Curve, ...]
    polls: tuple[PollMark, ...]
    """Of the key, in the minutes that the curves show, soonest first."""
    spent: tuple[SpentRow, ...]
    """By limit, then the dearest first."""
    refusals: tuple[RefusalRow, ...]
    """The last ones, the youngest first."""


def usage(state: State, t_ns: int) -> UsageView:
    """Tell everything about limits."""
    return UsageView(
        budget=views.budget(state, t_ns),
        curves=ahead.curves(state, t_ns),
        polls=tuple(
            PollMark(what=one.what, in_ns=one.at_ns - t_ns, low=points(one.least or 0), high=points(one.cost))
            for one in ahead.planned(state)
            if t_ns <= one.at_ns <= t_ns + SPAN_NS
        ),
        spent=spent(state, t_ns),
        refusals=tuple(_refusal(state, one) for one in reversed(state.spending.refused)),
    )


def spent(state: State, t_ns: int) -> tuple[SpentRow, ...]:
    """List who spent what in ten minutes, and whose spending is only known to be."""
    rows = [
        SpentRow(
            name=kind.name,
            scope=kind.scope,
            what=kind.what,
            by=kind.by,
            calls=sum_.calls,
            low=points(sum_.low),
            high=points(sum_.high),
        )
        for kind, sum_ in state.spending.sums(t_ns).items()
    ]
    ledger = state.ledger
    for books in ledger.by_key():
        scope = KeyScope(books.key or "")
        if ledger.foreign_known("rest", scope, t_ns):
            rows.append(
                SpentRow(name="rest", scope=scope, what=UNSEEN, by=OTHERS, calls=None, low=None, high=None)
            )

    def dearest_first(row: SpentRow) -> tuple[str, str, Fraction, str, str]:
        return row.name, ledger.label(row.name, row.scope), -(row.high or Fraction(0)), row.what, row.by

    return tuple(sorted(rows, key=dearest_first))


def _refusal(state: State, one: Refused) -> RefusalRow:
    """Say what was refused and what was believed then."""
    what = one.kind.what or "a call"
    counted = (
        ""
        if one.low is None or one.high is None or one.ceiling is None
        else (f" with {amount(one.low, one.high)} of {figure(one.ceiling)} counted")
    )
    name = state.ledger.label(one.kind.name, one.kind.scope)
    return RefusalRow(
        wall_ns=state.exchange_ns(one.at_ns),
        expected=one.expected,
        text=f"{name}: {what} was refused{counted} ({one.code}).",
    )
