"""A key fetched while the screen owns the terminal: by a child that has none, and that is ended in time."""

import asyncio
import sys
from pathlib import Path

import pytest

from krakentui.engine.keyfetch import Fetched, fetch
from krakentui.keys import key_file, ring, sealed
from krakentui.keys.profile import Profile
from krakentui.model.clock import SystemClock
from krakentui.model.error import KeyProblem
from krakentui.model.secret import Secret
from tests.support.keys import a_key, a_machine, a_pair, a_profile, a_secret, is_free

pytestmark = pytest.mark.anyio
ROOT = Path(__file__).parents[2]


def environ(folder: Path, backend: str = "Good") -> dict[str, str]:
    return {
        **a_machine(folder).environ,
        "PYTHON_KEYRING_BACKEND": f"tests.keys.rings.{backend}",
        "PYTHONPATH": str(ROOT),
        "RING_FILE": str(folder / "ring"),
    }


async def fetched(
    folder: Path, profile: Profile, *, backend: str = "Good", canceller: Profile | None = None
) -> Fetched:
    return await fetch(profile, canceller, folder / "keys", SystemClock(), environ(folder, backend))


async def test_a_key_in_a_file_comes_with_its_place(tmp_path: Path) -> None:
    key_file.keep("main", a_pair(), a_machine(tmp_path))
    told = await fetched(tmp_path, a_profile())
    key = told.credentials
    assert (key.key, key.secret.reveal(), key.name) == (a_key(), a_secret(), "main")
    assert key.source == f"the file {tmp_path / 'keys' / 'main.key'}"
    assert told.notes == ()


async def test_a_keyring_and_a_key_command_answer_there(tmp_path: Path) -> None:
    ring.keep("main", a_pair(), a_machine(tmp_path, environ(tmp_path)))
    told = await fetched(tmp_path, a_profile(store="keyring"))
    assert (told.credentials.key, told.credentials.source) == (a_key(), "the OS keyring (rings.Good)")
    script = tmp_path / "say"
    script.write_text(f"print({a_key(2)!r}); print({a_secret(2)!r})")
    command = a_profile(store="command", key_command=(sys.executable, str(script)))
    assert (await fetched(tmp_path, command)).credentials.key == a_key(2)


async def test_the_key_that_cancels_is_fetched_too(tmp_path: Path) -> None:
    for seed, name in enumerate(("main", "cancels"), 1):
        key_file.keep(name, a_pair(seed), a_machine(tmp_path))
    helper = a_profile("cancels")
    told = await fetched(tmp_path, a_profile(cancel_with="cancels"), canceller=helper)
    assert told.canceller is not None
    assert (told.credentials.key, told.canceller.key) == (a_key(1), a_key(2))
    assert told.canceller.name == "cancels"


async def test_one_key_under_two_names_is_refused(tmp_path: Path) -> None:
    for name in ("main", "cancels"):
        key_file.keep(name, a_pair(), a_machine(tmp_path))
    with pytest.raises(KeyProblem, match="main"):
        await fetched(tmp_path, a_profile(cancel_with="cancels"), canceller=a_profile("cancels"))


@pytest.mark.parametrize(
    ("backend", "why"),
    [("Locked", "It is locked and was not unlocked"), ("Crashing", "It broke off"), ("Asking", "It failed")],
)
async def test_a_keyring_that_gives_nothing_is_told(tmp_path: Path, backend: str, why: str) -> None:
    with pytest.raises(KeyProblem) as problem:
        await fetched(tmp_path, a_profile(store="keyring"), backend=backend)
    assert str(problem.value).startswith("The key main cannot be had.")
    assert why in str(problem.value)


@pytest.mark.parametrize("store", ["encrypted", "prompt"])
async def test_what_a_person_is_asked_for_cannot_be_had(tmp_path: Path, store: str) -> None:
    sealed.keep("main", a_pair(), Secret("correct horse battery"), a_machine(tmp_path), 2**4)
    with pytest.raises(KeyProblem, match="There is no terminal to ask"):
        await fetched(tmp_path, a_profile(store=store))  # type: ignore[arg-type]  # a store


async def test_sources_that_disagree_are_told_here_too(tmp_path: Path) -> None:
    here = a_machine(tmp_path, environ(tmp_path))
    ring.keep("main", a_pair(1), here)
    key_file.keep("main", a_pair(2), here)
    told = await fetched(tmp_path, a_profile(store="keyring"))
    assert told.credentials.key == a_key(1)
    (note,) = told.notes
    assert "holds another key" in note
    assert a_pair(2).fingerprint in note


async def test_given_up_it_ends_with_all_it_has_started(tmp_path: Path) -> None:
    held = tmp_path / "held"
    script = tmp_path / "hang"
    script.write_text(
        f"from tests.keys.rings import hang; from pathlib import Path; hang(Path({str(held)!r}))"
    )
    command = a_profile(store="command", key_command=(sys.executable, str(script)))
    async with asyncio.TaskGroup() as group:
        waiting = group.create_task(fetched(tmp_path, command))
        while not (held.exists() and held.stat().st_size == 2):  # noqa: ASYNC110 - of another process
            await asyncio.sleep(0.005)
        waiting.cancel()
    assert is_free(held)


async def test_nothing_of_a_pair_is_shown_by_what_carries_it(tmp_path: Path) -> None:
    key_file.keep("main", a_pair(), a_machine(tmp_path))
    told = await fetched(tmp_path, a_profile())
    assert not any(part[:12] in repr(told) for part in (a_key(), a_secret()))
