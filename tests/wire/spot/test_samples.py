"""Every recorded payload decodes, or is rejected for a reason that a table here names.

A file that is in no table must decode: a new recording either fits or gets its line here.
"""

import re
from pathlib import PurePosixPath

import pytest

from krakentui.model.event import BookBroken, Garbled, Happening, SequenceBroken, Unknown
from krakentui.model.symbol import Names
from krakentui.wire.spot.endpoints import ENDPOINTS
from krakentui.wire.spot.rest import Call, Reply, decode
from krakentui.wire.spot.ws import Conversation
from tests.support.samples import every_file, frames, samples

REQUEST = "a request of a client, not a frame of the exchange"
INNER = "the object inside a frame, cut out by its recorder"
LEVEL3 = "a channel that this program does not subscribe"
CUT_BOOK = "levels were cut out or invented, so that the checksum cannot verify"
TIMES = "receive times of the lines beside it, no payload"
REST_REPLY = "a REST reply kept among the frames"

SHOWN_AS: dict[str | None, set[type[Happening]]] = {
    REQUEST: {Garbled},
    INNER: {Garbled},
    REST_REPLY: {Garbled},
    LEVEL3: {Unknown},
    CUT_BOOK: {BookBroken},
}
"""As what a rejected frame shows."""

NOT_FRAMES = {
    "book-sequence.btcusd-d10.recv-us.txt": TIMES,
    "book-sequence.ethusd-d25.recv-us.txt": TIMES,
    "book-snapshot.cut-to-3-levels.json": CUT_BOOK,
    "ccxt/authenticate.json": REST_REPLY,
    "ccxt/handle-order-book.json": CUT_BOOK,
    "ccxt/parse-ws-order-2.json": INNER,
    "ccxt/parse-ws-order.json": INNER,
    "ccxt/parse-ws-trade.json": INNER,
    "docs-examples/add-order.jsonl:1": REQUEST,
    "docs-examples/add-order.jsonl:2": REQUEST,
    "docs-examples/add-order.jsonl:3": REQUEST,
    "docs-examples/amend-order.jsonl:1": REQUEST,
    "docs-examples/amend-order.jsonl:2": REQUEST,
    "docs-examples/balances.jsonl:1": REQUEST,
    "docs-examples/balances.jsonl:7": REQUEST,
    "docs-examples/batch-add.jsonl:1": REQUEST,
    "docs-examples/batch-cancel.jsonl:1": REQUEST,
    "docs-examples/book.jsonl:1": REQUEST,
    "docs-examples/book.jsonl:6": REQUEST,
    "docs-examples/cancel-after.jsonl:1": REQUEST,
    "docs-examples/cancel-all.jsonl:1": REQUEST,
    "docs-examples/cancel-order.jsonl:1": REQUEST,
    "docs-examples/edit-order.jsonl:1": REQUEST,
    "docs-examples/executions.jsonl:1": REQUEST,
    "docs-examples/executions.jsonl:6": REQUEST,
    "docs-examples/instrument.jsonl:1": REQUEST,
    "docs-examples/instrument.jsonl:5": REQUEST,
    "docs-examples/level3.jsonl:1": REQUEST,
    "docs-examples/level3.jsonl:4": LEVEL3,
    "docs-examples/level3.jsonl:5": LEVEL3,
    "docs-examples/level3.jsonl:6": REQUEST,
    "docs-examples/ohlc.jsonl:1": REQUEST,
    "docs-examples/ohlc.jsonl:6": REQUEST,
    "docs-examples/ping.jsonl:1": REQUEST,
    "docs-examples/ticker.jsonl:1": REQUEST,
    "docs-examples/ticker.jsonl:5": REQUEST,
    "docs-examples/trade.jsonl:1": REQUEST,
    "docs-examples/trade.jsonl:5": REQUEST,
    "executions-entry.snap-trades.json": INNER,
    "handmade/add-order-request.json": REQUEST,
    "handmade/amend-order-request.json": REQUEST,
    "handmade/batch-add-request.json": REQUEST,
    "handmade/book-snapshot.json": CUT_BOOK,
    "handmade/cancel-order-request.json": REQUEST,
    "handmade/l3-snapshot.json": LEVEL3,
    "handmade/l3-update-add.json": LEVEL3,
    "handmade/l3-update-delete.json": LEVEL3,
    "handmade/l3-update-modify-price.json": LEVEL3,
    "handmade/l3-update-modify-qty.json": LEVEL3,
    "kraken-async-rs/amend-order-string.jsonl:1": REQUEST,
}
"""Frames of `ws-v2/` that are no frames to us, by file or by file and line."""

