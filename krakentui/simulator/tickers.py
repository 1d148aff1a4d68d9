"""The ticker channel's entry: top of book, and the tape's figures of the last 24 h."""

from krakentui.simulator.instants import iso_us
from krakentui.simulator.jsontext import digits
from krakentui.simulator.market import Market


def hundredths_of_percent(change: int, before: int) -> int:
    """Give a change in units of 0.01 %, rounded half away from zero."""
    size = (abs(change) * 20_000 + before) // (2 * before)
    return size if change >= 0 else -size


class TickerText:
    """Writes the ticker channel's entry of one market."""

    def __init__(self, market: Market) -> None:
        self._market = market

    def entry(self) -> str:
        """Write the entry as of now, in the recorded order of keys (frame of 2026-09)."""
        market, pair = self._market, self._market.pair
        now_us = market.clock.now_us()
        figures = market.tape.last_day(now_us)
        bid, ask, last = market.best_bid, market.best_ask, market.last
        bid_qty, ask_qty = market.book.bids.qty.get(bid, 0), market.book.asks.qty[ask]
        p, q = pair.price_places, pair.qty_places
        change = last - figures.open
        percent = digits(hundredths_of_percent(change, figures.open), 2)
        return (
            f'{{"symbol":"{pair.symbol}","bid":{digits(bid, p)},"bid_qty":{digits(bid_qty, q)},'
            f'"ask":{digits(ask, p)},"ask_qty":{digits(ask_qty, q)},"last":{digits(last, p)},'
            f'"volume":{digits(figures.volume, q)},"vwap":{digits(figures.vwap, p)},'
            f'"low":{digits(figures.low, p)},"high":{digits(figures.high, p)},'
            f'"change":{digits(change, p)},"change_pct":{percent},'
            f'"trades":{figures.count},"timestamp":"{iso_us(now_us)}"}}'
        )
