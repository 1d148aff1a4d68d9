"""A real keyring over a real D-Bus session: the secret service as gnome-keyring keeps it (F40)."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec import structs

from krakentui.keys import ring
from krakentui.keys.offer import Machine
from krakentui.keys.sources import find
from krakentui.model.error import KeyProblem
from tests.support.bus import gnome_keyring, session_bus
from tests.support.keys import a_key, a_machine, a_pair, a_profile, a_secret

KEPT = a_profile(store="keyring")


@pytest.fixture
def bus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    with session_bus(tmp_path_factory.mktemp("bus")) as environ:
        yield environ


def machine(folder: Path, environ: dict[str, str]) -> Machine:
    return structs.replace(a_machine(folder), environ=environ)


def test_a_key_is_kept_by_the_secret_service(bus: dict[str, str], tmp_path: Path) -> None:
    here = machine(tmp_path, bus)
    with gnome_keyring(bus):
        offered = ring.look(here)
        assert (offered.where, offered.why) == ("the OS keyring (SecretService.Keyring)", "")
        assert ring.keep("main", a_pair(), here) == "the OS keyring (SecretService.Keyring)"
        found = find(KEPT, here)
        assert (found.credentials.key, found.credentials.secret.reveal()) == (a_key(), a_secret())
        assert found.notes == ()
    with gnome_keyring(bus):  # it is on disk, and opens with the login password
        assert find(KEPT, here).credentials.key == a_key()
        assert (ring.forget("main", here), ring.forget("main", here)) == (True, False)
        with pytest.raises(KeyProblem, match=r"\(SecretService\.Keyring\) has nothing"):
            find(KEPT, here)
    kept = b"".join(file.read_bytes() for file in Path(bus["XDG_DATA_HOME"]).rglob("*") if file.is_file())
    assert a_secret().encode()[:12] not in kept


def test_a_locked_keyring_without_anybody_to_unlock_it_is_given_up(
    bus: dict[str, str], tmp_path: Path
) -> None:
    here = machine(tmp_path, bus)
    with gnome_keyring(bus):
        ring.keep("main", a_pair(), here)
    with gnome_keyring(bus, unlocked=False):
        found = ring.offer(KEPT, structs.replace(here, ring_limit_s=3.0))
    assert found.pair is None
    assert found.why.startswith(
        ("It did not answer in 3 s: it may be locked", "It is locked", "It could not be")
    )


def test_without_a_session_bus_there_is_no_keyring(bus: dict[str, str], tmp_path: Path) -> None:
    nowhere = bus | {"DBUS_SESSION_BUS_ADDRESS": f"unix:path={tmp_path}/nowhere"}
    assert ring.look(machine(tmp_path, nowhere)).why == "There is no keyring on this machine."
