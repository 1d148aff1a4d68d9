"""The permissions of a key under one name each, however the exchange spells them.

The ids of `GetApiKeyInfo` are written like `withdraw-funds`; nothing promises that this stays, and a key
that may withdraw has to be known in any dress: with `_` or spaces, in capitals or camelCase, as OAuth's flag.
"""

import re

from krakentui.model.text import clean

_OAUTH = {
    "funds-query": "query-funds",
    "funds-add": "add-funds",
    "funds-withdraw": "withdraw-funds",
    "funds-earn": "earn-funds",
    "trades-query-open": "query-open-trades",
    "trades-query-closed": "query-closed-trades",
    "trades-modify": "modify-trades",
    "trades-close": "close-trades",
    "ledger-query": "query-ledger",
}
"""The flags of `fast-api-key` (spot REST reference, 5.3) -> ids."""
_BETWEEN = re.compile(r"(?<=[a-z\d])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|[\W_]+")
"""Where one word of an id ends: before a capital, or at what is no letter and no digit."""


def permission(told: str) -> str:
    """Give the id as we write it, known or not; one without a letter stays as it is."""
    words = [word for word in _BETWEEN.split(told) if word]
    spelt = "-".join(words).lower()
    return clean(_OAUTH.get(spelt, spelt) or told)
