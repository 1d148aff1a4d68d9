"""What the lane asks of the budget, answered from the ledger of this moment."""

from collections.abc import Callable

from krakentui.budget.interval import Interval
from krakentui.budget.ledger import Ledger
from krakentui.engine.turnstile import Kind
from krakentui.model.limit import KeyScope


class LedgerPurse:
    """Looks into the ledger anew for every question."""

    def __init__(self, ledger: Callable[[], Ledger], scope: KeyScope, *, tries: bool = False) -> None:
        """Take where the ledger is and whose counter it is; `tries` = a cancel hangs on the user's calls."""
        self._ledger = ledger
        self._scope = scope
        self._tries = tries

    def cost(self, endpoint: str) -> Interval:
        """Tell what a call adds to the REST counter, in units."""
        return self._ledger().rest_cost(endpoint)

    def rest_fits_at(self, cost: int, kind: Kind, t_ns: int) -> int | None:
        """Tell when this many units fit into the REST counter for this lane; None = never.

        Background calls stay above the reserve. The user's calls go on the low end of the counter where
        the high one is the ceiling only because nobody knows what happened before our start, and nothing
        was ever refused: a screen that waits for the band to drain would stay empty for half a minute.
        Where a cancel hangs on them, the low end is enough whatever the doubt is of, until the first refusal.
        """
        ledger = self._ledger()
        if kind == "background":
            return ledger.background_at(cost, t_ns)
        if kind == "user" and ledger.refusals_expected + ledger.refusals_unexpected == 0:
            counter, known = ledger.rest_at(t_ns), ledger.rest.shown_known(t_ns)
            if (self._tries or known.high < counter.high) and counter.low + cost <= counter.ceiling:
                return t_ns
        return ledger.user_tried_at(cost + ledger.edge, t_ns)

    def expects_refusal(self, cost: int, t_ns: int) -> bool:
        """Tell whether a refusal of a call that costs this much would be no surprise."""
        return self._ledger().expects_refusal("rest", self._scope, cost, t_ns)
