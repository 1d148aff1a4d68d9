"""What a witness says: one line a check, and an exit code that is 1 when one failed."""

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

PASSED, FAILED = "ok  ", "FAIL"
PLACE = "WITNESS_EXCHANGE"
"""The environment variable that holds the first line of `krakentui simulate`."""
SPEED = "WITNESS_SPEED"
"""The environment variable that holds how fast the exchange's time runs."""


@dataclass(frozen=True)
class Place:
    """Where the exchange is, and the key that this witness has for itself."""

    rest: str
    sockets: str
    """Websocket base, without the path."""
    key: str
    secret: str


def place(program: str) -> Place:
    """Read where the exchange is and take the key of a program."""
    first = json.loads(os.environ[PLACE])
    key = first["keys"][program]
    return Place(first["rest"], first["ws_public"].removesuffix("/v2"), key["key"], key["secret"])


class Unrefused(Exception):
    """What the exchange should have refused was done."""


class Report:
    """The checks of one witness."""

    def __init__(self, witness: str) -> None:
        self._witness = witness
        self.failed = 0

    @contextmanager
    def check(self, what: str) -> Iterator[None]:
        """Hold what is done inside to be one check: whatever it raises fails it."""
        try:
            yield
        except Exception as error:  # noqa: BLE001 - a stranger may raise anything
            self.failed += 1
            self._say(FAILED, f"{what}: {type(error).__name__} {str(error)[:300]}")
        else:
            self._say(PASSED, what)

    def finds(self, what: str, ask: Callable[[], object]) -> None:
        """Check that a question gives an answer that is not empty."""
        with self.check(what):
            answer = ask()
            assert answer, f"answered {answer!r}"

    def refuses(self, what: str, act: Callable[[], object], name: str) -> None:
        """Check that an act raises the client's error of that name."""
        with self.check(what):
            try:
                act()
            except Exception as error:
                if type(error).__name__ == name:
                    return
                raise
            raise Unrefused(what)

    def end(self) -> int:
        """Give the exit code."""
        return 1 if self.failed else 0

    def _say(self, verdict: str, text: str) -> None:
        sys.stdout.write(f"{verdict} {self._witness}: {' '.join(text.split())}\n")
        sys.stdout.flush()
