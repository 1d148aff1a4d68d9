"""Signatures, nonces, lockouts and tokens, as the authentication guide and the references say."""

import base64
from dataclasses import replace

import pytest

from krakentui.simulator import accounts
from krakentui.simulator.identity import api_sign
from krakentui.simulator.surface import HttpRequest
from tests.simulator.private import Rest, Talk, a_world, wait

SECRET = base64.b64decode(
    "kQH5HW/8p1uGOVjbgWA7FunAmGO8lsSUXNsu3eow76sz84Q18fWxnyRzBHCd3pd5nE9qa99HAZtuZuj6F1huXg=="
)
NONCE = "1616492376594"
LOCKED = "EGeneral:Temporary lockout"


@pytest.mark.parametrize(
    ("path", "body", "sign"),
    [
        (
            "/0/private/AddOrder",
            "nonce=1616492376594&ordertype=limit&pair=XBTUSD&price=37500&type=buy&volume=1.25",
            "4/dpxb3iT4tp/ZCVEwSnEsLxx0bqyhLpdfOpc6fn7OR8+UClSV5n9E6aSS8MPtnRfp32bAb0nmbRn6H8ndwLUQ==",
        ),
        (
            "/0/private/Balance",
            "nonce=1616492376594",
            "1nH4vwR+8FHiYh1QT649xXkGd3JR3x0DWkgv3u9Ed/Qqv6KPtgQpEU4m+Emb/VgpEji3j1XNwI+HCbfXxmrTOg==",
        ),
        (
            "/0/private/Balance",
            '{"nonce":1616492376594}',
            "ZVxRwNS9zIRhbpUb8yixCnTByWFw2zyehNjZaXEL5we8API+r8c+DBmgFxxnKoY+TaJXx0NSYhsaAexZm62elg==",
        ),
        (
            "/0/private/CancelOrder",
            "nonce=1616492376594&txid=OHYO67-6LP66-HMQ437",
            "fQFa1ZX8+ZpQnIRLCJoDl4VBmI2UuIar6lhBQbfJlG18dfOGQ+2nu7TUq/bqJ+mKXb4jmFz5Si4GndEVvNy/mQ==",
        ),
        (
            "/0/private/CancelOrderBatch",
            '{"nonce":"1616492376594","orders":["OHYO67-6LP66-HMQ437","OP5V2Y-RYKVL-ET3V3B"]}',
            "UWo2PFUBw/D/bY8JN0v87AkO05HUUZnZRi0uc1g8GPHMBYJ31HUyeJv4cKhSLaluR4Gez6qRap7KWuZNuSkfVg==",
        ),
    ],
)
def test_signatures_match_the_published_vectors(path: str, body: str, sign: str) -> None:
    assert api_sign(path, NONCE, body.encode(), SECRET) == sign


def test_a_secret_is_64_bytes_of_base64_and_a_key_is_not_base64() -> None:
    for key in accounts.of(a_world()).programs.values():
        assert len(base64.b64decode(key.secret_text)) == 64
        assert key.public.startswith("SIM-")
        with pytest.raises(ValueError):  # noqa: PT011 - binascii names it differently by version
            base64.b64decode(key.public, validate=True)


def test_a_form_body_is_accepted() -> None:
    assert Rest(a_world()).error("Balance") is None


@pytest.mark.parametrize("nonce", ["1616492376594", '"1616492376594"'])
def test_a_json_body_is_accepted_with_its_nonce_as_number_or_text(nonce: str) -> None:
    rest = Rest(a_world())
    request = rest.request("Balance", f'{{"nonce": {nonce}}}'.encode(), NONCE, json_body=True)
    assert rest.send(request)["error"] == []


def test_an_unknown_key_is_invalid() -> None:
    rest = Rest(a_world())
    request = rest.form("Balance")
    assert rest.send(replace(request, headers=request.headers | {"api-key": "SIM-nobody"}))["error"] == [
        "EAPI:Invalid key"
    ]


def test_a_missing_key_is_invalid() -> None:
    rest = Rest(a_world())
    assert rest.send(replace(rest.form("Balance"), headers={}))["error"] == ["EAPI:Invalid key"]


def test_a_changed_body_breaks_the_signature() -> None:
    rest = Rest(a_world())
    request = rest.form("Balance")
    assert rest.send(replace(request, body=request.body + b"&x=1"))["error"] == ["EAPI:Invalid signature"]


def test_an_error_carries_no_result() -> None:
    rest = Rest(a_world())
    assert rest.send(replace(rest.form("Balance"), headers={})).keys() == {"error"}


def test_a_get_without_nonce_has_invalid_arguments() -> None:
    rest = Rest(a_world())
    request = replace(rest.form("Balance"), method="GET", body=b"")
    assert rest.send(request)["error"] == ["EGeneral:Invalid arguments"]


def test_a_nonce_must_rise() -> None:
    rest = Rest(a_world())
    request = rest.form("Balance")
    assert rest.send(request)["error"] == []
    assert rest.send(request)["error"] == ["EAPI:Invalid nonce"]


@pytest.mark.parametrize("nonce", ["18446744073709551616", "12.5", "abc", ""])
def test_a_nonce_is_an_unsigned_64_bit_decimal(nonce: str) -> None:
    rest = Rest(a_world())
    assert rest.send(rest.request("Balance", f"nonce={nonce}".encode(), nonce))["error"] == [
        "EAPI:Invalid nonce"
    ]


def test_the_largest_nonce_is_accepted() -> None:
    rest, nonce = Rest(a_world()), str(2**64 - 1)
    assert rest.send(rest.request("Balance", f"nonce={nonce}".encode(), nonce))["error"] == []


