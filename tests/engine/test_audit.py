"""The audit's socket: when it opens, what it costs, what becomes of it, and that nothing else suffers."""

import json
from pathlib import Path

import pytest

from krakentui.engine.audit import MOST_CONNECTS
from krakentui.model.error import Forbidden
from krakentui.model.secret import Credentials, Secret
from krakentui.net.socket import Unreachable
from krakentui.state.drift import AuditView
from tests.support.clock import settle
from tests.support.exchange import FIRST, KEY, Scene, some_settings

OLD = "/auth/v1"
NEW_ORDER = "OAAAAA-BBBBB-CCCCC9"


def a_scene(state_dir: Path | None = None) -> Scene:
    return Scene(some_settings(audit=True, folder=state_dir))


def audit(scene: Scene) -> AuditView:
    return scene.session.budget(scene.clock.mono_ns()).audit


def tokens(scene: Scene) -> int:
    return scene.door.calls.count("GetWebSocketsToken")


def states(scene: Scene) -> set[str]:
    return {feed.state for feed in scene.session.status(scene.clock.mono_ns()).feeds}


def old_order(order_id: str = NEW_ORDER, **more: object) -> dict[str, object]:
    return {order_id: {"status": "pending", "descr": {"pair": "XBT/USD"}, **more}}


def old_frame(sequence: int, *rows: dict[str, object]) -> list[object]:
    return [list(rows), "openOrders", {"sequence": sequence}]


async def place(scene: Scene, number: int, figure: str) -> None:
    """Let an order come in that both sockets tell of."""
    order_id = f"OAAAAA-BBBBB-{number:06d}"
    scene.sequence += 1
    entry = {
        "order_id": order_id,
        "symbol": "BTC/USD",
        "exec_type": "pending_new",
        "order_status": "pending_new",
    }
    frame = {"channel": "executions", "type": "update", "data": [entry], "sequence": scene.sequence}
    scene.private.gives(frame)
    scene.old.gives(old_frame(number + 1, old_order(order_id, ratecount=figure)))
    await settle(60)


# --- opening ------------------------------------------------------------------------------------------


@pytest.mark.anyio
async def test_without_being_asked_for_it_opens_nothing() -> None:
    scene = Scene()
    async with scene.running(10):
        assert scene.connects(OLD) == 0
        assert audit(scene).state == "off"


@pytest.mark.anyio
async def test_it_opens_after_the_accounts_stream_and_shares_its_token() -> None:
    scene = a_scene()
    async with scene.running(5):
        assert [url.rpartition("/auth")[2] for url in scene.line.urls if "auth" in url] == ["/v2", "/v1"]
        assert tokens(scene) == 1
        (ask,) = scene.old.sent
        assert ask["subscription"] == {"name": "openOrders", "ratecounter": True, "token": "TOKEN"}
        assert audit(scene).state == "watching"


@pytest.mark.anyio
async def test_while_the_accounts_stream_is_down_it_waits_and_says_so() -> None:
    scene = a_scene()
    scene.denied_channels |= {"executions", "balances"}
    async with scene.running(30):
        assert scene.connects(OLD) == 0
        assert audit(scene).state == "connecting"
        assert "waits for the account's own stream" in audit(scene).text


def test_a_live_key_opens_no_audit_on_loopback() -> None:
    key = Credentials(key="4/SDrDBcOOPn", secret=Secret("c2VjcmV0"), name="live", source="a test")
    with pytest.raises(Forbidden):
        Scene(some_settings(audit=True, key=key))


# --- failures -----------------------------------------------------------------------------------------


@pytest.mark.anyio
async def test_a_hole_opens_another_socket_and_not_before_five_seconds() -> None:
    scene = a_scene()
    async with scene.running(5):
        scene.old.gives(old_frame(3, old_order()))
        await scene.beat(4.5)
        assert scene.connects(OLD) == 1
        await scene.beat(2)
        assert scene.connects(OLD) == 2
        assert audit(scene).state == "watching"


@pytest.mark.anyio
async def test_a_socket_that_always_breaks_costs_one_token_and_keeps_to_its_part_of_the_budget() -> None:
    scene = a_scene()
    async with scene.running(5):
        for _ in range(580):
            if not scene.old.closed:
                scene.old.breaks()
            await scene.beat(1)
        assert 5 < scene.connects(OLD) <= MOST_CONNECTS
        assert tokens(scene) == 1
        assert states(scene) == {"live"}
        assert scene.connects("/auth/v2") == 1


@pytest.mark.anyio
async def test_what_cannot_be_reached_degrades_nothing_else() -> None:
    scene = a_scene()
    async with scene.running(5):
        scene.line.refusals.extend([Unreachable("no network")] * 50)
        scene.old.breaks()
        await scene.beat(60)
        assert audit(scene).state == "connecting"
        assert "no network" in audit(scene).text
        assert states(scene) == {"live"}
        assert scene.cancel(FIRST) is None
        await settle(60)
        assert scene.outcomes() == ["cancelled"]


