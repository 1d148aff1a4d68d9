"""Everybody at once around a world: listeners on every surface, programs that call, faults, announcements."""

import json
import random
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from krakentui.simulator import accounts, control, snapshot
from krakentui.simulator.entrance import Entrance
from krakentui.simulator.identity import api_sign
from krakentui.simulator.keys import ApiKey
from krakentui.simulator.options import Options
from krakentui.simulator.refusal import Refused
from krakentui.simulator.surface import HttpRequest, Socket
from krakentui.simulator.tables import Tables, load
from krakentui.simulator.world import World
from krakentui.simulator.ws_talk import Talk

FORM = "application/x-www-form-urlencoded"
PEERS = ("127.0.0.1", "127.0.0.7")
PAIRS = ("BTC/USD", "ETH/USD", "DOGE/USD")


@cache
def three_pairs() -> Tables:
    """Take three pairs: many worlds are written down and put back here."""
    whole = load()
    return Tables(whole.assets, {symbol: whole.pairs[symbol] for symbol in PAIRS})


@dataclass
class Company:
    """A world, and all that came out of it: one list, in the order of its coming."""

    world: World
    heard: list[str] = field(default_factory=list)
    nonces: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.entrance = Entrance(self.world)

    def ways(self, socket: Socket) -> None:
        """Give a socket ways out: into the list."""
        number = socket.number
        socket.send = lambda text: self.heard.append(f"{number}: {text}")
        socket.close = lambda code, reason: self.heard.append(f"{number} closed: {code} {reason}")
        socket.reset = lambda: self.heard.append(f"{number} reset")
        socket.freeze = lambda: self.heard.append(f"{number} frozen")
        socket.thaw = lambda: self.heard.append(f"{number} thawed")

    def connect(self, surface: str, peer: str = PEERS[0]) -> Talk:
        """Open a connection.

        Raises:
            ConnectionRefusedError: a fault shuts the door; it is noted too.
        """

        def made(number: int) -> Socket:
            socket = Socket(number, surface, peer, lambda _: None, lambda _code, _reason: None)
            self.ways(socket)
            return socket

        refused = self.entrance.knock(surface, peer)
        if refused is not None:
            self.heard.append(f"refused: {refused.status} {refused.body.decode()}")
            raise ConnectionRefusedError
        return self.entrance.open(surface, peer, made)

    def send(self, number: int, **request: Any) -> None:  # noqa: ANN401  any JSON
        """Send a frame on a connection, if it is still open."""
        if number in self.world.talks:
            self.entrance.frame(self.world.talks[number], json.dumps(request))

    def call(self, program: str, endpoint: str, **params: str) -> bytes:
        """Make a private call, and note its answer."""
        key: ApiKey = accounts.of(self.world).programs[program]
        self.nonces[program] = nonce = max(self.nonces.get(program, 1_000), key.nonce) + 1
        body = "&".join(
            f"{name}={value}" for name, value in ({"nonce": str(nonce)} | params).items()
        ).encode()
        path = f"/0/private/{endpoint}"
        sign = api_sign(path, str(nonce), body, key.secret)
        headers = {"api-key": key.public, "api-sign": sign, "content-type": FORM}
        answer = self.entrance.call(HttpRequest("POST", path, "", body, headers, PEERS[0]))
        self.heard.append(f"{endpoint} ({answer.late_us}, {answer.cut}): {answer.reply.body.decode()}")
        return answer.reply.body

    def token(self, program: str) -> str:
        """Get a websocket token."""
        return str(json.loads(self.call(program, "GetWebSocketsToken"))["result"]["token"])

    def ask(self, endpoint: str, query: str = "", peer: str = PEERS[0]) -> None:
        """Make a public call, and note its answer."""
        answer = self.entrance.call(HttpRequest("GET", f"/0/public/{endpoint}", query, peer=peer))
        self.heard.append(f"{endpoint}: {answer.reply.body.decode()}")

    def tell(self, verb: str, **body: Any) -> Any:  # noqa: ANN401  any JSON
        """Make a control call; what is refused is noted."""
        try:
            return control.ordered(self.world, verb, body)
        except Refused as refused:
            self.heard.append(f"{verb}: {refused}")
            return None

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.world.clock.advance_to(self.world.clock.now_us() + round(seconds * 1_000_000))

    def written(self) -> str:
        """Take a snapshot, as text."""
        return json.dumps(snapshot.taken(self.world))


