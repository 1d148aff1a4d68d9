"""One session as a whole, on memory: how it starts, what one failure costs, how it closes."""

import asyncio
import subprocess
import sys
from collections import deque
from pathlib import Path

import pytest

from krakentui.model.clock import SECOND
from krakentui.model.error import Forbidden, KeyProblem, NotSent
from krakentui.model.secret import Credentials, Secret
from krakentui.net.socket import Unreachable
from krakentui.settings import Settings
from tests.support.clock import settle
from tests.support.exchange import (
    ENDPOINTS,
    FIRST,
    KEY,
    PERMISSIONS,
    SECOND_ID,
    Scene,
    ok,
    refused,
    rest_order,
    some_settings,
    stream_order,
)

PRIVATE = frozenset(
    {"GetApiKeyInfo", "GetWebSocketsToken", "OpenOrders", "BalanceEx", "QueryOrders", "Balance"}
)


def private_calls(scene: Scene) -> list[str]:
    return [call for call in scene.door.calls if call in PRIVATE]


@pytest.mark.anyio
async def test_a_start_makes_its_four_private_calls_at_once() -> None:
    scene = Scene()
    async with scene.running(0):
        assert private_calls(scene) == ["GetApiKeyInfo", "GetWebSocketsToken", "OpenOrders", "BalanceEx"]


@pytest.mark.anyio
async def test_after_its_start_everything_is_live_and_known() -> None:
    scene = Scene()
    async with scene.running(2):
        t_ns = scene.clock.mono_ns()
        assert {feed.state for feed in scene.session.status(t_ns).feeds} == {"live"}
        assert [row.id for row in scene.session.orders(t_ns).rows] == [FIRST, SECOND_ID]
        assert scene.session.balances(t_ns).known
        assert [row.pair for row in scene.session.markets(t_ns)] == ["BTC/USD"]
        assert scene.session.budget(t_ns).tier == "intermediate"


@pytest.mark.anyio
async def test_public_calls_are_a_second_apart() -> None:
    scene = Scene()
    async with scene.running(0.5):
        assert [call for call in scene.door.calls if call not in PRIVATE] == ["Assets"]
        await scene.beat(1)
        assert [call for call in scene.door.calls if call not in PRIVATE] == ["Assets", "AssetPairs"]


@pytest.mark.anyio
async def test_without_a_key_only_public_things_happen() -> None:
    scene = Scene(some_settings(key=None))
    async with scene.running(30):
        assert private_calls(scene) == []
        assert scene.connects("/auth/v2") == 0
        assert scene.session.status(scene.clock.mono_ns()).power == "public"
        assert "no API key" in scene.session.poll_now()


@pytest.mark.anyio
@pytest.mark.parametrize("key", [KEY, None], ids=["keyed", "keyless"])
async def test_a_recording_that_cannot_be_written_is_a_notice(
    key: Credentials | None, tmp_path: Path
) -> None:
    scene = Scene(some_settings(key=key, record=tmp_path / "no folder" / "r.jsonl"))
    (line,) = [one for one in scene.session.journal() if "Recording" in one.text]
    assert line.text == "Recording to r.jsonl is off: no such file or directory."


@pytest.mark.anyio
async def test_balances_wait_for_the_names_of_assets() -> None:
    scene = Scene()
    scene.door.answer("Assets", NotSent("no way"))
    async with scene.running(1):
        assert "BalanceEx" not in scene.door.calls
        await scene.beat(8)
        assert "BalanceEx" in scene.door.calls


@pytest.mark.anyio
async def test_names_that_were_refused_at_the_start_are_asked_for_again_soon() -> None:
    scene = Scene()
    scene.door.answer("Assets", refused("EService:Unavailable"))
    async with scene.running(8):
        assert scene.door.calls.count("Assets") == 2
        assert "BalanceEx" in scene.door.calls


