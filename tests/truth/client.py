"""Our side without sockets: real conversations, a real state, and bytes that arrive as a test wants them.

Each private channel has a queue of what is in the air. The protocol promises order within a channel and
nothing between two, so a test delivers them as it likes; whatever is 4 s old comes by itself, because a
socket that is silent longer is replaced. Doubled, swapped and lost frames are faults that numbers show.
"""

import json
from collections import deque
from collections.abc import Iterable
from decimal import Decimal
from typing import Literal

from msgspec import Struct

from krakentui.model.clock import SECOND
from krakentui.model.event import (
    FeedChanged,
    FeedHeard,
    FeedState,
    FirstSnapshot,
    Happening,
    KeyDescribed,
    SequenceBroken,
    TimeMeasured,
)
from krakentui.model.secret import Secret
from krakentui.simulator import public_rest
from krakentui.simulator.private_ws import PrivateTalk
from krakentui.simulator.surface import HttpRequest, Socket
from krakentui.state.state import State
from krakentui.wire.spot.rest import Call, decode
from krakentui.wire.spot.ws import Conversation
from tests.simulator.private import Rest
from tests.support.builders import FULL_KEY, KEY
from tests.truth.venue import ASSETS, Venue
from tests.truth.watch import ROUNDED, Watch, shown_orders, shown_total
from tests.whole.truth import FEE

Channel = Literal["executions", "balances"]
LATE_US = 4_000_000
"""So long a frame is under way at most."""
ANSWER_US = 2_000_000
"""So long a REST call takes at most."""
START_NS = 1_000 * SECOND


class Underway(Struct, frozen=True):
    """A REST answer that has not arrived."""

    due_us: int
    events: tuple[Happening, ...]


