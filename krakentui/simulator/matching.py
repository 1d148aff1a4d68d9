"""Own orders meet the market: resting limits are hit by its prints, stops are set off by its last price.

A resting order fills when a print passes its price; at its price it stands in the queue and fills
after the volume ahead of it is gone. A fill is never larger than the print, so orders fill in parts.
Prints that our own takers cause fill no resting order of ours.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from krakentui.simulator.orders import Order

if TYPE_CHECKING:
    from krakentui.simulator.desk import Desk
    from krakentui.simulator.market import Market
    from krakentui.simulator.markets import Markets
    from krakentui.simulator.tape import MarketTrade


SCRIPTED_IDS = 900_000_000
"""Trade ids of fills that no print of the market caused start here."""


@dataclass(slots=True)
class Board:
    """The own orders of one market."""

    resting: dict[str, Order] = field(default_factory=dict)
    stops: dict[str, Order] = field(default_factory=dict)
    best_buy: int = 0
    """Best resting prices, kept so that most prints need no search."""
    best_sell: int | None = None
    own_prints: list[tuple[int, int]] = field(default_factory=list)
    """First and last trade id of each of our takes whose prints may still be told."""

    def rest(self, order: Order) -> None:
        """Let an order stand in the book."""
        self.resting[order.id] = order
        price = order.limit_price or 0
        if order.side == "buy":
            self.best_buy = max(self.best_buy, price)
        else:
            self.best_sell = min(self.best_sell or price, price)

    def remove(self, order: Order) -> None:
        """Take an order out of the book or from among the stops."""
        self.stops.pop(order.id, None)
        if self.resting.pop(order.id, None) is not None and order.limit_price in {
            self.best_buy,
            self.best_sell,
        }:
            self._rank()

    def _rank(self) -> None:
        prices = [(order.side, order.limit_price or 0) for order in self.resting.values()]
        self.best_buy = max((price for side, price in prices if side == "buy"), default=0)
        self.best_sell = min((price for side, price in prices if side == "sell"), default=None)

    def is_own(self, trade_id: int) -> bool:
        """Say whether one of our takers caused a print."""
        self.own_prints = [pair for pair in self.own_prints if pair[1] >= trade_id]
        return any(first <= trade_id <= last for first, last in self.own_prints)


class Matching:
    """Watches every market for the own orders."""

    def __init__(self, markets: "Markets", desk: "Desk") -> None:
        self._markets = markets
        self._desk = desk
        self._boards: dict[str, Board] = {}
        self._scripted = 0
        markets.each(self._open)

    def _open(self, market: "Market") -> None:
        self._boards[market.pair.symbol] = Board()
        market.on_trade.append(self.printed)

    def enter(self, order: Order, *, keeps_place: bool = False) -> None:
        """Let a new or changed order meet the market: take what it crosses, rest or wait with the rest."""
        market = self._markets[order.pair.symbol]
        market.wake()
        self.leave(order)
        board = self._boards[order.pair.symbol]
        if order.waits_for_trigger:
            board.stops[order.id] = order
            self._fire(board, market)
            return
        self._take(order, market)
        if order.is_done:
            return
        if order.limit_price is None:
            self._desk.cancel(order, "No liquidity")
            return
        if order.force in {"IOC", "FOK"}:
            self._desk.cancel(order, self._desk.world.manners.unfilled_reason)
            return
        if not keeps_place:
            order.ahead = market.queue_ahead(order.side, order.limit_price)
        board.rest(order)

    def restore(self, order: Order) -> None:
        """Put an order back in its place as it was, without meeting the market."""
        board = self._boards[order.pair.symbol]
        if order.waits_for_trigger:
            board.stops[order.id] = order
        else:
            board.rest(order)

    def leave(self, order: Order) -> None:
        """Take an order off the board."""
        self._boards[order.pair.symbol].remove(order)

    def fill_by_script(self, order: Order, price: int, qty: int) -> None:
        """Let an order trade without a print of the market; a waiting stop is set off first."""
        if order.waits_for_trigger:
            self.leave(order)
            self._desk.triggered(order)
        self._scripted += 1
        self._desk.fill(order, price, qty, SCRIPTED_IDS + self._scripted, maker=True)
        if not order.is_done and order.limit_price is None:
            self.enter(order)
        elif not order.is_done:
            self._boards[order.pair.symbol].rest(order)

    def printed(self, trade: "MarketTrade") -> None:
        """Let a print of the market meet the own orders."""
        board = self._boards[trade.symbol]
        if board.resting and not board.is_own(trade.trade_id):
            self._hit(board, trade)
        if board.stops:
            self._fire(board, self._markets[trade.symbol], trade.price)

    def _hit(self, board: Board, trade: "MarketTrade") -> None:
        if trade.price > board.best_buy and (board.best_sell is None or trade.price < board.best_sell):
            return
        rest = trade.qty
        for order in _reached(board, trade.price):
            if rest == 0:
                break
            if order.limit_price == trade.price:
                if (trade.side == "sell") != (order.side == "buy"):
                    continue
                reach = max(0, trade.qty - order.ahead)
                order.ahead = max(0, order.ahead - trade.qty)
            else:
                reach = rest
            part = min(rest, reach, order.remaining)
            if part:
                rest -= part
                self._desk.fill(order, order.limit_price or 0, part, trade.trade_id, maker=True)

    def _fire(self, board: Board, market: "Market", last: int | None = None) -> None:
        last_price = market.last if last is None else last
        for order in list(board.stops.values()):
            last = market.index_price if order.reference == "index" else last_price
            if order.trail_bp is not None:
                self._trail(order, last)
            if order.id in board.stops and _is_set_off(order, last):
                del board.stops[order.id]
                self._desk.triggered(order)
                self.enter(order)

    def _trail(self, order: Order, last: int) -> None:
        peak = order.peak_price or last
        if last > peak if order.side == "sell" else last < peak:
            self._desk.trailed(order, last)

    def _take(self, order: Order, market: "Market") -> None:
        limit = order.worst_price or None
        if limit is not None and order.limit_price is not None and not _reaches(order, market):
            return
        board = self._boards[order.pair.symbol]
        first = market.tape.next_id
        open_end = (first, first + 2**40)
        board.own_prints.append(open_end)
        parts = market.take(order.side, order.remaining, limit)
        board.own_prints.remove(open_end)
        if parts:
            board.own_prints.append((first, first + len(parts) - 1))
        for number, (price, qty) in enumerate(parts):
            self._desk.fill(order, price, qty, first + number, maker=False)


def _reaches(order: Order, market: "Market") -> bool:
    limit = order.limit_price or 0
    return limit >= market.best_ask if order.side == "buy" else limit <= market.best_bid


def _reached(board: Board, price: int) -> list[Order]:
    """List the resting orders that a print at a price reaches, best price and oldest first."""
    reached = [
        order
        for order in board.resting.values()
        if order.limit_price is not None
        and (order.limit_price >= price if order.side == "buy" else order.limit_price <= price)
    ]
    return sorted(
        reached, key=lambda order: (-abs((order.limit_price or 0) - price), order.opened_us, order.id)
    )


def _is_set_off(order: Order, last: int) -> bool:
    """Say whether the last price sets a stop off: stops against the position, take-profits with it."""
    trigger = order.trigger_price or 0
    falls = (order.side == "sell") != order.type.startswith("take-profit")
    return last <= trigger if falls else last >= trigger
