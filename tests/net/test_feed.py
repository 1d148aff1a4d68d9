"""One feed: how it opens, what keeps it alive, what ends it, and when it comes back."""

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest
from msgspec import structs

from krakentui.model.clock import SECOND
from krakentui.model.error import Forbidden, KeyProblem, NotSent
from krakentui.model.event import CallSpent, FeedChanged, FeedHeard, Garbled, Happening, SequenceBroken
from krakentui.net.backoff import ConnectBudget, EdgePause
from krakentui.net.feed import MOST_AT_ONCE, Feed
from krakentui.net.patience import Patience
from krakentui.net.socket import HandshakeRefused, SocketClosed, Unreachable
from krakentui.net.talk import Line
from krakentui.net.tap import NoTap
from krakentui.wire.spot.ws import Conversation
from tests.support.clock import ManualClock, settle
from tests.support.wire import MemoryLine, MemorySocket

PUBLIC = "ws://127.0.0.1:1/v2"
TICKER = {"channel": "ticker", "type": "snapshot", "data": [{"symbol": "BTC/USD", "bid": 1.0, "ask": 2.0}]}
HEARTBEAT = {"channel": "heartbeat"}
PONG = {"method": "pong", "req_id": 9, "time_in": "2027-03-10T09:00:00Z", "time_out": "2027-03-10T09:00:00Z"}


def snapshot(sequence: int = 1) -> dict[str, object]:
    return {"channel": "executions", "type": "snapshot", "data": [], "sequence": sequence}


def update(sequence: int) -> dict[str, object]:
    return {"channel": "executions", "type": "update", "data": [], "sequence": sequence}


class Stubborn(Conversation):
    """Gets nothing anew over the same socket."""

    def mend(self, channel: str, symbol: str | None = None) -> bool:
        return False


class Talker:
    """Subscribes one channel; keeps what it hears."""

    def __init__(self, role: str = "public") -> None:
        self.role = role
        self.mends = True
        self.heard_events: list[Happening] = []
        self.prepared = 0
        self.ends = 0
        self.maintenance = False
        self.fault: Exception | None = None
        self.problem: KeyProblem | None = None

    async def prepare(self) -> Conversation:
        self.prepared += 1
        if self.problem is not None:
            raise self.problem
        if self.role == "public":
            conversation = Conversation("public")
            conversation.subscribe("ticker", symbol=["BTC/USD"], snapshot=True)
        else:
            conversation = Conversation("private", "alice") if self.mends else Stubborn("private", "alice")
            conversation.subscribe("executions", snap_orders=True)
        return conversation

    def heard(self, events: Sequence[Happening]) -> None:
        if self.fault is not None:
            raise self.fault
        self.heard_events += events

    def ended(self) -> None:
        self.ends += 1

    def in_maintenance(self) -> bool:
        return self.maintenance


class Rig:
    """A feed with everything around it made of memory."""

    def __init__(self, role: str = "public", *, least_s: float = 0) -> None:
        self.clock = ManualClock()
        self.line = MemoryLine()
        self.line.prepare = self.ack
        self.talk = Talker(role)
        self.events: list[Happening] = []
        self.edge = EdgePause()
        self.acks = True
        line = Line(
            clock=self.clock,
            rng=random.Random(1),
            patience=Patience(),
            connect=self.line,
            budget=ConnectBudget(),
            edge=self.edge,
            tap=NoTap(),
            tell=self.events.append,
        )
        self.feed = Feed(
            "public" if role == "public" else "private", PUBLIC, self.talk, line, least_s=least_s
        )

    def ack(self, socket: MemorySocket, _url: str) -> None:
        socket.answers = self._acks

    def _acks(self, request: dict[str, object]) -> list[object]:
        params = request.get("params")
        if (
            not self.acks
            or request["method"] not in {"subscribe", "unsubscribe"}
            or not isinstance(params, dict)
        ):
            return []
        symbols = params.get("symbol") or [None]
        result = {"channel": params["channel"], "snapshot": True}
        return [
            {
                "method": request["method"],
                "req_id": request["req_id"],
                "success": True,
                "result": result if symbol is None else {**result, "symbol": symbol},
            }
            for symbol in symbols
        ]

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        async with asyncio.TaskGroup() as group:
            task = group.create_task(self.feed.run())
            await settle()
            yield
            task.cancel()

    def states(self) -> list[str]:
        return [event.state for event in self.events if isinstance(event, FeedChanged)]

    def whys(self) -> str:
        return " / ".join(event.why for event in self.events if isinstance(event, FeedChanged))

    async def beat(self, seconds: float) -> None:
        """Let time pass with a heartbeat every second."""
        for _ in range(round(seconds)):
            self.line.last.gives(HEARTBEAT)
            await self.clock.advance(1)


