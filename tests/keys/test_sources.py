"""The order of the sources, what each says, and what is told when they disagree."""

import subprocess
import sys
from itertools import product
from pathlib import Path

import pytest
from msgspec import structs

from krakentui.keys import child, key_file, ring, sealed
from krakentui.keys.key_command import offer as command_offer
from krakentui.keys.offer import Machine, WouldAsk
from krakentui.keys.pair import stored_text
from krakentui.keys.profile import Store
from krakentui.keys.sources import SOURCES, disagreements, find, survey
from krakentui.keys.systemd import offer as systemd_offer
from krakentui.model.error import KeyProblem
from krakentui.model.secret import Secret
from tests.keys.test_ring import machine as with_ring
from tests.support.keys import Impatient, a_key, a_machine, a_pair, a_profile, a_secret, is_free

ROOT = Path(__file__).parents[2]


def a_script(folder: Path, code: str) -> tuple[str, ...]:
    """A key command: a Python program."""
    file = folder / "manager.py"
    file.write_text(code)
    return (sys.executable, str(file))


def printing(folder: Path, seed: int = 1) -> tuple[str, ...]:
    return a_script(folder, f"print({stored_text(a_pair(seed))!r})")


def a_credential(folder: Path, seed: int, mode: int = 0o400) -> dict[str, str]:
    place = folder / "credentials"
    place.mkdir(mode=0o700, exist_ok=True)
    (place / "krakentui-main").write_text(stored_text(a_pair(seed)))
    (place / "krakentui-main").chmod(mode)
    return {"CREDENTIALS_DIRECTORY": str(place)}


def test_the_order_is_that_of_the_design() -> None:
    assert [*SOURCES] == ["command", "systemd", "keyring", "encrypted", "file", "prompt"]


def test_the_first_source_that_has_it_wins_and_is_named(tmp_path: Path) -> None:
    here = with_ring(tmp_path, "Good", **a_credential(tmp_path, 1))
    ring.keep("main", a_pair(), here)
    key_file.keep("main", a_pair(), here)
    profile = a_profile(store="keyring", key_command=printing(tmp_path))
    named = []
    found = find(profile, here)
    named.append(found.credentials.source)
    profile = structs.replace(profile, key_command=())
    named.append(find(profile, here).credentials.source)
    (tmp_path / "credentials" / "krakentui-main").unlink()
    named.append(find(profile, here).credentials.source)
    ring.forget("main", here)
    named.append(find(profile, here).credentials.source)
    assert named == [
        f"the key command {Path(sys.executable).name}",
        "the systemd credential krakentui-main",
        "the OS keyring (rings.Good)",
        f"the file {here.folder}/main.key",
    ]


def test_a_key_is_named_after_its_profile(tmp_path: Path) -> None:
    found = find(a_profile(key_command=printing(tmp_path)), a_machine(tmp_path))
    assert (found.credentials.name, found.credentials.key, found.notes) == ("main", a_key(), ())


def test_a_source_that_fails_is_told_and_the_next_one_asked(tmp_path: Path) -> None:
    here = with_ring(tmp_path, "Locked")
    key_file.keep("main", a_pair(), here)
    found = find(a_profile(store="keyring"), here)
    comes_from = f"The key comes from the file {here.folder}/main.key."
    assert found.credentials.key == a_key()
    assert found.notes == (f"The OS keyring (rings.Locked): It is locked and was not unlocked. {comes_from}",)


def test_another_key_than_the_one_added_does_not_stand_in_for_a_source_that_fails(tmp_path: Path) -> None:
    here = with_ring(tmp_path, "Locked")
    key_file.keep("main", a_pair(3), here)
    with pytest.raises(KeyProblem) as caught:
        find(a_profile(store="keyring", fingerprint=a_pair().fingerprint), here)
    said = str(caught.value)
    assert "It is locked and was not unlocked." in said
    assert f"main.key holds another key ({a_pair(3).fingerprint}) than the one that was added as main" in said
    assert "it is not used in place of the OS keyring (rings.Locked)." in said
    assert find(a_profile(store="keyring", fingerprint=a_pair(3).fingerprint), here).credentials.key == a_key(
        3
    )


