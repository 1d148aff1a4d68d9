"""All about limits in one view."""

from fractions import Fraction

from krakentui.budget.gauges import Gauge
from krakentui.model.event import ForeignUseSeen
from krakentui.state import usage
from krakentui.state.state import State
from krakentui.state.usage import SpentRow
from tests.support.builders import a_patch, at, patched
from tests.support.limits import BTC, ETH, NOW, REST, begun, calm, live, near, told


def spent(state: State, name: str = "rest", seconds: float = NOW) -> list[tuple[str, str]]:
    return [(row.what, row.by) for row in usage.spent(state, at(seconds)) if row.name == name]


def test_spending_is_told_by_endpoint_and_by_program_the_dearest_first() -> None:
    assert spent(calm())[:2] == [("OpenOrders", "polls"), ("BalanceEx", "polls")]
    assert ("GetApiKeyInfo", "start, you") in spent(begun(), seconds=1)


def test_spending_on_a_pair_tells_ours_from_that_of_others() -> None:
    rows = {
        (row.scope, row.what, row.by): row for row in usage.spent(calm(), at(NOW)) if row.name == "engine"
    }
    others = rows[BTC, "add", "others"]
    assert [others.calls, others.low, others.high] == [6, 3, 6]
    assert rows[ETH, "cancel", "cancels"].calls == 1


def test_use_of_the_key_that_nobody_shows_is_told_without_figures() -> None:
    state = begun()
    told(state, 2, ForeignUseSeen(name="rest", scope=REST, why="its nonce is not ours"))
    rows = [one for one in usage.spent(state, at(3)) if one.what == "not seen"]
    assert rows == [
        SpentRow(name="rest", scope=REST, what="not seen", by="others", calls=None, low=None, high=None)
    ]


def test_a_refusal_says_what_was_refused_and_what_was_counted() -> None:
    unexpected, expected = near_refusals()
    assert (
        unexpected.text
        == "REST calls: BalanceEx was refused with 16 to 17 of 20 counted (EAPI:Rate limit exceeded)."
    )
    assert not unexpected.expected
    assert expected.text.startswith("BTC/USD trading: a call was refused with ")
    assert expected.expected


def near_refusals() -> tuple[usage.RefusalRow, usage.RefusalRow]:
    first, second = usage.usage(near(), at(NOW)).refusals
    return first, second


def test_planned_polls_are_told_as_waits() -> None:
    polls = usage.usage(calm(), at(NOW)).polls
    assert [poll.in_ns // 10**9 for poll in polls] == [12, 53, 94, 135, 176, 217, 258, 299]
    assert {(poll.low, poll.high) for poll in polls} == {(Fraction(1), Fraction(1))}


def test_every_draining_limit_has_a_curve_of_its_own_row() -> None:
    view = usage.usage(calm(), at(NOW))

    def drains(row: Gauge) -> bool:
        return row.name in {"rest", "engine", "connections"}

    curves = {(curve.name, curve.scope) for curve in view.curves}
    assert {(row.name, row.scope) for row in view.budget.gauges if drains(row)} <= curves


def test_the_view_of_a_session_without_a_key_tells_only_the_address() -> None:
    state = State("live")
    view = usage.usage(state, 0)
    assert {row.name for row in view.budget.gauges} == {"public_rest", "connections"}
    assert (view.spent, view.polls) == ((), ())


def test_an_act_on_a_pair_not_known_yet_is_the_account_s() -> None:
    state = begun()
    told(state, 5, patched(a_patch("OX", "amended", 5)))
    live(state, 5)
    row = next(one for one in usage.spent(state, at(5)) if one.what == "amend")
    assert [row.low, row.high] == [0, 4]
