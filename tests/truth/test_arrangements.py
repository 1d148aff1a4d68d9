"""The words of one life in any order, and some of them twice: all arrangements end in the same truth.

Harder than the wire: its numbers forbid most of this. What is believed of an order must not depend on them.
"""

import random
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from krakentui.model.event import FillSeen, Happening, InstrumentsSeen, OrderPatched, OrdersSnapshot
from krakentui.model.order import Order
from krakentui.state.state import State
from krakentui.wire.spot.ws import Conversation
from tests.support.builders import a_bare_state, a_start, at, play, snapshot
from tests.support.samples import frames, samples
from tests.truth.client import Client
from tests.truth.lives import acts, live
from tests.truth.venue import Venue
from tests.truth.watch import Watch, shown_orders

RECORDED = {
    "executions-sequence.limit-post-only-then-cancel.jsonl": {"new": "0", "canceled": "0"},
    "executions-sequence.market-buy-filled.jsonl": {"filled": "0.00005135"},
    "executions-sequence.market-sell-filled.jsonl": {"filled": "0.00005000"},
}
"""How the orders of each recording stand at its end, and what of them is filled."""
dice = st.randoms(use_true_random=False)


def shuffled(words: list[Happening], chance: random.Random) -> list[Happening]:
    """Put the words of a life into any order, some of them twice."""
    told = words + chance.choices(words, k=len(words) // 2)
    chance.shuffle(told)
    return told


def recorded(name: str) -> list[Happening]:
    """Read a recorded life; what lay between its frames on the wire was not kept."""
    words: list[Happening] = []
    for _, line in frames(samples("ws-v2", name)):
        number = int(line.rsplit(b'"sequence":', 1)[1].rstrip(b"}\n"))
        talk = Conversation("private", "alice")
        talk.receive(b'{"channel":"executions","type":"snapshot","data":[],"sequence":%d}' % (number - 1))
        words += talk.receive(line)
    return words


def believed(words: list[Happening]) -> dict[str, Order]:
    """Tell what is believed of each order, ended ones too; each fill is told once."""
    state = play(a_bare_state(), *a_start(), snapshot(), *words, seconds=1)
    fills = {word.fill.exec_id for word in words if isinstance(word, FillSeen)}
    lines = [line for line in state.journal.after(0) if line.text.startswith("Filled:")]
    assert len(lines) == len(fills)
    return {**state.orders, **{key: stone.order for key, stone in state.desk.table._ended.items()}}


@pytest.mark.parametrize("name", RECORDED)
@given(chance=dice)
def test_a_recorded_life_ends_the_same_in_every_arrangement(name: str, chance: random.Random) -> None:
    words = recorded(name)
    orders = believed(shuffled(words, chance))
    assert orders == believed(words)
    ends = {order.status: order.filled for order in orders.values()}
    assert ends == {status: Decimal(filled) for status, filled in RECORDED[name].items()}


@given(steps=st.lists(acts, min_size=1, max_size=14), chance=dice)
def test_a_generated_life_ends_in_the_truth_in_every_arrangement(
    steps: list[tuple[object, ...]], chance: random.Random
) -> None:
    client = Client(Venue())
    client.connect()
    client.deliver_all()
    for step in steps:
        live(client, [step, ("wait", 1_000)])
    client.deliver_all()
    kinds = (OrderPatched, FillSeen)
    words: list[Happening] = [event for event in client.heard if isinstance(event, kinds)]
    state = a_state_beside(client)
    watch = Watch(client.venue.past, state)
    for word in shuffled(words, chance):
        state.apply(word, at())
        watch.look_at_orders()
    assert shown_orders(state, at()) == client.venue.orders()


def a_state_beside(client: Client) -> State:
    """A state that has heard of an empty account, and what pairs there are."""
    names = [event for event in client.heard if isinstance(event, InstrumentsSeen)]
    empty = OrdersSnapshot(account="alice", orders=())
    return play(a_bare_state(), *a_start(), *names, empty)
