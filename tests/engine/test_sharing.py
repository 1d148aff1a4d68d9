"""Two programs on one key: one lane, one nonce row, one budget; and what happens when one of them goes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest

from krakentui.budget.gauges import Gauge
from krakentui.budget.spending import ASKED, POLLS
from krakentui.engine.lanes import Lane
from krakentui.engine.seat import Seat
from krakentui.model.error import AnswerLost, TransportError
from krakentui.model.limit import units
from krakentui.wire.spot.rest import Call
from tests.support.clock import ManualClock, settle
from tests.support.exchange import FIRST, SECOND_ID, Scene, a_seat, refused, some_settings

PUBLIC = frozenset({"Assets", "AssetPairs", "Time", "SystemStatus", "Ticker"})
START = ["GetApiKeyInfo", "GetWebSocketsToken", "OpenOrders", "BalanceEx"]


class Table:
    """Programs that sit at one key, on one clock; all answers come from the exchange of each scene."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = ManualClock()
        self.scenes: list[Scene] = []
        self.seats: list[Seat] = []

    @asynccontextmanager
    async def sitting(self, name: str) -> AsyncIterator[Scene]:
        """One more program, from its start to its end."""
        seat = a_seat(self.folder, self.clock, f"krakentui {name} (process {len(self.seats) + 1})")
        await seat.take()
        assert not seat.is_outside, seat.why
        self.seats.append(seat)
        scene = Scene(some_settings(folder=self.folder), clock=self.clock, seat=seat)
        self.scenes.append(scene)
        try:
            async with scene.host:
                await self.beat(0)
                yield scene
        finally:
            seat.leave()
            self.scenes.remove(scene)

    async def beat(self, seconds: float, step_s: float = 0.25) -> None:
        """Let time pass in small steps, with heartbeats on all sockets of all programs."""
        await settle(120)
        while seconds > 0:
            for scene in self.scenes:
                for socket in scene.line.sockets:
                    if not socket.closed:
                        socket.gives({"channel": "heartbeat"})
            await self.clock.advance(min(step_s, seconds))
            await settle(120)
            seconds -= step_s

    def kill(self, scene: Scene) -> None:
        """End a program as the system does: sockets close, the lock goes, nothing is said or written."""
        shared = scene.session._account.shared  # type: ignore[union-attr]
        seat = shared._seat
        assert seat is not None
        shared._keeper = None
        shared._broker = None
        seat.place.leave()
        assert scene.host._open.task is not None
        scene.host._open.task.cancel()


def private(scene: Scene) -> list[str]:
    return [call for call in scene.door.calls if call not in PUBLIC]


def nonces_of(scene: Scene) -> list[int]:
    return [int(body.split("nonce=")[1].split("&")[0]) for body in scene.door.bodies if "nonce=" in body]


def gauge(scene: Scene, name: str = "rest") -> Gauge:
    rows = scene.session.budget(scene.clock.mono_ns()).gauges
    return next(row for row in rows if row.name == name)


def by_whom(scene: Scene, what: str) -> set[str]:
    sums = scene.session.state.spending.sums(scene.clock.mono_ns())
    return {kind.by for kind in sums if kind.what == what}


def notices(scene: Scene) -> list[str]:
    return [line.text for line in scene.session.journal() if line.kind == "notice"]


@pytest.fixture
def table(tmp_path: Path) -> Table:
    return Table(tmp_path)


@pytest.mark.anyio
async def test_the_second_program_hands_its_calls_to_the_first(table: Table) -> None:
    async with table.sitting("monitor") as owner:
        assert private(owner) == START
        async with table.sitting("stream") as follower:
            await table.beat(1)
            assert private(owner) == START * 2
            assert private(follower) == []
            assert follower.connects("/auth/v2") == 1
            assert [row.id for row in follower.session.orders(table.clock.mono_ns()).rows] == [
                FIRST,
                SECOND_ID,
            ]
            assert any("shared with krakentui monitor (process 1)" in line for line in notices(follower))


@pytest.mark.anyio
async def test_all_nonces_come_from_one_row(table: Table) -> None:
    async with AsyncExitStack() as stack:
        owner = await stack.enter_async_context(table.sitting("monitor"))
        for name in ("stream", "snapshot", "limits"):
            await stack.enter_async_context(table.sitting(name))
        await table.beat(60)
        nonces = [
            int(body.split("nonce=")[1].split("&")[0]) for body in owner.door.bodies if "nonce=" in body
        ]
        assert len(nonces) > 16
        assert nonces == sorted(set(nonces))
        assert owner.door.most_in_flight <= 2  # one of the key, one public


