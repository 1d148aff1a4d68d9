"""Coming to a key that somebody holds: who is followed, who is not, and what is said of it."""

import asyncio
import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec import structs

from krakentui.commands.seated import outside, seated
from krakentui.engine.place import Place
from krakentui.engine.seat import Seat, Seated
from krakentui.model.figures import Ends
from krakentui.net.local import LocalPeer, Peer
from krakentui.wire import broker as say
from tests.support.clock import ManualClock, settle
from tests.support.exchange import CANCEL_KEY, ENDPOINTS, KEY, a_seat, some_settings
from tests.support.owner import FakeOwner

Behaviour = Callable[[FakeOwner, Peer], None]


def greeting(owner: FakeOwner, **changes: object) -> bytes:
    return say.encode(structs.replace(owner.welcome(), **changes))


def raw(peer: Peer, data: bytes) -> None:
    """Send bytes that are no frame of ours."""
    assert isinstance(peer, LocalPeer)
    peer._writer.write(data)


def impossible(owner: FakeOwner) -> bytes:
    figures = owner.welcome().figures
    rest = structs.replace(figures.rest, counter=Ends(-1, 0))
    return greeting(owner, figures=structs.replace(figures, rest=rest))


async def taken(seat: Seat, clock: ManualClock, seconds: float = 4) -> None:
    """Let a seat be taken while time passes."""
    async with asyncio.TaskGroup() as group:
        task = group.create_task(seat.take())
        for _ in range(round(seconds / 0.05)):
            await settle(30)
            if task.done():
                return
            await clock.advance(0.05)


@pytest.mark.anyio
async def test_whoever_comes_first_owns_the_key(tmp_path: Path) -> None:
    seat = a_seat(tmp_path, ManualClock())
    await seat.take()
    assert (seat.place.is_held, seat.link) == (True, None)
    seat.leave()


@pytest.mark.anyio
async def test_whoever_comes_later_follows(tmp_path: Path) -> None:
    clock = ManualClock()
    async with FakeOwner(tmp_path, clock) as owner:
        seat = a_seat(tmp_path, clock)
        await seat.take()
        assert seat.link is not None
        assert seat.link.program == "krakentui fake"
        assert isinstance(owner.heard[0], say.Hello)
        seat.leave()


LIES: dict[str, tuple[Behaviour, str]] = {
    "silence": (lambda _owner, _peer: None, "it does not answer"),
    "hanging up": (lambda _owner, peer: peer.close(), "it is gone"),
    "garbage": (lambda _owner, peer: peer.post(b"\xff\x00 nonsense"), "it says what makes no sense"),
    "nothing at all": (lambda _owner, peer: peer.post(b""), "it says what makes no sense"),
    "another version": (
        lambda owner, peer: peer.post(greeting(owner, version=2)),
        "it holds another key or is of another version",
    ),
    "another key": (
        lambda owner, peer: peer.post(greeting(owner, key="0" * 12)),
        "it holds another key or is of another version",
    ),
    "impossible figures": (
        lambda owner, peer: peer.post(impossible(owner)),
        "its figures cannot be right: a counter stands where none can",
    ),
    "a word out of turn": (lambda _owner, peer: peer.post(say.encode(say.Began(1))), "makes no sense"),
    "a refusal": (lambda _owner, peer: peer.post(say.encode(say.Sorry("it is \x1b[2Jbusy"))), "it is"),
    "a frame without an end": (
        lambda _owner, peer: raw(peer, b"\x00\x00\xff\xff..."),
        "it does not",
    ),
    "a frame beyond all bounds": (
        lambda _owner, peer: raw(peer, b"\xff\xff\xff\xff..."),
        "it sends too much at once",
    ),
}


@pytest.mark.parametrize("lie", LIES)
@pytest.mark.anyio
async def test_an_owner_that_hangs_or_lies_is_not_followed_and_it_is_said(lie: str, tmp_path: Path) -> None:
    behaviour, words = LIES[lie]
    clock = ManualClock()
    async with FakeOwner(tmp_path, clock) as owner:
        owner.answers = lambda peer, _message: behaviour(owner, peer)
        seat = a_seat(tmp_path, clock)
        await taken(seat, clock)
        assert seat.is_outside
        assert words in seat.why
        assert seat.why.isprintable()
        assert f"process {os.getpid()}" in outside(seat)


@pytest.mark.anyio
async def test_an_owner_without_a_socket_is_waited_for_a_second_and_no_longer(tmp_path: Path) -> None:
    clock, place = ManualClock(), Place(tmp_path, KEY.fingerprint)
    assert place.take()
    seat = a_seat(tmp_path, clock)
    before = clock.mono_ns()
    await taken(seat, clock)
    assert seat.is_outside
    assert "it takes no connections" in seat.why
    assert clock.mono_ns() - before <= 1.2e9
    place.leave()


@pytest.mark.anyio
async def test_an_owner_that_has_just_begun_may_still_open_its_socket(tmp_path: Path) -> None:
    place = Place(tmp_path, KEY.fingerprint)
    assert place.take()
    file = tmp_path / f"{KEY.fingerprint}.monitor"
    clock = ManualClock(wall_ns=file.stat().st_mtime_ns)
    seat = a_seat(tmp_path, clock)
    async with asyncio.TaskGroup() as group:
        task = group.create_task(seat.take())
        await settle(30)
        await clock.advance(2)
        assert not task.done()
        place.leave()
        async with FakeOwner(tmp_path, clock):
            while not task.done():
                await clock.advance(0.05)
                await settle(30)
    assert seat.link is not None
    seat.leave()


