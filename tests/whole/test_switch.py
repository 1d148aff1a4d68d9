"""The dead man's switch against the exchange: armed, kept alive, disarmed, fired; never armed by itself."""

import random
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from krakentui.engine.actionfile import verify
from krakentui.engine.host import Host
from krakentui.model.action import Entry
from krakentui.settings import Settings
from krakentui.simulator import Options
from krakentui.state.view import NotAsked, SwitchQuestion
from tests.whole.faults import SOON_S, clear, inject, is_true, private_calls, struck, watched
from tests.whole.lockstep import Lockstep, lockstep

pytestmark = pytest.mark.anyio
QUIET = Options(manual=True, quiet=True)
SWITCHES = {"method": "cancel_all_orders_after"}
LOST = {"effect": "before", "as": "silence"}


def arm(both: Lockstep, timeout_s: int = 60) -> None:
    question = both.session.ask_switch()
    assert isinstance(question, SwitchQuestion), question
    assert both.session.set_switch(question, timeout_s) is None


def phase(both: Lockstep) -> str:
    switch = both.session.status(both.clock.mono_ns()).switch
    return "off" if switch is None else switch.phase


def truly_armed(both: Lockstep) -> bool:
    return both.account()["cancel_after"] is not None


async def armed(both: Lockstep, timeout_s: int = 60) -> None:
    arm(both, timeout_s)
    await both.until(lambda: phase(both) == "armed", 3)
    assert truly_armed(both)


async def left_armed(both: Lockstep, settings: Settings, timeout_s: int = 60) -> Path:
    """Let a run arm it and end, and give the note that it leaves."""
    async with Host(settings, both.clock, random.Random(2)) as first:
        early = Lockstep(both.exchange, first, both.clock)
        await early.run(8)
        await armed(early, timeout_s)
    assert settings.state_dir is not None
    (note,) = kept(settings.state_dir)
    return note


async def test_it_is_kept_alive_over_the_socket_as_long_as_the_monitor_lives() -> None:
    async with watched(quiet=True) as both:
        calls, orders = len(private_calls(both)), set(both.true_orders())
        await armed(both)
        await both.run(240)
        assert phase(both) == "armed"
        assert set(both.true_orders()) == orders
        assert not any("CancelAllOrdersAfter" in call for call in private_calls(both, calls))


async def test_the_countdown_never_promises_more_than_the_exchange_does() -> None:
    async with watched(quiet=True) as both:
        await armed(both)
        for _ in range(60):
            await both.run(1)
            switch = both.session.status(both.clock.mono_ns()).switch
            assert switch is not None
            assert switch.fires_wall_ns is not None
            true_ns = _instant_ns(both.account()["cancel_after"])
            assert switch.fires_wall_ns <= true_ns + 10**9  # answers are cut to the second


async def test_disarmed_it_cancels_nothing() -> None:
    async with watched(quiet=True) as both:
        orders = set(both.true_orders())
        await armed(both)
        question = both.session.ask_switch()
        assert isinstance(question, SwitchQuestion)
        assert not question.arm
        assert both.session.set_switch(question, 0) is None
        await both.until(lambda: phase(both) == "off", 3)
        assert not truly_armed(both)
        await both.run(90)
        assert set(both.true_orders()) == orders


async def test_cut_off_it_fires_is_told_as_fired_and_is_not_armed_again() -> None:
    async with watched(quiet=True) as both:
        await armed(both, 30)
        inject(both, "silence", keep="none")
        inject(both, "http", match={"path": "/v2"}, status=520)
        inject(both, "http", match={"path": "/auth/v2"}, status=520)
        await both.run(45)
        assert both.true_orders() == {}
        assert phase(both) == "fired"
        both.exchange.command("faults", {"clear": True})
        await both.until(lambda: is_true(both), 60 + SOON_S)
        await both.run(60)
        assert not truly_armed(both)


async def test_without_a_socket_it_is_disarmed_over_rest() -> None:
    async with watched(quiet=True) as both:
        await armed(both, 300)
        inject(both, "http", match={"path": "/auth/v2"}, status=520)
        inject(both, "close", match={"surface": "spot-ws-private"}, code=1001)
        await both.until(lambda: both.feeds()["private"] != "live", 5)
        question = both.session.ask_switch()
        assert isinstance(question, SwitchQuestion)
        assert both.session.set_switch(question, 0) is None
        await both.until(lambda: phase(both) == "off", 10)
        assert not truly_armed(both)


async def test_it_cannot_be_armed_without_a_socket() -> None:
    async with watched(quiet=True) as both:
        inject(both, "http", match={"path": "/auth/v2"}, status=520)
        inject(both, "close", match={"surface": "spot-ws-private"}, code=1001)
        await both.until(lambda: both.feeds()["private"] != "live", 5)
        asked = both.session.ask_switch()
        assert isinstance(asked, NotAsked)
        assert "websocket is not open" in asked.why


async def test_it_is_disarmed_ahead_of_an_announced_maintenance() -> None:
    async with watched(quiet=True) as both:
        await armed(both)
        announce: dict[str, object] = {"announce": {"title": "Engine upgrade", "starts": "2m", "lasts": "5m"}}
        both.exchange.command("maintenance", announce)
        await both.until(lambda: phase(both) == "off", 60)
        assert not truly_armed(both)
        asked = both.session.ask_switch()
        assert isinstance(asked, NotAsked)
        assert "Engine upgrade" in asked.why


