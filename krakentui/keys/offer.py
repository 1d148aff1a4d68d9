"""What a source of keys offers, and what it may use of this machine to find out."""

import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

from msgspec import Struct

from krakentui.keys.child import kill_group
from krakentui.keys.pair import Pair
from krakentui.keys.profile import Store
from krakentui.keys.prompt import Terminal
from krakentui.model.clock import Clock
from krakentui.model.error import KeyProblem
from krakentui.model.secret import Secret


class Machine(Struct, frozen=True, kw_only=True):
    """What a source may use of this machine."""

    environ: Mapping[str, str]
    folder: Path
    """Where files with keys lie."""
    clock: Clock
    terminal: Terminal | None = None
    """Somebody who can be asked; None = nobody."""
    asks: bool = True
    """Whether the user may be asked now; a look at the sources leaves what asks alone."""
    ring_hung: bool = False
    """The keyring has not answered before: it is not asked again."""
    ring_limit_s: float = 3.0
    """For so long the keyring may think (fault table, thresholds)."""
    command_limit_s: float = 10.0
    """For so long a key command may run (fault table, 5.3)."""
    kill: Callable[[subprocess.Popen[bytes]], None] = kill_group
    """How a child is ended that takes too long; it may be another user's (`sudo`), and then it is not."""


class WouldAsk(KeyProblem):
    """The key can be had, but not without asking somebody, who is not asked now."""


class Offer(Struct, frozen=True, kw_only=True):
    """What one source has for one profile."""

    store: Store
    where: str
    """The source as the user knows it: `the OS keyring (SecretService)`."""
    pair: Pair | None = None
    why: str = ""
    """Why there is no pair, as a sentence; empty where there simply is none."""
    asks: bool = False
    """There is something that somebody would be asked about: a passphrase, or the key itself."""
    denied: bool = False
    """Somebody was asked and did not open it."""
    spoiled: bool = False
    """There is something, but it is no pair."""
    hung: bool = False
    """It did not answer in its time."""
    passphrase: Secret | None = None
    """With what it was opened, so that no log ever shows it."""
