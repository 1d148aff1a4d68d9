"""Error codes: which trouble they are and what we say."""

from base64 import b64encode
from random import Random

import pytest

from krakentui.model.error import BadKey, BadNonce, Denied, LockedOut, RateLimited, VenueRefusal
from krakentui.model.redact import Redactor
from krakentui.model.secret import Secret
from krakentui.wire.spot.errors import _TABLE, refusal, throttled_until_s, without_secrets, worst

KINDS = {
    "EGeneral:Temporary lockout": LockedOut,
    "EAPI:Invalid key": BadKey,
    "EAPI:Invalid signature": BadKey,
    "EAPI:Invalid nonce": BadNonce,
    "EGeneral:Permission denied": Denied,
    "EAPI:Rate limit exceeded": RateLimited,
    "EOrder:Rate limit exceeded": RateLimited,
    "EGeneral:Too many requests": RateLimited,
    "EService:Throttled: 1700000000": RateLimited,
    "EService: Throttled: 1700000000": RateLimited,
    "EOrder:Unknown order": VenueRefusal,
    "EGeneral: Invalid arguments:volume": VenueRefusal,
    "ESession:Invalid session": VenueRefusal,
    "Currency pair not supported XBT/USD": VenueRefusal,
}


@pytest.mark.parametrize("code", KINDS)
def test_a_code_is_the_trouble_it_says(code: str) -> None:
    assert type(refusal(code)) is KINDS[code]


def test_the_code_is_kept_beside_the_sentence() -> None:
    assert refusal("EAPI:Invalid nonce").code == "EAPI:Invalid nonce"


@pytest.mark.parametrize("row", _TABLE, ids=lambda row: str(row[0]))
def test_every_sentence_is_plain(row: tuple[str, type[VenueRefusal], str]) -> None:
    sentence = str(refusal(row[0]))
    assert sentence[0].isupper()
    assert sentence.endswith(".")
    assert "!" not in sentence
    assert row[0] not in sentence


def test_an_unknown_code_is_shown_as_it_came() -> None:
    assert str(refusal("ENew:Never seen")) == "Kraken refused: ENew:Never seen."


def test_an_unknown_code_cannot_move_the_cursor() -> None:
    assert "\x1b" not in str(refusal("E\x1b[2J:x"))


def test_a_detail_after_the_code_does_not_hide_it() -> None:
    assert type(refusal("EGeneral:Permission denied:create-ws-token")) is Denied


@pytest.mark.parametrize("code", ["EService:Throttled:1700000060", "EService: Throttled: 1700000060"])
def test_a_throttle_names_its_deadline(code: str) -> None:
    assert throttled_until_s(code) == 1_700_000_060


def test_a_throttle_says_how_long_when_the_time_is_known() -> None:
    assert str(refusal("EService:Throttled:1700000060", now_s=1_700_000_000.0)).endswith("a pause of 61 s.")


@pytest.mark.parametrize("code", ["EService:Throttled", "EAPI:Rate limit exceeded", "Throttled: 12x"])
def test_other_codes_have_no_deadline(code: str) -> None:
    assert throttled_until_s(code) is None


def test_the_worst_of_several_errors_decides() -> None:
    found = worst(["EOrder:Unknown order", "EGeneral:Temporary lockout", "EAPI:Invalid nonce"])
    assert isinstance(found, LockedOut)


def test_no_reason_at_all_is_said() -> None:
    assert str(worst([])) == "Kraken refused: no reason given."


@pytest.mark.parametrize("code", ["EWhatever:bad {}", "EAPI:Invalid key:{}", "Token {} not found"])
def test_neither_code_nor_sentence_repeats_a_secret_that_the_exchange_quotes(code: str) -> None:
    token = b64encode(Random(1).randbytes(32)).decode().rstrip("=")
    told = refusal(code.format(token))
    assert token not in str(told)
    assert token not in told.code


@pytest.mark.parametrize(
    ("secret", "code", "shown"),
    [
        ("Order", "EOrder:Unknown order", "EOrder:Unknown order"),
        ("lockout", "EGeneral:Temporary lockout", "EGeneral:Temporary lockout"),
        ("Temporary lockout", "EGeneral: Temporary lockout", "EGeneral: Temporary lockout"),
        ("Order", "EOrder:Cancel pending", "EOrder:Cancel pending"),
        ("Order", "EOrder:Unknown order:my Order", "EOrder:Unknown order:my *****"),
        ("Order", "EOrder:Never seen", "E*****:Never seen"),
        ("sesame", "EOrder:Unknown order:sesame", "EOrder:Unknown order:*****"),
        ("order:sesame", "EOrder:Unknown order:sesame", "EOrder:Unknown order*****"),
        ("order:sesame", "EOrder:Unknown order:sesame sesame", "EOrder:Unknown order*****"),
        ("order:open sesame", "EOrder:Unknown order:open se", "EOrder:Unknown order*****"),
    ],
)
def test_secrets_are_hidden_in_what_follows_a_known_code_never_in_the_code(
    secret: str, code: str, shown: str
) -> None:
    assert without_secrets(code, Redactor([Secret(secret)]).known) == shown
