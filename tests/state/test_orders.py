"""Which orders are believed open: snapshot, deltas, lists and queries together."""

import random
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from krakentui.model.event import FillSeen, Happening, InstrumentsSeen, SequenceBroken
from krakentui.model.order import Fill
from krakentui.state.state import State
from tests.support.builders import (
    ASSETS,
    PAIRS,
    a_bare_state,
    a_fill,
    a_listed,
    a_patch,
    a_standing,
    a_state,
    at,
    feed,
    patched,
    play,
    polled,
    queried,
    snapshot,
)

LIFE: tuple[Happening, ...] = (
    patched(a_patch("O1", "pending_new", 1)),
    patched(a_patch("O1", "new", 1.001)),
    FillSeen(fill=a_fill("T1", qty="0.20000000", said=2)),
    patched(a_patch("O1", "trade", 2, filled="0.20000000", pair="BTC/USD", side="sell")),
    FillSeen(fill=a_fill("T2", qty="0.30000000", said=3)),
    patched(a_patch("O1", "trade", 3, filled="0.50000000", pair="BTC/USD", side="sell")),
    patched(a_patch("O1", "filled", 3.001, filled="0.50000000")),
)


def without_stream(*events: Happening) -> State:
    return play(a_state(), feed("private", "down"), *events)


def ids(state: State) -> set[str]:
    return set(state.orders)


# --- the stream -------------------------------------------------------------------------------------


@given(st.lists(st.sampled_from(LIFE), max_size=10), st.randoms(use_true_random=False))
def test_a_life_in_any_order_with_repeats_ends_closed_and_wholly_filled(
    extra: list[Happening], dice: random.Random
) -> None:
    frames = [*LIFE, *extra]
    dice.shuffle(frames)
    state = a_state(snapshot(), *frames)
    order = state.desk.table.ended("O1")
    assert order is not None
    assert (ids(state), order.status, order.filled) == (set(), "filled", Decimal("0.50000000"))


@given(st.permutations(LIFE))
def test_each_execution_is_told_once_in_whatever_order(frames: list[Happening]) -> None:
    state = a_state(snapshot(), *frames, *frames)
    assert sum(line.text.startswith("Filled:") for line in state.journal.after(0)) == 2


def test_past_fills_are_not_announced() -> None:
    state = a_state(FillSeen(fill=a_fill(is_history=True)))
    assert not [line for line in state.journal.after(0) if line.kind == "order"]


def test_a_fill_without_a_running_total_still_counts() -> None:
    state = a_state(snapshot(a_standing("O1")), FillSeen(fill=a_fill(qty="0.20000000")))
    assert state.orders["O1"].filled == Decimal("0.20000000")


def test_a_snapshot_replaces_what_was_open() -> None:
    assert ids(a_state(snapshot(a_standing("O1")), snapshot(a_standing("O2")))) == {"O2"}


def test_a_snapshot_does_not_reopen_a_finished_order() -> None:
    assert not ids(a_state(*LIFE, snapshot(a_standing("O1"))))


def overtaken() -> State:
    """A list names an order that a snapshot, which was under way longer, does not know yet."""
    state = without_stream(polled(a_listed("O1", opened=1), asked=2))
    return play(state, snapshot(), seconds=3)


def test_a_snapshot_that_was_under_way_does_not_close_an_order_younger_than_itself() -> None:
    assert ids(overtaken()) == {"O1"}


def test_an_order_younger_than_the_snapshot_is_asked_for_at_once() -> None:
    assert overtaken().queries_wanted(at(3)) == ("O1",)


def test_a_snapshot_closes_an_order_that_only_lists_named_when_it_is_older() -> None:
    state = without_stream(polled(a_listed("O1", opened=1), asked=2))
    assert not ids(play(state, snapshot(), seconds=7))


def test_a_delta_for_an_unknown_order_shows_it() -> None:
    assert ids(a_state(snapshot(), patched(a_patch("O7", "new", 1)))) == {"O7"}


def test_a_delta_for_an_unknown_order_wants_a_query() -> None:
    state = a_state(snapshot(), patched(a_patch("O7", "new", 1)))
    assert state.queries_wanted(at()) == ("O7",)


def test_a_query_completes_an_unknown_order() -> None:
    state = a_state(snapshot(), patched(a_patch("O7", "new", 1)), queried(a_listed("O7"), asked=1))
    assert not state.queries_wanted(at(60))


def test_a_query_that_knows_nothing_is_not_repeated_at_once() -> None:
    state = a_state(snapshot(), patched(a_patch("O7", "new", 1)), queried(asked=1, missing=("O7",)))
    assert not state.queries_wanted(at(1))


