"""What the markets showed last: prices, their age, the closes of the latest candles."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final, Literal

from msgspec import Struct, structs

from krakentui.model.market import Candle, Ticker

MAX_CANDLES: Final = 120


class Quote(Struct, frozen=True, kw_only=True):
    """The last prices of one pair."""

    ticker: Ticker
    seen_ns: int
    """Steady time of its last word."""
    source: Literal["stream", "poll"]
    streamed_ns: int | None = None


class Markets:
    """The quotes and candles of all pairs that were heard of."""

    def __init__(self) -> None:
        self._quotes: dict[str, Quote] = {}
        self._candles: dict[str, dict[int, Candle]] = {}
        self._intervals: dict[str, int] = {}

    @property
    def quotes(self) -> Mapping[str, Quote]:
        """The last prices by stream symbol."""
        return MappingProxyType(self._quotes)

    def ticked(self, ticker: Ticker, source: Literal["stream", "poll"], t_ns: int) -> Quote | None:
        """Take prices; what a frame does not tell stays. Returns the quote there was before."""
        known = self._quotes.get(ticker.symbol)
        streamed_ns = t_ns if source == "stream" else (known.streamed_ns if known else None)
        merged = _joined(known.ticker, ticker) if known else ticker
        self._quotes[ticker.symbol] = Quote(
            ticker=merged, seen_ns=t_ns, source=source, streamed_ns=streamed_ns
        )
        return known

    def charted(self, symbol: str, interval_min: int, candles: Iterable[Candle], *, snapshot: bool) -> None:
        """Take candles; another interval than before replaces them."""
        if snapshot or self._intervals.get(symbol) != interval_min:
            self._candles[symbol] = {}
            self._intervals[symbol] = interval_min
        bars = self._candles.setdefault(symbol, {})
        for candle in candles:
            bars[candle.begin_ns] = candle
        for begin_ns in sorted(bars)[:-MAX_CANDLES]:
            del bars[begin_ns]

    def candles(self, symbol: str) -> tuple[Candle, ...]:
        """List the candles of a pair, oldest first."""
        bars = self._candles.get(symbol, {})
        return tuple(bars[begin_ns] for begin_ns in sorted(bars))


def _joined(known: Ticker, told: Ticker) -> Ticker:
    if (
        known.exchange_ns is not None
        and told.exchange_ns is not None
        and told.exchange_ns < known.exchange_ns
    ):
        known, told = told, known  # a late frame fills gaps, it does not turn prices back
    fields = {name: value for name, value in structs.asdict(told).items() if value is not None}
    return structs.replace(known, **fields)
