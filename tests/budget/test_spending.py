"""Who spent what in the last ten minutes."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from krakentui.budget.interval import NOTHING
from krakentui.budget.ledger import Ledger
from krakentui.budget.spending import (
    ASKED,
    CANCELS,
    FEEDS,
    OTHERS,
    POLLS,
    REFUSALS_KEPT,
    SLICE_NS,
    SPAN_NS,
    Kind,
    Spending,
    Spent,
)
from krakentui.model.clock import SECOND
from krakentui.model.event import (
    CallRefused,
    CallSettled,
    CallSpent,
    CancelAnswered,
    CancelGivenUp,
    CancelNotSent,
    CancelSent,
    FeedHeard,
    Happening,
)
from krakentui.model.limit import POINT, AccountScope, IpScope, units
from krakentui.model.order import Order
from tests.budget.acts import (
    BTC,
    ETH,
    KEY,
    a_ledger,
    an_order,
    cancel_spent,
    pair_refused,
    refused,
    settled,
    spent,
    stream,
    stream_down,
)

BALANCE = Kind("rest", KEY, "Balance", POLLS)
CANCEL = Kind("engine", BTC, "cancel", CANCELS)


class Books:
    """A ledger and its spending, brought forward together as the state does it."""

    def __init__(self) -> None:
        self.ledger: Ledger = a_ledger()
        self.spending = Spending()

    def told(self, at_s: float, *events: Happening, orders: Sequence[Order] = ()) -> "Books":
        t_ns, known = round(at_s * SECOND), {order.id: order for order in orders}
        for event in events:
            self.spending = self.spending.apply(event, t_ns, known, self.ledger)
            self.ledger = self.ledger.apply(event, t_ns, known)
        return self

    def sums(self, at_s: float) -> dict[Kind, Spent]:
        return self.spending.sums(round(at_s * SECOND))


def points(calls: int, low: int, high: int) -> Spent:
    return Spent(calls, units(low), units(high))


def test_a_call_counts_from_nothing_to_its_cost_until_its_end_is_known() -> None:
    books = Books().told(0, spent(2, ticket=1))
    assert books.sums(1) == {BALANCE: points(1, 0, 2)}
    assert books.told(1, settled(1)).sums(1) == {BALANCE: points(1, 2, 2)}


def test_a_call_that_was_not_answered_may_have_cost_nothing() -> None:
    books = Books().told(0, spent(2, ticket=1)).told(1, settled(1, answered=False))
    assert books.sums(1) == {BALANCE: points(1, 0, 2)}


def test_a_call_whose_end_never_comes_is_one_that_may_have_cost_nothing() -> None:
    books = Books().told(0, spent(2, ticket=1))
    assert books.sums(60) == {BALANCE: points(1, 0, 2)}
    assert books.told(60, settled(1)).sums(61) == {BALANCE: points(1, 0, 2)}


def test_a_refused_call_may_have_counted_or_not() -> None:
    books = Books().told(0, spent(4, ticket=1))
    refusal = CallRefused(
        name="rest", scope=KEY, cost=units(4), code="EAPI:Rate limit exceeded", expected=False, ticket=1
    )
    assert books.told(1, refusal).sums(1) == {BALANCE: points(1, 0, 4)}


def test_endpoints_and_programs_are_told_apart() -> None:
    books = Books().told(0, spent(1), spent(1))
    mine = CallSpent(name="rest", scope=KEY, low=POINT, high=POINT, what="OpenOrders", lane="user")
    theirs = CallSpent(
        name="rest", scope=KEY, low=POINT, high=POINT, what="OpenOrders", program="krakentui 4711"
    )
    assert books.told(0, mine, theirs).sums(0) == {
        BALANCE: points(2, 2, 2),
        Kind("rest", KEY, "OpenOrders", ASKED): points(1, 1, 1),
        Kind("rest", KEY, "OpenOrders", "krakentui 4711"): points(1, 1, 1),
    }


def test_a_cancel_of_ours_costs_what_the_stream_shows() -> None:
    order = an_order("O1")
    books = Books().told(7, cancel_spent("O1", 8), orders=[order])
    assert books.sums(7) == {CANCEL: points(1, 0, 8)}
    books.told(7.1, stream("O1", "canceled", 7), orders=[order])
    assert books.sums(8) == {CANCEL: points(1, 6, 6)}


def test_a_cancel_told_twice_counts_once() -> None:
    sent = CancelSent(account="alice", order_id="O1", request=1, route="over the websocket")
    books = Books().told(7, cancel_spent("O1", 8), sent, orders=[an_order("O1")])
    assert books.sums(7) == {CANCEL: points(1, 0, 8)}


def test_a_cancel_of_an_order_whose_pair_is_not_known_is_the_account_s() -> None:
    sent = CancelSent(account="alice", order_id="O1", request=1, route="over the websocket")
    books = Books().told(0, sent)
    assert books.sums(0) == {Kind("engine", AccountScope("alice"), "cancel", CANCELS): points(1, 0, 8)}


def test_a_cancel_that_was_not_sent_cost_nothing() -> None:
    gone = CancelNotSent(account="alice", order_id="O1", request=1, why="no socket")
    assert Books().told(0, cancel_spent("O1", 8)).told(1, gone).sums(1) == {}
    given_up = CancelGivenUp(account="alice", order_id="O1", request=1, outcome="not_sent", why="")
    assert Books().told(0, cancel_spent("O1", 8)).told(1, given_up).sums(1) == {}


def test_a_cancel_given_up_may_have_cost_nothing() -> None:
    given_up = CancelGivenUp(account="alice", order_id="O1", request=1, outcome="unknown", why="")
    assert Books().told(0, cancel_spent("O1", 8)).told(9, given_up).sums(9) == {CANCEL: points(1, 0, 8)}


def test_an_answered_cancel_waits_for_the_stream_and_without_one_it_is_over() -> None:
    ok = CancelAnswered(account="alice", order_id="O1", request=1, ok=True)
    books = Books().told(0, cancel_spent("O1", 8)).told(1, ok)
    assert books.spending.flight("O1", "engine") is not None
    blind = Books().told(0, stream_down(), cancel_spent("O1", 8)).told(1, ok)
    assert blind.spending.flight("O1", "engine") is None
    assert blind.sums(1) == {CANCEL: points(1, 0, 8)}


def test_acts_of_others_are_told_by_what_they_are() -> None:
    books = Books().told(0, stream("B1", "pending_new", 0, pair="BTC/USD"))
    known = [an_order("B1"), an_order("E1", pair="ETH/USD")]
    books.told(7, stream("B1", "amended", 7), orders=known)
    books.told(7, stream("E1", "canceled", 7), orders=known)
    sums = books.sums(7)
    assert sums.pop(Kind("engine", BTC, "add", OTHERS)) == Spent(1, POINT // 2, POINT)
    assert sums.pop(Kind("engine", BTC, "amend", OTHERS)) == points(1, 3, 3)
    assert sums.pop(Kind("engine", ETH, "cancel", OTHERS)) == points(1, 5, 6)
    assert not sums


def test_acts_of_another_account_are_none_of_ours() -> None:
    assert Books().told(0, stream("B1", "pending_new", 0, pair="BTC/USD", account="bob")).sums(0) == {}


def test_the_cancel_of_a_batch_counts_surely_only_up_to_the_ceiling() -> None:
    orders = [an_order(f"O{n}") for n in range(40)]
    books = Books()
    for order in orders:
        books.told(1, stream(order.id, "canceled", 1), orders=orders)
    total = books.sums(1)[Kind("engine", BTC, "cancel", OTHERS)]
    assert total.low <= units(125)
    assert total.high == units(40 * 8)


def test_an_attempt_to_connect_surely_counts_when_it_was_answered() -> None:
    attempt = CallSpent(
        name="connections",
        scope=IpScope(),
        low=0,
        high=POINT,
        what="public websocket",
        lane="socket",
        ticket=1,
    )
    landed = CallSettled(name="connections", scope=IpScope(), ticket=1, answered=True)
    books = Books().told(0, attempt)
    kind = Kind("connections", IpScope(), "public websocket", FEEDS)
    assert books.sums(0) == {kind: points(1, 0, 1)}
    assert books.told(0, landed).sums(0) == {kind: points(1, 1, 1)}


def test_tickets_of_different_limits_do_not_meet() -> None:
    public = CallSpent(name="public_rest", scope=IpScope(), low=POINT, high=POINT, what="Time", ticket=1)
    books = Books().told(0, spent(1, ticket=1), public).told(0, settled(1))
    assert books.sums(0)[BALANCE] == points(1, 1, 1)
    assert books.sums(0)[Kind("public_rest", IpScope(), "Time", POLLS)] == points(1, 0, 1)


def test_a_refusal_keeps_what_was_refused_and_what_was_believed() -> None:
    books = Books().told(0, spent(5), spent(1, ticket=7))
    books.told(0, CallRefused(name="rest", scope=KEY, cost=POINT, code="EAPI:Rate", expected=False, ticket=7))
    (one,) = books.spending.refused
    assert (one.kind, one.code, one.expected) == (BALANCE, "EAPI:Rate", False)
    assert (one.low, one.high, one.ceiling) == (units(5), units(6), units(20))


def test_a_refused_cancel_is_told_as_one() -> None:
    books = Books().told(0, cancel_spent("O1", 8), orders=[an_order("O1")])
    books.told(1, pair_refused(8, order_id="O1"))
    assert books.spending.refused[0].kind == CANCEL


def test_only_the_last_refusals_are_kept() -> None:
    books = Books()
    for second in range(3 * REFUSALS_KEPT):
        books.told(second, refused())
    assert len(books.spending.refused) == REFUSALS_KEPT
    assert books.spending.refused[-1].at_ns == (3 * REFUSALS_KEPT - 1) * SECOND


def test_events_that_spend_nothing_change_nothing() -> None:
    spending = Spending()
    assert spending.apply(FeedHeard(feed="public"), 0, {}, a_ledger()) is spending


# --- ten minutes -------------------------------------------------------------------------------------


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(1, 4)), min_size=1, max_size=60))
def test_ten_minutes_are_told_whole_and_no_more_than_a_slice_beyond(acts: list[tuple[int, int]]) -> None:
    books, at_s, log = Books(), 0, []
    for after_s, cost in acts:
        at_s += after_s
        books.told(at_s, spent(cost))
        log.append((at_s, cost))
        now_ns = at_s * SECOND
        told = books.sums(at_s)[BALANCE]
        least = [c for s, c in log if now_ns - s * SECOND < SPAN_NS]
        most = [c for s, c in log if now_ns - s * SECOND < SPAN_NS + SLICE_NS]
        assert len(least) <= told.calls <= len(most)
        assert units(sum(least)) <= told.low <= told.high <= units(sum(most))


def test_the_record_is_never_longer_than_the_kinds_of_ten_minutes() -> None:
    books = Books()
    for second in range(0, 3600, 5):
        books.told(second, spent(1, ticket=second + 1)).told(second + 1, settled(second + 1))
    assert len(books.spending.slices) <= SPAN_NS // SLICE_NS + 2
    assert not books.spending.air


def test_after_ten_quiet_minutes_nothing_is_left() -> None:
    assert Books().told(0, spent(1)).sums(620) == {}


# --- the last minute --------------------------------------------------------------------------------


def lately(books: Books, at_s: float) -> tuple[int, int]:
    cost = books.spending.lately(round(at_s * SECOND), 60 * SECOND).get(("rest", KEY), NOTHING)
    return cost.low // POINT, cost.high // POINT


def test_the_last_minute_adds_up_all_kinds_of_a_limit() -> None:
    mine = CallSpent(name="rest", scope=KEY, low=POINT, high=POINT, what="OpenOrders", lane="user")
    books = Books().told(5, spent(2), mine).told(50, spent(1, ticket=1))
    assert lately(books, 51) == (3, 4)  # the last one is in the air


def test_the_slice_that_the_minute_cuts_in_two_is_doubtful() -> None:
    books = Books().told(5, spent(2)).told(15, spent(3))
    assert lately(books, 64) == (3, 5)
    assert lately(books, 70) == (0, 3)
    assert lately(books, 80) == (0, 0)


@given(st.lists(st.tuples(st.integers(0, 20_000), st.integers(1, 9)), max_size=20), st.integers(0, 90_000))
def test_the_last_minute_holds_what_was_truly_spent_in_it(acts: list[tuple[int, int]], later_ms: int) -> None:
    books, now_ms, times = Books(), 0, []
    for wait_ms, size in acts:
        now_ms += wait_ms
        books.told(now_ms / 1000, spent(size))
        times.append((now_ms, size))
    end_ms = now_ms + later_ms
    low, high = lately(books, end_ms / 1000)
    assert low <= sum(size for at_ms, size in times if at_ms > end_ms - 60_000) <= high
