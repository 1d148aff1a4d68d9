"""The encrypted file: opened by its passphrase and nothing else, never read in plain text."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import json

from krakentui.keys import sealed
from krakentui.keys.sealed import WrongPassphrase, seal, unseal
from krakentui.model.error import KeyProblem
from krakentui.model.secret import Secret
from tests.support.keys import a_machine, a_pair, a_profile

CHEAP = 2**4
WORDS = Secret("correct horse battery")
KEPT = a_profile(store="encrypted")


@given(st.text(max_size=300), st.text(max_size=40))
def test_what_is_sealed_is_unsealed(text: str, passphrase: str) -> None:
    if text.isprintable() and passphrase.isprintable():
        assert unseal(seal(text, Secret(passphrase), CHEAP), Secret(passphrase)) == text


def test_another_passphrase_does_not_open_it() -> None:
    with pytest.raises(WrongPassphrase):
        unseal(seal("kept", WORDS, CHEAP), Secret("correct horse batterY"))


def test_an_umlaut_opens_it_however_it_was_typed() -> None:
    assert unseal(seal("kept", Secret("h\u00f6flich"), CHEAP), Secret("ho\u0308flich")) == "kept"


@given(st.data())
def test_no_changed_byte_passes(data: st.DataObject) -> None:
    told = json.decode(seal("kept", WORDS, CHEAP))
    field = data.draw(st.sampled_from(["salt", "nonce", "sealed"]))
    text = told[field]
    at = data.draw(st.integers(0, len(text.rstrip("=")) - 2))
    told[field] = text[:at] + ("A" if text[at] != "A" else "B") + text[at + 1 :]
    with pytest.raises(KeyProblem):
        unseal(json.encode(told), WORDS)


@given(st.binary(max_size=200))
def test_no_bytes_do_more_than_be_refused(data: bytes) -> None:
    with pytest.raises(KeyProblem):
        unseal(data, WORDS)


@pytest.mark.parametrize(
    "change", [{"n": 2**40}, {"n": 3}, {"n": 0}, {"r": 10**6}, {"p": 0}, {"v": 2}, {"salt": ""}, {"more": 1}]
)
def test_figures_that_would_take_the_machine_are_refused(change: dict[str, object]) -> None:
    told = json.decode(seal("kept", WORDS, CHEAP)) | change
    with pytest.raises(KeyProblem):
        unseal(json.encode(told), WORDS)


def test_two_writings_of_the_same_text_share_nothing() -> None:
    one, other = (json.decode(seal("kept", WORDS, CHEAP)) for _ in range(2))
    assert not {one["salt"], one["nonce"], one["sealed"]} & {other["salt"], other["nonce"], other["sealed"]}


def test_the_cost_is_that_of_the_recommendation() -> None:
    assert json.decode(seal("kept", WORDS))["n"] == 2**17


def test_a_stored_pair_is_nowhere_in_plain_text(tmp_path: Path) -> None:
    here = a_machine(tmp_path)
    where = sealed.keep("main", a_pair(), WORDS, here, CHEAP)
    path = here.folder / "main.sealed"
    assert where == f"the encrypted file {path}"
    assert path.stat().st_mode & 0o777 == 0o600
    data = path.read_bytes()
    assert not any(part.encode()[:12] in data for part in (a_pair().key, a_pair().secret.reveal()))
    assert b"horse" not in data


def test_without_a_terminal_it_says_so(tmp_path: Path) -> None:
    here = a_machine(tmp_path)
    sealed.keep("main", a_pair(), WORDS, here, CHEAP)
    assert sealed.offer(KEPT, here).why == "There is no terminal to ask for its passphrase."


def test_no_file_is_no_offer_and_no_question(tmp_path: Path) -> None:
    assert (sealed.offer(KEPT, a_machine(tmp_path)).pair, sealed.offer(KEPT, a_machine(tmp_path)).why) == (
        None,
        "",
    )


@pytest.mark.parametrize(("text", "short"), [("", True), ("123456789", True), ("1234567890", False)])
def test_a_passphrase_has_ten_characters(text: str, short: bool) -> None:
    assert sealed.too_short(Secret(text)) is short
