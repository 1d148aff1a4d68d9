"""The log: what it holds, that it keeps secrets, and that its replay says the same to the byte."""

import asyncio
import base64
import hashlib
import json
from typing import Any

import aiohttp
import pytest

from krakentui.simulator import Exchange, Options
from krakentui.simulator.identity import api_sign
from krakentui.simulator.replay import NoLog, replay
from krakentui.simulator.scenario import load

OPTIONS = Options(seed=3, manual=True)


class Visitor:
    """A client that asks, watches and cancels over real sockets."""

    def __init__(self, exchange: Exchange, http: aiohttp.ClientSession) -> None:
        self.exchange, self.http = exchange, http
        self.first: dict[str, Any] = exchange.first_line()
        self.nonce = 1

    async def ask(
        self, path: str, *, key: str = "full", wrong: bool = False, **params: str
    ) -> dict[str, Any]:
        """Make a private call, signed with the key's secret, or wrongly."""
        given = self.first["keys"][key]
        self.nonce += 1
        body = "&".join(f"{name}={value}" for name, value in ({"nonce": str(self.nonce)} | params).items())
        secret = b"wrong" if wrong else base64.b64decode(given["secret"])
        sign = api_sign(path, str(self.nonce), body.encode(), secret)
        headers = {
            "API-Key": given["key"],
            "API-Sign": sign,
            "Content-Type": "application/x-www-form-urlencoded",
        }
        async with self.http.post(self.first["rest"] + path, data=body, headers=headers) as reply:
            said: dict[str, Any] = await reply.json()
            return said

    async def visit(self) -> None:
        """Do a bit of everything."""
        await self.http.get(self.first["rest"] + "/0/public/Ticker?pair=BTC/USD")
        await self.ask("/0/private/Balance", wrong=True)
        await self.ask("/0/private/Balance", otp="123456")
        token = (await self.ask("/0/private/GetWebSocketsToken"))["result"]["token"]
        opened = (await self.ask("/0/private/OpenOrders"))["result"]["open"]
        async with self.http.ws_connect(self.first["ws_public"]) as public:
            await public.send_json(
                {"method": "subscribe", "params": {"channel": "book", "symbol": ["BTC/USD", "ETH/USD"]}}
            )
            await public.receive()
            async with self.http.ws_connect(self.first["ws_private"]) as private:
                await private.send_json(
                    {"method": "subscribe", "params": {"channel": "executions", "token": token}}
                )
                await private.receive()
                await asyncio.sleep(0.05)
                await self.exchange.advance(3)
                await self.ask("/0/private/CancelOrder", txid=next(iter(opened)))
                self.exchange.command("market", {"pair": "BTC/USD", "set": "60000"})
                await private.send_str("not JSON \udcff".encode("utf-8", "replace").decode())
                await asyncio.sleep(0.05)
                await self.exchange.advance(40)


async def record(options: Options, *faults: dict[str, object]) -> list[str]:
    """Give the log of one visit, with faults from the start."""
    lines: list[str] = []
    async with Exchange(options, lines.append) as exchange, aiohttp.ClientSession() as http:
        if faults:
            exchange.command("faults", {"add": [*faults]})
        await Visitor(exchange, http).visit()
    return lines


@pytest.fixture(scope="module")
def log() -> list[str]:
    """Record one visit."""
    return asyncio.run(record(OPTIONS))


def digest(lines: list[str]) -> str:
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def kinds(lines: list[str]) -> set[str]:
    return {json.loads(line)["kind"] for line in lines}


def again(lines: list[str]) -> list[str]:
    said: list[str] = []
    replay(lines, said.append)
    return said


def test_everything_that_passes_is_in_the_log(log: list[str]) -> None:
    assert kinds(log) == {
        *("world", "call", "answer", "knock", "open", "in", "out", "left", "control", "end"),
    }


def test_a_replay_is_the_log_to_the_byte(log: list[str]) -> None:
    assert digest(again(log)) == digest(log)


def test_a_replay_plays_the_scenario_and_the_faults_again() -> None:
    on_books = {"surface": "spot-ws-public", "channel": "book"}
    on_orders = {"surface": "spot-ws-private", "channel": "executions"}
    visit = record(
        Options(seed=3, manual=True, scenario=load("other-bot")),
        {"fault": "dup", "match": on_books, "when": {"prob": 0.3}},
        {"fault": "bad_crc", "match": on_books, "when": {"prob": 0.1}},
        {"fault": "skip_seq", "match": on_orders, "when": {"times": 1}},
        {"fault": "foreign", "when": {"at": "1s"}, "args": {"what": "rest", "rate": 0.5}},
    )
    lines = asyncio.run(visit)
    assert digest(again(lines)) == digest(lines)


def test_two_replays_are_equal(log: list[str]) -> None:
    assert digest(again(log)) == digest(again(log))


def test_the_log_holds_no_secret(log: list[str]) -> None:
    async def secrets() -> set[str]:
        async with Exchange(OPTIONS) as exchange:
            first: dict[str, Any] = exchange.first_line()
        return {text for key in first["keys"].values() for text in (key["key"], key["secret"])}

    text = "".join(log)
    assert not [secret for secret in asyncio.run(secrets()) if secret in text]
    assert "123456" not in text
    assert "TOKEN.1." in text
    assert "api-sign" not in text.lower()


def test_a_log_that_was_cut_off_is_replayed_up_to_there(log: list[str]) -> None:
    cut = [*log[: len(log) // 2], log[len(log) // 2][:20]]
    assert again(cut) == cut[:-1]


@pytest.mark.parametrize("lines", [[], ["{}"], ["nothing\n"], ['{"v":99,"options":{}}']])
def test_what_is_no_log_is_refused(lines: list[str]) -> None:
    with pytest.raises(NoLog):
        replay(lines, lambda _: None)
