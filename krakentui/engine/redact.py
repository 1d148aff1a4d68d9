"""Takes out of recorded bytes what must not leave: secrets we know or can tell, and ids by a pseudonym.

The text is edited, never parsed and written again, so that every digit of every number stays as the
exchange sent it and what was JSON stays JSON. Ids of orders, trades, ledger rows and references share one
form (6-5-6 characters and alike); each becomes another of that form, the same one within a recording,
chosen by a key that is thrown away with it.

A secret that the run knows is taken out wherever it stands, but for a second factor of digits or of a few
letters: other data holds such a text by chance, and a price with its digits starred out is no price. That one
goes by its name, out of every sentence (an error text, a page of the edge), where it may be quoted,
and where it is the whole of a quoted value and so long that no figure is the same by chance.
"""

import hashlib
import hmac
import re
from collections.abc import Callable
from functools import cache

from krakentui.model.redact import Redactor, unnamed
from krakentui.model.secret import STARS

_PRIVATE = (
    "token|otp|password|secret|signature|api[_-]?sign|api[_-]?key|iban|iiban|api_?key_?name|apiKeyName|"
    "ip_?allow_?list|ipAllowlist|user|sender_sub_id|authorization"
)
_SAID = "errors?|error_?message|messages?|msg|warnings?|reason|description|text"
_NAME = re.compile(
    # a JSON name, its quotes escaped so often as the JSON text stands in other JSON texts
    rf'(?P<quote>\\*")(?:(?P<private>{_PRIVATE})|(?P<nonce>nonce)|(?P<own>cl_ord_id|refid)|'
    rf"(?P<number>(?:order_)?userref)|(?P<said>{_SAID}))(?P=quote)\s*:\s*",
    re.IGNORECASE,
)
_FORM = re.compile(r"\b(nonce|otp|token|password|secret|signature)=[^&\s\"]*", re.IGNORECASE)
_ID = re.compile(r"\b[0-9A-Z]{6,7}-[0-9A-Z]{5,6}-[0-9A-Z]{6}\b")
_V4 = re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.]*\d)")
_V6 = re.compile(
    r"(?<![\w:])(?:(?:[0-9a-f]{1,4}:){7}[0-9a-f]{1,4}"
    r"|(?:[0-9a-f]{1,4}(?::[0-9a-f]{1,4}){0,6})?::[0-9a-f]{1,4}(?::[0-9a-f]{1,4}){0,6})(?![\w:])",
    re.IGNORECASE,
)
_MAY_BE_V6 = re.compile(r"::|:[0-9a-fA-F]{1,4}:[0-9a-fA-F]{1,4}:[0-9a-fA-F]{1,4}:")
"""Looked for first: it costs a tenth."""
_RAY = re.compile(r"(\bray[ _-]?id\\*\"?\s*:?\s*(?:<[^>]*>\s*)*\\*\"?)[0-9a-f]+", re.IGNORECASE)
"""How the edge numbers a request in its error pages."""
_STRING = re.compile(r'"([^"\\]{8,})"')
"""Long enough that no figure of a frame is the same by chance: one in a hundred million."""
_DATA = ("{", "[", '"', "/")
"""How JSON begins, and a request, which is a path and what goes with it; anything else is a page to read."""
_LITERALS = frozenset({"true", "false", "null"})
_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


