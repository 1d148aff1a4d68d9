"""Takes out of recorded bytes what must not leave: secrets by name, ids by a stable pseudonym.

The text is edited, never parsed and written again, so that every digit of every number stays as the
exchange sent it. Ids of orders, trades and ledger rows share one form (6-5-6 characters); each becomes
another of that form, the same one within a recording, chosen by a key that is thrown away with it.
"""

import hashlib
import hmac
import re

_WORDS = (
    "token|otp|password|secret|signature|api[_-]?sign|api[_-]?key|iban|iiban|api_?key_?name|apiKeyName|"
    "ip_?allow_?list|ipAllowlist|user|sender_sub_id|authorization"
)
_JSON_VALUE = r'(?:"(?:[^"\\]|\\.)*"|\[[^\]]*\]|-?[\d.]+)'
_NAMED = re.compile(rf'("(?:{_WORDS})"\s*:\s*){_JSON_VALUE}', re.IGNORECASE)
_NONCE = re.compile(r'("nonce"\s*:\s*)(?:"[^"]*"|\d+)', re.IGNORECASE)
_FORM = re.compile(r"\b(nonce|otp|token|password|secret|signature)=[^&\s\"]*", re.IGNORECASE)
_OWN_ID = re.compile(r'("cl_ord_id"\s*:\s*")((?:[^"\\]|\\.)+)(")')
_ID = re.compile(r"\b[0-9A-Z]{6}-[0-9A-Z]{5}-[0-9A-Z]{6}\b")
_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


class Redaction:
    """The redaction of one recording."""

    def __init__(self, key: bytes) -> None:
        """Take the key of the pseudonyms; it is never written anywhere."""
        self._key = key

    def apply(self, data: bytes) -> str:
        """Return the text of these bytes with nothing private in it."""
        text = data.decode("utf-8", "replace")
        text = _NAMED.sub(r'\1"redacted"', text)
        text = _NONCE.sub(r"\g<1>0", text)
        text = _FORM.sub(r"\1=redacted", text)
        text = _OWN_ID.sub(lambda match: match[1] + self._pseudonym(match[2])[:18] + match[3], text)
        return _ID.sub(lambda match: self._pseudonym(match[0]), text)

    def _pseudonym(self, name: str) -> str:
        digest = hmac.digest(self._key, name.encode(), hashlib.sha256)
        letters = "".join(_ALPHABET[byte & 31] for byte in digest[:16])
        first = name[0] if name[:1].isalnum() else letters[0]
        return f"{first}{letters[:5]}-{letters[5:10]}-{letters[10:16]}"
