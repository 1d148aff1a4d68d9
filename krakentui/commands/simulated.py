"""What `demo` and `simulate` share: the exchange's options and what its first line says."""

from pathlib import Path

from msgspec import Struct, convert

from krakentui.commands.parser import Given
from krakentui.model.error import UsageError
from krakentui.simulator.mirror.recording import BadRecording, Recording
from krakentui.simulator.options import Options
from krakentui.simulator.scenario import BadScenario, Scenario, load


class SimulatedKey(Struct, frozen=True):
    """One key of the simulated exchange; worthless anywhere else."""

    key: str
    secret: str
    account: str
    permissions: tuple[str, ...]


class FirstLine(Struct, frozen=True):
    """The first line of `krakentui simulate`."""

    v: int
    now: str
    rest: str
    ws_public: str
    ws_private: str
    ws_v1: str | None
    control: str | None
    control_token: str | None
    keys: dict[str, SimulatedKey]


def options_for(given: Given, start_us: int | None) -> Options:
    """Turn the command line into the exchange's options."""
    return Options(
        seed=given.seed,
        tier=given.tier,
        rules=given.rules,
        start_us=start_us,
        speed=given.speed or 1.0,
        quiet=given.quiet,
        compress=given.compress,
        control=given.control,
        port=given.port,
        pairs=given.pairs,
        scenario=None if given.scenario is None else _scenario(given.scenario),
        mirror=None if given.mirror is None else _recording(given.mirror, replays=given.command == "replay"),
    )


def _scenario(name: str) -> Scenario:
    try:
        return load(name)
    except BadScenario as bad:
        raise UsageError(str(bad)) from None


def _recording(path: Path, *, replays: bool) -> Recording:
    from krakentui.simulator.mirror.reading import load as load_recording  # noqa: PLC0415 - for one option

    try:
        return load_recording(path)
    except BadRecording as bad:
        what = "replayed" if replays else "mirrored"
        raise UsageError(f"{path} cannot be {what}: {bad}.") from None


def first_line_of(told: object) -> FirstLine:
    """Read the first line."""
    return convert(told, FirstLine)
