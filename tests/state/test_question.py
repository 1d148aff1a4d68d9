"""The question before a cancel: frozen, priced, refused only on what is certain."""

from fractions import Fraction

import pytest
from msgspec import structs

from krakentui.model.account import KeyInfo
from krakentui.model.event import CancelAsked, DeniedSeen, Happening, KeyDescribed, LockoutBegan, SystemSeen
from krakentui.model.limit import KeyScope
from krakentui.state.question import ALL_THERE_IS, question, typed
from krakentui.state.state import State
from krakentui.state.view import NotAsked, Question
from tests.support.builders import (
    ACCOUNT,
    FULL_KEY,
    KEY,
    WATCH_KEY,
    a_bare_state,
    a_listed,
    a_patch,
    a_standing,
    a_state,
    at,
    patched,
    play,
    polled,
    queried,
    snapshot,
)

LOCKED = LockoutBegan(scope=KeyScope(KEY), until_ns=at(900), reason="EGeneral:Temporary lockout")
ASKED = CancelAsked(account=ACCOUNT, order_id="O1", request=1, route="over the websocket")
TWO = snapshot(a_standing("O1"), a_standing("O2", price="120000.0"))
CANCEL_ONLY = KeyInfo(name="narrow", permissions=frozenset({"close-trades"}))


def ask(
    state: State,
    *ids: str,
    socket: bool = True,
    rest: bool = True,
    everything: bool = False,
    new_too: bool = False,
    named: bool = False,
    seconds: float = 0,
) -> Question | NotAsked:
    return question(
        state,
        ids,
        at(seconds),
        socket_open=socket,
        rest_open=rest,
        everything=everything,
        new_too=new_too,
        named=named,
    )


@pytest.mark.parametrize(
    ("events", "meant"),
    [
        ((polled(a_listed("O1"), asked=0),), True),  # a list of REST lags
        ((polled(a_listed("O1"), asked=0), queried(asked=0, missing=("O9",))), True),  # and so does a query
        ((polled(a_listed("O1"), asked=0), queried(a_listed("O9", status="filled"), asked=0)), False),
        ((TWO,), True),  # placed a moment ago, the stream has not shown it yet
        ((TWO, queried(asked=0, missing=("O9",))), False),
        ((snapshot(a_standing("O9")), patched(a_patch("O9", status="canceled", said=1))), False),
    ],
)
def test_an_id_that_was_named_is_meant_unless_it_is_surely_closed(
    events: tuple[Happening, ...], *, meant: bool
) -> None:
    state = a_state(*events)
    answer = ask(state, "O9", named=True)
    assert isinstance(answer, Question) is meant
    assert isinstance(ask(state, "O9"), NotAsked)  # one that a screen has shown has ended


def asked(
    *events: Happening, ids: tuple[str, ...] = ("O1",), socket: bool = True, seconds: float = 0
) -> Question:
    answer = ask(a_state(TWO, *events), *ids, socket=socket, seconds=seconds)
    assert isinstance(answer, Question)
    return answer


def refused(state: State, *ids: str, socket: bool = True, rest: bool = True) -> str:
    answer = ask(state, *ids, socket=socket, rest=rest)
    assert isinstance(answer, NotAsked)
    return answer.why


def test_a_question_names_account_and_key() -> None:
    frozen = asked()
    assert (frozen.account, frozen.key) == (ACCOUNT, KEY)


def test_a_question_keeps_its_orders_whatever_happens_to_the_list() -> None:
    state = a_state(TWO)
    frozen = ask(state, "O1")
    play(state, snapshot())
    assert isinstance(frozen, Question)
    assert [order.id for order in frozen.orders] == ["O1"]


def test_every_question_has_its_own_number() -> None:
    state = a_state(TWO)
    first, second = ask(state, "O1"), ask(state, "O1")
    assert isinstance(first, Question)
    assert isinstance(second, Question)
    assert first.number != second.number


