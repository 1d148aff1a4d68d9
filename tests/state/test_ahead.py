from krakentui.budget.forecast import Curve
from krakentui.model.event import CallSpent
from krakentui.model.limit import POINT, KeyScope, points
from krakentui.model.poll import PollAhead, PollPlanned
from krakentui.state.ahead import curves
from krakentui.state.state import State
from tests.support.builders import (
    KEY,
    a_bare_state,
    a_patch,
    a_standing,
    a_state,
    at,
    patched,
    play,
    snapshot,
)


def a_call(cost: int) -> CallSpent:
    return CallSpent(name="rest", scope=KeyScope(KEY), low=cost * POINT, high=cost * POINT, what="Balance")


def a_plan(*at_s: float) -> PollPlanned:
    ahead = tuple(PollAhead(at_ns=at(one), what="Balances", low=POINT, high=POINT) for one in at_s)
    return PollPlanned(what="Balances", at_ns=at(at_s[0]), why="Balances later.", ahead=ahead)


def the_curve(state: State, name: str, seconds: float = 0) -> Curve:
    return next(one for one in curves(state, at(seconds)) if one.name == name)


def test_the_planned_polls_are_in_the_curve_of_the_key() -> None:
    state = a_state()
    idle = the_curve(state, "rest", 700)
    busy = the_curve(play(state, a_plan(690, 800), seconds=700), "rest", 700)
    assert set(idle.high) == {0}
    assert next(index for index, high in enumerate(busy.high) if high) == 20  # 100 s in steps of 5


def test_the_burn_rate_comes_from_what_was_spent_in_the_last_minute() -> None:
    state = play(a_state(), a_call(6), seconds=700)
    rest = the_curve(state, "rest", 701)
    assert rest.burn_low == rest.burn_high == points(6 * POINT) / 60


def test_pairs_with_open_orders_have_curves_even_at_rest() -> None:
    state = play(a_state(snapshot(a_standing("O1", pair="ETH/USD"))), seconds=0)
    assert "ETH/USD trading" in {one.label for one in curves(state, at(900))}
    assert "BTC/USD trading" not in {one.label for one in curves(state, at(900))}


def test_an_add_of_another_program_is_burnt_on_its_pair() -> None:
    state = play(a_state(snapshot()), patched(a_patch("O9", said=700)), seconds=700)
    engine = next(one for one in curves(state, at(701)) if one.label == "BTC/USD trading")
    assert (engine.burn_low, engine.burn_high) == (points(POINT) / 120, points(POINT) / 60)


def test_without_a_key_there_is_no_curve_of_a_key() -> None:
    assert {one.name for one in curves(a_bare_state(key=None), at(5))} == {"connections"}
