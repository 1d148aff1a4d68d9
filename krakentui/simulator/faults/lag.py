"""The past of the accounts: what REST shows while it lags behind the stream."""

import copy
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from krakentui.simulator.account import Account
from krakentui.simulator.accounts import of

if TYPE_CHECKING:
    from krakentui.simulator.world import World


class Past:
    """Pictures of every account, as old as asked."""

    def __init__(self, world: "World", lag_us: int) -> None:
        self._accounts = of(world).by_name
        self._clock = world.clock
        self._lag_us = lag_us
        self._pictures: deque[tuple[int, dict[str, Account]]] = deque()

    def remember(self) -> None:
        """Take a picture of now; those that are too old to be shown are dropped."""
        now_us = self._clock.now_us()
        self._pictures.append((now_us, {name: picture(one) for name, one in self._accounts.items()}))
        while len(self._pictures) > 1 and self._pictures[1][0] <= now_us - self._lag_us:
            self._pictures.popleft()

    @contextmanager
    def shown(self) -> Iterator[None]:
        """Put the past in the place of the present while one call is answered."""
        wanted_us = self._clock.now_us() - self._lag_us
        past = self._pictures[0][1]
        for at_us, accounts in self._pictures:
            if at_us <= wanted_us:
                past = accounts
        present = dict(self._accounts)
        self._accounts.update(past)
        try:
            yield
        finally:
            self._accounts.update(present)


def picture(account: Account) -> Account:
    """Copy what REST shows of an account; what has ended does not change any more and is shared."""
    seen = copy.copy(account)
    seen.listeners = []
    seen.open = {key: copy.copy(order) for key, order in account.open.items()}
    for order in seen.open.values():
        order.trades = list(order.trades)
    seen.closed = dict(account.closed)
    seen.fills = deque(account.fills, maxlen=account.fills.maxlen)
    seen.holds = dict(account.holds)
    seen.ledger = copy.copy(account.ledger)
    seen.ledger.assets = dict(account.ledger.assets)
    seen.ledger.opening = dict(account.ledger.opening)
    seen.ledger.balances = dict(account.ledger.balances)
    seen.ledger.rows = list(account.ledger.rows)
    return seen
