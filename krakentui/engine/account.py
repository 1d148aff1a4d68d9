"""The account's side of a session: what needs a key.

The key of the session reads and polls. Where there is a second key of the account, it cancels, so that
nothing that is read ever stands before a cancel; where that one cannot, the first does if it may.
"""

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from krakentui.engine.amends import AmendHistory
from krakentui.engine.canceller import Canceller
from krakentui.engine.feeds import PrivateTalk
from krakentui.engine.haste import Haste
from krakentui.engine.history import Historian
from krakentui.engine.household import Household
from krakentui.engine.inquiry import Inquiry
from krakentui.engine.keycheck import KeyCheck
from krakentui.engine.keywatch import KeyWatch
from krakentui.engine.lanes import Lane
from krakentui.engine.poller import Poller
from krakentui.engine.pursuer import Pursuer
from krakentui.engine.seat import Seat
from krakentui.engine.secondkey import SecondKey
from krakentui.engine.sharing import SharedKey
from krakentui.engine.tokens import Tokens
from krakentui.engine.waiter import Waiter
from krakentui.engine.wants import may_ask
from krakentui.model.event import Happening, KeyDescribed
from krakentui.model.figures import BudgetFigures
from krakentui.model.limit import units
from krakentui.model.mass import CancelsBegun
from krakentui.model.order import Order
from krakentui.net.feed import Feed
from krakentui.net.hosts import check_destination
from krakentui.net.talk import Line
from krakentui.settings import Settings
from krakentui.state.keys import KeyBelief
from krakentui.state.question import MASS_IN_FLIGHT, unseen, why_read_only
from krakentui.state.state import State
from krakentui.state.view import NotAsked, Question, SwitchQuestion
from krakentui.wire.spot.sign import check_secret

if TYPE_CHECKING:  # the emergency exit is over before it would be loaded
    from krakentui.engine.audit import AuditSide


def _audit(
    settings: Settings,
    state: State,
    lane: Lane,
    tokens: Tokens,
    house: Household,
    line: Line,
    maintenance: Callable[[], bool],
) -> "AuditSide | None":
    if not settings.audit:
        return None
    from krakentui.engine.audit import AuditSide  # noqa: PLC0415 - no cancel needs it

    return AuditSide(settings, state, lane, tokens, house, line, maintenance)


