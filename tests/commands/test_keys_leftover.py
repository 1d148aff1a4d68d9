"""A secret that no entry of the list owns: told, never written over in silence, removed on a word."""

import errno
import json
import os
import stat
import sys
from collections.abc import Callable
from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest
from msgspec import structs

from krakentui.commands import keys
from krakentui.commands.parser import parse
from krakentui.keys import key_file, profile_list, ring
from krakentui.keys.pair import stored_text
from krakentui.keys.profile import Profiles
from krakentui.model.error import KeyProblem, UsageError
from tests.commands.desk import Desk
from tests.support.keys import Impatient, a_key, a_pair, a_profile, a_secret
from tests.support.tty import Typist

PASTE = (a_key(), a_secret())


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    return Desk(tmp_path, capsys)


def listed(desk: Desk, name: str, store: str) -> None:
    profile = a_profile(name, store=store)  # type: ignore[arg-type]  # one of them
    profile_list.change(desk.home / "profiles.toml", lambda told: told.with_profile(profile))


def entries(desk: Desk) -> dict[str, str]:
    told: dict[str, str] = json.loads((desk.home / "ring").read_text())
    return {name.removeprefix("krakentui/"): text for name, text in told.items()}


def remove(desk: Desk, words: str, answer: str) -> tuple[int, str]:
    """Remove a key at a terminal."""
    with Typist(answer) as typist:
        here = structs.replace(desk.machine, terminal=typist.terminal)
        code = keys.run(parse(["keys", "remove", *words.split()]), desk.environ, desk.door, here)
    assert typist.left == 0, typist.shown
    return code, typist.shown + desk.capture.readouterr().out


def test_an_unlisted_entry_is_not_written_over_without_the_word_of_the_user(desk: Desk) -> None:
    ring.keep("main", a_pair(9), desk.machine)
    before = entries(desk)
    with pytest.raises(KeyProblem, match=r"keeps another secret under the name main\. Nothing is stored\."):
        desk.add("", "", "", "2", *PASTE, "1", "no")
    assert (entries(desk), desk.profiles) == (before, Profiles())
    code, shown = desk.add("", "", "", "2", *PASTE, "1", "yes")
    assert code == 0
    assert "Write over it for good? Type yes" in shown
    assert desk.key_of("main") == a_key()


def test_a_script_does_not_write_over_an_unlisted_entry(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    ring.keep("main", a_pair(9), desk.machine)
    before = entries(desk)
    monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(stored_text(a_pair()).encode())))
    with pytest.raises(KeyProblem, match="let `krakentui keys remove main` remove it"):
        desk.add("--store keyring --from-stdin")
    assert (entries(desk), desk.profiles) == (before, Profiles())


def test_a_rename_does_not_write_over_an_unlisted_entry(desk: Desk) -> None:
    ring.keep("fresh", a_pair(9), desk.machine)
    ring.keep("main", a_pair(), desk.machine)
    key_file.keep("main", a_pair(8), desk.machine)
    listed(desk, "main", "keyring")
    before = entries(desk)
    with pytest.raises(KeyProblem, match=r"under the name fresh\. Nothing is changed: take another name"):
        desk.run("rename main fresh")
    assert entries(desk) == before
    assert [one.name for one in desk.profiles.profiles] == ["main"]
    assert [file.name for file in (desk.home / "keys").iterdir()] == ["main.key"]


@pytest.mark.parametrize("ending", ["key", "sealed"])
def test_a_file_that_comes_while_the_key_is_pasted_is_not_written_over(desk: Desk, ending: str) -> None:
    ask = desk.door.send

    async def spoil(*args: object, **kwargs: object) -> tuple[int, bytes]:
        key_file.keep("main", a_pair(9), desk.machine)
        (desk.home / "keys" / "main.key").rename(desk.home / "keys" / f"main.{ending}")
        return await ask(*args, **kwargs)  # type: ignore[arg-type]  # handed on as it came

    desk.door.send = spoil  # type: ignore[method-assign]  # another program adds one meanwhile
    words = ("correct horse", "correct horse") if ending == "sealed" else ()
    with pytest.raises(KeyProblem, match=rf"There is a file .*main\.{ending} already"):
        desk.add("", "", "", "2", *PASTE, "2" if words else "3", *words)
    (there,) = (desk.home / "keys").iterdir()
    assert a_key(9) in there.read_text()


