"""Cancels each planned order the moment its cancel is cheap enough, for as long as this program runs.

The order stays open meanwhile and may fill. An amend makes it young, and dear, again: then it waits on. What
cannot be sent just now waits too, but nothing waits over the end of the program.
"""

from collections.abc import Callable, Iterator, Sequence

from msgspec import structs

from krakentui.budget.acts import order_cost
from krakentui.budget.costs import cheap_in
from krakentui.budget.words import duration, figure
from krakentui.model.clock import Clock
from krakentui.model.event import Happening
from krakentui.model.number import counted
from krakentui.model.order import Order
from krakentui.model.waiting import WaitDropped, WaitPlanned
from krakentui.state.state import State
from krakentui.state.view import NotAsked, Question

LOOK_S = 0.5
"""How often it is looked whether something has become cheap enough."""


class Waiter:
    """The cancels of one account that wait."""

    def __init__(
        self,
        state: State,
        clock: Clock,
        tell: Callable[[Happening], None],
        begin: Callable[[Sequence[Order]], None],
        may_go: Callable[[], bool],
        most: int,
    ) -> None:
        """Begin with none.

        Args:
            state: what is believed.
            clock: where time comes from.
            tell: where events go.
            begin: starts the cancels of these orders.
            may_go: tells whether a cancel can be sent just now.
            most: units that a cancel may cost when it goes.
        """
        self._state = state
        self._clock = clock
        self._tell = tell
        self._begin = begin
        self._may_go = may_go
        self._most = most

    def described(self, question: Question) -> Question | NotAsked:
        """Turn a question about cancelling now into one about cancelling when it is cheap enough."""
        orders = [self._state.orders[one.id] for one in question.orders if one.id in self._state.orders]
        if not orders:
            return NotAsked(why="The exchange has not listed these orders yet: they cannot wait.")
        waits = [self._wait_ns(order) for order in orders]
        at_once = all(wait_ns == 0 for wait_ns in waits)
        return structs.replace(
            question,
            route=self._route(waits),
            warnings=(*_about_orders(question), *(() if at_once else _about_waiting(waits))),
            pairs=(),
            later=True,
            at_once=at_once,
        )

    def _route(self, waits: Sequence[int | None]) -> str:
        """Say when they go; an unknown wait is one that still lasts."""
        points = counted(figure(self._most), "point")
        cheap = f"{points} or less" if self._most else "nothing"
        at_once = sum(wait_ns == 0 for wait_ns in waits)
        if at_once == len(waits):
            return f"at once: {'it costs' if at_once == 1 else 'they cost'} {cheap} already"
        longest_ns = max((wait_ns for wait_ns in waits if wait_ns is not None), default=0)
        last = f", the last in {duration(longest_ns)}" if longest_ns else ""
        who = f"{at_once} of them at once, the others" if at_once else "each"
        return f"{who} as soon as it costs {cheap}{last}"

    def plan(self, question: Question) -> NotAsked | None:
        """Let the orders of a question wait; None = they do."""
        ids = tuple(one.id for one in question.orders if one.id in self._state.orders)
        if not ids:
            return NotAsked(why="They are no longer open: nothing waits.")
        self._tell(WaitPlanned(account=self._state.account, ids=ids, most=self._most))
        return None

    def stop(self, ids: Sequence[str]) -> bool:
        """Let these orders wait no longer; tell whether any did."""
        waiting = tuple(one for one in ids if one in self._state.waiting.most)
        if waiting:
            self._tell(WaitDropped(account=self._state.account, ids=waiting, why="you stopped it"))
        return bool(waiting)

    async def run(self) -> None:
        """Look and send until cancelled."""
        while True:
            await self._clock.sleep(LOOK_S)
            self.look()

    def look(self) -> None:
        """Send what is cheap enough now, and forget what has ended."""
        most, state = self._state.waiting.most, self._state
        gone = tuple(one for one in most if one not in state.orders)
        if gone and state.desk.table.listed:
            self._tell(WaitDropped(account=state.account, ids=gone))
        if not self._may_go():
            return
        wall_ns = state.clock.measured_ns(self._clock.mono_ns())
        ready = [
            state.orders[one]
            for one, units in most.items()
            if one in state.orders
            and not state.desk.requests.in_flight(one)
            and order_cost(state.orders[one], wall_ns).high <= units
        ]
        if ready:
            self._begin(ready)

    def _wait_ns(self, order: Order) -> int | None:
        """Tell how long until its cancel is cheap enough; None = its age is not known."""
        wall_ns = self._state.clock.measured_ns(self._clock.mono_ns())
        return None if wall_ns is None else cheap_in(order.counts_from_high_ns, wall_ns, self._most)


def _about_orders(question: Question) -> tuple[str, ...]:
    """Keep what warns of the orders themselves; what is said of the cost of now does not hold later."""
    guards = sum(order.protective for order in question.orders)
    if not guards:
        return ()
    these = "1 of them protects" if guards == 1 else f"{guards} of them protect"
    return (f"{these} a position: without it nothing limits a loss.",)


def _about_waiting(waits: Sequence[int | None]) -> Iterator[str]:
    """Say what may come of those that wait."""
    yield "They stay open until then and may fill; an amend starts the wait anew."
    if unknown := sum(wait_ns is None for wait_ns in waits):
        yield f"The age of {unknown} of them is not known: they wait until it is."
    yield "Nothing waits longer than this program runs."