class Redaction:
    """The redaction of one recording."""

    def __init__(self, key: bytes, redactor: Redactor) -> None:
        """Take the key of the pseudonyms, which is never written anywhere, and the secrets of the run."""
        self._key = key
        self._redactor = redactor

    def apply(self, data: bytes) -> str:
        """Return the text of these bytes with nothing private in it."""
        text = self._without_known(data.decode("utf-8", "replace"))
        text = _with_values(text, self._instead)
        text = _FORM.sub(r"\1=redacted", text)
        text = _ID.sub(lambda match: self._pseudonym(match[0]), text)
        text = _V4.sub("redacted", text)
        text = _V6.sub("redacted", text) if _MAY_BE_V6.search(text) else text
        return unnamed(_RAY.sub(r"\1redacted", text))

    def _without_known(self, text: str) -> str:
        """Take out what the run knows, but for what a figure may hold by chance."""
        text = self._redactor.known_in_data(text)
        if self._redactor.known_by_chance(text) == text:
            return text
        if not text.lstrip().startswith(_DATA):
            return self._redactor.known_by_chance(text)

        def whole(value: re.Match[str]) -> str:
            return f'"{STARS}"' if self._redactor.known_by_chance(value[1]) == STARS else value[0]

        return _STRING.sub(whole, text)

    def _instead(self, name: re.Match[str], value: str) -> str:
        """Tell what stands in the recording instead of a value of this name."""
        quote = name["quote"]
        if value in _LITERALS:
            return value
        if name["private"]:
            return f"{quote}redacted{quote}"
        if name["said"]:
            return self._said(quote, value)
        if name["nonce"]:
            return "0"
        if name["number"]:
            return re.sub(r"\d+", lambda digits: self._number(digits[0]), value)
        inner = re.compile(rf"(?<={re.escape(quote)})[^\"\\\[\],\s][^\"\\]*")
        return inner.sub(lambda own: self._own(own[0]), value)

    def _said(self, quote: str, value: str) -> str:
        """Take out of the sentences of a value all that the run knows; its figures stay."""

        def clean(piece: re.Match[str]) -> str:
            inner = piece[0].removeprefix(quote).removesuffix(quote)
            is_text = piece[0].startswith(quote)
            return f"{quote}{self._redactor.known_by_chance(inner)}{quote}" if is_text else piece[0]

        return value if self._redactor.known_by_chance(value) == value else _pieces(quote).sub(clean, value)

    def _own(self, name: str) -> str:
        """Give an id that somebody else than the exchange has formed the form of its own."""
        return name if _ID.fullmatch(name) else self._pseudonym(name, "xxxxxx-xxxxx-xxxxxx")[:18]

    def _pseudonym(self, name: str, form: str = "") -> str:
        digest = hmac.digest(self._key, name.encode(), hashlib.sha256)
        letters = iter(_ALPHABET[byte & 31] for byte in digest)
        shown = "".join("-" if char == "-" else next(letters) for char in form or name)
        return f"{name[0]}{shown[1:]}" if name[:1].isalnum() else shown

    def _number(self, digits: str) -> str:
        """Give another reference number; 0 is none."""
        digest = hmac.digest(self._key, digits.encode(), hashlib.sha256)
        return digits if int(digits) == 0 else str(int.from_bytes(digest[:4]) % (2**31 - 1) + 1)


def _with_values(text: str, instead: Callable[[re.Match[str], str], str]) -> str:
    """Return a text whose values of these names are others."""
    parts: list[str] = []
    done = 0
    while (name := _NAME.search(text, done)) is not None:
        end = _end_of_value(text, name.end(), name["quote"])
        parts += text[done : name.end()], instead(name, text[name.end() : end])
        done = end
    return "".join([*parts, text[done:]])


def _end_of_value(text: str, start: int, quote: str) -> int:
    """Tell where a JSON value ends: a text, a list or an object, a number or a word; cut off, at the end."""
    depth = 0
    for piece in _pieces(quote).finditer(text, start):
        depth += (piece[0] in "[{") - (piece[0] in "]}")
        if depth <= 0:
            return piece.end() if depth == 0 else piece.start()
    return len(text)


@cache
def _pieces(quote: str) -> re.Pattern[str]:
    """Tell the pieces of JSON whose quotes look like this."""
    escaped = re.escape(quote)
    ends = r"(?:[^\"\\]|\\.)*\"?" if quote == '"' else rf".*?(?:(?<!\\){escaped}|$)"
    return re.compile(rf"{escaped}{ends}|[\[\]{{}}]|[^\s,:\[\]{{}}\"\\]+", re.DOTALL)
