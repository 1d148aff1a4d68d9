import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from krakentui.budget.ledger import Ledger
from krakentui.budget.plan import Go, Want, next_poll
from krakentui.budget.projection import MOST, polls_ahead
from krakentui.model.clock import SECOND
from krakentui.model.event import LockoutBegan
from krakentui.model.limit import POINT, units
from tests.budget.acts import KEY, a_ledger, spent, told
from tests.budget.test_plan import a_want

MINUTES_5 = 300 * SECOND


def seconds(wants: list[Want], ledger: Ledger, at_s: int = 0) -> list[tuple[str, float]]:
    found = polls_ahead(wants, ledger, at_s * SECOND, MINUTES_5)
    return [(one.what, one.at_ns / SECOND) for one in found]


def test_with_room_polls_come_at_their_shortest_period() -> None:
    wants = [a_want("Open orders", soonest_s=100), a_want("Balances", soonest_s=120, last_s=10)]
    assert seconds(wants, a_ledger()) == [
        ("Open orders", 100),
        ("Balances", 130),
        ("Open orders", 200),
        ("Balances", 250),
        ("Open orders", 300),
    ]


def test_a_poll_ahead_tells_what_it_costs_at_least_and_at_most() -> None:
    (poll,) = polls_ahead([a_want("ClosedOrders", points=4, soonest_s=200)], a_ledger(), 0, MINUTES_5)
    assert (poll.low, poll.high) == (POINT, units(4))


def test_what_ends_with_its_answer_comes_once() -> None:
    query = structs.replace(a_want("One order by id", last_s=None, soonest_s=2), once=True)
    assert seconds([query], a_ledger()) == [("One order by id", 0)]


def test_public_polls_are_not_the_keys() -> None:
    assert seconds([a_want("Prices", last_s=None, limit="public_rest")], a_ledger()) == []


def test_during_a_lockout_nothing_comes_before_its_end() -> None:
    ledger = told(a_ledger(), 0, LockoutBegan(scope=KEY, until_ns=250 * SECOND, reason="silence"))
    assert seconds([a_want()], ledger)[0] == ("Open orders", 250)


def test_a_want_that_is_never_satisfied_ends_all_the_same() -> None:
    greedy = a_want(soonest_s=0, usual_s=0, latest_s=0)
    assert len(seconds([greedy], a_ledger("pro"))) == MOST


wants = st.lists(
    st.builds(
        a_want,
        st.sampled_from(["Open orders", "Balances", "ClosedOrders"]),
        last_s=st.none() | st.integers(-200, 0),
        soonest_s=st.integers(1, 30),
        usual_s=st.integers(30, 60),
        latest_s=st.integers(60, 240),
        points=st.integers(1, 4),
    ),
    max_size=4,
    unique_by=lambda want: want.what,
)


@given(wants, st.integers(0, 25))
def test_every_poll_ahead_fits_above_the_reserve_and_none_comes_out_of_turn(
    some: list[Want], used: int
) -> None:
    ledger = told(a_ledger("starter"), 0, spent(used))
    before_ns = 0
    for poll in polls_ahead(some, ledger, 0, MINUTES_5):
        assert before_ns <= poll.at_ns <= MINUTES_5
        before_ns = poll.at_ns
        counter = ledger.rest_at(poll.at_ns)
        assert counter.high + poll.high + ledger.reserve <= counter.ceiling
        ledger = told(ledger, poll.at_ns / SECOND, structs.replace(spent(1), low=poll.high, high=poll.high))


@pytest.mark.parametrize("used", [0, 8, 14])
def test_the_poller_that_looks_every_two_seconds_comes_to_nearly_the_same(used: int) -> None:
    """The plan played on looks every ten seconds, so a stretched poll comes at most so much later."""
    ledger = told(a_ledger("starter"), 0, spent(used))
    some = [a_want("Open orders", soonest_s=30, usual_s=60, latest_s=180)]
    ahead = seconds(some, ledger)
    t_s, went = 0, []
    while t_s <= 300:
        decision = next_poll(some, ledger, t_s * SECOND)
        if isinstance(decision, Go):
            went.append(t_s)
            ledger = told(ledger, t_s, spent(1))
            some = [structs.replace(some[0], last_ns=t_s * SECOND)]
        t_s += 2
    assert len(ahead) == len(went)
    assert all(abs(planned - real) <= 12 for (_, planned), real in zip(ahead, went, strict=True))
