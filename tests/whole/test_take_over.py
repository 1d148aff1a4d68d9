"""A key that another program has raised the nonces of: told, left alone, taken over on the user's word."""

from pathlib import Path

import pytest

from krakentui.engine.probe import Probe, TakenOver
from krakentui.model.error import BadNonce
from tests.whole.faults import inject
from tests.whole.lockstep import Lockstep, lockstep

pytestmark = pytest.mark.anyio
STOPPED = "Another program uses the key cancel: its nonces overtake ours. Private calls stop"


def refused(both: Lockstep, since: int = 0) -> int:
    return sum(one["verdict"] == "EAPI:Invalid nonce" for one in both.verdicts()[since:])


def told(both: Lockstep) -> bool:
    return any(line.text.startswith(STOPPED) for line in both.session.journal())


def mark(folder: Path) -> str:
    """Read what is kept of the key's nonces."""
    (path,) = (one for one in folder.glob("nonce-*") if one.suffix != ".lock")
    return path.read_text().strip()


async def take_over(both: Lockstep) -> TakenOver:
    """Do what `krakentui keys take-over` does once it has the user's word, beside the monitor that runs."""
    async with Probe(both.session._settings, both.clock, both.session._rng) as probe:
        return await probe.take_over()


async def overtaken(both: Lockstep, **how: object) -> None:
    """Let another program use higher nonces until the monitor says that it has stopped."""
    inject(both, "nonce_jump", match={"key": "cancel"}, **how)
    await both.until(lambda: told(both), 120)


@pytest.mark.parametrize(("theirs", "ours"), [("us", "us"), ("ns", "ns")])
async def test_only_the_users_word_raises_the_unit_and_then_the_monitor_goes_on(
    theirs: str, ours: str, tmp_path: Path
) -> None:
    """F26: no finer unit without consent, no more than is needed with it."""
    async with lockstep(warm_s=40, state_dir=tmp_path) as both:
        await overtaken(both, unit=theirs, by=1)
        before = refused(both)
        await both.run(240)
        assert refused(both) == before  # left alone
        assert mark(tmp_path).isdecimal()
        since = len(both.verdicts())
        done = await take_over(both)
        assert (done.unit_before, done.unit, done.refusal, done.trouble) == ("ms", ours, None, None)
        assert refused(both, since) == ("ms", "us", "ns").index(ours)
        assert mark(tmp_path).endswith(f" {ours}")
        since = len(both.verdicts())
        await both.run(120)
        asked = [str(one["what"]) for one in both.verdicts()[since:] if one["verdict"] == "ok"]
        assert {"/0/private/OpenOrders", "/0/private/BalanceEx"} <= {*asked}
        assert refused(both, since) == 0


async def test_a_small_jump_is_overtaken_without_another_unit(tmp_path: Path) -> None:
    async with lockstep(warm_s=40, state_dir=tmp_path) as both:
        done = await take_over(both)
        assert (done.unit, done.refusal) == ("ms", None)
        assert refused(both) == 0


async def test_a_key_beyond_any_clock_cannot_be_taken_over(tmp_path: Path) -> None:
    async with lockstep(warm_s=40, state_dir=tmp_path) as both:
        await overtaken(both, unit="ns", by=10**18)
        since = len(both.verdicts())
        done = await take_over(both)
        assert isinstance(done.refusal, BadNonce)
        assert refused(both, since) == 3
