"""Hears what the exchange says of the key in use, and draws the consequences.

A key that may withdraw is dropped before anything else is asked with it, unless the user has accepted
that very key. What is dangerous or urgent is told once; everything else is the business of `keys check`.
"""

from collections.abc import Callable

from msgspec import structs

from krakentui.engine.household import Household
from krakentui.engine.lanes import Lane
from krakentui.engine.powers import Powers
from krakentui.keys.audit import Use, audit, used_meanwhile
from krakentui.keys.permissions import withdraws
from krakentui.model.account import Finding
from krakentui.model.clock import MILLISECOND, SECOND
from krakentui.model.event import ForeignUseSeen, KeyDescribed, Noted


class KeyWatch:
    """Watches over one key."""

    def __init__(
        self,
        lane: Lane,
        house: Household,
        accepted: frozenset[str],
        drop: Callable[[str], None],
        powers: Powers,
        called: str = "this key",
    ) -> None:
        """Begin with nothing heard.

        Args:
            lane: the key's way to REST.
            house: clock, and where events go.
            accepted: fingerprints of keys that may withdraw and are used all the same.
            drop: closes what is open with this key; it is given the reason.
            powers: keeps what is heard for the next start.
            called: how the key is spoken of.
        """
        self._lane = lane
        self._house = house
        self._accepted = accepted
        self._drop = drop
        self._powers = powers
        self._called = called
        self._heard = False
        self._told: set[str] = set()

    def described(self, event: KeyDescribed) -> None:
        """Take a description; it is the answer to the last nonce that was used."""
        house, fingerprint = self._house, self._lane.scope.key
        offset_ns = house.offset_ns()
        sent, before = self._lane.last_nonce, self._lane.nonce_before_run
        new = not self._heard and before is not None
        use = Use(sent=sent, before=before or 0, offset_ms=offset_ns // MILLISECOND)
        now_s = (house.clock.now_ns() + offset_ns) // SECOND
        told = audit(
            event.info,
            "watch",
            fingerprint,
            now_s,
            use=use if new else None,
            accepted=self._accepted,
        )
        last = self._lane.nonce_before_last if self._heard else None
        self._heard = True
        why = used_meanwhile(event.info, structs.replace(use, before=sent if last is None else last))
        if why is not None:
            house.tell(ForeignUseSeen(name="rest", scope=self._lane.scope, why=why, lasting=True))
        self._powers.told(event.info, now_s)
        if told.refused is not None:
            self._lane.refuse(told.refused)
            self._drop(told.refused)
            return
        self._lane.let_go()
        for finding in told.findings:
            if finding.urgent and not (withdraws(finding.permission) and fingerprint in self._accepted):
                self._say(finding)

    def _say(self, finding: Finding) -> None:
        """Tell it once; a countdown is another text each day."""
        if finding.text in self._told:
            return
        self._told.add(finding.text)
        text = f"About {self._called}: {finding.text} {finding.advice}".strip()
        self._house.tell(Noted(kind="notice", text=text, level="bad" if finding.level == "red" else "warn"))
