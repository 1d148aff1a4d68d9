"""`simulate --log` and `simulate --replay`."""

import asyncio
import shutil
from pathlib import Path

import pytest

from krakentui.commands.parser import parse
from krakentui.commands.simulate import run
from krakentui.commands.simulated_log import written
from krakentui.model.error import KrakentuiError, UsageError
from krakentui.simulator import Exchange, Options


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the log of a minute in which a price is set."""

    async def live(path: Path) -> None:
        with written(path) as write:
            async with Exchange(Options(manual=True), write) as exchange:
                await exchange.advance(30)
                exchange.command("market", {"pair": "BTC/USD", "set": "60000"})
                await exchange.advance(30)

    path = tmp_path_factory.mktemp("log") / "a.log"
    asyncio.run(live(path))
    return path


@pytest.fixture
def log(recorded: Path, tmp_path: Path) -> Path:
    """Give a copy to play with."""
    return Path(shutil.copy2(recorded, tmp_path))


def test_a_log_is_for_its_owner_only(log: Path) -> None:
    assert log.stat().st_mode & 0o777 == 0o600


def test_a_log_makes_the_folders_it_lies_in(tmp_path: Path) -> None:
    path = tmp_path / "logs" / "today" / "a.log"
    with written(path) as write:
        assert write is not None
        write("{}\n")
    assert path.read_bytes() == b"{}\n"
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_a_log_under_a_file_is_one_sentence(log: Path) -> None:
    with (
        pytest.raises(KrakentuiError, match=r"^The log .* cannot be written: File exists\.$"),
        written(log / "b"),
    ):
        pass


def test_a_replay_says_that_it_is_the_same(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(parse(["simulate", "--replay", str(log)])) == 0
    assert capsys.readouterr().out == f"Replayed 3 lines of {log}: the same to the byte.\n"


def test_a_replay_writes_the_same_log(log: Path) -> None:
    copy = log.with_name("b.log")
    assert run(parse(["simulate", "--replay", str(log), "--log", str(copy)])) == 0
    assert copy.read_bytes() == log.read_bytes()


def test_a_replay_says_where_it_differs(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log.write_text(log.read_text("ascii").replace('"60000"', '"60000" '), "ascii")
    assert run(parse(["simulate", "--replay", str(log)])) == 1
    assert capsys.readouterr().out == f"The replay of {log} differs from line 2 on.\n"


def test_a_log_is_not_replayed_onto_itself(log: Path) -> None:
    with pytest.raises(UsageError, match="cannot be one file"):
        run(parse(["simulate", "--replay", str(log), "--log", str(log)]))


@pytest.mark.parametrize("content", [b"", b"nothing", b"\xff\xfe", b"[1]", b'{"v":1,"options":{"seed":"x"}}'])
def test_what_is_no_log_is_said_in_one_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "c.log"
    path.write_bytes(content)
    with pytest.raises(UsageError, match="cannot be replayed: it "):
        run(parse(["simulate", "--replay", str(path)]))


def test_a_log_that_is_not_there_is_said_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read: No such file"):
        run(parse(["simulate", "--replay", str(tmp_path / "none.log")]))
