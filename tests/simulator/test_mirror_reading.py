"""Recordings: what is read, and one reason for every file that is none."""

import json
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from krakentui.simulator.mirror.reading import load, read
from krakentui.simulator.mirror.recording import BadRecording, Recording
from tests.simulator.mirroring import GREETING, HEARTBEAT, ack, bare, passage, recorded, ticker
from tests.support.samples import samples

BTC = "BTC/USD"
HEAD = '{"v":1,"recording":"redacted v1","wall_ns":1785552833000000000,"venue":"live"}'
MIXED = "it mixes public and private frames: each side has a file of its own"
STATUS_CALL = passage("rest/SystemStatus", "out", "/0/public/SystemStatus ")


def why_not(content: bytes | str, times: bytes | None = None) -> str:
    with pytest.raises(BadRecording) as caught:
        read(content.encode() if isinstance(content, str) else content, times)
    return str(caught.value)


# --- bare frames ----------------------------------------------------------------------------------


def test_bare_frames_are_one_side_of_the_exchange() -> None:
    assert bare(GREETING, ack("ticker", BTC)).connections[0].surface == "public"
    assert bare(GREETING, ack("executions")).connections[0].surface == "private"


def test_each_greeting_begins_a_connection_at_a_time_of_its_own() -> None:
    tape = bare(GREETING, HEARTBEAT, GREETING, HEARTBEAT, times=(0, 1, 5, 7))
    assert [[frame.at_us for frame in one.frames] for one in tape.connections] == [
        [0, 1_000_000],
        [0, 2_000_000],
    ]


def test_receive_times_are_found_beside_the_file() -> None:
    tape = load(samples("ws-v2", "book-sequence.btcusd-d10.jsonl"))
    assert tape.connections[0].frames[-1].at_us == 60_239_075


def test_the_time_of_a_recording_is_what_its_frames_tell() -> None:
    told = ack("ticker", BTC)  # its request came at 02:53:53.184174
    assert bare(GREETING, told, times=(0, 0.184174)).start_us == 1_785_552_833_000_000
    assert bare(GREETING, HEARTBEAT).start_us is None


def test_frames_whose_times_nobody_knows_come_a_millisecond_apart() -> None:
    tape = read(f"{GREETING}\n{HEARTBEAT}\n{HEARTBEAT}".encode())
    assert [frame.at_us for frame in tape.connections[0].frames] == [0, 1_000, 2_000]


def test_time_never_goes_back_and_never_stands_for_longer_than_a_year() -> None:
    tape = bare(HEARTBEAT, HEARTBEAT, HEARTBEAT, HEARTBEAT, times=(0, 5, 3, 10**11))
    assert [frame.at_us for frame in tape.connections[0].frames[:3]] == [0, 5_000_000, 5_000_000]
    assert tape.connections[0].frames[3].at_us < 400 * 86_400 * 10**6


def test_a_last_line_that_was_cut_off_is_left_out() -> None:
    assert bare(GREETING, HEARTBEAT, ticker(BTC)[:-9]).frames == 2
    assert recorded(passage("public", "in", GREETING), passage("public", "in", HEARTBEAT)[:-4]).frames == 1


# --- what --record wrote --------------------------------------------------------------------------


def test_frames_of_both_sides_and_answers_are_told_apart() -> None:
    tape = recorded(
        STATUS_CALL,
        passage("public", "in", GREETING, t=1),
        passage("rest/SystemStatus", "in", '{"error":[],"result":{}}', t=2),
        passage("private", "in", GREETING, t=3),
        passage("audit", "in", '{"event":"heartbeat"}', t=4),
        passage("public", "in", HEARTBEAT, t=5),
    )
    assert [(one.surface, len(one.frames)) for one in tape.connections] == [("public", 2), ("private", 1)]
    assert [(one.path, one.body) for one in tape.replies] == [
        ("/0/public/SystemStatus", '{"error":[],"result":{}}')
    ]
    assert tape.start_us == 1_785_552_833_000_000


def test_a_call_is_known_by_what_it_asks_for() -> None:
    bodies = ("nonce=redacted&trades=true&otp=redacted", '{"nonce":0,"trades":true,"token":"redacted"}')
    for body in bodies:
        call = passage("rest/OpenOrders", "out", f"/0/private/OpenOrders {body}")
        (reply,) = recorded(call, passage("rest/OpenOrders", "in", "{}")).replies
        assert reply.params == {"trades": "true"}


def test_a_failed_answer_is_of_the_subscription_that_its_request_named() -> None:
    request = {"method": "subscribe", "req_id": 3, "params": {"channel": "ticker", "symbol": [BTC]}}
    refusal = '{"error":"no","method":"subscribe","req_id":3,"success":false}'
    tape = recorded(passage("public", "out", json.dumps(request)), passage("public", "in", refusal))
    assert tape.connections[0].frames[0].strand == ("ticker", BTC)
    assert tape.connections[0].first == {}


def test_a_frame_that_is_no_json_is_kept_as_it_came() -> None:
    assert recorded(passage("public", "in", "{cut")).connections[0].frames[0].text == "{cut"


