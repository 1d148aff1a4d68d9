"""Which markets are kept live: the chosen ones, those of open orders, and those that price the balances."""

from collections.abc import Sequence

from krakentui.state.state import State
from krakentui.state.worth import pairs_for


class MarketWishes:
    """Reads the wishes off the state."""

    def __init__(self, state: State) -> None:
        """Look at this state."""
        self._state = state

    def candles(self) -> Sequence[str]:
        """List the pairs with a sparkline."""
        return self._state.watched()

    def tickers(self) -> Sequence[str]:
        """List the pairs whose best prices are wanted."""
        state = self._state
        held = [asset for asset, total in state.funds.totals.items() if total.total]
        return tuple(dict.fromkeys([*state.watched(), *pairs_for(held, state.currency, state.pairs)]))