@pytest.mark.anyio
async def test_what_the_key_may_do_is_asked_for_again_soon_after_a_failure() -> None:
    scene = Scene()
    scene.door.answer("GetApiKeyInfo", NotSent("no way"))
    async with scene.running(60):
        assert scene.session.status(scene.clock.mono_ns()).power == "watch+cancel"


@pytest.mark.anyio
async def test_a_lockout_means_fifteen_minutes_without_a_private_call_or_connect() -> None:
    scene = Scene()
    async with scene.running(40):
        scene.door.answer("OpenOrders", refused("EGeneral:Temporary lockout"))
        scene.session.poll_now()
        for _ in range(60):
            await scene.beat(0 if scene.lines("lockout") else 1)
        calls, connects = len(private_calls(scene)), scene.connects("/auth/v2")
        scene.private.breaks(1001)
        scene.session.poll_now()
        await scene.clock.advance(895)
        assert len(private_calls(scene)) == calls
        assert scene.connects("/auth/v2") == connects
        await scene.clock.advance(60)
        assert len(private_calls(scene)) > calls
        assert scene.connects("/auth/v2") > connects


@pytest.mark.anyio
async def test_a_lockout_told_over_the_socket_counts_as_well() -> None:
    scene = Scene()
    scene.answer = lambda request: [scene.failed(request, "EGeneral:Temporary lockout")]
    async with scene.running(5):
        scene.cancel()
        await settle(60)
        calls = len(private_calls(scene))
        await scene.beat(120)
        assert scene.outcomes() == ["refused"]
        assert len(private_calls(scene)) == calls


@pytest.mark.anyio
async def test_during_a_lockout_public_data_goes_on() -> None:
    scene = Scene()
    scene.door.answer("OpenOrders", refused("EGeneral:Temporary lockout"))
    async with scene.running(30):
        assert scene.session.status(scene.clock.mono_ns()).feeds[0].freshness == "live"


@pytest.mark.anyio
async def test_a_wrong_key_is_asked_with_once() -> None:
    scene = Scene()
    for endpoint in PRIVATE:
        scene.door.answer_always(endpoint, refused("EAPI:Invalid key"))
    async with scene.running(200):
        assert private_calls(scene) == ["GetApiKeyInfo"]
        assert scene.connects("/auth/v2") == 0
        assert any("does not know this key" in line.text for line in scene.lines("notice"))


@pytest.mark.anyio
async def test_a_missing_permission_stops_that_call_and_nothing_else() -> None:
    scene = Scene(permissions=tuple(one for one in PERMISSIONS if one != "query-funds"))
    async with scene.running(120):
        assert "BalanceEx" not in scene.door.calls
        assert "OpenOrders" in scene.door.calls
        assert not any("may not call" in line.text for line in scene.lines("notice"))


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("permission", "channel"), [("query-funds", "balances"), ("query-open-trades", "executions")]
)
async def test_a_stream_with_one_of_two_channels_is_live(permission: str, channel: str) -> None:
    scene = Scene(permissions=tuple(one for one in PERMISSIONS if one != permission))
    scene.denied_channels = {channel}
    async with scene.running(30):
        feeds = {feed.role: feed.state for feed in scene.session.status(scene.clock.mono_ns()).feeds}
        assert feeds["private"] == "live"
        assert scene.connects("/auth/v2") == 1


@pytest.mark.anyio
async def test_a_denial_that_nobody_announced_is_found_out_once() -> None:
    scene = Scene()
    scene.door.answer_always("BalanceEx", refused("EGeneral:Permission denied"))
    async with scene.running(250):
        assert scene.door.calls.count("BalanceEx") == 1


@pytest.mark.anyio
async def test_each_private_socket_costs_one_token() -> None:
    scene = Scene()
    async with scene.running(60):
        for _ in range(4):
            scene.private.breaks(1001)
            await scene.beat(40)
        assert scene.door.calls.count("GetWebSocketsToken") == scene.connects("/auth/v2") == 5


