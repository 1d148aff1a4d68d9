"""Markets whose stream has gone quiet while its socket lives: quiet markets, or a channel that died.

Heartbeats prove the socket, not each subscription (faults F03). So a market that said nothing for a
minute is compared once with REST: if its best prices moved meanwhile, the socket is replaced. Trades are
not compared: the stream tells them only together with a move of the best prices.
"""

from collections.abc import Iterable, Mapping

from krakentui.model.clock import SECOND
from krakentui.model.event import Happening, TickerSeen
from krakentui.state.markets import Quote
from krakentui.state.state import State

SILENT_NS = 60 * SECOND
AGAIN_NS = 300 * SECOND
"""A market that was found quiet is compared again after so long."""
ARRIVING_S = 2.0
"""For so long a frame may still be under way that tells what REST just told."""


def silent(state: State, compared: Mapping[str, int], t_ns: int) -> tuple[str, ...]:
    """List the watched markets that a live stream has not named for a minute, and that were not compared."""
    if state.feeds.freshness("public", t_ns) != "live":
        return ()
    found: list[str] = []
    for symbol in state.watched():
        quote = state.markets.quotes.get(symbol)
        if quote is None or quote.streamed_ns is None or t_ns - quote.streamed_ns < SILENT_NS:
            continue
        if symbol not in compared or t_ns - compared[symbol] >= AGAIN_NS:
            found.append(symbol)
    return tuple(found)


def moved(before: Mapping[str, Quote], told: Iterable[Happening]) -> tuple[str, ...]:
    """List the markets whose best prices are not what the stream told last."""
    found: list[str] = []
    for event in told:
        if not isinstance(event, TickerSeen):
            continue
        ticker = event.ticker
        quote = before.get(ticker.symbol)
        if quote is None or quote.source != "stream" or None in (ticker.bid, ticker.ask):
            continue
        if (quote.ticker.bid, quote.ticker.ask) != (ticker.bid, ticker.ask):
            found.append(ticker.symbol)
    return tuple(found)


def still_silent(before: Mapping[str, Quote], now: Mapping[str, Quote], symbols: Iterable[str]) -> list[str]:
    """Keep those that the stream has not named since."""
    return [symbol for symbol in symbols if now[symbol].streamed_ns == before[symbol].streamed_ns]