@pytest.mark.anyio
async def test_every_program_shows_the_same_gauges(table: Table) -> None:
    async with table.sitting("monitor") as owner, table.sitting("stream") as follower:
        for _ in range(8):
            await table.beat(3)
            for name in ("rest", "engine"):
                assert gauge(follower, name) == gauge(owner, name)


@pytest.mark.anyio
async def test_a_follower_takes_part_in_what_the_owner_knows_already(table: Table) -> None:
    async with table.sitting("monitor") as owner:
        await table.beat(90)
        async with table.sitting("stream") as follower:
            assert not gauge(follower).from_start
            assert gauge(follower).high <= units(8)
            await table.beat(1)
            assert gauge(follower) == gauge(owner)
            assert gauge(follower, "engine") == gauge(owner, "engine")


@pytest.mark.anyio
async def test_a_cancel_of_a_follower_is_no_act_of_others_to_the_owner(table: Table) -> None:
    async with table.sitting("monitor") as owner, table.sitting("stream") as follower:
        await table.beat(60)
        assert follower.cancel() is None
        await settle(200)
        assert [request["method"] for request in follower.private.sent].count("cancel_order") == 1
        owner.private.gives(*owner.ended({"params": {"order_id": [FIRST]}}))
        await table.beat(1)
        assert owner.session.state.ledger.engine["BTC/USD"].foreign_ns is None
        assert owner.cancels_sent() == 0
        assert gauge(follower, "engine") == gauge(owner, "engine")
        spent = {kind.by for kind in owner.session.state.spending.sums(table.clock.mono_ns())}
        assert "krakentui stream (process 2)" in spent


@pytest.mark.anyio
async def test_a_lockout_of_one_silences_all(table: Table) -> None:
    async with table.sitting("monitor") as owner, table.sitting("stream") as follower:
        await table.beat(40)
        owner.door.answer("OpenOrders", refused("EGeneral:Temporary lockout"))
        follower.session.poll_now()
        await table.beat(3)
        for scene in (owner, follower):
            assert scene.session.budget(table.clock.mono_ns()).lockouts
        calls = len(private(owner))
        follower.session.poll_now()
        owner.session.poll_now()
        await table.beat(300, step_s=2)
        assert len(private(owner)) == calls
        assert private(follower) == []


@pytest.mark.anyio
async def test_a_lockout_told_over_the_socket_of_a_follower_silences_all(table: Table) -> None:
    async with table.sitting("monitor") as owner, table.sitting("stream") as follower:
        await table.beat(40)
        follower.answer = lambda request: [follower.failed(request, "EGeneral:Temporary lockout")]
        follower.cancel()
        await table.beat(1)
        assert owner.session.budget(table.clock.mono_ns()).lockouts
        assert follower.session.budget(table.clock.mono_ns()).lockouts


@pytest.mark.anyio
async def test_a_refusal_is_told_to_all_and_counted_by_all(table: Table) -> None:
    async with table.sitting("monitor") as owner, table.sitting("stream") as follower:
        await table.beat(60)
        owner.door.answer("OpenOrders", refused("EAPI:Rate limit exceeded"))
        follower.session.poll_now()
        await table.beat(3)
        for scene in (owner, follower):
            assert scene.session.budget(table.clock.mono_ns()).refusals_unexpected == 1
        assert gauge(follower) == gauge(owner)
        assert gauge(owner).high > 18


@pytest.mark.anyio
async def test_each_program_tells_its_own_calls_from_those_of_the_others(table: Table) -> None:
    async with table.sitting("monitor") as owner, table.sitting("stream") as follower:
        await table.beat(60)
        assert by_whom(owner, "BalanceEx") == {ASKED, POLLS, "krakentui stream (process 2)"}
        assert by_whom(follower, "BalanceEx") == {ASKED, POLLS, "krakentui monitor (process 1)"}


# --- the owner goes -------------------------------------------------------------------------------


