"""The terminal as a source: hidden, restored, and in one paste if need be."""

import contextlib
import os
import signal
import subprocess
import sys
import termios
from pathlib import Path

import pytest

from krakentui.keys import key_file, sealed, typed
from krakentui.keys.private_file import write_private
from krakentui.keys.prompt import Terminal
from krakentui.keys.sources import find
from krakentui.model.error import KeyProblem
from krakentui.model.secret import Secret
from tests.support.keys import a_key, a_machine, a_pair, a_profile, a_secret
from tests.support.tty import Typist

WORDS = Secret("correct horse battery")
AGAIN_AND_AGAIN = (0.05, 0.05)
"""A signal in the moment before a read begins interrupts nothing: the next one does."""


def test_what_is_hidden_is_not_shown_and_its_length_is() -> None:
    with Typist("tippe-tappe") as typist:
        secret = typist.terminal.ask_hidden("Private key: ")
    assert secret.reveal() == "tippe-tappe"
    assert typist.echo == [False]
    assert typist.echoes_again
    assert "tappe" not in typist.shown
    assert "(11 characters)" in typist.shown


def test_a_plain_question_shows_its_answer() -> None:
    with Typist(" main ") as typist:
        assert typist.terminal.ask("Name: ") == "main"
    assert typist.echo == [True]


def test_key_and_secret_pasted_at_once_answer_both_questions() -> None:
    with Typist(f"\x1b[200~{a_key()}\n{a_secret()}\x1b[201~") as typist:
        pair = typed.ask_pair(typist.terminal)
    assert (pair.key, pair.secret.reveal()) == (a_key(), a_secret())
    assert not any(part[:8] in typist.shown for part in (a_key(), a_secret()))


def test_lines_pasted_beyond_key_and_secret_answer_no_question() -> None:
    with Typist(f"{a_key()}\n{a_secret()}\nyes\n3", "no") as typist:
        assert typist.terminal.ask_hidden("API key: ").reveal() == a_key()
        assert typist.terminal.ask_hidden("Private key, pasted with it ").reveal() == a_secret()
        assert typist.terminal.ask("Store it all the same? ") == "no"
    assert typist.left == 0


def test_lines_that_were_read_ahead_answer_no_question() -> None:
    """A terminal that hands out several lines at once: without its line discipline."""
    with Typist(f"{a_key()}\nyes\nyes", "no") as typist:
        typist.hand_out_all_at_once()
        assert typist.terminal.ask_hidden("API key: ").reveal() == a_key()
        assert typist.terminal.ask("Store it all the same? ") == "no"
    assert typist.left == 0


def test_a_swapped_pair_is_put_right_and_said() -> None:
    with Typist(a_secret(), a_key()) as typist:
        pair = typed.ask_pair(typist.terminal, "main")
    assert (pair.key, pair.notes) == (a_key(), ())
    assert "key and secret were swapped and have been put right" in typist.shown
    assert "API key of main: " in typist.shown


def test_a_paste_that_went_wrong_is_asked_for_again() -> None:
    with Typist(a_key()[:-1], a_secret(), a_key(), a_secret()) as typist:
        assert typed.ask_pair(typist.terminal).key == a_key()
    assert "not base64 (55 characters; one has 56)" in typist.shown


def test_three_wrong_pastes_are_enough() -> None:
    with Typist(*["no", "way"] * 3) as typist, pytest.raises(KeyProblem):
        typed.ask_pair(typist.terminal)
    assert typist.left == 0


def test_end_of_input_stores_nothing() -> None:
    with Typist("\x04") as typist, pytest.raises(KeyProblem, match="Nothing was answered"):
        typist.terminal.ask_hidden("Private key: ")
    assert typist.echoes_again


def test_ctrl_c_gives_the_echo_back() -> None:
    master, slave = os.openpty()
    terminal = Terminal(slave)

    def interrupt(*_: object) -> None:
        signal.setitimer(signal.ITIMER_REAL, 0)
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, *AGAIN_AND_AGAIN)
    try:
        with pytest.raises(KeyboardInterrupt):
            terminal.ask_hidden("Private key: ")
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert termios.tcgetattr(slave)[3] & termios.ECHO
    terminal.close()
    os.close(master)


def test_questions_carry_no_control_sequences() -> None:
    with Typist("x") as typist:
        typist.terminal.ask("A\x1b]52;c;aGk=\x07: ")
    assert "\x1b]52" not in typist.shown


def test_no_terminal_is_none(tmp_path: Path) -> None:
    assert Terminal.open(str(tmp_path / "tty")) is None
    (tmp_path / "file").touch()
    assert Terminal.open(str(tmp_path / "file")) is None


def test_a_passphrase_may_be_mistyped_twice(tmp_path: Path) -> None:
    sealed.keep("main", a_pair(), WORDS, a_machine(tmp_path), 2**4)
    with Typist("wrong one", "wrong two", "correct horse battery") as typist:
        found = find(a_profile(store="encrypted"), a_machine(tmp_path, terminal=typist.terminal))
    assert found.credentials.key == a_key()
    assert found.passphrase is not None
    assert typist.shown.count("The passphrase does not open it.") == 2
    assert "horse" not in typist.shown


