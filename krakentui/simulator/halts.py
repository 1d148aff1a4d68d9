"""Which markets move and which stand still: the engine's mode, and single pairs that are halted.

A halted pair is `cancel_only`: nothing trades, orders may be cancelled and nothing else (pair statuses:
instrument channel reference, 2026-05). While the engine is not online every market stands still, and
each goes on afterwards only if nothing else holds it.
"""

from typing import TYPE_CHECKING

from krakentui.simulator.catalogue import instrument_update
from krakentui.simulator.market import Market
from krakentui.simulator.public_ws import INSTRUMENT, PublicTalk
from krakentui.simulator.tables import Pair

if TYPE_CHECKING:
    from krakentui.simulator.world import World

HALTED = "cancel_only"


class Halts:
    """What stands still, and what would move if it were not for that."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self._would_move: list[Market] = []
        """Markets that go on when the engine is online again."""
        self._halted: dict[str, bool] = {}
        """By symbol: whether the market moved before."""

    def status(self, pair: Pair) -> str:
        """Say the status of a pair."""
        return HALTED if pair.symbol in self._halted else pair.status

    def engine_stands(self, *, still: bool) -> None:
        """Let every market stand still, or go on."""
        if not still:
            waiting, self._would_move = self._would_move, []
            for market in waiting:
                market.freeze(frozen=False)
        elif not self._would_move:
            self._would_move = [market for market in self._world.markets.values() if market.flow.is_running]
            for market in self._would_move:
                market.freeze(frozen=True)

    def freeze(self, market: Market, *, frozen: bool) -> None:
        """Stop or resume one market's own flow, as soon as nothing else holds it."""
        symbol = market.pair.symbol
        if symbol in self._halted:
            self._halted[symbol] = not frozen
        elif self._world.system == "online":
            market.freeze(frozen)
        else:
            self._would_move = [other for other in self._would_move if other is not market]
            self._would_move += [] if frozen else [market]

    def halt(self, market: Market, *, halted: bool) -> None:
        """Halt one pair, or let it trade again, and tell who watches the instruments."""
        symbol = market.pair.symbol
        if halted == (symbol in self._halted):
            return
        if halted:
            moved = market.flow.is_running or market in self._would_move
            self.freeze(market, frozen=True)
            self._halted[symbol] = moved
        else:
            moved = self._halted.pop(symbol)
            self.freeze(market, frozen=not moved)
        frame = instrument_update(market.pair, self.status(market.pair))
        for talk in list(self._world.talks.values()):
            if isinstance(talk, PublicTalk) and INSTRUMENT in talk.keys:
                talk.send_data(frame)
