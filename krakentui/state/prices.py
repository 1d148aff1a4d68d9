"""The watched markets as rows, and how fresh their prices are."""

from decimal import Decimal

from krakentui.state.markets import Quote
from krakentui.state.rows import DEFAULT_PLACES, PERCENT, price_places
from krakentui.state.state import State
from krakentui.state.view import Freshness, MarketRow


def markets(state: State, t_ns: int) -> tuple[MarketRow, ...]:
    """List the markets that are watched: those of the settings, then those of the open orders."""
    return tuple(_row(state, symbol, t_ns) for symbol in state.watched())


def _row(state: State, symbol: str, t_ns: int) -> MarketRow:
    info = state.pairs.get(symbol)
    quote = state.markets.quotes.get(symbol)
    ticker = quote.ticker if quote else None
    bid, ask = (ticker.bid, ticker.ask) if ticker else (None, None)
    spread = ask - bid if ask is not None and bid is not None else None
    middle = (ask + bid) / 2 if ask is not None and bid is not None else None
    return MarketRow(
        pair=symbol,
        last=ticker.last if ticker else None,
        change_pct=ticker.change_pct if ticker else None,
        bid=bid,
        ask=ask,
        spread=spread,
        spread_pct=(spread / middle * 100).quantize(PERCENT) if spread is not None and middle else None,
        price_places=price_places(info) if info or ticker is None else _places(ticker.last),
        spark=tuple(candle.close for candle in state.markets.candles(symbol)),
        age_ns=_age(state, quote, t_ns),
        freshness=market_freshness(state, quote, t_ns),
    )


def market_freshness(state: State, quote: Quote | None, t_ns: int) -> Freshness:
    """Tell how fresh prices are: as the feed that keeps them, or as the poll they came with."""
    return "unknown" if quote is None else state.feeds.price_freshness(quote.source, quote.seen_ns, t_ns)


def _age(state: State, quote: Quote | None, t_ns: int) -> int | None:
    """Tell the age of prices: since they came, and at least the feed's own lag."""
    if quote is None:
        return None
    age = state.feeds.age_ns(quote.seen_ns, t_ns)
    return age + state.feeds.lag_ns("public", t_ns) if quote.source == "stream" else age


def _places(figure: Decimal | None) -> int:
    exponent = figure.as_tuple().exponent if figure is not None else None
    return max(0, -exponent) if isinstance(exponent, int) else DEFAULT_PLACES
