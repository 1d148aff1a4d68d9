"""Requests: signed exactly as sent, and nothing of the key in a picture of them."""

import pytest
from msgspec import json, structs

from krakentui.model.error import Forbidden, KeyProblem
from krakentui.model.secret import Credentials, Secret
from krakentui.wire.spot.rest import Call, Prepared, prepare
from tests.wire.spot.test_sign import NONCE, SECRET, VECTORS

KEY = Credentials(key="public-part-canary", secret=Secret(SECRET), name="test", source="a test")


def private(endpoint: str, *params: tuple[str, str | tuple[str, ...]]) -> Prepared:
    return prepare(Call(endpoint, params), KEY, int(NONCE))


def test_a_public_call_is_a_get_with_a_query() -> None:
    request = prepare(Call("Ticker", (("pair", "XBTUSD,ETHUSD"),)))
    assert (request.method, request.path, request.body) == (
        "GET",
        "/0/public/Ticker?pair=XBTUSD%2CETHUSD",
        b"",
    )


def test_a_public_call_without_parameters_has_no_query() -> None:
    assert prepare(Call("Time")).path == "/0/public/Time"


def test_several_values_are_joined_by_commas() -> None:
    assert prepare(Call("Ticker", (("pair", ("A", "B")),))).path.endswith("?pair=A%2CB")


@pytest.mark.parametrize(
    ("vector", "request_"),
    [
        ("V2", private("Balance")),
        ("V4", private("CancelOrder", ("txid", "OHYO67-6LP66-HMQ437"))),
        ("V5", private("CancelOrderBatch", ("orders", ("OHYO67-6LP66-HMQ437", "OP5V2Y-RYKVL-ET3V3B")))),
    ],
    ids=["V2", "V4", "V5"],
)
def test_whole_requests_reproduce_the_vectors(vector: str, request_: Prepared) -> None:
    path, body, signature = VECTORS[vector]
    assert (request_.method, request_.path, request_.body) == ("POST", path, body.encode())
    assert dict(request_.headers)["API-Sign"] == signature


def test_headers_fit_the_body() -> None:
    assert dict(private("Balance").headers)["Content-Type"] == "application/x-www-form-urlencoded"
    assert dict(private("CancelOrderBatch").headers)["Content-Type"] == "application/json"
    assert dict(private("Balance").headers)["API-Key"] == "public-part-canary"


def test_a_plus_in_a_form_is_not_a_space() -> None:
    assert b"a%2Bb" in private("QueryOrders", ("txid", "a+b")).body


def test_a_picture_of_a_request_shows_no_key() -> None:
    shown = repr(private("QueryOrders", ("txid", "O1")))
    assert shown == "Prepared(POST /0/private/QueryOrders)"


def test_a_pretty_printed_request_shows_no_key() -> None:
    shown = private("QueryOrders", ("txid", "O1")).__rich_repr__()
    assert shown == [("method", "POST"), ("path", "/0/private/QueryOrders")]


def test_a_pretty_printed_key_shows_its_fingerprint_only() -> None:
    assert KEY.__rich_repr__() == [("fingerprint", KEY.fingerprint), ("source", "a test")]


def test_a_private_call_needs_a_key() -> None:
    with pytest.raises(KeyProblem):
        prepare(Call("Balance"))


def test_what_is_not_allowed_is_not_written() -> None:
    with pytest.raises(Forbidden):
        private("AddOrder")


def test_a_secret_that_is_not_base64_stops_the_call() -> None:
    key = Credentials(key="k", secret=Secret("no base64"), name="test", source="a test")
    with pytest.raises(KeyProblem):
        prepare(Call("Balance"), key, 1)


def test_a_second_factor_is_in_the_signed_body_whatever_its_form() -> None:
    key = structs.replace(KEY, otp=Secret("factor-canary"))
    form = prepare(Call("Balance"), key, int(NONCE))
    assert form.body == f"nonce={NONCE}&otp=factor-canary".encode()
    batch = prepare(Call("CancelOrderBatch", (("orders", ("O1", "O2")),)), key, int(NONCE))
    assert json.decode(batch.body) == {"nonce": NONCE, "otp": "factor-canary", "orders": ["O1", "O2"]}
    assert "factor-canary" not in f"{form!r}{form.__rich_repr__()}{key!r}{key.__rich_repr__()}"
    signatures = {dict(one.headers)["API-Sign"] for one in (form, private("Balance"))}
    assert len(signatures) == 2