@pytest.mark.anyio
async def test_a_step_of_the_clock_replaces_each_socket_once() -> None:
    scene = Scene()
    async with scene.running(60):
        scene.clock.step_wall(3600)
        await scene.beat(30)
        assert (scene.connects("/auth/v2"), len(scene.line.urls)) == (2, 4)
        assert {feed.state for feed in scene.session.status(scene.clock.mono_ns()).feeds} == {"live"}


@pytest.mark.anyio
async def test_a_hole_in_the_stream_is_mended_without_a_new_socket() -> None:
    scene = Scene()
    async with scene.running(10):
        scene.sequence += 5
        scene.private.gives(*scene.ended({"params": {"order_id": [FIRST]}}))
        await settle(80)
        assert scene.private.methods().count("subscribe") == 3
        assert len(scene.session.orders(scene.clock.mono_ns()).rows) == 2
        assert scene.connects("/auth/v2") == 1


@pytest.mark.anyio
async def test_a_delta_of_an_unknown_order_is_asked_for_by_id() -> None:
    scene = Scene()
    unknown = "OZZZZZ-BBBBB-CCCCC9"
    scene.door.answer_always("QueryOrders", ok({unknown: rest_order()}))
    async with scene.running(60):
        scene.private.gives(
            {
                "channel": "executions",
                "type": "update",
                "sequence": 2,
                "data": [
                    {
                        "order_id": unknown,
                        "exec_type": "new",
                        "order_status": "new",
                        "timestamp": "2027-03-10T09:01:00.000000Z",
                    }
                ],
            }
        )
        await scene.beat(30)
        assert any(unknown in body for body in scene.door.bodies)
        rows = {row.id: row for row in scene.session.orders(scene.clock.mono_ns()).rows}
        assert rows[unknown].pair == "BTC/USD"


@pytest.mark.anyio
async def test_the_pair_of_a_new_order_is_streamed_too() -> None:
    scene = Scene()
    async with scene.running(10):
        scene.private.gives(
            {
                "channel": "executions",
                "type": "update",
                "sequence": 2,
                "data": [{**stream_order("OZZZZZ-BBBBB-CCCCC9", "ETH/USD"), "exec_type": "pending_new"}],
            }
        )
        await scene.beat(2)
        symbols = [
            request["params"].get("symbol")  # type: ignore[attr-defined]
            for request in scene.public.sent
            if request["method"] == "subscribe"
        ]
        assert ["ETH/USD"] in symbols


@pytest.mark.anyio
async def test_a_market_that_does_not_exist_is_told_once_and_stops_nothing() -> None:
    settings = Settings(
        venue="simulator",
        endpoints=ENDPOINTS,
        account="alice",
        markets=("BTC/USD", "WWW/USD"),
        credentials=None,
    )
    scene = Scene(settings)
    normal = scene._public

    def picky(request: dict[str, object]) -> list[object]:
        return [
            frame
            if "WWW/USD" not in str(frame) or "method" not in str(frame)
            else {
                "method": "subscribe",
                "req_id": request["req_id"],
                "success": False,
                "symbol": "WWW/USD",
                "error": "Currency pair not supported WWW/USD",
            }
            for frame in normal(request)
        ]

    scene.line.prepare = lambda socket, _url: setattr(socket, "answers", picky)
    async with scene.running(30):
        told = [line.text for line in scene.lines("notice") if "WWW/USD" in line.text]
        assert told == ["The exchange streams no WWW/USD."]
        assert len(scene.line.urls) == 1


def rest_ticker(bid: str, ask: str) -> str:
    best = {"a": [ask, "1", "1.0"], "b": [bid, "1", "1.0"], "c": ["61000.5", "0.1"]}
    day = {"v": ["1", "1"], "p": ["1", "1"], "t": [1, 1], "l": ["1", "1"], "h": ["1", "1"], "o": "1"}
    return ok({"XXBTZUSD": best | day})


