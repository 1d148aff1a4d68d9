"""Sends cancels and reads what the exchange answers; how they ended is `engine.pursuer`'s business.

`begin` is called by the user's own key press: it notes the request and starts its delivery at once. Each
delivery is a task of its own, so that none waits behind another's answer. Bytes that were written are
never written again; whatever is not certain is asked for.
"""

import asyncio
import itertools
import logging
from collections.abc import Callable, Sequence
from typing import Literal

from krakentui.engine.answers import Answers, Unanswered
from krakentui.engine.lanes import Lane
from krakentui.engine.massnews import MassNews
from krakentui.engine.routes import REST_ENDPOINTS, Job, Parcel, Wanted
from krakentui.engine.wants import is_blind
from krakentui.model.clock import Clock
from krakentui.model.error import Denied, LockedOut, NotSent, RateLimited, TransportError, VenueRefusal
from krakentui.model.event import (
    Answered,
    CallRefused,
    CallSpent,
    CancelAnswered,
    CancelAsked,
    CancelNotSent,
    CancelSent,
    CancelUnanswered,
    DeniedSeen,
    Happening,
)
from krakentui.model.limit import PairScope
from krakentui.net.deadline import within
from krakentui.net.feed import Feed
from krakentui.net.patience import Patience
from krakentui.net.socket import SocketClosed
from krakentui.state.state import State
from krakentui.wire.spot.errors import refusal, without_secrets
from krakentui.wire.spot.rest import Call, Reply
from krakentui.wire.spot.ws import Conversation

_log = logging.getLogger("krakentui.engine")
How = Literal["taken", "counted", "queued", "begun"]
"""What an answer that agrees says of an order."""
_DOUBTFUL = (
    "EGeneral:Internal error",
    "EDatabase:Internal error",
    "EService:Unavailable",
    "EService:Busy",
    "EService:Deadline elapsed",
)
"""Refusals that do not say whether the exchange acted (REST reference, 2.2)."""

_IN_PROGRESS = "EOrder:Cancel pending"
"""The order is being cancelled already: wait (REST reference, 2.2)."""


