"""`simulate --mirror`: what it takes, what it says, and one sentence for what is no recording."""

import asyncio
import json
from pathlib import Path

import pytest

from krakentui.commands.parser import parse
from krakentui.commands.simulate import mirror_words, run
from krakentui.commands.simulated import options_for
from krakentui.model.error import UsageError
from krakentui.simulator import Exchange
from krakentui.simulator.mirror.reading import load
from tests.simulator.mirroring import GREETING, HEARTBEAT, ack, bare, passage, recorded
from tests.support.samples import samples


@pytest.mark.parametrize(
    "option", ["--seed 2", "--tier pro", "--rules strict", "--start now", "--pairs 50", "--quiet"]
)
def test_what_a_recording_says_is_not_said_beside_it(option: str) -> None:
    with pytest.raises(
        UsageError, match=rf"^--mirror and {option.split(maxsplit=1)[0]} cannot stand together: a mirror says"
    ):
        parse(["simulate", "--mirror", "a.jsonl", *option.split()])


def test_a_mirror_is_no_replay() -> None:
    with pytest.raises(UsageError, match=r"^--mirror and --replay cannot stand together"):
        parse(["simulate", "--mirror", "a.jsonl", "--replay", "b.log"])


def test_a_mirror_may_have_a_port_a_pace_faults_and_a_log() -> None:
    line = "simulate --mirror a.jsonl --port 8080 --speed 10 --control --scenario calm --log b.log --compress"
    assert parse(line.split()).mirror == Path("a.jsonl")


@pytest.mark.parametrize(
    "content", [b"", b"nothing", b"\xff\xfe", b"[1]", b'{"v":1,"recording":"x"}', b"\0" * 99]
)
def test_what_is_no_recording_is_said_in_one_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(content)
    with pytest.raises(UsageError, match=rf"^{path} cannot be mirrored: [^.]+\.$"):
        run(parse(["simulate", "--mirror", str(path)]))


def test_a_recording_that_is_not_there_is_said_in_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "none.jsonl"
    with pytest.raises(UsageError, match=f"^{path} cannot be mirrored: there is no such file.$"):
        run(parse(["simulate", "--mirror", str(path)]))


def test_its_first_line_tells_the_time_of_the_recording_and_no_old_websocket(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(f"{GREETING}\n{ack('ticker', 'BTC/USD')}\n")
    options = options_for(parse(["simulate", "--mirror", str(path)]), None)

    async def first_line() -> dict[str, object]:
        async with Exchange(options) as exchange:
            return json.loads(json.dumps(exchange.first_line()))  # type: ignore[no-any-return]

    told = asyncio.run(first_line())
    assert str(told["now"]).startswith("2026-08-01T02:53:53.")
    assert told["ws_v1"] is None
    assert told["keys"]


def test_it_says_what_it_serves_and_how_much_of_it_the_exchange_writes_the_same() -> None:
    told = mirror_words(load(samples("ws-v2", "book-sequence.btcusd-d10.jsonl")))
    assert (
        "It mirrors book-sequence.btcusd-d10.jsonl: 377 frames, 1 public connection, 0 REST answers." in told
    )
    assert (
        "Of these frames its own books, orders and writers tell 376 again to the byte, 0 otherwise," in told
    )


def test_of_a_long_recording_the_first_part_is_told_again() -> None:
    told = mirror_words(bare(GREETING, *[HEARTBEAT] * 10_000))
    assert "Of the first 10000 frames its own books" in told
    assert "tell 9999 again" in told


def test_a_recording_of_both_sides_says_so() -> None:
    sides = (passage(side, "in", GREETING) for side in ("public", "private", "private"))
    assert "3 frames, 2 private connections, 1 public connection, 0 REST answers" in mirror_words(
        recorded(*sides)
    )
