"""Redaction: what looks like a secret goes, what does not stays."""

import itertools
import random
from base64 import b64decode, b64encode, urlsafe_b64encode
from hashlib import sha256
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from krakentui.model.redact import Redactor, looks_secret, redact
from krakentui.model.secret import STARS, Credentials, Secret
from tests.support.keys import a_key, a_secret

PUBLIC = "aB3" * 18 + "xY"
PRIVATE = "aB3+" * 21 + "xY=="


@pytest.mark.parametrize(
    "text",
    [
        "API-Key: CANARY",
        "API-Sign: CANARY",
        "> api-sign: CANARY\r\n> content-type: x",
        "('API-Key', 'CANARY')",
        "{'API-Sign': 'CANARY', 'x': 1}",
        "[(b'api-key', b'CANARY')]",
        '{"method":"subscribe","params":{"channel":"executions","token":"CANARY"}}',
        '"{\\"token\\": \\"CANARY\\"}"',
        "nonce=1&otp=CANARY&pair=x",
        "Authorization: Bearer CANARY",
        '{"control_token":"CANARY"}',
        '{"signed_challenge":"CANARY","original_challenge":"CANARY"}',
        "proxy http://user:CANARY@host:3128 refused",
        "InvalidProxy: user:CANARY@127.0.0.1:3128 isn't a valid proxy",
        "URL('user:CAN/ARY@[::1]:3128')",
        "user:CANARY@host:3128",
        "Authent=CANARY",
        '{"iiban": "CANARY"}',
        "key SIM-CANARY refused",
    ],
)
def test_a_named_secret_is_starred_out(text: str) -> None:
    assert "CANARY" not in redact(text)


@pytest.mark.parametrize("secret", [PUBLIC, PRIVATE, PRIVATE[:-2] + "Zz"])
def test_a_bare_key_is_starred_out(secret: str) -> None:
    assert redact(f"got {secret}, sorry") == f"got {STARS}, sorry"


@pytest.mark.parametrize(
    "text",
    [
        "Cancel of OABC12-DEFGH-IJKLMN unanswered after 5 s: asking the exchange.",
        "private feed live after 0.4 s",
        "the rest token bucket is full",
        "GET /0/private/OpenOrders 200",
        "at 12:30 mail a@b.example:25, then 13:00",
        "/home/someone/a/long/folder/of/fifty/characters/or/more/file.jsonl",
    ],
)
def test_plain_words_stay(text: str) -> None:
    assert redact(text) == text


@given(secret=st.text(min_size=1, max_size=40), before=st.text(max_size=20), after=st.text(max_size=20))
def test_a_known_value_never_survives(secret: str, before: str, after: str) -> None:
    if set(secret) <= set("*"):
        return
    assert secret not in Redactor([Secret(secret)]).clean(before + secret + after).replace(STARS, "")


KEY, SECRET = a_key(), a_secret()


@pytest.mark.parametrize(
    "word",
    [
        PUBLIC,
        PRIVATE,
        f"--secret={PRIVATE}",
        "SIM-abc",
        f"KEY={PUBLIC}",
        f"{KEY}:{SECRET}",
        KEY + SECRET,
        f"{KEY}/{SECRET}",
        SECRET[:-2],
        SECRET[:-1],
        quote(SECRET, safe=""),
        urlsafe_b64encode(b64decode(SECRET)).decode(),
        f"-k{KEY}",
        f"--profile{KEY}",
        f"/home/somebody/a/folder/with/a/very/long/name/that/goes/on/and/on/and/on/{KEY}",
        SECRET[:80],
        KEY[:50],
    ],
)
def test_a_secret_on_the_command_line_is_recognised(word: str) -> None:
    assert looks_secret(word)


def test_every_random_key_and_secret_is_recognised() -> None:
    """Some have no digit, some begin with a slash."""
    assert [seed for seed in range(20_000) if not looks_secret(a_key(seed))] == []
    assert [seed for seed in range(2_000) if not looks_secret(a_secret(seed))] == []


def test_a_key_without_a_digit_is_recognised() -> None:
    key = next(key for key in map(a_key, itertools.count()) if not any(map(str.isdigit, key)))
    assert looks_secret(key)


@pytest.mark.parametrize(
    "word",
    [
        "stream",
        "--interval",
        "OABC12-DEFGH-IJKLMN",
        "http://127.0.0.1:8080",
        "a" * 56,
        sha256(b"a fingerprint").hexdigest(),
        "/home/JohnDoe/Projects/KrakenBots/Recordings/Saturday/November2026/TheRun",
        "--record=/Users/John/Library/Application_Support/krakentui/Recordings/Night-of-2026-11-26",
        "Recording-of-the-whole-night-before-the-Release-2026-11-26.jsonl",
    ],
)
def test_ordinary_words_are_not_secrets(word: str) -> None:
    assert not looks_secret(word)


NAMES = st.from_regex(r"[A-Z]?[a-z]{4,12}((_|-)?[0-9]{4})?", fullmatch=True)


@given(st.lists(NAMES, min_size=4, max_size=30), st.sampled_from(["/", "-", "_", "/../"]))
def test_names_made_of_words_are_no_secrets_however_long(names: list[str], joint: str) -> None:
    assert not looks_secret(joint.join(names))
    assert redact(joint.join(names)) == joint.join(names)


@pytest.mark.parametrize("frame", ["Token {} not found", "no:{}.", '{{"error":"{}"}}'])
def test_a_websocket_token_is_starred_out_of_any_text(frame: str) -> None:
    tokens = (b64encode(random.Random(seed).randbytes(32)).decode().rstrip("=") for seed in range(2_000))
    assert {redact(frame.format(token)) for token in tokens} == {frame.format(STARS)}


def test_half_a_token_beside_an_ellipsis_is_starred_out() -> None:
    """As websockets prints a long frame."""
    told = redact('> TEXT \'{"method":"subsc...2Fd3Pc2u2ta7mw"}}\' [179 bytes], x8Kq2Lm9Tz... [cut]')
    assert told == f'> TEXT \'{{"method":"subsc...{STARS}"}}}}\' [179 bytes], {STARS}... [cut]'
    assert redact("no x8Kq2Lm9Tz…, …Fd3Pc2u2ta7mw") == f"no {STARS}…, …{STARS}"
    assert redact("Connecting… Reconnecting…") == "Connecting… Reconnecting…"
    assert redact("Connecting... Reconnecting...") == "Connecting... Reconnecting..."


def test_a_second_factor_is_learnt_with_its_key() -> None:
    redactor = Redactor()
    key = Credentials(key="k1", secret=Secret("s1"), name="", source="", otp=Secret("tulip field"))
    redactor.learn(key)
    assert "tulip" not in redactor.clean("somebody typed tulip field there")
