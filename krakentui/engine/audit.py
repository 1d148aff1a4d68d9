"""The audit of the trading counter: one passive socket to the old websocket, off unless asked for.

It says one thing, a subscription with the token that the account's own stream uses anyway, and never sends
an order. It opens only while that stream is live, comes back no sooner than after 5 s, has its own small
part of the connection budget, and whatever becomes of it touches nothing else.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from msgspec import structs

from krakentui.engine.auditor import Auditor
from krakentui.engine.evidence import Evidence
from krakentui.engine.household import Household
from krakentui.engine.lanes import Lane
from krakentui.engine.tokens import Tokens
from krakentui.model.audit import OrderHeard
from krakentui.model.event import Answered, FeedChanged, Garbled, Happening, Noted, TierSeen, Unknown
from krakentui.model.redact import Redactor
from krakentui.model.secret import Secret
from krakentui.model.symbol import wsname_symbol
from krakentui.net.backoff import ConnectShare
from krakentui.net.feed import Feed
from krakentui.net.talk import Line
from krakentui.settings import Settings
from krakentui.state.state import State
from krakentui.wire.spot.v1 import CHANNEL, OldConversation

LEAST_S: Final = 5.0
"""After maintenance the exchange wants no attempt sooner (websocket v1 reference, 1); we never make one."""
MOST_CONNECTS: Final = 12
"""Attempts in ten minutes, of the 60 of all our sockets."""
LOOK_S: Final = 1.0
_FOR_GOOD: Final = (
    "EAccount:",
    "EGeneral:Permission denied",
    "Subscription ",
    "Pair field",
    "Malformed ",
    "Event(s)",
)
"""Refusals that no repetition turns into a yes."""


class AuditTalk:
    """What is said and heard on the old websocket."""

    def __init__(
        self,
        state: State,
        lane: Lane,
        tokens: Tokens,
        line: Line,
        auditor: Auditor,
        maintenance: Callable[[], bool],
    ) -> None:
        """Begin with nothing said; `line` is the audit's own."""
        self._state = state
        self._lane = lane
        self._tokens = tokens
        self._line = line
        self._auditor = auditor
        self._maintenance = maintenance
        self.leave: Callable[[str], None] = lambda _why: None
        """Gives the socket up: after a refusal there is nothing to stay for."""
        self._token: Secret | None = None
        self._strange: set[str] = set()
        """Fields that were told of: each once a session, whatever becomes of the socket."""
        self._stopped: str | None = None
        """Why it is given up for good."""

    async def prepare(self) -> OldConversation:
        """Wait until it may open, take a token, and subscribe.

        Raises:
            KrakentuiError: there is no token now; the sentence says why.
        """
        await self._wait_until_allowed()
        self._token = await self._tokens.shared()
        conversation = OldConversation(self._state.account, self._symbol)
        conversation.subscribe(self._token)
        return conversation

    def heard(self, events: Sequence[Happening]) -> None:
        """Take what came in; the state of the exchange is the account's stream's to tell."""
        for event in events:
            match event:
                case OrderHeard():
                    self._line.tell(event)
                    self._auditor.heard(event)
                case Answered():
                    self._answered(event)
                case Unknown(where=where, what=what) if where == CHANNEL and what not in self._strange:
                    self._strange.add(what)
                    text = f"The old websocket carries an unknown field that looks like a counter: {what}."
                    self._line.tell(event)
                    self._line.tell(Noted(kind="limit", text=text))
                case Garbled() | Unknown():
                    self._line.tell(event)

    def ended(self) -> None:
        """Let go of figures whose act was not seen yet."""
        self._auditor.forget()

    def in_maintenance(self) -> bool:
        """Tell whether the exchange is known to be in maintenance."""
        return self._maintenance()

    async def _wait_until_allowed(self) -> None:
        told = ""
        while why := self._obstacle(self._line.clock.mono_ns()):
            if why != told:
                over = self._stopped is not None or self._lane.stopped is not None
                self._line.tell(FeedChanged(feed="audit", state="down" if over else "connecting", why=why))
                told = why
            await self._line.clock.sleep(LOOK_S)

    def _obstacle(self, t_ns: int) -> str:
        """Tell why the socket may not be opened now; empty = it may."""
        if self._stopped is not None:
            return self._stopped
        if self._lane.stopped is not None:
            return "private calls have stopped"
        if self._lane.locked_ns(t_ns):
            return "private calls are locked out"
        if self._state.feeds["private"].state != "live":
            return "it waits for the account's own stream"
        if self._line.edge.wait_ns(t_ns) or self._line.budget.wait_ns(t_ns):
            return "it waits for its part of the connection budget"
        return ""

    def _answered(self, event: Answered) -> None:
        if event.ok:
            if event.maxratecount is not None and event.maxratecount > 0:
                ceiling = event.maxratecount
                self._line.tell(TierSeen(account=self._state.account, maxratecount=ceiling, audited=True))
        elif event.error.startswith("ESession:") and self._token is not None:
            self._tokens.spoiled(self._token)  # the feed gives the socket up by itself
        elif event.error.startswith("EGeneral:Temporary lockout"):
            self._lane.lock_out("the exchange said so over the old websocket")
        elif event.error.startswith(_FOR_GOOD):
            self._stopped = f"the exchange refused its subscription: {event.error}"
            text = f"The audit of the trading counter is given up: {self._stopped.rstrip('.')}."
            self._line.tell(Noted(kind="limit", text=text, level="warn"))
        if not event.ok and event.method:
            self.leave(f"the exchange refused its subscription: {event.error}")

    def _symbol(self, name: str) -> str | None:
        """Give the stream's name of a pair in the old spelling."""
        names = self._state.names
        return names.pair(name) or names.pair(wsname_symbol(name))


class AuditSide:
    """The socket of the audit, what it keeps, and where figures and acts come together."""

    def __init__(
        self,
        settings: Settings,
        state: State,
        lane: Lane,
        tokens: Tokens,
        house: Household,
        line: Line,
        maintenance: Callable[[], bool],
    ) -> None:
        """Build everything, start nothing.

        Raises:
            Forbidden: the key may not go to this address.
        """
        key, folder = settings.credentials, settings.state_dir
        if key is None:
            raise RuntimeError("the audit needs a key")
        self._evidence = None
        if folder is not None:
            path = folder / f"audit-{key.fingerprint}.jsonl"
            self._evidence = Evidence(
                path, settings.venue, house.clock, house.tell, line.tap, settings.redactor or Redactor()
            )
        line = structs.replace(
            line, budget=ConnectShare(line.budget, MOST_CONNECTS), tap=self._evidence or line.tap
        )
        self.auditor = Auditor(state, house.clock, house.tell, self._evidence)
        talk = AuditTalk(state, lane, tokens, line, self.auditor, maintenance)
        self._feed = Feed("audit", settings.endpoints.ws_audit, talk, line, key=key.key, least_s=LEAST_S)
        talk.leave = self._feed.replace

    def tasks(self) -> list[tuple[str, Callable[[], Awaitable[None]]]]:
        """List what runs, by name."""
        return [("audit feed", self._feed.run), ("audit of the counter", self.auditor.run)]

    def replace(self, why: str) -> None:
        """Open a new socket."""
        self._feed.replace(why)

    def close(self) -> None:
        """Write the evidence that waits."""
        if self._evidence is not None:
            self._evidence.close()