def test_a_key_that_was_replaced_in_its_own_source_is_used_whatever_fails_before(tmp_path: Path) -> None:
    key_file.keep("main", a_pair(3), a_machine(tmp_path))
    profile = a_profile(store="file", fingerprint=a_pair().fingerprint, key_command=("/no/such",))
    assert find(profile, a_machine(tmp_path)).credentials.key == a_key(3)


def test_two_sources_that_disagree_are_told(tmp_path: Path) -> None:
    here = a_machine(tmp_path, a_credential(tmp_path, 2))
    key_file.keep("main", a_pair(3), here)
    found = find(a_profile(key_command=printing(tmp_path, 1)), here)
    assert found.credentials.key == a_key(1)
    assert [note.partition(" holds another key")[0] for note in found.notes] == [
        "The systemd credential krakentui-main",
        f"The file {here.folder}/main.key",
    ]
    assert all(a_pair(1).fingerprint in note for note in found.notes)


def test_sources_that_agree_say_nothing(tmp_path: Path) -> None:
    here = a_machine(tmp_path, a_credential(tmp_path, 1))
    key_file.keep("main", a_pair(1), here)
    profile = a_profile(key_command=printing(tmp_path), fingerprint=a_pair().fingerprint)
    assert find(profile, here).notes == ()
    seen = survey(profile, here)
    assert seen.taken is not None
    assert (seen.taken.store, len(seen.others)) == ("command", 5)
    assert disagreements([seen.taken, *seen.others]) == []


def test_another_key_than_the_one_that_was_added_is_told(tmp_path: Path) -> None:
    found = find(a_profile(key_command=printing(tmp_path), fingerprint="0" * 12), a_machine(tmp_path))
    assert len(found.notes) == 1
    assert "than the one that was added as main (000000000000)" in found.notes[0]


def test_no_source_at_all_says_what_each_said_and_what_next(tmp_path: Path) -> None:
    with pytest.raises(KeyProblem) as caught:
        find(a_profile(store="file"), a_machine(tmp_path))
    said = str(caught.value)
    assert said.startswith(f"The key main cannot be had. The file {tmp_path}/keys/main.key has nothing.")
    assert "`krakentui doctor`" in said


def test_a_survey_asks_nobody_and_looks_everywhere(tmp_path: Path) -> None:
    here = with_ring(tmp_path, "Good", **a_credential(tmp_path, 2))
    sealed.keep("main", a_pair(), Secret("correct horse battery"), here, 2**4)
    key_file.keep("main", a_pair(3), here)
    ring.keep("main", a_pair(4), here)
    seen = survey(a_profile(store="encrypted"), here)
    assert [(one.store, one.pair is not None, one.asks) for one in seen.offers.values()] == [
        ("command", False, False),
        ("systemd", True, False),
        ("keyring", False, False),
        ("encrypted", False, True),
        ("file", True, False),
        ("prompt", False, False),
    ]
    assert seen.stray is not None
    assert seen.stray.pair is not None


@pytest.mark.parametrize("store", ["encrypted", "prompt"])
def test_what_asks_is_taken_before_a_leftover_behind_it(tmp_path: Path, store: Store) -> None:
    here = a_machine(tmp_path)
    if store == "encrypted":
        sealed.keep("main", a_pair(), Secret("correct horse battery"), here, 2**4)
        key_file.keep("main", a_pair(3), here)
    profile = a_profile(store=store)
    seen = survey(profile, here)
    assert seen.taken is not None
    assert (seen.taken.store, seen.taken.asks) == (store, True)
    with pytest.raises(WouldAsk):
        find(profile, here, seen.offers)


def test_a_run_and_a_survey_take_the_key_from_the_same_source(tmp_path: Path) -> None:
    """Whatever is kept where."""
    here = with_ring(tmp_path, "Good")
    for kept in product((False, True), repeat=2):
        for seed, keep, is_kept in zip((1, 2), (ring.keep, key_file.keep), kept, strict=True):
            if is_kept:
                keep("main", a_pair(seed), here)
        for store in ("keyring", "file"):
            profile = a_profile(store=store)
            taken = survey(profile, here).taken
            if taken is not None:
                assert find(profile, here).credentials.source == taken.where
        ring.forget("main", here)
        (here.folder / "main.key").unlink(missing_ok=True)


# --- the key command ----------------------------------------------------------------------------