OTHER_ANSWER = "an answer to placing an order, kept under another name"

ENDPOINT_OF_NAME = {
    "asset-info": "Assets",
    "asset-pairs": "AssetPairs",
    "assetpairs": "AssetPairs",
    "assets": "Assets",
    "tradable-asset-pairs": "AssetPairs",
    "account-balance": "Balance",
    "balance": "Balance",
    "extended-balance": "BalanceEx",
    "cancel-all-orders": "CancelAll",
    "cancel-order": "CancelOrder",
    "cancel-order-batch": "CancelOrderBatch",
    "cancel-orders": "CancelOrderBatch",
    "cancelorder": "CancelOrder",
    "errors": "OpenOrders",
    "krakenwebsockettoken": "GetWebSocketsToken",
    "market-ask-order": "QueryOrders",
    "ohlc": "OHLC",
    "ohlc-data": "OHLC",
    "open-orders": "OpenOrders",
    "openorders": "OpenOrders",
    "openorders-in-transaction-currency": "OpenOrders",
    "order": "QueryOrders",
    "query-order-info": "QueryOrders",
    "query-orders": "QueryOrders",
    "server-time": "Time",
    "servertime": "Time",
    "system-status": "SystemStatus",
    "ticker": "Ticker",
    "ticker-information": "Ticker",
    "time": "Time",
    "websockets-token": "GetWebSocketsToken",
    "cancel-all-orders-after": "CancelAllOrdersAfter",
    "cancel-orders-after-timeout": "CancelAllOrdersAfter",
    "closed-orders": "ClosedOrders",
    "ledgerinfo": "Ledgers",
    "ledgers-info": "Ledgers",
    "trade-volume": "TradeVolume",
    "trade-volume-per-pair": "TradeVolume",
    "tradehistory": "TradesHistory",
    "tradehistory-icn": "TradesHistory",
    "trades-history": "TradesHistory",
    "tradevolume": "TradeVolume",
    "tradevolume-2": "TradeVolume",
}
"""Which call a recorded reply answers, by the first part of its name, without `get-` and `fetch-`."""

ENDPOINT_OF_FILE = {
    "ccxt/fetch-balance.json": "BalanceEx",
    "ccxt/fetch-markets.json": "AssetPairs",
    "ccxt/fetch-order.json": "QueryOrders",
    "ccxt/parse-order-2.json": "OpenOrders",
    "ccxt/parse-order.json": "OpenOrders",
    "ccxt/parse-ticker.json": "Ticker",
}

NOT_REPLIES = {
    "ccxt/fetch-closed-orders.json": INNER,
    "ccxt/fetch-markets.json": INNER,
    "ccxt/parse-order-2.json": INNER,
    "ccxt/parse-order.json": INNER,
    "ccxt/parse-ticker.json": INNER,
    "kraken-async-rs/tradable-asset-pairs.json": INNER,
    "kraken-async-rs/trades-history.json": INNER,
    "xchange/order.json": OTHER_ANSWER,
}
"""Files of `rest/` whose call we make, and which are no reply to it."""

CALLS_NEVER_MADE = {
    "account-transfer", "add-order", "add-order-batch", "addorder-response", "allocate-earn-funds",
    "allocation-status", "amend-order",
    "create-orders", "create-sub-account", "deallocate-earn-funds", "deallocation-status",
    "delete-export-report", "deposit-address", "deposit-addresses", "deposit-addresses-trx",
    "deposit-addresses-xrp", "deposit-methods", "deposit-methods-2", "deposit-methods-3",
    "deposit-methods-trx", "deposit-methods-usdt", "deposit-methods-xrp", "deposits", "depth", "edit-order",
    "export-report-status", "list-earn-allocations", "list-earn-strategies",
    "open-positions", "open-positions-do-calc-optional-fields", "order-amends", "order-book",
    "parse-ledger-entry", "parse-position", "parse-trade", "parse-trade-2", "parse-transaction", "positions",
    "positions-2", "query-ledgers", "query-trades-info", "request-export-report", "request-wallet-transfer",
    "request-withdrawal-cancellation", "spreads", "status-of-recent-deposits",
    "status-of-recent-withdrawals", "trade-balance",
    "tradebalanceinfo", "trades",
    "transfer", "withdraw", "withdraw-funds", "withdrawal-addresses", "withdrawal-info",
    "withdrawal-information", "withdrawal-methods", "withdrawals", "withdrawals-2",
}  # fmt: skip
"""Names of recorded replies that are rejected because this program never makes the call."""

