"""What is said over the socket of a key that only cancels.

A token is a key's, so its cancels need a socket of its own. Of what it streams only the answers count: the
account is told by the stream of the key that reads.
"""

import asyncio
import contextlib
from collections.abc import Callable, Sequence

from krakentui.engine.answers import Answers
from krakentui.engine.feeds import KEY_WAIT_S, LOOK_AGAIN_S
from krakentui.engine.lanes import Lane
from krakentui.engine.tokens import Tokens
from krakentui.engine.turnstile import Kind
from krakentui.engine.wants import may_ask
from krakentui.model.clock import SECOND, Clock
from krakentui.model.error import Denied, KeyProblem
from krakentui.model.event import Answered, DeniedSeen, FeedChanged, Garbled, Happening
from krakentui.net.deadline import within
from krakentui.state.keys import KeyBelief
from krakentui.wire.spot.ws import Conversation

NOT_USED = "its key is not used"
NO_SOCKET = "this key may not open a private websocket of its own: cancels go over REST"


class CancelTalk:
    """What is said over the cancelling key's socket: one subscription that keeps it alive, and cancels."""

    def __init__(
        self,
        belief: KeyBelief,
        lane: Lane,
        tokens: Tokens,
        account: str,
        clock: Clock,
        tell: Callable[[Happening], None],
        maintenance: Callable[[], bool],
    ) -> None:
        """Begin with no token."""
        self.answers = Answers()
        self.key_known = asyncio.Event()
        """Set when the exchange has described the key, or could not."""
        self._belief = belief
        self._lane = lane
        self._tokens = tokens
        self._account = account
        self._clock = clock
        self._tell = tell
        self._maintenance = maintenance
        self._no_stream: str | None = None
        self._kind: Kind = "user"

    async def prepare(self) -> Conversation:
        """Fetch a token, once, and subscribe; during a lockout wait in silence.

        Without any subscription the exchange sends no heartbeat (websocket reference, 1.2), and nobody could
        tell a dead socket.
        """
        channel = await self._wait_until_allowed()
        kind, self._kind = self._kind, "reconcile"
        conversation = Conversation("private", self._account)
        try:
            conversation.set_token(await self._tokens.new(kind))
        except Denied as error:
            self._no_stream = NO_SOCKET
            raise KeyProblem(NO_SOCKET) from error
        if channel == "executions":
            conversation.subscribe(channel, snap_orders=True, snap_trades=False)
        else:
            conversation.subscribe(channel, snapshot=True)
        return conversation

    def heard(self, events: Sequence[Happening]) -> None:
        """Take what came in: answers go to whoever waits for them, the rest is the first key's business."""
        for event in events:
            if isinstance(event, Answered):
                self._answered(event)
            elif isinstance(event, Garbled):
                self._tell(event)

    def ended(self) -> None:
        """What is unanswered stays so."""
        self.answers.ended()

    def in_maintenance(self) -> bool:
        """Tell whether the exchange is known to be in maintenance."""
        return self._maintenance()

    def _channel(self) -> str | None:
        """Choose what keeps the socket alive: the quieter channel of those that the key may have."""
        info, denied = self._belief.key_info, self._belief.denied
        if self._no_stream is not None or not may_ask("GetWebSocketsToken", self._belief):
            return None
        if "balances" not in denied and (info is None or info.may_watch_funds):
            return "balances"
        return (
            "executions" if "executions" not in denied and (info is None or info.may_watch_orders) else None
        )

    async def _wait_until_allowed(self) -> str:
        """Wait for the word on the key, for the end of a lockout, or for ever where there is no way."""
        with contextlib.suppress(TimeoutError):
            await within(self._clock, KEY_WAIT_S, self.key_known.wait)
        said = ""
        while True:
            t_ns, channel = self._clock.mono_ns(), self._channel()
            locked_ns = self._lane.locked_ns(t_ns)
            lane = self._lane
            why = NOT_USED if lane.key_refused or lane.held_back else lane.stopped or ""
            why = why or (NO_SOCKET if channel is None else "")
            if channel is not None and not why and not locked_ns:
                return channel
            retry_ns = None if why else t_ns + locked_ns
            why = why or "private calls are locked out"
            if why != said:
                said = why
                self._tell(FeedChanged(feed="cancels", state="down", why=why, retry_ns=retry_ns))
            await self._clock.sleep(min(LOOK_AGAIN_S, locked_ns / SECOND) if locked_ns else LOOK_AGAIN_S)

    def _answered(self, event: Answered) -> None:
        self.answers.came(event)
        if event.ok:
            return
        if event.error.startswith("EGeneral:Temporary lockout"):
            self._lane.lock_out("the exchange said so over the websocket")
        if event.method == "subscribe" and event.error.startswith("EGeneral:Permission denied"):
            self._tell(DeniedSeen(key=self._lane.scope.key, endpoint=event.channel))
