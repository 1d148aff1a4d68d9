"""Websocket tokens: fetched one at a time, shared while fresh, never one for each attempt."""

import asyncio

import pytest

from krakentui.engine.tokens import FRESH_NS, NoToken, Tokens
from krakentui.engine.turnstile import Kind
from krakentui.model.clock import SECOND
from krakentui.model.error import AnswerLost, Denied, NotSent
from krakentui.model.redact import Redactor
from krakentui.model.secret import Secret
from krakentui.wire.spot.rest import Call, Reply
from tests.support.clock import ManualClock, settle


class Lane:
    """Answers with a new token each time, or with what the script has next."""

    def __init__(self) -> None:
        self.kinds: list[Kind] = []
        self.script: list[Reply | Exception] = []
        self.gate: asyncio.Event | None = None

    async def call(self, call: Call, kind: Kind) -> Reply:
        assert call.endpoint == "GetWebSocketsToken"
        self.kinds.append(kind)
        if self.gate is not None:
            await self.gate.wait()
        answer = self.script.pop(0) if self.script else Reply(token=Secret(f"T{len(self.kinds)}"))
        if isinstance(answer, Exception):
            raise answer
        return answer


class Rig:
    def __init__(self) -> None:
        self.clock = ManualClock()
        self.lane = Lane()
        self.known = Redactor()
        self.tokens = Tokens(self.lane, self.clock, self.known.learn_token)  # type: ignore[arg-type]  # all it needs of a lane


@pytest.mark.anyio
async def test_each_socket_of_the_stream_gets_a_new_one_and_the_audit_the_same() -> None:
    rig = Rig()
    first = await rig.tokens.new("user")
    assert await rig.tokens.shared() is first
    await rig.clock.advance(1)
    assert await rig.tokens.new("reconcile") is not first
    assert rig.lane.kinds == ["user", "reconcile"]


@pytest.mark.anyio
async def test_each_token_is_known_to_what_writes_from_then_on() -> None:
    rig = Rig()
    rig.lane.script = [Reply(token=Secret("tulip+field"))]
    await rig.tokens.shared()
    assert "tulip" not in rig.known.clean("Token tulip+field not found")


@pytest.mark.anyio
async def test_two_who_want_one_at_once_get_the_same() -> None:
    rig = Rig()
    rig.lane.gate = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        both = [group.create_task(rig.tokens.shared()) for _ in range(2)]
        await settle()
        rig.lane.gate.set()
    assert both[0].result() is both[1].result()
    assert rig.lane.kinds == ["background"]


@pytest.mark.anyio
async def test_an_old_one_is_not_handed_out() -> None:
    rig = Rig()
    first = await rig.tokens.new("user")
    await rig.clock.advance(FRESH_NS / SECOND)
    assert await rig.tokens.shared() is not first
    assert rig.lane.kinds == ["user", "background"]


@pytest.mark.anyio
async def test_a_spoiled_one_is_replaced_at_most_once_while_it_would_be_fresh() -> None:
    rig = Rig()
    rig.tokens.spoiled(await rig.tokens.new("user"))
    rig.tokens.spoiled(await rig.tokens.shared())
    for _ in range(10):
        with pytest.raises(NotSent, match="no fresh websocket token is there"):
            await rig.tokens.shared()
        await rig.clock.advance(60)
    assert rig.lane.kinds == ["user", "background"]
    await rig.clock.advance(FRESH_NS / SECOND)
    await rig.tokens.shared()
    assert rig.lane.kinds == ["user", "background", "background"]


@pytest.mark.anyio
async def test_a_token_that_is_no_longer_the_latest_spoils_nothing() -> None:
    rig = Rig()
    first = await rig.tokens.new("user")
    await rig.clock.advance(1)
    second = await rig.tokens.new("reconcile")
    rig.tokens.spoiled(first)
    assert await rig.tokens.shared() is second


@pytest.mark.anyio
@pytest.mark.parametrize(
    "failure",
    [Reply(refusal=Denied("no", "EGeneral:Permission denied")), Reply(broken="a page"), AnswerLost("lost")],
)
async def test_a_failed_attempt_counts_as_one(failure: Reply | Exception) -> None:
    rig = Rig()
    rig.lane.script = [failure]
    with pytest.raises((Denied, NoToken, AnswerLost)):
        await rig.tokens.shared()
    with pytest.raises(NotSent):
        await rig.tokens.shared()
    assert len(rig.lane.kinds) == 1
