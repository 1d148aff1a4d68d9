"""Builders for the private half of the simulated exchange: a still world, a REST client, a conversation."""

# ruff: noqa: ANN401 - builders hand on what they are given, frames are JSON

import json
from functools import cache
from typing import Any

from krakentui.simulator import accounts, control, private_rest
from krakentui.simulator.account import Account
from krakentui.simulator.identity import api_sign
from krakentui.simulator.keys import ApiKey
from krakentui.simulator.options import Options
from krakentui.simulator.orders import Order, Request, Side
from krakentui.simulator.private_ws import PrivateTalk
from krakentui.simulator.surface import HttpRequest, Socket
from krakentui.simulator.tables import Tables, load
from krakentui.simulator.world import World

SECOND_US = 1_000_000
SYMBOLS = (
    "BTC/USD",
    "ETH/USD",
    "SOL/USD",
    "XRP/USD",
    "DOGE/USD",
    "ADA/USD",
    "SHIB/USD",
    "EUR/USD",
    "BTC/EUR",
    "DOGE/BTC",
)


@cache
def few_tables() -> Tables:
    """Take the pairs that these tests trade on, out of all: a world starts four times as fast."""
    whole = load()
    return Tables(whole.assets, {symbol: whole.pairs[symbol] for symbol in SYMBOLS})


def a_world(*, frozen: bool = True, **options: Any) -> World:
    """Start a world without actor; frozen markets print nothing by themselves."""
    world = World(Options(**({"manual": True, "quiet": True} | options)), few_tables())
    world.start()
    for market in world.markets.values():
        market.freeze(frozen)
    return world


def alice(world: World) -> Account:
    return accounts.of(world).by_name["alice"]


def wait(world: World, seconds: float) -> None:
    world.clock.advance_to(world.clock.now_us() + round(seconds * SECOND_US))


def place(
    world: World, *, away_bp: int = -100, symbol: str = "BTC/USD", side: Side = "buy", **more: Any
) -> Order:
    """Let the exchange place an order of alice's, a distance away from the last price."""
    pair, market = world.pairs[symbol], world.markets[symbol]
    more = {"qty": pair.qty_min * 10, "limit_price": market.last * (10_000 + away_bp) // 10_000} | more
    order = accounts.of(world).desk.place(alice(world), Request(pair=pair, side=side, **more))
    assert isinstance(order, Order), order
    return order


def tell(world: World, verb: str, **body: Any) -> dict[str, Any]:
    return control.command(world, verb, body)


class Rest:
    """A client of private REST with one of the world's keys."""

    def __init__(self, world: World, program: str = "cancel", *, peer: str = "127.0.0.1") -> None:
        self.world = world
        self.key: ApiKey = accounts.of(world).programs[program]
        self.peer = peer
        self.nonce = 1_000

    def request(self, name: str, body: bytes, nonce: str, *, json_body: bool = False) -> HttpRequest:
        path = f"/0/private/{name}"
        kind = "application/json" if json_body else "application/x-www-form-urlencoded"
        sign = api_sign(path, nonce, body, self.key.secret)
        headers = {"api-key": self.key.public, "api-sign": sign, "content-type": kind}
        return HttpRequest("POST", path, body=body, headers=headers, peer=self.peer)

    def send(self, request: HttpRequest) -> dict[str, Any]:
        reply = private_rest.handle(self.world, request)
        assert reply.status == 200
        envelope: dict[str, Any] = json.loads(reply.body)
        return envelope

    def form(self, name: str, **params: str) -> HttpRequest:
        self.nonce = max(self.nonce, self.key.nonce) + 1
        pairs = {"nonce": str(self.nonce)} | params
        body = "&".join(f"{key}={value}" for key, value in pairs.items()).encode()
        return self.request(name, body, str(self.nonce))

    def call(self, name: str, **params: str) -> dict[str, Any]:
        """Call with a form body and give the envelope."""
        return self.send(self.form(name, **params))

    def json(self, name: str, **params: Any) -> dict[str, Any]:
        """Call with a JSON body and give the envelope."""
        self.nonce = max(self.nonce, self.key.nonce) + 1
        body = json.dumps({"nonce": str(self.nonce)} | params).encode()
        return self.send(self.request(name, body, str(self.nonce), json_body=True))

    def error(self, name: str, **params: str) -> str | None:
        """Call and give the one error, None where there is none."""
        errors = self.call(name, **params)["error"]
        return errors[0] if errors else None


class Talk:
    """A private conversation whose frames are kept as text."""

    def __init__(self, world: World, program: str = "cancel") -> None:
        self.world = world
        self.frames: list[str] = []
        self.closes: list[int] = []
        number = world.next_socket_number()
        socket = Socket(
            number, "private", "127.0.0.1", self.frames.append, lambda code, _: self.closes.append(code)
        )
        self.talk = PrivateTalk(world, socket)
        self.talk.opened()
        self.token = Rest(world, program).call("GetWebSocketsToken")["result"]["token"] if program else ""

    def send(self, method: str, req_id: int | None = 1, **params: Any) -> list[dict[str, Any]]:
        """Send a request with the token and give the frames that it brought."""
        before = len(self.frames)
        request: dict[str, Any] = {"method": method, "params": {"token": self.token} | params}
        if req_id is not None:
            request["req_id"] = req_id
        self.talk.received(json.dumps(request))
        return [json.loads(text) for text in self.frames[before:]]

    def executions(self, **params: Any) -> list[dict[str, Any]]:
        return self.send("subscribe", channel="executions", **params)

    def balances(self, **params: Any) -> list[dict[str, Any]]:
        return self.send("subscribe", channel="balances", **params)

    def take(self) -> list[dict[str, Any]]:
        """Take the frames that came since, heartbeats left out."""
        texts = [text for text in self.frames if '"heartbeat"' not in text]
        self.frames.clear()
        return [json.loads(text) for text in texts]
