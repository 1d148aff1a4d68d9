"""A client's book, written from the protocol's rules alone, to judge the simulator's frames."""

import zlib
from decimal import Decimal
from typing import Any

Levels = dict[Decimal, str]


def _key_digits(text: str) -> str:
    return text.replace(".", "").lstrip("0")


class ClientBook:
    """Applies frames whose numbers are text, truncates to the depth, computes the checksum."""

    def __init__(self, depth: int) -> None:
        self.depth = depth
        self.bids: Levels = {}
        self.asks: Levels = {}
        self._text: dict[Decimal, str] = {}

    def apply(self, frame: dict[str, Any]) -> None:
        """Take a snapshot or an update."""
        entry = frame["data"][0]
        if frame["type"] == "snapshot":
            self.bids, self.asks = {}, {}
        for levels, changes in ((self.bids, entry["bids"]), (self.asks, entry["asks"])):
            for change in changes:
                price = Decimal(change["price"])
                self._text[price] = change["price"]
                if Decimal(change["qty"]) == 0:
                    levels.pop(price, None)
                else:
                    levels[price] = change["qty"]
        self.bids = {p: self.bids[p] for p in sorted(self.bids, reverse=True)[: self.depth]}
        self.asks = {p: self.asks[p] for p in sorted(self.asks)[: self.depth]}

    def checksum(self) -> int:
        """Give the CRC-32 over the ten best asks, then bids."""
        levels = [*list(self.asks.items())[:10], *list(self.bids.items())[:10]]
        text = "".join(_key_digits(self._text[price]) + _key_digits(qty) for price, qty in levels)
        return zlib.crc32(text.encode())

    def is_crossed(self) -> bool:
        """Tell whether somebody bids as much as somebody asks."""
        return bool(self.bids and self.asks) and next(iter(self.bids)) >= next(iter(self.asks))
