"""Every kind of frame that the simulator sends, in one table, beside a frame of the real exchange.

Recorded frames where there are any; else those of the documentation, which lack some newer fields. A
kind that is not in the table fails, and so does a field that is not accounted for.
"""

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from krakentui.simulator.rules import SECOND_US
from tests.simulator.private import Talk, a_world, alice, place, tell, wait
from tests.simulator.publicly import Listener
from tests.support.samples import frames, samples

DOCS, OTHERS = "docs-examples/", "kraken-async-rs/"
POST_ONLY = "executions-sequence.limit-post-only-then-cancel.jsonl"
MARKET = "executions-sequence.market-sell-filled.jsonl"
PAIR = "BTC/USD"

KINDS: dict[str, str] = {
    "status update": "status.2026-09.json",
    "heartbeat": "heartbeat.json",
    "pong": DOCS + "ping.jsonl",
    "book snapshot": "book-snapshot.json",
    "book update": "book-sequence.btcusd-d10.jsonl",
    "ticker snapshot": DOCS + "ticker.jsonl",
    "ticker update": "ticker-update.json",
    "trade snapshot": OTHERS + "trade-snapshot.jsonl",
    "trade update": "trade-update.json",
    "ohlc snapshot": OTHERS + "candles-snapshot.jsonl",
    "ohlc update": "ohlc-update.json",
    "instrument snapshot": DOCS + "instrument.jsonl",
    "instrument update": DOCS + "instrument.jsonl",
    "subscribe ok book": "subscribe-ack.book.json",
    "subscribe ok trade": "subscribe-ack.trade.json",
    "subscribe ok ticker": DOCS + "ticker.jsonl",
    "subscribe ok ohlc": DOCS + "ohlc.jsonl",
    "subscribe ok instrument": DOCS + "instrument.jsonl",
    "subscribe ok executions": DOCS + "executions.jsonl",
    "subscribe ok balances": DOCS + "balances.jsonl",
    "unsubscribe ok book": "unsubscribe-ack.book.json",
    "unsubscribe ok trade": DOCS + "trade.jsonl",
    "unsubscribe ok ticker": DOCS + "ticker.jsonl",
    "unsubscribe ok ohlc": DOCS + "ohlc.jsonl",
    "unsubscribe ok instrument": DOCS + "instrument.jsonl",
    "unsubscribe ok executions": DOCS + "executions.jsonl",
    "unsubscribe ok balances": DOCS + "balances.jsonl",
    "subscribe refused": "subscribe-error.legacy-name.json",
    "executions snapshot new": "executions-snapshot.open-order.json",
    "executions snapshot trade": OTHERS + "execution-trades-snapshot.jsonl",
    "executions update pending_new": POST_ONLY,
    "executions update new": POST_ONLY,
    "executions update canceled": POST_ONLY,
    "executions update trade": MARKET,
    "executions update filled": MARKET,
    "executions update expired": POST_ONLY,
    "executions snapshot pending_new": POST_ONLY,
    "executions update amended": OTHERS + "execution-order-amended.jsonl",
    "balances snapshot": DOCS + "balances.jsonl",
    "balances update": OTHERS + "balances-updates.jsonl",
    "cancel_order ok": DOCS + "cancel-order.jsonl",
    "batch_cancel ok": DOCS + "batch-cancel.jsonl",
    "cancel_all ok": DOCS + "cancel-all.jsonl",
    "cancel_all_orders_after ok": DOCS + "cancel-after.jsonl",
    "add_order ok": DOCS + "add-order.jsonl",
    "amend_order ok": OTHERS + "amend-order.jsonl",
    "edit_order ok": DOCS + "edit-order.jsonl",
    "batch_add ok": OTHERS + "batch-add.jsonl",
    "add_order refused": DOCS + "add-order.jsonl",
    "cancel_order refused": "subscribe-error.depth-not-supported.json",
    "amend_order refused": "subscribe-error.depth-not-supported.json",
    "edit_order refused": "subscribe-error.depth-not-supported.json",
    "batch_add refused": "subscribe-error.depth-not-supported.json",
    "batch_cancel refused": "subscribe-error.depth-not-supported.json",
    "cancel_all refused": "subscribe-error.depth-not-supported.json",
}
"""Kind → the file that holds a real frame of it."""

