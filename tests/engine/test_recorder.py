import json
import stat
from base64 import b64encode
from pathlib import Path
from random import Random
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from krakentui.engine.recorder import Recorder
from krakentui.engine.redact import Redaction
from krakentui.model.event import Happening, Noted
from krakentui.model.redact import Redactor
from krakentui.model.secret import Secret
from tests.support.clock import ManualClock
from tests.support.keys import a_key, a_pair, a_secret

ORDER, OTHER = "OQCLML-BW3P3-BUCMWZ", "OB5VMB-B4U2U-DK2WRW"
CANARIES = [
    b'{"method":"subscribe","params":{"channel":"balances","token":"CANARY/abc"}}',
    b'{"error":[],"result":{"token":"CANARY","expires":900}}',
    b"nonce=1616492376594&otp=CANARY&txid=x",
    b'/0/private/CancelOrderBatch {"nonce":"CANARY","orders":["a"]}',
    b'{"result":{"apiKeyName":"CANARY","apiKey":"CANARY","nonce":"1772627060997","iban":"CANARY N84G"}}',
    b'{"result":{"api_key_name":"CANARY","api_key":"CANARY","ip_allowlist":["CANARY"]}}',
    b'{"signature" : "CANARY \\" more CANARY"}',
    rb'{"raw":"{\"token\":\"CANARY \",\"iban\":[[\"CANARY\"]]}"}',
    rb'{"raw":"{\"deep\":\"{\\\"token\\\":\\\"CANARY\\\"}\"}"}',
    b'{"ipAllowlist":[["CANARY"],"CANARY"],"iban":{"value":"CANARY","more":["CANARY"]}}',
    b'{"otp":["CANARY"],"password": {"CANARY":1}}',
    b'{"token":"CANARY',
    b'{"iban":["CANARY"',
]


def a_redaction(redactor: Redactor | None = None) -> Redaction:
    return Redaction(b"k" * 32, redactor or Redactor())


@pytest.mark.parametrize("data", CANARIES, ids=range(len(CANARIES)))
def test_nothing_private_is_recorded(data: bytes) -> None:
    assert "CANARY" not in a_redaction().apply(data)


@pytest.mark.parametrize(
    "data", [b"nonce=1616492376594&x=1", b'{"nonce":"1616492376594"}', b'{"nonce": 1616492376594}']
)
def test_no_nonce_is_recorded(data: bytes) -> None:
    assert "1616492376594" not in a_redaction().apply(data)


EDGE = (
    "<h1>Error 1020</h1> Your IP: <b>203.0.113.77</b> and 2001:db8::ff00:42:8329, "
    'Ray ID: <strong class="mono">8f1c2d3e4a5b6c7d</strong>'
)


@pytest.mark.parametrize("data", [EDGE, json.dumps({"page": EDGE}), '{"ray_id": "8f1c2d3e4a5b6c7d"}'])
def test_a_page_of_the_edge_tells_neither_our_address_nor_its_number_of_the_request(data: str) -> None:
    told = a_redaction().apply(data.encode())
    assert not any(part in told for part in ("203.0", "2001:db8", "8329", "8f1c2d3e4a5b6c7d"))
    assert "redacted" in told


@pytest.mark.parametrize("address", ["2001:db8::1", "::1", "2001:DB8:0:1:2:3:4:ff", "203.0.113.7"])
def test_no_address_is_recorded(address: str) -> None:
    told = a_redaction().apply(json.dumps({"error": f"blocked: {address}, sorry"}).encode())
    assert json.loads(told) == {"error": "blocked: redacted, sorry"}


def test_times_versions_and_prices_are_no_addresses() -> None:
    frame = b'{"at":"2026-11-26T13:29:01.123456Z","version":"2.0.10","price":64000.1,"cost":"1.20"}'
    assert a_redaction().apply(frame) == frame.decode()


def a_run() -> tuple[Redactor, list[str]]:
    """A run that knows a key, a passphrase and a websocket token; and how these may be quoted."""
    redactor, token = Redactor(), b64encode(bytes(range(200, 232))).decode()
    redactor.learn(a_pair())
    redactor.learn(Secret("open sesame"))
    redactor.learn_token(Secret(token))
    known = [a_key(), a_secret(), token, "open sesame"]
    escaped = [one.replace("/", "\\/") for one in known]
    return redactor, [*known, *escaped, *(quote(one, safe="") for one in known[:3])]


