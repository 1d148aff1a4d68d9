"""A line for typing that tells what happens in it at once.

Textual tells it by messages, which other keys of the same burst overtake: `enter` would be taken with half
of the text, or the next key would go to what lay below.
"""

from collections.abc import Callable

from textual import events
from textual.widgets import Input


class Field(Input):
    """Calls `changed` at every keystroke and `submitted` at `enter`."""

    def __init__(self, *, max_length: int, placeholder: str, id: str, restrict: str | None = None) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(restrict=restrict, max_length=max_length, placeholder=placeholder, id=id)
        self.cursor_blink = False
        self.changed: Callable[[str], None] = lambda _: None
        self.submitted: Callable[[str], None] = lambda _: None
        self._is_quiet = False

    def take_paste(self, event: events.Paste) -> None:
        """Take the first line of pasted text."""
        self._on_paste(event)

    def put(self, text: str) -> None:
        """Let another text stand there, which is not told as a change."""
        self._is_quiet = True
        self.value = text
        self._is_quiet = False
        self.cursor_position = len(text)

    def watch_value(self, value: str) -> None:
        """Tell of a change."""
        if not self._is_quiet:
            self.changed(value)

    async def action_submit(self) -> None:
        """Tell of `enter`."""
        self.submitted(self.value)
