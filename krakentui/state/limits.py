"""What happened to limits, as lines of the journal: refusals, others on the key, lockouts, disputed tiers."""

from collections.abc import Callable
from functools import singledispatchmethod
from typing import Final

from krakentui.budget.ledger import Ledger
from krakentui.model import event as e
from krakentui.model.clock import SECOND
from krakentui.model.limit import KeyScope, Scope
from krakentui.state.journal import Journal


class LimitNews:
    """Says what the user should know of limits; what stays as it is is said once."""

    def __init__(self, journal: Journal) -> None:
        """Begin with nothing said."""
        self._journal = journal
        self._disputed = False
        self._contradiction: str | None = None
        self._unnamed = False

    def take(self, event: e.Happening, ledger: Ledger, t_ns: int) -> None:
        """Take an event; `ledger` has taken it already. Those that concern no limit mean nothing here."""
        _TAKES(type(event))(self, event, ledger, t_ns)

    @singledispatchmethod
    def _take(self, event: e.Happening, ledger: Ledger, t_ns: int) -> None:
        """Take an event that concerns no limit."""

    @_take.register
    def _refused(self, event: e.CallRefused, ledger: Ledger, t_ns: int) -> None:
        surprise = "as expected"
        if not event.expected:
            surprise = "although it should have fitted"
            if event.name in {"rest", "engine"}:
                surprise += f": {'this key' if event.name == 'rest' else 'this pair'} is used elsewhere too"
        whose = _whose(event.scope, ledger)
        self._note(f"{whose}The exchange refused a call ({event.code}), {surprise}.", t_ns)

    @_take.register
    def _foreign_use(self, event: e.ForeignUseSeen, ledger: Ledger, t_ns: int) -> None:
        self._note(
            f"{_whose(event.scope, ledger)}This limit was used elsewhere too: {event.why.rstrip('.')}.", t_ns
        )

    @_take.register
    def _tier_seen(self, event: e.TierSeen, ledger: Ledger, t_ns: int) -> None:
        if event.account != ledger.account:
            return
        belief = ledger.belief
        disputed, self._disputed = self._disputed, belief.disputed
        if self._disputed and not disputed:
            both = " and ".join(map(str, belief.ceilings))
            text = (
                f"The exchange's two websockets name different trading ceilings ({both}): the lower counts."
            )
            self._note(text, t_ns)
        before, self._contradiction = self._contradiction, belief.contradiction
        if self._contradiction not in {None, before}:
            self._note(str(self._contradiction), t_ns)
        elif belief.assumed is None and belief.tier is None:
            text = f"The exchange names a trading ceiling of {belief.ceilings[0]}, which is no tier's"
            self._note_once(f"{text}: other limits are paced as starter's; [budget] can say them.", t_ns)

    @_take.register
    def _answered(self, event: e.Answered, ledger: Ledger, t_ns: int) -> None:
        asked = event.ok and event.method == "subscribe" and event.channel == "executions"
        if asked and event.maxratecount is None and ledger.belief.tier is None:
            text = "The exchange did not name the trading ceiling of this account"
            self._note_once(f"{text}: it is paced as starter; --assume-tier can say the tier.", t_ns)

    @_take.register
    def _lockout(self, event: e.LockoutBegan, ledger: Ledger, t_ns: int) -> None:
        minutes = -(-(event.until_ns - t_ns) // (60 * SECOND))
        whose = _whose(event.scope, ledger)
        text = f"{whose}Locked out ({event.reason.rstrip('.')}): no private REST call for {minutes} min."
        self._journal.note("lockout", text, "bad", t_ns)

    def _note(self, text: str, t_ns: int) -> None:
        self._journal.note("limit", text, "warn", t_ns)

    def _note_once(self, text: str, t_ns: int) -> None:
        if not self._unnamed:
            self._unnamed = True
            self._note(text, t_ns)


def _whose(scope: Scope, ledger: Ledger) -> str:
    """Say which key a sentence is about, where there are two."""
    books = ledger.of_key(scope.key) if ledger.second is not None and isinstance(scope, KeyScope) else None
    return "" if books is None else f"Key {books.key_name}: "


# the method itself builds a wrapper at each call: 5 of the 14 us that an event cost
_TAKES: Final[Callable[[type], Callable[..., None]]] = LimitNews.__dict__["_take"].dispatcher.dispatch
