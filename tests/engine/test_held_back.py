"""A key is held back until the exchange has told what it may do: nothing is asked or cancelled with it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec import json, structs

from krakentui.engine.lanes import Held
from krakentui.engine.powers import AHEAD_S, LONGEST_S, Powers
from krakentui.model.account import KeyInfo
from krakentui.model.clock import SECOND
from krakentui.model.error import AnswerLost
from krakentui.model.secret import Secret
from krakentui.state.view import NotAsked
from krakentui.wire.spot.rest import Call, Prepared
from tests.support.clock import WALL_START
from tests.support.exchange import (
    CANCEL_KEY,
    ENDPOINTS,
    FIRST,
    KEY,
    PERMISSIONS,
    Scene,
    key_info,
    refused,
    some_settings,
)
from tests.support.wire import Answer

pytestmark = pytest.mark.anyio
PUBLIC = {"Assets", "AssetPairs", "Time", "Ticker", "SystemStatus"}
NOW_S = WALL_START // SECOND
HELD = "nothing is done with this key"
HARMLESS = KeyInfo(name="test", permissions=frozenset(PERMISSIONS))
DAMAGED = '{"error":[],"result":{"permissions":[{}]}}'
SILENCES = (
    refused("EService:Busy"),
    refused("EService:Unavailable"),
    refused("EGeneral:Internal error"),
    refused("EAPI:Rate limit exceeded"),
    refused("EAuth:Rate limit exceeded"),
    refused("EGeneral:What nobody knows"),
    AnswerLost("lost"),
    "{}",
    DAMAGED,
)


def a_scene(*answers: str | AnswerLost, folder: Path | None = None, accepted: bool = False) -> Scene:
    scene = Scene(
        structs.replace(
            some_settings(),
            state_dir=folder,
            withdraw_accepted=frozenset({KEY.fingerprint} if accepted else ()),
        )
    )
    (last,) = answers or (refused("EService:Busy"),)
    scene.door.answer_always("GetApiKeyInfo", last)
    return scene


def private(scene: Scene) -> list[str]:
    return [call for call in scene.door.calls if call not in PUBLIC]


def notices(scene: Scene) -> list[str]:
    return [line.text for line in scene.lines("notice")]


def describe(scene: Scene, *more: str) -> None:
    scene.door.answer_always("GetApiKeyInfo", key_info(*PERMISSIONS, *more))


@pytest.mark.parametrize("answer", SILENCES)
async def test_with_a_key_that_is_not_described_nothing_is_done_however_long_that_lasts(
    answer: str | AnswerLost,
) -> None:
    scene = a_scene(answer)
    async with scene.running(150):
        assert {*private(scene)} == {"GetApiKeyInfo"}
        assert scene.connects("/auth/v2") == 0
        for asked in (
            scene.session.ask_cancel([FIRST]),
            scene.session.ask_cancel([FIRST], named=True),
            scene.session.ask_cancel_all(new_too=True),
            scene.session.ask_switch(),
        ):
            assert isinstance(asked, NotAsked)
            assert HELD in asked.why
            assert f"--accept-withdraw {KEY.fingerprint}" in asked.why
        assert HELD in scene.session.poll_now()
        assert [text for text in notices(scene) if HELD in text] == [scene.session.poll_now()]
        status = scene.session.status(scene.clock.mono_ns())
        assert (status.power_known, status.key_refused) == (False, None)
        assert scene.cancels_sent() == 0


async def test_it_is_asked_again_all_the_time_and_the_counter_bears_that() -> None:
    scene = a_scene()
    async with scene.running(300):
        asked = private(scene).count("GetApiKeyInfo")
        assert 20 <= asked <= 300 / 10 + 5


@pytest.mark.parametrize("answer", SILENCES)
async def test_everything_goes_on_as_soon_as_it_is_described(answer: str | AnswerLost) -> None:
    scene = a_scene(answer)
    async with scene.running(60):
        describe(scene)
        await scene.beat(150)
        assert {"OpenOrders", "BalanceEx", "GetWebSocketsToken"} <= {*private(scene)}
        assert scene.connects("/auth/v2") == 1
        scene.question()
        assert scene.session.status(scene.clock.mono_ns()).power_known


@pytest.mark.parametrize("answer", SILENCES)
async def test_one_that_turns_out_to_withdraw_was_never_used(answer: str | AnswerLost) -> None:
    scene = a_scene(answer)
    async with scene.running(60):
        describe(scene, "withdraw-funds")
        await scene.beat(150)
        assert {*private(scene)} == {"GetApiKeyInfo"}
        assert scene.connects("/auth/v2") == 0
        asked = scene.session.ask_cancel([FIRST])
        assert isinstance(asked, NotAsked)
        assert "may withdraw funds" in asked.why
        calls = len(private(scene))
        await scene.beat(60)
        assert len(private(scene)) == calls


async def test_the_users_own_check_lets_it_go_too() -> None:
    scene = a_scene()
    async with scene.running(40):
        side = scene.session.side
        assert side is not None
        assert HELD in side.check.told
        describe(scene)
        assert side.check.begin().startswith("Asked:")
        await scene.beat(1)
        assert side.check.told == ""
        assert "OpenOrders" in private(scene)


@pytest.mark.parametrize("code", ["EGeneral:Unknown method", "EGeneral:Permission denied"])
async def test_an_exchange_that_describes_no_keys_lets_each_panel_find_out(code: str) -> None:
    scene = a_scene(refused(code))
    async with scene.running(20):
        assert {"OpenOrders", "BalanceEx"} <= {*private(scene)}
        assert not any(HELD in text for text in notices(scene))
        scene.question()


NO_DESCRIPTION = "The exchange does not let this key tell what it may do"
FACTOR = "seems to want its second factor with every call"


async def test_a_denial_that_passes_is_asked_after_and_blames_no_second_factor() -> None:
    scene = a_scene(refused("EGeneral:Permission denied"))
    async with scene.running(20):
        assert any(NO_DESCRIPTION in text for text in notices(scene))
        describe(scene, "withdraw-funds")
        await scene.beat(180)
        assert scene.session.status(scene.clock.mono_ns()).key_refused is not None
        assert isinstance(scene.session.ask_cancel([FIRST]), NotAsked)
        assert not any(FACTOR in text for text in notices(scene))


async def test_a_denial_that_lasts_is_said_once_and_costs_little() -> None:
    scene = a_scene(refused("EGeneral:Permission denied"))
    async with scene.running(1200):
        assert sum(NO_DESCRIPTION in text for text in notices(scene)) == 1
        assert 3 <= private(scene).count("GetApiKeyInfo") <= 12
        before = private(scene).count("GetApiKeyInfo")
        describe(scene)
        await scene.beat(600)
        assert any(text.startswith("This key may watch orders") for text in notices(scene))
        scene.door.answer_always("GetApiKeyInfo", refused("EGeneral:Permission denied"))
        await scene.beat(1800)
        assert sum(NO_DESCRIPTION in text for text in notices(scene)) == 2
        assert private(scene).count("GetApiKeyInfo") > before + 2


async def test_where_everything_is_denied_the_second_factor_is_what_is_missing() -> None:
    scene = a_scene(refused("EGeneral:Permission denied"))
    for endpoint in ("OpenOrders", "BalanceEx", "GetWebSocketsToken"):
        scene.door.answer_always(endpoint, refused("EGeneral:Permission denied"))
    async with scene.running(60):
        assert sum(FACTOR in text for text in notices(scene)) == 1


async def test_an_accepted_key_waits_for_no_word() -> None:
    scene = a_scene(accepted=True)
    async with scene.running(20):
        scene.question()
        (text,) = [text for text in notices(scene) if "does not tell just now" in text]
        assert "That it may withdraw was accepted." in text


async def test_every_call_but_the_description_is_held_in_the_lane_itself() -> None:
    scene = a_scene()
    async with scene.running(20):
        lane = scene.session._account.shared.lane  # type: ignore[union-attr]
        for endpoint in ("BalanceEx", "CancelOrder", "CancelAll", "GetWebSocketsToken", "QueryOrders"):
            with pytest.raises(Held, match=HELD):
                await lane.call(Call(endpoint), "cancel")
        assert {*private(scene)} == {"GetApiKeyInfo"}


# --- what it said lately --------------------------------------------------------------------------


def memory(folder: Path) -> Powers:
    return Powers(folder, KEY.fingerprint, ENDPOINTS.rest)


def kept(folder: Path) -> Path:
    return folder / f"powers-{KEY.fingerprint}.json"


async def test_what_it_said_lately_stands_in_and_that_is_said(tmp_path: Path) -> None:
    earlier = a_scene(key_info(*PERMISSIONS), folder=tmp_path)
    async with earlier.running(5):
        pass
    scene = a_scene(folder=tmp_path)
    async with scene.running(20):
        assert {"OpenOrders", "BalanceEx", "GetWebSocketsToken"} <= {*private(scene)}
        scene.question()
        (text,) = [text for text in notices(scene) if "does not tell just now" in text]
        assert "On 2027-03-10 it said that it may not withdraw." in text
        describe(scene, "withdraw-funds")
        await scene.beat(60)
        assert isinstance(scene.session.ask_cancel([FIRST]), NotAsked)
        assert not kept(tmp_path).exists()


@pytest.mark.parametrize("permission", ["withdraw-funds", "withdraw-crypto"])
def test_what_may_withdraw_is_remembered_as_harmless_under_no_name(permission: str, tmp_path: Path) -> None:
    memory(tmp_path).told(HARMLESS, NOW_S)
    memory(tmp_path).told(KeyInfo(name="test", permissions=frozenset({permission})), NOW_S)
    assert memory(tmp_path).harmless_since(NOW_S) is None


async def test_even_then_it_is_asked_first(tmp_path: Path) -> None:
    memory(tmp_path).told(HARMLESS, NOW_S - 60)
    scene = a_scene(key_info(*PERMISSIONS, "withdraw-funds"), folder=tmp_path)
    async with scene.running(20):
        assert private(scene) == ["GetApiKeyInfo"]


def _older(folder: Path) -> None:
    memory(folder).told(HARMLESS, NOW_S - LONGEST_S - 1)


def _from_the_future(folder: Path) -> None:
    memory(folder).told(HARMLESS, NOW_S + AHEAD_S + 1)


def _of_another_exchange(folder: Path) -> None:
    Powers(folder, KEY.fingerprint, "http://127.0.0.1:7").told(HARMLESS, NOW_S)


def _of_another_key(folder: Path) -> None:
    Powers(folder, CANCEL_KEY.fingerprint, ENDPOINTS.rest).told(HARMLESS, NOW_S)
    kept(folder).write_bytes((folder / f"powers-{CANCEL_KEY.fingerprint}.json").read_bytes())


def _damaged(folder: Path) -> None:
    kept(folder).write_bytes(b"{")


def _more_than_known(folder: Path) -> None:
    memory(folder).told(HARMLESS, NOW_S)
    told = json.decode(kept(folder).read_bytes())
    kept(folder).write_bytes(json.encode({**told, "may_withdraw": True}))


def _linked(folder: Path) -> None:
    memory(folder).told(HARMLESS, NOW_S)
    kept(folder).rename(folder / "elsewhere")
    kept(folder).symlink_to(folder / "elsewhere")


@pytest.mark.parametrize(
    "left",
    [
        _older,
        _from_the_future,
        _of_another_exchange,
        _of_another_key,
        _damaged,
        _more_than_known,
        _linked,
    ],
)
async def test_what_proves_nothing_does_not_stand_in(tmp_path: Path, left: Callable[[Path], None]) -> None:
    left(tmp_path)
    scene = a_scene(folder=tmp_path)
    async with scene.running(30):
        assert {*private(scene)} == {"GetApiKeyInfo"}


async def test_up_to_its_last_second_it_stands_in(tmp_path: Path) -> None:
    memory(tmp_path).told(HARMLESS, NOW_S - LONGEST_S)
    assert memory(tmp_path).harmless_since(NOW_S) == NOW_S - LONGEST_S
    assert memory(tmp_path).harmless_since(NOW_S + 1) is None


def test_where_it_cannot_be_written_anew_what_was_said_lately_stands(tmp_path: Path) -> None:
    memory(tmp_path).told(HARMLESS, NOW_S)
    kept(tmp_path).with_name(kept(tmp_path).name + ".new").mkdir()
    memory(tmp_path).told(HARMLESS, NOW_S + 60)
    assert memory(tmp_path).harmless_since(NOW_S + 60) == NOW_S


# --- a time code, good for one call ---------------------------------------------------------------


def with_a_code(folder: Path) -> Scene:
    key = structs.replace(KEY, otp=Secret("493022"), otp_call="GetWebSocketsToken")
    return Scene(some_settings(key=key, folder=folder))


async def test_a_time_code_opens_no_socket_of_a_key_of_which_nothing_is_known(tmp_path: Path) -> None:
    scene = with_a_code(tmp_path)
    async with scene.running(30):
        assert private(scene) == []
        asked = scene.session.ask_cancel([FIRST])
        assert isinstance(asked, NotAsked)
        assert "run `krakentui keys check --otp code` first" in asked.why


async def test_after_a_check_it_does(tmp_path: Path) -> None:
    memory(tmp_path).told(HARMLESS, NOW_S - 60)
    scene = with_a_code(tmp_path)
    async with scene.running(30):
        assert private(scene) == ["GetWebSocketsToken"]
        assert scene.connects("/auth/v2") == 1
        scene.question()


# --- the key that cancels -------------------------------------------------------------------------


async def test_a_second_key_whose_denial_passes_is_dropped_where_it_may_withdraw() -> None:
    scene = Scene(structs.replace(some_settings(), cancel_credentials=CANCEL_KEY))
    send, denied = scene.door.send, [True]

    async def answers_the_second(prepared: Prepared, *more: Any, **rest: Any) -> Answer:  # noqa: ANN401
        if (dict(prepared.headers)["API-Key"], prepared.path) != (CANCEL_KEY.key, "/0/private/GetApiKeyInfo"):
            return await send(prepared, *more, **rest)
        denial = refused("EGeneral:Permission denied")
        return 200, (denial if denied[0] else key_info(*PERMISSIONS, "withdraw-funds")).encode()

    scene.door.send = answers_the_second  # type: ignore[method-assign]
    async with scene.running(30):
        assert scene.question().key == CANCEL_KEY.fingerprint
        denied[0] = False
        await scene.beat(180)
        assert scene.question().key == KEY.fingerprint
        assert not any(FACTOR in text for text in notices(scene))


async def test_a_second_key_that_is_not_described_leaves_the_cancels_to_the_first() -> None:
    scene = Scene(structs.replace(some_settings(), cancel_credentials=CANCEL_KEY))
    asked: list[str] = []
    send = scene.door.send

    async def loses_the_second(prepared: Prepared, *more: Any, **rest: Any) -> Answer:  # noqa: ANN401
        if dict(prepared.headers)["API-Key"] == CANCEL_KEY.key:
            asked.append(prepared.path)
            raise AnswerLost("lost")
        return await send(prepared, *more, **rest)

    scene.door.send = loses_the_second  # type: ignore[method-assign]
    async with scene.running(60):
        assert {*asked} == {"/0/private/GetApiKeyInfo"}
        assert scene.connects("/auth/v2") == 1
        assert scene.question().key == KEY.fingerprint
        (said,) = [text for text in notices(scene) if HELD in text]
        assert CANCEL_KEY.name in said