@pytest.mark.anyio
async def test_an_owner_that_ends_while_it_is_looked_for_leaves_its_place(tmp_path: Path) -> None:
    clock, place = ManualClock(), Place(tmp_path, KEY.fingerprint)
    assert place.take()
    seat = a_seat(tmp_path, clock)
    async with asyncio.TaskGroup() as group:
        task = group.create_task(seat.take())
        await clock.advance(0.3)
        place.leave()
        await clock.advance(0.2)
        assert task.done()
    assert seat.place.is_held
    seat.leave()


@pytest.mark.anyio
async def test_a_dead_socket_is_taken_over(tmp_path: Path) -> None:
    clock = ManualClock()
    path = Place(tmp_path, KEY.fingerprint).socket
    path.parent.mkdir(mode=0o700)
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(os.fspath(path))
    async with FakeOwner(tmp_path, clock):
        seat = a_seat(tmp_path, clock)
        await seat.take()
        assert seat.link is not None
        seat.leave()


@pytest.mark.anyio
async def test_a_monitor_that_stays_outside_shows_public_markets_and_says_why(tmp_path: Path) -> None:
    clock, place = ManualClock(), Place(tmp_path, KEY.fingerprint)
    assert place.take()
    told: list[Seated] = []

    async def look(*, insists: bool) -> None:
        async with seated(some_settings(folder=tmp_path), clock, "test", insists=insists) as found:
            told.append(found)

    for insists in (False, True):
        async with asyncio.TaskGroup() as group:
            task = group.create_task(look(insists=insists))
            while not task.done():
                await settle(10)
                await clock.advance(0.05)
    (monitor, no_seat, _), (cancel, seat, _) = told
    assert (monitor.credentials, no_seat) == (None, None)
    assert (
        "holds this key, but it takes no connections, and both would spend its limits" in monitor.warnings[0]
    )
    assert cancel.credentials == KEY
    assert seat is not None
    assert seat.is_outside
    place.leave()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"version": 99}, "another version of krakentui"),
        ({"key": "0" * 12}, "another key"),
        ({"venue": "https://api.kraken.com"}, f"at another exchange, {ENDPOINTS.rest}"),
        ({"speed": 60.0}, "--speed 1"),
    ],
)
@pytest.mark.anyio
async def test_a_program_that_does_not_fit_is_told_why(
    change: dict[str, object], words: str, tmp_path: Path
) -> None:
    from tests.engine.test_sharing import Table  # noqa: PLC0415 - one use

    table = Table(tmp_path)
    async with table.sitting("monitor"):
        seat = a_seat(tmp_path, table.clock)
        seat._hello = structs.replace(seat._hello, **change)
        await taken(seat, table.clock)
        assert seat.is_outside
        assert words in seat.why


@pytest.mark.anyio
async def test_another_key_is_another_place(tmp_path: Path) -> None:
    seat, other = a_seat(tmp_path, ManualClock()), Place(tmp_path, "0" * 12)
    await seat.take()
    assert other.take()
    other.leave()
    seat.leave()


@pytest.mark.anyio
async def test_without_a_state_folder_nothing_is_shared() -> None:
    async with seated(some_settings(), ManualClock(), "test") as (settings, seat, _):
        assert (settings.credentials, seat) == (KEY, None)


@pytest.mark.anyio
async def test_a_folder_that_locks_nothing_is_told_and_the_key_is_kept(tmp_path: Path) -> None:
    (tmp_path / f"{KEY.fingerprint}.monitor").mkdir()
    async with seated(some_settings(folder=tmp_path), ManualClock(), "test") as (settings, seat, _):
        assert (settings.credentials, seat) == (KEY, None)
        assert "locks nothing" in settings.warnings[0]


def test_the_lock_names_its_holder_and_no_key(tmp_path: Path) -> None:
    place = Place(tmp_path, KEY.fingerprint)
    assert place.take()
    (file,) = tmp_path.iterdir()
    assert (file.stat().st_mode & 0o777, file.read_text()) == (0o600, f"{os.getpid()}\n")
    assert KEY.key not in file.name
    assert Place(tmp_path, KEY.fingerprint).holder() == os.getpid()
    place.leave()


@pytest.mark.anyio
async def test_a_second_key_has_a_seat_of_its_own_and_is_kept_past_a_holder_that_hangs(
    tmp_path: Path,
) -> None:
    settings = structs.replace(some_settings(folder=tmp_path), cancel_credentials=CANCEL_KEY)
    place = Place(tmp_path, CANCEL_KEY.fingerprint)
    assert place.take()
    clock = ManualClock()
    told: list[tuple[Seated, bool]] = []

    async def look() -> None:
        async with seated(settings, clock, "test") as found:
            told.append((found, found.seat is not None and found.seat.place.is_held))

    async with asyncio.TaskGroup() as group:
        task = group.create_task(look())
        while not task.done():
            await settle(10)
            await clock.advance(0.05)
    ((found, own),) = told
    assert own
    assert found.settings == settings
    assert found.cancel_seat is not None
    assert found.cancel_seat.is_outside
    place.leave()
