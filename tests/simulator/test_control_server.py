"""The control calls over HTTP that carry much: the log, snapshots."""

import asyncio
import io
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest

from krakentui.simulator import Exchange, Options
from krakentui.simulator.control_server import LINES
from krakentui.simulator.replay import replay
from tests.simulator.test_log import Visitor

pytestmark = pytest.mark.anyio
OPTIONS = Options(seed=3, manual=True, control=True)


def as_json(body: object) -> io.BytesIO:
    """Write a body; the client library wants large ones as a file."""
    return io.BytesIO(b"" if body is None else json.dumps(body).encode())


class Operator(Visitor):
    """A visitor who may also make control calls."""

    async def tell(self, verb: str, body: object = None, *, method: str = "POST") -> aiohttp.ClientResponse:
        """Make a control call and read its answer."""
        token = {"Authorization": f"Bearer {self.first['control_token']}"}
        url = f"{self.first['control']}/{verb}"
        async with self.http.request(method, url, data=as_json(body), headers=token) as reply:
            await reply.read()
            return reply

    async def log(self) -> list[str]:
        """Get the log up to now."""
        reply = await self.tell("log", method="GET")
        assert reply.content_type == LINES
        return (await reply.text()).splitlines(keepends=True)


@asynccontextmanager
async def an_operator(options: Options = OPTIONS) -> AsyncIterator[Operator]:
    async with Exchange(options) as exchange, aiohttp.ClientSession() as http:
        yield Operator(exchange, http)


def again(lines: list[str]) -> list[str]:
    said: list[str] = []
    replay(lines, said.append)
    return said


async def test_the_log_tells_all_that_passed_and_can_be_replayed() -> None:
    async with an_operator() as operator:
        await operator.visit()
        lines = await operator.log()
        kinds = {json.loads(line)["kind"] for line in lines}
        assert {"world", "call", "answer", "open", "in", "out", "control"} <= kinds
        assert again(lines) == lines


async def test_asking_for_the_log_does_not_show_in_it() -> None:
    async with an_operator() as operator:
        assert await operator.log() == await operator.log()


async def test_a_log_that_is_not_whole_is_not_given() -> None:
    async with an_operator() as operator:
        spool = operator.exchange.spool
        assert spool is not None
        spool.ended = "the disk is full"
        reply = await operator.tell("log", method="GET")
        assert reply.status == 400
        assert (await reply.json())["error"] == "the log is not whole: the disk is full"


async def test_a_snapshot_brings_back_the_world_and_its_future() -> None:
    async with an_operator() as operator:
        await operator.visit()
        answer = await (await operator.tell("snapshot")).json()
        futures = []
        for _ in range(2):
            told = await operator.tell("restore", answer)
            assert (await told.json())["at"] == answer["at"]
            await operator.tell("clock", {"advance": 20})
            futures.append(
                [await (await operator.tell(verb)).text() for verb in ("truth", "limits", "requests")]
            )
        assert futures[0] == futures[1]


async def test_a_snapshot_is_good_for_another_process_with_its_keys() -> None:
    async with an_operator() as operator, an_operator(Options(seed=8, manual=True, control=True)) as other:
        await operator.visit()
        answer = await (await operator.tell("snapshot")).json()
        told = await (await other.tell("restore", answer)).json()
        assert told["keys"] == operator.first["keys"]
        for one in (operator, other):
            await one.tell("clock", {"advance": 20})
        truths = [await (await one.tell("truth")).json() for one in (operator, other)]
        assert truths[0] == truths[1]


async def test_an_open_websocket_is_closed_with_1012_and_its_client_may_come_again() -> None:
    async with an_operator() as operator:
        answer: Any = await (await operator.tell("snapshot")).json()
        async with operator.http.ws_connect(operator.first["ws_public"]) as ws:
            await ws.receive()
            await operator.tell("restore", answer)
            assert (await asyncio.wait_for(ws.receive(), 10)).type is aiohttp.WSMsgType.CLOSE
            assert ws.close_code == 1012
        async with operator.http.ws_connect(operator.first["ws_public"]) as ws:
            greeting = json.loads((await ws.receive()).data)
            assert greeting["channel"] == "status"
        assert (await operator.ask("/0/private/Balance"))["error"] == []


async def test_a_log_with_a_restored_snapshot_in_it_replays_to_the_byte() -> None:
    async with an_operator() as operator:
        await operator.visit()
        answer = await (await operator.tell("snapshot")).json()
        await operator.visit()
        await operator.tell("restore", answer)
        await operator.visit()
        lines = await operator.log()
    assert again(lines) == lines
    secrets = [text for key in operator.first["keys"].values() for text in (key["key"], key["secret"])]
    assert not [secret for secret in secrets if secret in "".join(lines)]


async def test_only_a_control_call_may_have_a_large_body_and_only_with_its_token() -> None:
    body = {"snapshot": "x" * (2 << 20)}
    async with an_operator() as operator:
        assert (await operator.tell("restore", body)).status == 400
        url = f"{operator.first['control']}/restore"
        async with operator.http.post(url, data=as_json(body)) as reply:
            assert reply.status == 401


@pytest.mark.parametrize("method", ["PUT", "DELETE", "HEAD", "OPTIONS"])
async def test_a_control_call_is_get_or_post(method: str) -> None:
    async with an_operator() as operator:
        assert (await operator.tell("truth", method=method)).status == 405