def test_an_order_chosen_twice_is_asked_once() -> None:
    frozen = asked(ids=("O1", "O1"))
    assert (len(frozen.orders), [pair.orders for pair in frozen.pairs]) == (1, [1])


def test_everything_is_all_open_orders() -> None:
    frozen = ask(a_state(TWO), everything=True)
    assert isinstance(frozen, Question)
    assert (frozen.everything, len(frozen.orders)) == (True, 2)


def test_the_cost_is_the_sum() -> None:
    young = snapshot(a_standing("O3", said=-60), a_standing("O4", said=-20))
    assert asked(young, ids=("O3", "O4")).cost_high == 6


def test_the_cheapest_order_stands_first() -> None:
    young = snapshot(a_standing("O3", said=-3), a_standing("O4", said=-20), a_standing("O5"))
    assert [order.id for order in asked(young, ids=("O3", "O4", "O5")).orders] == ["O5", "O4", "O3"]


def test_every_way_is_told_for_every_pair() -> None:
    some = snapshot(a_standing("O3", said=-20), a_standing("O4", said=-20, pair="ETH/USD"))
    first, second = asked(some, ids=("O3", "O4"), seconds=0).pairs
    assert (first.pair, second.pair, first.orders, first.max) == ("BTC/USD", "ETH/USD", 1, Fraction(60))
    assert [(way.name, way.chosen) for way in first.ways] == [
        ("one by one", False),
        ("as a batch", True),
        ("everything at once", False),
    ]
    assert (first.ways[0].cost_high, first.ways[2].cost_high) == (Fraction(4), Fraction(5))


def test_the_way_is_told_with_its_reason_where_it_is_not_the_usual_one() -> None:
    """Just after the start all counters may be full."""
    assert asked().route == "over the websocket: REST may have no room for a batch, so it may be refused"
    assert asked(ids=("O1", "O2")).route.endswith("as a batch: taken even over the ceiling")


def test_one_order_goes_over_the_websocket() -> None:
    assert asked(seconds=300).route == "over the websocket"


def test_without_the_websocket_it_goes_over_rest() -> None:
    assert asked(socket=False, seconds=300).route == "over REST"


def test_nothing_chosen_is_no_question() -> None:
    assert refused(a_state(TWO)) == "No order is chosen."


def test_no_key_is_no_question() -> None:
    assert "No key" in refused(a_bare_state(key=None), "O1")


def test_read_only_is_no_question() -> None:
    assert "read-only" in refused(a_state(TWO, read_only=True), "O1")


def test_a_key_without_the_permission_is_no_question() -> None:
    assert "close-trades" in refused(a_state(TWO, key=WATCH_KEY), "O1")


def test_a_permission_that_is_not_known_is_no_reason_to_refuse() -> None:
    assert isinstance(ask(a_state(TWO, key=None), "O1"), Question)


def test_a_denial_of_the_exchange_is_no_question() -> None:
    assert "may not cancel" in refused(a_state(TWO, DeniedSeen(key=KEY, endpoint="CancelOrder")), "O1")


def test_an_order_being_cancelled_is_no_question() -> None:
    assert "already being cancelled" in refused(a_state(TWO, ASKED), "O1")


def test_a_closed_order_is_no_question() -> None:
    over = patched(a_patch("O1", "filled", 1, filled="0.50000000"))
    assert refused(a_state(TWO, over), "O1") == "Order O1 is filled."


def test_an_order_nobody_knows_is_no_question() -> None:
    assert "No open order O9" in refused(a_state(TWO), "O9")


def test_a_key_that_may_only_cancel_may_ask_for_any_id() -> None:
    frozen = ask(a_state(KeyDescribed(key=KEY, info=CANCEL_ONLY)), "O9")
    assert isinstance(frozen, Question)
    assert frozen.orders[0].id == "O9"


def test_orders_that_need_no_cancel_are_left_out_and_counted() -> None:
    frozen = asked(ASKED, ids=("O1", "O2"))
    assert [order.id for order in frozen.orders] == ["O2"]
    assert any("left out" in warning for warning in frozen.warnings)


