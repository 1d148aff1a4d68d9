"""A random life of one account: the client polls and cancels, another program trades on the same pairs.

Nothing happens here that the assumptions of the budget exclude: the client's key is its own, and of the
other program's acts at most one is refused unseen for each that the stream showed in the last 300 s.
After every step the truth must lie in every interval. Where everything was seen and the client was told
how the exchange counts, the interval must be narrow, too: a point, and what the stream cannot tell.
"""

import asyncio
import random
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from fractions import Fraction

from krakentui.engine.lanes import Held
from krakentui.engine.turnstile import Kind
from krakentui.model.error import TransportError
from krakentui.model.event import CallSettled, CallSpent, Noted
from krakentui.model.limit import POINT
from krakentui.simulator import accounts, rules
from krakentui.simulator.orders import Order, Request
from krakentui.state.view import Question
from krakentui.wire.spot.rest import Call
from tests.differential.client import Both
from tests.differential.exchange import PAIRS, alice
from tests.simulator.private import Rest

US = 1_000_000
MOST_ORDERS = 40
HIDDEN_US = 300 * US
REST_CALLS = ("BalanceEx", "Balance", "OpenOrders", "GetApiKeyInfo", "QueryOrders")
HISTORY = ("TradesHistory", "Ledgers", "ClosedOrders", "QueryTrades", "QueryLedgers")
"""Calls that the client does not make yet: it is told of them as its lane would tell."""
DOUBT_US = US // 10
"""So well does the client know the exchange's clock, and better."""
MURKY = Fraction(10**6)
"""More than is counted: something happened that the client cannot see."""


@dataclass
class Slack:
    """What of a counter's width is no fault: what the stream does not tell, and ages near a rung."""

    more: Fraction = Fraction(0)
    worst: Fraction = Fraction(0)
    """The widest that the interval was beyond that."""

    def add(self, points: Fraction | int) -> None:
        self.more += points