def test_nonces_of_two_keys_do_not_meet() -> None:
    world = a_world()
    assert Rest(world, "watch").error("Balance") is None
    assert Rest(world, "other").error("Balance") is None


def test_a_window_lets_each_late_nonce_pass_once() -> None:
    rest = Rest(a_world())
    rest.key.nonce_window = 10

    def error(nonce: int) -> str | None:
        body = f"nonce={nonce}".encode()
        return next(iter(rest.send(rest.request("Balance", body, str(nonce)))["error"]), None)

    assert error(100) is None
    assert error(95) is None
    assert error(95) == "EAPI:Invalid nonce"
    assert error(90) == "EAPI:Invalid nonce"
    assert error(100) == "EAPI:Invalid nonce"
    assert error(101) is None
    assert error(100) == "EAPI:Invalid nonce"


def test_an_invalid_signature_does_not_burn_the_nonce() -> None:
    rest = Rest(a_world())
    request = rest.form("Balance")
    rest.send(replace(request, headers=request.headers | {"api-sign": "AAAA"}))
    assert rest.send(request)["error"] == []


def test_an_expired_key_is_invalid() -> None:
    world = a_world()
    rest = Rest(world)
    rest.key.valid_until_s = world.clock.now_us() // 1_000_000 + 60
    assert rest.error("Balance") is None
    wait(world, 60)
    assert rest.error("Balance") == "EAPI:Invalid key"


@pytest.mark.parametrize(
    ("peer", "error"), [("127.0.0.7", None), ("127.0.1.1", "EAPI:Invalid key"), ("::1", "EAPI:Invalid key")]
)
def test_a_key_is_good_only_from_its_addresses(peer: str, error: str | None) -> None:
    rest = Rest(a_world(), peer=peer)
    rest.key.ip_allowlist = ("127.0.0.0/24",)
    assert rest.error("Balance") == error


def test_a_second_factor_that_nobody_asked_for_is_an_invalid_signature() -> None:
    assert Rest(a_world()).error("Balance", otp="123456") == "EAPI:Invalid signature"


@pytest.mark.parametrize(
    ("given", "error"),
    [({}, "EGeneral:Permission denied"), ({"otp": "no"}, "EAPI:Invalid signature"), ({"otp": "yes"}, None)],
)
def test_a_second_factor_is_asked_for(given: dict[str, str], error: str | None) -> None:
    rest = Rest(a_world())
    rest.key.otp = "yes"
    assert rest.error("Balance", **given) == error


def _wrong_signature(rest: Rest) -> str:
    request = rest.form("Balance")
    error: str = rest.send(replace(request, headers=request.headers | {"api-sign": "AAAA"}))["error"][0]
    return error


def test_five_wrong_signatures_lock_the_key_out() -> None:
    rest = Rest(a_world())
    assert [_wrong_signature(rest) for _ in range(6)] == ["EAPI:Invalid signature"] * 5 + [LOCKED]
    assert rest.error("Balance") == LOCKED


def test_a_lockout_of_one_key_leaves_the_others() -> None:
    world = a_world()
    rest = Rest(world)
    for _ in range(5):
        _wrong_signature(rest)
    assert Rest(world, "other").error("Balance") is None


def test_a_right_call_between_wrong_ones_starts_the_count_anew() -> None:
    rest = Rest(a_world())
    for _ in range(4):
        _wrong_signature(rest)
    assert rest.error("Balance") is None
    assert [_wrong_signature(rest) for _ in range(5)] == ["EAPI:Invalid signature"] * 5


def test_five_unknown_keys_lock_the_address_out() -> None:
    rest = Rest(a_world())
    request = rest.form("Balance")
    stranger = replace(request, headers=request.headers | {"api-key": "SIM-nobody"})
    for _ in range(5):
        rest.send(stranger)
    assert rest.error("Balance") == LOCKED
    elsewhere = Rest(rest.world, "other", peer="127.0.0.2")
    assert elsewhere.error("Balance") is None


def test_a_lockout_ends_after_900_s_of_silence() -> None:
    world = a_world()
    rest = Rest(world)
    for _ in range(5):
        _wrong_signature(rest)
    wait(world, 899)
    assert rest.error("Balance") == LOCKED
    wait(world, 899.999999)
    assert rest.error("Balance") == LOCKED
    wait(world, 900)
    assert rest.error("Balance") is None


def test_public_calls_go_on_during_a_lockout() -> None:
    from krakentui.simulator import public_rest  # noqa: PLC0415  the other half, for this one claim

    world = a_world()
    rest = Rest(world)
    for _ in range(5):
        _wrong_signature(rest)
    assert b'"error":[]' in public_rest.handle(world, HttpRequest("GET", "/0/public/Time")).body


def test_a_token_that_was_not_used_for_15_minutes_is_void() -> None:
    world = a_world()
    talk = Talk(world)
    wait(world, 900.000001)
    assert talk.executions()[0]["error"] == "ESession:Invalid session"


def test_a_token_in_use_stays_good_on_its_socket_and_on_no_other() -> None:
    world = a_world()
    talk, late = Talk(world), Talk(world)
    talk.executions()
    wait(world, 1_000)
    assert talk.balances()[0]["success"]
    late.token = talk.token
    assert late.executions()[0]["error"] == "ESession:Invalid session"


def test_one_token_serves_two_sockets_while_it_is_young() -> None:
    world = a_world()
    one, two = Talk(world), Talk(world)
    two.token = one.token
    assert one.executions()[0]["success"]
    assert two.executions()[0]["success"]
