"""The exchange that witnesses speak to: `krakentui simulate` as a process of its own."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

FAREWELL_S = 10.0


@contextmanager
def simulated(speed: float) -> Iterator[str]:
    """Run the exchange and give its first line; afterwards it must end well.

    Raises:
        RuntimeError: it did not start, or ended with something else than 0.
    """
    words = [sys.executable, "-m", "krakentui", "simulate", "--seed", "7", "--speed", f"{speed:g}"]
    with subprocess.Popen(  # noqa: S603 - our own words
        words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        try:
            first = process.stdout.readline() if process.stdout else ""
            if not first:
                message = "krakentui simulate did not start"
                raise RuntimeError(message)
            yield first
        finally:
            process.terminate()
            code = process.wait(FAREWELL_S)
    if code != 0:
        message = f"krakentui simulate ended with {code}"
        raise RuntimeError(message)
