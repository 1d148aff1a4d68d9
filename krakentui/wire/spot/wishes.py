"""What was subscribed, and which of it still lacks its ack or its first data."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from msgspec import Struct

from krakentui.wire.spot.requests import Request

_NO_SNAPSHOT_BY_DEFAULT = frozenset({"trade"})
_SNAPSHOT_FIRST = frozenset({"book", "executions", "balances"})
"""Channels whose updates mean nothing before their snapshot."""


class Awaited(Struct, frozen=True):
    """One subscription that the exchange has not honoured yet."""

    req_id: int
    channel: str
    symbol: str
    """Empty for channels without symbols."""
    lacks: Literal["ack", "snapshot"]


class _Wish(Struct):
    """One channel and symbol that we want."""

    request: Request
    acked: bool = False
    given: bool = False


class Wishes:
    """The subscriptions of one socket, by channel and symbol."""

    def __init__(self) -> None:
        """Start with none."""
        self._wishes: dict[tuple[str, str], _Wish] = {}

    def add(self, request: Request) -> None:
        """Note a subscription just asked for."""
        for symbol in request.symbols:
            self._wishes[request.channel, symbol] = _Wish(request)

    def drop(self, channel: str, symbols: Sequence[str]) -> None:
        """Forget a subscription."""
        for symbol in symbols:
            self._wishes.pop((channel, symbol), None)

    def drop_refused(self, request: Request, symbol: str) -> None:
        """Forget what a refusal is about: one symbol, or all of the request that have no ack yet."""
        for key in self._keys_of(request, symbol):
            if not self._wishes[key].acked:
                del self._wishes[key]

    def acked(self, request: Request, symbol: str) -> None:
        """Note an ack."""
        for key in self._keys_of(request, symbol):
            self._wishes[key].acked = True

    def given(self, channel: str, symbol: str, *, snapshot: bool) -> bool:
        """Note data; tell whether it is the first that this subscription gives."""
        wish = self._wishes.get((channel, symbol))
        if wish is None or wish.given or (channel in _SNAPSHOT_FIRST and not snapshot):
            return False
        wish.given = True
        return True

    def awaits_snapshot(self, channel: str) -> bool:
        """Tell whether a channel without symbols still lacks its first data."""
        wish = self._wishes.get((channel, ""))
        return wish is None or not wish.given

    def params(self, channel: str, symbol: str) -> Mapping[str, object]:
        """Give the parameters that this was subscribed with, empty if it was not."""
        request = self.request(channel, symbol)
        return {} if request is None else request.params

    def request(self, channel: str, symbol: str) -> Request | None:
        """Give the request that asked for this, if any did."""
        wish = self._wishes.get((channel, symbol))
        return None if wish is None else wish.request

    def symbols(self, channel: str) -> tuple[str, ...]:
        """Give the symbols subscribed on a channel."""
        return tuple(symbol for name, symbol in self._wishes if name == channel)

    def awaited(self) -> Iterator[Awaited]:
        """List what lacks its ack, and what has it but lacks its first data."""
        for (channel, symbol), wish in self._wishes.items():
            if not wish.acked and not wish.given:
                yield Awaited(wish.request.req_id, channel, symbol, "ack")
            elif not wish.given and _gives_snapshot(wish.request):
                yield Awaited(wish.request.req_id, channel, symbol, "snapshot")

    def _keys_of(self, request: Request, symbol: str) -> list[tuple[str, str]]:
        symbols = (symbol,) if symbol else request.symbols
        keys = [(request.channel, one) for one in symbols]
        return [key for key in keys if key in self._wishes]


def _gives_snapshot(request: Request) -> bool:
    return bool(request.params.get("snapshot", request.channel not in _NO_SNAPSHOT_BY_DEFAULT))