def assembled(options: Options, faults: tuple[dict[str, Any], ...] = ()) -> Company:
    """Let a world begin and everybody come: subscriptions, orders of every kind, timers, faults."""
    company = Company(World(options, three_pairs()))
    company.world.start()
    public, private, old, other = map(company.connect, ("public", "private", "v1", "private"))
    for channel, more in (
        ("book", {"depth": 25}),
        ("ticker", {"event_trigger": "bbo"}),
        ("trade", {}),
        ("ohlc", {}),
    ):
        params = {"channel": channel, "symbol": [*PAIRS], **more}
        company.send(public.socket.number, method="subscribe", params=params)
    company.send(public.socket.number, method="subscribe", params={"channel": "instrument"})
    token = company.token("full")
    foreign = company.token("stranger")
    company.call("other", "GetWebSocketsToken")
    for number, text in ((private.socket.number, token), (other.socket.number, foreign)):
        for channel in ("executions", "balances"):
            company.send(number, method="subscribe", params={"channel": channel, "token": text})
    wanted = {"name": "openOrders", "token": token, "ratecounter": True}
    company.send(old.socket.number, event="subscribe", subscription=wanted)
    orders = (
        {"ordertype": "limit", "price": "90000", "expiretm": "+70"},
        {"ordertype": "limit", "price": "91000", "starttm": "+45", "oflags": "post"},
        {"ordertype": "trailing-stop", "type": "sell", "price": "+1%"},
        {"ordertype": "market", "volume": "0.0002"},
        {"ordertype": "stop-loss-limit", "price": "95000", "price2": "94000", "type": "sell"},
    )
    for order in orders:
        company.call("full", "AddOrder", **({"pair": "XBTUSD", "type": "buy", "volume": "0.001"} | order))
    company.call("full", "CancelAllOrdersAfter", timeout="75")
    company.tell("market", pair="ETH/USD", path=[[20, "3500"], [50, "3600"], [95, "3400"]])
    company.tell("market", pair="DOGE/USD", halt=True)
    company.tell("maintenance", announce={"starts": "85s", "lasts": "5m"})
    for fault in faults:
        company.tell("faults", add=fault)
    return company


def go_on(company: Company, seed: int, seconds: int = 100) -> None:
    """Let a hundred seconds pass with all sorts of things happening, the same for the same seed."""
    rng = random.Random(f"{seed}/company")
    connections = [*company.world.talks]
    for second in range(seconds):
        company.wait(1)
        match rng.randrange(12):
            case 0:
                company.call(rng.choice(["watch", "other"]), rng.choice(["Balance", "OpenOrders", "Ledgers"]))
            case 1:
                price = str(rng.randrange(80_000, 110_000))
                company.call(
                    "full",
                    "AddOrder",
                    pair="XBTUSD",
                    type="buy",
                    ordertype="limit",
                    volume="0.001",
                    price=price,
                )
            case 2:
                opened = [*accounts.of(company.world).by_name["alice"].open]
                if opened:
                    company.call("cancel", "CancelOrder", txid=rng.choice(opened))
            case 3:
                company.ask(
                    rng.choice(["Ticker", "Depth", "Trades", "OHLC", "Spread"]),
                    "pair=XBTUSD",
                    rng.choice(PEERS),
                )
            case 4:
                company.send(rng.choice(connections), method="ping", req_id=second)
            case 5:
                company.tell(
                    "account", order={"pair": "BTC/USD", "qty": "0.001", "price": "70000"}, **{"as": "other"}
                )
            case 6:
                with suppress(ConnectionRefusedError):
                    company.connect("public", rng.choice(PEERS))
            case 7:
                company.call("full", "GetWebSocketsToken")
    company.tell("market", pair="DOGE/USD", halt=False)
    company.wait(5)
    for verb in ("truth", "limits", "requests"):
        company.heard.append(json.dumps(company.tell(verb)))
