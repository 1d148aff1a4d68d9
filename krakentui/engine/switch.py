"""Keeps the dead man's switch: arms it when the user says so, renews it over the socket, disarms it.

Nothing here arms it but the user's own act: once its moment has passed, or it was disarmed ahead of an
announced maintenance, it stays off. The exchange has one timer an account, so another program's call
replaces ours; what is shown is what our own last call was answered with.
"""

import asyncio
import contextlib
from collections.abc import Callable, Iterator

from krakentui.engine.answers import Answers, Unanswered
from krakentui.engine.lanes import Lane
from krakentui.engine.leftswitch import Memory
from krakentui.engine.watch import Reading, jump
from krakentui.model.clock import SECOND, Clock
from krakentui.model.error import NotSent, TransportError
from krakentui.model.event import Answered, CallSpent, Happening, Noted
from krakentui.model.limit import POINT, PairScope
from krakentui.model.market import Maintenance
from krakentui.model.switch import (
    SwitchAnswered,
    SwitchAsked,
    SwitchElsewhere,
    SwitchLeft,
    SwitchRanOut,
    SwitchUnanswered,
)
from krakentui.net.deadline import within
from krakentui.net.feed import Feed
from krakentui.net.patience import Patience
from krakentui.net.socket import SocketClosed
from krakentui.state.state import State
from krakentui.state.switch import AHEAD_NS
from krakentui.state.view import NotAsked, SwitchQuestion
from krakentui.wire.spot.rest import Call
from krakentui.wire.spot.ws import Conversation

LEAST_S, MOST_S = 30, 86_399
"""It is renewed every 15 s at the soonest; the exchange takes less than a day."""
LOOK_S = 1.0
"""How often it is looked whether its moment has passed or the socket is back."""
_OURS = frozenset({"spot_trading", "spot_ws", "spot_rest", "all"})
NO_SOCKET = "the private websocket is not open"


