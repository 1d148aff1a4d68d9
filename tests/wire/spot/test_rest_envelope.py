"""Envelopes, and all that comes instead of one: web pages, empty, cut and foreign bodies (F19)."""

import json

import pytest

from krakentui.model.error import BadKey, LockedOut, RateLimited
from krakentui.model.symbol import Names
from krakentui.wire.spot.rest import Call, Reply, decode

PAGE = b"<!DOCTYPE html><html><body>Web server is returning an unknown error</body></html>"


def read(body: bytes | dict[str, object], status: int = 200, endpoint: str = "OpenOrders") -> Reply:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return decode(Call(endpoint), status, raw, account="alice", names=Names(), asked_ns=7)


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (520, PAGE, "unreachable (520)"),
        (502, b"", "unreachable (502)"),
        (504, b'{"error":', "unreachable (504)"),
        (429, b"", "limits this address (429)"),
        (503, b"<html>error code: 1015</html>", "limits this address (503)"),
        (403, PAGE, "refuses this address (403)"),
        (404, b"", "HTTP 404"),
        (200, b"", "empty answer"),
        (200, b"   \n", "empty answer"),
        (200, PAGE, "A web page"),
        (200, b'{"error":[],"result":{"open":{"O1":{"status":"open"', "cut short"),
        (200, b"[]", "cut short"),
        (200, b"null", "cut short"),
        (200, b'{"result":{}}', "cut short"),
        (200, b'{"error":"text"}', "cut short"),
        (200, b'{"error":[]}', "without a result"),
        (200, b'{"error":[],"result":null}', "without a result"),
        (200, b'{"error":[],"result":true}', "makes no sense"),
        (200, b'{"error":[],"result":{}}', "makes no sense"),
        (200, b'{"error":[],"result":{"open":[]}}', "makes no sense"),
        (200, b'{"error":[],"result":{"open":{"O1":[]}}}', "makes no sense"),
        (200, b'{"error":[],"result":' + b"[" * 100_000, "cut short"),
        (500, b'{"error":[],"result":{"open":{}}}', "unreachable (500)"),
    ],
    ids=range(23),
)
def test_what_is_no_answer_is_said_and_is_never_an_empty_account(
    status: int, body: bytes, words: str
) -> None:
    reply = read(body, status)
    assert reply.broken is not None
    assert words in reply.broken
    assert (reply.events, reply.refusal) == ((), None)


@pytest.mark.parametrize(("status", "edge"), [(429, True), (403, True), (520, False), (200, False)])
def test_a_refusal_of_the_edge_is_told_apart(status: int, edge: bool) -> None:
    assert read(PAGE, status).edge is edge


def test_a_number_inside_a_good_answer_is_no_edge_limit() -> None:
    assert read(b'{"error":[],"result":{"open":{}},"x":1015}').broken is None


def test_an_empty_list_is_an_empty_list() -> None:
    assert len(read({"error": [], "result": {"open": {}}}).events) == 1


def test_an_error_is_a_refusal() -> None:
    reply = read({"error": ["EAPI:Invalid key"]})
    assert isinstance(reply.refusal, BadKey)
    assert (reply.broken, reply.events) == (None, ())


def test_the_worst_error_decides() -> None:
    reply = read({"error": ["EOrder:Unknown order", "EGeneral:Temporary lockout"], "result": {}})
    assert isinstance(reply.refusal, LockedOut)


def test_an_error_counts_whatever_the_status() -> None:
    assert isinstance(read({"error": ["EAPI:Rate limit exceeded"]}, 429).refusal, RateLimited)


def test_a_warning_leaves_the_result_standing() -> None:
    reply = read({"error": ["WDatabase:No change"], "result": {"open": {}}})
    assert reply.refusal is None
    assert len(reply.events) == 1


def test_a_call_outside_the_list_has_no_reader() -> None:
    assert read({"error": [], "result": {}}, endpoint="AddOrder").broken is not None


def test_the_time_is_read_in_nanoseconds() -> None:
    reply = read({"error": [], "result": {"unixtime": 1762820224, "rfc1123": "x"}}, endpoint="Time")
    assert reply.server_ns == 1_762_820_224 * 10**9


@pytest.mark.parametrize("endpoint", ["CancelOrder", "CancelOrderBatch", "CancelAll"])
def test_a_cancel_tells_its_count(endpoint: str) -> None:
    reply = read({"error": [], "result": {"count": 2, "pending": True}}, endpoint=endpoint)
    assert (reply.count, reply.pending) == (2, True)


def test_a_cancel_without_a_count_claims_none() -> None:
    reply = read({"error": [], "result": {"count": "many"}}, endpoint="CancelAll")
    assert (reply.count, reply.pending, reply.broken) == (None, False, None)


def test_a_token_is_a_secret() -> None:
    reply = read({"error": [], "result": {"token": "canary", "expires": 900}}, endpoint="GetWebSocketsToken")
    assert reply.token is not None
    assert "canary" not in repr(reply)


@pytest.mark.parametrize("token", ["", "with\x1b[2Jescape", "x" * 1_000, 17, None])
def test_a_token_that_cannot_be_one_is_not_believed(token: object) -> None:
    reply = read({"error": [], "result": {"token": token}}, endpoint="GetWebSocketsToken")
    assert reply.token is None
    assert reply.broken is not None


def test_a_cut_token_answer_shows_nothing_of_it() -> None:
    reply = read(b'{"error":[],"result":{"token":"canary', endpoint="GetWebSocketsToken")
    assert "canary" not in repr(reply)