@pytest.mark.anyio
async def test_a_market_that_moved_while_its_stream_was_silent_gets_a_new_socket() -> None:
    scene = Scene()
    scene.door.answer_always("Ticker", rest_ticker("61900.0", "61901.0"))
    async with scene.running(58):
        assert "Ticker" not in scene.door.calls
        await scene.beat(12)
        assert scene.connects("/v2") == 3  # two public ones, one private
        assert scene.lines("feed")[-1].text == "Market data is live."
        assert any("moved and the stream did not say so" in line.text for line in scene.lines("feed"))


@pytest.mark.anyio
async def test_a_quiet_market_is_compared_once_and_left_alone() -> None:
    scene = Scene()
    scene.door.answer_always("Ticker", rest_ticker("61000.0", "61001.0"))
    async with scene.running(200):
        assert scene.door.calls.count("Ticker") == 1
        assert scene.connects("/v2") == 2


@pytest.mark.anyio
async def test_a_move_that_the_stream_tells_a_moment_later_is_no_dead_stream() -> None:
    scene = Scene()
    scene.door.answer_always("Ticker", rest_ticker("61900.0", "61901.0"))
    async with scene.running(58):
        while "Ticker" not in scene.door.calls:
            await scene.beat(1)
        ticker = {
            "symbol": "BTC/USD",
            "bid": 61900.0,
            "bid_qty": 1,
            "ask": 61901.0,
            "ask_qty": 1,
            "last": 1.0,
        }
        scene.public.gives({"channel": "ticker", "type": "update", "data": [ticker]})
        await scene.beat(10)
        assert scene.connects("/v2") == 2


@pytest.mark.anyio
async def test_rest_that_is_down_and_sockets_that_live_have_marks_of_their_own() -> None:
    scene = Scene()
    async with scene.running(10):
        for endpoint in (*PRIVATE, "Time", "Assets", "AssetPairs"):
            scene.door.answer_always(endpoint, NotSent("The exchange cannot be reached: no route to host."))
        await scene.beat(120)
        states = {feed.role: feed.state for feed in scene.session.status(scene.clock.mono_ns()).feeds}
        assert states == {"public": "live", "private": "live", "rest": "down"}


@pytest.mark.anyio
async def test_with_no_network_at_all_it_says_so_and_goes_on_trying() -> None:
    scene = Scene()
    for endpoint in (*PRIVATE, "Time", "Assets", "AssetPairs", "SystemStatus"):
        scene.door.answer_always(endpoint, NotSent("The exchange cannot be reached: no network."))
    scene.line.refusals.extend(Unreachable("no network") for _ in range(1000))
    async with scene.running(60):
        feeds = scene.session.status(scene.clock.mono_ns()).feeds
        assert all(feed.state == "down" and feed.why for feed in feeds)


@pytest.mark.anyio
async def test_a_fault_of_one_task_is_told_and_costs_only_that_task() -> None:
    scene = Scene()
    scene.door.answer("Assets", ValueError("a bug"))
    async with scene.running(20):
        assert any("public poller stopped on a fault" in line.text for line in scene.lines("notice"))
        assert {feed.state for feed in scene.session.status(scene.clock.mono_ns()).feeds} == {"live"}
        assert "AssetPairs" in scene.door.calls


@pytest.mark.anyio
async def test_poll_now_says_when_and_then_it_happens() -> None:
    scene = Scene()
    async with scene.running(120):
        before = scene.door.calls.count("OpenOrders")
        assert scene.session.poll_now() == "Balances: asking now."
        await scene.beat(1)
        assert scene.door.calls.count("OpenOrders") == before + 1


@pytest.mark.anyio
async def test_the_polls_that_are_told_ahead_come_when_they_were_told_to() -> None:
    scene = Scene()
    async with scene.running(120):
        plan = scene.session.state.plan
        assert plan is not None
        (first, *later) = plan.ahead
        assert (first.what, first.at_ns) == (plan.what, plan.at_ns)
        assert later
        assert later[-1].at_ns > scene.clock.mono_ns() + 240 * SECOND
        calls = len(scene.door.calls)
        await scene.beat((first.at_ns - scene.clock.mono_ns()) / SECOND - 1)
        assert "OpenOrders" not in scene.door.calls[calls:]
        assert "BalanceEx" not in scene.door.calls[calls:]
        await scene.beat(2)
        assert {"Open orders": "OpenOrders", "Balances": "BalanceEx"}[first.what] in scene.door.calls[calls:]


