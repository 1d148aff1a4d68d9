"""What every command runs under: no core dumps, no tracebacks, no secret on the command line.

Whatever goes wrong ends as one sentence on stderr; the details go to the log, without the values of
local variables, because those may be secrets.
"""

import asyncio
import contextlib
import logging
import os
import resource
import signal
import sys
import threading
import traceback
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

from krakentui.model.error import KrakentuiError, UsageError
from krakentui.model.redact import looks_secret, redact, without_random
from krakentui.model.text import clean

BROKEN_PIPE = 141
INTERRUPTED = 130
_LOG = logging.getLogger("krakentui.crash")


def harden() -> None:
    """Forbid core dumps and replace every hook that would print a traceback."""
    _, hard = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (0, hard))
    logging.getLogger().addHandler(logging.NullHandler())  # until a log is open, logging prints on stderr
    sys.excepthook = _on_exception
    sys.unraisablehook = _on_unraisable
    threading.excepthook = _on_thread


def refuse_secrets(words: Sequence[str]) -> None:
    """Pass if nothing on the command line looks like a secret; other users can read it there.

    Raises:
        UsageError: something does. The sentence does not repeat it.
    """
    for word in words:
        if looks_secret(word) and not _is_path(word):
            raise UsageError(
                "Something on the command line looks like an API key or its secret, which other users can "
                "read there. `krakentui keys add` asks for it without showing it; replace this key."
            )


def watch_loop(loop: asyncio.AbstractEventLoop) -> None:
    """Send what the event loop would print to the log instead."""
    loop.set_exception_handler(_on_loop)


def ending(error: BaseException) -> int:
    """Say in one sentence why a command ends, and give its exit code."""
    cause = root_of(error)
    match cause:
        case KeyboardInterrupt() | asyncio.CancelledError():
            return INTERRUPTED
        case BrokenPipeError():
            silence(sys.stdout)
            return BROKEN_PIPE
        case UsageError():
            say(str(cause))
            return 2
        case KrakentuiError():
            say(str(cause))
            return 1
        case _:
            say(crash_sentence(error))
            return 1


def root_of(error: BaseException) -> BaseException:
    """Tell what a group of exceptions is about: what we have a sentence for, else its first leaf."""
    leaves = [*_leaves(error)]
    for kind in (KrakentuiError, BrokenPipeError, KeyboardInterrupt):
        for leaf in leaves:
            if isinstance(leaf, kind):
                return leaf
    return leaves[0]


def say(sentence: str) -> None:
    """Write one sentence to stderr, harmless whatever it quotes."""
    with contextlib.suppress(OSError):
        print(f"krakentui: {clean(without_random(sentence), 600)}", file=sys.stderr, flush=True)


def crash_sentence(error: BaseException) -> str:
    """Log an unexpected error without locals and say where the details are."""
    cause = root_of(error)
    file = _log_path()
    _LOG.error("%s", _trace(error))
    where = f"the details are in {file}" if file else "there is no log to look into"
    return f"Stopped by an error of its own ({type(cause).__name__}); {where}."


def close_streams() -> None:
    """Write out what is left for stdout and stderr; where nobody reads any more, let it go nowhere.

    The interpreter's own last flush would fail there and end the program with 120.
    """
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except (OSError, ValueError):
            silence(stream)


def heed_no_signal() -> None:
    """Let the exit code stand: a signal while the interpreter takes itself down would change it."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)


def silence(stream: TextIO) -> None:
    """Let what is still written to a stream go nowhere: its reader is gone."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


def _leaves(error: BaseException) -> Sequence[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        return [leaf for inner in error.exceptions for leaf in _leaves(inner)]
    return [error]


def _trace(error: BaseException) -> str:
    return redact("".join(traceback.format_exception(error)))


def _is_path(word: str) -> bool:
    """Tell a long path from a key that happens to begin with a slash."""
    folder = Path(word.partition("=")[2] if word.startswith("--") else word).parent
    return folder != Path("/") and folder != Path() and folder.is_dir()


def _log_path() -> Path | None:
    from krakentui import log  # noqa: PLC0415 - only a crash needs it

    if log.current() is None:
        from krakentui import settings  # noqa: PLC0415 - as above

        with contextlib.suppress(UsageError):
            log.start(settings.state_folder() / log.FILE_NAME)
    return log.current()


def _on_exception(_: type[BaseException], error: BaseException, __: TracebackType | None) -> None:
    ending(error)


def _on_unraisable(unraisable: "sys.UnraisableHookArgs") -> None:
    if unraisable.exc_value is not None and not isinstance(unraisable.exc_value, BrokenPipeError):
        _LOG.error("While cleaning up: %s", _trace(unraisable.exc_value))


def _on_thread(failed: threading.ExceptHookArgs) -> None:
    if failed.exc_value is not None:
        _LOG.error("In a thread: %s", _trace(failed.exc_value))


def _on_loop(_: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    error = context.get("exception")
    details = _trace(error) if isinstance(error, BaseException) else ""
    _LOG.error("In the event loop: %s %s", context.get("message"), details)