@dataclass
class Life:
    """One account, seen from both sides."""

    both: Both
    rng: random.Random
    seen: bool
    """The other program is never refused, and nothing is lost or missed."""
    steps: int = 0
    refused: int = 0
    lost: int = 0
    trace: deque[str] = field(default_factory=lambda: deque(maxlen=30))
    slack: dict[str, Slack] = field(default_factory=lambda: {pair: Slack() for pair in ("", *PAIRS)})
    shown: dict[str, deque[int]] = field(default_factory=lambda: {pair: deque() for pair in PAIRS})
    """When the stream showed an act of the other program, by pair."""

    def __post_init__(self) -> None:
        world = self.both.world
        self.account = alice(world)
        self.gate = accounts.of(world).gate
        self.desk = accounts.of(world).desk
        self.judge = world.judge
        self.key = Rest(world, "cancel")

    @property
    def now_us(self) -> int:
        return self.both.world.clock.now_us()

    async def live(self, steps: int) -> None:
        """Live for so many steps."""
        acts: list[tuple[int, Callable[[], Awaitable[None]]]] = [
            (5, self.idle),
            (4, self.ask),
            (2, self.look_back),
            (6, self.add),
            (2, self.add_batch),
            (3, self.amend),
            (2, self.edit),
            (1, self.shrink),
            (1, self.fill),
            (2, self.other_cancel),
            (1, self.other_batch),
            (5, self.cancel),
            (2, self.cancel_batch),
        ]
        if not self.seen:
            acts += [
                (1, self.other_all),
                (3, self.refused_unseen),
                (1, self.lose_answers),
                (1, self.cut),
                (1, self.race),
            ]
        weights = [weight for weight, _ in acts]
        while self.steps < steps:
            (act,) = self.rng.choices([act for _, act in acts], weights)
            self.note(act.__name__)
            await act()
            await self.settle()

    async def settle(self) -> None:
        """Look when everything has arrived that the stream tells."""
        await self.both.run(self.rng.choice((0.2, 0.4, 0.7, 1.3)))
        while (self.now_us + DOUBT_US) % US < 2 * DOUBT_US:  # whether a step is over hangs on the clock there
            await self.both.run(0.05)
        if self.both.wire.lost != self.lost:
            self.lost = self.both.wire.lost
            self.murky("")
        for pair, slack in self.slack.items():
            width = self.both.width(pair)
            if not self.both.believed(pair).high:
                slack.more = Fraction(0)
            if slack.more < MURKY and not self.flies(pair):
                slack.worst = max(slack.worst, width - slack.more)
        self.steps += 1

    def flies(self, pair: str) -> bool:
        """Tell whether a call or cancel of the client is under way."""
        ledger = self.both.ledger
        return bool((ledger.engine.get(pair, ledger.elsewhere) if pair else ledger.rest).air)

    def note(self, what: str) -> None:
        """Remember the last acts, for whoever has to find out what went wrong."""
        stands = {}
        for pair in self.slack:
            counter, true = self.both.believed(pair), float(self.both.truth(pair))
            stands[pair] = tuple(round(one, 3) for one in (counter.low / POINT, true, counter.high / POINT))
        self.trace.append(f"{self.now_us / US:.3f} {what} {stands}")

    def murky(self, *pairs: str) -> None:
        for pair in pairs:
            self.slack[pair].add(MURKY)

    async def idle(self) -> None:
        for _ in range(self.rng.choice((1, 2, 3))):
            await self.both.run(self.rng.choice((0.01, 0.25, 1, 3, 7, 20, 45)))
            self.both.check()

    # --- the client's own acts ---------------------------------------------------------------------

    async def ask(self) -> None:
        """Let the lane send some reads, whether they surely fit or not."""
        kind: Kind = self.rng.choice(("user", "reconcile", "background"))
        for _ in range(self.rng.choice((1, 1, 1, 3, 8))):
            name = self.rng.choice(REST_CALLS)
            params = (("txid", ("OAAAAA-BBBBB-CCCCC1",)),) if name == "QueryOrders" else ()
            call = asyncio.create_task(self._call(Call(name, params), kind), name="a call")
            await self.both.run(self.rng.choice((0.05, 0.2, 2.1)))
            self.both.check()
            while not call.done():
                await self.both.run(0.7)
            if await call:
                self.murky("")

    async def _call(self, call: Call, kind: Kind) -> bool:
        """Tell whether it was refused or lost."""
        try:
            reply = await self.both.lane.call(call, kind)
        except Held:
            return False
        except TransportError:
            return True
        return reply.refusal is not None and "Rate limit" in reply.refusal.code

    async def look_back(self) -> None:
        """A history call, in the lane's own words."""
        name = self.rng.choice(HISTORY)
        cost, scope = self.both.ledger.rest_cost(name), self.both.lane.scope
        most = cost.high + self.both.ledger.edge  # just at the ceiling it may be refused
        if not self.both.believed().surely_fits(most, self.both.clock.mono_ns()):
            return
        tell, ticket = self.both.session.tell, 1_000_000 + self.steps
        tell(CallSpent(name="rest", scope=scope, low=cost.low, high=cost.high, what=name, ticket=ticket))
        await self.both.run(0.05)
        self.both.check()
        nonce = self.both.lane._mark.take()
        reply = self.key.send(self.key.request(name, f"nonce={nonce}".encode(), str(nonce)))
        await self.both.run(0.05)
        self.both.check()
        assert "EAPI:Rate limit exceeded" not in reply["error"], "what surely fits was refused"
        tell(CallSettled(name="rest", scope=scope, ticket=ticket, answered=True))

    async def cancel(self) -> None:
        """One cancel, by the route that the program chooses."""
        order = self.some_order()
        if order is not None:
            await self._cancel([order])

    async def cancel_batch(self) -> None:
        orders = list(self.account.open.values())
        if orders:
            await self._cancel(self.rng.sample(orders, min(len(orders), self.rng.choice((2, 3, 8, 20)))))

    async def _cancel(self, orders: list[Order]) -> None:
        session = self.both.session
        asked = session.ask_cancel([order.id for order in orders])
        if not isinstance(asked, Question):
            return
        for order in orders:
            self.near_a_rung(order, rules.CANCEL_RUNGS)
        refusals = self.count_refusals()
        if session.confirm(asked) is not None:
            return
        await self.both.run(0.03)
        self.both.check()
        await self.both.run(0.4)
        if self.count_refusals() != refusals:
            self.refused += 1
            self.murky(*{order.pair.symbol for order in orders})

    def count_refusals(self) -> int:
        return self.both.ledger.refusals_expected + self.both.ledger.refusals_unexpected

    # --- the other program's acts ------------------------------------------------------------------

    def some_order(self) -> Order | None:
        orders = sorted(self.account.open.values(), key=lambda order: order.id)
        return self.rng.choice(orders) if orders else None

    def fits(self, symbol: str, cost: Fraction | int) -> bool:
        return self.judge.engine_gauge(self.account, symbol).fits(cost, self.now_us)

    def an_ask(self, symbol: str) -> Request:
        pair, last = self.both.world.pairs[symbol], self.both.world.markets[symbol].last
        return Request(pair=pair, side="buy", qty=pair.qty_min * 10, limit_price=last * 9 // 10)

    def show(self, symbol: str, acts: int = 1) -> None:
        """The stream shows acts, and each of them permits one that is refused."""
        if not self.both.wire.is_cut:
            self.shown[symbol].extend([self.now_us] * acts)

    async def add(self) -> None:
        symbol = self.rng.choice(PAIRS)
        for _ in range(self.rng.choice((1, 1, 1, 3, 20))):
            if len(self.account.open) < MOST_ORDERS and self.fits(symbol, 1):
                assert isinstance(self.gate.place(self.account, self.an_ask(symbol)), Order)
                self.slack[symbol].add(Fraction(1, 2))
                self.show(symbol)

    async def add_batch(self) -> None:
        symbol, count = self.rng.choice(PAIRS), self.rng.randint(2, 15)
        if len(self.account.open) + count <= MOST_ORDERS and self.fits(symbol, Fraction(count, 2)):
            self.gate.place_batch(self.account, [self.an_ask(symbol) for _ in range(count)])
            self.slack[symbol].add(Fraction(count, 2))
            self.show(symbol, count)

    async def amend(self) -> None:
        order = self.some_order()
        if order is not None and self.fits(order.pair.symbol, 4):
            self.near_a_rung(order, rules.AMEND_RUNGS)
            assert self.gate.amend(self.account, order.id, qty=order.qty + 1) is None
            self.show(order.pair.symbol)

    async def edit(self) -> None:
        order = self.some_order()
        if order is not None and self.fits(order.pair.symbol, 7):
            self.removed(order)
            assert isinstance(self.gate.edit(self.account, order, self.an_ask(order.pair.symbol)), Order)
            self.slack[order.pair.symbol].add(Fraction(1, 2))
            self.show(order.pair.symbol, 2)

    async def shrink(self) -> None:
        """An amend below what is filled: it costs what a cancel costs."""
        order = self.some_order()
        if order is not None and order.remaining > 2 and self.fits(order.pair.symbol, 8):
            price = order.limit_price or 0
            self.desk.matching.fill_by_script(order, price, order.remaining // 2)
            self.removed(order)
            assert self.gate.amend(self.account, order.id, qty=order.filled) is None
            self.show(order.pair.symbol)

    async def fill(self) -> None:
        order = self.some_order()
        if order is not None:
            self.desk.matching.fill_by_script(order, order.limit_price or 0, order.remaining)

    async def other_cancel(self) -> None:
        order = self.some_order()
        if order is not None and self.fits(order.pair.symbol, 8):
            self.removed(order)
            assert self.gate.cancel(self.account, order) is None
            self.show(order.pair.symbol)

    async def other_batch(self) -> None:
        orders = sorted(self.account.open.values(), key=lambda order: order.id)
        self.others_end(self.rng.sample(orders, min(len(orders), self.rng.choice((2, 5, 30)))))

    async def other_all(self) -> None:
        """Cancel everything, or let the dead man's switch do it."""
        orders = list(self.account.open.values())
        self.others_end(orders, all_of=True, timed_out=self.rng.random() < 0.3)

    def others_end(self, orders: list[Order], *, all_of: bool = False, timed_out: bool = False) -> None:
        for order in orders:
            self.removed(order)
            self.show(order.pair.symbol)
        for symbol in {order.pair.symbol for order in orders} if all_of else ():
            self.slack[symbol].add(MURKY)  # what a cancel-all costs is not documented
            if self.shown[symbol]:
                self.shown[symbol].pop()  # one point a pair, by one reading
        if timed_out:
            self.gate.time_out(self.account)
        elif all_of:
            self.gate.cancel_all(self.account)
        else:
            self.gate.cancel_batch(self.account, orders)

    async def refused_unseen(self) -> None:
        """Acts of the other program that the exchange refuses: each costs its fixed point, unseen."""
        symbol = self.rng.choice(PAIRS)
        shown = self.shown[symbol]
        while shown and shown[0] <= self.now_us - HIDDEN_US:
            shown.popleft()
        while shown and self.rng.random() < 0.7:
            shown.popleft()
            ask = self.an_ask(symbol)
            ask.qty = 1
            assert isinstance(self.gate.place(self.account, ask), str)

    def removed(self, order: Order) -> None:
        """The stream does not tell a cancel from the first half of an edit."""
        age_us = self.now_us - order.counts_from_us
        by_edit = rules.edit_cost(age_us) - rules.EDIT_FIXED
        self.slack[order.pair.symbol].add(rules.cancel_cost(age_us) - by_edit)
        self.near_a_rung(order, rules.CANCEL_RUNGS)

    def near_a_rung(self, order: Order, rungs: tuple[tuple[int, int], ...]) -> None:
        """An age close above a bound may still be below it to the exchange."""
        points = [points for _, points in rungs] + [0]
        age_us = self.now_us - order.counts_from_us
        for number, (bound_s, _) in enumerate(rungs):
            if -US < age_us - bound_s * US <= 2 * US:
                self.slack[order.pair.symbol].add(points[number] - points[number + 1])

    # --- what the client does not see --------------------------------------------------------------

    async def lose_answers(self) -> None:
        self.both.wire.loses = self.rng.choice((1, 1, 3))
        self.murky("")

    async def race(self) -> None:
        """An order is gone when our cancel of it arrives."""
        order = self.some_order()
        if order is None:
            return
        asked = self.both.session.ask_cancel([order.id])
        if isinstance(asked, Question) and self.both.session.confirm(asked) is None:
            self.desk.matching.fill_by_script(order, order.limit_price or 0, order.remaining)
            self.murky(order.pair.symbol)
            await self.both.run(0.4)

    async def cut(self) -> None:
        """The sockets break; the other program goes on unseen; the client comes back."""
        self.murky(*PAIRS)
        self.both.wire.is_cut = True
        self.both.wire.cut()
        self.both.session.tell(Noted(kind="notice", text="cut"))
        await self.both.run(0.1)
        for _ in range(self.rng.randint(0, 8)):
            await self.rng.choice((self.idle, self.add, self.add_batch, self.amend, self.other_cancel))()
            self.both.check()
        if self.rng.random() < 0.5:
            await self.cancel()
        self.both.wire.is_cut = False
        for _ in range(12):
            await self.both.run(5)
            self.both.check()
        self.murky(*PAIRS)