# --- what is no recording -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("", "it is empty"),
        (b"\xff\xfe{}", "line 1 is not text in UTF-8"),
        (f"{GREETING}\n[1]\n{HEARTBEAT}", "line 2 is no JSON object"),
        ("[" * 100_000, "line 1 is no JSON object"),
        ("hello", "line 1 is no JSON object"),
        ('{"t":1}', "line 1 is no frame of the exchange: it names no channel or method"),
        ('{"method":"subscribe","params":{}}', "line 1 is a request of a client, no frame of the exchange"),
        (f'{ticker(BTC)}\n{ack("executions")}', MIXED),
        ('{"kind":"world","t":1}', "it is a log of the simulated exchange, which --replay runs again"),
        (HEAD.replace('"v":1', '"v":2'), "it was recorded by another version of this program"),
        (HEAD.replace("1785552833", "17"), "it was recorded in another century"),
        (HEAD, "nothing was recorded in it"),
        (f'{HEAD}\n{{"t":1,"at":"public","dir":"in"}}', "line 2 is no line of a recording"),
        (f'{HEAD}\n{{"t":1,"at":"public","dir":"up","data":""}}', "line 2 is no line of a recording"),
        (f'{HEAD}\n{{"t":true,"at":"public","dir":"in","data":""}}', "line 2 has no time"),
        (f'{HEAD}\n{{"t":1,"at":"public","dir":"in","data":"\\ud800"}}', "line 2 holds what is no text"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_recording_is_told_by_one_reason(content: bytes | str, why: str) -> None:
    assert why_not(content) == why


@pytest.mark.parametrize(
    "text",
    [
        '{"error":[],"result":{"token":"WW91ciBh","expires":900}}',
        '{"apiKey":"x"}',
        "/0/private/Balance nonce=1&otp=123456",
        '/0/private/Balance {"password": "x"}',
        "/0/public/Time?api_key=x",
    ],
)
def test_a_recording_with_a_secret_in_it_is_refused(text: str) -> None:
    assert "line 2 holds a secret (" in why_not(f"{HEAD}\n{passage('rest/Balance', 'out', text)}")


def test_a_bare_frame_with_a_secret_is_refused() -> None:
    assert why_not('{"channel":"status","data":[{"token":"x"}]}') == "line 1 holds a secret (token)"


def test_what_recording_has_put_in_the_place_of_secrets_is_none() -> None:
    body = '{"error":[],"result":{"token":"redacted","apiKey" : "redacted"}}'
    call = passage("rest/GetWebSocketsToken", "out", "/0/private/GetWebSocketsToken nonce=redacted")
    assert recorded(call, passage("rest/GetWebSocketsToken", "in", body)).replies[0].body == body


@pytest.mark.parametrize(
    ("times", "why"),
    [
        (b"0\n1\n2", "its file of receive times has 3 lines for 2 frames"),
        (b"0\nsoon", "its file of receive times is no list of microseconds"),
        (b"0\n\xff", "its file of receive times is no list of microseconds"),
        (b"0 -1", "its file of receive times is no list of microseconds"),
    ],
)
def test_receive_times_that_do_not_fit_are_refused(times: bytes, why: str) -> None:
    assert why_not(f"{GREETING}\n{HEARTBEAT}", times) == why


def test_files_that_cannot_be_read_are_told_by_one_reason(tmp_path: Path) -> None:
    for path, why in (
        (tmp_path / "none", "no such file"),
        (tmp_path, "no such file"),
        (Path("\0"), "no such file|name"),
    ):
        with pytest.raises(BadRecording, match=why):
            load(path)


FRAMES = st.sampled_from(
    [
        GREETING,
        HEARTBEAT,
        ticker(BTC),
        ack("executions"),
        HEAD,
        STATUS_CALL,
        passage("public", "in", HEARTBEAT),
    ]
)
PIECES = st.lists(
    FRAMES.map(str.encode)
    | st.binary(max_size=40)
    | st.text(max_size=20).map(lambda t: t.encode("utf-8", "replace")),
    max_size=6,
)


@given(PIECES, st.none() | st.binary(max_size=20))
def test_any_bytes_are_a_recording_or_have_one_reason_why_not(
    pieces: list[bytes], times: bytes | None
) -> None:
    with suppress(BadRecording):
        assert isinstance(read(b"\n".join(pieces), times), Recording)


NAMES = (
    *("channel", "method", "data", "result", "type", "symbol", "sequence", "success", "req_id"),
    *("t", "at", "dir", "recording", "v", "wall_ns", "timestamp"),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda some: st.lists(some, max_size=3) | st.dictionaries(st.sampled_from(NAMES), some, max_size=5),
    max_leaves=12,
)


@given(st.lists(JSON, min_size=1, max_size=4))
def test_any_json_is_a_recording_or_has_one_reason_why_not(documents: list[object]) -> None:
    content = "\n".join(json.dumps(document) for document in documents)
    for text in (
        content,
        f"{HEAD}\n{content}",
        *(f"{HEAD}\n{passage('public', 'in', json.dumps(one))}" for one in documents),
    ):
        with suppress(BadRecording):
            assert isinstance(read(text.encode()), Recording)
