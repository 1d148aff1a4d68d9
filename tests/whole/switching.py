"""An exchange, a monitor, and a hand that switches its keys."""

import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from msgspec import structs

from krakentui.commands.demo import shelf_of
from krakentui.commands.seated import sit
from krakentui.commands.simulated import first_line_of
from krakentui.engine.keychain import Keychain
from krakentui.engine.offered import Shelf
from krakentui.engine.seat import Seated
from krakentui.model.limit import Tier
from krakentui.model.secret import Credentials, Secret
from krakentui.model.venue import Venue
from krakentui.settings import Settings
from krakentui.simulator import Options
from krakentui.simulator.accounts import of
from krakentui.simulator.keys import CANCEL, ApiKey, make_key
from krakentui.state.parting import Parting
from tests.whole.lockstep import Lockstep, lockstep
from tests.whole.seen import Seen

QUIET = Options(manual=True, quiet=True)
OPENING_S = 8
PLEASE_S = 3


class Hands:
    """An exchange, a monitor with a keychain, and who looks at it."""

    def __init__(
        self, both: Lockstep, keys: Keychain, seen: Seen, learnt: list[str], listed: list[Shelf]
    ) -> None:
        self.both, self.keys, self.seen, self.learnt, self._listed = both, keys, seen, learnt, listed

    @property
    def shelf(self) -> Shelf:
        """What the list of keys says."""
        return self._listed[-1]

    def list(self, shelf: Shelf) -> None:
        """Let the list of keys say this from now on."""
        self._listed.append(shelf)

    async def switch(self, name: str, owner: str = "alice", agreed: Parting | None = None) -> None:
        """Switch and let the new session settle."""
        before = len(self.seen.sessions)
        self.keys.switch(name, agreed or self.keys.parting())
        await self.both.until(lambda: len(self.seen.sessions) > before, PLEASE_S)
        self.both.owner = owner
        await self.both.run(OPENING_S)


@asynccontextmanager
async def switching(
    state_dir: Path | None = None,
    shelf: Callable[[Lockstep, Shelf], Shelf] = lambda _both, told: told,
    assume_tier: Tier | None = None,
    keys: tuple[str, str | None] = ("cancel", None),
    accepted: frozenset[str] = frozenset(),
    venue: Venue = "simulator",
    read_only: bool = False,
) -> AsyncIterator[Hands]:
    async with lockstep(QUIET, state_dir=state_dir, key=keys[0], second=keys[1], read_only=read_only) as both:
        listed = [shelf(both, shelf_of(first_line_of(both.exchange.first_line())))]
        seen, learnt = Seen(), list[str]()

        async def sitting(settings: Settings) -> Seated:
            return await sit(settings, both.clock, "monitor")

        def learn(credentials: Credentials | None) -> None:
            learnt.extend([] if credentials is None else [credentials.name])

        settings = structs.replace(
            both.session._settings, assume_tier=assume_tier, withdraw_accepted=accepted, venue=venue
        )
        chain = Keychain(both.host, settings, lambda: listed[-1], sitting, learn, seen)
        both.host.beside("switch of keys", chain.run)
        yield Hands(both, chain, seen, learnt, listed)


def a_key_of_bobs(permissions: tuple[str, ...] = CANCEL, now_s: int = 0) -> ApiKey:
    """Make a key named `guard`: the same letters each time."""
    return make_key("guard", "bob", permissions, now_s, random.Random(5))


def a_second_key_of_bobs(both: Lockstep, permissions: tuple[str, ...] = CANCEL) -> Credentials:
    """Give bob that key beside `stranger`: the exchange begins with one key of his."""
    held = a_key_of_bobs(permissions, both.exchange.world.clock.now_us() // 1_000_000)
    of(both.exchange.world).door.keys[held.public] = held
    return Credentials(key=held.public, secret=Secret(held.secret_text), name="guard", source="a test")
