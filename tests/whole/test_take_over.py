"""A key that another program has raised the nonces of: told, left alone, taken over on the user's word."""

from collections.abc import Callable
from pathlib import Path

import pytest

from krakentui.engine.face import KeysFace
from krakentui.engine.probe import Probe
from krakentui.engine.takeover import TakenOver
from krakentui.model.error import BadNonce
from krakentui.state.keyring import TakeOverQuestion
from krakentui.state.view import NotAsked
from tests.whole.faults import clear, inject, struck
from tests.whole.lockstep import Lockstep, lockstep
from tests.whole.switching import switching
from tests.whole.truth import shown_orders, true_orders, wrong_gauges

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


def mark_of(folder: Path, fingerprint: str) -> str:
    """Read what is kept of one key's nonces."""
    return (folder / f"nonce-{fingerprint}").read_text().strip()


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


async def test_from_the_screen_of_keys_the_running_lane_takes_it_over_and_counts_it(tmp_path: Path) -> None:
    async with switching(tmp_path) as hands:
        both, keys = hands.both, hands.keys
        await both.run(40)
        early = keys.ask_take_over("cancel")
        assert isinstance(early, NotAsked)
        assert early.why.startswith("There is nothing to take over")
        await overtaken(both, unit="us", by=1)
        (row,) = (row for row in keys.view(both.clock.mono_ns()).rows if row.in_use)
        assert row.overtaken
        question = keys.ask_take_over("cancel")
        assert isinstance(question, TakeOverQuestion)
        since = len(both.verdicts())
        assert keys.take_over(question) == "Taking the key cancel over."
        assert keys.view(both.clock.mono_ns()).busy == "Taking the key cancel over."
        await both.run(120)
        assert mark(tmp_path).endswith(" us")
        assert refused(both, since) == 1  # milliseconds once more, then microseconds
        texts = [line.text for line in both.session.journal()]
        assert any(text.startswith("The key cancel is taken over: its nonces count micro") for text in texts)
        (row,) = (row for row in keys.view(both.clock.mono_ns()).rows if row.in_use)
        assert not row.overtaken
        assert row.checked is not None
        assert wrong_gauges(both) == []
        assert shown_orders(both) == true_orders(both)


async def test_a_take_over_that_cannot_be_says_why_on_the_screen_of_keys(tmp_path: Path) -> None:
    async with switching(tmp_path) as hands:
        both, keys = hands.both, hands.keys
        await both.run(40)
        await overtaken(both, unit="ns", by=10**18)
        question = keys.ask_take_over("cancel")
        assert isinstance(question, TakeOverQuestion)
        keys.take_over(question)
        await both.run(20)
        assert keys.view(both.clock.mono_ns()).trouble.startswith("The key cancel cannot be taken over")
        assert isinstance(keys.ask_take_over("cancel"), TakeOverQuestion)


DESCRIPTION = {"path": "/0/private/GetApiKeyInfo"}


def lose(both: Lockstep, **when: object) -> int:
    return inject(both, "drop_answer", match=DESCRIPTION, when=when)


def limit(both: Lockstep, **when: object) -> int:
    return inject(both, "error", match=DESCRIPTION, when=when, errors=["EAPI:Rate limit exceeded"])


def break_off(both: Lockstep, **when: object) -> int:
    return inject(both, "http", match=DESCRIPTION, when=when, status=520)


async def taken_over(both: Lockstep, keys: KeysFace) -> str:
    """Take the key over on the screen of keys, and give what is said of it."""
    question = keys.ask_take_over("cancel")
    assert isinstance(question, TakeOverQuestion)
    keys.take_over(question)
    await both.until(lambda: not keys.view(both.clock.mono_ns()).busy, 60)
    return [line.text for line in both.session.journal() if "taken over" in line.text][-1]


@pytest.mark.parametrize(("fault", "tries"), [(lose, 1), (limit, 2), (break_off, 1)])
async def test_a_take_over_without_an_outcome_leaves_the_key_overtaken_until_it_is_tried_again(
    fault: Callable[[Lockstep], int], tries: int, tmp_path: Path
) -> None:
    """After a limit a single call is tried, which goes in milliseconds, before it is said to try again."""
    async with switching(tmp_path) as hands:
        both, keys = hands.both, hands.keys
        await both.run(40)
        await overtaken(both, unit="us", by=1)
        number = fault(both)
        said = await taken_over(both, keys)
        assert struck(both, number)
        assert "Whether the key cancel is taken over is not known: try again" in said
        (row,) = (row for row in keys.view(both.clock.mono_ns()).rows if row.in_use)
        assert row.overtaken
        since = len(both.verdicts())
        await both.run(120)
        assert [one["what"] for one in both.verdicts()[since:] if "/private/" in str(one["what"])] == []
        clear(both)
        for _ in range(tries):
            assert said.endswith(("try again.", "try again later."))
            said = await taken_over(both, keys)
            await both.run(20)
        assert "The key cancel is taken over: its nonces count micro" in said
        assert mark(tmp_path).endswith(" us")
        since = len(both.verdicts())
        await both.run(60)
        assert refused(both, since) == 0
        assert isinstance(keys.ask_take_over("cancel"), NotAsked)


