"""`krakentui keys take-over`: only on the user's word, and what it says."""

from pathlib import Path

import pytest
from msgspec import structs

from krakentui.commands import keys
from krakentui.commands.parser import parse
from krakentui.keys import key_file, profile_list
from krakentui.model.error import KeyProblem, NotSent, UsageError
from tests.commands.desk import Desk
from tests.support.exchange import refused
from tests.support.keys import a_pair, a_profile
from tests.support.tty import Typist

BAD = refused("EAPI:Invalid nonce")


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Desk:
    """A home with one stored key."""
    desk = Desk(tmp_path, capsys)
    profile = a_profile("main", account="private", fingerprint=a_pair(1).fingerprint)
    key_file.keep("main", a_pair(1), desk.machine)
    profile_list.change(tmp_path / "profiles.toml", lambda told: told.with_profile(profile))
    return desk


def unit(desk: Desk) -> str:
    mark = desk.home / "state" / f"nonce-{a_pair(1).fingerprint}"
    return mark.read_text().strip().partition(" ")[2] or "ms" if mark.exists() else "unused"


def answered(desk: Desk, answer: str) -> tuple[int, str]:
    """Type an answer to the question."""
    with Typist(answer) as typist:
        here = structs.replace(desk.machine, terminal=typist.terminal)
        code = keys.run(parse(["keys", "take-over", "main"]), desk.environ, desk.door, here)
    return code, typist.shown + desk.capture.readouterr().out


@pytest.mark.parametrize("answer", ["", "y", "yes", "main", "takeover"])
def test_without_the_word_nothing_is_sent_and_nothing_is_changed(desk: Desk, answer: str) -> None:
    code, shown = answered(desk, answer)
    assert (code, unit(desk), desk.door.calls) == (5, "unused", [])
    assert "Any other program that uses this key" in shown
    assert "refused for good" in shown
    assert shown.rstrip().endswith("Nothing is changed.")


@pytest.mark.parametrize("said", ["option", "settings"])
def test_where_nothing_is_to_be_changed_no_key_is_taken_over(said: str, desk: Desk) -> None:
    if said == "settings":
        (desk.home / "config.toml").write_text("read_only = true\n")
    with pytest.raises(UsageError, match=r"read-only, .*: no key is taken over\."):
        desk.run("take-over main --yes" + " --read-only" * (said == "option"))
    assert (unit(desk), desk.door.calls) == ("unused", [])


def test_without_a_terminal_it_wants_a_yes(desk: Desk) -> None:
    with pytest.raises(UsageError, match="say --yes"):
        desk.run("take-over main")
    assert (unit(desk), desk.door.calls) == ("unused", [])


def test_the_unit_is_raised_no_more_than_is_needed_and_that_is_said(desk: Desk) -> None:
    desk.door.answer("GetApiKeyInfo", BAD)
    code, shown = answered(desk, "take over")
    assert (code, unit(desk)) == (0, "us")
    assert "The key main is taken over: its nonces count microseconds from now on." in shown


def test_a_key_that_nobody_overtook_keeps_its_unit(desk: Desk) -> None:
    code, shown = desk.run("take-over --yes")
    assert (code, unit(desk)) == (0, "ms")
    assert "takes the nonces of the key main as they are: nothing was changed" in shown


def test_a_key_that_cannot_be_taken_over_wants_a_new_one(desk: Desk) -> None:
    desk.door.answer_always("GetApiKeyInfo", BAD)
    code, shown = desk.run("take-over --yes")
    assert code == 3
    assert desk.door.calls == ["GetApiKeyInfo"] * 3
    assert "cannot be taken over" in shown
    assert "Make a new key" in shown


def test_where_the_exchange_does_not_answer_that_is_said(desk: Desk) -> None:
    desk.door.answer_always("GetApiKeyInfo", NotSent("The exchange cannot be reached."))
    with pytest.raises(
        KeyProblem, match=r"cannot be reached\. Whether the key main is taken over is not known"
    ):
        desk.run("take-over --yes")
