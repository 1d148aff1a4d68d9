import json
import stat
from pathlib import Path

import pytest

from krakentui.engine.recorder import Recorder
from krakentui.engine.redact import Redaction
from krakentui.model.event import Happening, Noted
from tests.support.clock import ManualClock

ORDER, OTHER = "OQCLML-BW3P3-BUCMWZ", "OB5VMB-B4U2U-DK2WRW"
CANARIES = [
    b'{"method":"subscribe","params":{"channel":"balances","token":"CANARY/abc"}}',
    b'{"error":[],"result":{"token":"CANARY","expires":900}}',
    b"nonce=1616492376594&otp=CANARY&txid=x",
    b'/0/private/CancelOrderBatch {"nonce":"CANARY","orders":["a"]}',
    b'{"result":{"apiKeyName":"CANARY","apiKey":"CANARY","nonce":"1772627060997","iban":"CANARY N84G"}}',
    b'{"result":{"api_key_name":"CANARY","api_key":"CANARY","ip_allowlist":["CANARY"]}}',
    b'{"signature" : "CANARY \\" more CANARY"}',
]


def a_redaction() -> Redaction:
    return Redaction(b"k" * 32)


@pytest.mark.parametrize("data", CANARIES, ids=range(len(CANARIES)))
def test_nothing_private_is_recorded(data: bytes) -> None:
    assert "CANARY" not in a_redaction().apply(data)


@pytest.mark.parametrize(
    "data", [b"nonce=1616492376594&x=1", b'{"nonce":"1616492376594"}', b'{"nonce": 1616492376594}']
)
def test_no_nonce_is_recorded(data: bytes) -> None:
    assert "1616492376594" not in a_redaction().apply(data)


def test_an_order_keeps_one_pseudonym_of_the_same_form() -> None:
    redaction = a_redaction()
    first, again, other = (redaction.apply(name.encode()) for name in (ORDER, ORDER, OTHER))
    assert first == again
    assert len({first, other, ORDER, OTHER}) == 4
    assert [len(part) for part in first.split("-")] == [6, 5, 6]


def test_recordings_do_not_share_pseudonyms() -> None:
    assert a_redaction().apply(ORDER.encode()) != Redaction(b"z" * 32).apply(ORDER.encode())


def test_every_digit_of_a_number_stays() -> None:
    frame = b'{"channel":"ticker","data":[{"symbol":"BTC/USD","bid":63000.10,"qty":0.00000000}]}'
    assert a_redaction().apply(frame) == frame.decode()


def test_a_redacted_frame_is_still_json() -> None:
    for data in CANARIES:
        text = a_redaction().apply(data)
        if text.startswith("{"):
            json.loads(text)


def test_a_recording_says_that_it_is_redacted_and_is_the_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    recorder = Recorder(path, "demo", ManualClock(), list[Happening]().append)
    recorder.passed("private", "out", CANARIES[0])
    recorder.close()
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert lines[0]["recording"] == "redacted v1"
    assert (lines[1]["at"], lines[1]["dir"]) == ("private", "out")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.anyio
async def test_lines_carry_steady_time_since_the_start(tmp_path: Path) -> None:
    clock = ManualClock()
    recorder = Recorder(tmp_path / "run.jsonl", "demo", clock, list[Happening]().append)
    await clock.advance(1.5)
    recorder.passed("public", "in", b"{}")
    recorder.close()
    last = json.loads((tmp_path / "run.jsonl").read_text().splitlines()[-1])
    assert last["t"] == 1_500_000_000


def test_a_full_disk_ends_the_recording_with_one_notice() -> None:
    heard: list[Happening] = []
    recorder = Recorder(Path("/dev/full"), "demo", ManualClock(), heard.append)
    for _ in range(3):
        recorder.passed("public", "in", b"x" * 100_000)
    recorder.close()
    assert [type(event) for event in heard] == [Noted]


def test_a_place_that_cannot_be_written_is_one_notice(tmp_path: Path) -> None:
    heard: list[Happening] = []
    recorder = Recorder(tmp_path / "no" / "run.jsonl", "demo", ManualClock(), heard.append)
    recorder.passed("public", "in", b"{}")
    recorder.close()
    assert len(heard) == 1
