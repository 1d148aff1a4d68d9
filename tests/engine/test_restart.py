"""A session that ends and one that begins: what the second knows, and what it does with it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from krakentui.budget.gauges import Gauge
from krakentui.engine.kept import path_of, read
from krakentui.model.clock import SECOND
from krakentui.model.limit import POINT, units
from krakentui.net.deadline import Scissors
from krakentui.wire.spot.rest import Prepared
from tests.support.clock import ManualClock, settle
from tests.support.exchange import KEY, Scene, a_seat, refused, some_settings

FIRST_CALLS = ["GetApiKeyInfo", "GetWebSocketsToken", "OpenOrders", "BalanceEx"]
PRIVATE = frozenset({*FIRST_CALLS, "QueryOrders", "CancelOrder"})


@contextmanager
def a_run(folder: Path, clock: ManualClock, **more: object) -> Iterator[Scene]:
    seat = a_seat(folder, clock)
    assert seat.place.take()
    try:
        yield Scene(some_settings(folder=folder), clock=clock, seat=seat, **more)  # type: ignore[arg-type]
    finally:
        seat.leave()


def private_calls(scene: Scene) -> list[str]:
    return [call for call in scene.door.calls if call in PRIVATE]


def rest(scene: Scene) -> Gauge:
    return next(row for row in scene.session.budget(scene.clock.mono_ns()).gauges if row.name == "rest")


def notices(scene: Scene) -> list[str]:
    return [line.text for line in scene.session.journal() if line.kind in {"notice", "limit", "lockout"}]


@pytest.mark.anyio
async def test_a_second_run_knows_what_the_first_has_spent(tmp_path: Path) -> None:
    clock = ManualClock()
    with a_run(tmp_path, clock) as first:
        async with first.running(60):
            pass
        spent = first.session.state.ledger.rest_at(clock.mono_ns() + 2 * SECOND)
    await clock.advance(2)
    with a_run(tmp_path, clock) as second:
        counter = second.session.state.ledger.rest_at(clock.mono_ns())
        assert (counter.high, counter.ceiling) == (spent.high, units(20))
        assert counter.high <= units(2)
        assert not rest(second).from_start
        assert second.session.warnings == ()


@pytest.mark.anyio
async def test_the_first_calls_of_a_start_wait_for_what_is_known_to_be_full(tmp_path: Path) -> None:
    clock = ManualClock()
    with a_run(tmp_path, clock) as scene:
        async with scene.running(80):
            pass
    for number in range(5):  # five starts within moments: twenty points of twenty
        with a_run(tmp_path, clock) as scene:
            async with scene.running(0.1):
                # the last call would bring the counter just to its ceiling, where it may be refused
                assert private_calls(scene) == FIRST_CALLS[: 3 if number == 4 else 4]
    with a_run(tmp_path, clock) as scene:
        async with scene.running(0.1):
            assert len(private_calls(scene)) < 4
            assert scene.session.state.ledger.rest_at(clock.mono_ns()).high <= units(20)
            await scene.beat(20)
            assert {*FIRST_CALLS} <= {*private_calls(scene)}


@pytest.mark.anyio
async def test_without_what_is_known_the_first_calls_go_at_once(tmp_path: Path) -> None:
    clock = ManualClock()
    for _ in range(6):
        scene = Scene(some_settings(folder=tmp_path), clock=clock)
        async with scene.running(0.1):
            assert private_calls(scene) == FIRST_CALLS


@pytest.mark.anyio
async def test_the_counters_are_on_disk_before_a_call_leaves(tmp_path: Path) -> None:
    with a_run(tmp_path, ManualClock()) as scene:
        seen: list[tuple[int, bool]] = []
        send = scene.door.send

        async def watching(
            prepared: Prepared,
            limit_s: float,
            scissors: Scissors | None = None,
            wrote: Callable[[], None] | None = None,
        ) -> tuple[int, bytes]:
            if prepared.method == "POST":
                kept = read(path_of(tmp_path, KEY.fingerprint))
                flying = sum(flight.high for flight in kept.figures.rest.air) // POINT
                seen.append((flying, f"nonce={kept.nonce}".encode() in prepared.body))
            return await send(prepared, limit_s, scissors, wrote)

        scene.door.send = watching  # type: ignore[method-assign]
        async with scene.running(1):
            assert seen == [(1, True)] * 4


@pytest.mark.anyio
async def test_a_run_that_was_killed_leaves_the_call_that_was_on_its_way(tmp_path: Path) -> None:
    clock = ManualClock()
    path = path_of(tmp_path, KEY.fingerprint)
    with a_run(tmp_path, clock) as killed:
        async with killed.running(80):
            killed.door.answer("OpenOrders", None)
            killed.session.poll_now()
            await settle(60)
            left, spent = path.read_bytes(), killed.session.state.ledger.rest_at(clock.mono_ns()).high
            assert read(path).figures.rest.air
    path.write_bytes(left)
    with a_run(tmp_path, clock) as scene:
        counter = scene.session.state.ledger.rest_at(clock.mono_ns())
        assert (counter.low, counter.high) == (0, spent)  # a simulated exchange may be a new one


@pytest.mark.anyio
async def test_counters_are_kept_at_a_sane_pace(tmp_path: Path) -> None:
    clock = ManualClock()
    with a_run(tmp_path, clock) as scene:
        async with scene.running(5):
            path = path_of(tmp_path, KEY.fingerprint)
            before = path.stat().st_mtime_ns, path.stat().st_ino
            await scene.beat(2)
            assert (path.stat().st_mtime_ns, path.stat().st_ino) == before, "nothing has changed"


@pytest.mark.anyio
async def test_a_lockout_outlives_the_run_and_nothing_is_probed(tmp_path: Path) -> None:
    clock = ManualClock()
    with a_run(tmp_path, clock) as first:
        first.door.answer("OpenOrders", refused("EGeneral:Temporary lockout"))
        async with first.running(2):
            pass
    await clock.advance(100)
    with a_run(tmp_path, clock) as second:
        async with second.running(700):
            assert private_calls(second) == []
            assert second.connects("/auth/v2") == 0
            assert second.session.budget(clock.mono_ns()).lockouts[0].until_in_ns > 0
            assert any("Locked out" in line for line in notices(second))
            await second.beat(200)
            assert {*FIRST_CALLS} == {*private_calls(second)[:4]}


@pytest.mark.anyio
async def test_calls_of_a_program_that_kept_nothing_make_the_worst_of_the_counter(tmp_path: Path) -> None:
    clock = ManualClock()
    with a_run(tmp_path, clock) as first:
        async with first.running(80):
            assert first.session.state.ledger.rest_at(clock.mono_ns()).high < units(3)
    beside = Scene(some_settings(folder=tmp_path), clock=clock)
    async with beside.running(1):
        pass
    with a_run(tmp_path, clock) as scene:
        assert scene.session.state.ledger.rest_at(clock.mono_ns()).high >= units(20)
        assert any("counters on disk do not know" in line for line in notices(scene))


@pytest.mark.anyio
async def test_a_program_beside_this_one_is_noticed_by_its_nonces(tmp_path: Path) -> None:
    clock = ManualClock()
    with a_run(tmp_path, clock) as scene:
        async with scene.running(40):
            beside = Scene(some_settings(folder=tmp_path), clock=clock)
            async with beside.running(0):
                pass
            scene.session.poll_now()
            await settle(60)
            await scene.beat(20)
            assert any("another krakentui has used this key" in line for line in notices(scene))
            assert scene.session.state.ledger.rest.foreign_ns is not None


@pytest.mark.anyio
async def test_damaged_counters_are_said_and_the_worst_is_assumed(tmp_path: Path) -> None:
    path_of(tmp_path, KEY.fingerprint).write_text("krakentui counters 1 nonsense\n{}")
    with a_run(tmp_path, ManualClock()) as scene:
        async with scene.running(1):
            (said,) = scene.session.warnings
            assert "damaged, so the worst is assumed" in said
            assert said in notices(scene)
            assert scene.session.state.ledger.rest_at(scene.clock.mono_ns()).high > units(15)


@pytest.mark.anyio
async def test_a_disk_that_takes_nothing_is_told_once_and_leaves_no_old_figures(tmp_path: Path) -> None:
    path = path_of(tmp_path, KEY.fingerprint)
    with a_run(tmp_path, ManualClock()) as scene:
        async with scene.running(1):
            path.with_name(path.name + ".new").mkdir()
            await scene.beat(60)
            told = [line for line in notices(scene) if "cannot be kept" in line]
            assert len(told) == 1
            assert not path.exists()
    assert not path.exists()


@pytest.mark.anyio
async def test_no_secret_is_on_disk(tmp_path: Path) -> None:
    with a_run(tmp_path, ManualClock()) as scene:
        async with scene.running(5):
            pass
    files = [file for file in tmp_path.rglob("*") if file.is_file()]  # noqa: ASYNC240 - a test
    shown = b"".join(file.read_bytes() for file in files)
    for secret in (KEY.key, KEY.secret.reveal(), "TOKEN"):
        assert secret.encode() not in shown
