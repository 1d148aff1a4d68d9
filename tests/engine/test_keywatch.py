"""What a running session does with what the exchange says of its key."""

import json
from pathlib import Path

import pytest
from msgspec import structs

from krakentui.engine.nonce import NonceMark
from krakentui.keys.audit import OWN_KEY, REPLACE
from krakentui.model.clock import MILLISECOND, SECOND
from krakentui.model.error import AnswerLost
from krakentui.state.view import NotAsked
from tests.support.clock import WALL_START, ManualClock
from tests.support.exchange import FIRST, KEY, PERMISSIONS, Scene, some_settings

DAY_S = 86_400
NOW_S = WALL_START // SECOND


def a_scene(
    *permissions: str, accepted: tuple[str, ...] = (), folder: Path | None = None, **told: object
) -> Scene:
    settings = structs.replace(some_settings(), withdraw_accepted=frozenset(accepted), state_dir=folder)
    scene = Scene(settings)
    info = {"apiKeyName": "test", "nonceWindow": 0, "permissions": [*PERMISSIONS, *permissions], **told}
    scene.door.answer_always("GetApiKeyInfo", json.dumps({"error": [], "result": info}))
    return scene


def notices(scene: Scene) -> list[str]:
    return [line.text for line in scene.lines("notice") if line.text.startswith("About this key")]


@pytest.mark.anyio
@pytest.mark.parametrize("permission", ["withdraw-funds", "withdrawFunds", "withdraw-crypto"])
async def test_a_key_that_may_withdraw_is_dropped_before_anything_else_is_asked(permission: str) -> None:
    scene = a_scene(permission)
    async with scene.running(20):
        private = [call for call in scene.door.calls if call not in {"Assets", "AssetPairs", "Time"}]
        assert private == ["GetApiKeyInfo"]
        assert scene.connects("/auth/v2") == 0
        refused = scene.session.status(scene.clock.mono_ns()).key_refused
        assert refused is not None
        assert f"--accept-withdraw {KEY.fingerprint}" in refused
        answer = scene.session.ask_cancel([FIRST])
        assert isinstance(answer, NotAsked)
        assert "may withdraw" in answer.why


@pytest.mark.anyio
async def test_a_key_that_gains_the_power_to_withdraw_is_dropped_with_its_open_socket() -> None:
    scene = a_scene()
    async with scene.running(20):
        assert scene.session.status(scene.clock.mono_ns()).key_refused is None
        info = {"permissions": [*PERMISSIONS, "withdraw-funds"]}
        scene.door.answer_always("GetApiKeyInfo", json.dumps({"error": [], "result": info}))
        open_before, connects = scene.private, scene.connects("/auth/v2")
        await scene.beat(700)  # the key is asked again every 10 min
        assert open_before.closed
        assert scene.connects("/auth/v2") == connects
        calls = len(scene.door.calls)
        await scene.beat(120)
        assert {*scene.door.calls[calls:]} <= {"Time", "Ticker", "Assets", "AssetPairs", "SystemStatus"}
        assert isinstance(scene.session.ask_cancel([FIRST]), NotAsked)


@pytest.mark.anyio
@pytest.mark.parametrize("permission", ["withdraw-funds", "withdraw-crypto"])
async def test_an_accepted_key_is_used_without_nagging(permission: str) -> None:
    scene = a_scene(permission, accepted=(KEY.fingerprint,))
    async with scene.running(20):
        assert scene.session.status(scene.clock.mono_ns()).key_refused is None
        assert notices(scene) == []
        scene.question()


@pytest.mark.anyio
async def test_danger_and_expiry_are_told_once() -> None:
    scene = a_scene("add-withdraw-address", "modify-trades", validUntil=str(NOW_S + 3 * DAY_S + 4000))
    async with scene.running(1400):
        assert scene.door.calls.count("GetApiKeyInfo") > 1
        assert notices(scene) == [
            f"About this key: It may add withdrawal addresses. {REPLACE}",
            "About this key: It expires in 3 d, on 2027-03-13. Make a new one in time.",
        ]


@pytest.mark.anyio
async def test_a_use_elsewhere_since_our_last_run_is_told(tmp_path: Path) -> None:
    earlier = ManualClock(wall_ns=WALL_START - 3 * DAY_S * SECOND)
    NonceMark(earlier, KEY.fingerprint, tmp_path).take()
    scene = a_scene(folder=tmp_path, lastUsed=str(NOW_S - DAY_S))
    async with scene.running(20):
        when = "last on 2027-03-09 09:00 UTC"
        assert notices(scene) == [
            f"About this key: It was used elsewhere since our last run, {when}. {OWN_KEY}"
        ]


@pytest.mark.anyio
async def test_our_own_last_run_is_no_foreign_use(tmp_path: Path) -> None:
    earlier = ManualClock(wall_ns=WALL_START - 3 * DAY_S * SECOND)
    nonce = NonceMark(earlier, KEY.fingerprint, tmp_path).take()
    scene = a_scene(folder=tmp_path, lastUsed=str(NOW_S - 3 * DAY_S), nonce=str(nonce))
    async with scene.running(20):
        assert notices(scene) == []


@pytest.mark.anyio
async def test_where_no_mark_is_kept_nothing_is_claimed() -> None:
    scene = a_scene(lastUsed=str(NOW_S - DAY_S))
    async with scene.running(20):
        assert notices(scene) == []


@pytest.mark.anyio
async def test_a_nonce_above_ours_is_foreign_use_now() -> None:
    scene = a_scene(nonce=str((WALL_START + 3600 * SECOND) // MILLISECOND))
    async with scene.running(20):
        (line,) = [one.text for one in scene.lines("limit") if "used elsewhere" in one.text]
        assert "nonce above our last one" in line
        assert scene.session.state.ledger.is_tried(scene.clock.mono_ns())


BUSY = json.dumps({"error": ["EService:Busy"]})


@pytest.mark.anyio
@pytest.mark.parametrize(
    "first", [BUSY, AnswerLost("lost"), "{}", '{"error":[],"result":{"permissions":[{}]}}']
)
async def test_a_lost_description_is_asked_for_again_before_anything_else(first: str | AnswerLost) -> None:
    scene = a_scene("withdraw-funds")
    scene.door.answer("GetApiKeyInfo", first, first)
    async with scene.running(20):
        private = [call for call in scene.door.calls if call not in {"Assets", "AssetPairs", "Time"}]
        assert private == ["GetApiKeyInfo"] * 3
        assert scene.connects("/auth/v2") == 0
        assert isinstance(scene.session.ask_cancel([FIRST]), NotAsked)