@pytest.mark.anyio
async def test_closing_leaves_no_task_and_no_socket() -> None:
    scene, before = Scene(), asyncio.all_tasks()
    async with scene.running(5):
        assert asyncio.all_tasks() > before
    assert asyncio.all_tasks() == before
    assert all(socket.closed for socket in scene.line.sockets)


@pytest.mark.anyio
async def test_closing_takes_no_time_by_the_clock_even_in_mid_air() -> None:
    scene = Scene()
    scene.door.answer_always("OpenOrders", None)
    async with scene.running(1):
        before = scene.clock.mono_ns()
    assert scene.clock.mono_ns() == before


@pytest.mark.anyio
async def test_an_error_of_the_app_comes_out_as_it_is() -> None:
    scene = Scene()
    with pytest.raises(LookupError, match="of the app"):
        async with scene.host:
            raise LookupError("of the app")


@pytest.mark.anyio
async def test_no_network_starts_before_the_first_picture() -> None:
    scene = Scene()
    scene.host._painted.clear()
    async with scene.host:
        await scene.clock.advance(5)
        assert (scene.door.calls, scene.line.urls) == ([], [])
        scene.host.painted()
        await settle(60)
        assert scene.door.calls
        assert scene.line.urls


@pytest.mark.anyio
async def test_a_recording_holds_frames_and_no_secret(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    scene = Scene(some_settings(record=path))
    async with scene.running(5):
        pass
    text = path.read_text()
    assert "executions" in text
    assert not {word for word in ("TOKEN", "c2VjcmV0", "SIM-abc", FIRST) if word in text}


def test_a_secret_that_is_no_secret_is_refused_before_anything_starts() -> None:
    key = Credentials(key="SIM-abc", secret=Secret("not base64!"), name="test", source="a test")
    with pytest.raises(KeyProblem):
        Scene(some_settings(key=key))


def test_a_live_key_is_not_taken_to_a_simulator() -> None:
    key = Credentials(key="4/SDrDBcOOPn", secret=Secret("c2VjcmV0"), name="test", source="a test")
    with pytest.raises(Forbidden):
        Scene(some_settings(key=key))


def test_a_simulator_key_is_not_taken_to_kraken() -> None:
    with pytest.raises(Forbidden):
        Scene(Settings(credentials=KEY))


def test_the_engine_imports_no_network_library_before_its_first_connect() -> None:
    code = (
        "import sys, krakentui.engine.host; "
        "print([name for name in ('httpx', 'websockets', 'aiohttp', 'textual') if name in sys.modules])"
    )
    found = subprocess.run(  # noqa: S603 - our own interpreter and our own text
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert found.stdout.strip() == "[]"


@pytest.mark.anyio
async def test_watching_stays_above_the_reserve() -> None:
    scene = Scene()
    async with scene.running(60):
        for _ in range(24):
            await scene.beat(5)
            counter = scene.session.state.ledger.rest_at(scene.clock.mono_ns())
            assert counter.high + scene.session.state.ledger.reserve <= counter.ceiling


@pytest.mark.anyio
async def test_an_edge_page_pauses_all_polls_for_a_minute_and_blocks_nothing() -> None:
    scene = Scene()
    async with scene.running(60):
        scene.door.script["OpenOrders"] = deque([(429, b"<html>error code: 1015</html>")])
        scene.session.poll_now()
        await scene.beat(20)
        calls = len(scene.door.calls)
        await scene.beat(30)
        assert len(scene.door.calls) == calls
        assert "edge" in scene.session.budget(scene.clock.mono_ns()).next_poll
        await scene.beat(60)
        assert len(scene.door.calls) > calls
