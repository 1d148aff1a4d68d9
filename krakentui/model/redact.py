"""Secrets taken out of text before it is written anywhere: by exact value, and by what they look like.

The exact values catch what we know; the patterns catch what a library or the exchange prints of its
own accord (websockets logs whole frames at DEBUG, acknowledgements echo keys and challenges).
"""

import re
from collections import deque
from collections.abc import Iterable
from itertools import accumulate, pairwise

from krakentui.model.secret import STARS, Credentials, Known, Secret

_NAMES = (
    r"api[-_ ]?(?:key|sign|secret)|authent|authorization|(?:ws_?)?token|otp|password|passphrase|secret"
    r"|(?:signed|original)_challenge|iiban|cookie"
)
_NAMED = re.compile(
    # name, quote, separator, then: a quoted text, or `Bearer x`, or one word
    rf"""(?P<head>(?<![a-z])(?:{_NAMES})\\?["']?\s*(?:[:=,]|=>)\s*(?:b(?=["']))?)"""
    r"""(?P<value>\\?"(?:[^"\\]|\\[^"])*\\?"|'[^']*'|(?:bearer|basic)\s+[^\s,;)}\]]+|[^\s,;&)}\]"']+)""",
    re.IGNORECASE,
)
_USERINFO = re.compile(
    # after a scheme; or name:password@host:port without one, as a proxy may be written
    r"""(?<=://)[^\s/@]+@|(?<![^\s"'(=])[^\s"'(=/@:]+:[^\s"'@]+@(?=[\w.:\[\]-]*:\d)"""
)
_RUN = re.compile(r"[A-Za-z0-9+/_%=-]{40,}")
"""Long enough for a websocket token (43 characters), however it is encoded; a file path is one, too."""
_CUT = re.compile(r"(?:(?<=\.\.\.)|(?<=…))[A-Za-z0-9+/_=-]{8,}|[A-Za-z0-9+/_=-]{8,}(?=\.\.\.|…)")
"""What stands beside an ellipsis: websockets leaves out the middle of a frame, and half a token stays."""
_ON_COMMAND_LINE = 50
_TOKENS = 64
"""How many websocket tokens are remembered: each new connection has one, and is good with it alone."""
_SIMULATED = re.compile(r"SIM-[A-Za-z0-9+/=_-]+")


class Redactor:
    """Replaces secrets by stars; it learns new exact values as they appear."""

    def __init__(self, secrets: Iterable[Secret] = ()) -> None:
        """Know these secrets from the start."""
        self._secrets = [*secrets]
        self._keys: list[Credentials] = []
        self._tokens: deque[Secret] = deque(maxlen=_TOKENS)
        self._sum_up()

    def learn(self, secret: Secret | Credentials | None) -> None:
        """Know one more secret, or all parts of a key pair."""
        if isinstance(secret, Credentials):
            if any(known is secret for known in self._keys):
                return
            self._keys.append(secret)
            self._secrets += [secret.secret, Secret(secret.key)]
            self.learn(secret.otp)
        elif secret:
            self._secrets.append(secret)
        self._sum_up()

    def learn_token(self, token: Secret) -> None:
        """Know one more websocket token; the oldest is forgotten."""
        self._tokens.append(token)
        self._sum_up()

    def clean(self, text: str) -> str:
        """Return the text without any secret in it."""
        return redact(self.known(text))

    def known(self, text: str) -> str:
        """Return the text without the secrets that are known."""
        return self._all.hidden_in(text)

    def known_in_data(self, text: str) -> str:
        """Return data without the secrets that are known, those left out that may be a part of any data."""
        return self._unmistakable.hidden_in(text)

    def known_by_chance(self, text: str) -> str:
        """Return a text without just those: right where no figures stand."""
        return self._mistakable.hidden_in(text)

    def _sum_up(self) -> None:
        every = (*self._secrets, *self._tokens)
        self._all = Known(every)
        self._unmistakable = Known(one for one in every if one.is_unmistakable)
        self._mistakable = Known(one for one in every if not one.is_unmistakable)


def redact(text: str) -> str:
    """Return the text without anything that looks like a secret."""
    text = _NAMED.sub(rf"\g<head>{STARS}", text)
    return unnamed(_CUT.sub(lambda part: part[0] if _is_word(part[0]) else STARS, text))


def unnamed(text: str) -> str:
    """Return the text without what looks like a secret even where no name tells so."""
    text = _USERINFO.sub(f"{STARS}@", text)
    text = _SIMULATED.sub(f"SIM-{STARS}", text)
    return without_random(text)


def without_random(text: str) -> str:
    """Return the text without what is too long and too random for a word or a path of words."""
    return _RUN.sub(lambda run: STARS if _is_random(run[0], 40) else run[0], text)


def before_random(text: str, at: int) -> int:
    """Tell where to cut a text, here or before, so that nothing is left of what `without_random` takes."""
    for run in _RUN.finditer(text):
        if run.start() < at < run.end() and _is_random(run[0], 40):
            return run.start()
    return at


def looks_secret(word: str) -> bool:
    """Tell whether a word of a command line contains what looks like a key or its secret."""
    long = _ON_COMMAND_LINE
    runs = [found[0] for found in _RUN.finditer(word) if len(found[0]) >= long]
    return any(_is_random(run, long) for run in runs) or bool(_SIMULATED.search(word))


def _is_random(run: str, width: int) -> bool:
    """Tell whether capitals, small letters and digits mix as in random base64 in `width` characters in a row.

    There they change at 58 of 100 places, in names made of words at one or two in ten; the bound of 25 lets
    about one random key in a million pass.
    """
    if run.isupper() or run.islower():
        return False
    changes = [0, *accumulate(_changes(one, other) for one, other in pairwise(run))]
    starts = range(len(run) - width + 1)
    return any(4 * (changes[start + width - 1] - changes[start]) >= width for start in starts)


def _is_word(text: str) -> bool:
    return text.islower() or text.isupper() or text.istitle()


def _changes(one: str, other: str) -> bool:
    return one.isalnum() and other.isalnum() and _kind(one) != _kind(other)


def _kind(char: str) -> tuple[bool, bool]:
    return char.isupper(), char.islower()
