"""The keyring: only one that keeps secrets, named, read back, and never waited for (F40)."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from msgspec import structs

from krakentui.keys import ring
from krakentui.keys.offer import Machine, Offer
from krakentui.model.error import KeyProblem
from tests.support.keys import Impatient, a_machine, a_pair, a_profile, is_free

ROOT = Path(__file__).parents[2]
KEPT = a_profile(store="keyring")


def machine(folder: Path, backend: str, **more: str) -> Machine:
    name = backend if "." in backend else f"tests.keys.rings.{backend}"
    return a_machine(
        folder,
        {
            "PYTHON_KEYRING_BACKEND": name,
            "PYTHONPATH": str(ROOT),
            "RING_FILE": str(folder / "ring"),
            **more,
        },
    )


def test_a_pair_is_stored_read_back_found_and_removed(tmp_path: Path) -> None:
    here = machine(tmp_path, "Good")
    assert ring.keep("main", a_pair(), here) == "the OS keyring (rings.Good)"
    found = ring.offer(KEPT, here)
    assert found.pair is not None
    assert (found.pair.key, found.pair.secret.reveal()) == (a_pair().key, a_pair().secret.reveal())
    assert (ring.forget("main", here), ring.forget("main", here)) == (True, False)
    assert ring.offer(KEPT, here) == Offer(store="keyring", where="the OS keyring (rings.Good)")


def test_a_profile_that_is_kept_elsewhere_disturbs_no_keyring(tmp_path: Path) -> None:
    here = machine(tmp_path, "Hanging")
    assert ring.offer(a_profile(store="file"), here).why == ""
    assert not (tmp_path / "ring").exists()


@pytest.mark.parametrize(
    ("backend", "why"),
    [
        ("keyring.backends.fail.Keyring", "There is no keyring on this machine."),
        ("keyring.backends.null.Keyring", "The keyring null.Keyring stores nothing."),
        ("PlaintextKeyring", "The keyring rings.PlaintextKeyring would keep the key in plain text."),
        ("Base64Keyring", "The keyring rings.Base64Keyring would keep the key in plain text."),
        ("Weak", "The keyring rings.Weak is not recommended (priority 0.5)."),
        ("Unusable", "The keyring rings.Unusable does not work here (RuntimeError)."),
        ("tests.keys.nothing.Keyring", "The keyring cannot be opened (ModuleNotFoundError)."),
    ],
)
def test_a_keyring_that_keeps_no_secret_is_refused_with_the_reason(
    tmp_path: Path, backend: str, why: str
) -> None:
    here = machine(tmp_path, backend)
    assert ring.look(here).why == why
    assert ring.find(KEPT.name, here).why == why
    with pytest.raises(KeyProblem, match="did not store the key"):
        ring.keep("main", a_pair(), here)
    assert not (tmp_path / "ring").exists()


@pytest.mark.parametrize(
    ("backend", "why"),
    [
        ("Locked", "It is locked and was not unlocked."),
        ("Unopened", "It could not be opened: unlock it, or log in to the desktop first."),
        ("Crashing", "It broke off (exit code 3)."),
        ("Babbling", "It said far more than a key: it may be locked"),
        ("Asking", "It failed (OSError)."),
    ],
)
def test_a_keyring_that_cannot_answer_is_told(tmp_path: Path, backend: str, why: str) -> None:
    found = ring.offer(KEPT, machine(tmp_path, backend))
    assert found.pair is None
    assert found.why.startswith(why)


@pytest.mark.parametrize("backend", ["Forgetful", "Twisting"])
def test_a_keyring_that_lies_is_found_out(tmp_path: Path, backend: str) -> None:
    with pytest.raises(KeyProblem, match=r"did not store the key\. It did not give back what was stored\."):
        ring.keep("main", a_pair(), machine(tmp_path, backend))


def test_a_keyring_that_hangs_is_killed_with_all_it_started(tmp_path: Path) -> None:
    lock = tmp_path / "ring"
    here = structs.replace(machine(tmp_path, "Hanging"), ring_limit_s=3.0, clock=Impatient(lock, 2))
    found = ring.offer(KEPT, here)
    assert found.why == "It did not answer in 3 s: it may be locked, waiting for somebody to unlock it."
    assert is_free(lock)


def test_a_keyring_that_quotes_the_secret_is_not_quoted(tmp_path: Path) -> None:
    with pytest.raises(KeyProblem) as caught:
        ring.keep("main", a_pair(), machine(tmp_path, "Talkative"))
    assert a_pair().secret.reveal()[:8] not in str(caught.value)


def test_the_patience_with_a_keyring_is_three_seconds() -> None:
    assert a_machine(Path("/")).ring_limit_s == 60  # for busy machines, in tests only
    fields = {field.name: field.default for field in structs.fields(Machine)}
    assert (fields["ring_limit_s"], fields["command_limit_s"]) == (3.0, 10.0)


def chain(folder: Path, *backends: str) -> Machine:
    return machine(folder, "ChainerBackend", RING_CHAIN=" ".join(backends))


def test_behind_a_chain_the_concrete_keyring_is_taken(tmp_path: Path) -> None:
    here = chain(tmp_path, "Weak", "PlaintextKeyring", "Good")
    assert ring.look(here).where == "the OS keyring (rings.Good)"
    assert ring.keep("main", a_pair(), here) == "the OS keyring (rings.Good)"


@pytest.mark.parametrize(
    ("inner", "why"),
    [
        (("PlaintextKeyring",), "leads nowhere safe: the keyring rings.PlaintextKeyring would keep"),
        (("Base64Keyring",), "leads nowhere safe: the keyring rings.Base64Keyring would keep"),
        (("Weak", "Unusable"), "rings.Weak is not recommended .* rings.Unusable does not work"),
        ((), "it is empty"),
    ],
)
def test_a_chain_that_leads_to_plain_text_is_refused(
    tmp_path: Path, inner: tuple[str, ...], why: str
) -> None:
    assert re.search(why, ring.look(chain(tmp_path, *inner)).why)


@pytest.mark.parametrize("first", ["IndexTokens", "Deferring"])
def test_one_that_stores_nothing_hides_none_of_those_behind_it(tmp_path: Path, first: str) -> None:
    here = chain(tmp_path, first, "Good")
    assert ring.look(here).where == f"the OS keyring (rings.{first}, rings.Good)"
    assert ring.offer(KEPT, here).where == f"the OS keyring (rings.{first}, rings.Good)"
    assert ring.keep("main", a_pair(), here) == "the OS keyring (rings.Good)"
    found = ring.offer(KEPT, here)
    assert found.pair is not None
    assert (found.pair.key, found.where) == (a_pair().key, "the OS keyring (rings.Good)")
    assert (ring.forget("main", here), ring.forget("main", here)) == (True, False)


def test_one_that_cannot_answer_is_not_passed_over_for_another(tmp_path: Path) -> None:
    """What the next one holds may be a leftover: another key than the one that was stored."""
    ring.keep("main", a_pair(), machine(tmp_path, "Good"))
    found = ring.offer(KEPT, chain(tmp_path, "Locked", "Good"))
    assert (found.pair, found.why) == (None, "It is locked and was not unlocked.")


def test_a_chain_that_only_reads_stores_and_removes_nothing(tmp_path: Path) -> None:
    here = chain(tmp_path, "ReadOnly", "IndexTokens")
    with pytest.raises(KeyProblem, match=r"did not store the key\. It only reads\."):
        ring.keep("main", a_pair(), here)
    ring.keep("main", a_pair(), machine(tmp_path, "Good"))
    with pytest.raises(KeyProblem, match=r"rings\.ReadOnly\) did not remove the key\. It only reads\."):
        ring.forget("main", here)


def test_what_is_stored_is_asked_for_as_a_run_would(tmp_path: Path) -> None:
    """An entry of the same name in one that comes first would be taken for it."""
    with pytest.raises(KeyProblem, match="did not give back what was stored"):
        ring.keep("main", a_pair(), chain(tmp_path, "Former", "Good"), instead=True)
    assert ring.offer(KEPT, machine(tmp_path, "Good")).pair is None


def test_the_monitor_loads_no_keyring_and_no_cipher() -> None:
    code = (
        "import json, sys; from krakentui.commands import choose, live; from krakentui.keys import sources\n"
        "print(json.dumps(sorted({name.partition('.')[0] for name in sys.modules})))"
    )
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert not {*json.loads(done.stdout)} & {"keyring", "secretstorage", "jeepney", "cryptography", "jaraco"}