@pytest.mark.anyio
async def test_a_refused_token_is_replaced_once_and_never_by_the_retry() -> None:
    scene = a_scene()
    scene.old_error = "ESession:Invalid session"
    async with scene.running(5):
        await scene.beat(600)
        assert tokens(scene) == 2
        assert scene.connects(OLD) == 2
        assert "no fresh websocket token" in audit(scene).text
        scene.old_error = ""
        await scene.beat(300)
        assert tokens(scene) == 3
        assert audit(scene).state == "watching"


@pytest.mark.anyio
async def test_an_old_token_is_replaced_by_one_new_one() -> None:
    scene = a_scene()
    async with scene.running(5):
        await scene.beat(900)
        scene.old.breaks()
        await scene.beat(10)
        assert (tokens(scene), scene.connects(OLD)) == (2, 2)
        scene.old.breaks()
        await scene.beat(10)
        assert (tokens(scene), scene.connects(OLD)) == (2, 3)


@pytest.mark.anyio
async def test_a_key_without_the_right_gives_it_up_and_says_why_once() -> None:
    scene = a_scene()
    scene.old_error = "EAccount:Invalid permissions"
    async with scene.running(5):
        await scene.beat(300)
        assert scene.connects(OLD) == 1
        assert "EAccount:Invalid permissions" in audit(scene).text
        assert [line.text for line in scene.lines("limit")] == [
            (
                "The audit of the trading counter is given up: the exchange refused its subscription: "
                "EAccount:Invalid permissions."
            )
        ]


@pytest.mark.anyio
async def test_a_lockout_opens_no_socket() -> None:
    scene = a_scene()
    async with scene.running(5):
        scene.answer = lambda request: [scene.failed(request, "EGeneral:Temporary lockout")]
        scene.cancel()
        await settle(60)
        scene.old.breaks()
        await scene.beat(300)
        assert scene.connects(OLD) == 1
        assert "locked out" in audit(scene).text


@pytest.mark.anyio
async def test_a_clock_that_jumped_replaces_its_socket_too() -> None:
    scene = a_scene()
    async with scene.running(5):
        scene.clock.step_wall(3_600)
        await scene.beat(8)
        assert scene.connects(OLD) == 2


# --- what it hears ------------------------------------------------------------------------------------


@pytest.mark.anyio
async def test_the_lower_of_two_ceilings_counts() -> None:
    scene = a_scene()
    scene.old_ceiling = 60
    async with scene.running(5):
        assert scene.session.budget(scene.clock.mono_ns()).tier == "starter"
        assert any("different trading ceilings (60 and 125)" in line.text for line in scene.lines("limit"))


@pytest.mark.anyio
async def test_twenty_figures_that_agree_correct_the_count() -> None:
    scene = a_scene()
    async with scene.running(5):
        for number in range(1, 22):
            await scene.beat(2)
            await place(scene, number, "1")
        view = audit(scene)
        assert (view.state, view.corrects, view.samples) == ("agrees", True, 21)
        # at the first our own count was still wide: it started a chain and proved nothing
        assert [(row.pair, row.agreeing) for row in view.drifts] == [("BTC/USD", 20)]


@pytest.mark.anyio
async def test_its_evidence_is_kept_without_ids_and_tokens(tmp_path: Path) -> None:
    scene = a_scene(tmp_path)
    async with scene.running(5):
        await place(scene, 1, "1.53")
    text = (tmp_path / f"audit-{KEY.fingerprint}.jsonl").read_text()
    assert "TOKEN" not in text
    assert "OAAAAA-BBBBB" not in text
    lines = [json.loads(line) for line in text.splitlines()]
    assert [line["sample"]["told"] for line in lines if "sample" in line] == ["1.53"]


@pytest.mark.anyio
async def test_a_field_that_looks_like_a_counter_is_told_once_a_session() -> None:
    scene = a_scene()
    async with scene.running(5):
        for connects in (1, 2):
            assert scene.connects(OLD) == connects
            scene.old.gives(old_frame(2, old_order(rate_budget="3")))
            await settle(60)
            scene.old.breaks()
            await scene.beat(8)
        assert [line.text for line in scene.lines("limit")] == [
            "The old websocket carries an unknown field that looks like a counter: rate_budget."
        ]


@pytest.mark.anyio
async def test_hostile_frames_cost_nothing_but_a_sentence() -> None:
    scene = a_scene()
    async with scene.running(5):
        before = scene.session.budget(scene.clock.mono_ns()).gauges
        hostile = {"status": "\x1b]0;x\x07", "ratecount": "9" * 99, "descr": {"pair": "\u202e"}, "rate_x": []}
        scene.old.gives("\x1b[31m", "[" * 5_000, {"event": "\x1b[2J"}, old_frame(2, {"\x07": hostile}))
        await settle(60)
        assert scene.session.budget(scene.clock.mono_ns()).gauges == before
        assert not any("\x1b" in line.text for line in scene.session.journal())
        assert states(scene) == {"live"}
