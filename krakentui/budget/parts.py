"""Parts of the books: an open socket, and the keys of the account."""

from collections.abc import Callable
from typing import Self

from msgspec import Struct, structs

from krakentui.budget.counter import Counter
from krakentui.budget.meter import Meter
from krakentui.budget.rules import MESSAGES_DECAY, MESSAGES_MAX, per_ns
from krakentui.budget.words import label
from krakentui.model.event import FeedRole
from krakentui.model.limit import KeyScope, LimitName, Scope, units


class Line(Struct, frozen=True):
    """One open socket: which it is, and the messages that stand with the exchange."""

    feed: FeedRole
    meter: Meter

    @classmethod
    def opened(cls, feed: FeedRole, t_ns: int) -> Self:
        """Begin with nothing written."""
        drain = per_ns(MESSAGES_DECAY)
        return cls(feed, Meter.empty(Counter(0, 0, t_ns, units(MESSAGES_MAX), drain, drain)))


class KeyBook(Struct, frozen=True, kw_only=True):
    """The REST counter of one key of the account."""

    key: str
    """Fingerprint."""
    name: str
    """What the user calls the key."""
    rest: Meter


class KeyBooks(Struct, frozen=True, kw_only=True):
    """The REST counters of a session: that of its key, and that of a second one where there is one."""

    key: str | None
    """Fingerprint of the key; None = a session without one."""
    key_name: str = ""
    """What the user calls it."""
    second: KeyBook | None = None
    """The other key of the account."""
    rest: Meter
    """The REST counter of the key."""

    def of_key(self, key: str | None) -> Self | None:
        """Give the books as this key sees them; None = it is no key of this session."""
        if key == self.key:
            return self
        return self.of_second() if self.second is not None and self.second.key == key else None

    def of_second(self) -> Self:
        """Give the books as the other key sees them: its own REST counter, and the pairs' of both."""
        second = self.second
        if second is None or self.key is None:
            return self
        mine = KeyBook(key=self.key, name=self.key_name, rest=self.rest)
        return structs.replace(self, key=second.key, key_name=second.name, rest=second.rest, second=mine)

    def by_key(self) -> tuple[Self, ...]:
        """List the books as each key sees them, the first key's first."""
        if self.key is None:
            return ()
        return (self,) if self.second is None else (self, self.of_second())

    def is_of_second(self, scope: Scope) -> bool:
        """Tell whether a scope is the other key's."""
        return self.second is not None and scope == KeyScope(self.second.key)

    def label(self, name: LimitName, scope: Scope) -> str:
        """Name a limit; where there are two keys, theirs by the key."""
        books = self.of_key(scope.key) if self.second is not None and isinstance(scope, KeyScope) else None
        text = label(name, scope)
        return text if books is None else f"{text} {books.key_name}"

    def with_rest(self, key: str | None, change: Callable[[Meter], Meter]) -> Self:
        """Change the REST meter of a key; nothing where it is no key of this session."""
        if key == self.key:
            return structs.replace(self, rest=change(self.rest))
        second = self.second
        if second is None or key != second.key:
            return self
        return structs.replace(self, second=structs.replace(second, rest=change(second.rest)))

    def with_every_rest(self, change: Callable[[Meter], Meter]) -> Self:
        """Change the REST meters of all keys."""
        changed = self.with_rest(self.key, change)
        return changed if self.second is None else changed.with_rest(self.second.key, change)