@pytest.fixture
def rig() -> Rig:
    return Rig()


@pytest.mark.anyio
async def test_a_public_feed_lives_with_its_first_data(rig: Rig) -> None:
    async with rig.running():
        assert rig.states() == ["connecting"]
        rig.line.last.gives(TICKER)
        await rig.clock.advance(0.1)
        assert rig.states() == ["connecting", "live"]


@pytest.mark.anyio
async def test_public_frames_are_taken_in_batches_of_twenty_milliseconds(rig: Rig) -> None:
    async with rig.running():
        await rig.clock.advance(0.1)
        rig.events.clear()
        rig.line.last.gives(HEARTBEAT, HEARTBEAT, HEARTBEAT)
        await rig.clock.advance(0.01)
        assert rig.events == []
        await rig.clock.advance(0.01)
        assert rig.events == [FeedHeard(feed="public", frames=3)]


@pytest.mark.anyio
async def test_a_flood_leaves_others_their_turn_between_some_frames(rig: Rig) -> None:
    async with rig.running():
        await rig.clock.advance(0.1)
        rig.events.clear()
        rig.line.last.gives(*[HEARTBEAT] * (3 * MOST_AT_ONCE))
        await rig.clock.advance(0.1)
        heard = [event.frames for event in rig.events if isinstance(event, FeedHeard)]
        assert heard == [MOST_AT_ONCE] * 3


@pytest.mark.anyio
async def test_private_frames_are_taken_at_once() -> None:
    rig = Rig("private")
    async with rig.running():
        rig.line.last.gives(snapshot())
        await settle()
        assert rig.states() == ["connecting", "live"]


@pytest.mark.anyio
async def test_five_silent_seconds_make_it_stale_and_open_another(rig: Rig) -> None:
    async with rig.running():
        rig.line.last.gives(TICKER)
        await rig.clock.advance(4.9)
        assert rig.states()[-1] == "live"
        await rig.clock.advance(0.7)
        assert "stale" in rig.states()
        await rig.clock.advance(1)
        assert len(rig.line.sockets) == 2
        assert rig.line.sockets[0].closed


@pytest.mark.anyio
async def test_heartbeats_keep_it_alive(rig: Rig) -> None:
    async with rig.running():
        rig.line.last.gives(TICKER)
        await rig.beat(60)
        assert len(rig.line.sockets) == 1


@pytest.mark.anyio
async def test_a_pong_is_no_sign_of_life(rig: Rig) -> None:
    async with rig.running():
        rig.line.last.gives(TICKER)
        for _ in range(7):
            rig.line.last.gives(PONG)
            await rig.clock.advance(1)
        assert "silent for 5 s" in rig.whys()


@pytest.mark.anyio
async def test_a_cancel_takes_another_way_after_three_silent_seconds(rig: Rig) -> None:
    async with rig.running():
        rig.line.last.gives(TICKER)
        await rig.clock.advance(0.1)
        assert rig.feed.is_alive(rig.clock.mono_ns())
        await rig.clock.advance(3)
        assert rig.feed.is_open
        assert not rig.feed.is_alive(rig.clock.mono_ns())


@pytest.mark.anyio
async def test_a_blocked_loop_is_not_the_exchanges_silence(rig: Rig) -> None:
    async with rig.running():
        rig.line.last.gives(TICKER)
        await rig.clock.advance(1)
        rig.clock._move(rig.clock.mono_ns() + 8 * SECOND)
        rig.line.last.gives(HEARTBEAT)
        await rig.clock.advance(0.6)
        assert len(rig.line.sockets) == 1


