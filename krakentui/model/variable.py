"""A variable of the environment: it is not there, or something is in it.

An empty one is most often `"$NAME"` of a script in which NAME is not set. Taken for "not said" it would mean
the usual settings and the default key: another account than the script was written for.
"""

from collections.abc import Mapping

from krakentui.model.error import UsageError


def variable(environ: Mapping[str, str], name: str) -> str | None:
    """Give what is in a variable; None = there is none of this name.

    Raises:
        UsageError: it is empty.
    """
    told = environ.get(name)
    if told is not None and not told.strip():
        raise is_empty(name)
    return told


def is_empty(*names: str) -> UsageError:
    """Say that these variables are empty."""
    are, them = ("is", "it") if len(names) == 1 else ("are", "them")
    return UsageError(f"{' and '.join(names)} {are} set but empty: fill {them}, or unset {them}.")