NEWER: dict[str, set[str]] = {
    "ticker snapshot": {"data.trades"},  # in the recorded update of 2026-09
    "subscribe ok ticker": {"result.event_trigger"},  # in the documented unsubscribe
    "subscribe ok executions": {"result.snapshot", "result.warnings"},  # quoted by clients since 2024
    "edit_order ok": {"result.order_userref"},  # the sample's order has none; add_order answers it so
    "executions update pending_new": {"data.expire_time"},  # documented; the recorded order lasts
    "executions snapshot pending_new": {"data.effective_time"},  # documented; the recorded one begins at once
    "instrument update": {"data.assets"},  # the list that is empty
    "executions snapshot new": {  # the recorded one is of a plain limit order without fills
        *("data.amended", "data.avg_price", "data.cum_qty", "data.order_userref", "data.post_only"),
        "data.trigger",
        *(f"data.triggers.{name}" for name in ("actual_price", "peak_price", "price", "price_type")),
        *(f"data.triggers.{name}" for name in ("reference", "status")),
    },
}
"""Fields that the sample does not happen to have; other recordings and the documentation do."""

ABSENT: dict[str, set[str]] = {
    "executions snapshot trade": {
        "data.liquidated",
        "data.margin",
        "data.margin_borrow",
        "data.sender_sub_id",
    },
    "executions update expired": {"data.cancel_reason", "data.reason", "data.post_only"},
    "executions snapshot pending_new": {"data.post_only"},
    "instrument update": {
        f"data.assets.{name}"
        for name in ("borrowable", "collateral_value", "id", "margin_rate", "precision", "precision_display")
    }
    | {"data.assets.status", "data.pairs"},
}
"""Fields of the sample that the simulator leaves out: it has no margin and no sub-accounts, nobody asked
for what expires, and an update carries only what has changed."""

REFUSED = ("cancel_order", "amend_order", "edit_order", "batch_add", "batch_cancel", "cancel_all")
UNRECORDED = {"executions update status"}
"""Sent when a stop triggers; nobody has published a real one, so it follows the documentation's fields."""

LIKE = {
    **{f"{method} refused": "subscribe refused" for method in REFUSED},
    "executions update expired": "executions update canceled",
    "executions snapshot pending_new": "executions update pending_new",
    "instrument update": "instrument snapshot",
}
"""Kinds that nobody has published: each is held to look like its next of kin."""


def kind(frame: dict[str, Any]) -> str:
    """Name a frame's kind, recorded or ours."""
    method, channel = frame.get("method"), frame.get("channel")
    if "method" in frame and "success" in frame:
        if not frame["success"]:
            return f"{method} refused"
        result = frame["result"]
        of = f" {result['channel']}" if isinstance(result, dict) and "channel" in result else ""
        return f"{method} ok{of}"
    if method is not None:
        return str(method)
    if channel != "executions":
        return " ".join(str(part) for part in (channel, frame.get("type")) if part)
    return f"executions {frame['type']} {frame['data'][0]['exec_type']}"


def apart(frame: object) -> Iterator[dict[str, Any]]:
    """Give a frame, or one for each of its executions; other JSON than frames gives none."""
    if isinstance(frame, dict) and frame.get("channel") == "executions" and "data" in frame:
        for entry in frame["data"]:
            yield frame | {"data": [entry]}
    elif isinstance(frame, dict):
        yield frame


def shape(value: object, path: str = "") -> dict[str, str]:
    """Give the JSON type of every field; a list counts by the fields that any of its entries has."""
    found: dict[str, str] = {}
    if isinstance(value, dict):
        for name, inner in value.items():
            found |= shape(inner, f"{path}.{name}".lstrip("."))
        return found or {path: "object"}
    if isinstance(value, list) and value and isinstance(value[0], dict):
        for inner in value:
            found |= shape(inner, path)
        return found
    if isinstance(value, list):
        return {path: "list"}
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return {path: "number" if number else type(value).__name__}


