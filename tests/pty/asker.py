"""Ask one hidden question: `python -m tests.pty.asker`."""

import os

from krakentui.keys.prompt import Terminal

if __name__ == "__main__":
    terminal = Terminal.open()
    if terminal is None:
        raise SystemExit("there is no terminal")
    terminal.say(f"This is process {os.getpid()}.")
    terminal.ask_hidden("Private key: ")
