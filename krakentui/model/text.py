"""Text from outside, made harmless.

Terminals obey control sequences inside text (ESC, OSC 52, C1) and Textual passes them on, so every
text that comes from the exchange goes through `clean` once, where it is parsed.
"""

import unicodedata

from krakentui.model.redact import before_random

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
MAX_TEXT = 200
"""Characters kept of one text from outside."""
_TOLD_BY = 40
"""Characters behind the cut that are looked at."""

# Bidi controls, zero-width characters, invisible operators, the byte order mark, annotation marks.
_INVISIBLE = frozenset({0x00AD, 0x034F, 0x061C, 0x180E, 0x2028, 0x2029, 0xFEFF}).union(
    range(0x200B, 0x2010), range(0x202A, 0x202F), range(0x2060, 0x2070), range(0xFFF9, 0xFFFC)
)
_TAGS = range(0xE0000, 0xE1000)


def clean(text: str, limit: int = MAX_TEXT) -> str:
    """Return the text with nothing in it that a terminal could obey or hide.

    Tab and newline become a space; every other control character, bidi control, zero-width or tag
    character, surrogate and private-use character becomes a visible substitute; the result is in
    Unicode form NFC and cut to `limit` characters, the cut shown by an ellipsis. What looks like a secret
    is not cut but left out: nobody could tell any more from what is left of it.
    """
    if text.isascii() and text.isprintable() and len(text) <= limit:
        return text
    head = text[: 3 * limit + _TOLD_BY]  # three characters may become one in NFC
    safe = unicodedata.normalize("NFC", "".join(map(_safe, head)))
    if len(safe) <= limit and len(text) <= limit:
        return safe
    return safe[: before_random(safe, limit - 1)] + "…"


def _safe(char: str) -> str:
    code = ord(char)
    if char in "\t\n":
        return " "
    if code in _INVISIBLE or code in _TAGS or 0xFE00 <= code <= 0xFE0F:
        return REPLACEMENT
    return REPLACEMENT if unicodedata.category(char) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"} else char
