"""`krakentui` with every logger at its loudest: `python -m tests.pty.loud WORDS…`.

At the end it prints what a child process inherits of the key pair.
"""

import logging
import os
import subprocess
import sys

from krakentui.__main__ import main

LOUD = (
    "asyncio httpx httpcore httpcore.connection httpcore.http11 websockets websockets.client textual"
    " krakentui.engine krakentui.engine.lane krakentui.net krakentui.ui krakentui.commands"
)


if __name__ == "__main__":
    for name in LOUD.split():
        logging.getLogger(name).setLevel(logging.DEBUG)
    code = main(sys.argv[1:])
    names = sorted(name for name in os.environ if name.startswith("KRAKENTUI_API"))
    child = subprocess.run(["env"], capture_output=True, text=True, check=True).stdout  # noqa: S607 - `env`
    print("own", names, "inherited", "KRAKENTUI_API" in child)  # noqa: T201 - its report
    sys.exit(code)