@pytest.mark.anyio
async def test_when_the_owner_is_killed_a_follower_goes_on_within_a_second(table: Table) -> None:
    async with table.sitting("monitor") as owner, table.sitting("stream") as follower:
        await table.beat(60)
        before = gauge(follower)
        nonces = nonces_of(owner)
        table.kill(owner)
        await table.beat(0.5)
        follower.session.poll_now()
        await table.beat(1)
        assert private(follower)
        assert min(nonces_of(follower)) > max(nonces)
        assert any("this program holds the key now" in line for line in notices(follower))
        assert before.high <= gauge(follower).high < units(10)
        assert not any("another krakentui has used" in line.text for line in follower.session.journal())


@pytest.mark.anyio
async def test_when_the_owner_leaves_a_follower_goes_on_as_well(table: Table) -> None:
    async with AsyncExitStack() as stack:
        first = AsyncExitStack()
        await first.enter_async_context(table.sitting("snapshot"))
        follower = await stack.enter_async_context(table.sitting("monitor"))
        await table.beat(60)
        await first.aclose()
        await table.beat(0.5)
        follower.session.poll_now()
        await table.beat(1)
        assert private(follower)


@pytest.mark.anyio
async def test_of_two_followers_one_goes_on_and_the_other_follows_it(table: Table) -> None:
    async with AsyncExitStack() as stack:
        owner, one, other = [
            await stack.enter_async_context(table.sitting(name)) for name in ("monitor", "stream", "stream")
        ]
        await table.beat(60)
        table.kill(owner)
        await table.beat(40)
        assert sum(bool(private(scene)) for scene in (one, other)) == 1
        assert gauge(one) == gauge(other)


@pytest.mark.anyio
async def test_a_read_on_its_way_when_the_owner_is_killed_is_lost_and_asked_again_in_its_time(
    table: Table,
) -> None:
    async with table.sitting("monitor") as owner, table.sitting("stream") as follower:
        await table.beat(60)
        owner.door.answer("OpenOrders", None)
        owner.door.answer("BalanceEx", None)
        follower.session.poll_now()
        await table.beat(0.5)
        lost = owner.door.calls[-1]
        assert owner.door.in_flight == 1
        table.kill(owner)
        await table.beat(1)
        assert lost not in private(follower)
        await table.beat(60)
        assert lost in private(follower)


async def _outcome(lane: Lane, sent: list[str]) -> type[Exception] | None:
    """Cancel an order over REST and tell how that ended."""
    try:
        await lane.call(Call("CancelOrder", (("txid", FIRST),)), "cancel", lambda: sent.append("written"))
    except TransportError as error:
        return type(error)
    return None


@pytest.mark.anyio
async def test_a_cancel_on_its_way_when_the_owner_is_killed_is_unknown_and_never_sent_again(
    table: Table,
) -> None:
    async with table.sitting("monitor") as owner, table.sitting("stream") as follower:
        await table.beat(60)
        owner.door.answer("CancelOrder", None)
        lane = follower.session._account.shared.lane  # type: ignore[union-attr]
        sent: list[str] = []
        async with asyncio.TaskGroup() as group:
            task = group.create_task(_outcome(lane, sent))
            await settle(100)
            assert owner.door.calls[-1] == "CancelOrder"
            assert sent == ["written"]
            table.kill(owner)
            await table.beat(2)
            assert task.done()
        assert task.result() is AnswerLost
        assert "CancelOrder" not in follower.door.calls


@pytest.mark.anyio
async def test_a_cancel_that_waited_when_the_owner_was_killed_is_sent_by_the_next_one_once(
    table: Table,
) -> None:
    async with table.sitting("monitor") as owner, table.sitting("stream") as follower:
        await table.beat(60)
        owner.door.answer("CancelOrder", None, None)
        lane = follower.session._account.shared.lane  # type: ignore[union-attr]
        own = owner.session._account.shared.lane  # type: ignore[union-attr]
        sent: list[str] = []
        async with asyncio.TaskGroup() as group:
            first = group.create_task(_outcome(own, []))
            await settle(40)
            waiting = group.create_task(_outcome(lane, sent))
            await settle(100)
            assert (owner.door.calls.count("CancelOrder"), sent) == (1, [])
            table.kill(owner)
            await table.beat(1)
            assert waiting.done()
            first.cancel()
        assert waiting.result() is None
        assert owner.door.calls.count("CancelOrder") == 1
        assert follower.door.calls.count("CancelOrder") == 1
