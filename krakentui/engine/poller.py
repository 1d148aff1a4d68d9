"""Asks over REST what is wanted, when the plan says so: one poller for the key, one for public calls."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial

from msgspec import structs

from krakentui.budget.forecast import SPAN_NS
from krakentui.budget.plan import Go, WaitUntil, Want, next_poll
from krakentui.budget.projection import polls_ahead
from krakentui.engine.firstword import TRIES, Ask
from krakentui.engine.haste import Haste
from krakentui.engine.lanes import Held, Lane
from krakentui.engine.offset import Timing
from krakentui.engine.public import PublicCalls
from krakentui.engine.routes import BATCH_MOST
from krakentui.engine.silence import ARRIVING_S, moved, silent, still_silent
from krakentui.engine.turnstile import Kind
from krakentui.engine.wants import may_ask, private_wants, public_wants
from krakentui.model.clock import SECOND, Clock
from krakentui.model.error import RateLimited, TransportError
from krakentui.model.event import Happening, KeyDescribed
from krakentui.model.poll import PollAhead, PollPlanned
from krakentui.net.deadline import within
from krakentui.state.markets import Quote
from krakentui.state.state import State
from krakentui.wire.spot.rest import Call, Reply

LOOK_AGAIN_NS = 60 * SECOND
"""So old the polls of the next minutes may get before the plan is played on again."""
LONGEST_WAIT_S = 2.0
"""A plan is looked at again at least this often: a query may be wanted that was not before."""
NAMES_WAIT_S = 6.0
"""For so long the first balances wait for the names of assets."""
AFTER_FAILURE_S = 5.0
"""Public calls pause for so long after one that got no answer."""


class Poller:
    """The private polls of one key."""

    def __init__(
        self,
        state: State,
        lane: Lane,
        clock: Clock,
        tell: Callable[[Happening], None],
        key_known: asyncio.Event,
        names_known: asyncio.Event,
        described: Callable[[KeyDescribed], None],
        first_word: Callable[[Ask, int], Awaitable[None]],
        haste: Haste,
    ) -> None:
        """Begin with nothing asked.

        Args:
            state: what is believed, which decides what is wanted.
            lane: the key's way to REST.
            clock: where time comes from.
            tell: where events go.
            described: hears what the exchange says of the key, right after it was asked.
            key_known: set here when the key has described itself, or could not.
            names_known: set when REST's names of assets are known: before that its balances make no sense.
            first_word: learns what the key may do, before anything else is asked with it.
            haste: where it is on, nothing comes between the list of orders and the cancel.
        """
        self._state = state
        self._lane = lane
        self._clock = clock
        self._tell = tell
        self._key_known = key_known
        self._names_known = names_known
        self._described = described
        self._first = first_word
        self._haste = haste
        self._last: dict[str, int] = {}
        self._wake = asyncio.Event()
        self._planned: PollPlanned | None = None
        self._ahead: tuple[PollAhead, ...] = ()
        self._looked_ns = 0
        self._held: WaitUntil | None = None
        """The lane let nothing go before then."""
        self._started = False

    def wake(self) -> None:
        """Look at the plan again: something has changed."""
        self._wake.set()

    def poll_now(self) -> str:
        """Want the lists at once; the sentence says when they come."""
        for endpoint in ("OpenOrders", "BalanceEx"):
            self._last.pop(endpoint, None)
        self._wake.set()
        stopped = self._lane.stopped
        if stopped is not None:
            return stopped
        match self._plan():
            case Go(want):
                return f"{want.what}: asking now."
            case WaitUntil(_, why):
                return why

    async def run(self) -> None:
        """Start, then poll until cancelled."""
        if not self._started:
            await self._start()
            self._started = True
        while True:
            self._wake.clear()
            decision = self._plan()
            match decision:
                case Go(want):
                    self._announce(decision)
                    await self._ask(want.endpoint, "background")
                case WaitUntil(at_ns):
                    self._announce(decision)
                    await self._pause(at_ns)

    async def _start(self) -> None:
        """The first calls of a start go on the user's account; the token is the private feed's."""
        await self._first_word()
        if self._haste.is_on and may_ask("OpenOrders", self._state):
            await self._ask("OpenOrders", "user")
            if self._state.desk.table.listed:
                await self._haste.over()
        self._key_known.set()
        for _ in range(5):
            await asyncio.sleep(0)  # lets the private feed ask for its token first
        await self._first_list()
        with contextlib.suppress(TimeoutError):
            await within(self._clock, NAMES_WAIT_S, self._names_known.wait)
        if may_ask("BalanceEx", self._state) and self._names_known.is_set():
            await self._ask("BalanceEx", "user")

    async def _first_list(self) -> None:
        """Ask for the open orders; where the counter has to drain first, they stay the user's wish."""
        while may_ask("OpenOrders", self._state) and not self._state.desk.table.listed:
            self._held = None
            self._wake.clear()
            reply = await self._ask("OpenOrders", "user")
            if reply is not None and isinstance(reply.refusal, RateLimited):
                continue  # now the lane knows until when to wait
            opens_ns = self._lane_opens_ns()
            if opens_ns is None:
                return
            await self._pause(opens_ns)

    def _lane_opens_ns(self) -> int | None:
        return None if self._held is None else self._held.at_ns

    async def _first_word(self) -> None:
        """Learn what the key may do; who is in haste asks once."""
        ask = partial(self._ask, "GetApiKeyInfo", "user")
        await self._first(ask, 1 if self._haste.is_on else TRIES)

    def _plan(self) -> Go | WaitUntil:
        held = self._held
        if held is not None and held.at_ns is not None and held.at_ns > self._clock.mono_ns():
            return held
        return next_poll(self._wants(), self._state.ledger, self._clock.mono_ns())

    def _wants(self) -> list[Want]:
        wants = private_wants(self._state, self._last, len(self._queries()))
        return [want for want in wants if want.endpoint != "BalanceEx" or self._names_known.is_set()]

    def _queries(self) -> tuple[str, ...]:
        """List the orders to ask for by id; those of our cancels are asked for by `Cancels`."""
        wanted = self._state.queries_wanted(self._clock.mono_ns())
        ours = self._state.cancels
        return tuple(one for one in wanted if one not in ours or not ours[one].in_flight)[:BATCH_MOST]

    async def _ask(self, endpoint: str, kind: Kind) -> Reply | None:
        """Send one poll and tell what it says; None = there is no answer."""
        self._last[endpoint] = self._clock.mono_ns()
        call = Call(endpoint, self._params(endpoint))
        try:
            reply = await self._lane.call(call, kind)
        except Held as held:
            if held.until_ns is not None:  # it counts as never asked, and is asked when the lane opens again
                self._last.pop(endpoint, None)
                self._held = WaitUntil(held.until_ns, str(held))
            return None
        except TransportError:
            return None  # the lane has told why; the usual period passes before the next attempt
        for event in reply.events:
            self._tell(event)
            if isinstance(event, KeyDescribed):
                self._described(event)
        return reply

    def _params(self, endpoint: str) -> tuple[tuple[str, str | tuple[str, ...]], ...]:
        return (("txid", self._queries()),) if endpoint == "QueryOrders" else ()

    def _announce(self, decision: Go | WaitUntil) -> None:
        """Tell the plan when it changed."""
        at_ns = self._clock.mono_ns() if isinstance(decision, Go) else decision.at_ns
        what = decision.want.what if decision.want is not None else ""
        stopped = self._lane.stopped
        why = decision.why if stopped is None else stopped
        plan = PollPlanned(what=what, at_ns=at_ns or 0, why=why)
        before = self._planned
        moved = before is None or before.what != plan.what or abs(before.at_ns - plan.at_ns) > SECOND // 2
        ahead = self._look_ahead(again=moved, stopped=stopped is not None)
        plan = structs.replace(plan, ahead=ahead)
        if moved or before is None or (before.why, before.ahead) != (plan.why, ahead):
            self._planned = plan
            self._tell(plan)

    def _look_ahead(self, *, again: bool, stopped: bool) -> tuple[PollAhead, ...]:
        """Play the plan on when it has moved, or when what was played on runs short."""
        if stopped:
            return ()
        t_ns = self._clock.mono_ns()
        if again or t_ns - self._looked_ns > LOOK_AGAIN_NS:
            self._looked_ns = t_ns
            span_ns = SPAN_NS + LOOK_AGAIN_NS + round(LONGEST_WAIT_S * SECOND)
            self._ahead = polls_ahead(self._wants(), self._state.ledger, t_ns, span_ns)
        return self._ahead

    async def _pause(self, at_ns: int | None) -> None:
        wait_s = LONGEST_WAIT_S
        if at_ns is not None:
            wait_s = min(wait_s, max(0.0, (at_ns - self._clock.mono_ns()) / SECOND))
        with contextlib.suppress(TimeoutError):
            await within(self._clock, wait_s, self._wake.wait)


