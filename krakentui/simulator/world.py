"""The simulated world: one clock, one set of markets, the accounts, and everyone connected.

`World(options)` builds it, `start()` sets it in motion. It does no I/O: requests come in as
`HttpRequest` or text, answers and frames go out through return values and `Socket.send`.
"""

import random
from collections import deque
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from krakentui.simulator.clock import Pace, SimClock
from krakentui.simulator.faults import Faults
from krakentui.simulator.halts import Halts
from krakentui.simulator.instants import iso_us
from krakentui.simulator.judge import Judge
from krakentui.simulator.listings import with_listings
from krakentui.simulator.maintenance import Bulletin
from krakentui.simulator.manners import Manners
from krakentui.simulator.markets import Markets
from krakentui.simulator.options import OPENING_US, Options
from krakentui.simulator.public_feeds import Feeds
from krakentui.simulator.public_limits import PublicLimiter
from krakentui.simulator.rules import RULE_SETS
from krakentui.simulator.surface import HttpRequest, Socket
from krakentui.simulator.tables import Asset, Pair, Tables, load
from krakentui.simulator.ws_talk import Talk

if TYPE_CHECKING:
    from krakentui.simulator.log import Log
    from krakentui.simulator.mirror.past import Past
    from krakentui.simulator.mirror.recording import Recording
    from krakentui.simulator.play import Play

REQUESTS_KEPT = 20_000
WORDS_MAX = 200
"""Of what a request asked for and was told: a client may write a megabyte."""
OF_THE_RUN = ("log", "control_token", "pace")
"""What a world has from those who run it; a snapshot says nothing of it and changes nothing of it."""


@dataclass(frozen=True)
class Heard:
    """One request that the exchange saw."""

    at_us: int
    surface: str
    """spot-rest, spot-ws-public or spot-ws-private."""
    peer: str
    what: str
    """Path or method, with the channel of a subscription."""
    key: str | None = None
    """Fingerprint of the API key, never the key."""
    cost: str = "0"
    verdict: str = "ok"
    """ok, or the error string."""

    def row(self) -> dict[str, object]:
        """Write it for the control API."""
        return {
            "at": iso_us(self.at_us),
            "surface": self.surface,
            "peer": self.peer,
            "key": self.key,
            "what": self.what,
            "cost": self.cost,
            "verdict": self.verdict,
        }


class World:
    """Everything that the exchange knows, as plain state moved by one clock."""

    def __init__(self, options: Options, tables: Tables | None = None) -> None:
        start_us = OPENING_US if options.start_us is None else options.start_us
        self.options = options
        self.seed = options.seed
        self.start_us = start_us
        self.clock = SimClock(start_us)
        self.pace = Pace(options.manual, options.speed)
        self.system = "online"
        tables = with_listings(tables or load(), options.pairs, self.rng)
        self.tables = tables
        self.assets: dict[str, Asset] = tables.assets
        self.pairs: dict[str, Pair] = tables.pairs
        self.markets = Markets(tables.pairs, self.clock, self.rng)
        self.requests: deque[Heard] = deque(maxlen=REQUESTS_KEPT)
        self.judge = Judge(RULE_SETS[options.rules])
        self.manners = Manners()
        self.public_limiter = PublicLimiter(RULE_SETS[options.rules].public_burst)
        self.feeds = Feeds(self)
        self.faults = Faults(self)
        self.bulletin = Bulletin(self.clock, self.tell_status)
        self.play: Play | None = None
        """The scenario that is played."""
        self.halts = Halts(self)
        self.past = None if options.mirror is None else _past_of(options.mirror)
        """What a mirror has to tell; None = this world tells of itself."""
        self.sockets: dict[int, Socket] = {}
        self.talks: dict[int, Talk] = {}
        self.accounts: object = None
        self.control_token: str | None = None
        """What a control call must carry; None = control calls are off."""
        self.log: Log | None = None
        """Where everything that passes the entrance is told; None = nowhere."""
        self._sockets_seen = 0

    def start(self) -> None:
        """Set markets in motion and let the accounts in."""
        from krakentui.simulator import accounts  # noqa: PLC0415  accounts lean on this module
        from krakentui.simulator.play import Play  # noqa: PLC0415  so does a play

        if self.past is None:
            self.markets.start()
        accounts.install(self)
        if self.options.scenario is not None:
            self.play = Play(self, self.options.scenario)
            self.play.start()

    def kept(self) -> dict[str, object]:
        """Give what a snapshot keeps: all but what belongs to the run around it."""
        return {name: value for name, value in vars(self).items() if name not in OF_THE_RUN}

    def rng(self, purpose: str) -> random.Random:
        """Make the seeded stream of one purpose; no two purposes disturb each other."""
        return random.Random(f"{self.seed}/{purpose}")

    def find_pair(self, spelling: str) -> Pair | None:
        """Find a pair by any legal spelling."""
        return self.tables.find_pair(spelling)

    def find_asset(self, spelling: str) -> Asset | None:
        """Find an asset by any legal spelling."""
        return self.tables.find_asset(spelling)

    def next_socket_number(self) -> int:
        """Count a new connection."""
        self._sockets_seen += 1
        return self._sockets_seen

    def joined(self, talk: Talk) -> None:
        """Remember an open conversation."""
        self.sockets[talk.socket.number] = talk.socket
        self.talks[talk.socket.number] = talk
        self.faults.joined(talk)

    def knows(self, talk: Talk) -> bool:
        """Say whether a conversation is one of this world: it may have been put back since."""
        return self.talks.get(talk.socket.number) is talk

    def left(self, talk: Talk) -> None:
        """Forget a closed conversation."""
        self.sockets.pop(talk.socket.number, None)
        self.talks.pop(talk.socket.number, None)
        self.faults.left(talk)
        self.judge.left(talk.socket.number)

    def admits_frame(self, connection: int) -> bool:
        """Count a frame that a client sent; False = it came too fast."""
        return self.judge.message(connection, self.clock.now_us())

    def set_system(self, system: str) -> None:
        """Change the engine's mode and tell every socket; only while it is online does anything trade."""
        if system == self.system:
            return
        self.system = system
        self.halts.engine_stands(still=system != "online")
        self.tell_status()

    def tell_status(self) -> None:
        """Tell every socket the engine's mode and what is announced."""
        for talk in list(self.talks.values()):
            talk.send_status(with_connection=False)

    def heard(self, entry: Heard) -> None:
        """Note a request for the list that tests read; what a client wrote is kept as far as it is short."""
        if len(entry.what) > WORDS_MAX or len(entry.verdict) > WORDS_MAX:
            entry = replace(entry, what=entry.what[:WORDS_MAX], verdict=entry.verdict[:WORDS_MAX])
        self.requests.append(entry)

    def heard_rest(
        self, request: HttpRequest, *, key: str | None = None, cost: str = "0", verdict: str = "ok"
    ) -> None:
        """Note a REST request."""
        self.heard(Heard(self.clock.now_us(), "spot-rest", request.peer, request.path, key, cost, verdict))

    def heard_ws(
        self, talk: Talk, what: str, *, key: str | None = None, cost: str = "0", verdict: str = "ok"
    ) -> None:
        """Note a websocket request."""
        surface = f"spot-ws-{talk.socket.surface}"
        self.heard(Heard(self.clock.now_us(), surface, talk.socket.peer, what, key, cost, verdict))


def _past_of(recording: "Recording") -> "Past":
    from krakentui.simulator.mirror.past import Past  # noqa: PLC0415 - only a mirror needs it

    return Past(recording)