WS_FILES = every_file("ws-v2")
REST_FILES = every_file("rest")


def primed(line: bytes, name: str) -> Conversation:
    """Give a talk in which this frame is the next to come."""
    talk = Conversation("private", "alice")
    numbered = re.search(rb'"sequence":\s*(\d+)', line)
    if numbered and b'"snapshot"' not in line:
        before = int(numbered[1]) - 1
        for channel in ("executions", "balances"):
            talk.receive(f'{{"channel":"{channel}","type":"snapshot","data":[],"sequence":{before}}}')
    if "matic" in name or "MATIC" in line.decode():
        talk.set_precision("MATIC/USD", 4, 8)
    return talk


def rejected(events: list[Happening]) -> list[Happening]:
    return [event for event in events if isinstance(event, Garbled | Unknown | BookBroken | SequenceBroken)]


def test_the_recorded_frames_are_found() -> None:
    samples("ws-v2")
    assert WS_FILES


def test_the_recorded_replies_are_found() -> None:
    samples("rest")
    assert REST_FILES


@pytest.mark.parametrize("name", WS_FILES)
def test_a_recorded_frame_decodes_or_is_rejected_for_a_named_reason(name: str) -> None:
    if NOT_FRAMES.get(name) == TIMES:
        return
    for number, line in frames(samples("ws-v2", name)):
        reason = NOT_FRAMES.get(name) or NOT_FRAMES.get(f"{name}:{number}")
        trouble = rejected(primed(line, name).receive(line))
        assert {type(event) for event in trouble} == SHOWN_AS.get(reason, set()), f"{name}:{number}"


@pytest.mark.parametrize("name", [name for name in WS_FILES if "sequence." in name and name.endswith("l")])
def test_a_recorded_sequence_decodes_as_one_talk(name: str) -> None:
    lines = [line for _, line in frames(samples("ws-v2", name))]
    talk = primed(lines[0], name)
    if "then-cancel" in name:
        lines.pop()  # a frame of another day, numbered 2 again
    heard = [event for line in lines for event in talk.receive(line)]
    assert rejected(heard) == []


def test_no_line_of_the_table_is_left_over() -> None:
    samples("ws-v2")
    known = set(WS_FILES) | {
        f"{name}:{number}"
        for name in WS_FILES
        if name.endswith(".jsonl")
        for number, _ in frames(samples("ws-v2", name))
    }
    assert set(NOT_FRAMES) <= known


def plain_name(name: str) -> str:
    stem = PurePosixPath(name).name.partition(".")[0]
    return stem.removeprefix("get-").removeprefix("fetch-")


def endpoint_of(name: str) -> str | None:
    """Tell which call a file answers; None where we never make it.

    Raises:
        KeyError: no table knows it.
    """
    if name in ENDPOINT_OF_FILE:
        return ENDPOINT_OF_FILE[name]
    if plain_name(name) in CALLS_NEVER_MADE:
        return None
    return ENDPOINT_OF_NAME[plain_name(name)]


def read(name: str, endpoint: str) -> list[Reply]:
    return [
        decode(Call(endpoint), 200, body, account="alice", names=Names(), asked_ns=1)
        for _, body in frames(samples("rest", name))
    ]


@pytest.mark.parametrize("name", [name for name in REST_FILES if not name.startswith("docs-examples/")])
def test_a_recorded_reply_decodes_or_is_rejected_for_a_named_reason(name: str) -> None:
    endpoint = endpoint_of(name)
    if endpoint is None:
        assert all(reply.broken for reply in read(name, plain_name(name)))
        return
    assert endpoint in ENDPOINTS
    is_error = "error" in plain_name(name) or ".error" in name
    for reply in read(name, endpoint):
        if name in NOT_REPLIES:
            assert reply.broken
        elif is_error:
            assert reply.refusal is not None
        else:
            assert (reply.broken, reply.refusal) == (None, None)
            assert not [event for event in reply.events if isinstance(event, Garbled)]


@pytest.mark.parametrize("name", [name for name in REST_FILES if name.startswith("docs-examples/")])
def test_the_documented_request_bodies_are_no_replies(name: str) -> None:
    """`rest/docs-examples/` holds request bodies; the few replies in it are of calls never made."""
    assert all(reply.broken for reply in read(name, "OpenOrders"))
