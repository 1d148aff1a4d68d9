"""A program asked for one answer: no terminal, no shell, little time, little output.

The password manager and the keyring run so, because either may wait for somebody for ever. The child
leads a process group of its own, without a terminal, and the whole group is killed when time is up or
it says too much; one that may not be killed (`sudo`: it is another user's) is left alone.
"""

import contextlib
import os
import selectors
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence

from msgspec import Struct

from krakentui.keys.environment import SECRET_NAMES
from krakentui.model.clock import SECOND, Clock

MOST_BYTES = 64 * 1024
_SLICE_S = 0.05
"""How often the clock is looked at while waiting."""
_DIES_S = 1.0
"""A process that was killed is gone within so long, however busy the machine."""
_KEPT_BACK = frozenset({"GPG_TTY", "SSH_TTY", "TTY", *SECRET_NAMES})
"""Would let a child of ours find the terminal that it is kept from, or a key that is not its business."""


class Said(Struct, frozen=True):
    """What a child answered."""

    code: int | None
    """Its exit code; None = it was killed."""
    out: bytes = b""
    why: str = ""
    """Why there is no answer, as a clause; empty where it ended by itself."""
    is_left: bool = False
    """It could not be ended, and goes on."""

    def __repr__(self) -> str:
        """Show no output: it may be a secret."""
        return f"Said({self.code}, {self.why!r})"

    def __rich_repr__(self) -> list[tuple[str, object]]:
        """Show no more in a pretty-printed traceback."""
        return [("code", self.code), ("why", self.why)]


def kill_group(process: subprocess.Popen[bytes]) -> None:
    """Kill a process and all that it started.

    Raises:
        PermissionError: it belongs to another user.
    """
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def ask(
    words: Sequence[str],
    limit_s: float,
    clock: Clock,
    environ: Mapping[str, str],
    kill: Callable[[subprocess.Popen[bytes]], None],
    given: bytes = b"",
) -> Said:
    """Run a program, hand it `given` on its input, and take what it says.

    Raises:
        OSError: it cannot be started.
    """
    process = subprocess.Popen(  # noqa: S603 - a list of words, without a shell
        [*words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        env=bare_environment(environ),
    )
    try:
        why, out = _talk(process, limit_s, clock, given)
    finally:
        is_gone = _end(process, kill)
    if not why:
        return Said(process.returncode, out)
    return Said(None, b"", why if is_gone else f"{why}, and it may not be ended from here", not is_gone)


def bare_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """Give a child all of the environment but what names a terminal or holds a key."""
    return {name: value for name, value in environ.items() if name not in _KEPT_BACK}


def _end(process: subprocess.Popen[bytes], kill: Callable[[subprocess.Popen[bytes]], None]) -> bool:
    """Kill it and all that it started, unless it ended by itself; tell whether it is gone."""
    if process.returncode is None:
        with contextlib.suppress(PermissionError):
            kill(process)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_DIES_S)
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with contextlib.suppress(OSError):
                pipe.close()
    return process.returncode is not None


def _talk(process: subprocess.Popen[bytes], limit_s: float, clock: Clock, given: bytes) -> tuple[str, bytes]:
    """Write and read until it ends; tell why it has to be stopped, empty where it does not."""
    if process.stdin is None or process.stdout is None:
        raise RuntimeError("a child is talked to through pipes")
    deadline_ns = clock.mono_ns() + int(limit_s * SECOND)
    with contextlib.suppress(BrokenPipeError):
        process.stdin.write(given)  # far less than a pipe holds: it never waits
        process.stdin.close()
    out = bytearray()
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while True:
            if clock.mono_ns() >= deadline_ns:
                return f"it did not answer in {limit_s:g} s", b""
            if not selector.select(_SLICE_S):
                continue
            chunk = os.read(process.stdout.fileno(), 65536)
            if not chunk:
                break
            out += chunk
            if len(out) > MOST_BYTES:
                return "it said far more than a key", b""
    while True:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_SLICE_S)
            return "", bytes(out)
        if clock.mono_ns() >= deadline_ns:
            return f"it did not end in {limit_s:g} s", b""
