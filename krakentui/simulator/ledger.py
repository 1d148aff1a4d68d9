"""What an account owns: opening balances, then rows that never change.

A balance is its opening amount plus the sum of its rows (amount less fee); the sum is checked after
every event. A trade books two rows, base first, that share one reference. Old rows are folded into
the opening balance, so that a long run does not grow.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from krakentui.simulator.tables import Asset

ROWS_KEPT = 400
PAST_KEPT = 4_000


@dataclass(frozen=True, slots=True)
class Row:
    """One booking, in the asset's smallest units."""

    id: str
    ref_id: str
    t_us: int
    type: str
    asset: Asset
    amount: int
    """Signed."""
    fee: int
    balance: int
    """After this row."""


@dataclass(slots=True)
class Ledger:
    """Opening balances and rows; everything by the stream's asset name."""

    assets: dict[str, Asset] = field(default_factory=dict)
    opening: dict[str, int] = field(default_factory=dict)
    balances: dict[str, int] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    past: deque[Row] = field(default_factory=lambda: deque(maxlen=PAST_KEPT))
    """Rows that were folded into the opening balances: still told, no longer summed."""

    def open(self, asset: Asset, units: int) -> None:
        """Say what was there before the first row."""
        self.assets[asset.name] = asset
        self.opening[asset.name] = units
        self.balances[asset.name] = units

    def balance(self, name: str) -> int:
        """Say what is owned of an asset, held or not."""
        return self.balances.get(name, 0)

    def book(
        self,
        entries: list[tuple[Asset, int, int]],
        *,
        kind: str,
        ref_id: str,
        make_id: Callable[[str], str],
        t_us: int,
    ) -> list[Row]:
        """Book (asset, amount, fee) entries under one reference and return their rows."""
        booked = []
        for asset, amount, fee in entries:
            if asset.name not in self.assets:
                self.open(asset, 0)
            balance = self.balances[asset.name] = self.balances[asset.name] + amount - fee
            row = Row(make_id("L"), ref_id, t_us, kind, asset, amount, fee, balance)
            booked.append(row)
        self.rows.extend(booked)
        if len(self.rows) > ROWS_KEPT:
            self._fold(ROWS_KEPT // 2)
        return booked

    def _fold(self, count: int) -> None:
        for row in self.rows[:count]:
            self.opening[row.asset.name] += row.amount - row.fee
        self.past.extend(self.rows[:count])
        del self.rows[:count]

    def history(self) -> list[Row]:
        """List the rows that are still known, oldest first."""
        return [*self.past, *self.rows]

    def sort(self) -> None:
        """Put the rows into the order of their time and work out their running balances anew."""
        running, rows = dict(self.opening), []
        for row in sorted(self.rows, key=lambda row: row.t_us):
            running[row.asset.name] += row.amount - row.fee
            rows.append(replace(row, balance=running[row.asset.name]))
        self.rows[:] = rows

    def summed(self) -> dict[str, int]:
        """Add up openings and rows anew: what the balances must be."""
        sums = dict(self.opening)
        for row in self.rows:
            sums[row.asset.name] += row.amount - row.fee
        return sums