def test_a_third_wrong_passphrase_ends_it(tmp_path: Path) -> None:
    sealed.keep("main", a_pair(), WORDS, a_machine(tmp_path), 2**4)
    with Typist("one", "two", "three") as typist, pytest.raises(KeyProblem, match="does not open it"):
        find(a_profile(store="encrypted"), a_machine(tmp_path, terminal=typist.terminal))


@pytest.mark.parametrize("answers", [("one", "two", "three"), ("one", "\x04"), ("\x04",)])
def test_whoever_fails_the_passphrase_is_given_no_key_from_another_source(
    tmp_path: Path, answers: tuple[str, ...]
) -> None:
    """Not even the same one: he has chosen that a passphrase stands before it."""
    sealed.keep("main", a_pair(), WORDS, a_machine(tmp_path), 2**4)
    key_file.keep("main", a_pair(), a_machine(tmp_path))
    with Typist(*answers) as typist, pytest.raises(KeyProblem) as caught:
        find(a_profile(store="encrypted"), a_machine(tmp_path, terminal=typist.terminal))
    said = str(caught.value)
    assert said.startswith(f"The key main cannot be had. The encrypted file {tmp_path}/keys/main.sealed: ")
    assert "no other source is used in its place. Start again to try once more." in said


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"rubbish", "It is damaged: it is no encrypted key file."),
        (sealed.seal("kept", WORDS, 2**4).replace(b'"v":1', b'"v":2'), "It was written by a newer version."),
        (sealed.seal("kept", WORDS, 2**4), ""),
    ],
    ids=["damaged", "newer", "no pair"],
)
def test_a_file_that_no_passphrase_makes_good_is_not_asked_for_once_more(
    tmp_path: Path, data: bytes, why: str
) -> None:
    profile = a_profile(store="encrypted", fingerprint=a_pair().fingerprint)
    write_private(tmp_path / "keys" / "main.sealed", data)
    with Typist(WORDS.reveal()) as typist, pytest.raises(KeyProblem) as caught:
        find(profile, a_machine(tmp_path, terminal=typist.terminal))
    said = str(caught.value)
    assert why in said
    assert "Start again" not in said
    assert said.endswith("`krakentui keys remove main` and `keys add` store it anew.")
    key_file.keep("main", a_pair(), a_machine(tmp_path))
    with Typist(WORDS.reveal()) as typist:
        found = find(profile, a_machine(tmp_path, terminal=typist.terminal))
    assert (found.credentials.key, why in found.notes[0]) == (a_key(), True)
    assert "main.key" not in said


def test_a_left_encrypted_file_that_nobody_opens_does_not_stand_before_the_file_that_was_chosen(
    tmp_path: Path,
) -> None:
    sealed.keep("main", a_pair(2), WORDS, a_machine(tmp_path), 2**4)
    key_file.keep("main", a_pair(), a_machine(tmp_path))
    with Typist("one", "two", "three") as typist:
        found = find(a_profile(store="file"), a_machine(tmp_path, terminal=typist.terminal))
    assert found.credentials.key == a_key()
    assert "The passphrase does not open it. The key comes from the file" in found.notes[0]


def test_a_key_kept_nowhere_is_asked_for_at_the_start(tmp_path: Path) -> None:
    with Typist(a_key(), a_secret()) as typist:
        found = find(a_profile(store="prompt"), a_machine(tmp_path, terminal=typist.terminal))
    assert (found.credentials.source, found.credentials.name) == ("the prompt", "main")
    assert [*tmp_path.rglob("*")] == []


def test_a_key_kept_nowhere_needs_a_terminal(tmp_path: Path) -> None:
    with pytest.raises(KeyProblem, match="There is no terminal to ask at"):
        find(a_profile(store="prompt"), a_machine(tmp_path))


def test_nothing_is_shown_between_two_hidden_questions() -> None:
    """Whoever types the passphrase again before it is asked for is not put on show."""
    with Typist("wrong", "right") as typist, typist.terminal.hiding():
        typist.terminal.ask_hidden("Passphrase: ")
        assert not typist.shows_what_is_typed()
        typist.terminal.ask_hidden("Passphrase: ")
    assert typist.shows_what_is_typed()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_at_a_hidden_question_leaves_the_terminal_as_it_was(number: signal.Signals) -> None:
    master, slave = os.openpty()
    code = "import sys; from krakentui.keys.prompt import Terminal; Terminal(0).ask_hidden('Private key: ')"
    process = subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-c", code], stdin=slave, stdout=slave, stderr=slave, cwd=Path(__file__).parents[2]
    )
    shown = b""
    while b"Private key: " not in shown:
        shown += os.read(master, 4096)
    assert not termios.tcgetattr(slave)[3] & termios.ECHO
    while process.poll() is None:
        process.send_signal(number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=AGAIN_AND_AGAIN[1])
    assert process.returncode == -number
    assert termios.tcgetattr(slave)[3] & termios.ECHO
    os.close(master)
    os.close(slave)