@pytest.mark.parametrize("code", [1000, 1001, 1006, 1011, 4000, None])
@pytest.mark.anyio
async def test_every_close_is_a_reason_to_come_back_within_a_second(rig: Rig, code: int | None) -> None:
    async with rig.running():
        rig.line.last.gives(TICKER)
        await rig.clock.advance(1)
        rig.line.last.breaks(code, "CloudFlare WebSocket proxy restarting")
        await rig.clock.advance(1.5)
        assert len(rig.line.sockets) == 2
        assert rig.talk.ends == 1


@pytest.mark.parametrize("code", [1012, 1013])
@pytest.mark.anyio
async def test_a_service_restart_waits_five_seconds(rig: Rig, code: int) -> None:
    async with rig.running():
        rig.line.last.breaks(code)
        await rig.clock.advance(4.9)
        assert len(rig.line.sockets) == 1
        await rig.clock.advance(0.3)
        assert len(rig.line.sockets) == 2


@pytest.mark.anyio
async def test_during_maintenance_it_comes_back_no_faster_than_every_five_seconds(rig: Rig) -> None:
    rig.talk.maintenance = True
    async with rig.running():
        rig.line.last.breaks(1000)
        await rig.clock.advance(4.9)
        assert len(rig.line.sockets) == 1


@pytest.mark.anyio
async def test_a_server_that_accepts_and_closes_gets_no_storm(rig: Rig) -> None:
    rig.line.prepare = lambda socket, _url: socket.breaks(1013)
    async with rig.running():
        await rig.clock.advance(600)
        assert 15 <= len(rig.line.urls) <= 60


@pytest.mark.anyio
async def test_attempts_stay_inside_the_budget_even_when_each_is_stable(rig: Rig) -> None:
    async with rig.running():
        for _ in range(90):
            rig.line.last.breaks(1001)
            await rig.clock.advance(2)
        assert len(rig.line.urls) <= 60


@pytest.mark.parametrize("status", [403, 429])
@pytest.mark.anyio
async def test_the_edges_refusal_costs_a_minute(rig: Rig, status: int) -> None:
    rig.line.refusals.append(HandshakeRefused(status))
    async with rig.running():
        await rig.clock.advance(59)
        assert len(rig.line.urls) == 1
        assert str(status) in rig.whys()
        await rig.clock.advance(8)
        assert len(rig.line.urls) == 2


@pytest.mark.parametrize("refusal", [HandshakeRefused(520), Unreachable("the connection was refused")])
@pytest.mark.anyio
async def test_a_refusal_is_told_in_words_and_tried_again(rig: Rig, refusal: Exception) -> None:
    rig.line.refusals.append(refusal)
    async with rig.running():
        await rig.clock.advance(2)
        assert "down" in rig.states()
        assert rig.whys().strip(" /")
        assert len(rig.line.sockets) == 1


@pytest.mark.anyio
async def test_it_never_gives_up(rig: Rig) -> None:
    rig.line.refusals.extend(Unreachable("no network") for _ in range(200))
    async with rig.running():
        await rig.clock.advance(3600)
        before = len(rig.line.urls)
        await rig.clock.advance(120)
        assert len(rig.line.urls) > before


@pytest.mark.anyio
async def test_while_it_cannot_connect_it_stays_down_instead_of_flickering(rig: Rig) -> None:
    rig.line.refusals.extend(Unreachable("no network") for _ in range(5))
    async with rig.running():
        await rig.clock.advance(20)
        assert rig.states()[:4] == ["connecting", "down", "down", "down"]


@pytest.mark.anyio
async def test_a_handshake_that_never_ends_is_given_up_after_ten_seconds(rig: Rig) -> None:
    class Silent(MemoryLine):
        async def __call__(self, url: str, open_s: float) -> MemorySocket:
            self.urls.append(url)
            await asyncio.get_running_loop().create_future()
            raise AssertionError

    silent = Silent()
    rig.feed._line = structs.replace(rig.feed._line, connect=silent)
    async with rig.running():
        await rig.clock.advance(12)
        assert len(silent.urls) == 2
        assert "opening handshake" in rig.whys()


