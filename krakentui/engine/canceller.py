"""One key's way of cancelling: its socket, its lane to REST, and when these take a cancel.

A cancel is refused here only on what is certain: no permission, nothing to send it over, a lockout
without an open private socket. Everything else goes, if need be with a warning in the question.
"""

import itertools
from collections.abc import Sequence

from msgspec import structs

from krakentui.budget.acts import order_cost
from krakentui.budget.ledger import Ledger
from krakentui.budget.planner import plan
from krakentui.budget.route import ROUTE_WORDS
from krakentui.budget.words import duration
from krakentui.engine.answers import Answers
from krakentui.engine.cancels import Cancels
from krakentui.engine.household import Household
from krakentui.engine.lanes import Lane
from krakentui.engine.leftswitch import Memory
from krakentui.engine.routes import REST_ENDPOINTS, Wanted, parcels
from krakentui.engine.switch import DeadMan
from krakentui.engine.wants import is_blind, may_ask
from krakentui.model.limit import points
from krakentui.model.order import Order
from krakentui.net.feed import Feed
from krakentui.settings import Settings
from krakentui.state.keys import KeyBelief
from krakentui.state.question import UNSEEN, question, unseen
from krakentui.state.state import State
from krakentui.state.view import NotAsked, Question
from krakentui.state.ways import HasteView, way_name
from krakentui.wire.spot.ws import Conversation

ALONE_MOST = 5
"""So many orders that no list names go one by one; only a batch of more passes a pair's ceiling."""
UNPROVEN = (
    "The exchange has not told that it belongs to this account, and a cancel of everything names no order."
)


