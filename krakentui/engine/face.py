"""What a screen or a command may see of a session and ask of it. Nothing else crosses."""

from collections.abc import Sequence
from typing import Protocol

from krakentui.budget.forecast import Curve
from krakentui.model.clock import Clock
from krakentui.model.history import HistoryKind, Past
from krakentui.model.symbol import Names
from krakentui.state.connections import ConnectionsView
from krakentui.state.details import DetailsView
from krakentui.state.keyring import KeysView, TakeOverQuestion
from krakentui.state.parting import Parting
from krakentui.state.past import HistoryView
from krakentui.state.results import ResultsView
from krakentui.state.usage import UsageView
from krakentui.state.view import (
    BalancesView,
    BudgetView,
    Found,
    JournalLine,
    MarketRow,
    NotAsked,
    OrdersView,
    Question,
    StatusView,
    SwitchQuestion,
)


class Face(Protocol):
    """One session, seen from outside. All calls are synchronous and return at once."""

    @property
    def clock(self) -> Clock:
        """The clock of this session."""
        ...

    @property
    def revision(self) -> int:
        """Rises with every event; equal revisions have equal beliefs (ages still move)."""
        ...

    def status(self, t_ns: int) -> StatusView:
        """Tell venue, power, account, system and feeds."""
        ...

    def markets(self, t_ns: int) -> tuple[MarketRow, ...]:
        """List the markets that are watched."""
        ...

    def balances(self, t_ns: int) -> BalancesView:
        """List the funds."""
        ...

    def orders(self, t_ns: int) -> OrdersView:
        """List the open orders."""
        ...

    def budget(self, t_ns: int) -> BudgetView:
        """Tell how much of every limit is left."""
        ...

    def curves(self, t_ns: int) -> tuple[Curve, ...]:
        """Tell how the counters go on in the next minutes, with the polls that are planned."""
        ...

    def usage(self, t_ns: int) -> UsageView:
        """Tell everything about limits: how they stand, go on, who spent them, what was refused."""
        ...

    def connections(self, t_ns: int) -> ConnectionsView:
        """Tell how the feeds have fared, and what was wrong with what came over them."""
        ...

    def journal(self, after: int = 0) -> tuple[JournalLine, ...]:
        """List what happened since line `after`, oldest first, at most the last 2,000 lines."""
        ...

    def ask_cancel(self, ids: Sequence[str], *, named: bool = False) -> Question | NotAsked:
        """Freeze a question about these orders, or say at once why it cannot be asked.

        Of orders that were `named` those that are not listed are asked about, too: a list may lag.
        """
        ...

    def ask_cancel_all(self, *, new_too: bool = False) -> Question | NotAsked:
        """Freeze a question about every open order there is now.

        With `new_too` about a mass cancel: it takes what is placed meanwhile as well, whoever places it.
        """
        ...

    def confirm(self, question: Question) -> NotAsked | None:
        """Cancel exactly the orders of the question; None = they are on their way."""
        ...

    def results(self) -> tuple[ResultsView, ...]:
        """Tell what came of the cancels confirmed last, and of earlier ones that are not settled."""
        ...

    def ask_switch(self) -> SwitchQuestion | NotAsked:
        """Freeze a question about the dead man's switch: arm it, or disarm it where it is on."""
        ...

    def set_switch(self, question: SwitchQuestion, timeout_s: int) -> NotAsked | None:
        """Do what the question about the switch says; None = it is on its way."""
        ...

    def history(self, kind: HistoryKind, t_ns: int) -> HistoryView:
        """List what has been, as far as it was asked for."""
        ...

    def ask_history(self, kind: HistoryKind, *, again: bool) -> str:
        """Ask for the next older page, or the newest once more; the sentence says what happens."""
        ...

    def ask_fees(self) -> str:
        """Ask for the volume of 30 days and its fees; the sentence says what happens."""
        ...

    def export(self, kind: HistoryKind, rows: Sequence[Past]) -> str:
        """Write rows into files of the folder we run in; the sentence says where, or why not."""
        ...

    def ask_when_free(self, ids: Sequence[str]) -> Question | NotAsked:
        """Freeze a question about cancelling these orders as soon as that is cheap enough."""
        ...

    def confirm_when_free(self, question: Question) -> NotAsked | None:
        """Let the orders of a question wait; None = they do."""
        ...

    def stop_waiting(self, ids: Sequence[str]) -> bool:
        """Let these orders wait no longer; tell whether any did."""
        ...

    def unsettled(self) -> tuple[str, ...]:
        """List the ids of cancels whose outcome is still open."""
        ...

    def parting(self) -> Parting:
        """Tell what hangs on the key in use at this moment, and is left behind with it."""
        ...

    def names(self) -> Names:
        """Give every spelling of assets and pairs that the exchange has told; at first none."""
        ...

    def look_up(self, ids: Sequence[str]) -> bool:
        """Ask what became of orders that are not open; False = it cannot be asked."""
        ...

    def found(self, order_id: str) -> Found | None:
        """Tell what became of an order; None = not known (yet)."""
        ...

    def details(self, order_id: str, t_ns: int) -> DetailsView | None:
        """Tell all that is known of an order; None where nothing is remembered of it."""
        ...

    def ask_amends(self, order_id: str) -> str:
        """Ask how an order was changed, at the cost its details tell; the sentence says what comes of it."""
        ...

    def poll_now(self) -> str:
        """Ask the exchange again as soon as the budget allows; the sentence says when."""
        ...


class KeysFace(Protocol):
    """The keys of one run, seen from outside. All calls are synchronous and return at once."""

    def look(self) -> None:
        """Look which keys there are now."""
        ...

    def view(self, t_ns: int, chosen: str | None = None) -> KeysView:
        """List the keys, and tell what a check of the chosen one, or of the one in use, costs."""
        ...

    def check(self, chosen: str | None = None) -> str:
        """Ask the exchange what the key in use may do; the sentence says what comes of it.

        Where the chosen one is the key that cancels, that is the one that is checked.
        """
        ...

    def ask_take_over(self, chosen: str | None) -> TakeOverQuestion | NotAsked:
        """Freeze the question whether to take over the key in use, or the one that cancels."""
        ...

    def take_over(self, question: TakeOverQuestion) -> str:
        """Do what was asked and agreed to; the sentence says what comes of it."""
        ...

    def parting(self) -> Parting:
        """Tell what hangs on the key in use."""
        ...

    def barrier(self, name: str) -> str:
        """Say why this key cannot be switched to; empty = it can."""
        ...

    def switch(self, name: str, agreed: Parting) -> str:
        """Put another key in the place of the one in use; the sentence says what comes of it.

        Args:
            name: of the key.
            agreed: what the user knows to be left with the key in use.
        """
        ...
