"""What a session shows: views of its state, each of one moment. Nothing here changes anything."""

from krakentui.budget.forecast import Curve
from krakentui.model.clock import Clock
from krakentui.model.history import HistoryKind
from krakentui.model.symbol import Names
from krakentui.state import ahead, past, prices, results, usage, views, wealth
from krakentui.state.connections import ConnectionsView
from krakentui.state.parting import Parting, parting
from krakentui.state.past import HistoryView
from krakentui.state.state import State
from krakentui.state.usage import UsageView
from krakentui.state.view import BalancesView, BudgetView, JournalLine, MarketRow, OrdersView, StatusView


class Sight:
    """The views of one session."""

    def __init__(self, state: State, clock: Clock) -> None:
        """Look at this state, by this clock."""
        self.clock = clock
        self.state = state
        self.ended_ns: int | None = None
        """Since when everything stands still."""

    def then(self, t_ns: int) -> int:
        """Tell for when a view is."""
        return t_ns if self.ended_ns is None else self.ended_ns

    @property
    def revision(self) -> int:
        """Rises with every event."""
        return self.state.revision

    def status(self, t_ns: int) -> StatusView:
        """Tell venue, power, account, system and feeds."""
        return views.status(self.state, self.then(t_ns))

    def markets(self, t_ns: int) -> tuple[MarketRow, ...]:
        """List the markets that are watched."""
        return prices.markets(self.state, self.then(t_ns))

    def balances(self, t_ns: int) -> BalancesView:
        """List the funds."""
        return wealth.balances(self.state, self.then(t_ns))

    def orders(self, t_ns: int) -> OrdersView:
        """List the open orders."""
        return views.orders(self.state, self.then(t_ns))

    def budget(self, t_ns: int) -> BudgetView:
        """Tell how much of every limit is left."""
        return views.budget(self.state, self.then(t_ns))

    def curves(self, t_ns: int) -> tuple[Curve, ...]:
        """Tell how the counters go on in the next minutes, with the polls that are planned."""
        return ahead.curves(self.state, self.then(t_ns))

    def usage(self, t_ns: int) -> UsageView:
        """Tell everything about limits: how they stand, go on, who spent them, what was refused."""
        return usage.usage(self.state, self.then(t_ns))

    def connections(self, t_ns: int) -> ConnectionsView:
        """Tell how the feeds have fared, and what was wrong with what came over them."""
        return views.connections(self.state, self.then(t_ns))

    def journal(self, after: int = 0) -> tuple[JournalLine, ...]:
        """List what happened since line `after`."""
        return views.journal(self.state, after)

    def results(self) -> tuple[results.ResultsView, ...]:
        """Tell what came of the cancels confirmed last, and of earlier ones that are not settled."""
        return results.results(self.state)

    def history(self, kind: HistoryKind, t_ns: int) -> HistoryView:
        """List what has been, as far as it was asked for."""
        return past.history(self.state, kind, self.then(t_ns))

    def unsettled(self) -> tuple[str, ...]:
        """List the ids of cancels whose outcome is still open."""
        return self.state.unsettled()

    def parting(self) -> Parting:
        """Tell what hangs on the key in use at this moment, and is left behind with it."""
        return parting(self.state, self.clock.mono_ns())

    def names(self) -> Names:
        """Give every spelling of assets and pairs that the exchange has told; at first none."""
        return self.state.names
