"""The ticker channel's entry: top of book, and the tape's figures of the last 24 h."""

from krakentui.simulator.market import Market
from krakentui.simulator.public_frames import Quote, ticker_entry


class TickerText:
    """Writes the ticker channel's entry of one market."""

    def __init__(self, market: Market) -> None:
        self._market = market

    def entry(self) -> str:
        """Write the entry as of now."""
        market, now_us = self._market, self._market.clock.now_us()
        figures, book = market.tape.last_day(now_us), market.book
        bid, ask = market.best_bid, market.best_ask
        quote = Quote(
            bid=bid,
            bid_qty=book.bids.qty.get(bid, 0),
            ask=ask,
            ask_qty=book.asks.qty[ask],
            last=market.last,
            volume=figures.volume,
            vwap=figures.vwap,
            low=figures.low,
            high=figures.high,
            opened=figures.open,
            count=figures.count,
        )
        return ticker_entry(market.pair, quote, now_us)