class Client:
    """One monitor's beliefs, and all that is on its way to it."""

    def __init__(self, venue: Venue) -> None:
        self.venue = venue
        self._began_us = venue.now_us
        wall_ns = venue.now_us * 1_000
        self.state = State("simulator", "alice", KEY, wall_ns=wall_ns, t_ns=START_NS)
        self.watch = Watch(venue.past, self.state)
        self.heard: list[Happening] = []
        self.air: dict[str, deque[tuple[int, str]]] = {"executions": deque(), "balances": deque()}
        self._last: dict[str, str] = {}
        self._restarted: set[str] = set()
        self._answers: list[Underway] = []
        self._balances_us = 0
        self._talk: PrivateTalk | None = None
        self._conversation: Conversation | None = None
        self._is_live = False
        self._start()

    @property
    def t_ns(self) -> int:
        return START_NS + (self.venue.now_us - self._began_us) * 1_000

    def _start(self) -> None:
        for endpoint in ("Assets", "AssetPairs"):
            reply = public_rest.handle(self.venue.world, HttpRequest("GET", f"/0/public/{endpoint}", ""))
            self._read(Call(endpoint), reply.body)
        self._hear([TimeMeasured(offset_ns=0, doubt_ns=0), KeyDescribed(key=KEY, info=FULL_KEY)])
        self._hear([FeedChanged(feed="rest", state="live")])
        self.poll_orders(0)
        self.poll_balances(0)  # what the very first ones hold is believed as it is: nothing else is known
        self._arrive()

    def _hear(self, events: Iterable[Happening]) -> None:
        for event in events:
            self.heard.append(event)
            self.state.apply(event, self.t_ns)
            self.watch.look()

    # --- time ----------------------------------------------------------------------------------------

    def wait(self, us: int) -> None:
        """Let time pass; what has been under way long enough arrives."""
        until_us = self.venue.now_us + us
        while True:
            self._arrive()
            now_us = self.venue.now_us
            dues = [one.due_us for one in self._answers]
            dues += [queue[0][0] + LATE_US for queue in self.air.values() if queue]
            next_us = min([due for due in dues if due > now_us] + [until_us])
            self.venue.wait(next_us - now_us)
            self._hear([FeedHeard(feed="private")] if self._is_live else [])
            if next_us == until_us:
                return

    def _arrive(self) -> None:
        now_us = self.venue.now_us
        for channel, queue in self.air.items():
            while queue and queue[0][0] + LATE_US <= now_us:
                self.deliver(channel, 1)
        due = [one for one in self._answers if one.due_us <= now_us]
        self._answers = [one for one in self._answers if one.due_us > now_us]
        for one in due:
            self._hear(one.events)

    # --- the private socket --------------------------------------------------------------------------

    def connect(self) -> None:
        """Open the private socket and subscribe, unless it is open."""
        if self._talk is not None:
            return
        world = self.venue.world
        number = world.next_socket_number()
        self._conversation = Conversation("private", "alice")
        self._talk = PrivateTalk(world, Socket(number, "private", "127.0.0.1", self._sent, lambda *_: None))
        self._feed("connecting")
        world.judge.rest.clear()
        self._talk.opened()
        token = Rest(world).call("GetWebSocketsToken")["result"]["token"]
        self._conversation.set_token(Secret(token))
        self._conversation.subscribe("executions", snap_orders=True, snap_trades=True, ratecounter=True)
        self._conversation.subscribe("balances", snapshot=True)
        self._say()

    def cut(self) -> None:
        """Break the socket: what is in the air is lost."""
        if self._talk is None:
            return
        self._talk.closed()
        self._talk = self._conversation = None
        self._is_live = False
        for queue in self.air.values():
            queue.clear()
        self._last.clear()
        self._restarted.clear()
        self._feed("down")

    def deliver(self, channel: str, count: int) -> None:
        """Let the next frames of a channel arrive."""
        for _ in range(count):
            if self.air[channel]:
                self._last[channel] = self.air[channel].popleft()[1]
                self._receive(self._last[channel])

    def deliver_all(self) -> None:
        """Let everything arrive, and all that this brings about."""
        while True:
            for channel, queue in self.air.items():
                self.deliver(channel, len(queue))
            due, self._answers = self._answers, []
            for one in due:
                self._hear(one.events)
            if not any(self.air.values()):
                self.look_after()
                if not any(self.air.values()):
                    return

    def look_after(self) -> None:
        """Ask again for what a subscription owes, as the feed's watchdog does after 5 s."""
        if self._conversation is not None:
            for wish in self._conversation.awaited:
                self._conversation.mend(wish.channel)
            self._say()

    def double(self, channel: Channel) -> None:
        """Let the last frame of a channel arrive once more."""
        if channel in self._last:
            self._receive(self._last[channel])

    def swap(self, channel: Channel) -> None:
        """Let the second frame in the air overtake the first."""
        queue = self.air[channel]
        if len(queue) > 1:
            (first_us, first), (second_us, second) = queue.popleft(), queue.popleft()
            queue.appendleft((second_us, first))
            queue.appendleft((first_us, second))

    def lose(self, channel: Channel) -> None:
        """Lose the next frame of a channel; just after its numbers began anew nobody could see that."""
        if self.air[channel] and channel not in self._restarted:
            self.air[channel].popleft()

    def restart(self, channel: Channel) -> None:
        """Let the exchange count the frames of a channel from one again, unasked."""
        if self._talk is not None and channel in self._talk.subscriptions:
            self._talk.subscriptions[channel].sequence = 0
            self._restarted.add(channel)

    def _sent(self, text: str) -> None:
        channel = json.loads(text).get("channel")
        if channel in self.air:
            self.air[channel].append((self.venue.now_us, text))
        else:
            self._receive(text)

    def _say(self) -> None:
        if self._conversation is not None:
            for one in self._conversation.to_send():
                if self._talk is not None:
                    self._talk.received(one.text)

    def _receive(self, text: str) -> None:
        """Do with a frame what the shell of a feed does."""
        conversation = self._conversation
        if conversation is None:
            return
        events = conversation.receive(text)
        for event in events:
            if isinstance(event, SequenceBroken):
                conversation.mend(event.channel)
                self._restarted.discard(event.channel)
        self._hear([FeedHeard(feed="private")])
        given = any(isinstance(event, FirstSnapshot) for event in events)
        if given and not self._is_live and not conversation.awaited:
            self._is_live = True
            self._feed("live")
        self._hear(events)
        self._say()

    def _feed(self, state: FeedState) -> None:
        self._hear([FeedChanged(feed="private", state=state)])

    # --- REST ----------------------------------------------------------------------------------------

    def poll_orders(self, lag_us: int, travel_us: int = 0) -> None:
        """Ask for the open orders; the answer shows them as they were so long ago."""
        self._ask(Call("OpenOrders"), self.venue.now_us - lag_us, travel_us)

    def poll_balances(self, lag_us: int, travel_us: int = 0) -> None:
        """Ask for the balances. Where no stream stands above them, no answer is older than the one before.

        Balances of REST have no date: two lists in a row that go back in time could not be told apart.
        """
        shown_us = self.venue.now_us - lag_us
        if not self.state.funds.authoritative:
            shown_us = max(shown_us, self._balances_us)
        self._balances_us = max(shown_us, self._balances_us)
        self._ask(Call("BalanceEx"), shown_us, travel_us)

    def query(self, lag_us: int, travel_us: int = 0) -> None:
        """Ask for the orders that only a query can settle."""
        wanted = self.state.queries_wanted(self.t_ns)
        if wanted:
            self._ask(Call("QueryOrders", (("txid", wanted),)), self.venue.now_us - lag_us, travel_us)

    def _ask(self, call: Call, shown_us: int, travel_us: int) -> None:
        params = {name: ",".join(value) for name, value in call.params if isinstance(value, tuple)}
        body = self.venue.answer(call.endpoint, shown_us, **params)
        self._answers.append(Underway(self.venue.now_us + travel_us, self._decoded(call, body)))

    def _read(self, call: Call, body: bytes) -> None:
        self._hear(self._decoded(call, body))

    def _decoded(self, call: Call, body: bytes) -> tuple[Happening, ...]:
        reply = decode(call, 200, body, account="alice", names=self.state.names, asked_ns=self.t_ns, key=KEY)
        assert reply.refusal is None, reply.refusal
        assert reply.broken is None, reply.broken
        return reply.events

    # --- what is shown -------------------------------------------------------------------------------

    def wrong(self) -> list[str]:
        """List whatever is shown otherwise than it truly is."""
        found: list[str] = []
        shown, truly = shown_orders(self.state, self.t_ns), self.venue.orders()
        found += [f"{one} is a ghost" for one in shown.keys() - truly.keys()]
        found += [f"{one} is missing" for one in truly.keys() - shown.keys()]
        both = shown.keys() & truly.keys()
        found += [f"{one} is {shown[one]}, truly {truly[one]}" for one in both if shown[one] != truly[one]]
        for asset in ASSETS:
            total, true_total = shown_total(self.state, asset), self.venue.past.totals[asset][-1]
            held, true_held = (
                self.state.funds.holds.held(asset) or Decimal(0),
                self.venue.past.holds[asset][-1],
            )
            if total != true_total:
                found.append(f"{asset} total {total}, truly {true_total}")
            if abs(held - true_held) > FEE * true_held + ROUNDED:
                found.append(f"{asset} held {held}, truly {true_held}")
        return found
