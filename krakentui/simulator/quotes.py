"""The best bid and ask of a market over time: what Spread answers.

A row is kept when either has moved; the last 250 rows stay, packed, so that many markets cost little.
"""

from array import array
from collections.abc import Iterator

KEPT = 250
"""Recorded replies hold 200 to 250 rows."""
WIDTH = 3


class Quotes:
    """The last changes of a market's best prices: second, bid, ask."""

    def __init__(self) -> None:
        self._rows = array("q")
        self._last = (0, 0)

    def note(self, t_us: int, bid: int, ask: int) -> None:
        """Keep the best prices if they have moved."""
        if (bid, ask) == self._last:
            return
        self._last = (bid, ask)
        self._rows.extend((t_us // 1_000_000, bid, ask))
        if len(self._rows) >= 2 * KEPT * WIDTH:
            del self._rows[: len(self._rows) - KEPT * WIDTH]

    def rows(self) -> Iterator[tuple[int, int, int]]:
        """Give the rows, oldest first."""
        rows = self._rows[-KEPT * WIDTH :]
        for at in range(0, len(rows), WIDTH):
            yield rows[at], rows[at + 1], rows[at + 2]