@pytest.mark.parametrize(
    "frame",
    [
        '{{"error":["EAPI:Invalid key:{}"]}}',
        '{{"method":"subscribe","success":false,"error":"ESession:Invalid session {}"}}',
        '{{"errorMessage":"Token {} not found"}}',
        r'{{"tok\u0065n":"{}"}}',
        "{}",
    ],
)
def test_what_the_run_knows_is_recorded_nowhere_whoever_quotes_it(frame: str) -> None:
    redactor, quoted = a_run()
    redaction = a_redaction(redactor)
    for one in quoted:
        told = redaction.apply(frame.format(one).encode())
        assert one not in told
        assert len(one) < 30 or one[10:30] not in told
        if frame.startswith("{{"):
            json.loads(told)


def test_a_token_that_nobody_has_learnt_is_recorded_nowhere_either() -> None:
    token = b64encode(Random(1).randbytes(32)).decode().rstrip("=")
    frame = f'{{"error":"EWhatever:bad {token}"}}'
    assert token not in a_redaction().apply(frame.encode())


def test_a_code_of_digits_that_the_run_knows_changes_no_number() -> None:
    redactor = Redactor([Secret("123456"), Secret("64"), Secret("ask")])
    frame = b'{"bid":64123.123456,"ask":123456,"checksum":3123456789}'
    assert a_redaction(redactor).apply(frame) == frame.decode()


DIGITS = st.text("0123456789", min_size=1, max_size=11)
LETTERS = st.text("abcdefghijklmnopqrstuvwxyzABCXYZ0123456789", min_size=1, max_size=5)
FIGURES = st.decimals(0, 10**7, allow_nan=False, places=3).map(str) | st.integers(0, 10**7 - 1)


@given(
    DIGITS | LETTERS, st.lists(FIGURES, max_size=6), st.dictionaries(st.sampled_from(["bid", "ts"]), FIGURES)
)
def test_a_factor_that_figures_hold_by_chance_changes_none_of_them(
    factor: str, figures: list[object], named: dict[str, object]
) -> None:
    frame = json.dumps({"result": {"asks": [figures], "side": "buy", "type": "limit", **named}})
    for data in (frame, f"/0/private/CancelOrder {frame}", f"/0/private/BalanceEx count={figures[:1]}"):
        assert a_redaction(Redactor([Secret(factor)])).apply(data.encode()) == data


@pytest.mark.parametrize("name", ["error", "errorMessage", "message", "reason", "warnings"])
@given(DIGITS | LETTERS, st.booleans())
def test_no_sentence_quotes_a_factor_however_short(name: str, factor: str, deep: bool) -> None:
    frame: object = {
        name: [f"EGeneral:Invalid arguments:otp {factor}", {"more": factor}, 64.5, None],
        "qty": 64.5,
    }
    if deep:
        frame = {"raw": json.dumps(frame)}
    told = json.loads(a_redaction(Redactor([Secret(factor)])).apply(json.dumps(frame).encode()))
    told = json.loads(told["raw"]) if deep else told
    said, more, *rest = told[name]
    assert factor not in said
    assert factor not in str([*more.values()])
    assert (rest, told["qty"]) == ([64.5, None], 64.5)


@given(DIGITS)
def test_no_page_quotes_a_factor_of_digits(factor: str) -> None:
    page = f"<html><p>You sent {factor}, which is wrong.</p></html>"
    assert factor not in a_redaction(Redactor([Secret(factor)])).apply(page.encode())


@given(st.text("0123456789", min_size=8, max_size=20), st.sampled_from(["echo", "qty", "x"]))
def test_a_long_factor_of_digits_is_no_value_of_any_name(factor: str, name: str) -> None:
    other = f"{factor}.5"
    told = json.loads(
        a_redaction(Redactor([Secret(factor)])).apply(json.dumps({name: factor, "y": other}).encode())
    )
    assert told == {name: "*****", "y": other}


