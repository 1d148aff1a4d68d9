"""`krakentui replay`: what is taken, what the monitor is told, and one sentence for what is no recording."""

import asyncio
from pathlib import Path

import pytest

from krakentui.commands.parser import parse
from krakentui.commands.replay import introduction, replay_settings, run, until_over
from krakentui.commands.simulated import first_line_of
from krakentui.model.error import UsageError
from krakentui.settings import Config, Settings
from krakentui.simulator import Exchange, Options
from krakentui.simulator.mirror.past import Past
from krakentui.simulator.mirror.recording import Recording
from tests.simulator.mirroring import GREETING, ack, bare, passage, recorded, ticker
from tests.support.exchange import Scene

CALL = "/0/private/BalanceEx nonce=redacted"
ANSWER = '{"error":[],"result":{}}'


def told(recording: Recording, config: Config | None = None, speed: float = 1.0) -> Settings:
    async def settings() -> Settings:
        options = Options(mirror=recording, speed=speed)
        async with Exchange(options) as exchange:
            first = first_line_of(exchange.first_line())
            return replay_settings(first, options, config or Config())

    return asyncio.run(settings())


def public(*symbols: str) -> Recording:
    acks = (ack("ohlc", symbol, interval=15) for symbol in symbols)
    return bare(GREETING, *acks, ack("ticker", "BTC/EUR"), ticker("BTC/EUR"), times=range(len(symbols) + 3))


def test_a_replay_cancels_nothing_and_says_that_it_is_one() -> None:
    settings = told(recorded(passage("rest/BalanceEx", "out", CALL), passage("rest/BalanceEx", "in", ANSWER)))
    assert (settings.venue, settings.read_only, settings.state_dir) == ("replay", True, None)
    assert settings.credentials is not None
    assert settings.credentials.is_simulated


def test_a_recording_without_an_account_is_watched_without_a_key() -> None:
    settings = told(public("ETH/USD"))
    assert settings.credentials is None
    assert settings.keyless_why == "No account was recorded: public markets are shown."


def test_the_markets_are_those_that_were_on_the_screen() -> None:
    assert told(public("ETH/USD", "ADA/EUR")).markets == ("ETH/USD", "ADA/EUR")
    assert told(public()).markets == ("BTC/EUR",)
    nothing = recorded(passage("rest/BalanceEx", "out", CALL), passage("rest/BalanceEx", "in", ANSWER))
    assert told(nothing).markets == Settings().markets


def test_currency_and_mouse_are_those_of_the_settings_file() -> None:
    settings = told(public(), Config(currency="EUR", mouse=False))
    assert (settings.currency, settings.mouse) == ("EUR", False)
    assert (told(public()).currency, told(public()).mouse) == ("USD", True)


def test_its_clock_begins_with_the_recording_and_goes_as_fast_as_is_asked() -> None:
    settings = told(recorded(passage("public", "in", GREETING)), speed=4.0)
    assert (settings.start_ns, settings.speed) == (1_785_552_833_000_000_000, 4.0)


def test_what_is_shown_is_said_with_its_time_and_length() -> None:
    timed = recorded(passage("public", "in", GREETING), passage("public", "in", ticker("BTC/USD"), 90.5))
    assert introduction(timed) == (
        "This is the recording a recording of 2026-08-01 02:53:53 UTC: it lasts 1 min 31 s,"
        " and nothing in it can be cancelled."
    )


def test_a_name_that_would_move_the_cursor_is_told_without_it() -> None:
    assert "\x1b" not in introduction(Recording((), name="\x1b[2J.jsonl"))


def test_what_is_no_recording_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    with pytest.raises(UsageError, match=f"^{path} cannot be replayed: there is no such file.$"):
        run(parse(["replay", str(path)]))


@pytest.mark.parametrize("option", ["--endpoint x", "--profile p", "--read-only", "--record f", "--tier pro"])
def test_what_makes_no_sense_for_a_recording_is_refused(option: str) -> None:
    with pytest.raises(UsageError, match=option.split(maxsplit=1)[0]):
        parse([*option.split(), "replay", "a.jsonl"])


def test_it_takes_a_pace_a_log_and_a_settings_file() -> None:
    given = parse(["replay", "a.jsonl", "--speed", "10", "--log-file", "b.log", "--config", "c.toml"])
    assert (given.command, given.mirror, given.speed) == ("replay", Path("a.jsonl"), 10.0)
    assert (given.log_file, given.config) == (Path("b.log"), Path("c.toml"))


@pytest.mark.anyio
async def test_the_last_frames_have_time_to_arrive_before_all_stands_still() -> None:
    scene, tape = Scene(), recorded(passage("public", "in", GREETING))
    past = Past(tape)
    async with scene.running(5):
        scene.host.beside("end", lambda: until_over(past, 8.0, scene.host))
        await scene.beat(4)
        past.told_to_its_end(tape.connections[0])
        ended = []
        for _ in range(3):  # looked at after 8 s, and once more after 16 s
            await scene.beat(5)
            ended.append(scene.session.state.ended)
        assert ended == [False, False, True]
