"""`krakentui` that reaches nobody and notes whom it looks for: `python -m tests.support.lookups FILE WORDS`.

It hears what the interpreter itself does, whichever library asks: every look-up of a name fails, and no
connection to anywhere but this machine is opened.
"""

import ipaddress
import socket
import sys
from collections.abc import Callable
from pathlib import Path


def watch(note: Callable[[str], None]) -> None:
    """Note and refuse every look-up, and every connection that would leave this machine."""

    def hear(event: str, told: tuple[object, ...]) -> None:
        if event in {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"}:
            host = told[0]
            note(host.decode() if isinstance(host, bytes) else str(host))
            raise socket.gaierror(socket.EAI_NONAME, "no look-ups here")
        if event in {"socket.connect", "socket.sendto"} and isinstance(told[1], tuple):
            address = str(told[1][0])
            if not ipaddress.ip_address(address).is_loopback:
                note(address)
                raise OSError(101, "Network is unreachable")

    sys.addaudithook(hear)


def main(file: Path, words: list[str]) -> int:
    """Run as `krakentui` does."""
    seen = file.open("a", buffering=1)
    watch(lambda host: print(host, file=seen))
    from krakentui.__main__ import main as run  # noqa: PLC0415 - under watch from the first import on

    return run(words)


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1]), sys.argv[2:]))
