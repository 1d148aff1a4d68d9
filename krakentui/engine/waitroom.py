"""A bounded room in which things wait for their counterpart, by key and in the order in which they came."""

import itertools
from collections import deque
from collections.abc import Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")


class Waitroom(Generic[K, T]):
    """What waits, the longest first; nothing is searched for, whatever waits."""

    def __init__(self, most: int) -> None:
        """Start empty; with more than `most` the longest waiting leaves."""
        self._most = most
        self._numbers = itertools.count()
        self._all: dict[int, tuple[K, int, T]] = {}
        self._by_key: dict[K, deque[int]] = {}

    def __len__(self) -> int:
        """Count what waits."""
        return len(self._all)

    def enter(self, key: K, thing: T, t_ns: int) -> None:
        """Let something wait from now on."""
        number = next(self._numbers)
        self._all[number] = key, t_ns, thing
        self._by_key.setdefault(key, deque()).append(number)
        if len(self._all) > self._most:
            self._leave()

    def take(self, key: K) -> T | None:
        """Call what has waited longest under this key; None = nothing does."""
        waiting = self._by_key.get(key)
        if not waiting:
            return None
        _, _, thing = self._all.pop(waiting.popleft())
        if not waiting:
            del self._by_key[key]
        return thing

    def since(self, before_ns: int | None = None) -> list[T]:
        """Send away what came before this moment, or everything; the longest waiting first."""
        gone = []
        while self._all:
            _, t_ns, _ = next(iter(self._all.values()))
            if before_ns is not None and t_ns >= before_ns:
                break
            gone.append(self._leave())
        return gone

    def _leave(self) -> T:
        """Send the longest waiting away: it is the first of its key, too."""
        key, _, _ = next(iter(self._all.values()))
        thing = self.take(key)
        assert thing is not None  # noqa: S101 - it was just seen
        return thing