class DeadMan:
    """The dead man's switch of one account."""

    def __init__(
        self,
        state: State,
        clock: Clock,
        patience: Patience,
        lane: Lane,
        feed: Feed[Conversation],
        answers: Answers,
        tell: Callable[[Happening], None],
        memory: Memory | None = None,
    ) -> None:
        """Begin with it off, as far as is known; `memory` keeps that it is armed for the next start."""
        self._memory = memory
        self._state = state
        self._clock = clock
        self._patience = patience
        self._lane = lane
        self._feed = feed
        self._answers = answers
        self._tell = tell
        self._wish: int | None = None
        self._answered: set[int] = set()
        self._wake = asyncio.Event()
        self._looked = Reading(clock.mono_ns(), clock.now_ns())
        self._wary_ns = 0

    # --- what the user does ----------------------------------------------------------------------

    def ask(self) -> SwitchQuestion | NotAsked:
        """Freeze the question: arm it, or disarm it where it is on."""
        state, t_ns = self._state, self._clock.mono_ns()
        wall_ns, switch = state.exchange_ns(t_ns), state.switch
        if not switch.is_on:
            if not self._feed.is_open:
                return NotAsked(why=f"The dead man's switch cannot be armed: {NO_SOCKET}.")
            near = next(self._near(wall_ns), None)
            if near is not None:
                return NotAsked(
                    why=f"The dead man's switch is not armed ahead of a maintenance ({near.title}): "
                    "its end would cancel every open order."
                )
        orders = tuple(state.orders.values())
        return SwitchQuestion(
            number=state.next_question(),
            venue=state.venue,
            account=state.account,
            key=self._lane.scope.key,
            arm=not switch.is_on,
            open_orders=len(orders),
            pairs=tuple(sorted({order.pair for order in orders if order.pair})),
            not_ours=sum(bool(order.cl_ord_id or order.userref) for order in orders),
            fires_in_ns=None if switch.fires_wall_ns is None else switch.fires_wall_ns - wall_ns,
        )

    def set(self, question: SwitchQuestion, timeout_s: int) -> NotAsked | None:
        """Do what the question says; None = the call is on its way."""
        if (question.account, question.key) != (self._state.account, self._lane.scope.key):
            return NotAsked(why="The question was asked for another account: ask again.")
        if question.number in self._answered:
            return NotAsked(why="This question was answered before.")
        if question.arm and not LEAST_S <= timeout_s <= MOST_S:
            return NotAsked(why=f"The dead man's switch takes {LEAST_S} to {MOST_S} seconds.")
        self._answered.add(question.number)
        self._wish = timeout_s if question.arm else 0
        self._wake.set()
        return None

    # --- what is done for it ---------------------------------------------------------------------

    async def run(self) -> None:
        """Keep it until cancelled."""
        try:
            while True:
                self._wake.clear()
                wait_s = await self._step()
                self._remember()
                with contextlib.suppress(TimeoutError):
                    await within(self._clock, wait_s, self._wake.wait)
        finally:
            if self._memory is not None:
                self._memory.release()

    def _remind(self, memory: Memory) -> None:
        """Tell of a switch that an earlier run, or one beside this, has left armed."""
        left = memory.recalled()
        now_ns = self._state.exchange_ns(self._clock.mono_ns())
        if left is not None and left.fires_wall_ns > now_ns:
            account = self._state.account
            self._tell(SwitchLeft(account=account, timeout_s=left.timeout_s, trigger_ns=left.fires_wall_ns))

    def _remember(self) -> None:
        """Keep on disk what the next start has to know."""
        if self._memory is None:
            return
        problem = self._memory.keep(self._state.account, self._state.switch)
        if problem is not None:
            self._tell(Noted(kind="notice", text=problem, level="warn"))

    async def _step(self) -> float:
        """Do what is due and tell how long to wait."""
        t_ns = self._clock.mono_ns()
        switch, wall_ns = self._state.switch, self._state.exchange_ns(t_ns)
        self._look(t_ns)
        if self._wish is not None:
            timeout_s, self._wish = self._wish, None
            await self._call(timeout_s, renewal=False)
        elif switch.phase == "off" and self._memory is not None:
            self._remind(self._memory)
        elif switch.phase == "left" and self._memory is not None and self._memory.is_anothers:
            self._tell(SwitchElsewhere(account=self._state.account))
        elif switch.has_passed(wall_ns):
            self._tell(SwitchRanOut(account=self._state.account))
        elif switch.is_kept and t_ns >= switch.due_ns():
            await self._keep(wall_ns, t_ns)
        elif switch.phase in {"arming", "armed"} and (near := next(self._near(wall_ns), None)) is not None:
            text = f"The dead man's switch is disarmed ahead of a maintenance: {near.title}."
            self._tell(Noted(kind="notice", text=text, level="warn"))
            await self._call(0, renewal=False)
        return LOOK_S

    async def _keep(self, wall_ns: int, t_ns: int) -> None:
        """Renew it, or disarm it once more where that was not answered."""
        switch = self._state.switch
        if switch.phase == "disarming":
            await self._call(0, renewal=False)
        elif not switch.may_be_renewed(wall_ns, t_ns) or t_ns < self._wary_ns:
            return
        elif self._feed.is_open:
            await self._call(switch.timeout_s, renewal=True)
        elif switch.doubt != NO_SOCKET:
            self._lost(switch.timeout_s, NO_SOCKET, sent=False)

    def _look(self, t_ns: int) -> None:
        """Compare the clocks: here it shows sooner than in the session's watch."""
        before, self._looked = self._looked, Reading(t_ns, self._clock.now_ns())
        limit_ns = round(self._patience.jump_s * SECOND)
        if jump(before, self._looked, t_ns - before.mono_ns, limit_ns) is not None:
            self._wary_ns = t_ns + round(2 * self._patience.tick_s * SECOND)

    async def _call(self, timeout_s: int, *, renewal: bool) -> None:
        key = self._lane.scope.key
        self._tell(SwitchAsked(account=self._state.account, timeout_s=timeout_s, renewal=renewal, key=key))
        self._spend()
        try:
            written = await within(self._clock, self._patience.write_s, lambda: self._write(timeout_s))
            answer = await within(self._clock, self._patience.answer_s, lambda: asyncio.shield(written))
        except NotSent:
            await self._without_socket(timeout_s)
        except TimeoutError:
            self._lost(timeout_s, "its last call was not answered")
        except (SocketClosed, Unanswered):
            self._lost(timeout_s, "the websocket closed before its last call was answered")
        else:
            self._came(timeout_s, ok=answer.ok, trigger_ns=answer.trigger_ns, code=answer.error)

    async def _write(self, timeout_s: int) -> asyncio.Future[Answered]:
        return await self._feed.say(
            lambda talk: self._answers.expect(talk.cancel_all_orders_after(timeout_s))
        )

    async def _without_socket(self, timeout_s: int) -> None:
        """Disarm over REST; nothing else goes that way."""
        if timeout_s:
            if self._state.switch.phase == "arming":
                self._came(timeout_s, ok=False, code=NO_SOCKET)
            else:
                self._lost(timeout_s, NO_SOCKET, sent=False)
            return
        try:
            reply = await self._lane.call(Call("CancelAllOrdersAfter", (("timeout", "0"),)), "user")
        except TransportError as error:
            self._lost(timeout_s, f"it could not be disarmed: {error}")
            return
        if reply.broken is not None:
            self._lost(timeout_s, reply.broken)
        else:
            refused = reply.refusal
            self._came(timeout_s, ok=refused is None, code="" if refused is None else refused.code)

    def _came(self, timeout_s: int, *, ok: bool, trigger_ns: int | None = None, code: str = "") -> None:
        self._tell(
            SwitchAnswered(
                account=self._state.account, timeout_s=timeout_s, ok=ok, trigger_ns=trigger_ns, code=code
            )
        )

    def _lost(self, timeout_s: int, why: str, *, sent: bool = True) -> None:
        self._tell(SwitchUnanswered(account=self._state.account, timeout_s=timeout_s, why=why, sent=sent))

    def _spend(self) -> None:
        """Count the doubt: the official Rust client (2026-08) adds a point to each pair with open orders."""
        for pair in sorted({order.pair for order in self._state.orders.values() if order.pair}):
            self._tell(
                CallSpent(
                    name="engine",
                    scope=PairScope(self._state.account, pair),
                    low=0,
                    high=POINT,
                    what="cancel_all_orders_after",
                    lane="user",
                )
            )

    def _near(self, wall_ns: int) -> Iterator[Maintenance]:
        """List the announced maintenances that are about to begin or under way."""
        for window in self._state.maintenance:
            begin_ns = min(at for at in (window.cancel_before_ns, window.starts_ns, 2**63) if at is not None)
            over = window.ends_ns is not None and window.ends_ns < wall_ns
            ours = not window.services or bool(_OURS & set(window.services))
            if ours and not over and begin_ns - AHEAD_NS <= wall_ns:
                yield window
