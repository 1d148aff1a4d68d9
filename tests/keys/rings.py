"""Keyrings that are fine, that lie, hang, crash or give secrets away: chosen by PYTHON_KEYRING_BACKEND."""

import fcntl
import getpass
import json
import os
import sys
import time
from pathlib import Path

from keyring.backend import KeyringBackend
from keyring.errors import InitError, KeyringLocked


def hang(file: Path) -> None:
    """Wait for ever in two processes, both of which hold a lock on the file for as long as they live."""
    held = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(held, fcntl.LOCK_EX)
    os.fork()
    os.write(held, b"x")
    time.sleep(3600)


class Good(KeyringBackend):
    """Keeps what it is given, in the file that RING_FILE names."""

    priority = 5

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # keyring's own

    def get_password(self, service: str, username: str) -> str | None:
        text = self._kept().get(f"{service}/{username}")
        return None if text is None else str(text)

    def set_password(self, service: str, username: str, password: str) -> None:
        self._file().write_text(json.dumps(self._kept() | {f"{service}/{username}": password}))

    def delete_password(self, service: str, username: str) -> None:
        kept = self._kept()
        del kept[f"{service}/{username}"]
        self._file().write_text(json.dumps(kept))

    def _file(self) -> Path:
        return Path(os.environ["RING_FILE"])

    def _kept(self) -> dict[str, object]:
        kept: dict[str, object] = json.loads(self._file().read_text()) if self._file().exists() else {}
        return kept


class Forgetful(Good):
    """Says yes and stores nothing."""

    def set_password(self, service: str, username: str, password: str) -> None:
        return


class Spoiling(Good):
    """While it works, a folder takes the place of the file that RING_SPOILS names."""

    def set_password(self, service: str, username: str, password: str) -> None:
        super().set_password(service, username, password)
        self._spoil()

    def delete_password(self, service: str, username: str) -> None:
        super().delete_password(service, username)
        self._spoil()

    def _spoil(self) -> None:
        place = Path(os.environ["RING_SPOILS"])
        if not place.is_dir():
            place.unlink(missing_ok=True)
            place.mkdir()


class Twisting(Good):
    """Gives back something else."""

    def get_password(self, service: str, username: str) -> str | None:
        kept = super().get_password(service, username)
        return None if kept is None else kept.swapcase()


class Hanging(Good):
    """Waits for ever, as a locked collection without a prompter does, and so does a helper of its own."""

    def get_password(self, service: str, username: str) -> str | None:
        hang(self._file())
        return None


class Stalling(Good):
    """Stores, and then waits for ever before it gives back."""

    def get_password(self, service: str, username: str) -> str | None:
        if super().get_password(service, username) is not None:
            hang(self._file().with_name("stalled"))
        return None


class Locked(Good):
    def get_password(self, service: str, username: str) -> str | None:
        raise KeyringLocked("somebody dismissed the prompt")


class Unopened(Good):
    def get_password(self, service: str, username: str) -> str | None:
        raise InitError("no collection")


class Talkative(Good):
    """Fails and quotes what it was given."""

    def set_password(self, service: str, username: str, password: str) -> None:
        sys.stdout.write(password)
        raise RuntimeError(f"cannot store {password}")


class Crashing(Good):
    def get_password(self, service: str, username: str) -> str | None:
        os._exit(3)


class Babbling(Good):
    """Says far more than a key."""

    def get_password(self, service: str, username: str) -> str | None:
        return "x" * 1_000_000


class Asking(Good):
    """Asks for a passphrase at the terminal, as keyrings.cryptfile does."""

    def get_password(self, service: str, username: str) -> str | None:
        with open("/dev/tty"):  # noqa: PTH123 - as getpass does
            return getpass.getpass("Passphrase: ")


class PlaintextKeyring(Good):
    """As recommended as the others, but for its name."""


class Base64Keyring(PlaintextKeyring):
    """The same under another name."""


class IndexTokens(Good):
    """As those of package indexes: comes first, knows its own hosts only, leaves the rest to the next."""

    priority = 9.9  # type: ignore[assignment]  # keyring's own backends do so

    def get_password(self, service: str, username: str) -> str | None:
        return None

    def set_password(self, service: str, username: str, password: str) -> None:
        raise NotImplementedError

    def delete_password(self, service: str, username: str) -> None:
        raise NotImplementedError


class Former(IndexTokens):
    """Has an entry from long ago."""

    def get_password(self, service: str, username: str) -> str | None:
        return "another key"


class ReadOnly(IndexTokens):
    """Has what the others have, and gives it only."""

    def get_password(self, service: str, username: str) -> str | None:
        return Good.get_password(self, service, username)


class Deferring(IndexTokens):
    """Does not even read."""

    def get_password(self, service: str, username: str) -> str | None:
        raise NotImplementedError


class Weak(Good):
    priority = 0.5  # type: ignore[assignment]  # keyring's own backends do so


class Unusable(Good):
    @property
    def priority(self) -> float:  # type: ignore[override]
        raise RuntimeError("no session bus")


class ChainerBackend(Good):
    """As keyring's own: the first of several that has it."""

    priority = 10

    @property
    def backends(self) -> list[KeyringBackend]:
        """Give those that RING_CHAIN names, in its order."""
        return [globals()[name]() for name in os.environ["RING_CHAIN"].split()]
