"""The account's side of a session: what needs a key.

A cancel is refused here only on what is certain: no permission, nothing to send it over, a lockout
without an open private socket. Everything else goes, if need be with a warning in the question.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from krakentui.budget.acts import order_cost
from krakentui.budget.planner import CancelPlan, plan
from krakentui.budget.words import duration
from krakentui.engine.amends import AmendHistory
from krakentui.engine.audit import AuditSide
from krakentui.engine.cancels import Cancels
from krakentui.engine.feeds import PrivateTalk
from krakentui.engine.history import Historian
from krakentui.engine.household import Household
from krakentui.engine.inquiry import Inquiry
from krakentui.engine.keycheck import KeyCheck
from krakentui.engine.keywatch import KeyWatch
from krakentui.engine.leftswitch import Memory
from krakentui.engine.poller import Poller
from krakentui.engine.pursuer import Pursuer
from krakentui.engine.routes import Wanted, parcels
from krakentui.engine.seat import Seat
from krakentui.engine.sharing import SharedKey
from krakentui.engine.switch import DeadMan
from krakentui.engine.tokens import Tokens
from krakentui.engine.waiter import Waiter
from krakentui.engine.wants import is_blind, may_ask
from krakentui.model.event import Happening
from krakentui.model.limit import units
from krakentui.model.mass import CancelsBegun
from krakentui.model.order import Order
from krakentui.net.feed import Feed
from krakentui.net.hosts import check_destination
from krakentui.net.talk import Line
from krakentui.settings import Settings
from krakentui.state.question import MASS_IN_FLIGHT
from krakentui.state.question import question as frozen_question
from krakentui.state.state import State
from krakentui.state.view import NotAsked, Question, SwitchQuestion
from krakentui.wire.spot.sign import check_secret


class AccountSide:
    """Lane, private feed, poller and cancels of one key."""

    def __init__(
        self,
        settings: Settings,
        state: State,
        house: Household,
        line: Line,
        maintenance: Callable[[], bool],
        names_known: asyncio.Event,
        hear: Callable[[Happening], None],
        seat: Seat | None = None,
    ) -> None:
        """Build everything, start nothing.

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
        self.shared = SharedKey(settings, credentials, house, lambda: state.ledger, hear, seat)
        self._lane = self.shared.lane
        self._tell = house.tell
        tokens = Tokens(self._lane, house.clock)
        self._audit: AuditSide | None = None
        if settings.audit:
            self._audit = AuditSide(settings, state, self._lane, tokens, house, line, maintenance)
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
        self._key = KeyWatch(self._lane, house, settings.withdraw_accepted, self._feed.replace)
        self.check = KeyCheck(state, self._lane, house.clock, house.tell, self._key.described)
        self.poller = Poller(
            state,
            self._lane,
            house.clock,
            house.tell,
            self._talk.key_known,
            names_known,
            self._key.described,
        )
        self._cancels = Cancels(
            state, house.clock, house.patience, self._lane, self._feed, self._talk.answers, house.tell
        )
        self._pursuer = Pursuer(state, self._lane, house.clock, house.tell)
        folder, rest = settings.state_dir, settings.endpoints.rest
        self._dead_man = DeadMan(
            state,
            house.clock,
            house.patience,
            self._lane,
            self._feed,
            self._talk.answers,
            house.tell,
            None if folder is None else Memory(folder, credentials.fingerprint, rest),
        )
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
            ("cancels", self._cancels.run),
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
        ]

    def replace(self, why: str) -> None:
        """Open a new private socket and ask for everything again."""
        self._feed.replace(why)
        self.poller.poll_now()
        self.audit_anew(why)

    def audit_anew(self, why: str) -> None:
        """Open the audit's socket anew."""
        if self._audit is not None:
            self._audit.replace(why)

    def hurry(self) -> None:
        """The exchange is back: open the private socket soon, if it could not be opened."""
        self._feed.hurry()

    async def finish(self, seconds: float) -> None:
        """Wait, not long, until what the user confirmed is on the wire; nothing new is taken."""
        self._closing = True
        await self._cancels.flush(seconds)
        await self.shared.finish(seconds)

    def close(self) -> None:
        """Write what is kept of the key: its counters, and the audit's evidence."""
        self.shared.close()
        if self._audit is not None:
            self._audit.close()

    def _streamed(self, event: Happening) -> None:
        """Let the state know what the stream says, and then the audit."""
        self._tell(event)
        if self._audit is not None:
            self._audit.auditor.streamed(event)

    # --- cancels ---------------------------------------------------------------------------------

    def ask(
        self, ids: Sequence[str], *, everything: bool = False, new_too: bool = False
    ) -> Question | NotAsked:
        """Freeze a question, or say why it cannot be asked."""
        t_ns = self._clock.mono_ns()
        refusal = self._certain_refusal(t_ns)
        if refusal is not None:
            return refusal
        return frozen_question(
            self._state,
            ids,
            t_ns,
            socket_open=self._socket_takes(t_ns),
            rest_open=self._rest_takes(t_ns),
            batch_names=not is_blind(self._state),
            everything=everything,
            new_too=new_too,
        )

    def confirm(self, question: Question) -> NotAsked | None:
        """Start the cancels of a question; None = they are on their way."""
        t_ns = self._clock.mono_ns()
        if (question.account, question.key) != (self._state.account, self._state.key):
            return NotAsked(why="The question was asked for another account: ask again.")
        if question.number in self._answered:
            return NotAsked(why="This question was answered before.")
        refusal = self._certain_refusal(t_ns)
        if refusal is not None:
            return refusal
        mass = self._state.desk.groups.mass
        if question.new_too and mass is not None and mass.in_flight:
            return NotAsked(why=MASS_IN_FLIGHT)
        ids = [one.id for one in question.orders]
        if question.new_too:  # what was placed since the question is taken, too
            ids = list(dict.fromkeys([*ids, *self._state.orders]))
        orders = [order for one in ids if (order := self._still_open(one, t_ns)) is not None]
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
        if (question.account, question.key) != (self._state.account, self._state.key):
            return NotAsked(why="The question was asked for another account: ask again.")
        if question.number in self._answered:
            return NotAsked(why="This question was answered before.")
        self._answered.add(question.number)
        return self.waiter.plan(question)

    def _begin(self, orders: Sequence[Order], *, at_once: bool = False) -> None:
        """Send the cancels of these orders the way that is planned for them now."""
        t_ns = self._clock.mono_ns()
        planned = self._plan(orders, t_ns, at_once=at_once)
        self._cancels.begin(
            parcels(planned.ids, planned.route), [self._wanted(order, t_ns) for order in orders]
        )
        self._pursuer.wake()

    def _may_go(self) -> bool:
        """Tell whether a cancel could be sent now."""
        return self._certain_refusal(self._clock.mono_ns()) is None

    def ask_switch(self) -> SwitchQuestion | NotAsked:
        """Freeze the question about the dead man's switch, or say why it cannot be asked."""
        return self._certain_refusal(self._clock.mono_ns()) or self._dead_man.ask()

    def set_switch(self, question: SwitchQuestion, timeout_s: int) -> NotAsked | None:
        """Do what the question about the dead man's switch says; None = it is on its way."""
        refusal = self._certain_refusal(self._clock.mono_ns())
        return refusal or self._dead_man.set(question, timeout_s)

    def _certain_refusal(self, t_ns: int) -> NotAsked | None:
        """Tell why no cancel can go, where that is certain."""
        if self._settings.read_only:
            return NotAsked(why="This run is read-only: nothing is cancelled.")
        if self._closing:
            return NotAsked(why="The program is closing: nothing new is cancelled.")
        info = self._state.key_info
        if info is not None and not info.may_cancel:
            return NotAsked(why="This key may not cancel: it lacks close-trades (or modify-trades).")
        if self._socket_takes(t_ns) or self._rest_takes(t_ns):
            return None
        if self._lane.key_refused is not None:
            return NotAsked(why=f"{self._lane.key_refused.rstrip('.')}; the private websocket is not open.")
        locked_ns = self._lane.locked_ns(t_ns)
        if locked_ns:
            return NotAsked(
                why="The exchange locked private calls out and the private websocket is not open: "
                f"REST takes cancels again in {duration(locked_ns)}."
            )
        return NotAsked(why="This key may not cancel over REST, and the private websocket is not open.")

    def _socket_takes(self, t_ns: int) -> bool:
        """REST goes before a socket that went quiet, and before any socket where only its count tells."""
        if self._rest_takes(t_ns):
            return self._feed.is_alive(t_ns) and not is_blind(self._state)
        return self._feed.is_open

    def _rest_takes(self, t_ns: int) -> bool:
        free = self._lane.key_refused is None and not self._lane.locked_ns(t_ns)
        return free and may_ask("CancelOrder", self._state)

    def _plan(self, orders: Sequence[Order], t_ns: int, *, at_once: bool) -> CancelPlan:
        return plan(
            orders,
            self._state.ledger,
            t_ns,
            self._state.exchange_ns(t_ns),
            socket_open=self._socket_takes(t_ns),
            rest_open=self._rest_takes(t_ns),
            batch_names=not is_blind(self._state),
            at_once=at_once,
        )

    def _wanted(self, order: Order, t_ns: int) -> Wanted:
        return Wanted(order.id, order.pair, order_cost(order, self._state.exchange_ns(t_ns)))

    def _still_open(self, order_id: str, t_ns: int) -> Order | None:
        """Give the order if its cancel makes sense; a key that may not list orders cancels them unseen."""
        if self._is_on_its_way(order_id):
            return None
        order = self._state.orders.get(order_id)
        if order is not None or self._state.desk.table.listed:
            return order
        return Order(account=self._state.account, id=order_id, status="unknown", source="poll", seen_ns=t_ns)

    def _is_on_its_way(self, order_id: str) -> bool:
        request = self._state.cancels.get(order_id)
        return request is not None and request.in_flight

    def _nothing_left(self, question: Question) -> str:
        if any(self._is_on_its_way(one.id) for one in question.orders):
            return "Its cancel is already on its way."
        return "It is no longer open: nothing was sent."