class AccountSide:
    """Lanes, private feed, poller and cancels of one account."""

    def __init__(
        self,
        settings: Settings,
        state: State,
        house: Household,
        line: Line,
        maintenance: Callable[[], bool],
        names_known: asyncio.Event,
        hear: Callable[[Happening], None],
        seats: tuple[Seat | None, Seat | None] = (None, None),
    ) -> None:
        """Build everything, start nothing; `seats` are those at the two keys.

        Raises:
            Forbidden: the key may not go to these addresses.
            KeyProblem: there is no key, or its secret is no secret.
        """
        credentials = settings.credentials
        if credentials is None:
            raise RuntimeError("the account's side needs a key")
        check_secret(credentials.secret)
        check_destination(settings.endpoints.rest, credentials.key)
        self._settings = settings
        self._state = state
        self._clock = house.clock
        self.shared = SharedKey(settings, credentials, house, lambda: state.ledger, hear, seats[0])
        self._lane = self.shared.lane
        self._tell = house.tell
        tokens = Tokens(self._lane, house.clock, settings.learn_token)
        self._audit = _audit(settings, state, self._lane, tokens, house, line, maintenance)
        self._talk = PrivateTalk(
            self._lane,
            tokens,
            settings.account,
            house.clock,
            self._streamed if self._audit is not None else house.tell,
            maintenance,
            lambda: may_ask("GetWebSocketsToken", state),
        )
        self._feed = Feed("private", settings.endpoints.ws_private, self._talk, line, key=credentials.key)
        alone = settings.cancel_credentials is None
        called = "this key" if alone else f"the key {credentials.name}"
        self._key = KeyWatch(
            self._lane, house, settings.withdraw_accepted, self._feed.replace, self.shared.powers, called
        )
        self.check = KeyCheck(
            credentials,
            lambda: state.ledger,
            self._lane,
            house.clock,
            house.tell,
            self._described,
            read_only=settings.read_only,
        )
        self.poller = Poller(
            state,
            self._lane,
            house.clock,
            house.tell,
            self._talk.key_known,
            names_known,
            self._described,
            self.shared.first_word,
            Haste(state, house.clock, hasty=settings.hasty),
        )
        numbers = itertools.count(1)
        own = Canceller(state, state.keys.own, house, self._lane, self._feed, self._talk.answers, numbers)
        self._cancellers: tuple[Canceller, ...] = (own,)
        self._lanes: tuple[tuple[KeyBelief, Lane], ...] = ((state.keys.own, self._lane),)
        self._second: SecondKey | None = None
        if settings.cancel_credentials is not None:
            self._second = second = SecondKey(
                settings, state, house, line, maintenance, hear, seats[1], numbers
            )
            self._cancellers = (second.canceller, own)
            self._lanes = (*self._lanes, (second.canceller.belief, second.lane))
        self._pursuer = Pursuer(state, self._evidence, house.clock, house.tell)
        self._dead_man = self._cancellers[0].dead_man(settings)
        self.waiter = Waiter(
            state, house.clock, house.tell, self._begin, self._may_go, units(settings.cancel_when_points)
        )
        self.historian = Historian(state, self._lane, house.clock, house.tell)
        self.inquiry = Inquiry(state, self._lane, house.tell)
        self.amends = AmendHistory(state, self._lane, house.tell)
        self._answered: set[int] = set()
        self._closing = False

    def tasks(self) -> list[tuple[str, Callable[[], Awaitable[None]]]]:
        """List what runs, by name."""
        return [
            ("cancels", self._cancellers[-1].cancels.run),
            ("pursuit of cancels", self._pursuer.run),
            ("poller", self.poller.run),
            ("inquiries", self.inquiry.run),
            ("amend histories", self.amends.run),
            ("check of the key", self.check.run),
            ("private feed", self._feed.run),
            *self.shared.tasks(),
            ("dead man's switch", self._dead_man.run),
            ("history", self.historian.run),
            ("cancels that wait", self.waiter.run),
            *(() if self._audit is None else self._audit.tasks()),
            *(() if self._second is None else self._second.tasks()),
        ]

    @property
    def second_check(self) -> KeyCheck | None:
        """The check of the key that cancels, where it is another one."""
        return None if self._second is None else self._second.check

    def replace(self, why: str) -> None:
        """Open a new private socket and ask for everything again."""
        self._feed.replace(why)
        if self._second is not None:
            self._second.feed.replace(why)
        self.poller.poll_now()
        self.audit_anew(why)

    def audit_anew(self, why: str) -> None:
        """Open the audit's socket anew."""
        if self._audit is not None:
            self._audit.replace(why)

    def hurry(self) -> None:
        """The exchange is back: open the private socket soon, if it could not be opened."""
        self._feed.hurry()
        if self._second is not None:
            self._second.feed.hurry()

    def told(self, event: Happening) -> None:
        """Let the other programs on the keys know of what happened here."""
        for shared in self._shared():
            shared.told(event)

    def remember(self, known: Mapping[str, BudgetFigures]) -> None:
        """Go on with what earlier sessions of this program knew of the keys, by fingerprint."""
        for shared in self._shared():
            figures = known.get(shared.lane.scope.key)
            if figures is not None:
                shared.remember(figures)

    @property
    def problems(self) -> tuple[str, ...]:
        """What is wrong with the counters of an earlier run, as sentences."""
        return tuple(shared.problem for shared in self._shared() if shared.problem is not None)

    async def finish(self, seconds: float) -> None:
        """Wait, not long, until what the user confirmed is on the wire; nothing new is taken."""
        self._closing = True
        for one in self._cancellers:
            await one.cancels.flush(seconds)
        for shared in self._shared():
            await shared.finish(seconds)

    def close(self) -> None:
        """Write what is kept of the keys: their counters, and the audit's evidence."""
        for shared in self._shared():
            shared.close()
        if self._audit is not None:
            self._audit.close()

    def _shared(self) -> tuple[SharedKey, ...]:
        return (self.shared,) if self._second is None else (self.shared, self._second.shared)

    def _described(self, event: KeyDescribed) -> None:
        """Judge what the exchange says of the key that reads."""
        self._key.described(event)
        if self._second is not None:
            self._second.compare()

    def _streamed(self, event: Happening) -> None:
        """Let the state know what the stream says, and then the audit."""
        self._tell(event)
        if self._audit is not None:
            self._audit.auditor.streamed(event)

    # --- cancels ---------------------------------------------------------------------------------

    def ask(
        self, ids: Sequence[str], *, everything: bool = False, new_too: bool = False, named: bool = False
    ) -> Question | NotAsked:
        """Freeze a question, or say why it cannot be asked."""
        t_ns = self._clock.mono_ns()
        by = self._canceller(t_ns, new_too=new_too)
        if isinstance(by, NotAsked):
            return by
        return by.ask(ids, t_ns, everything=everything, new_too=new_too, named=named)

    def confirm(self, question: Question) -> NotAsked | None:
        """Start the cancels of a question; None = they are on their way."""
        t_ns = self._clock.mono_ns()
        if question.account != self._state.account or self._state.keys.of(question.key or "") is None:
            return NotAsked(why="The question was asked for another account: ask again.")
        if question.number in self._answered:
            return NotAsked(why="This question was answered before.")
        by = self._canceller(t_ns, new_too=question.new_too)
        if isinstance(by, NotAsked):
            return by
        if by.belief.key != question.key:
            return NotAsked(why=f"It would go with the key {by.belief.name} now: ask again.")
        mass = self._state.desk.groups.mass
        if question.new_too and mass is not None and mass.in_flight:
            return NotAsked(why=MASS_IN_FLIGHT)
        ids = [one.id for one in question.orders]
        if question.new_too:  # what was placed since the question is taken, too
            ids = list(dict.fromkeys([*ids, *self._state.orders]))
        named = question.named
        orders = [order for one in ids if (order := self._still_open(one, t_ns, named=named)) is not None]
        if not orders and not question.new_too:
            return NotAsked(why=self._nothing_left(question))
        self._answered.add(question.number)
        begun = tuple(one for one in ids if not self._is_on_its_way(one))
        self._tell(
            CancelsBegun(
                account=question.account or "", number=question.number, ids=begun, mass=question.new_too
            )
        )
        self._begin(orders, at_once=question.new_too)
        return None

    def ask_when_free(self, ids: Sequence[str]) -> Question | NotAsked:
        """Freeze a question about cancelling these orders as soon as that is cheap enough."""
        asked = self.ask(ids)
        return asked if isinstance(asked, NotAsked) else self.waiter.described(asked)

    def confirm_when_free(self, question: Question) -> NotAsked | None:
        """Let the orders of a question wait; None = they do."""
        if question.account != self._state.account or self._state.keys.of(question.key or "") is None:
            return NotAsked(why="The question was asked for another account: ask again.")
        if question.number in self._answered:
            return NotAsked(why="This question was answered before.")
        self._answered.add(question.number)
        refused = self.waiter.plan(question)
        if refused is None:
            ids = tuple(one.id for one in question.orders)
            self._tell(CancelsBegun(account=question.account, number=question.number, ids=ids, later=True))
        return refused

    def _begin(self, orders: Sequence[Order], *, at_once: bool = False) -> None:
        """Send the cancels of these orders with the key that takes them now."""
        t_ns = self._clock.mono_ns()
        by = self._canceller(t_ns, new_too=at_once)
        orders = [one for one in orders if not self._is_on_its_way(one.id)]
        if not orders and not at_once:
            return
        if isinstance(by, NotAsked):  # the waiter has looked a moment ago
            by = self._cancellers[0]
        by.begin(orders, t_ns, at_once=at_once)
        self._pursuer.wake()

    def _may_go(self) -> bool:
        """Tell whether a cancel could be sent now."""
        return isinstance(self._canceller(self._clock.mono_ns()), Canceller)

    def ask_switch(self) -> SwitchQuestion | NotAsked:
        """Freeze the question about the dead man's switch, or say why it cannot be asked."""
        return self._no_switch() or self._dead_man.ask()

    def set_switch(self, question: SwitchQuestion, timeout_s: int) -> NotAsked | None:
        """Do what the question about the dead man's switch says; None = it is on its way."""
        return self._no_switch() or self._dead_man.set(question, timeout_s)

    def _no_switch(self) -> NotAsked | None:
        """Tell why the key that keeps the switch cannot: another one does not take its place."""
        why = self._stopped() or self._cancellers[0].refusal(self._clock.mono_ns())
        return None if why is None else NotAsked(why=why)

    def _stopped(self) -> str | None:
        if self._settings.read_only:
            return why_read_only(self._settings.venue)
        return "The program is closing: nothing new is cancelled." if self._closing else None

    def _canceller(self, t_ns: int, *, new_too: bool = False) -> Canceller | NotAsked:
        """Give the key that takes a cancel now, the one meant for it first; else why none does.

        A key that the exchange does not take any more comes after one that it takes. What names no order
        goes only with a key that is known to belong to this account.
        """
        stopped = self._stopped()
        if stopped is not None:
            return NotAsked(why=stopped)
        refusals = [(one, one.refusal(t_ns, names_none=new_too)) for one in self._cancellers]
        takes = [one for one, why in refusals if why is None]
        if takes:
            return min(takes, key=lambda one: one.is_refused)
        told = [self._state.keys.told(one.belief, why) for one, why in refusals if why is not None]
        return NotAsked(why=" ".join(told))

    def _evidence(self) -> list[Lane]:
        """List the lanes that may ask how a cancel ended, the reading key's first."""
        return [lane for belief, lane in self._lanes if may_ask("QueryOrders", belief)]

    def _still_open(self, order_id: str, t_ns: int, *, named: bool) -> Order | None:
        """Give the order if its cancel makes sense; one that no list names goes unseen if it may be open."""
        if self._is_on_its_way(order_id):
            return None
        order, table = self._state.orders.get(order_id), self._state.desk.table
        if order is not None or not table.may_be_open(order_id, named=named):
            return order
        return unseen(self._state.account, order_id, t_ns)

    def _is_on_its_way(self, order_id: str) -> bool:
        request = self._state.cancels.get(order_id)
        return request is not None and request.in_flight

    def _nothing_left(self, question: Question) -> str:
        if any(self._is_on_its_way(one.id) for one in question.orders):
            return "Its cancel is already on its way."
        return "It is no longer open: nothing was sent."
