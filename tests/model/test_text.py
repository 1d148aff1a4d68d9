import unicodedata
from base64 import b64encode
from collections.abc import Callable
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from krakentui.model.text import MAX_TEXT, REPLACEMENT, clean
from tests.support.keys import a_key, a_secret

ATTACKS = [
    "\x1b]52;c;ZXZpbA==\x07",  # clipboard write
    "\x1b]0;title\x07",
    "\x9b31m",  # C1 CSI
    "\x1b[2J",
    "a\u202eb",  # bidi override
    "a\u200bb",  # zero width space
    "a\U000e0041b",  # tag character
    "a\ufeffb",
    "a\x00b\x7f",
    "line\r\nline",
    "\ud800",
]


def a_token(seed: int) -> str:
    return b64encode(Random(seed).randbytes(32)).decode().rstrip("=")


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_control_character_survives(attack: str) -> None:
    assert all(unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Co"} for char in clean(attack))


def test_what_was_removed_stays_visible() -> None:
    assert clean("a\u202eb") == f"a{REPLACEMENT}b"


def test_tab_and_newline_become_a_space() -> None:
    assert clean("a\tb\nc") == "a b c"


def test_markup_is_left_alone_for_it_is_never_read_as_markup() -> None:
    assert clean("[@click=app.quit]x[/]") == "[@click=app.quit]x[/]"


def test_a_long_text_is_cut_visibly() -> None:
    assert clean("x" * 10_000) == "x" * (MAX_TEXT - 1) + "…"


@given(st.text(max_size=400))
def test_cleaning_twice_changes_nothing(text: str) -> None:
    once = clean(text)
    assert clean(once) == once


@given(st.text(max_size=400))
def test_the_result_is_bounded_and_normal(text: str) -> None:
    result = clean(text)
    assert len(result) <= MAX_TEXT
    assert unicodedata.is_normalized("NFC", result)


@given(
    st.sampled_from([a_key, a_secret, a_token]),
    st.integers(0, 500),
    st.sampled_from(["", "e\u0301" * 30, "profile ", "a/b=", "\x1b"]),
    st.integers(12, 120),
    st.sampled_from(["", ", sorry"]),
)
def test_a_cut_leaves_nothing_of_what_looks_like_a_secret(
    make: Callable[[int], str], seed: int, before: str, limit: int, after: str
) -> None:
    secret = make(seed)
    told = clean(before + secret + after, limit)
    assert told.endswith("…") or len(told) <= limit
    assert secret in told or not any(secret[at : at + 12] in told for at in range(len(secret) - 11))


def test_a_cut_leaves_long_names_of_words() -> None:
    assert (
        clean("/home/someone/a/long/folder/of/many/words", 40) == "/home/someone/a/long/folder/of/many/wor…"
    )
