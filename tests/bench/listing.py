"""What it costs to filter, sort and group a long list of orders, beside a bare sort of as many figures."""

import gc
import itertools
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from krakentui.model.clock import SECOND
from krakentui.model.symbol import Names
from krakentui.state.arrangement import Arrangement, arrange
from krakentui.state.filters import OrderFilter
from krakentui.state.filtertext import parse
from krakentui.state.listing import orders as orders_view
from krakentui.state.view import OrderRow
from tests.support.builders import a_patch, a_standing, a_state, a_ticker, at, patched, snapshot
from tests.ui.views import an_order, orders_of

ORDERS = 1_000
ROUNDS = 25
FRAME_S = 1 / 8
FILTER = "btc,eth !stop >1m far>0.5 ours"


@dataclass(frozen=True)
class Frame:
    """What a thousand open orders cost the state, best of some rounds, in seconds."""

    view_s: float
    """Making the view that each frame draws."""
    word_s: float
    """Taking one word of the stream about one of them, holds worked out anew."""


def frame() -> Frame:
    """Measure on a state that streams a thousand open orders."""
    orders = [a_standing(f"O{number:05}", price=f"{100_000 + number}.0") for number in range(ORDERS)]
    state = a_state(snapshot(*orders), a_ticker())
    prices = itertools.count(200_000)

    def take() -> None:
        amended = a_patch("O00500", "amended", 1, price=f"{next(prices)}.0", amended=True)
        state.apply(patched(amended), at(1))

    return Frame(_best(lambda: orders_view(state, at(1))), _best(take))


@dataclass(frozen=True)
class Cost:
    """Best times of some rounds, in seconds."""

    arranged_s: float
    bare_s: float
    """Sorting as many Decimals with `sorted`."""


def cost() -> Cost:
    """Measure."""
    chance = random.Random(1)
    rows = [_a_row(chance, number) for number in range(ORDERS)]
    view = orders_of(*rows)
    wanted = parse(FILTER, Names())
    if not isinstance(wanted, OrderFilter):
        raise RuntimeError(wanted.why)
    wish = Arrangement(wanted=wanted, sort="distance", descending=True, grouped=True)
    figures = [row.price for row in rows if row.price is not None]
    return Cost(_best(lambda: arrange(view, wish)), _best(lambda: sorted(figures)))


def _a_row(chance: random.Random, number: int) -> OrderRow:
    return an_order(
        f"O{number:05}",
        f"{chance.randrange(10_000, 99_999)}.{chance.randrange(10)}",
        pair=chance.choice(("BTC/USD", "ETH/USD", "SOL/USD", "XRP/USD")),
        side=chance.choice(("buy", "sell")),
        type=chance.choice(("limit", "limit", "stop-loss")),
        distance_pct=Decimal(chance.randrange(-90_000, 90_000)).scaleb(-4),
        order_age_ns=chance.randrange(3600) * SECOND,
        userref=chance.choice((None, 7)),
    )


def _best(work: Callable[[], object]) -> float:
    gc.collect()
    spans = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        work()
        spans.append(time.perf_counter() - begun)
    return min(spans)