def test_another_account_is_not_ours() -> None:
    foreign = structs.replace(snapshot(a_standing("O1")), account="bob")
    assert not ids(a_state(foreign))


def test_orders_that_ended_during_an_outage_are_one_line() -> None:
    state = a_state(snapshot(a_standing("O1"), a_standing("O2")), feed("private", "down"), snapshot())
    assert "2 orders" in state.journal.after(0)[-1].text


# --- lists of REST ----------------------------------------------------------------------------------


def test_a_lagging_list_does_not_resurrect_a_filled_order() -> None:
    state = a_state(snapshot(), *LIFE)
    assert not ids(play(state, polled(a_listed("O1"), asked=50), seconds=51))


def test_a_list_adds_at_once_while_no_stream_stands() -> None:
    assert ids(without_stream(polled(a_listed("O1"), asked=1))) == {"O1"}


def test_a_list_adds_nothing_at_once_against_a_standing_stream() -> None:
    assert not ids(a_state(snapshot(), polled(a_listed("O1"), asked=1)))


def test_lists_that_go_on_naming_an_order_beyond_the_lag_are_believed() -> None:
    state = a_state(snapshot(), polled(a_listed("O1"), asked=1))
    assert ids(play(state, polled(a_listed("O1"), asked=61), seconds=61)) == {"O1"}


def test_a_list_takes_nothing_away() -> None:
    assert ids(without_stream(polled(a_listed("O1"), asked=1), polled(asked=2))) == {"O1"}


def test_one_list_without_an_order_asks_nothing() -> None:
    state = without_stream(polled(a_listed("O1"), asked=1), polled(asked=2))
    assert not state.queries_wanted(at(100))


def test_two_lists_without_an_order_within_a_minute_ask_nothing() -> None:
    state = without_stream(polled(a_listed("O1"), asked=1), polled(asked=2), polled(asked=50))
    assert not state.queries_wanted(at(50))


def absent() -> State:
    return without_stream(polled(a_listed("O1"), asked=1), polled(asked=2), polled(asked=63))


def test_two_lists_without_an_order_over_a_minute_want_a_query() -> None:
    assert absent().queries_wanted(at(63)) == ("O1",)


def test_an_absent_order_stays_until_the_query_tells() -> None:
    assert ids(absent()) == {"O1"}


def test_a_query_that_says_closed_ends_an_absent_order() -> None:
    over = queried(a_listed("O1", status="filled", filled="0.50000000"), asked=64)
    assert not ids(play(absent(), over, seconds=64))


def test_a_query_that_says_open_begins_the_rule_anew() -> None:
    state = play(absent(), queried(a_listed("O1"), asked=64), seconds=64)
    assert not state.queries_wanted(at(65))


def test_a_query_that_knows_no_absent_order_ends_it() -> None:
    assert not ids(play(absent(), queried(asked=64, missing=("O1",)), seconds=64))


def test_a_list_that_names_it_again_ends_the_absence() -> None:
    state = play(absent(), polled(a_listed("O1"), asked=64), seconds=64)
    assert not state.queries_wanted(at(64))


def test_a_list_asked_before_the_stream_spoke_proves_no_absence() -> None:
    state = a_state(snapshot())
    play(state, patched(a_patch("O1", "pending_new", 10)), seconds=10)
    play(state, polled(asked=9), polled(asked=75), seconds=75)
    assert not state.queries_wanted(at(75))


def test_a_list_older_than_the_last_one_is_not_taken() -> None:
    state = without_stream(polled(a_listed("O1"), asked=5), polled(a_listed("O2"), asked=4))
    assert ids(state) == {"O1"}


def test_a_tombstone_is_dropped_after_ninety_seconds() -> None:
    state = a_state(snapshot(), *LIFE)
    play(state, feed("rest"), seconds=97)
    assert state.desk.table.ended("O1") is None


def test_a_broken_sequence_gives_the_lists_their_say() -> None:
    broken = SequenceBroken(channel="executions", expected=3, got=5)
    assert ids(a_state(snapshot(), broken, polled(a_listed("O1"), asked=1))) == {"O1"}


# --- names ------------------------------------------------------------------------------------------


def test_orders_listed_before_the_pairs_are_known_get_their_name_later() -> None:
    state = play(a_bare_state(), polled(a_listed("O1"), asked=1))
    play(state, InstrumentsSeen(assets=ASSETS, pairs=PAIRS))
    assert state.orders["O1"].pair == "BTC/USD"


