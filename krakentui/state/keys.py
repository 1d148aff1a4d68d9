"""What is believed of the keys of the account: what each may do, and whether the exchange takes it."""

from krakentui.model.account import KeyInfo
from krakentui.model.event import DeniedSeen, KeyDescribed, KeyRefused
from krakentui.model.held import KeyHeldBack
from krakentui.state import words
from krakentui.state.journal import Journal

LACKS_CANCELS = 'This key may not cancel: it lacks "Cancel & close orders" (close-trades).'
KeySpokenOf = KeyDescribed | DeniedSeen | KeyRefused | KeyHeldBack
SECOND_ASKS = frozenset({"GetApiKeyInfo", "GetWebSocketsToken"})
FIRST_ASKS = SECOND_ASKS | {"OpenOrders"}
"""What a key is sure to ask at a start: where all of it is denied, no permission is what it lacks."""


class KeyBelief:
    """One key; a session without one has the belief of none."""

    def __init__(self, key: str | None, name: str | None) -> None:
        """Begin with nothing known.

        Args:
            key: fingerprint; None = there is no key.
            name: what the user calls it.
        """
        self.key = key
        self.name = name
        self.key_info: KeyInfo | None = None
        """What the exchange says of it."""
        self.denied: frozenset[str] = frozenset()
        """Endpoints and channels that the exchange said it may not use."""
        self.refused: str | None = None
        """Why it is not used at all, as a sentence; None = it is, as far as known."""
        self.held_back: str | None = None
        """Why it is not used before the exchange has told what it may do, as a sentence; None = it is."""

    @property
    def lacks_cancels(self) -> str | None:
        """Tell why it may not cancel, as a sentence, where that is certain."""
        if self.key_info is not None and not self.key_info.may_cancel:
            return LACKS_CANCELS
        if "CancelOrder" in self.denied:
            return "The exchange says that this key may not cancel."
        return None

    @property
    def surely_cancels(self) -> bool:
        """Tell whether it may cancel, as the exchange said."""
        return self.key_info is not None and self.lacks_cancels is None and self.refused is None


class Keys:
    """The keys of a session: the one that reads, and one of its own for cancels where there is one."""

    def __init__(self, key: str | None, name: str | None, second: tuple[str, str] | None) -> None:
        """Begin with nothing known; `second` is fingerprint and name of the key that cancels."""
        self.own = KeyBelief(key, name)
        self.second = None if second is None else KeyBelief(*second)

    @property
    def all(self) -> tuple[KeyBelief, ...]:
        """The keys, the one that reads first."""
        return (self.own,) if self.second is None else (self.own, self.second)

    @property
    def names(self) -> dict[str, str]:
        """What the user calls them, by fingerprint."""
        return {one.key: one.name or one.key for one in self.all if one.key is not None}

    def of(self, key: str) -> KeyBelief | None:
        """Find a key by its fingerprint; None = it is none of ours."""
        return next((one for one in self.all if one.key == key), None)

    @property
    def same_account(self) -> bool | None:
        """Tell whether both keys belong to one account; None = the exchange does not tell, or not yet."""
        infos = [one.key_info for one in self.all]
        marks = {info.account_mark for info in infos if info is not None and info.account_mark}
        if len(marks) > 1:
            return False
        return True if all(info is not None and info.account_mark for info in infos) else None

    def take(self, event: KeySpokenOf, journal: Journal, t_ns: int) -> None:
        """Take what was learnt of a key, and say it."""
        of = self.of(event.key)
        if of is None:
            return
        match event:
            case KeyDescribed(info=info):
                before, of.key_info, of.refused, of.held_back = of.key_info, info, None, None
                if before is None or before.permissions != info.permissions:
                    of.denied = of.denied if before is None else frozenset()
                    journal.note("notice", self.told(of, words.power(info)), "info", t_ns)
                of.denied -= {"GetApiKeyInfo"}
            case DeniedSeen(endpoint=endpoint) if endpoint not in of.denied:
                of.denied |= {endpoint}
                what = {"executions": "stream orders", "balances": "stream balances"}.get(endpoint)
                said = f"This key may not {what or f'call {endpoint}'}."
                if endpoint == "GetApiKeyInfo":
                    said = words.NO_DESCRIPTION
                journal.note("notice", self.told(of, said), "info" if what else "warn", t_ns)
                everything = SECOND_ASKS if of is self.second else FIRST_ASKS
                if endpoint in everything and everything <= of.denied:
                    journal.note("notice", self.told(of, words.SECOND_FACTOR), "warn", t_ns)
            case KeyHeldBack(why=why):
                of.held_back = why
                if why is not None:
                    journal.note("notice", self.told(of, why), "bad", t_ns)
            case KeyRefused(why=why):
                of.refused = why
                journal.note("notice", self.told(of, why), "bad", t_ns)

    def told(self, of: KeyBelief, sentence: str) -> str:
        """Say which key a sentence is about, where there are two."""
        return sentence if self.second is None else f"Key {of.name}: {sentence}"
