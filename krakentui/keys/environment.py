"""The key pair of the environment: read once, then gone from it.

The environment of a process is readable in `/proc` and is inherited by children, so the pair is
removed before anything else starts.
"""

import os
from collections.abc import MutableMapping

from krakentui.model.error import UsageError
from krakentui.model.secret import Credentials, Secret

KEY = "KRAKENTUI_API_KEY"
SECRET = "KRAKENTUI_API_SECRET"  # noqa: S105 - the name of a variable, not a secret
PROFILE = "KRAKENTUI_PROFILE"


def take(environ: MutableMapping[str, str] | None = None) -> Credentials | None:
    """Read the pair and remove it; None where there is none.

    Raises:
        UsageError: only half of the pair is there, or both the pair and a profile name.
    """
    source = os.environ if environ is None else environ
    key = source.pop(KEY, "").strip()
    secret = Secret(source.pop(SECRET, "").strip())
    if not key and not secret:
        return None
    if not (key and secret):
        here, missing = (KEY, SECRET) if key else (SECRET, KEY)
        raise UsageError(f"{here} is set but {missing} is not: set both, or neither.")
    if not (key.isascii() and key.isprintable()):
        raise UsageError(f"{KEY} holds characters that no API key has: copy it again.")
    return Credentials(key=key, secret=secret, name="environment", source="the environment")
