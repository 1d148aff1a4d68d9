"""Secrets that are known are found however they are encoded and cut."""

import json
import re
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from krakentui.model.redact import Redactor
from krakentui.model.secret import STARS, Credentials, Secret
from krakentui.model.trace import PART
from tests.support.keys import a_key, a_secret

FENCE = "\ue000"
"""Printable, and in no password."""


def in_json(text: str) -> str:
    return json.dumps(text)[1:-1]


def escaped(text: str) -> str:
    """As the strictest writers of JSON do it."""
    units = text.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))


ENCODINGS: dict[str, Callable[[str], str]] = {
    "plain": str,
    "JSON": in_json,
    "JSON in UTF-8": lambda text: json.dumps(text, ensure_ascii=False)[1:-1],
    "JSON with slashes escaped": lambda text: in_json(text).replace("/", "\\/"),
    "JSON with all escaped": escaped,
    "JSON with all escaped in capitals": lambda text: escaped(text).upper().replace("\\U", "\\u"),
    "JSON in JSON": lambda text: in_json(in_json(text)),
    "form": quote_plus,
    "form in small letters": lambda text: re.sub("%..", lambda sign: sign[0].lower(), quote_plus(text)),
    "address": lambda text: quote(text, safe=""),
    "address with slashes": quote,
    "form in a form": lambda text: quote_plus(quote_plus(text)),
    "form in JSON": lambda text: in_json(quote_plus(text)),
    "JSON in a form": lambda text: quote_plus(in_json(text)),
    "bytes as Python shows them": lambda text: repr(text.encode())[2:-1],
}
PASSWORDS = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Co", "Cn", "Zl", "Zp"]) | st.sampled_from(' "\\/&%+=é'),
    min_size=1,
    max_size=60,
)


@pytest.mark.parametrize("encoding", ENCODINGS)
@given(password=PASSWORDS, data=st.data())
def test_any_password_is_found_in_any_encoding_whole_and_cut(
    encoding: str, password: str, data: st.DataObject
) -> None:
    least = min(PART, len(password))
    begin = data.draw(st.integers(0, len(password) - least))
    end = data.draw(st.integers(begin + least, len(password)))
    told = Redactor([Secret(password)]).known(FENCE + ENCODINGS[encoding](password[begin:end]) + FENCE)
    assert set(told) <= {FENCE, *STARS}


@pytest.mark.parametrize("frame", ['{{"error":["EGeneral:bad {}"]}}', '"{}"', "<{}> is no token"])
@given(st.integers(0, 50), st.data())
def test_whatever_is_cut_of_a_key_no_good_part_is_left(frame: str, seed: int, data: st.DataObject) -> None:
    key, secret = a_key(seed), a_secret(seed)
    redactor = Redactor()
    redactor.learn(Credentials(key=key, secret=Secret(secret), name="", source=""))
    whole = data.draw(st.sampled_from([key, secret]))
    begin = data.draw(st.integers(0, len(whole) - PART))
    end = data.draw(st.integers(begin + PART, len(whole)))
    encode = ENCODINGS[data.draw(st.sampled_from(sorted(ENCODINGS)))]
    told = redactor.known_in_data(frame.format(encode(whole[begin:end])))
    assert told == frame.format(STARS)


@pytest.mark.parametrize(
    ("secret", "quoted"), [("sesame\\", r"sesame\"x"), ("0041bcdef", r"\u0041bcdef"), ("nesame", r"\nesame")]
)
def test_what_was_json_stays_json(secret: str, quoted: str) -> None:
    assert json.loads(f'"{Secret(secret).hidden_in(quoted)}"').startswith(STARS)


def test_parts_that_follow_each_other_are_all_found() -> None:
    secret = a_secret(4)
    assert Secret(secret).hidden_in(f"<{secret[:20]}{secret[40:52]}{secret[20:40]}>") == f"<{STARS * 3}>"


def test_bytes_that_are_no_text_hide_nothing() -> None:
    assert Secret("pässwörd").hidden_in(f"%ff%e9{quote('pässwörd')}!") == f"%ff%e9{STARS}!"


def test_less_than_a_part_is_no_quote() -> None:
    secret = a_secret(4)
    told = f"{secret[:11]} {secret[20:31]}, {secret[-11:]}"
    assert Secret(secret).hidden_in(told) == told


def test_a_password_typed_in_another_unicode_form_is_known() -> None:
    assert Secret("stra\u0308\u00dfe").hidden_in("no str\u00e4\u00dfe") == f"no {STARS}"


def test_the_64_latest_tokens_are_known() -> None:
    redactor = Redactor()
    for seed in range(65):
        redactor.learn_token(Secret(a_key(seed)))
    assert redactor.known(f"{a_key(1)} {a_key(64)}") == f"{STARS} {STARS}"
    assert redactor.known(a_key(0)) == a_key(0)
