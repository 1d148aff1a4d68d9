"""A market's own life: levels come, change and go, takers trade, the top follows the fair price.

Events arrive as a Poisson stream. Each lets the fair price move, does one thing (a trade, or a level
added, resized or removed, mostly near the top), and then aligns the top with the fair price: levels
that it has passed are bought up or withdrawn, a gap behind it is filled.
"""

import math
import random
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from typing import TYPE_CHECKING

from krakentui.simulator.book import Side
from krakentui.simulator.clock import SECOND_US, Timer
from krakentui.simulator.mid import Ratio, Walk, normal, wait

if TYPE_CHECKING:
    from krakentui.simulator.market import Market

LEVELS_KEPT = 120
LISTING_LEVELS = 25
"""Levels of a listing until somebody asks for more: most are never looked at."""
TRADE_SHARE = 0.16
SWEEP_SHARE = 0.4
"""How often levels that the fair price passes are bought up rather than withdrawn."""
NEAR_TOP = 7.0
"""Mean distance, in mean gaps, of a book event from the top."""
NEAR_LEVELS = 10
"""Levels wanted within ten mean gaps of the best."""
FAR_SHARE = 0.12
"""How often a book event touches any level that is kept."""
SPARE = 60
"""Levels above the target before the far end is trimmed."""


