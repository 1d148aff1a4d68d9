"""Views built by hand, and a session that hands them out."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from msgspec import structs

from krakentui.budget.forecast import Curve
from krakentui.budget.gauges import Gauge
from krakentui.budget.lockout import meanwhile
from krakentui.model.clock import SECOND
from krakentui.model.history import HistoryKind, Past
from krakentui.model.limit import AccountScope, KeyScope, PairScope
from krakentui.model.symbol import Names
from krakentui.state.cancels import ENDINGS
from krakentui.state.connections import Connections, ConnectionsView
from krakentui.state.details import DetailsView
from krakentui.state.parting import Parting
from krakentui.state.past import HistoryView, Places
from krakentui.state.question import ALL_THERE_IS
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
    LockoutView,
    MarketRow,
    NotAsked,
    OrderRow,
    OrdersView,
    Question,
    QuestionOrder,
    StatusView,
    SwitchQuestion,
    SwitchView,
)
from tests.support.clock import WALL_START, ManualClock

HOURS = ("1", "3", "2", "4", "5", "5", "7", "6", "8", "7")


def places_of(number: Decimal) -> int:
    exponent = number.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def a_feed(role: str = "public", **changes: object) -> FeedView:
    feed = FeedView(
        role=role,  # type: ignore[arg-type]  # a plain str in tests
        state="live",
        age_ns=SECOND // 5,
        reconnects=0,
        why="",
        retry_in_ns=None,
        freshness="live",
    )
    return structs.replace(feed, **changes)


def a_status(**changes: object) -> StatusView:
    status = StatusView(
        venue="demo",
        power="watch+cancel",
        account="alice",
        key="3f2a9c01be77",
        key_name="cancel",
        read_only=False,
        system="online",
        maintenance=(),
        feeds=(a_feed("public"), a_feed("private"), a_feed("rest", age_ns=4 * SECOND)),
        clock_offset_ns=None,
        wall_ns=WALL_START,
    )
    return structs.replace(status, **changes)


def a_market(pair: str = "BTC/USD", last: str | None = "64000.1", **changes: object) -> MarketRow:
    price = None if last is None else Decimal(last)
    places = 0 if price is None else places_of(price)
    step = Decimal(1).scaleb(-places)
    market = MarketRow(
        pair=pair,
        last=price,
        change_pct=Decimal("1.25"),
        bid=price,
        ask=None if price is None else price + step,
        spread=None if price is None else step,
        spread_pct=Decimal("0.01"),
        price_places=places,
        spark=tuple(map(Decimal, HOURS)),
        age_ns=SECOND // 10,
        freshness="live",
    )
    return structs.replace(market, **changes)


def a_balance(asset: str = "BTC", total: str = "1.50000", **changes: object) -> BalanceRow:
    amount = Decimal(total)
    balance = BalanceRow(
        asset=asset,
        total=amount,
        held=Decimal(0),
        free=amount,
        value=Decimal("96000.15"),
        share_pct=Decimal("42.0"),
        places=places_of(amount),
        age_ns=SECOND,
        freshness="live",
    )
    return structs.replace(balance, **changes)


def balances_of(*rows: BalanceRow, **changes: object) -> BalancesView:
    view = BalancesView(
        rows=rows, known=True, currency="USD", total_value=Decimal("228571.79"), unpriced=(), denied=None
    )
    return structs.replace(view, **changes)


def a_cost(low: int = 4, high: int | None = None, **changes: object) -> CancelCost:
    cost = CancelCost(
        low=Fraction(low),
        high=Fraction(low if high is None else high),
        next=Fraction(max(0, low - 2)),
        next_in_ns=9 * SECOND,
        free_in_ns=200 * SECOND,
        fits=True,
    )
    return structs.replace(cost, **changes)


FREE = CancelCost(low=Fraction(0), high=Fraction(0), next=None, next_in_ns=None, free_in_ns=0, fits=True)


def an_order(
    order_id: str = "OABC12-XYZ34-DEF567", price: str | None = "64000.1", **changes: object
) -> OrderRow:
    order = OrderRow(
        id=order_id,
        pair="BTC/USD",
        side="sell",
        type="limit",
        price=None if price is None else Decimal(price),
        price_text=None,
        trigger=None,
        trigger_state=None,
        price_places=1,
        distance_pct=Decimal("2.34"),
        qty=Decimal("0.50000000"),
        filled=Decimal(0),
        remaining=Decimal("0.50000000"),
        qty_places=8,
        filled_pct=Decimal(0),
        value=Decimal("32000.05"),
        quote="USD",
        status="new",
        opened_wall_ns=WALL_START,
        order_age_ns=42 * SECOND,
        cost=a_cost(),
        cancel=None,
        last_outcome=None,
        protective=False,
        margin=False,
        source="stream",
        age_ns=SECOND,
        freshness="live",
        details_loading=False,
    )
    row = structs.replace(order, **changes)
    ended = row.last_outcome in ENDINGS and not row.trace
    return structs.replace(row, trace=str(row.last_outcome)) if ended else row


def orders_of(*rows: OrderRow, **changes: object) -> OrdersView:
    return structs.replace(OrdersView(rows=rows, known=True, denied=None), **changes)


def a_gauge(label: str = "REST calls", low: str = "7.5", high: str | None = None, **changes: object) -> Gauge:
    rest = label == "REST calls"
    gauge = Gauge(
        name="rest" if rest else "engine",
        scope=KeyScope("3f2a9c01be77") if rest else PairScope("alice", label.split(maxsplit=1)[0]),
        label=label,
        low=Fraction(low),
        high=Fraction(low if high is None else high),
        max=Fraction(20) if rest else Fraction(125),
        reserve=Fraction(3) if rest else Fraction(0),
        decay=Fraction(1, 2),
        others_low=Fraction(0),
        others_high=Fraction(0),
        free_in_ns=0,
        warning="calm",
        from_start=False,
    )
    return structs.replace(gauge, **changes)


def a_budget(*gauges: Gauge, **changes: object) -> BudgetView:
    budget = BudgetView(
        headline="REST calls: 7.5 of 20 points; one more poll fits now.",
        warning="calm",
        gauges=gauges or (a_gauge(),),
        cancels_now=23,
        cancels_of=25,
        tier="intermediate",
        tier_source="by the exchange's ceiling of 125",
        next_poll="Balances in 2 min 12 s: calls are scarce, so it comes later.",
        next_poll_in_ns=12 * SECOND,
        lockouts=(),
        refusals_expected=0,
        refusals_unexpected=0,
    )
    return structs.replace(budget, **changes)


def a_lockout(seconds: int = 845) -> LockoutView:
    return LockoutView(
        scope=AccountScope("alice"),
        until_in_ns=seconds * SECOND,
        reason="the exchange wants silence",
        meanwhile=meanwhile(socket_open=True, cancels=True),
    )


def a_line(number: int = 1, text: str = "public feed is live", **changes: object) -> JournalLine:
    entry = JournalLine(number=number, wall_ns=WALL_START, kind="feed", text=text, level="info")
    return structs.replace(entry, **changes)


def asked(*orders: OrderRow, everything: bool = False, **changes: object) -> Question:
    question = Question(
        number=1,
        account="alice",
        key="3f2a9c01be77",
        venue="demo",
        orders=tuple(
            QuestionOrder(
                id=order.id,
                pair=order.pair,
                side=order.side,
                type=order.type,
                price=order.price,
                price_text=order.price_text,
                trigger=order.trigger,
                price_places=order.price_places,
                remaining=order.remaining,
                qty_places=order.qty_places,
                value=order.value,
                quote=order.quote,
                protective=order.protective,
                cost=order.cost,
            )
            for order in orders
        ),
        everything=everything,
        route="over the websocket, one by one",
        cost_low=sum((order.cost.low for order in orders if order.cost), Fraction(0)),
        cost_high=sum((order.cost.high for order in orders if order.cost), Fraction(0)),
        warnings=(),
    )
    return structs.replace(question, **changes)


def a_switch(**changes: object) -> SwitchView:
    switch = SwitchView(
        phase="armed",
        fires_in_ns=42 * SECOND,
        fires_wall_ns=WALL_START + 42 * SECOND,
        timeout_s=60,
        doubt="",
    )
    return structs.replace(switch, **changes)


def a_switch_question(**changes: object) -> SwitchQuestion:
    question = SwitchQuestion(
        number=1,
        venue="demo",
        account="alice",
        key="c06dd0bad714",
        arm=True,
        open_orders=25,
        pairs=("BTC/USD", "ETH/USD"),
        not_ours=3,
        fires_in_ns=None,
    )
    return structs.replace(question, **changes)


def a_history(kind: HistoryKind, *rows: Past, **changes: object) -> HistoryView:
    view = HistoryView(
        kind=kind,
        rows=rows,
        places={"BTC/USD": Places(1, 8)},
        known=bool(rows),
        complete=False,
        asking=False,
        why="",
        from_stream=0,
        cost=Fraction(4),
        used_low=Fraction(2),
        used_high=Fraction(5),
        ceiling=Fraction(20),
        fits_in_ns=0,
        fees=None,
    )
    return structs.replace(view, **changes)


class FakeFace:
    """A session that shows what it was given and remembers what it was asked."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.revision = 0
        self.status_view = a_status()
        self.market_rows: tuple[MarketRow, ...] = (a_market(),)
        self.balances_view = balances_of(a_balance())
        self.orders_view = orders_of(an_order("O1"), an_order("O2"), an_order("O3"))
        self.budget_view = a_budget()
        self.curve_views: tuple[Curve, ...] = ()
        self.usage_view = UsageView(budget=self.budget_view, curves=(), polls=(), spent=(), refusals=())
        self.connections_view = Connections().view((), (0, 0), None, (0, 0), 0)
        self.lines: tuple[JournalLine, ...] = ()
        self.refusal: NotAsked | None = None
        self.open_cancels: tuple[str, ...] = ()
        self.results_views: tuple[ResultsView, ...] = ()
        self.asked: list[tuple[str, ...]] = []
        self.confirmed: list[Question] = []
        self.polls = 0
        self.details_views: dict[str, DetailsView] = {}
        self.amends_asked: list[str] = []
        self.switch_question = a_switch_question()
        self.switched: list[tuple[int, int]] = []
        self.waits: list[str] = []
        kinds: tuple[HistoryKind, ...] = ("orders", "trades", "ledger")
        self.histories = {kind: a_history(kind) for kind in kinds}
        self.pages: list[tuple[str, bool]] = []
        self.exported: list[tuple[str, tuple[Past, ...]]] = []

    def status(self, t_ns: int) -> StatusView:
        return self.status_view

    def markets(self, t_ns: int) -> tuple[MarketRow, ...]:
        return self.market_rows

    def balances(self, t_ns: int) -> BalancesView:
        return self.balances_view

    def orders(self, t_ns: int) -> OrdersView:
        return self.orders_view

    def budget(self, t_ns: int) -> BudgetView:
        return self.budget_view

    def curves(self, t_ns: int) -> tuple[Curve, ...]:
        return self.curve_views

    def usage(self, t_ns: int) -> UsageView:
        return structs.replace(self.usage_view, budget=self.budget_view, curves=self.curve_views)

    def connections(self, t_ns: int) -> ConnectionsView:
        return self.connections_view

    def journal(self, after: int = 0) -> tuple[JournalLine, ...]:
        return tuple(line for line in self.lines if line.number > after)

    def ask_cancel(self, ids: Sequence[str], *, named: bool = False) -> Question | NotAsked:
        self.asked.append(tuple(ids))
        if self.refusal is not None:
            return self.refusal
        return asked(*(row for row in self.orders_view.rows if row.id in ids))

    def ask_cancel_all(self, *, new_too: bool = False) -> Question | NotAsked:
        self.asked.append(("all", "new") if new_too else ("all",))
        return self.refusal or asked(
            *self.orders_view.rows,
            everything=True,
            new_too=new_too,
            counted=self.orders_view.known,
            warnings=(ALL_THERE_IS,) if new_too else (),
        )

    def results(self) -> tuple[ResultsView, ...]:
        return self.results_views

    def confirm(self, question: Question) -> NotAsked | None:
        self.confirmed.append(question)
        return None

    def ask_switch(self) -> SwitchQuestion | NotAsked:
        return self.refusal or self.switch_question

    def set_switch(self, question: SwitchQuestion, timeout_s: int) -> NotAsked | None:
        self.switched.append((question.number, timeout_s))
        return None

    def history(self, kind: HistoryKind, t_ns: int) -> HistoryView:
        return self.histories[kind]

    def ask_history(self, kind: HistoryKind, *, again: bool) -> str:
        self.pages.append((kind, again))
        return f"Asked: {kind}."

    def ask_fees(self) -> str:
        self.pages.append(("fees", True))
        return "Asked: the fees."

    def export(self, kind: HistoryKind, rows: Sequence[Past]) -> str:
        self.exported.append((kind, tuple(rows)))
        return f"{len(rows)} rows written."

    def ask_when_free(self, ids: Sequence[str]) -> Question | NotAsked:
        asked = self.ask_cancel(ids)
        if isinstance(asked, NotAsked):
            return asked
        return structs.replace(asked, route="when it is free", later=True, at_once=not asked.cost_high)

    def confirm_when_free(self, question: Question) -> NotAsked | None:
        self.waits.extend(order.id for order in question.orders)
        return None

    def stop_waiting(self, ids: Sequence[str]) -> bool:
        stopped = [one for one in self.waits if one in ids]
        self.waits = [one for one in self.waits if one not in ids]
        return bool(stopped)

    def unsettled(self) -> tuple[str, ...]:
        return self.open_cancels

    def parting(self) -> Parting:
        armed = self.status_view.switch
        return Parting(
            unsettled=self.open_cancels,
            waiting=tuple(row.id for row in self.orders_view.rows if row.waits_for is not None),
            switch=None if armed is None or armed.phase == "fired" else armed,
            venue=self.status_view.venue,
        )

    def names(self) -> Names:
        return Names()

    def look_up(self, ids: Sequence[str]) -> bool:
        return False

    def found(self, order_id: str) -> Found | None:
        return None

    def details(self, order_id: str, t_ns: int) -> DetailsView | None:
        return self.details_views.get(order_id)

    def ask_amends(self, order_id: str) -> str:
        self.amends_asked.append(order_id)
        return "Asking the exchange for the amends of this order."

    def poll_now(self) -> str:
        self.polls += 1
        return "Asked: balances and orders are polled now."
