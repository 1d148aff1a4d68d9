"""Tells a case to the monitor's ledger, as the monitor would hear of it."""

from fractions import Fraction

from msgspec import structs

from krakentui.budget.counter import Counter
from krakentui.budget.ledger import Ledger
from krakentui.model.event import CallRefused, CallSettled, CallSpent, CancelAnswered, CancelSent
from krakentui.model.limit import POINT, IpScope, LimitName, PairScope, Scope, Tier
from krakentui.model.order import Order
from tests.budget.acts import KEY, WALL, a_ledger, an_order, stream, told
from tests.golden.cases import USUAL_PAIR, Act, Case, named

ACCOUNT = "alice"
TIERS: dict[str, Tier] = {"starter": "starter", "intermediate": "intermediate", "pro": "pro"}
SECOND_US = 1_000_000


class Watch:
    """A monitor that saw everything from the first act on; cancels are its own."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.ledger: Ledger = a_ledger(TIERS[case.tier], hidden_s=1)
        self.orders: dict[str, Order] = {}
        self.calls = 0
        self.at_s = 0.0

    def at(self, at_us: int) -> None:
        """Let time pass up to an instant of the case."""
        self.at_s = at_us / SECOND_US

    def interval(self, where: str) -> tuple[Fraction, Fraction]:
        """Tell the interval that the monitor believes in, in points."""
        counter = self._counter(where)
        return Fraction(counter.low, POINT), Fraction(counter.high, POINT)

    def act(self, act: Act) -> None:
        """Hear of one act."""
        match act.verb:
            case "call" | "calls":
                for _ in range(act.count):
                    self._call(act)
            case "add" | "adds" | "batch-add" | "schedule" | "schedules" if act.verdict == "ok":
                for name in act.names:
                    self._born(name, act.pair)
            case "amend":
                self._say(act.names[0], "amended")
                now_ns = WALL + round(self.at_s * 1_000_000_000)
                order = self.orders[act.names[0]]
                self.orders[order.id] = structs.replace(
                    order, counts_from_low_ns=now_ns, counts_from_high_ns=now_ns
                )
            case "edit":
                pair = self.orders[act.names[0]].pair
                self._gone(act.names[0])
                self._born(act.names[1], pair or USUAL_PAIR)
            case "shrink":
                self._gone(act.names[0])
            case "fill" | "part-fill":
                self._say(act.names[0], "trade")
            case "cancel" | "batch-cancel" | "cancel-all":
                everything = list(self.orders)
                names = named(act.names, everything) if act.names else everything
                self._cancel(names, refused=act.verdict == "refused")

    def _counter(self, where: str) -> Counter:
        t_ns = round(self.at_s * 1_000_000_000)
        if self.case.limit == "rest":
            return self.ledger.rest_at(t_ns)
        if self.case.limit == "public":
            counter = self.ledger.counter("public_rest", _address(where), t_ns)
            assert counter is not None
            return counter
        return self.ledger.engine_at(where or USUAL_PAIR, t_ns)

    def _say(self, name: str, exec_type: str, pair: str | None = None) -> None:
        word = stream(name, exec_type, self.at_s, pair=pair)
        self.ledger = told(self.ledger, self.at_s, word, orders=tuple(self.orders.values()))

    def _born(self, name: str, pair: str) -> None:
        self._say(name, "pending_new", pair)
        self.orders[name] = an_order(name, pair=pair, born_s=self.at_s)

    def _gone(self, name: str) -> None:
        self._say(name, "canceled")
        del self.orders[name]

    def _cancel(self, names: list[str], *, refused: bool) -> None:
        known = tuple(self.orders.values())
        for name in names:
            sent = CancelSent(account=ACCOUNT, order_id=name, request=1, route="socket")
            self.ledger = told(self.ledger, self.at_s, sent, orders=known)
        for name in names:
            if refused:
                answers = (
                    CallRefused(
                        name="engine",
                        scope=PairScope(ACCOUNT, self.orders[name].pair or USUAL_PAIR),
                        cost=8 * POINT,
                        code="EOrder:Rate limit exceeded",
                        expected=True,
                        order_id=name,
                    ),
                    CancelAnswered(account=ACCOUNT, order_id=name, request=1, ok=False, code="EOrder:"),
                )
                self.ledger = told(self.ledger, self.at_s, *answers, orders=known)
            else:
                self._gone(name)

    def _call(self, act: Act) -> None:
        if self.case.limit == "rest" and act.where:
            return  # another key's call
        self.calls += 1
        endpoint = act.names[0]
        name: LimitName = "rest" if self.case.limit == "rest" else "public_rest"
        scope: Scope = KEY if name == "rest" else _address(act.where)
        cost = self.ledger.rest_cost(endpoint)
        low, high = (cost.low, cost.high) if name == "rest" else (POINT, POINT)
        sent = CallSpent(name=name, scope=scope, low=low, high=high, what=endpoint, ticket=self.calls)
        over: CallSettled | CallRefused = CallSettled(
            name=name, scope=scope, ticket=self.calls, answered=True
        )
        if act.verdict == "refused":
            over = CallRefused(
                name=name,
                scope=scope,
                cost=high,
                code="EAPI:Rate limit exceeded",
                expected=True,
                ticket=self.calls,
            )
        self.ledger = told(self.ledger, self.at_s, sent, over)


def _address(where: str) -> IpScope:
    return IpScope("127.0.0.1", where) if where else IpScope("127.0.0.1")