async def test_the_second_try_tells_what_both_have_changed(tmp_path: Path) -> None:
    async with switching(tmp_path) as hands:
        both, keys = hands.both, hands.keys
        await both.run(40)
        await overtaken(both, unit="us", by=1)
        lose(both, after_n=1)  # milliseconds are refused, the answer to microseconds is lost
        assert "Whether the key cancel is taken over is not known: try again" in await taken_over(both, keys)
        assert mark(tmp_path).endswith(" us")
        clear(both)
        assert "The key cancel is taken over: its nonces count micro" in await taken_over(both, keys)


async def test_a_key_that_may_not_describe_itself_has_its_nonces_taken_all_the_same(tmp_path: Path) -> None:
    """Assumed: whose a call is, its nonce included, is looked at before what the key may do."""
    async with switching(tmp_path) as hands:
        both, keys = hands.both, hands.keys
        await both.run(40)
        await overtaken(both, unit="us", by=1)
        inject(both, "error", match=DESCRIPTION, errors=["EGeneral:Permission denied"], when={"after_n": 1})
        question = keys.ask_take_over("cancel")
        assert isinstance(question, TakeOverQuestion)
        keys.take_over(question)
        await both.until(lambda: not keys.view(both.clock.mono_ns()).busy, 60)
        assert "seem to stand in the way no longer" in keys.view(both.clock.mono_ns()).trouble
        since = len(both.verdicts())
        await both.run(60)
        asked = [str(one["what"]) for one in both.verdicts()[since:] if one["verdict"] == "ok"]
        assert {"/0/private/OpenOrders", "/0/private/BalanceEx"} <= {*asked}
        assert refused(both, since) == 0


@pytest.mark.parametrize("second", [None, "cancel"])
async def test_in_a_read_only_session_no_key_is_taken_over(second: str | None, tmp_path: Path) -> None:
    used = "cancel" if second is None else "watch"
    async with switching(tmp_path, keys=(used, second), read_only=True) as hands:
        both, keys = hands.both, hands.keys
        await both.run(40)
        inject(both, "nonce_jump", match={"key": used}, unit="us", by=1)
        await both.until(lambda: any(row.overtaken for row in keys.view(both.clock.mono_ns()).rows), 120)
        for name in filter(None, (used, second)):
            told = keys.ask_take_over(name)
            assert isinstance(told, NotAsked)
            assert told.why.startswith("This session is read-only")
            assert told.why.endswith(": no key is taken over.")


async def test_an_old_question_takes_no_other_key_over(tmp_path: Path) -> None:
    async with switching(tmp_path) as hands:
        both, keys = hands.both, hands.keys
        await both.run(40)
        await overtaken(both, unit="us", by=1)
        question = keys.ask_take_over("cancel")
        assert isinstance(question, TakeOverQuestion)
        await hands.switch("stranger", "bob")
        since = len(both.verdicts())
        assert keys.take_over(question) == "A key is taken over while it is in use: this one is not."
        await both.run(60)
        assert refused(both, since) == 0
        assert mark_of(tmp_path, question.fingerprint).isdecimal()


async def test_the_key_that_cancels_is_taken_over_apart(tmp_path: Path) -> None:
    async with switching(tmp_path, keys=("watch", "cancel")) as hands:
        both, keys = hands.both, hands.keys
        inject(both, "nonce_jump", match={"key": "cancel"}, unit="us", by=1)
        await both.until(lambda: isinstance(keys.ask_take_over("cancel"), TakeOverQuestion), 1300)
        assert isinstance(keys.ask_take_over("watch"), NotAsked)
        question = keys.ask_take_over("cancel")
        assert isinstance(question, TakeOverQuestion)
        keys.take_over(question)
        await both.run(30)
        assert mark_of(tmp_path, question.fingerprint).endswith(" us")
        assert isinstance(keys.ask_take_over("cancel"), NotAsked)
