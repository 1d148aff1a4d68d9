"""What is said over the two sockets: markets to everyone, orders and balances to the owner of the key."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Protocol

from krakentui.engine.answers import Answers
from krakentui.engine.firstword import LONGEST_S
from krakentui.engine.lanes import Lane
from krakentui.engine.tokens import NoToken, Tokens
from krakentui.engine.turnstile import Kind
from krakentui.model.clock import SECOND, Clock
from krakentui.model.error import Denied, KeyProblem, VenueRefusal
from krakentui.model.event import Answered, DeniedSeen, FeedChanged, Happening, Noted, Pong
from krakentui.model.secret import Secret
from krakentui.net.deadline import within
from krakentui.wire.spot.ws import Conversation

SPARK_MIN = 15
"""Minutes of one candle of the sparkline."""
MOST_SYMBOLS = 50
"""Symbols of one subscription: a long list is split, so that one message stays small."""
HELD_BACK = "nothing is done with this key before the exchange has told what it may do"
NO_STREAM = "this key may not open a private websocket: orders and balances come from REST"
KEY_WAIT_S = LONGEST_S
"""For so long the token waits for the word on what the key may do."""
LOOK_AGAIN_S = 3.0
"""So often it is looked whether the reason not to open a private socket still holds."""


class Wishes(Protocol):
    """Which markets are wanted at this moment."""

    def tickers(self) -> Sequence[str]:
        """List the pairs whose best prices are wanted."""
        ...

    def candles(self) -> Sequence[str]:
        """List the pairs whose candles are wanted."""
        ...


class PublicTalk:
    """The public side: instruments once, best prices and candles of what is wanted."""

    def __init__(
        self,
        wishes: Wishes,
        tell: Callable[[Happening], None],
        maintenance: Callable[[], bool],
        ponged: Callable[[Pong], None],
    ) -> None:
        """Begin with nothing subscribed; `ponged` hears the answers to pings."""
        self._wishes = wishes
        self._tell = tell
        self._maintenance = maintenance
        self._ponged = ponged
        self._subscribed: dict[str, set[str]] = {"ticker": set(), "ohlc": set()}
        self._refused: set[str] = set()

    async def prepare(self) -> Conversation:
        """Begin a conversation with everything subscribed that is wanted now."""
        for symbols in self._subscribed.values():
            symbols.clear()
        conversation = Conversation("public")
        conversation.subscribe("instrument", snapshot=True)
        self.subscribe_more(conversation)
        return conversation

    def wants_more(self) -> bool:
        """Tell whether something is wanted that is not subscribed."""
        return any(self._missing().values())

    def subscribe_more(self, conversation: Conversation) -> None:
        """Queue what is wanted and not subscribed."""
        for channel, symbols in self._missing().items():
            self._subscribed[channel].update(symbols)
            for at in range(0, len(symbols), MOST_SYMBOLS):
                some = symbols[at : at + MOST_SYMBOLS]
                if channel == "ticker":
                    conversation.subscribe(channel, symbol=some, event_trigger="bbo", snapshot=True)
                else:
                    conversation.subscribe(channel, symbol=some, interval=SPARK_MIN, snapshot=True)

    def heard(self, events: Sequence[Happening]) -> None:
        """Take what came in; a refused pair is told once and not asked for again."""
        for event in events:
            if isinstance(event, Answered) and not event.ok and event.method == "subscribe" and event.symbol:
                self._refuse(event)
            elif isinstance(event, Pong):
                self._ponged(event)
            self._tell(event)

    def ended(self) -> None:
        """The next conversation subscribes everything anew."""

    def in_maintenance(self) -> bool:
        """Tell whether the exchange is known to be in maintenance."""
        return self._maintenance()

    def _missing(self) -> dict[str, list[str]]:
        wanted = {"ticker": self._wishes.tickers(), "ohlc": self._wishes.candles()}
        return {
            channel: [
                symbol
                for symbol in dict.fromkeys(symbols)
                if symbol not in self._subscribed[channel] and symbol not in self._refused
            ]
            for channel, symbols in wanted.items()
        }

    def _refuse(self, event: Answered) -> None:
        if event.error.startswith("Currency pair not supported") and event.symbol not in self._refused:
            self._refused.add(event.symbol)
            self._tell(Noted(kind="notice", text=f"The exchange streams no {event.symbol}.", level="warn"))


class PrivateTalk:
    """The private side: a fresh token for each socket, then orders and balances."""

    def __init__(
        self,
        lane: Lane,
        tokens: Tokens,
        account: str,
        clock: Clock,
        tell: Callable[[Happening], None],
        maintenance: Callable[[], bool],
        may_stream: Callable[[], bool],
    ) -> None:
        """Begin with no token; `may_stream` tells whether the key may have one, as far as is known."""
        self.answers = Answers()
        self.key_known = asyncio.Event()
        """Set when the exchange has described the key, or could not."""
        self.no_stream: str | None = None
        """Why this key can have no private socket, as a sentence."""
        self._lane = lane
        self._tokens = tokens
        self._account = account
        self._clock = clock
        self._tell = tell
        self._maintenance = maintenance
        self._may_stream = may_stream
        self._kind: Kind = "user"
        self._denied: set[str] = set()

    async def prepare(self) -> Conversation:
        """Fetch a token, once, and subscribe; during a lockout wait in silence."""
        await self._wait_until_allowed()
        conversation = Conversation("private", self._account)
        conversation.set_token(await self._token())
        if "executions" not in self._denied:
            conversation.subscribe("executions", snap_orders=True, snap_trades=True, ratecounter=True)
        if "balances" not in self._denied:
            conversation.subscribe("balances", snapshot=True)
        return conversation

    def heard(self, events: Sequence[Happening]) -> None:
        """Take what came in: answers go to whoever waits for them."""
        for event in events:
            if isinstance(event, Answered):
                self._answered(event)
            self._tell(event)

    def ended(self) -> None:
        """What is unanswered stays so."""
        self.answers.ended()

    def in_maintenance(self) -> bool:
        """Tell whether the exchange is known to be in maintenance."""
        return self._maintenance()

    async def _wait_until_allowed(self) -> None:
        """Wait for the word on the key, for the end of a lockout, or for ever where there is no way."""
        try:
            await within(self._clock, KEY_WAIT_S, self.key_known.wait)
        except TimeoutError:
            self.key_known.set()
        said = ""
        while True:
            if not self._may_stream():
                self.no_stream = NO_STREAM
            t_ns = self._clock.mono_ns()
            locked_ns = self._lane.locked_ns(t_ns)
            why = self.no_stream or (HELD_BACK if self._lane.held_back else self._lane.stopped) or ""
            if not why and not locked_ns:
                return
            retry_ns = None if why else t_ns + locked_ns
            why = why or "private calls are locked out"
            if why != said:
                said = why
                self._tell(FeedChanged(feed="private", state="down", why=why, retry_ns=retry_ns))
            await self._clock.sleep(LOOK_AGAIN_S if retry_ns is None else locked_ns / SECOND)

    async def _token(self) -> Secret:
        try:
            token = await self._tokens.new(self._kind)
        except (VenueRefusal, NoToken) as error:
            self._kind = "reconcile"
            if isinstance(error, Denied):
                self.no_stream = NO_STREAM
                raise KeyProblem(self.no_stream) from error
            raise
        self._kind = "reconcile"  # the first one is on the user's account, later ones stay within the counter
        return token

    def _answered(self, event: Answered) -> None:
        self.answers.came(event)
        if event.ok:
            return
        if event.error.startswith("EGeneral:Temporary lockout"):
            self._lane.lock_out("the exchange said so over the websocket")
        if event.method == "subscribe" and event.error.startswith("EGeneral:Permission denied"):
            self._denied.add(event.channel)
            self._tell(DeniedSeen(key=self._lane.scope.key, endpoint=event.channel))
            if self._denied >= {"executions", "balances"}:
                self.no_stream = "this key may watch neither orders nor balances over the websocket"
