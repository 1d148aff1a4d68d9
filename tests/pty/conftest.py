"""A simulated exchange for each file of tests, and monitors on it that share no key's call counter."""

from collections.abc import Callable, Iterator
from itertools import cycle

import pytest

from tests.pty.terminal import Terminal
from tests.pty.venue import Venue

pytest.importorskip("pty", reason="there are no pseudo-terminals here")
KEYS = ("cancel", "full", "other")
Open = Callable[..., Terminal]


@pytest.fixture(scope="module")
def venue(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Venue]:
    venue = Venue(tmp_path_factory.mktemp("home"), "--tier", "pro")
    yield venue
    venue.close()


@pytest.fixture(scope="module")
def turns() -> Iterator[str]:
    """The keys of alice, one after the other: each has a call counter of its own."""
    return cycle(KEYS)


@pytest.fixture
def monitor(venue: Venue, turns: Iterator[str]) -> Iterator[Open]:
    """Open monitors that are closed after the test."""
    opened: list[Terminal] = []

    def open_one(
        *words: str, size: tuple[int, int] = (120, 36), env: dict[str, str] | None = None
    ) -> Terminal:
        terminal = venue.monitor(*words, key=next(turns), env=env, size=size)
        opened.append(terminal)
        terminal.comes_alive()
        return terminal

    yield open_one
    for terminal in opened:
        terminal.__exit__(None, None, None)