@pytest.mark.parametrize("name", ["cl_ord_id", "refid"])
def test_what_others_call_an_order_keeps_one_pseudonym_alone_and_in_a_list(name: str) -> None:
    redaction = a_redaction()
    own, other = "6d1b345e-2821-40e2-ad83-4ecb18a06876", "FTQcuak-V6Za8qrWnhzTx67yYHz8Tg"
    alone = json.loads(redaction.apply(json.dumps({name: own}).encode()))[name]
    inside = json.loads(redaction.apply(json.dumps({name: [own, other]}).encode()))[name]
    assert inside[0] == alone != own
    assert inside[1] not in {alone, other}


def test_a_reference_number_is_another_one_and_none_stays_none() -> None:
    redaction = a_redaction()
    frame = b'{"userref":123456789,"order_userref":"123456789","a":{"userref":0},"b":{"userref":null}}'
    told = json.loads(redaction.apply(frame))
    assert told["userref"] != 123456789
    assert str(told["userref"]) == told["order_userref"]
    assert (told["a"]["userref"], told["b"]["userref"]) == (0, None)
    assert json.loads(redaction.apply(b'{"userref":5}'))["userref"] != told["userref"]


def test_a_reference_keeps_one_pseudonym_of_the_same_form() -> None:
    redaction, name = a_redaction(), "ACCHF3A-RIBBMO-VYBESY"
    first, again = redaction.apply(f'"{name}"'.encode()), redaction.apply(f"see {name}".encode())
    assert first.strip('"') == again.removeprefix("see ") != name
    assert [len(part) for part in again.removeprefix("see ").split("-")] == [7, 6, 6]


def test_an_order_keeps_one_pseudonym_of_the_same_form() -> None:
    redaction = a_redaction()
    first, again, other = (redaction.apply(name.encode()) for name in (ORDER, ORDER, OTHER))
    assert first == again
    assert len({first, other, ORDER, OTHER}) == 4
    assert [len(part) for part in first.split("-")] == [6, 5, 6]


def test_recordings_do_not_share_pseudonyms() -> None:
    assert a_redaction().apply(ORDER.encode()) != Redaction(b"z" * 32, Redactor()).apply(ORDER.encode())


def test_every_digit_of_a_number_stays() -> None:
    frame = b'{"channel":"ticker","data":[{"symbol":"BTC/USD","bid":63000.10,"qty":0.00000000}]}'
    assert a_redaction().apply(frame) == frame.decode()


def test_a_redacted_frame_is_still_json() -> None:
    for data in CANARIES:
        try:
            json.loads(data)
        except ValueError:
            continue
        json.loads(a_redaction().apply(data))


def test_a_recording_says_that_it_is_redacted_and_is_the_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    recorder = Recorder(path, "demo", ManualClock(), list[Happening]().append, Redactor())
    recorder.passed("private", "out", CANARIES[0])
    recorder.close()
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert lines[0]["recording"] == "redacted v1"
    assert (lines[1]["at"], lines[1]["dir"]) == ("private", "out")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.anyio
async def test_lines_carry_steady_time_since_the_start(tmp_path: Path) -> None:
    clock = ManualClock()
    recorder = Recorder(tmp_path / "run.jsonl", "demo", clock, list[Happening]().append, Redactor())
    await clock.advance(1.5)
    recorder.passed("public", "in", b"{}")
    recorder.close()
    last = json.loads((tmp_path / "run.jsonl").read_text().splitlines()[-1])
    assert last["t"] == 1_500_000_000


def test_a_full_disk_ends_the_recording_with_one_notice() -> None:
    heard: list[Happening] = []
    recorder = Recorder(Path("/dev/full"), "demo", ManualClock(), heard.append, Redactor())
    for _ in range(3):
        recorder.passed("public", "in", b"x" * 100_000)
    recorder.close()
    assert [type(event) for event in heard] == [Noted]


def test_a_place_that_cannot_be_written_is_one_notice(tmp_path: Path) -> None:
    heard: list[Happening] = []
    recorder = Recorder(tmp_path / "no" / "run.jsonl", "demo", ManualClock(), heard.append, Redactor())
    recorder.passed("public", "in", b"{}")
    recorder.close()
    assert len(heard) == 1
