"""Asks how our cancels ended, where neither an answer nor the stream has told."""

import asyncio
from collections.abc import Callable, Sequence

from krakentui.engine.lanes import Held, Lane
from krakentui.engine.pursuit import Chase, due, hopeless, pursued
from krakentui.engine.routes import BATCH_MOST
from krakentui.engine.turnstile import Kind
from krakentui.model.clock import Clock
from krakentui.model.error import TransportError
from krakentui.model.event import CancelGivenUp, Happening
from krakentui.model.mass import MassOver
from krakentui.state.cancels import CancelRequest
from krakentui.state.state import State
from krakentui.wire.spot.rest import Call, Reply

LOOK_S = 0.25
"""How often pending cancels are looked at."""


class Pursuer:
    """Pursues the cancels of one account. Its failure costs no delivery."""

    def __init__(
        self,
        state: State,
        lanes: Callable[[], Sequence[Lane]],
        clock: Clock,
        tell: Callable[[Happening], None],
    ) -> None:
        """Begin with nothing to pursue; `lanes` lists those that may ask, the best first."""
        self._state = state
        self._lanes = lanes
        self._clock = clock
        self._tell = tell
        self._begun = asyncio.Event()
        self._chases: dict[str, Chase] = {}

    def wake(self) -> None:
        """There is a cancel to look after."""
        self._begun.set()

    async def run(self) -> None:
        """Pursue until cancelled."""
        while True:
            if self._state.desk.is_idle:
                self._begun.clear()
                await self._begun.wait()
            await self._clock.sleep(LOOK_S)
            await self._pursue()

    async def _pursue(self) -> None:
        """Ask for what is due, give up what is hopeless."""
        t_ns = self._clock.mono_ns()
        requests = self._state.cancels
        for number in self._state.desk.groups.over(requests, t_ns):
            self._tell(MassOver(account=self._state.account, request=number))
        self._chases = pursued(requests.values(), self._chases, self._is_streamed)
        for order_id, chase in self._chases.items():
            if hopeless(chase, requests[order_id], t_ns, is_open=self._surely_open(order_id)):
                self._give_up(order_id, chase.request)
        ids = due(self._chases, t_ns)[:BATCH_MOST]
        kind: Kind = "reconcile" if all(self._chases[one].asked for one in ids) else "user"
        reply = await self._asked(ids, kind) if ids else None
        if reply is None:
            return  # the lane has told why; they stay due
        for order_id in ids:
            if order_id in self._chases:
                self._chases[order_id] = self._chases[order_id].again()
        for event in reply.events:
            self._tell(event)

    async def _asked(self, ids: Sequence[str], kind: Kind) -> Reply | None:
        """Ask on the first lane that lets it go; None = there is no answer.

        The first time is the user's: it goes where the counter may hold no more than a start does not know.
        """
        for lane in self._lanes():
            try:
                return await lane.call(Call("QueryOrders", (("txid", tuple(ids)),)), kind)
            except Held:
                continue
            except TransportError:
                return None
        return None

    def _is_streamed(self, request: CancelRequest) -> bool:
        """Tell whether the stream is to tell how the order of a request ends."""
        return self._state.desk.table.will_tell(request.order_id, request.asked_ns)

    def _surely_open(self, order_id: str) -> bool:
        """Tell whether a live stream still holds the order for open."""
        table = self._state.desk.table
        return table.authoritative and order_id in table.open and not table.is_unsure(order_id)

    def _give_up(self, order_id: str, number: int) -> None:
        why = "the exchange did not say how it ended"
        if self._state.cancels[order_id].pending:
            why = "the exchange has queued it and did not say that it is done"
        elif self._surely_open(order_id):
            why = "the exchange still lists it as open: it can be cancelled again"
        self._tell(
            CancelGivenUp(
                account=self._state.account,
                order_id=order_id,
                request=number,
                outcome="unknown",
                why=why,
            )
        )
