"""All that ever was true of one account of the simulated exchange, as it hears it itself."""

from collections.abc import Sequence
from decimal import Decimal

from krakentui.simulator.account import Account, Entry
from krakentui.simulator.ledger import Row
from krakentui.simulator.orders import Order
from krakentui.simulator.tables import Pair

Figures = dict[str, list[Decimal]]
"""By asset: every figure there was, in order."""


class Past:
    """Hears of every change of an account, as its streams do, and keeps what was true after it."""

    def __init__(self, account: Account, assets: Sequence[str]) -> None:
        self.account = account
        self.totals: Figures = {asset: [] for asset in assets}
        self.holds: Figures = {asset: [] for asset in assets}
        account.listeners.append(self)
        self.note()

    def executed(self, account: Account, entry: Entry, pair: Pair) -> None:
        """Hear of a change of an order."""
        self._note(self.holds)

    def booked(self, account: Account, row: Row) -> None:
        """Hear of a ledger row."""
        self._note(self.totals)

    def note(self) -> None:
        """Keep how everything stands now."""
        self._note(self.totals)
        self._note(self.holds)

    def find(self, order_id: str) -> Order:
        order = self.account.order(order_id)
        assert order is not None, f"there never was an order {order_id}"
        return order

    def _note(self, past: Figures) -> None:
        account = self.account
        read = account.total if past is self.totals else account.held
        for asset, figures in past.items():
            value = Decimal(read(asset)).scaleb(-account.ledger.assets[asset].places)
            if not figures or figures[-1] != value:
                figures.append(value)


def filled_of(order: Order) -> Decimal:
    return Decimal(order.filled).scaleb(-order.pair.qty_places)