def test_a_lockout_without_the_websocket_is_no_question() -> None:
    assert "Locked out for 15 min" in refused(a_state(TWO, LOCKED), "O1", socket=False)


def test_a_lockout_with_an_open_websocket_is_a_warning() -> None:
    assert any("locked out" in warning for warning in asked(LOCKED).warnings)


def test_no_way_at_all_is_no_question() -> None:
    assert "no way to send it" in refused(a_state(TWO), "O1", socket=False, rest=False)


@pytest.mark.parametrize("kind", ["stop-loss", "stop-loss-limit", "trailing-stop", "trailing-stop-limit"])
def test_a_protective_order_is_marked(kind: str) -> None:
    frozen = asked(snapshot(a_standing("O1", type=kind, price=None, trigger="90000.0")))
    assert frozen.orders[0].protective
    assert any("protects" in warning for warning in frozen.warnings)


@pytest.mark.parametrize("kind", ["take-profit", "take-profit-limit"])
def test_a_take_profit_protects_nothing(kind: str) -> None:
    frozen = asked(snapshot(a_standing("O1", type=kind, price=None, trigger="190000.0")))
    assert not frozen.orders[0].protective
    assert not any("protect" in warning for warning in frozen.warnings)


def test_one_of_several_is_told_in_the_singular() -> None:
    stop = a_standing("O1", type="stop-loss", price=None, trigger="90000.0")
    frozen = asked(snapshot(stop, a_standing("O2")), ids=("O1", "O2"))
    assert any(warning.startswith("1 of these orders protects") for warning in frozen.warnings)


def test_a_cost_that_may_exceed_the_ceiling_is_a_warning() -> None:
    assert any("may not fit" in warning for warning in asked(snapshot(a_standing("O1", said=0))).warnings)


def test_an_order_with_a_programs_mark_is_a_warning() -> None:
    marked = structs.replace(a_standing("O1"), userref=7)
    assert any("another program's mark" in warning for warning in asked(snapshot(marked)).warnings)


def test_a_maintenance_is_a_warning() -> None:
    assert any("maintenance" in warning for warning in asked(SystemSeen(system="maintenance")).warnings)


def test_a_healthy_question_warns_of_nothing() -> None:
    assert not asked(KeyDescribed(key=KEY, info=FULL_KEY), seconds=300).warnings


def test_orders_that_were_never_listed_are_not_called_none() -> None:
    unlisted, empty = ask(a_state(), everything=True), ask(a_state(snapshot()), everything=True)
    assert isinstance(unlisted, NotAsked)
    assert isinstance(empty, NotAsked)
    assert unlisted.why == "The exchange has not listed the open orders."
    assert empty.why == "There is no open order."


def everything_new_too(state: State) -> Question:
    answer = ask(state, everything=True, new_too=True)
    assert isinstance(answer, Question)
    return answer


def test_everything_new_ones_too_says_first_what_it_takes() -> None:
    told = everything_new_too(a_state(TWO))
    assert told.warnings[0] == ALL_THERE_IS
    assert {order.id for order in told.orders} == {"O1", "O2"}
    assert typed(told, len(told.orders)) == "2"


def test_everything_new_ones_too_needs_no_open_order() -> None:
    told = everything_new_too(a_state(snapshot()))
    assert told.orders == ()
    assert typed(told, 0) == "all"


def test_everything_new_ones_too_needs_no_list_and_then_another_word_is_typed() -> None:
    told = everything_new_too(play(a_bare_state(), KeyDescribed(key=KEY, info=CANCEL_ONLY)))
    assert not told.counted
    assert "not known" in told.warnings[1]
    assert typed(told, 0) == "all"


def test_a_cancel_that_is_on_its_way_is_told_beside_everything() -> None:
    told = everything_new_too(a_state(TWO, ASKED))
    assert [order.id for order in told.orders] == ["O2"]
    assert "Not counted here: 1 whose cancel is on its way already." in told.warnings


def test_one_order_needs_nothing_typed() -> None:
    assert typed(asked(), 1) == ""