def test_two_that_add_one_name_at_once_lose_no_secret(desk: Desk) -> None:
    """The second one finds the name taken when it comes to store: what the first stored stays."""
    ask = desk.door.send

    async def overtake(*args: object, **kwargs: object) -> tuple[int, bytes]:
        key_file.keep("main", a_pair(9), desk.machine)
        profile_list.change(
            desk.home / "profiles.toml",
            lambda told: told if told.profiles else told.with_profile(a_profile("main", store="file")),
        )
        return await ask(*args, **kwargs)  # type: ignore[arg-type]  # as above

    desk.door.send = overtake  # type: ignore[method-assign]  # as above
    with pytest.raises(UsageError, match="There is a key profile main already"):
        desk.add("", "", "", "2", *PASTE, "3")
    assert desk.key_of("main") == a_key(9)


def test_a_removal_that_the_list_refuses_meanwhile_takes_no_secret(desk: Desk) -> None:
    key_file.keep("main", a_pair(), desk.machine)
    listed(desk, "main", "file")
    key_file.keep("watch", a_pair(2), desk.machine)

    class Meanwhile(Typist):
        def shows_what_is_typed(self) -> bool:
            helped = a_profile("watch", purpose="watch", store="file", cancel_with="main")
            profile_list.change(
                desk.home / "profiles.toml",
                lambda told: told if len(told.profiles) > 1 else told.with_profile(helped),
            )
            return super().shows_what_is_typed()

    with Meanwhile("yes") as typist:
        here = structs.replace(desk.machine, terminal=typist.terminal)
        with pytest.raises(UsageError, match="The profile watch cancels with main"):
            keys.run(parse(["keys", "remove", "main"]), desk.environ, desk.door, here)
    assert desk.key_of("main") == a_key()


def test_a_key_that_was_replaced_during_the_question_is_not_removed(desk: Desk) -> None:
    key_file.keep("main", a_pair(), desk.machine)
    listed(desk, "main", "file")

    class Meanwhile(Typist):
        def shows_what_is_typed(self) -> bool:
            key_file.keep("main", a_pair(4), desk.machine)
            told = Profiles().with_profile(a_profile(store="file", fingerprint=a_pair(4).fingerprint))
            profile_list.change(desk.home / "profiles.toml", lambda _: told)
            return super().shows_what_is_typed()

    with Meanwhile("yes") as typist:
        here = structs.replace(desk.machine, terminal=typist.terminal)
        with pytest.raises(UsageError, match="main was changed meanwhile: nothing is removed"):
            keys.run(parse(["keys", "remove", "main"]), desk.environ, desk.door, here)
    assert desk.key_of("main") == a_key(4)


def test_an_entry_with_another_key_than_the_one_listed_is_left_in_the_keyring(desk: Desk) -> None:
    """A list beside other settings may own it: all share the names of the keyring."""
    ring.keep("main", a_pair(5), desk.machine)
    profile = a_profile(store="keyring", fingerprint=a_pair().fingerprint)
    profile_list.change(desk.home / "profiles.toml", lambda told: told.with_profile(profile))
    with pytest.raises(KeyProblem, match=rf"holds another key \({a_pair(5).fingerprint}\) under main, which"):
        desk.run("remove main --yes")
    assert [*entries(desk)] == ["main"]
    assert desk.profiles == Profiles()


def test_a_keyring_that_stores_and_hangs_leaves_a_doubt_that_is_told(desk: Desk) -> None:
    desk.environ["PYTHON_KEYRING_BACKEND"] = "tests.keys.rings.Stalling"
    clock = Impatient(desk.home / "stalled", 1)
    here = structs.replace(desk.machine, clock=clock)
    with pytest.raises(KeyProblem, match="It may lie there all the same: `krakentui keys remove main` tells"):
        ring.keep("main", a_pair(), here)
    assert [*entries(desk)] == ["main"]


