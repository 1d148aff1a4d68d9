"""A key pair as text: read from whatever a store or a paste gives, written for a store.

People copy pairs from web pages, mails and password managers: with spaces and line breaks in them, in
quotes, with labels or without, and with the two parts swapped. What can be told apart safely is put
right and said; what cannot is refused in words that do not repeat it.
"""

import json
import re
from base64 import b64decode

from msgspec import Struct

from krakentui.model.error import KeyProblem
from krakentui.model.secret import Credentials, Secret

PUBLIC_BYTES, SECRET_BYTES = 42, 64
"""What the two parts decode to: 56 and 88 characters of base64 (spot REST reference, 5.3)."""
SIMULATED = "SIM-"
SWAPPED = "key and secret were swapped and have been put right"
_PUBLIC = frozenset({"key", "apikey", "publickey", "krakentuiapikey", "krakenapikey"})
_PRIVATE = frozenset(
    {"secret", "apisecret", "privatekey", "secretkey", "krakentuiapisecret", "krakenapisecret"}
)
_LABELLED = re.compile(r"\s*[\"']?(?P<label>[A-Za-z][A-Za-z _-]{1,30})[\"']?\s*[:=]\s*(?P<value>.*?)\s*,?\s*")
_UNSEEN = re.compile("[\\s\u00a0\u200b-\u200f\u2028-\u202f\u2060\ufeff]+")
_QUOTES = "\"'`“”‘’"


class Pair(Struct, frozen=True):
    """Both parts of an API key, and what had to be put right."""

    key: str
    secret: Secret
    notes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        """Show nothing."""
        return "Pair(*****)"

    def __rich_repr__(self) -> list[tuple[str, str]]:
        """Show nothing in a pretty-printed traceback either."""
        return []

    def credentials(self, name: str, source: str) -> Credentials:
        """Make it the key of a run."""
        return Credentials(key=self.key, secret=self.secret, name=name, source=source)


def read_pair(text: str) -> Pair:
    """Read a pair: JSON, labelled lines, two lines, or two words.

    Raises:
        KeyProblem: it is no pair; the sentence says why and repeats nothing.
    """
    public, private, bare = _fields(text)
    if public is None and private is None:
        public, private = _halves("".join(bare)) or (bare if len(bare) == 2 else (None, None))
    elif len(bare) == 1:
        public, private = public or bare[0], private or bare[0]
    if public is None or private is None:
        raise KeyProblem("It holds no pair: the API key and its private key are needed, each on a line.")
    return judged(public, private)


def judged(public: str, private: str) -> Pair:
    """Clean both parts and put them in their places.

    Raises:
        KeyProblem: they cannot be a key and its secret.
    """
    notes = []
    key, secret = cleaned(public), cleaned(private)
    if (key, secret) != (public.strip(), private.strip()):
        notes.append("spaces or quotes inside were dropped")
    simulated = secret.startswith(SIMULATED) and not key.startswith(SIMULATED)
    if simulated or (_looks_private(key) and not _looks_private(secret)):
        key, secret = secret, key
        notes.append(SWAPPED)
    complaint = wrong_public(key) or wrong_private(secret)
    if complaint is None and key == secret:
        complaint = "The API key and the private key are the same text: copy the second one again"
    if complaint is not None:
        raise KeyProblem(f"{complaint}.")
    return Pair(key, Secret(secret), tuple(notes))


def typed_pair(public: Secret, private: Secret) -> Pair:
    """Clean two parts that were typed without being shown.

    Raises:
        KeyProblem: they cannot be a key and its secret.
    """
    return judged(public.reveal(), private.reveal())


def one_key_twice(first: Credentials, second: Credentials) -> str | None:
    """Say why these cannot be a key that reads and one that cancels; None = they are two.

    One key under two names would draw on the same nonces and the same counter.
    """
    if first.fingerprint != second.fingerprint:
        return None
    return (
        f"{first.name} and {second.name} are one key ({first.fingerprint}): a key that cancels has to be "
        "another one of the account, else the counter of what is read stands before every cancel."
    )


def cleaned(text: str) -> str:
    """Drop what copying adds: spaces, line breaks, zero-width characters, quotes around it."""
    return _UNSEEN.sub("", text).strip(_QUOTES)


def wrong_public(key: str) -> str | None:
    """Tell why this cannot be an API key, as a sentence without its full stop."""
    if not key:
        return "The API key is empty"
    if not (key.isascii() and key.isprintable()):
        return "The API key holds characters that no key has: copy it again"
    if key.startswith(SIMULATED):
        return None
    if _looks_private(key):
        return "The API key has the form of a private key: copy the shorter of the two, too"
    if _decoded(key) is None:
        return f"The API key is not base64 ({len(key)} characters; one has 56): copy it again, whole"
    return None


def wrong_private(secret: str) -> str | None:
    """Tell why this cannot be the private key, as a sentence without its full stop."""
    if not secret:
        return "The private key is empty"
    if _looks_public(secret):
        return "The private key has the form of an API key: copy the longer of the two, too"
    if _decoded(secret) is None:
        return f"The private key is not base64 ({len(secret)} characters; one has 88): copy it again, whole"
    return None


def stored_text(credentials: Credentials) -> str:
    """Write a pair for a store."""
    return f"key = {credentials.key}\nsecret = {credentials.secret.reveal()}\n"


def _fields(text: str) -> tuple[str | None, str | None, list[str]]:
    """Find what is labelled; the rest is bare words."""
    labelled = _json_fields(text)
    bare: list[str] = []
    if labelled is None:
        labelled = []
        for line in text.splitlines():
            found = _LABELLED.fullmatch(line)
            if found is not None and _label(found["label"]) in _PUBLIC | _PRIVATE:
                labelled.append((found["label"], found["value"]))
            elif not line.lstrip().startswith("#") and (found is None or not found["value"].strip("=")):
                bare += line.split()  # `ab==` is the end of a broken line, `url: x` something else
    public = [value for label, value in labelled if _label(label) in _PUBLIC]
    private = [value for label, value in labelled if _label(label) in _PRIVATE]
    if len(public) > 1 or len(private) > 1:
        raise KeyProblem("It holds more than one pair: keep each key in a place of its own.")
    return next(iter(public), None), next(iter(private), None), [word for word in bare if cleaned(word)]


def _json_fields(text: str) -> list[tuple[str, str]] | None:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(document, dict):
        return None
    return [(str(label), value) for label, value in document.items() if isinstance(value, str)]


def _label(text: str) -> str:
    return re.sub(r"[ _-]", "", text).casefold()


def _halves(joined: str) -> tuple[str, str] | None:
    """Part a pair whose lines were broken anywhere: the parts have known lengths."""
    if len(joined) != 144 or joined.startswith(SIMULATED):
        return None
    return (joined[:56], joined[56:]) if joined.endswith("==") else (joined[88:], joined[:88])


def _decoded(text: str) -> bytes | None:
    try:
        return b64decode(text, validate=True) or None
    except ValueError:
        return None


def _looks_public(text: str) -> bool:
    return text.startswith(SIMULATED) or len(_decoded(text) or b"") == PUBLIC_BYTES


def _looks_private(text: str) -> bool:
    return len(_decoded(text) or b"") == SECRET_BYTES