async def test_the_next_start_tells_of_a_switch_left_armed_and_disarms_it_but_never_renews_it(
    tmp_path: Path,
) -> None:
    async with lockstep(QUIET, state_dir=tmp_path) as both:
        settings, clock = both.session._settings, both.clock
        await left_armed(both, settings, 300)
        before = both.account()["cancel_after"]
        async with Host(settings, clock, random.Random(3)) as second:
            late = Lockstep(both.exchange, second, clock)
            await late.until(lambda: phase(late) == "left", 10)
            await late.run(60)
            assert both.account()["cancel_after"] == before
            assert any("earlier run" in line.text for line in late.session.journal())
            question = late.session.ask_switch()
            assert isinstance(question, SwitchQuestion)
            assert not question.arm
            assert late.session.set_switch(question, 0) is None
            await late.until(lambda: phase(late) == "off", 10)
            await late.run(2)
            assert not kept(tmp_path)
            assert not truly_armed(both)


async def test_a_program_beside_says_nothing_of_a_switch_that_is_kept_until_its_keeper_is_gone(
    tmp_path: Path,
) -> None:
    async with lockstep(QUIET, state_dir=tmp_path) as both:
        settings, clock, orders = both.session._settings, both.clock, set(both.true_orders())
        async with Host(settings, clock, random.Random(2)) as second:
            beside = Lockstep(both.exchange, second, clock)
            async with Host(settings, clock, random.Random(3)) as first:
                keeper = Lockstep(both.exchange, first, clock)
                await keeper.run(8)
                await armed(keeper)
                await keeper.run(90)
                assert (phase(keeper), phase(beside)) == ("armed", "off")
                assert set(both.true_orders()) == orders
                assert not [line for line in beside.session.journal() if "switch" in line.text]
                assert kept(tmp_path)
            await beside.run(3)
            assert phase(beside) == "left"
            assert not [one for one in verify(tmp_path) if isinstance(one, Entry) and one.outcome == "fired"]


async def test_a_session_that_only_reads_leaves_the_note_of_the_switch_alone(tmp_path: Path) -> None:
    async with lockstep(QUIET) as both:
        settings, clock = structs.replace(both.session._settings, state_dir=tmp_path), both.clock
        note = await left_armed(both, settings)
        told = note.read_bytes()
        async with Host(structs.replace(settings, read_only=True), clock, random.Random(3)) as second:
            reader = Lockstep(both.exchange, second, clock)
            await reader.run(90)
            assert phase(reader) == "fired"
        assert note.read_bytes() == told


@pytest.mark.parametrize("late_s", [0, 1.0])
@pytest.mark.parametrize("empty", [False, True])
@pytest.mark.parametrize("timeout_s", [32, 38, 44])
async def test_one_that_fired_is_not_armed_again(timeout_s: int, empty: bool, late_s: float) -> None:
    """Renewals get lost, and then one comes through about the moment at which it fires."""
    async with lockstep(QUIET, warm_s=15, late_s=late_s) as both:
        if empty:
            both.confirm(*both.true_orders())
            await both.run(5)
            assert not both.true_orders()
        await armed(both, timeout_s)
        inject(both, "drop_answer", match=SWITCHES, **LOST)
        await both.until(lambda: not truly_armed(both), 250)
        clear(both)
        await both.run(45)
        assert not truly_armed(both)
        assert phase(both) == "fired"


async def test_the_countdown_of_an_unanswered_arming_is_not_too_long() -> None:
    async with watched(quiet=True, warm_s=20) as both:
        number = inject(both, "drop_answer", match=SWITCHES, **{"effect": "after", "as": "silence"})
        arm(both, 60)
        seen = 0
        for _ in range(12):
            await both.run(1)
            switch = both.session.status(both.clock.mono_ns()).switch
            true = both.account()["cancel_after"]
            if switch is not None and switch.fires_wall_ns is not None and true is not None:
                assert switch.fires_wall_ns <= _instant_ns(true) + 10**9
                seen += 1
        assert struck(both, number)
        assert seen


async def test_a_switch_that_was_disarmed_is_not_told_of_at_the_next_start(tmp_path: Path) -> None:
    async with lockstep(QUIET, state_dir=tmp_path) as both:
        await armed(both)
        question = both.session.ask_switch()
        assert isinstance(question, SwitchQuestion)
        both.session.set_switch(question, 0)
        await both.until(lambda: phase(both) == "off", 5)
        await both.run(2)
        assert not kept(tmp_path)


async def test_a_question_is_answered_once() -> None:
    async with watched(quiet=True) as both:
        question = both.session.ask_switch()
        assert isinstance(question, SwitchQuestion)
        assert isinstance(both.session.set_switch(question, 29), NotAsked)
        assert both.session.set_switch(question, 30) is None
        assert isinstance(both.session.set_switch(question, 30), NotAsked)


def kept(folder: Path) -> list[Path]:
    return list(folder.glob("switch-*.json"))


def _instant_ns(told: Any) -> int:  # noqa: ANN401 - JSON
    from datetime import datetime  # noqa: PLC0415

    return round(datetime.fromisoformat(told).timestamp() * 10**9)