class Canceller:
    """Cancels with one key."""

    def __init__(
        self,
        state: State,
        belief: KeyBelief,
        house: Household,
        lane: Lane,
        feed: Feed[Conversation],
        answers: Answers,
        numbers: "itertools.count[int]",
    ) -> None:
        """Begin with nothing to cancel.

        Args:
            state: what is believed.
            belief: what is believed of the key.
            house: clock, thresholds, and where events go.
            lane: the key's way to REST.
            feed: its private socket.
            answers: what is asked over that.
            numbers: numbers requests, the same row for every key of a session.
        """
        self.belief = belief
        self.cancels = Cancels(
            state, house.clock, house.patience, lane, feed, answers, house.tell, house.hide, numbers
        )
        self._state = state
        self._lane = lane
        self._feed = feed
        self._house = house
        self._answers = answers

    @property
    def is_refused(self) -> bool:
        """Tell whether the exchange, or we, do not take this key: over REST at least."""
        return self._lane.key_refused is not None

    def refusal(self, t_ns: int, *, names_none: bool = False) -> str | None:
        """Tell why no cancel can go with this key, as a sentence, where that is certain.

        `names_none` = it would name no order: with a key of another account it would cancel what is there.
        """
        if self.belief is self._state.keys.second:
            same = self._state.keys.same_account
            if same is False:
                return self.belief.refused or ""
            if same is None and names_none:
                return UNPROVEN
        if self._lane.held_back is not None:
            return self._lane.held_back
        if self.belief.lacks_cancels is not None:
            return self.belief.lacks_cancels
        if self._socket_takes(t_ns) or self._rest_takes(t_ns):
            return None
        if self._lane.key_refused is not None:
            return f"{self._lane.key_refused.rstrip('.')}; the private websocket is not open."
        locked_ns = self._lane.locked_ns(t_ns)
        if locked_ns:
            return (
                "The exchange locked private calls out and the private websocket is not open: "
                f"REST takes cancels again in {duration(locked_ns)}."
            )
        return "This key may not cancel over REST, and the private websocket is not open."

    def ask(
        self, ids: Sequence[str], t_ns: int, *, everything: bool, new_too: bool, named: bool
    ) -> Question | NotAsked:
        """Freeze a question, or say why it cannot be asked."""
        asked = question(
            self._state,
            ids,
            t_ns,
            socket_open=self._socket_takes(t_ns),
            rest_open=self._rest_takes(t_ns),
            batch_names=not is_blind(self._state),
            everything=everything,
            new_too=new_too,
            named=named,
            by=self.belief,
        )
        if isinstance(asked, NotAsked) or not self._socket_takes(t_ns):
            return asked
        return structs.replace(asked, in_haste=self._in_haste(asked, t_ns))

    def _in_haste(self, asked: Question, t_ns: int) -> HasteView | None:
        """Tell how it goes right after the list of orders came over REST: no socket, no measured clock."""
        first = ("GetApiKeyInfo",) if asked.new_too else ("GetApiKeyInfo", "OpenOrders")
        own = self._state.ledger
        cost = sum(own.rest_cost(endpoint).low for endpoint in first)
        if not may_ask(first[-1], self._state) or not own.rest_at(t_ns).may_fit(cost, t_ns):
            return None
        ids = tuple(one.id for one in asked.orders)
        account, orders = self._state.account, self._state.orders
        planned = plan(
            [orders.get(one) or unseen(account, one, t_ns) for one in ids[:2]],  # of more it is the same way
            self._ledger,
            t_ns,
            None,
            socket_open=False,
            rest_open=self._rest_takes(t_ns),
            batch_names=not is_blind(self._state),
            at_once=asked.new_too,
        )
        if planned.route == "none":
            return None
        calls = len(parcels(ids, planned.route))
        each = self._ledger.rest_cost(REST_ENDPOINTS[planned.route])
        return HasteView(
            route=ROUTE_WORDS[planned.route],
            name=way_name(planned.route),
            rest_low=points(each.low * calls),
            rest_high=points(each.high * calls),
        )

    def dead_man(self, settings: Settings) -> DeadMan:
        """Make the dead man's switch that this key keeps."""
        folder, house, key = settings.state_dir, self._house, self._lane.scope.key
        memory = (
            None
            if folder is None
            else Memory(folder, key, settings.endpoints.rest, read_only=settings.read_only)
        )
        return DeadMan(
            self._state,
            house.clock,
            house.patience,
            self._lane,
            self._feed,
            self._answers,
            house.tell,
            memory,
        )

    def begin(self, orders: Sequence[Order], t_ns: int, *, at_once: bool) -> None:
        """Send the cancels of these orders the way that is planned for them now."""
        listed = self._state.desk.table.listed
        for some in (orders,) if at_once or not listed else _together(orders):
            self._send(some, t_ns, at_once=at_once)

    def _send(self, orders: Sequence[Order], t_ns: int, *, at_once: bool) -> None:
        wall_ns = self._state.clock.measured_ns(t_ns)
        planned = plan(
            orders,
            self._ledger,
            t_ns,
            wall_ns,
            socket_open=self._socket_takes(t_ns),
            rest_open=self._rest_takes(t_ns),
            batch_names=not is_blind(self._state),
            at_once=at_once,
        )
        self.cancels.begin(parcels(planned.ids, planned.route), wanted(orders, wall_ns))

    @property
    def _ledger(self) -> Ledger:
        """The counters as this key sees them."""
        return self._state.ledger.of_key(self.belief.key) or self._state.ledger

    def _socket_takes(self, t_ns: int) -> bool:
        """REST goes before a socket that went quiet, and before any socket where only its count tells."""
        if self._rest_takes(t_ns):
            return self._feed.is_alive(t_ns) and not is_blind(self._state)
        return self._feed.is_open

    def _rest_takes(self, t_ns: int) -> bool:
        free = self._lane.key_refused is None and not self._lane.locked_ns(t_ns)
        return free and may_ask("CancelOrder", self.belief)


def _together(orders: Sequence[Order]) -> Sequence[Sequence[Order]]:
    """Split off what the list does not name: a wrong id must not spoil a batch, nor blur its answer."""
    known = [order for order in orders if order.status != UNSEEN]
    unseen = [order for order in orders if order.status == UNSEEN]
    alone = [[order] for order in unseen] if len(unseen) <= ALONE_MOST else [unseen]
    return [known, *alone] if known else alone


def wanted(orders: Sequence[Order], wall_ns: int | None) -> list[Wanted]:
    """Say what is to be cancelled, with what each costs at this moment of the exchange's clock."""
    return [Wanted(order.id, order.pair, order_cost(order, wall_ns)) for order in orders]
