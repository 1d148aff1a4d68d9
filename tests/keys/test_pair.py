"""A pair is read from whatever people copy, and what is no pair is refused without repeating it."""

import json
import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from krakentui.keys.pair import SWAPPED, Pair, judged, read_pair, stored_text
from krakentui.model.error import KeyProblem
from tests.support.keys import a_key, a_pair, a_secret

KEY, SECRET = a_key(), a_secret()


def parts(pair: Pair) -> tuple[str, str]:
    return pair.key, pair.secret.reveal()


@pytest.mark.parametrize(
    "text",
    [
        f"{KEY}\n{SECRET}\n",
        f"{KEY} {SECRET}",
        f"  {KEY}\r\n\r\n\t{SECRET}\r\n",
        f"key = {KEY}\nsecret = {SECRET}\n",
        f"API Key: {KEY}\nPrivate Key: {SECRET}",
        f"KRAKENTUI_API_KEY='{KEY}'\nKRAKENTUI_API_SECRET='{SECRET}'",
        f"# of the exchange\napi-key: {KEY},\napi_secret: {SECRET},\n",
        f"{SECRET}\nkey: {KEY}\nurl: elsewhere\n",
        json.dumps({"key": KEY, "secret": SECRET}),
        json.dumps({"apiKey": KEY, "privateKey": SECRET, "note": "x"}, indent=2),
    ],
)
def test_every_usual_form_is_read(text: str) -> None:
    assert parts(read_pair(text)) == (KEY, SECRET)


@pytest.mark.parametrize("width", [8, 20, 40, 64, 76, 100])
@pytest.mark.parametrize("text", [KEY + SECRET, SECRET + KEY], ids=["in order", "swapped"])
def test_a_pair_broken_over_lines_is_joined(text: str, width: int) -> None:
    assert parts(read_pair("\n".join(textwrap.wrap(text, width)))) == (KEY, SECRET)


def test_a_swapped_pair_is_put_right_and_said() -> None:
    pair = judged(SECRET, KEY)
    assert (parts(pair), pair.notes) == ((KEY, SECRET), (SWAPPED,))


def test_spaces_inside_are_dropped_and_said() -> None:
    pair = judged(KEY[:20] + " \u200b\u00a0" + KEY[20:], f"“{SECRET[:40]}\n{SECRET[40:]}”")
    assert (parts(pair), pair.notes) == ((KEY, SECRET), ("spaces or quotes inside were dropped",))


@pytest.mark.parametrize(
    ("key", "secret", "why"),
    [
        (KEY[:-1], SECRET, "API key is not base64 .55 characters; one has 56"),
        (KEY, SECRET[:-1], "private key is not base64 .87 characters; one has 88"),
        (KEY, "", "private key is empty"),
        ("", SECRET, "API key is empty"),
        (KEY, KEY, "private key has the form of an API key"),
        (SECRET, SECRET, "API key has the form of a private key"),
        (KEY, a_key(2), "private key has the form of an API key"),
        ("ключ", SECRET, "characters that no key has"),
        ("\x1b[2J" + KEY, SECRET, "characters that no key has"),
    ],
)
def test_what_is_no_pair_is_refused_in_words(key: str, secret: str, why: str) -> None:
    with pytest.raises(KeyProblem, match=why) as caught:
        judged(key, secret)
    said = str(caught.value)
    assert not any(part in said for part in (KEY[:8], SECRET[:8], "ключ", "\x1b"))


@pytest.mark.parametrize("text", ["", "\n", "hello", f"{KEY}\n", "{}", "[1]", "null", f"a b c {KEY}"])
def test_what_holds_no_two_parts_is_refused(text: str) -> None:
    with pytest.raises(KeyProblem, match="no pair"):
        read_pair(text)


def test_two_pairs_in_one_place_are_refused() -> None:
    with pytest.raises(KeyProblem, match="more than one pair"):
        read_pair(stored_text(a_pair(1)) + stored_text(a_pair(2)))


@given(st.text())
def test_no_text_does_more_than_be_refused(text: str) -> None:
    try:
        pair = read_pair(text)
    except KeyProblem:
        return
    assert pair.key


@given(st.integers(0, 10_000))
def test_what_is_stored_is_read_back(seed: int) -> None:
    credentials = a_pair(seed)
    assert parts(read_pair(stored_text(credentials))) == (credentials.key, credentials.secret.reveal())


def test_a_pair_shows_nothing_of_itself() -> None:
    pair = judged(KEY, SECRET)
    assert KEY[:6] not in f"{pair!r} {pair} {pair.__rich_repr__()}"