def test_a_list_that_cannot_be_replaced_takes_the_secret_back(desk: Desk) -> None:
    desk.environ["PYTHON_KEYRING_BACKEND"] = "tests.keys.rings.Spoiling"
    desk.environ["RING_SPOILS"] = str(desk.home / "profiles.toml")
    with pytest.raises(KeyProblem, match=r"profiles\.toml cannot be written"):
        desk.add("", "", "", "2", *PASTE, "1")
    assert entries(desk) == {}


def break_off_once_listed(monkeypatch: pytest.MonkeyPatch, desk: Desk, name: str, error: type) -> None:
    """Fail once the list that names a key is in its place and its folder is to be forced to the disk."""
    break_off_once(monkeypatch, lambda: name in {one.name for one in desk.profiles.profiles}, error)


def break_off_once(monkeypatch: pytest.MonkeyPatch, is_so: Callable[[], bool], error: type) -> None:
    """Fail to force a folder to the disk once something is so."""
    fsync = os.fsync

    def fails(handle: int) -> None:
        if stat.S_ISDIR(os.fstat(handle).st_mode) and is_so():
            raise error(errno.EIO, "Input/output error")
        fsync(handle)

    monkeypatch.setattr(os, "fsync", fails)


@pytest.mark.parametrize("store", ["file", "keyring"])
@pytest.mark.parametrize("error", [OSError, KeyboardInterrupt])
def test_an_addition_that_breaks_off_once_it_is_listed_keeps_the_secret(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, store: str, error: type
) -> None:
    monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(stored_text(a_pair()).encode())))
    break_off_once_listed(monkeypatch, desk, "main", error)
    with pytest.raises(KeyProblem if error is OSError else KeyboardInterrupt):
        desk.add(f"--store {store} --from-stdin")
    assert desk.key_of("main") == a_key()


@pytest.mark.parametrize("store", ["file", "keyring"])
def test_a_rename_that_breaks_off_once_it_is_listed_keeps_the_secret(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, store: str
) -> None:
    {"file": key_file.keep, "keyring": ring.keep}[store]("main", a_pair(), desk.machine)
    listed(desk, "main", store)
    break_off_once_listed(monkeypatch, desk, "fresh", OSError)
    with pytest.raises(KeyProblem, match=r"profiles\.toml"):
        desk.run("rename main fresh")
    assert desk.key_of("fresh") == a_key()


