"""The key that cancels, where it is another one than the key that reads.

It has a lane and a counter of its own, so that no poll ever stands before a cancel. Nothing is read with it
but what it may do, every ten minutes, and how a cancel ended where the first key cannot ask.
"""

import itertools
from collections.abc import Awaitable, Callable
from functools import partial

from msgspec import structs

from krakentui.budget.ledger import Ledger
from krakentui.engine.canceller import Canceller
from krakentui.engine.canceltalk import NOT_USED, CancelTalk
from krakentui.engine.household import Household
from krakentui.engine.keycheck import KeyCheck
from krakentui.engine.keywatch import KeyWatch
from krakentui.engine.lanes import DESCRIPTION
from krakentui.engine.purse import LedgerPurse
from krakentui.engine.seat import Seat
from krakentui.engine.sharing import SharedKey
from krakentui.engine.tokens import Tokens
from krakentui.engine.turnstile import Kind
from krakentui.engine.wants import may_ask
from krakentui.keys.pair import one_key_twice
from krakentui.model.error import KeyProblem, TransportError
from krakentui.model.event import Happening, KeyDescribed
from krakentui.model.limit import KeyScope
from krakentui.net.feed import Feed
from krakentui.net.hosts import check_destination
from krakentui.net.talk import Line
from krakentui.settings import Settings
from krakentui.state.state import State
from krakentui.wire.spot.rest import Call, Reply
from krakentui.wire.spot.sign import check_secret

AGAIN_S = 600.0
"""So often the key is asked what it may do, and who else uses it."""
RETRY_S = 10.0
DENIED_S = 120.0
"""So often where it was not let tell: one such denial may pass."""


class SecondKey:
    """Lane, socket and cancels of the key that cancels."""

    def __init__(
        self,
        settings: Settings,
        state: State,
        house: Household,
        line: Line,
        maintenance: Callable[[], bool],
        hear: Callable[[Happening], None],
        seat: Seat | None,
        numbers: "itertools.count[int]",
    ) -> None:
        """Build everything, start nothing; the arguments are those of `AccountSide`.

        Raises:
            Forbidden: the key may not go to these addresses.
            KeyProblem: its secret is no secret, or it is the key that reads.
        """
        credentials, belief = settings.cancel_credentials, state.keys.second
        if credentials is None or belief is None:
            raise RuntimeError("there is no second key")
        twice = None if settings.credentials is None else one_key_twice(settings.credentials, credentials)
        if twice is not None:
            raise KeyProblem(twice)
        check_secret(credentials.secret)
        check_destination(settings.endpoints.rest, credentials.key)

        def ledger() -> Ledger:
            return state.ledger.of_second()

        purse = LedgerPurse(ledger, KeyScope(credentials.fingerprint), tries=settings.insists)
        house = structs.replace(house, purse=purse)
        self._belief = belief
        self._state = state
        self._house = house
        self.shared = SharedKey(settings, credentials, house, ledger, hear, seat, second=True)
        self.lane = self.shared.lane
        self.talk = CancelTalk(
            belief,
            self.lane,
            Tokens(self.lane, house.clock, settings.learn_token),
            settings.account,
            house.clock,
            house.tell,
            maintenance,
        )
        self.feed = Feed("cancels", settings.endpoints.ws_private, self.talk, line, key=credentials.key)
        self._watch = KeyWatch(
            self.lane,
            house,
            settings.withdraw_accepted,
            self.feed.replace,
            self.shared.powers,
            f"the key {credentials.name}",
        )
        self.check = KeyCheck(
            credentials,
            ledger,
            self.lane,
            house.clock,
            house.tell,
            self._described,
            read_only=settings.read_only,
        )
        self.canceller = Canceller(state, belief, house, self.lane, self.feed, self.talk.answers, numbers)

    def tasks(self) -> list[tuple[str, Callable[[], Awaitable[None]]]]:
        """List what runs, by name."""
        shared = [(f"{name} that cancels", work) for name, work in self.shared.tasks()]
        return [
            ("cancels of the second key", self.canceller.cancels.run),
            ("feed of the second key", self.feed.run),
            ("description of the second key", self.run),
            ("check of the second key", self.check.run),
            *shared,
        ]

    def compare(self) -> None:
        """Use this key no more where the exchange says that the two keys belong to different accounts."""
        if self._state.keys.same_account is not False or self.lane.key_refused is not None:
            return
        own = self._state.keys.own
        why = (
            f"It belongs to another account than the key {own.name}, so nothing is cancelled with it: "
            "take two keys of one account."
        )
        self.lane.refuse(why)
        self.feed.replace(NOT_USED)

    async def run(self) -> None:
        """Ask what the key may do, at the start and now and then."""
        await self.shared.first_word(partial(self._ask, "user"))
        self.talk.key_known.set()
        while True:
            await self._house.clock.sleep(self._pause_s())
            await self._ask("background")

    def _pause_s(self) -> float:
        if self._belief.key_info is not None:
            return AGAIN_S
        return RETRY_S if may_ask(DESCRIPTION, self._belief) else DENIED_S

    async def _ask(self, kind: Kind) -> Reply | None:
        try:
            reply = await self.lane.call(Call(DESCRIPTION), kind)
        except TransportError:
            return None  # the lane has told why
        for event in reply.events:
            self._house.tell(event)
            if isinstance(event, KeyDescribed):
                self._described(event)
        return reply

    def _described(self, event: KeyDescribed) -> None:
        self._watch.described(event)
        self.compare()
