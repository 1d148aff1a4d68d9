"""Become another program on this terminal, a shell for example: `python -m tests.pty.shell WORDS…`."""

import os
import sys

if __name__ == "__main__":
    os.execvp(sys.argv[1], sys.argv[1:])  # noqa: S606 - the words are the test's own