def test_a_removal_that_breaks_off_once_it_is_listed_says_that_the_list_is_written(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    key_file.keep("main", a_pair(), desk.machine)
    listed(desk, "main", "file")
    break_off_once(monkeypatch, lambda: not desk.profiles.profiles, OSError)
    with pytest.raises(KeyProblem) as caught:
        desk.run("remove main --yes")
    place = desk.home / "profiles.toml"
    told = f"{place} is written, but a power cut may undo that: Input/output error. The secret is gone: if "
    assert str(caught.value).startswith(told)


@pytest.mark.parametrize("act", ["rename main fresh", "remove main --yes"])
def test_a_list_that_cannot_be_replaced_is_told_with_what_became_of_the_secret(desk: Desk, act: str) -> None:
    ring.keep("main", a_pair(), desk.machine)
    listed(desk, "main", "keyring")
    desk.environ["PYTHON_KEYRING_BACKEND"] = "tests.keys.rings.Spoiling"
    desk.environ["RING_SPOILS"] = str(desk.home / "profiles.toml")
    gone = "The secret is gone: if `krakentui keys list` still names main, run `krakentui keys remove main`"
    with pytest.raises(KeyProblem, match=gone if act.startswith("remove") else "cannot be written"):
        desk.run(act)
    assert set(entries(desk)) == (set() if act.startswith("remove") else {"main"})


# --- secrets without an entry -------------------------------------------------------------------


def test_what_nobody_owns_is_listed_and_removed_by_its_name(desk: Desk) -> None:
    key_file.keep("lost", a_pair(7), desk.machine)
    ring.keep("lost", a_pair(8), desk.machine)
    lost = f"{desk.home}/keys/lost.key holds a key that is not in the list"
    assert desk.run("list")[1].splitlines() == [
        "There are no stored keys yet: `krakentui keys add` stores one.",
        f"{lost}: `krakentui keys remove lost` removes it.",
    ]
    said = " ".join(" ".join(desk.doctor()[1]).split())
    assert "lost.key holds a key that is not in the list: `krakentui keys remove lost`" in said
    code, shown = remove(desk, "lost", "yes")
    assert (code, entries(desk), [*(desk.home / "keys").iterdir()]) == (0, {}, [])
    assert shown.splitlines()[-1] == (
        "lost was not in the list of keys; its secret is removed from the file and from the OS keyring."
    )
    with pytest.raises(UsageError, match="There is no key profile lost"):
        desk.run("remove lost --yes")


def test_a_file_that_nobody_owns_is_removed_on_a_yes_of_the_command_line(desk: Desk) -> None:
    key_file.keep("lost", a_pair(7), desk.machine)
    with pytest.raises(UsageError, match="say --yes"):
        desk.run("remove lost")
    said = "lost was not in the list of keys; its secret is removed from the file.\n"
    assert desk.run("remove lost --yes") == (0, said)


@pytest.mark.parametrize("text", [stored_text(a_pair(8)), "rubbish"], ids=["pair", "rubbish"])
def test_what_another_list_may_keep_in_the_keyring_is_removed_on_a_typed_yes_alone(
    desk: Desk, text: str
) -> None:
    """One keyring serves every list, and this one does not know what stands in the others."""
    key_file.keep("lost", a_pair(7), desk.machine)
    (desk.home / "ring").write_text(json.dumps({"krakentui/lost": text}))
    for line in ("remove lost --yes", "remove lost"):
        with pytest.raises(UsageError, match=r"another list of keys may own .* at a terminal\.$"):
            desk.run(line)
    code, shown = remove(desk, "lost --yes", "no")
    assert code == 5
    assert "Another list of keys may own what lies in the keyring" in " ".join(shown.split())
    assert [*entries(desk)] == ["lost"]
    assert (desk.home / "keys" / "lost.key").exists()
    assert remove(desk, "lost --yes", "yes")[0] == 0
    assert entries(desk) == {}


def test_what_nobody_owns_is_shown_by_its_fingerprint_and_kept_without_a_yes(desk: Desk) -> None:
    ring.keep("lost", a_pair(8), desk.machine)
    code, shown = remove(desk, "lost", "no")
    assert code == 5
    said = " ".join(shown.split())
    assert "lost is not in the list of keys, but a secret is kept under that name" in said
    assert f"key {a_pair(8).fingerprint}" in said
    assert [*entries(desk)] == ["lost"]


def test_another_case_of_a_name_is_no_leftover(desk: Desk) -> None:
    """To a file system that heeds no case its file is the one of the key that is listed."""
    key_file.keep("MAIN", a_pair(), desk.machine)
    listed(desk, "main", "file")
    with pytest.raises(UsageError, match="There is no key profile MAIN"):
        desk.run("remove MAIN --yes")
    assert (desk.home / "keys" / "MAIN.key").exists()
    assert "MAIN" not in desk.run("list")[1]


def test_a_keyring_that_answers_again_is_emptied_by_the_same_act(desk: Desk) -> None:
    ring.keep("bot", a_pair(2), desk.machine)
    listed(desk, "bot", "keyring")
    desk.environ["PYTHON_KEYRING_BACKEND"] = "tests.keys.rings.Locked"
    with pytest.raises(KeyProblem, match="run `krakentui keys remove bot` once more"):
        desk.run("remove bot --yes")
    with pytest.raises(UsageError, match=r"There is no key profile bot.*It is locked"):
        desk.run("remove bot --yes")
    desk.environ["PYTHON_KEYRING_BACKEND"] = "tests.keys.rings.Good"
    assert remove(desk, "bot", "yes")[0] == 0
    assert entries(desk) == {}
