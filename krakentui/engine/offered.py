"""The keys that may be put in the place of the one in use, as the last look at their list found them.

A key is told from others by its fingerprint. A name is the user's, and may belong to another key, even of
another account, by the next look.
"""

from collections.abc import Awaitable, Callable, Iterable

from msgspec import Struct

from krakentui.engine.keyfetch import Fetched
from krakentui.keys.profile import Purpose

OF_THIS_RUN = "{} (this run)"
"""No profile can be called so."""


class Offered(Struct, frozen=True, kw_only=True):
    """One key that may be put in the place of the one in use."""

    name: str
    account: str
    purpose: Purpose | None
    """None = it was never said: then what the key may do decides."""
    source: str
    fingerprint: str = ""
    """As it was seen last; empty = never."""
    canceller: str = ""
    """Name of the key that cancels for it; empty = it does so itself."""
    is_default: bool = False
    barrier: str = ""
    """Why it cannot be fetched while the screen is open, as a sentence; empty = it can."""
    fetch: Callable[[], Awaitable[Fetched]]

    def is_same(self, other: "Offered") -> bool:
        """Tell whether the name stands for the same key of the same account on both."""
        return (self.account, self.fingerprint) == (other.account, other.fingerprint)


class Shelf(Struct, frozen=True):
    """All keys that there are now."""

    offered: tuple[Offered, ...]
    withdraw_accepted: frozenset[str] | None = None
    """Keys that may withdraw and are used all the same; None = no list says so: the start counts."""
    trouble: str = ""
    """What else is to be known of the list, as a sentence: why there may be more; empty = these are all."""

    def named(self, name: str) -> Offered | None:
        """Find a key by its name."""
        return next((one for one in self.offered if one.name == name), None)


def free_name(name: str, taken: Iterable[str]) -> str:
    """Tell what a key of this run is called that the list does not name, or not by this name any more."""
    return OF_THIS_RUN.format(name) if name in taken else name


def is_key(listed: str, called: tuple[str, str], fingerprint: str | None, held: tuple[str, str]) -> bool:
    """Tell whether a key of a list is one that is held.

    Args:
        listed: its fingerprint; empty = it was never seen, and name and account must do.
        called: its name and account.
        fingerprint: that of the key that is held; None = none is.
        held: the name and the account that it is held for.
    """
    if fingerprint is None:
        return False
    return listed == fingerprint if listed else called == held