def said(folder: Path, code: str, here: Machine | None = None) -> str:
    profile = a_profile(store="command", key_command=a_script(folder, code))
    told = command_offer(profile, here or a_machine(folder))
    assert told.pair is None
    return told.why


def test_a_command_has_no_terminal_no_shell_no_input(tmp_path: Path) -> None:
    code = (
        "import os, sys\n"
        "try: open('/dev/tty'); sys.exit(9)\n"
        "except OSError: pass\n"
        "assert sys.stdin.read() == '' and 'GPG_TTY' not in os.environ\n"
        f"print({a_key()!r}); print({a_secret()!r})\n"
        "print('a prompt: ' + 'x' * 10**6, file=sys.stderr)\n"
    )
    profile = a_profile(store="command", key_command=(*a_script(tmp_path, code), "$(touch x)", "*"))
    told = command_offer(profile, a_machine(tmp_path, {"GPG_TTY": "/dev/tty"}))
    assert told.why == ""
    assert told.pair is not None


def test_a_command_that_hangs_is_killed_with_all_it_started(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    code = f"from tests.keys.rings import hang; from pathlib import Path; hang(Path({str(lock)!r}))"
    here = structs.replace(
        a_machine(tmp_path, {"PYTHONPATH": str(ROOT)}), command_limit_s=10.0, clock=Impatient(lock, 2)
    )
    assert said(tmp_path, code, here) == "Stopped: it did not answer in 10 s."
    assert is_free(lock)


def test_a_command_that_may_not_be_killed_is_left_alone_in_time(tmp_path: Path) -> None:
    """A command through `sudo` is another user's: the system refuses the signal."""
    started, left = tmp_path / "started", list[subprocess.Popen[bytes]]()

    def may_not(process: subprocess.Popen[bytes]) -> None:
        left.append(process)
        raise PermissionError(1, "Operation not permitted")

    code = f"import time; print('it runs', file=open({str(started)!r}, 'w'), flush=True); time.sleep(20)"
    here = structs.replace(
        a_machine(tmp_path), command_limit_s=10.0, clock=Impatient(started, 2), kill=may_not
    )
    try:
        why = said(tmp_path, code, here)
        assert why == "Left alone: it did not answer in 10 s, and it may not be ended from here."
        assert left[0].poll() is None
    finally:
        for process in left:
            child.kill_group(process)
            process.wait()


def test_a_command_that_never_stops_talking_is_killed(tmp_path: Path) -> None:
    assert said(tmp_path, "while True: print('y' * 4096)") == "Stopped: it said far more than a key."


def test_a_command_that_fails_is_told_without_its_output(tmp_path: Path) -> None:
    code = f"print({a_secret()!r}); raise SystemExit(7)"
    assert said(tmp_path, code) == "It failed with exit code 7."


def test_a_command_that_prints_no_pair_is_told_without_its_output(tmp_path: Path) -> None:
    why = said(tmp_path, f"print({a_secret()!r})")
    assert why.startswith("It holds no pair")
    assert a_secret()[:6] not in why


@pytest.mark.parametrize("words", [("/nowhere/pass",), ("nul\0l",)])
def test_a_command_that_is_not_there_is_told(tmp_path: Path, words: tuple[str, ...]) -> None:
    told = command_offer(a_profile(store="command", key_command=words), a_machine(tmp_path))
    assert told.why.startswith("It cannot be started: ")


# --- systemd ------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", [0o400, 0o440, 0o600, 0o640])
def test_a_credential_is_read_as_systemd_makes_it(tmp_path: Path, mode: int) -> None:
    told = systemd_offer(a_profile(), a_machine(tmp_path, a_credential(tmp_path, 1, mode)))
    assert told.pair is not None


@pytest.mark.parametrize("mode", [0o404, 0o444, 0o460, 0o602])
def test_a_credential_that_others_may_use_is_refused(tmp_path: Path, mode: int) -> None:
    told = systemd_offer(a_profile(), a_machine(tmp_path, a_credential(tmp_path, 1, mode)))
    assert told.pair is None
    assert "Others may" in told.why


def test_without_systemd_there_is_nothing(tmp_path: Path) -> None:
    told = systemd_offer(a_profile(), a_machine(tmp_path))
    assert (told.pair, told.why) == (None, "")