class PublicPoller:
    """The public polls: pairs, assets, the exchange's clock, and prices while the stream is down."""

    def __init__(
        self,
        state: State,
        calls: PublicCalls,
        clock: Clock,
        tell: Callable[[Happening], None],
        timing: Timing,
        died: Callable[[str], None],
        haste: Haste,
    ) -> None:
        """Begin with nothing asked; `died` hears, as a clause, that a market's stream is dead."""
        self._state = state
        self._timing = timing
        self._calls = calls
        self._clock = clock
        self._tell = tell
        self.names_known = asyncio.Event()
        """Set when REST's names of assets have come."""
        self._died = died
        self._haste = haste
        self._last: dict[str, int] = {}
        self._compared: dict[str, int] = {}
        """Symbol -> when its silence was last compared with REST."""

    def ask_the_time(self) -> None:
        """Ask for the exchange's clock anew."""
        self._last.pop("Time", None)

    async def run(self) -> None:
        """Poll until cancelled; the names of pairs and the clock come first."""
        first = ["Assets", "AssetPairs", "Time"]
        if self._haste.is_on:  # orders are named by their pairs
            while not await self._ask("AssetPairs"):
                pass
            await self._haste.over()
            first.remove("AssetPairs")
        while True:
            t_ns = self._clock.mono_ns()
            quiet = bool(silent(self._state, self._compared, t_ns))
            wants = [*public_wants(self._state, self._last, self._timing.offset, quiet)]
            if first:
                wants = [want for want in wants if want.endpoint == first[0]]
            match next_poll(wants, self._state.ledger, t_ns):
                case Go(want):
                    if await self._ask(want.endpoint):
                        first = first[1:]
                case WaitUntil(at_ns):
                    wait_s = LONGEST_WAIT_S if at_ns is None else (at_ns - t_ns) / SECOND
                    await self._clock.sleep(min(LONGEST_WAIT_S, max(0.01, wait_s)))

    async def _ask(self, endpoint: str) -> bool:
        """Ask; tell whether the exchange answered. What it never told is asked for again soon."""
        asked_ns, sent_ns = self._clock.mono_ns(), self._clock.now_ns()
        symbols = silent(self._state, self._compared, asked_ns) or self._state.watched()
        before = dict(self._state.markets.quotes)
        params = (("pair", self._rest_ids(symbols)),) if endpoint == "Ticker" else ()
        reply = await self._calls.ask(Call(endpoint, params))
        if reply is None or (reply.refusal is not None and endpoint not in self._last):
            await self._clock.sleep(AFTER_FAILURE_S)
            return False
        self._last[endpoint] = asked_ns
        if endpoint == "Assets" and reply.events:
            self.names_known.set()
        if reply.server_ns is not None:
            self._timing.answered(reply.server_ns, sent_ns, self._clock.now_ns())
        if endpoint == "Ticker" and self._state.feeds["public"].state == "live":
            self._compared |= dict.fromkeys(symbols, asked_ns)
            await self._compare(before, moved(before, reply.events))
        return True

    async def _compare(self, before: Mapping[str, Quote], suspects: Sequence[str]) -> None:
        """A market that moved without its stream saying so, even a moment later, has a dead stream."""
        if not suspects:
            return
        await self._clock.sleep(ARRIVING_S)
        dead = still_silent(before, self._state.markets.quotes, suspects)
        if dead:
            self._died(f"{dead[0]} moved and the stream did not say so")

    def _rest_ids(self, symbols: Sequence[str]) -> tuple[str, ...]:
        """Name these pairs as REST wants them."""
        pairs = self._state.pairs
        ids = (pairs[symbol].rest_id for symbol in symbols if symbol in pairs)
        return tuple(rest_id for rest_id in ids if rest_id)
