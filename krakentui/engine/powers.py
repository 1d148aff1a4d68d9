"""What the exchange last said of a key's power to withdraw, kept for when it says nothing.

A key is not used before the exchange has told what it may do. Where that call fails, what it told lately
stands in: nobody is to be kept from his orders by one call that is lost. Only that a key may *not* withdraw
is kept, and for a month at most: at Kraken a key's permissions can be changed.
"""

import contextlib
from pathlib import Path

from msgspec import DecodeError, Struct, json

from krakentui.engine.wholefile import read_own, replace
from krakentui.keys.permissions import may_withdraw
from krakentui.model.account import KeyInfo

LONGEST_S = 30 * 86_400
"""So long it stands in."""
AHEAD_S = 300
"""By so much a clock may have been set back since; what comes from further ahead proves nothing."""
_MOST_BYTES = 4_000


class Told(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the file says: that this key may not withdraw."""

    key: str
    """Fingerprint."""
    venue: str
    """REST base of the exchange that said so."""
    told_s: int
    """When, in seconds since the epoch by the exchange's clock, as far as that is known."""


class Powers:
    """The memory of one key; without a folder there is none."""

    def __init__(self, folder: Path | None, key: str, venue: str) -> None:
        """Read nothing yet; `key` is its fingerprint, `venue` the REST base."""
        self._path = None if folder is None else folder / f"powers-{key}.json"
        self._key = key
        self._venue = venue

    def harmless_since(self, now_s: int) -> int | None:
        """Tell when the exchange said lately that this key may not withdraw; None = that is not known."""
        if self._path is None:
            return None
        try:
            told = json.decode(read_own(self._path, _MOST_BYTES), type=Told)
        except (OSError, DecodeError, RecursionError):
            return None
        if (told.key, told.venue) != (self._key, self._venue):
            return None
        return told.told_s if now_s - LONGEST_S <= told.told_s <= now_s + AHEAD_S else None

    def told(self, info: KeyInfo, now_s: int) -> None:
        """Keep what the exchange says now; that a key may withdraw leaves nothing that says otherwise."""
        if self._path is None:
            return
        with contextlib.suppress(OSError):
            if may_withdraw(info):
                self._path.unlink(missing_ok=True)
            else:
                replace(self._path, json.encode(Told(key=self._key, venue=self._venue, told_s=now_s)))
