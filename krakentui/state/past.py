"""The history as a view: rows of one kind, what the next page costs, what is known of the fees."""

from fractions import Fraction

from msgspec import Struct

from krakentui.model.history import FeesTold, HistoryKind, Past
from krakentui.model.limit import points
from krakentui.state.state import State

CALLS: dict[HistoryKind, str] = {"orders": "ClosedOrders", "trades": "TradesHistory", "ledger": "Ledgers"}


class Places(Struct, frozen=True):
    """How many decimals the figures of a pair have."""

    price: int
    qty: int


class HistoryView(Struct, frozen=True, kw_only=True):
    """One kind of history, newest first."""

    kind: HistoryKind
    rows: tuple[Past, ...]
    places: dict[str, Places]
    known: bool
    """A page has come."""
    complete: bool
    asking: bool
    why: str
    """Why the last page did not come."""
    from_stream: int
    """Rows that the stream told for nothing."""
    cost: Fraction
    """Points that the next page costs at most."""
    used_low: Fraction
    used_high: Fraction
    ceiling: Fraction
    fits_in_ns: int | None
    fees: FeesTold | None


def history(state: State, kind: HistoryKind, t_ns: int) -> HistoryView:
    """Tell what has been, of this kind."""
    past, shelf = state.history, state.history.shelves[kind]
    rows: tuple[Past, ...] = past.trades() if kind == "trades" else shelf.rows
    ledger = state.ledger
    cost, counter = ledger.rest_cost(CALLS[kind]).high, ledger.rest_at(t_ns)
    fits_ns = ledger.user_at(cost, t_ns)
    return HistoryView(
        kind=kind,
        rows=rows,
        places={name: Places(pair.price_places, pair.qty_places) for name, pair in state.pairs.items()},
        known=shelf.known,
        complete=shelf.complete,
        asking=shelf.asking,
        why=shelf.why,
        from_stream=len(rows) - len(shelf.rows),
        cost=points(cost),
        used_low=points(counter.low),
        used_high=points(counter.high),
        ceiling=points(counter.ceiling),
        fits_in_ns=None if fits_ns is None else max(0, fits_ns - t_ns),
        fees=past.fees,
    )
