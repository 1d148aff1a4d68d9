"""A session made of ready views, for commands that only read."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from krakentui.budget.forecast import Curve
from krakentui.budget.gauges import Gauge
from krakentui.model.clock import SECOND, Clock
from krakentui.model.history import HistoryKind, Past
from krakentui.model.limit import KeyScope, PairScope
from krakentui.model.symbol import Names, PairInfo
from krakentui.state.connections import Connections, ConnectionsView
from krakentui.state.details import DetailsView
from krakentui.state.parting import Parting
from krakentui.state.past import HistoryView
from krakentui.state.results import ResultsView
from krakentui.state.usage import UsageView
from krakentui.state.view import (
    BalanceRow,
    BalancesView,
    BudgetView,
    CancelCost,
    FeedView,
    Found,
    JournalLine,
    MarketRow,
    NotAsked,
    OrderRow,
    OrdersView,
    Question,
    StatusView,
    SwitchQuestion,
)
from tests.support.clock import WALL_START, ManualClock

NAMES = Names().with_pairs(
    PairInfo(
        symbol=symbol,
        base=symbol[:3],
        quote="USD",
        price_places=1,
        qty_places=8,
        cost_places=5,
        rest_id=rest_id,
        altname=altname,
    )
    for symbol, rest_id, altname in (
        ("BTC/USD", "XXBTZUSD", "XBTUSD"),
        ("ETH/USD", "XETHZUSD", "ETHUSD"),
        ("XRP/USD", "XXRPZUSD", "XRPUSD"),
        ("AAPLx/USD", "AAPLxUSD", "AAPLxUSD"),
    )
)
FINGERPRINT = "0123456789ab"


def a_feed(role: str = "public", state: str = "live") -> FeedView:
    return FeedView(
        role=role,  # type: ignore[arg-type]  # a test's words
        state=state,  # type: ignore[arg-type]  # as above
        age_ns=412_345_678,
        reconnects=2,
        why="",
        retry_in_ns=None,
        freshness="live",
    )


def a_status(key: str | None = FINGERPRINT, system: str | None = "online") -> StatusView:
    return StatusView(
        venue="simulator",
        power="public" if key is None else "watch+cancel",
        account="alice",
        key=key,
        key_name="full",
        read_only=False,
        system=system,
        maintenance=(),
        feeds=(a_feed(), a_feed("private")),
        clock_offset_ns=None,
        wall_ns=WALL_START,
    )


def a_market(pair: str = "BTC/USD", *, age_ns: int | None = 200_000_000) -> MarketRow:
    known = age_ns is not None
    return MarketRow(
        pair=pair,
        last=Decimal("64000.10") if known else None,
        change_pct=Decimal("-1.25") if known else None,
        bid=Decimal("64000.0") if known else None,
        ask=None,
        spread=None,
        spread_pct=None,
        price_places=1,
        spark=(),
        age_ns=age_ns,
        freshness="live" if known else "unknown",
    )


def some_balances(*, known: bool = True, denied: str | None = None) -> BalancesView:
    row = BalanceRow(
        asset="BTC",
        total=Decimal("1.5000000000"),
        held=Decimal("0E-10"),
        free=Decimal("1.5000000000"),
        value=None,
        share_pct=None,
        places=10,
        age_ns=3_100_000_000,
        freshness="live",
    )
    return BalancesView(
        rows=(row,) if known else (),
        known=known,
        currency="USD",
        total_value=None,
        unpriced=("BTC",),
        denied=denied,
    )


def an_order(
    order_id: str = "OAAAAA-BBBBB-CCCCCC",
    *,
    pair: str | None = "BTC/USD",
    side: str | None = "sell",
    type_: str | None = "limit",
    age_ns: int | None = 100 * SECOND,
    distance: str | None = "2.5",
    trigger: str | None = None,
) -> OrderRow:
    cost = CancelCost(
        low=Fraction(7, 2),
        high=Fraction(4),
        next=Fraction(2),
        next_in_ns=20 * SECOND,
        free_in_ns=200 * SECOND,
        fits=True,
    )
    return OrderRow(
        id=order_id,
        pair=pair,
        side=side,
        type=type_,
        price=Decimal("110000.0"),
        price_text=None,
        trigger=None if trigger is None else Decimal(trigger),
        trigger_state=None,
        price_places=1,
        distance_pct=None if distance is None else Decimal(distance),
        qty=Decimal("0.50000000"),
        filled=Decimal("0.10000000"),
        remaining=Decimal("0.40000000"),
        qty_places=8,
        filled_pct=Decimal(20),
        value=Decimal("44000.0"),
        quote="USD",
        status="new",
        opened_wall_ns=None if age_ns is None else WALL_START - age_ns,
        order_age_ns=age_ns,
        cost=cost,
        cancel=None,
        last_outcome=None,
        protective=False,
        margin=False,
        source="stream",
        age_ns=SECOND,
        freshness="live",
        details_loading=False,
    )


def some_orders(*rows: OrderRow, known: bool = True, denied: str | None = None) -> OrdersView:
    return OrdersView(rows=rows, known=known, denied=denied)


def a_gauge(low: str = "7.5", high: str = "7.5", *, name: str = "rest", from_start: bool = False) -> Gauge:
    scope = KeyScope(FINGERPRINT) if name == "rest" else PairScope("alice", "BTC/USD")
    return Gauge(
        name=name,  # type: ignore[arg-type]  # a test's words
        scope=scope,
        label="REST calls" if name == "rest" else "BTC/USD trading",
        low=Fraction(low),
        high=Fraction(high),
        max=Fraction(20),
        reserve=Fraction(3),
        decay=Fraction(1, 3),
        others_low=Fraction(0),
        others_high=Fraction(0),
        free_in_ns=0,
        warning="calm",
        from_start=from_start,
    )


def a_budget(*gauges: Gauge) -> BudgetView:
    return BudgetView(
        headline="All limits are far away.",
        warning="calm",
        gauges=gauges or (a_gauge(),),
        cancels_now=1,
        cancels_of=1,
        tier="intermediate",
        tier_source="the exchange",
        next_poll="Open orders in 5 s.",
        next_poll_in_ns=5 * SECOND,
        lockouts=(),
        refusals_expected=0,
        refusals_unexpected=0,
    )


class ReadyFace:
    """Shows the views it was given; nothing can be asked of it."""

    def __init__(
        self,
        *,
        clock: Clock | None = None,
        status: StatusView | None = None,
        markets: Sequence[MarketRow] | None = None,
        balances: BalancesView | None = None,
        orders: OrdersView | None = None,
        budget: BudgetView | None = None,
        journal: Sequence[JournalLine] = (),
    ) -> None:
        self.clock: Clock = clock or ManualClock()
        self.revision = 0
        self._status = status or a_status()
        self._markets = (a_market(),) if markets is None else tuple(markets)
        self._balances = balances or some_balances()
        self._orders = orders or some_orders(an_order())
        self._budget = budget or a_budget()
        self._journal = [*journal]

    def happened(self, line: JournalLine) -> None:
        self._journal.append(line)

    def status(self, t_ns: int) -> StatusView:
        return self._status

    def markets(self, t_ns: int) -> tuple[MarketRow, ...]:
        return self._markets

    def balances(self, t_ns: int) -> BalancesView:
        return self._balances

    def orders(self, t_ns: int) -> OrdersView:
        return self._orders

    def budget(self, t_ns: int) -> BudgetView:
        return self._budget

    def curves(self, t_ns: int) -> tuple[Curve, ...]:
        return ()

    def usage(self, t_ns: int) -> UsageView:
        return UsageView(budget=self.budget(t_ns), curves=self.curves(t_ns), polls=(), spent=(), refusals=())

    def connections(self, t_ns: int) -> ConnectionsView:
        return Connections().view((), (0, 0), None, (0, 0), t_ns)

    def journal(self, after: int = 0) -> tuple[JournalLine, ...]:
        return tuple(line for line in self._journal if line.number > after)

    def ask_cancel(self, ids: Sequence[str], *, named: bool = False) -> Question | NotAsked:
        return NotAsked(why="This session only shows.")

    def ask_cancel_all(self, *, new_too: bool = False) -> Question | NotAsked:
        return NotAsked(why="This session only shows.")

    def results(self) -> tuple[ResultsView, ...]:
        return ()

    def confirm(self, question: Question) -> NotAsked | None:
        return NotAsked(why="This session only shows.")

    def ask_switch(self) -> SwitchQuestion | NotAsked:
        return NotAsked(why="There is no switch here.")

    def set_switch(self, question: SwitchQuestion, timeout_s: int) -> NotAsked | None:
        raise AssertionError("nothing was asked")

    def history(self, kind: HistoryKind, t_ns: int) -> HistoryView:
        raise AssertionError("no history here")

    def ask_history(self, kind: HistoryKind, *, again: bool) -> str:
        return "There is no history here."

    def ask_fees(self) -> str:
        return "There are no fees here."

    def export(self, kind: HistoryKind, rows: Sequence[Past]) -> str:
        return "There is nothing to export."

    def ask_when_free(self, ids: Sequence[str]) -> Question | NotAsked:
        return NotAsked(why="Nothing waits here.")

    def confirm_when_free(self, question: Question) -> NotAsked | None:
        raise AssertionError("nothing was asked")

    def stop_waiting(self, ids: Sequence[str]) -> bool:
        return False

    def unsettled(self) -> tuple[str, ...]:
        return ()

    def parting(self) -> Parting:
        return Parting()

    def names(self) -> Names:
        return NAMES

    def look_up(self, ids: Sequence[str]) -> bool:
        return False

    def found(self, order_id: str) -> Found | None:
        return None

    def details(self, order_id: str, t_ns: int) -> DetailsView | None:
        return None

    def ask_amends(self, order_id: str) -> str:
        return "This session only shows."

    def poll_now(self) -> str:
        return "Nothing to poll."


def a_line(number: int, kind: str = "notice", text: str = "Something.", **more: str) -> JournalLine:
    return JournalLine(
        number=number,
        wall_ns=WALL_START,
        kind=kind,
        text=text,
        level=more.get("level", "info"),
        order_id=more.get("order_id"),
        outcome=more.get("outcome"),  # type: ignore[arg-type]  # a test's words
    )