@cache
def sent() -> dict[str, dict[str, str]]:
    """Live a whole life on both sockets and give every kind that was sent with its shape."""
    world = a_world(frozen=False)
    public, private = Listener(world), Talk(world)
    for channel in ("book", "ticker", "trade", "ohlc"):
        public.subscribe(channel, PAIR, **({"snapshot": True} if channel == "trade" else {}))
    public.send({"method": "subscribe", "params": {"channel": "instrument"}})
    public.send({"method": "ping", "req_id": 1})
    public.subscribe("book", "XBT/USD")
    for halted in (True, False):
        tell(world, "market", pair=PAIR, halt=halted)
    later = world.clock.now_us() + 3_600 * SECOND_US
    place(world, starts_us=later)
    private.executions(snap_trades=True)
    private.balances()
    _orders(private)
    answers = _trading(Talk(world, "full"))
    wait(world, 30)
    for channel in ("book", "ticker", "trade", "ohlc"):
        public.unsubscribe(channel, PAIR)
    public.send({"method": "unsubscribe", "params": {"channel": "instrument"}})
    for channel in ("executions", "balances"):
        private.send("unsubscribe", channel=channel)
    found: dict[str, dict[str, str]] = {}
    for text in (*public.frames, *private.frames, *answers):
        for frame in apart(json.loads(text)):
            found.setdefault(kind(frame), {}).update(shape(frame))
    return found


def _orders(private: Talk) -> None:
    """Place, amend, fill and cancel, by the exchange and over the socket."""
    world = private.world
    filled, careful = place(world), place(world, post_only=True)
    tell(world, "account", fill={"id": filled.id})
    tell(world, "account", amend={"id": careful.id, "qty": "0.01"})
    place(world, force="GTD", expires_us=world.clock.now_us() + SECOND_US)
    world.clock.advance_to(world.clock.now_us() + SECOND_US)
    private.send("cancel_order", order_id=[careful.id])
    private.send("cancel_order", order_id=["OAAAAA-AAAAA-AAAAAA"])
    private.send("batch_cancel", orders=[*alice(world).open][:2])
    private.send("cancel_all")


def _trading(private: Talk) -> list[str]:
    """Place, change and be refused over the socket."""
    wanted: dict[str, Any] = {
        "order_type": "limit",
        "side": "buy",
        "order_qty": 0.001,
        "limit_price": 30000.0,
    }
    (made, *_) = private.send("add_order", symbol=PAIR, order_userref=7, **wanted)
    order_id = made["result"]["order_id"]
    private.send("amend_order", order_id=order_id, limit_price=30100.0)
    private.send("edit_order", symbol=PAIR, order_id=order_id, order_qty=0.001, limit_price=30200.0)
    private.send("batch_add", symbol=PAIR, orders=[wanted, wanted])
    private.send("cancel_all_orders_after", timeout=60)
    private.send("cancel_all_orders_after", timeout=0)
    private.send("add_order", symbol=PAIR, **(wanted | {"order_qty": 5000.0}))
    for method, params in (
        ("amend_order", {"order_id": order_id, "limit_price": 30100.0}),
        ("edit_order", {"order_id": order_id, "symbol": PAIR, "order_qty": 0.001}),
        ("batch_add", {"symbol": PAIR, "orders": []}),
        ("batch_cancel", {"orders": []}),
        ("cancel_all", {"symbol": PAIR}),
    ):
        private.send(method, **params)
    return private.frames


@cache
def real(name: str) -> dict[str, str]:
    """Give the shape of the real frames of a kind, all of them together."""
    found: dict[str, str] = {}
    for _, line in frames(samples("ws-v2", KINDS[name])):
        for frame in apart(json.loads(line)):
            if kind(frame) in {name, LIKE.get(name)}:
                found |= shape(frame)
    assert found, f"{KINDS[name]} has no {name}"
    return found


def fields(name: str) -> tuple[dict[str, str], dict[str, str]]:
    """Give our shape and the real one; an id of a request is the caller's own choice."""
    ours, theirs = dict(sent()[name]), dict(real(name))
    for found in (ours, theirs):
        found.pop("req_id", None)
    return ours, theirs


def test_every_kind_that_is_sent_is_in_the_table_and_the_other_way_round() -> None:
    assert sorted(sent().keys() - UNRECORDED) == sorted(KINDS)


@pytest.mark.parametrize("name", KINDS)
def test_no_field_is_sent_that_the_real_frame_lacks(name: str) -> None:
    ours, theirs = fields(name)
    assert ours.keys() - theirs.keys() <= NEWER.get(name, set())


@pytest.mark.parametrize("name", KINDS)
def test_no_field_of_the_real_frame_is_missing(name: str) -> None:
    ours, theirs = fields(name)
    assert theirs.keys() - ours.keys() <= ABSENT.get(name, set())


@pytest.mark.parametrize("name", KINDS)
def test_every_field_has_the_real_type(name: str) -> None:
    ours, theirs = fields(name)
    common = ours.keys() & theirs.keys()
    assert {key: ours[key] for key in common} == {key: theirs[key] for key in common}