class Cancels:
    """The cancels of one key."""

    def __init__(
        self,
        state: State,
        clock: Clock,
        patience: Patience,
        lane: Lane,
        feed: Feed[Conversation],
        answers: Answers,
        tell: Callable[[Happening], None],
        hide: Callable[[str], str],
        numbers: "itertools.count[int] | None" = None,
    ) -> None:
        """Begin with none; `numbers` is the row of request numbers where it is shared.

        `hide` takes secrets out of what the exchange answers.
        """
        self._hide = hide
        self._state = state
        self._clock = clock
        self._patience = patience
        self._lane = lane
        self._feed = feed
        self._answers = answers
        self._tell = tell
        self._mass = MassNews(state, tell, lane.scope.key)
        self._numbers = numbers or itertools.count(1)
        self._group: asyncio.TaskGroup | None = None
        self._early: list[Job] = []
        self._unsure: dict[int, frozenset[str]] = {}
        """The pairs on which a request sent may be refused by what was known at its sending."""
        self._deliveries: set[asyncio.Task[None]] = set()

    def begin(self, parcels: Sequence[Parcel], wanted: Sequence[Wanted]) -> None:
        """Note these cancels as asked and start them on their way; returns at once."""
        by_id = {one.order_id: one for one in wanted}
        for parcel in parcels:
            job = Job(next(self._numbers), parcel, tuple(by_id[order_id] for order_id in parcel.ids))
            self._mass.asked(job)
            for order_id in parcel.ids:
                self._tell(
                    CancelAsked(
                        account=self._state.account,
                        order_id=order_id,
                        request=job.number,
                        route=parcel.words,
                        key=self._lane.scope.key,
                    )
                )
            if self._group is None:
                self._early.append(job)
            else:
                self._start(job)

    async def run(self) -> None:
        """Deliver what is asked, until cancelled."""
        try:
            async with asyncio.TaskGroup() as self._group:
                early, self._early = self._early, []
                for job in early:
                    self._start(job)
                await asyncio.get_running_loop().create_future()
        finally:
            self._group = None

    async def flush(self, seconds: float) -> None:
        """Wait, not long, until what the user confirmed is on the wire; what cannot go any more is told."""
        early, self._early = self._early, []
        for job in early:
            self._not_sent(job, "the program closed before it could go")
        unsent = [task for task in self._deliveries if not task.done()]
        if unsent:
            await asyncio.wait(unsent, timeout=seconds)

    def _start(self, job: Job) -> None:
        if self._group is None:
            raise RuntimeError("cancels are not running")
        name = f"cancel {'of everything' if job.parcel.at_once else ' '.join(job.parcel.ids[:3])}"
        task = self._group.create_task(self._deliver(job), name=name)
        self._deliveries.add(task)
        task.add_done_callback(self._deliveries.discard)

    # --- delivery --------------------------------------------------------------------------------

    async def _deliver(self, job: Job) -> None:
        """Deliver one request; a fault of ours leaves its outcome unknown, and the others alone."""
        try:
            if job.parcel.over_socket:
                await self._over_socket(job)
            else:
                await self._over_rest(job)
        except asyncio.CancelledError:
            self._abandon(job, "this program stopped before the answer came")
            raise
        except Exception:  # noqa: BLE001 - supervises one delivery: an event and a log line
            _log.exception("a cancel's delivery failed")
            self._abandon(job, "this program failed before the answer came")

    def _abandon(self, job: Job, why: str) -> None:
        """Leave a delivery: only REST tells for certain that no byte of it was written."""
        requests = [self._state.cancels.get(one.order_id) for one in job.wanted]
        written = self._mass.was_sent(job) or any(request is None or request.sent for request in requests)
        if job.parcel.over_socket or written:
            self._unanswered(job, why)
        else:
            self._not_sent(job, why)

    async def _over_socket(self, job: Job) -> None:
        try:
            answer = await within(self._clock, self._patience.write_s, lambda: self._write(job))
        except NotSent as error:
            self._not_sent(job, str(error))
            return
        except SocketClosed:
            self._sent(job)
            self._unanswered(job, "the websocket broke while the cancel was written")
            return
        except TimeoutError:
            self._sent(job)
            self._unanswered(job, "the websocket took no more")
            return
        try:
            answered = await within(self._clock, self._patience.answer_s, lambda: asyncio.shield(answer))
        except TimeoutError:
            self._unanswered(job, f"unanswered after {self._patience.answer_s:g} s")
            answer.add_done_callback(lambda late: self._read_late(job, late))
        except Unanswered:
            self._unanswered(job, "the websocket closed before the answer came")
        else:
            self._read_socket(job, answered)

    async def _write(self, job: Job) -> asyncio.Future[Answered]:
        """Write the request; it counts as sent before anything else can happen."""
        answer = await self._feed.say(lambda talk: self._answers.expect(_ask(talk, job.parcel)), urgent=True)
        self._sent(job)
        return answer

    def _read_late(self, job: Job, answer: asyncio.Future[Answered]) -> None:
        """An answer that comes after its time is evidence all the same."""
        if not answer.cancelled() and answer.exception() is None:
            self._read_socket(job, answer.result())

    def _read_socket(self, job: Job, answered: Answered) -> None:
        if answered.ok:
            self._taken(job, answered.count)
        else:
            self._refused(job, refusal(without_secrets(answered.error, self._hide)))

    async def _over_rest(self, job: Job) -> None:
        try:
            reply = await self._lane.call(_call(job), "cancel", lambda: self._sent(job))
        except NotSent as error:
            self._not_sent(job, str(error))
        except TransportError as error:
            self._unanswered(job, str(error))
        else:
            self._read_rest(job, reply)

    def _read_rest(self, job: Job, reply: Reply) -> None:
        if reply.broken is not None:
            self._unanswered(job, reply.broken)
        elif reply.refusal is not None:
            self._refused(job, reply.refusal)
        else:
            alone = len(job.wanted) == 1 and not job.parcel.at_once and reply.count == 1 and not reply.pending
            how: How = "counted" if alone and is_blind(self._state) else "taken"
            self._taken(job, reply.count, "queued" if reply.pending else how)

    # --- what came of it -------------------------------------------------------------------------

    def _sent(self, job: Job) -> None:
        self._unsure[job.number] = self._expecting_refusal(job)
        self._mass.sent(job)
        for one in job.wanted:
            if one.pair is not None:
                self._tell(
                    CallSpent(
                        name="engine",
                        scope=PairScope(self._state.account, one.pair),
                        low=0,
                        high=one.cost.high,
                        what="cancel",
                        lane="cancel",
                        order_id=one.order_id,
                    )
                )
            self._tell(
                CancelSent(
                    account=self._state.account,
                    order_id=one.order_id,
                    request=job.number,
                    route=job.parcel.words,
                )
            )

    def _expecting_refusal(self, job: Job) -> frozenset[str]:
        """Tell the pairs on which this request may pass the ceiling, or on which others act, too."""
        costs: dict[str, int] = {}
        for one in job.wanted:
            if one.pair is not None:
                costs[one.pair] = costs.get(one.pair, 0) + one.cost.high
        ledger, account, t_ns = self._state.ledger, self._state.account, self._clock.mono_ns()
        return frozenset(
            pair
            for pair, cost in costs.items()
            if ledger.expects_refusal("engine", PairScope(account, pair), cost, t_ns)
        )

    def _taken(self, job: Job, count: int | None, how: How = "taken") -> None:
        """The exchange took the request; for a batch it only says of how many, once they are done."""
        self._unsure.pop(job.number, None)
        self._mass.taken(job, count, pending=how == "queued")
        silent = count is None and how == "taken" and len(job.wanted) > 1 and not job.parcel.at_once
        if silent:
            self._unanswered(job, "the exchange took the cancels, not told how many")
        elif count is None or count >= len(job.wanted) or how == "queued":
            for one in job.wanted:
                self._answered(job, one, ok=True, how=how)
        elif not count and not job.parcel.at_once:
            for one in job.wanted:
                self._answered(job, one, ok=False, code="EOrder:Unknown order")
        else:
            why = f"the exchange took {count} of {len(job.wanted)} cancels, not told which"
            self._unanswered(job, why, partly=None if job.parcel.at_once else (count, len(job.wanted)))

    def _refused(self, job: Job, error: VenueRefusal) -> None:
        alone = len(job.wanted) == 1 and not job.parcel.at_once
        if alone and error.code.startswith(_IN_PROGRESS):
            self._taken(job, None, "begun")
            return
        if isinstance(error, Denied):
            self._tell(DeniedSeen(key=self._lane.scope.key, endpoint="CancelOrder"))
        doubtful = error.code.startswith((*_DOUBTFUL, _IN_PROGRESS))
        if not doubtful:
            self._tell_limit(job, error.code)
        if job.parcel.at_once and isinstance(error, (Denied, LockedOut, RateLimited)):
            self._mass.refused(job, error.code)
        elif doubtful or not alone:
            self._unanswered(job, str(error).rstrip("."), "" if doubtful else error.code)
            return
        for one in job.wanted:
            self._answered(job, one, ok=False, code=error.code)

    def _tell_limit(self, job: Job, code: str) -> None:
        """Tell the counters of the pairs where the exchange said that they are full."""
        unsure = self._unsure.pop(job.number, frozenset())
        for one in job.wanted:
            if code.startswith("EOrder:Rate limit") and one.pair is not None:
                self._tell(
                    CallRefused(
                        name="engine",
                        scope=PairScope(self._state.account, one.pair),
                        cost=one.cost.high,
                        code=code,
                        expected=one.pair in unsure,
                        order_id=one.order_id,
                    )
                )

    def _answered(self, job: Job, one: Wanted, *, ok: bool, code: str = "", how: How = "taken") -> None:
        self._tell(
            CancelAnswered(
                account=self._state.account,
                order_id=one.order_id,
                request=job.number,
                ok=ok,
                code=code,
                how=how,
            )
        )

    def _unanswered(self, job: Job, why: str, code: str = "", partly: tuple[int, int] | None = None) -> None:
        self._mass.unanswered(job, why)
        for one in job.wanted:
            self._tell(
                CancelUnanswered(
                    account=self._state.account,
                    order_id=one.order_id,
                    request=job.number,
                    why=why,
                    code=code,
                    partly=partly,
                )
            )

    def _not_sent(self, job: Job, why: str) -> None:
        self._mass.not_sent(job, why)
        for one in job.wanted:
            self._tell(
                CancelNotSent(account=self._state.account, order_id=one.order_id, request=job.number, why=why)
            )


def _ask(talk: Conversation, parcel: Parcel) -> int:
    if parcel.at_once:
        return talk.cancel_all()
    ids = parcel.ids
    return talk.cancel_order(ids[0]) if len(ids) == 1 else talk.batch_cancel(ids)


def _call(job: Job) -> Call:
    endpoint, ids = REST_ENDPOINTS[job.parcel.route], job.parcel.ids
    if job.parcel.at_once:
        return Call(endpoint)
    if job.parcel.route == "rest batch":
        return Call(endpoint, (("orders", ids),))
    return Call(endpoint, (("txid", ids[0]),))