@pytest.mark.anyio
async def test_a_subscription_that_gives_nothing_is_repeated_once_then_the_socket_replaced(rig: Rig) -> None:
    async with rig.running():
        await rig.beat(6)
        assert rig.line.last.methods() == ["subscribe", "unsubscribe", "subscribe"]
        await rig.beat(7)
        assert len(rig.line.sockets) == 2


@pytest.mark.anyio
async def test_a_subscription_that_gives_nothing_on_two_sockets_costs_no_third(rig: Rig) -> None:
    async with rig.running():
        await rig.beat(120)
        assert len(rig.line.sockets) == 2


@pytest.mark.anyio
async def test_a_subscription_without_an_ack_is_repeated(rig: Rig) -> None:
    rig.acks = False
    async with rig.running():
        await rig.beat(6)
        assert rig.line.last.methods().count("subscribe") == 2


@pytest.mark.anyio
async def test_a_hole_in_a_private_channel_asks_for_a_new_snapshot_at_once() -> None:
    rig = Rig("private")
    async with rig.running():
        rig.line.last.gives(snapshot(), update(2), update(4))
        await settle(60)
        assert rig.line.last.methods() == ["subscribe", "unsubscribe", "subscribe"]
        assert any(isinstance(event, SequenceBroken) for event in rig.talk.heard_events)
        assert len(rig.line.sockets) == 1


@pytest.mark.anyio
async def test_a_frame_that_is_no_json_is_skipped_and_counts_as_life(rig: Rig) -> None:
    async with rig.running():
        rig.line.last.gives(TICKER)
        for _ in range(7):
            rig.line.last.gives("CloudFlare WebSocket proxy restarting")
            await rig.clock.advance(1)
        assert len(rig.line.sockets) == 1
        assert any(isinstance(event, Garbled) for event in rig.talk.heard_events)


@pytest.mark.anyio
async def test_a_token_that_is_no_longer_good_means_a_new_socket() -> None:
    rig = Rig("private")
    async with rig.running():
        rig.line.last.gives(
            {"method": "subscribe", "req_id": 1, "success": False, "error": "ESession:Invalid session"}
        )
        await rig.clock.advance(1.5)
        assert rig.talk.prepared == 2


@pytest.mark.anyio
async def test_each_socket_begins_a_fresh_conversation(rig: Rig) -> None:
    async with rig.running():
        for _ in range(3):
            rig.line.last.breaks(1001)
            await rig.clock.advance(8)
        assert rig.talk.prepared == len(rig.line.sockets) >= 4


@pytest.mark.anyio
async def test_a_conversation_that_cannot_begin_costs_no_connection(rig: Rig) -> None:
    rig.talk.problem = KeyProblem("no token")
    async with rig.running():
        await rig.clock.advance(30)
        assert rig.line.urls == []
        assert "no token" in rig.whys()


@pytest.mark.anyio
async def test_a_replaced_socket_is_followed_by_another_at_once(rig: Rig) -> None:
    async with rig.running():
        rig.line.last.gives(TICKER)
        await rig.clock.advance(0.1)
        rig.feed.replace("the clock jumped")
        await settle(60)
        assert len(rig.line.sockets) == 2


@pytest.mark.anyio
async def test_a_sign_of_the_exchange_elsewhere_shortens_the_pause_to_five_seconds(rig: Rig) -> None:
    rig.line.refusals.extend(Unreachable("no network") for _ in range(6))
    async with rig.running():
        await rig.clock.advance(45)
        tries = len(rig.line.urls)
        await rig.clock.advance(1)
        rig.feed.hurry()
        await rig.clock.advance(5)
        assert len(rig.line.urls) == tries + 1


@pytest.mark.anyio
async def test_a_hurry_never_opens_twice_within_five_seconds(rig: Rig) -> None:
    rig.line.refusals.extend(Unreachable("no network") for _ in range(600))
    async with rig.running():
        for _ in range(100):
            await rig.clock.advance(1)
            rig.feed.hurry()
        assert len(rig.line.urls) <= 23


