"""A random life of one account on a reference exchange, with a ledger that watches it.

The exchange knows the truth and decides; the ledger gets what a client gets: its own sendings, the
answers, the stream's words a little later. After every step the truth must lie within the intervals.
"""

import random
from dataclasses import dataclass, field
from fractions import Fraction

from msgspec import structs

from krakentui.budget.costs import CANCEL, rung
from krakentui.budget.ledger import Ledger
from krakentui.model.clock import MILLISECOND, SECOND
from krakentui.model.event import (
    CallRefused,
    CallSettled,
    CallSpent,
    CancelAnswered,
    CancelSent,
    FeedChanged,
    Happening,
    OrderPatched,
    OrdersSnapshot,
    TierSeen,
)
from krakentui.model.limit import POINT, KeyScope, PairScope, Tier
from krakentui.model.order import Order, OrderPatch
from tests.budget.reference import Drain, TrueCounter

WALL = 1_804_669_200 * SECOND
"""The exchange's wall clock when the steady clock shows zero."""
PAIRS = ("BTC/USD", "ETH/USD")
KEY = KeyScope("0123456789ab")
ACCOUNT = "alice"


@dataclass(frozen=True)
class Rules:
    """What the documentation leaves open."""

    rest_drain: Drain
    engine_drain: Drain
    strict_edge: bool
    capped_batches: bool
    history_cost: int = 4
    batch_call_cost: int = 0


DOCUMENTED = Rules("steady", "steady", strict_edge=False, capped_batches=True)
STRICT = Rules(
    "steps from zero", "looked at each second", strict_edge=True, capped_batches=False, batch_call_cost=1
)

# Ceilings and drains, spelled again: REST max, REST decay, stepped REST decay, engine max, engine decay.
TRUE_TIERS: dict[Tier, tuple[int, str, str, int, str]] = {
    "starter": (15, "0.33", "1/3", 60, "1"),
    "intermediate": (20, "0.5", "0.5", 125, "2.34"),
    "pro": (20, "1", "1", 180, "3.75"),
}


@dataclass
class Gate:
    """A true counter with its ceiling."""

    counter: TrueCounter
    ceiling: int
    strict_edge: bool

    def takes(self, cost: int | Fraction, t_ns: int) -> bool:
        """Count a call and tell whether it passes; a refused one counts as well."""
        after = self.counter.at(t_ns) + cost
        self.counter.add(cost, t_ns)
        return after < self.ceiling if self.strict_edge else after <= self.ceiling

    def room(self, t_ns: int) -> Fraction:
        return self.ceiling - self.counter.at(t_ns) - (1 if self.strict_edge else 0)


