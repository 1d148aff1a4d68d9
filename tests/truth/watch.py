"""What must hold after every single event, not only in the end."""

from collections import Counter
from decimal import Decimal

from krakentui.model.order import Order
from krakentui.state import views
from krakentui.state.cancels import ENDINGS
from krakentui.state.state import State
from tests.truth.past import Past, filled_of
from tests.whole.truth import FEE, Shown, as_shown, purse

ROUNDED = Decimal("0.0005")
"""What an order holds is rounded at each of its fills, to the places of a ledger."""


class Watch:
    """Holds each belief of a state against all that ever was true."""

    def __init__(self, past: Past, state: State) -> None:
        self._past = past
        self._state = state
        self._open: set[str] = set()
        self._left: set[str] = set()
        """Orders that were open and are not: truly over, so they never come back."""
        self._filled: dict[str, Decimal] = {}
        self._told: Counter[tuple[str, str]] = Counter()
        self._line = 0
        self._total_at = dict.fromkeys(past.totals, 0)
        self._held_at = dict.fromkeys(past.totals, 0)

    def look(self) -> None:
        """Look after one event."""
        self.look_at_orders()
        self.look_at_totals()
        if self._state.desk.table.authoritative:
            for asset, past in self._past.holds.items():
                held = self._state.funds.holds.held(asset)
                if held is not None:
                    self._held_at[asset] = _next(past, self._held_at[asset], held, FEE, ROUNDED)

    def look_at_orders(self) -> None:
        """Look after one event that may have overtaken others."""
        table = self._state.desk.table
        is_open = set(table.open)
        assert not is_open & self._left, "an order that had ended came back"
        for order_id in self._open - is_open:
            assert order_id in self._past.account.closed, "an order that is open is not shown"
            self._left.add(order_id)
        self._open = is_open
        for order in table.open.values():
            self._progress(order)
        for stone in table._ended.values():
            self._progress(stone.order)
            if stone.order.is_done:
                assert stone.order.status == self._past.find(stone.order.id).status, "a false end"
        self._sentences()

    def _progress(self, order: Order) -> None:
        """What is filled only grows, and is never more than truly was."""
        assert order.filled >= self._filled.get(order.id, 0), "what was filled fell"
        assert order.filled <= filled_of(self._past.find(order.id)), "a fill counts twice"
        self._filled[order.id] = order.filled

    def _sentences(self) -> None:
        """Each fill and each end is told once."""
        for line in self._state.journal.after(self._line):
            self._line = line.number
            if line.order_id is not None and (line.kind == "order" or line.outcome in ENDINGS):
                kind = "fill" if line.text.startswith("Filled:") else "end"
                self._told[line.order_id, kind] += 1
                most = len(self._past.find(line.order_id).trades) if kind == "fill" else 1
                assert self._told[line.order_id, kind] <= most, f"told twice: {line.text}"

    def look_at_totals(self) -> None:
        """Each total was true once, and none comes back after a younger one."""
        for asset, past in self._past.totals.items():
            total = shown_total(self._state, asset)
            if total is not None:
                self._total_at[asset] = _next(past, self._total_at[asset], total)


def shown_orders(state: State, t_ns: int) -> dict[str, Shown]:
    """Tell the open orders as they are shown."""
    return {row.id: as_shown(row) for row in views.orders(state, t_ns).rows}


def shown_total(state: State, asset: str) -> Decimal | None:
    """Sum what is shown of an asset, its wallets included."""
    rows = [name for name in state.funds.totals if purse(name) == asset and not name.endswith(".F")]
    totals = [total for name in rows if (total := state.funds.total(name)) is not None]
    return sum(totals, Decimal(0)) if totals else None


def _next(
    past: list[Decimal], at: int, value: Decimal, share: Decimal = Decimal(0), rounded: Decimal = Decimal(0)
) -> int:
    """Find when a figure was true, not before the last one that was shown."""
    for index in range(at, len(past)):
        if abs(past[index] - value) <= share * past[index] + rounded:
            return index
    raise AssertionError(f"{value} is older than what was shown before, or never was true: {past}")