@pytest.mark.anyio
async def test_silent_orders_cost_a_new_socket_each_time_and_are_never_called_live() -> None:
    rig = Rig("private")
    async with rig.running():
        for _ in range(90):
            rig.line.last.gives(HEARTBEAT)
            await rig.clock.advance(1)
        assert len(rig.line.sockets) > 3
        assert "live" not in rig.states()


@pytest.mark.anyio
async def test_a_conversation_is_ended_even_by_a_fault_of_ours() -> None:
    rig = Rig()
    rig.talk.fault = ValueError("a bug")
    running = asyncio.ensure_future(rig.feed.run())
    await settle()
    rig.line.last.gives(TICKER)
    await rig.clock.advance(1)
    assert isinstance(running.exception(), ExceptionGroup)
    assert rig.talk.ends == 1


@pytest.mark.anyio
async def test_nothing_can_be_said_without_a_socket(rig: Rig) -> None:
    with pytest.raises(NotSent):
        await rig.feed.say(lambda talk: talk.ping())


@pytest.mark.anyio
async def test_a_closed_feed_closes_its_socket(rig: Rig) -> None:
    async with rig.running():
        pass
    assert rig.line.last.closed


@pytest.mark.parametrize("url", ["wss://ws-auth.kraken.com/v2", "wss://evil.org/v2"])
def test_a_simulator_key_opens_no_feed_elsewhere(url: str) -> None:
    rig = Rig()
    with pytest.raises(Forbidden):
        Feed("private", url, rig.talk, rig.feed._line, key="SIM-abc")


def test_a_live_key_opens_no_feed_to_loopback() -> None:
    rig = Rig()
    with pytest.raises(Forbidden):
        Feed("private", PUBLIC, rig.talk, rig.feed._line, key="4/SDrDBcOOPn")


def test_a_close_keeps_its_code_and_reason() -> None:
    assert str(SocketClosed(1001, "going away")) == "1001 going away"


@pytest.mark.anyio
async def test_every_attempt_to_connect_is_counted(rig: Rig) -> None:
    rig.line.refusals.append(Unreachable("no network"))
    async with rig.running():
        await rig.clock.advance(2)
        spent = [event for event in rig.events if isinstance(event, CallSpent)]
        assert [event.name for event in spent if event.what == "public websocket"] == ["connections"] * 2


# --- what cannot be mended over the same socket ------------------------------------------------------


@pytest.mark.anyio
async def test_a_hole_that_cannot_be_mended_costs_the_socket() -> None:
    rig = Rig("private")
    rig.talk.mends = False
    async with rig.running():
        rig.line.last.gives(snapshot(), update(3))
        await rig.clock.advance(2)
        assert "executions skipped a frame" in rig.whys()
        assert len(rig.line.sockets) == 2


@pytest.mark.anyio
async def test_a_silent_subscription_that_cannot_be_mended_costs_the_socket_at_once() -> None:
    rig = Rig("private")
    rig.talk.mends = False
    async with rig.running():
        await rig.beat(6)
        assert "executions gave nothing" in rig.whys()
        assert rig.line.sockets[0].methods() == ["subscribe"]


@pytest.mark.anyio
async def test_a_feed_may_be_told_to_come_back_no_sooner() -> None:
    rig = Rig(least_s=5)
    async with rig.running():
        for sockets in (1, 2):
            rig.line.last.breaks()
            await rig.clock.advance(4.9)
            assert len(rig.line.sockets) == sockets
            await rig.clock.advance(0.2)
            assert len(rig.line.sockets) == sockets + 1


@pytest.mark.anyio
async def test_being_replaced_is_no_way_around_it() -> None:
    rig = Rig(least_s=5)
    async with rig.running():
        rig.feed.replace("the clock jumped")
        rig.feed.replace("the clock jumped")
        await rig.clock.advance(1)
        rig.feed.replace("the clock jumped")
        await rig.clock.advance(3.9)
        assert len(rig.line.sockets) == 1
        await rig.clock.advance(0.2)
        assert len(rig.line.sockets) == 2
