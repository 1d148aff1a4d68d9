"""The key pairs of the environment: read once, then gone from it.

The environment of a process is readable in `/proc` and is inherited by children, so the pairs are
removed before anything else starts.
"""

import os
from collections.abc import MutableMapping

from krakentui.keys.pair import typed_pair
from krakentui.keys.profile import ENVIRONMENT
from krakentui.model.error import KeyProblem, UsageError
from krakentui.model.secret import Credentials, Secret
from krakentui.model.variable import is_empty

KEY = "KRAKENTUI_API_KEY"
SECRET = "KRAKENTUI_API_SECRET"  # noqa: S105 - the name of a variable, not a secret
CANCEL_KEY = "KRAKENTUI_CANCEL_API_KEY"
CANCEL_SECRET = "KRAKENTUI_CANCEL_API_SECRET"  # noqa: S105 - as above
SECRET_NAMES = frozenset({KEY, SECRET, CANCEL_KEY, CANCEL_SECRET})
PROFILE = "KRAKENTUI_PROFILE"


def take(environ: MutableMapping[str, str] | None = None) -> Credentials | None:
    """Read the pair and remove it; None where there is none.

    Raises:
        UsageError: only half of the pair is there, or it is empty.
        KeyProblem: it cannot be a key and its secret.
    """
    source = os.environ if environ is None else environ
    return _taken(source, KEY, SECRET, ENVIRONMENT)


def take_second(environ: MutableMapping[str, str]) -> Credentials | None:
    """Read the pair of a second key, which cancels, and remove it; None where there is none.

    Raises:
        UsageError: only half of the pair is there, or it is empty.
        KeyProblem: it cannot be a key and its secret.
    """
    return _taken(environ, CANCEL_KEY, CANCEL_SECRET, f"{ENVIRONMENT}-cancel")


def take_both(
    environ: MutableMapping[str, str],
) -> tuple[Credentials | None, Credentials | None]:
    """Read the pairs of both keys and remove them, whatever is wrong with one.

    Raises:
        UsageError: only half of a pair is there, or one is empty.
        KeyProblem: one cannot be a key and its secret.
    """
    try:
        return take(environ), take_second(environ)
    finally:
        drop(environ)


def drop(environ: MutableMapping[str, str]) -> None:
    """Remove the pairs unread."""
    for name in SECRET_NAMES:
        environ.pop(name, None)


def _taken(source: MutableMapping[str, str], key: str, secret: str, name: str) -> Credentials | None:
    named = [one for one in (key, secret) if one in source]
    public, private = Secret(source.pop(key, "").strip()), Secret(source.pop(secret, "").strip())
    if not public and not private:
        if named:
            raise is_empty(*named)
        return None
    if not (public and private):
        here, missing = (key, secret) if public else (secret, key)
        raise UsageError(f"{here} is set but {missing} is not: set both, or neither.")
    try:
        pair = typed_pair(public, private)
    except KeyProblem as problem:
        raise KeyProblem(f"The pair in the environment cannot be used. {problem}") from None
    return pair.credentials(name, "the environment")