@dataclass
class Life:
    """The account, the exchange and the ledger."""

    rng: random.Random
    rules: Rules
    tier: Tier
    t_ns: int = 1_000 * SECOND
    orders: dict[str, Order] = field(default_factory=dict)
    born: dict[str, int] = field(default_factory=dict)
    """From when each order's age truly counts, steady time."""
    permits: dict[str, list[int]] = field(default_factory=lambda: {pair: [] for pair in PAIRS})
    seen: bool = False
    steps: int = 0
    numbers: int = 0
    refused: int = 0

    def __post_init__(self) -> None:
        rest_max, rate, stepped, engine_max, engine_rate = TRUE_TIERS[self.tier]
        rest_rate = Fraction(rate if self.rules.rest_drain == "steady" else stepped)
        rest = TrueCounter(self.rules.rest_drain, rest_rate, at_ns=self.t_ns)
        rest.add(self.rng.randint(0, rest_max), self.t_ns)
        self.rest = Gate(rest, rest_max, self.rules.strict_edge)
        self.engine = {}
        for pair in PAIRS:
            counter = TrueCounter(self.rules.engine_drain, Fraction(engine_rate), at_ns=self.t_ns)
            counter.add(self.rng.randint(0, engine_max), self.t_ns)
            self.engine[pair] = Gate(counter, engine_max, self.rules.strict_edge)
        self.ledger = Ledger.start(self.t_ns, KEY.key, ACCOUNT)

    # --- the two sides ---------------------------------------------------------------------------

    def tell(self, event: Happening) -> None:
        self.ledger = self.ledger.apply(event, self.t_ns, self.orders)

    def wait(self, most_ms: int) -> None:
        self.t_ns += self.rng.randint(0, most_ms) * MILLISECOND

    def check(self) -> None:
        self.steps += 1
        told = [(self.rest, self.ledger.rest_at(self.t_ns))]
        told += [(self.engine[pair], self.ledger.engine_at(pair, self.t_ns)) for pair in PAIRS]
        for gate, counter in told:
            truth = gate.counter.at(self.t_ns) * POINT
            assert counter.low <= truth <= counter.high, (gate, counter)

    def step(self) -> None:
        acts = [self.idle, self.call, self.poll, self.foreign_add, self.foreign_amend, self.foreign_cancel]
        acts += [self.foreign_rejection, self.cancel, self.batch_cancel]
        weights = [4, 2, 4, 6, 3, 3, 2, 3, 1]
        if not self.rng.randrange(60):
            self.gap()
        elif not self.rng.randrange(40):
            self.tell(TierSeen(account=ACCOUNT, maxratecount=self.engine[PAIRS[0]].ceiling))
        else:
            self.rng.choices(acts, weights)[0]()
        self.check()

    def idle(self) -> None:
        self.wait(self.rng.choice((100, 3_000, 60_000)))

    # --- calls of ours ---------------------------------------------------------------------------

    def call(self, *, lane: str = "user") -> None:
        """One REST call, without asking whether it fits."""
        what, true = self.rng.choice(
            (
                ("BalanceEx", 1),
                ("OpenOrders", 1),
                ("TradesHistory", self.rules.history_cost),
                ("CancelOrderBatch", self.rules.batch_call_cost),
            )
        )
        cost = self.ledger.rest_cost(what)
        expected = self.ledger.expects_refusal("rest", KEY, cost.high, self.t_ns)
        self.numbers += 1
        self.tell(
            CallSpent(
                name="rest",
                scope=KEY,
                low=cost.low,
                high=cost.high,
                what=what,
                lane=lane,
                ticket=self.numbers,
            )
        )
        self.check()
        self.wait(800)
        lost = not self.rng.randrange(10)
        passed = (lost and self.rng.random() < 0.5) or self.rest.takes(true, self.t_ns)
        self.wait(800)
        self.check()
        if lost or passed:
            self.tell(CallSettled(name="rest", scope=KEY, ticket=self.numbers, answered=not lost))
        else:
            self.refused += 1
            self.tell(
                CallRefused(
                    name="rest",
                    scope=KEY,
                    cost=cost.high,
                    code="EAPI:Rate limit exceeded",
                    expected=expected,
                    ticket=self.numbers,
                )
            )

    def poll(self) -> None:
        """One background call, when it fits."""
        at_ns = self.ledger.background_at(4 * POINT, self.t_ns)
        assert at_ns is not None
        self.t_ns = max(self.t_ns, at_ns)
        before = self.refused
        self.call(lane="background")
        assert self.refused == before, "a background call was refused"

    # --- cancels of ours -------------------------------------------------------------------------

    def cancel(self) -> None:
        if not self.orders:
            return
        order_id = self.rng.choice(sorted(self.orders))
        self.send_cancels([order_id], named=self.rng.random() < 0.5)
        pair = str(self.orders[order_id].pair)
        true, gate = self.true_cost(order_id), self.engine[pair]
        if gate.takes(true, self.t_ns):
            self.show_cancelled([order_id])
            return
        self.wait(150)
        high = self.ledger.engine_at(pair, self.t_ns).high
        self.tell(
            CallRefused(
                name="engine",
                scope=PairScope(ACCOUNT, pair),
                cost=true * POINT,
                code="EOrder:Rate limit exceeded",
                expected=True,
                order_id=order_id,
            )
        )
        assert self.ledger.engine_at(pair, self.t_ns).high >= min(high, gate.ceiling * POINT)
        self.tell(CancelAnswered(account=ACCOUNT, order_id=order_id, request=1, ok=False, code="EOrder:"))

    def batch_cancel(self) -> None:
        pair = self.rng.choice(PAIRS)
        ids = [one for one, order in self.orders.items() if order.pair == pair][:5]
        if ids:
            self.send_cancels(ids, named=True)
            self.take_batch(ids, pair)
            self.show_cancelled(ids)

    def send_cancels(self, ids: list[str], *, named: bool) -> None:
        for order_id in ids:
            pair = str(self.orders[order_id].pair)
            sent = CancelSent(account=ACCOUNT, order_id=order_id, request=1, route="socket")
            low_ns, high_ns = (
                self.orders[order_id].counts_from_low_ns,
                self.orders[order_id].counts_from_high_ns,
            )
            assert low_ns is not None
            assert high_ns is not None
            high = rung(CANCEL, WALL + self.t_ns - high_ns - SECOND) * POINT
            if named:
                scope = PairScope(ACCOUNT, pair)
                self.tell(
                    CallSpent(name="engine", scope=scope, low=0, high=high, what="cancel", order_id=order_id)
                )
            self.tell(sent)
        self.check()
        self.wait(700)

    def show_cancelled(self, ids: list[str]) -> None:
        """Let the stream and the answer arrive, in either order."""
        said_ns = WALL + self.t_ns
        answers = [CancelAnswered(account=ACCOUNT, order_id=one, request=1, ok=True) for one in ids]
        if self.rng.random() < 0.5:
            self.wait(50)
            self.tell_all(answers)
            answers = []
        self.wait(120)
        self.show_removed(ids, said_ns)
        self.tell_all(answers)

    def tell_all(self, events: list[CancelAnswered]) -> None:
        for event in events:
            self.tell(event)

    # --- acts of others --------------------------------------------------------------------------

    def foreign_add(self) -> None:
        pair = self.rng.choice(PAIRS)
        count = self.rng.choice((1, 1, 1, 4))
        cost = Fraction(count, 2) if count > 1 else Fraction(1)
        if self.engine[pair].room(self.t_ns) < cost:
            return
        self.engine[pair].counter.add(cost, self.t_ns)
        made_ns = self.t_ns
        if self.seen:
            self.wait(150)
        for _ in range(count):
            self.numbers += 1
            order_id = f"O{self.numbers}"
            wall_ns = WALL + made_ns
            self.show(OrderPatch(id=order_id, exec_type="pending_new", pair=pair, said_ns=wall_ns), pair)
            self.born[order_id] = made_ns
            self.orders[order_id] = Order(
                account=ACCOUNT,
                id=order_id,
                status="new",
                source="stream",
                seen_ns=self.t_ns,
                pair=pair,
                opened_ns=wall_ns,
                counts_from_low_ns=wall_ns,
                counts_from_high_ns=wall_ns,
            )

    def foreign_amend(self) -> None:
        if not self.orders:
            return
        order_id = self.rng.choice(sorted(self.orders))
        order = self.orders[order_id]
        age_s = (self.t_ns - self.born[order_id]) / SECOND
        cost = 1 + (3 if age_s < 5 else 2 if age_s < 10 else 1 if age_s < 15 else 0)
        gate = self.engine[str(order.pair)]
        if gate.room(self.t_ns) < cost:
            return
        gate.counter.add(cost, self.t_ns)
        self.born[order_id] = self.t_ns
        said_ns = WALL + self.t_ns
        if self.seen:
            self.wait(150)
        self.show(OrderPatch(id=order_id, exec_type="amended", said_ns=said_ns), str(order.pair))
        if self.seen:
            self.orders[order_id] = aged(order, said_ns, said_ns)

    def foreign_cancel(self) -> None:
        pair = self.rng.choice(PAIRS)
        ids = [one for one, order in self.orders.items() if order.pair == pair]
        ids = self.rng.sample(ids, min(len(ids), self.rng.choice((1, 1, 3))))
        if not ids:
            return
        if len(ids) == 1 and self.engine[pair].room(self.t_ns) < self.true_cost(ids[0]):
            return
        if not self.seen:
            ids = ids[:1]
        self.take_batch(ids, pair) if len(ids) > 1 else self.engine[pair].counter.add(
            self.true_cost(ids[0]), self.t_ns
        )
        said_ns = WALL + self.t_ns
        if self.seen:
            self.wait(150)
        self.show_removed(ids, said_ns)

    def foreign_rejection(self) -> None:
        """An act that fails costs its fixed point, unseen; one for each act that was seen."""
        pair = self.rng.choice(PAIRS)
        self.permits[pair] = [one for one in self.permits[pair] if self.t_ns - one < 300 * SECOND]
        while self.permits[pair] and self.rng.random() < 0.8:
            self.permits[pair].pop()
            self.engine[pair].counter.add(1, self.t_ns)

    def show(self, patch: OrderPatch, pair: str) -> None:
        if self.seen:
            self.tell(OrderPatched(account=ACCOUNT, patch=patch))
            self.permits[pair].append(self.t_ns)

    def show_removed(self, ids: list[str], said_ns: int) -> None:
        for order_id in ids:
            pair = str(self.orders[order_id].pair)
            patch = OrderPatch(
                id=order_id, exec_type="canceled", status="canceled", said_ns=said_ns, reason="User requested"
            )
            own = order_id in self.ledger.own_cancels
            self.show(patch, pair)
            if own and self.seen:
                self.permits[pair].pop()  # an act of ours permits nothing
            del self.orders[order_id], self.born[order_id]

    def take_batch(self, ids: list[str], pair: str) -> None:
        """A batch is taken over the ceiling; by the documentation its sum counts only up to it."""
        gate = self.engine[pair]
        used, cost = gate.counter.at(self.t_ns), Fraction(sum(self.true_cost(one) for one in ids))
        if self.rules.capped_batches:
            cost = min(cost, max(Fraction(0), gate.ceiling - used))
        gate.counter.add(cost, self.t_ns)

    def gap(self) -> None:
        """The stream goes; others act unseen; a snapshot shows what is there."""
        self.tell(FeedChanged(feed="private", state="down"))
        self.seen = False
        for _ in range(self.rng.randint(0, 6)):
            self.rng.choice((self.foreign_add, self.foreign_amend, self.foreign_cancel, self.idle))()
            self.check()
        self.wait(2_000)
        self.tell(FeedChanged(feed="private", state="live"))
        self.tell(OrdersSnapshot(account=ACCOUNT, orders=()))
        now_ns = WALL + self.t_ns
        self.orders = {
            one: aged(order, order.counts_from_low_ns or 0, now_ns) for one, order in self.orders.items()
        }
        self.permits = {pair: [] for pair in PAIRS}
        self.seen = True

    def true_cost(self, order_id: str) -> int:
        age_s = (self.t_ns - self.born[order_id]) / SECOND
        rungs = ((5, 8), (10, 6), (15, 5), (45, 4), (90, 2), (300, 1))
        return next((points for below, points in rungs if age_s < below), 0)


def aged(order: Order, low_ns: int, high_ns: int) -> Order:
    return structs.replace(order, counts_from_low_ns=low_ns, counts_from_high_ns=high_ns)