@pytest.mark.parametrize("raw", ["XBTUSD", "XXBTZUSD", "BTC/USD"])
def test_every_spelling_of_a_pair_is_joined(raw: str) -> None:
    state = without_stream(polled(a_listed("O1", raw_pair=raw), asked=1))
    assert state.orders["O1"].pair == "BTC/USD"


# --- against a model --------------------------------------------------------------------------------


class Exchange:
    """A tiny exchange: it makes orders, fills and ends them, and REST shows it as it was a while ago."""

    def __init__(self, dice: random.Random) -> None:
        self.dice = dice
        self.now = 0.0
        self.open: dict[str, Decimal] = {}
        self.past: list[tuple[float, dict[str, Decimal], set[str]]] = [(0.0, {}, set())]
        self.over: set[str] = set()
        self.count = 0

    def step(self) -> list[Happening]:
        self.now += self.dice.choice((0.5, 5.0, 20.0))
        frames: list[Happening] = []
        deed = self.dice.choice(("add", "fill", "end"))
        if deed == "add" or not self.open:
            self.count += 1
            name = f"O{self.count}"
            self.open[name] = Decimal(0)
            frames.append(patched(a_patch(name, "pending_new", self.now)))
        else:
            name = self.dice.choice(sorted(self.open))
            if deed == "fill" and self.open[name] < Decimal("0.4"):
                self.open[name] += Decimal("0.1")
                frames.append(patched(a_patch(name, "trade", self.now, filled=str(self.open[name]))))
            else:
                filled = self.open.pop(name)
                self.over.add(name)
                frames.append(patched(a_patch(name, "canceled", self.now, filled=str(filled))))
        self.past.append((self.now, dict(self.open), set(self.over)))
        return frames

    def rest(self, lag: float) -> tuple[dict[str, Decimal], set[str]]:
        seen = [moment for moment in self.past if moment[0] <= self.now - lag]
        return seen[-1][1:] if seen else ({}, set())

    def list(self, lag: float) -> Happening:
        listed = self.rest(lag)[0]
        return polled(*(a_listed(name, filled=str(part)) for name, part in listed.items()), asked=self.now)

    def answer(self, wanted: tuple[str, ...], lag: float) -> Happening:
        listed, over = self.rest(lag)
        known = [a_listed(name) for name in wanted if name in listed]
        known += [a_listed(name, status="canceled") for name in wanted if name in over]
        missing = tuple(name for name in wanted if name not in listed and name not in over)
        return queried(*known, asked=self.now, missing=missing)

    def whole(self) -> Happening:
        return snapshot(*(a_standing(name, 0, filled=str(part)) for name, part in self.open.items()))


@given(st.randoms(use_true_random=False), st.integers(0, 59))
def test_lagging_lists_never_disturb_a_standing_stream(dice: random.Random, lag: int) -> None:
    exchange, state = Exchange(dice), a_state(snapshot())
    for _ in range(25):
        play(state, *exchange.step(), exchange.list(lag), seconds=exchange.now)
        wanted = state.queries_wanted(at(exchange.now))
        if wanted:
            play(state, exchange.answer(wanted, lag), seconds=exchange.now)
        assert ids(state) == set(exchange.open)


@given(st.randoms(use_true_random=False), st.integers(0, 59))
def test_after_any_outage_lists_and_queries_alone_find_the_truth(dice: random.Random, lag: int) -> None:
    exchange, state = Exchange(dice), a_state(snapshot())
    for _ in range(8):
        play(state, *exchange.step(), seconds=exchange.now)
    play(state, feed("private", "down"), seconds=exchange.now)
    for _ in range(8):
        exchange.step()
    for _ in range(14):
        exchange.now += 20
        play(state, exchange.list(lag), seconds=exchange.now)
        wanted = state.queries_wanted(at(exchange.now))
        if wanted:
            play(state, exchange.answer(wanted, lag), seconds=exchange.now)
    assert {name: order.filled for name, order in state.orders.items()} == exchange.open


@given(st.randoms(use_true_random=False))
def test_after_any_outage_a_snapshot_is_the_truth_at_once(dice: random.Random) -> None:
    exchange, state = Exchange(dice), a_state(snapshot())
    for _ in range(10):
        play(state, *exchange.step(), seconds=exchange.now)
    play(state, feed("private", "down"), seconds=exchange.now)
    for _ in range(10):
        exchange.step()
    play(state, exchange.list(30), exchange.whole(), feed("private"), seconds=exchange.now)
    assert {name: order.filled for name, order in state.orders.items()} == exchange.open


def test_a_fill_is_of_one_account() -> None:
    fill: Fill = structs.replace(a_fill(), account="bob")
    assert not [line for line in a_state(FillSeen(fill=fill)).journal.after(0) if line.kind == "order"]