class Flow:
    """The seeded stream of events of one market."""

    def __init__(self, market: "Market", fair: Walk | Ratio, rng: Callable[[str], random.Random]) -> None:
        pair = market.pair
        self.market = market
        self.fair = fair
        self._rng = rng("flow")
        self._far = rng("far")
        self._kept = LISTING_LEVELS if pair.is_listing else LEVELS_KEPT
        self._running = False
        self._timer: Timer | None = None
        self._moved_us = market.clock.now_us()
        self._mean_wait_us = SECOND_US / pair.events_per_s
        price = fair.price
        spread_bp = min(12.0, max(0.02, 25.0 / pair.turnover_musd))
        self._half = max(0.5, price * spread_bp / 20_000)
        self._gap = max(1.0, price * (spread_bp * 0.6 + 0.1) / 10_000)
        self._mean_qty = market.tape.opening.mean_qty
        crowded = 1.0 / (price * (spread_bp * 0.6 + 0.1) / 10_000)
        self._level_qty = self._mean_qty * min(25.0, max(1.0, crowded))
        self._build(round(price), max(1, round(self._half)))

    def start(self) -> None:
        """Schedule the first event."""
        self._running = True
        self._moved_us = self.market.clock.now_us()
        self._schedule()

    def freeze(self, frozen: bool) -> None:
        """Stop or resume the events."""
        if frozen and self._timer is not None:
            self._timer.cancel()
        if not frozen and not self._running:
            self.start()
        self._running = not frozen

    @property
    def is_running(self) -> bool:
        """Whether anything happens by itself."""
        return self._running

    def hasten(self, factor: float) -> None:
        """Let so many times as much happen from the next event on."""
        self._mean_wait_us = SECOND_US / (self.market.pair.events_per_s * factor)

    def typical_qty(self) -> int:
        """Give the mean size of a print."""
        return int(self._mean_qty)

    def ensure_depth(self, levels: int) -> None:
        """Keep more levels from now on."""
        if levels > self._kept:
            self._kept = levels
            self.replenish()

    def replenish(self) -> None:
        """Extend the far ends to the depth that is kept; nobody sees levels beyond a depth."""
        for side in (self.market.book.bids, self.market.book.asks):
            self._extend(side)

    def move_to(self, price: int) -> None:
        """Rebuild the book around a price, the overtaken side first."""
        market = self.market
        rising = price >= market.best_ask
        self.fair.move_to(price)
        sides = (market.book.asks, market.book.bids)
        for side in sides if rising else reversed(sides):
            levels = dict.fromkeys(side.qty, 0)
            levels.update(self._fresh(side, price + side.sign))
            market.change(side, levels)

    # one event

    def _schedule(self) -> None:
        us = int(wait(self._rng, self._mean_wait_us)) + 1
        self._timer = self.market.clock.after(us, self._event)

    def _event(self) -> None:
        market = self.market
        now_us = market.clock.now_us()
        price = self.fair.advance((now_us - self._moved_us) / SECOND_US)
        self._moved_us = now_us
        if self._rng.random() < TRADE_SHARE:
            self._trade(price)
        else:
            self._shuffle()
        self._align(price)
        market.settle()
        if self._running:  # whoever was told may have frozen the market
            self._schedule()

    def _trade(self, price: float) -> None:
        rng = self._rng
        book = self.market.book
        centre = (book.bids.best + book.asks.best) / 2
        lean = max(-0.3, min(0.3, (price - centre) / (8 * self._gap)))
        side = "buy" if rng.random() < 0.5 + lean else "sell"
        keys = (book.asks if side == "buy" else book.bids).keys
        if not keys:
            return
        reach = min(keys[:3][-1], keys[0] + int(4 * self._gap))
        limit = reach if side == "buy" else -reach
        ord_type = "limit" if rng.random() < 0.6 else "market"
        self.market.consume(side, self._qty(self._mean_qty), limit, ord_type)

    def _shuffle(self) -> None:
        rng = self._rng
        book = self.market.book
        side = book.bids if rng.random() < 0.5 else book.asks
        keys = side.keys
        if not keys:
            return
        key = keys[0] + int(wait(rng, NEAR_TOP * self._gap))
        if rng.random() < FAR_SHARE:
            key = keys[int(rng.random() * min(len(keys), self._kept))]
        index = min(bisect_left(keys, key), len(keys) - 1)
        if keys[index] != key and self._near(keys) < NEAR_LEVELS:
            self.market.change(side, {key * side.sign: self._level(index)})
        elif rng.random() < 0.35 and index > 0:
            self.market.change(side, {keys[index] * side.sign: 0})
        else:
            self.market.change(side, {keys[index] * side.sign: self._level(index)})

    def _near(self, keys: list[int]) -> int:
        """Count the levels within ten mean gaps of the best."""
        return bisect_right(keys, keys[0] + int(NEAR_LEVELS * self._gap))

    def _align(self, price: float) -> None:
        book = self.market.book
        for side, other in ((book.asks, book.bids), (book.bids, book.asks)):
            sign = side.sign
            wanted = max(1, round(price + sign * self._half)) * sign
            passed = bisect_left(side.keys, int(wanted - self._gap))
            if passed:
                self._pass(side, [key * sign for key in side.keys[:passed]])
            self._fill(side, max(wanted, other.best * sign + 1))
            if len(side.keys) > self._kept + SPARE:
                far = side.keys[self._kept + SPARE // 2 :]
                self.market.change(side, {key * sign: 0 for key in far})

    def _fill(self, side: Side, wanted: int) -> None:
        """Put levels where the top has thinned out or fallen behind."""
        rng = self._rng
        sign = side.sign
        levels: dict[int, int] = {}
        if not side.keys or (side.keys[0] > wanted + 2 * self._gap + 1 and rng.random() < 0.8):
            near = wanted + int(rng.random() * self._gap)
            levels[near * sign] = self._level(0)
        if side.keys and self._near(side.keys) < NEAR_LEVELS // 2:
            for _ in range(3):
                key = wanted + 1 + int(rng.random() * NEAR_LEVELS * self._gap)
                if key * sign not in side.qty:
                    levels[key * sign] = self._level(3)
        levels = {price: qty for price, qty in levels.items() if price > 0}
        if levels:
            self.market.change(side, levels)
        self._extend(side)

    def _pass(self, side: Side, prices: list[int]) -> None:
        if self._rng.random() < SWEEP_SHARE:
            taker = "buy" if side.name == "asks" else "sell"
            swept, prices = prices[:4], prices[4:]
            self.market.consume(taker, sum(side.qty[price] for price in swept), swept[-1], "limit")
        if prices:
            self.market.change(side, dict.fromkeys(prices, 0))

    # shapes

    def _build(self, price: int, half: int) -> None:
        for side in (self.market.book.bids, self.market.book.asks):
            self.market.change(side, self._fresh(side, max(1, price + side.sign * half)))

    def _fresh(self, side: Side, best: int) -> dict[int, int]:
        levels: dict[int, int] = {}
        key = best * side.sign
        for index in range(self._kept):
            if side.sign < 0 and key >= 0:
                break
            levels[key * side.sign] = self._level(index, self._far)
            key += self._step(index)
        return levels

    def _extend(self, side: Side) -> None:
        if len(side.keys) >= self._kept:
            return
        levels: dict[int, int] = {}
        key = side.keys[-1] if side.keys else self._beyond(side)
        for index in range(len(side.keys), self._kept + SPARE // 3):
            key += self._step(index)
            if side.sign < 0 and key >= 0:
                break
            levels[key * side.sign] = self._level(index, self._far)
        if levels:
            self.market.change(side, levels)

    def _beyond(self, side: Side) -> int:
        """Give the key from which an empty side begins: past the fair price and the other side."""
        book = self.market.book
        other = book.bids if side is book.asks else book.asks
        fair = round(self.fair.price) * side.sign
        return max(fair, other.best * side.sign) if other.keys else fair

    def _step(self, index: int) -> int:
        """Draw the distance from a level to the next: wider away from the top."""
        return 1 + int(wait(self._far, max(0.0, self._gap * (1 + index / 40) - 1) + 1e-9))

    def _level(self, index: int, rng: random.Random | None = None) -> int:
        """Draw the size of a level: larger away from the top."""
        return self._qty(self._level_qty * (0.6 + index / 60), rng or self._rng)

    def _qty(self, mean: float, rng: random.Random | None = None) -> int:
        """Draw a size: log-normal, one in three a round number."""
        rng = rng or self._rng
        qty = max(1, int(mean * 0.5 * math.exp(1.1 * normal(rng))))
        if rng.random() < 0.33:
            coarse = 10 ** max(0, len(str(qty)) - 2)
            qty = max(1, qty - qty % coarse)
        return qty
