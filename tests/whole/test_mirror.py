"""Whole recorded sequences through the real client: straight, and out of a mirror over loopback sockets."""

import json
from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import partial
from typing import Any

import pytest

from krakentui.model.event import BookBroken, Garbled, Happening, SequenceBroken, Unknown
from krakentui.model.order import Order
from krakentui.simulator.mirror.reading import load
from krakentui.simulator.mirror.recording import Recording
from krakentui.state.state import State
from krakentui.wire.spot.ws import Conversation
from tests.simulator.books import ClientBook
from tests.simulator.publicly import exact
from tests.support.samples import frames, samples
from tests.whole.mirrored import HEARTBEAT, mirrored, read

BOOKS = [("book-sequence.btcusd-d10.jsonl", "BTC/USD", 10), ("book-sequence.ethusd-d25.jsonl", "ETH/USD", 25)]
POST_ONLY = "executions-sequence.limit-post-only-then-cancel.jsonl"
EXECUTIONS = [
    POST_ONLY,
    "executions-sequence.market-buy-filled.jsonl",
    "executions-sequence.market-sell-filled.jsonl",
]
REJECTED = {POST_ONLY: [SequenceBroken]}
"""Its last frame was cut from another day: it ends another order and is numbered 2 once more."""


def recording(name: str) -> Recording:
    return load(samples("ws-v2", name))


def lines(name: str) -> list[bytes]:
    return [line for _, line in frames(samples("ws-v2", name))]


def rejected(events: Iterable[Happening]) -> list[type[Happening]]:
    kinds = (BookBroken, Garbled, SequenceBroken, Unknown)
    return [type(event) for event in events if isinstance(event, kinds)]


# --- books ----------------------------------------------------------------------------------------


def book(conversation: Conversation, symbol: str, depth: int) -> None:
    conversation.subscribe("book", symbol=[symbol], depth=depth, snapshot=True)


def levels(conversation: Conversation, symbol: str) -> list[dict[Decimal, Decimal]]:
    found = conversation.books[symbol]
    return [{level.price: level.qty for level in side} for side in (found.bids, found.asks)]


def reckoned_book(told: Iterable[bytes], depth: int) -> list[dict[Decimal, Decimal]]:
    """Reckon a book from the bare JSON, without a line of the client's or the simulator's code."""
    found = ClientBook(depth)
    for line in told:
        frame = exact(line.decode())
        if frame.get("channel") == "book":
            found.apply(frame)
            assert found.checksum() == int(frame["data"][0]["checksum"])
    return [{price: Decimal(qty) for price, qty in side.items()} for side in (found.bids, found.asks)]


@pytest.mark.parametrize(("name", "symbol", "depth"), BOOKS)
def test_a_recorded_book_ends_as_reckoned_by_hand_and_nothing_of_it_is_rejected(
    name: str, symbol: str, depth: int
) -> None:
    conversation, _, heard = read(lines(name), "public", partial(book, symbol=symbol, depth=depth))
    assert rejected(heard) == []
    assert levels(conversation, symbol) == reckoned_book(lines(name), depth)


@pytest.mark.anyio
@pytest.mark.parametrize(("name", "symbol", "depth"), BOOKS)
async def test_a_mirrored_book_comes_to_the_byte_and_ends_as_the_recorded_one(
    name: str, symbol: str, depth: int
) -> None:
    tape = recording(name)
    length_s = tape.connections[0].frames[-1].at_us // 1_000_000
    async with mirrored(tape, "public", partial(book, symbol=symbol, depth=depth)) as both:
        await both.run(length_s + 2, step_s=1)
        assert both.talk.frames[: tape.frames] == lines(name)
        assert set(both.talk.frames[tape.frames :]) == {HEARTBEAT}
        assert rejected(both.talk.events) == []
        assert levels(both.talk.conversation, symbol) == reckoned_book(lines(name), depth)


# --- orders ---------------------------------------------------------------------------------------


def executions(conversation: Conversation) -> None:
    conversation.subscribe("executions", snap_orders=True)


def primed(told: Sequence[bytes]) -> list[bytes]:
    """Put a beginning before what was recorded from the middle on."""
    number = json.loads(told[0])["sequence"] - 1
    return [b'{"channel":"executions","type":"snapshot","data":[],"sequence":%d}' % number, *told]


def reckoned_orders(told: Iterable[bytes]) -> dict[str, dict[str, Any]]:
    """Reckon orders from the bare JSON: each frame changes what it names, until one is out of turn."""
    found: dict[str, dict[str, Any]] = {}
    last = None
    for line in told:
        frame = json.loads(line, parse_float=Decimal)
        if last is not None and frame["sequence"] != last + 1:
            break
        last = frame["sequence"]
        for entry in frame["data"]:
            found.setdefault(entry["order_id"], {}).update(entry)
    return found


def believed(state: State, order_id: str) -> Order:
    order = state.desk.table.find(order_id) or state.desk.table.ended(order_id)
    assert order is not None
    return order


def check_orders(state: State, name: str) -> None:
    reckoned = reckoned_orders(lines(name))
    assert {one for one in reckoned if reckoned[one]["order_status"] == "new"} == set(state.orders)
    for order_id, entry in reckoned.items():
        order = believed(state, order_id)
        assert (order.status, order.side, order.type) == (
            entry["order_status"],
            entry["side"],
            entry["order_type"],
        )
        assert (order.qty, order.cash_qty) == (entry.get("order_qty"), entry.get("cash_order_qty"))
        assert (order.filled, order.cost or 0) == (entry.get("cum_qty", 0), entry["cum_cost"])
        assert order.average == entry.get("avg_price")
        assert order.post_only == entry.get("post_only", False)
        assert order.limit_price == (entry["limit_price"] or None)


@pytest.mark.parametrize("name", EXECUTIONS)
def test_recorded_orders_end_as_reckoned_by_hand(name: str) -> None:
    _, state, heard = read(primed(lines(name)), "private", executions)
    assert rejected(heard) == REJECTED.get(name, [])
    check_orders(state, name)


@pytest.mark.anyio
@pytest.mark.parametrize("name", EXECUTIONS)
async def test_mirrored_orders_come_to_the_byte_and_end_as_recorded(name: str) -> None:
    async with mirrored(recording(name), "private", executions) as both:
        await both.run(3, step_s=1)
        told = [frame for frame in both.talk.frames if frame in lines(name)]
        assert told == lines(name)
        assert rejected(both.talk.events) == REJECTED.get(name, [])
        check_orders(both.state, name)
