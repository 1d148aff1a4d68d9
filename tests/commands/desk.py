"""A home with its own settings, keyring, exchange and terminal, for the commands about keys."""

from pathlib import Path

import pytest
from msgspec import structs

from krakentui.commands import doctor, keys, keys_add
from krakentui.commands.parser import parse
from krakentui.keys import profile_list
from krakentui.keys.offer import Machine
from krakentui.keys.profile import Profiles
from krakentui.keys.sources import find
from krakentui.model.clock import SystemClock
from tests.support.exchange import PERMISSIONS, key_info, ok
from tests.support.keys import a_key, a_secret
from tests.support.tty import Typist
from tests.support.wire import MemoryDoor

ROOT = Path(__file__).parents[2]


class TellingTime(MemoryDoor):
    """Answers by script, but with its own clock, which may be off."""

    def __init__(self) -> None:
        super().__init__(SystemClock())
        self.off_s = 0

    async def _answer(self, endpoint: str) -> tuple[int, bytes]:
        if endpoint == "Time" and endpoint not in self.always:
            now_s = SystemClock().now_ns() // 10**9 + self.off_s
            return 200, ok({"unixtime": now_s, "rfc1123": ""}).encode()
        return await super()._answer(endpoint)


class Desk:
    """A home with its own settings, keyring and exchange."""

    def __init__(self, home: Path, capture: pytest.CaptureFixture[str]) -> None:
        self.home = home
        self.capture = capture
        (home / "config.toml").touch()
        self.environ = {
            "KRAKENTUI_STATE_DIR": str(home / "state"),
            "KRAKENTUI_CONFIG": str(home / "config.toml"),
            "PYTHON_KEYRING_BACKEND": "tests.keys.rings.Good",
            "PYTHONPATH": str(ROOT),
            "RING_FILE": str(home / "ring"),
        }
        self.door = TellingTime()
        self.door.answer_always("GetApiKeyInfo", key_info(*PERMISSIONS))
        self.machine = Machine(
            environ=self.environ, folder=home / "keys", clock=SystemClock(), ring_limit_s=60
        )

    @property
    def profiles(self) -> Profiles:
        return profile_list.read(self.home / "profiles.toml")

    def add(self, line: str, *answers: str) -> tuple[int, str]:
        """Add a key at a terminal; give exit code and everything that was shown."""
        with Typist(*answers) as typist:
            here = structs.replace(self.machine, terminal=typist.terminal if answers else None)
            code = keys_add.run(parse(["keys", "add", *line.split()]), self.environ, here, self.door)
        assert typist.left == 0, typist.shown
        return code, typist.shown + self.capture.readouterr().out

    def run(self, line: str) -> tuple[int, str]:
        """Run another act without a terminal."""
        code = keys.run(parse(["keys", *line.split()]), self.environ, self.door, self.machine)
        return code, self.capture.readouterr().out

    def doctor(self, line: str = "") -> tuple[int, list[str]]:
        """Let the doctor look; what stands under each title, without it."""
        code = doctor.run(parse(["doctor", *line.split()]), self.environ, self.door, self.machine)
        return code, self.capture.readouterr().out.splitlines()

    def key_of(self, name: str) -> str:
        return find(self.profiles.named(name), self.machine).credentials.key

    def files(self) -> bytes:
        """Everything that is on disk but for the stores of keys."""
        kept = {self.home / "ring", *(self.home / "keys").glob("*")}
        return b"".join(
            file.read_bytes() for file in self.home.rglob("*") if file.is_file() and file not in kept
        )


def holds_secrets(text: str | bytes, seed: int = 1) -> bool:
    data = text.encode() if isinstance(text, str) else text
    parts = (a_key(seed).encode(), a_secret(seed).encode())
    return any(part[at : at + 12] in data for part in parts for at in range(0, len(part) - 12, 4))
