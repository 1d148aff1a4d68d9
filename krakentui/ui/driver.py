"""The terminal driver: drops whole frames rather than ever letting the terminal stop the program.

Textual's own driver queues thirty writes and then blocks the event loop: with a terminal that did not
read for 5 s, none of twenty cancels went out (measured, Textual 8.2.8). Here writes never wait. While
more than a frame's worth is unread the app draws nothing; once the terminal has read all, it draws one
whole fresh screen.
"""

import logging
import os
import select
import sys
import termios
from codecs import getincrementaldecoder
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import Any

from textual import events
from textual._time import get_time
from textual._xterm_parser import XTermParser
from textual.app import App
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message

from krakentui.ui.outlet import Outlet

BEHIND = 16 * 1024
"""Unread bytes from which frames are dropped: about half a whole screen of 120 by 36."""
DRAIN_S = 0.1
"""How long the terminal may take to read the last frame before its rest is dropped."""
LAST_WORDS_S = 0.3
"""How long the end of the program waits for the terminal to take the restoring sequences."""
HANGUP = 128 + 1
_log = logging.getLogger(__name__)

# One cell for one cell, so that a terminal without UTF-8 keeps its columns.
_PLAIN = str.maketrans(
    {
        **dict.fromkeys("─━═╌┄", "-"),
        **dict.fromkeys("│┃║╎▏▎▍▌▐", "|"),
        **dict.fromkeys("╭╮╰╯┌┐└┘┏┓┗┛├┤┬┴┼", "+"),
        **dict.fromkeys("█▉▊▋■", "#"),
        **dict.fromkeys("▒▓", "%"),
        "░": ":",
        **dict.fromkeys("▁▂", "_"),
        **dict.fromkeys("▃▄▅", "="),
        **dict.fromkeys("▆▇▀", "^"),
        "−": "-",
        "–": "-",
        "—": "-",
        "·": ".",
        "…": "~",
        "→": ">",
        "↑": "^",
        "↓": "v",
    }
)


def speaks_utf8(environ: Mapping[str, str]) -> bool:
    """Tell whether the terminal may be sent UTF-8: yes, unless the locale names something else."""
    locale = next((environ[name] for name in ("LC_ALL", "LC_CTYPE", "LANG") if environ.get(name)), "")
    return not locale or "utf" in locale.lower()


def encoded(text: str, *, utf8: bool) -> bytes:
    """Turn text into the terminal's bytes; without UTF-8 each sign gets a plain one of its width."""
    if utf8:
        return text.encode("utf-8", "replace")
    return text.translate(_PLAIN).encode("ascii", "replace")


class Bundle(events.Event, bubble=False):
    """Different keys came in one go, as pasted text does; they carry the same time as this."""

    def __init__(self, time: float) -> None:
        super().__init__()
        self.time = time


def bundled(messages: Sequence[Message], time: float) -> list[Message]:
    """Give all keys of one read the time of it, and say so first where they are not one key held down."""
    typed = [message for message in messages if isinstance(message, events.Key | events.Paste)]
    for message in typed:
        message.time = time
    kinds = {message.key if isinstance(message, events.Key) else "" for message in typed}
    return [*([Bundle(time)] if len(kinds) > 1 else []), *messages]


class SteadyDriver(LinuxDriver):
    """Textual's Linux and macOS driver with an outlet that never blocks and an input that ends."""

    def __init__(
        self, app: App[Any], *, debug: bool = False, mouse: bool = True, size: tuple[int, int] | None = None
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self._outlet: Outlet | None = None
        self._utf8 = speaks_utf8(os.environ)

    @property
    def takes_frames(self) -> bool:
        """Tell whether a frame drawn now would be seen; if not, a fresh screen is asked for later."""
        return self._outlet is not None and not self._outlet.is_behind(BEHIND)

    def mark(self) -> int | None:
        """Remember how far the output has come; None while frames are dropped."""
        return self._outlet.mark() if self._outlet is not None else None

    def has_taken(self, mark: int) -> bool:
        """Tell whether the terminal has taken everything drawn before this mark."""
        return self._outlet is not None and self._outlet.has_taken(mark)

    def write(self, data: str) -> None:
        """Queue text for the terminal; never waits."""
        if self._outlet is not None:
            self._outlet.put(encoded(data, utf8=self._utf8))

    def start_application_mode(self) -> None:
        """Take over the terminal."""
        stream = sys.__stderr__
        if stream is not None:
            self._outlet = Outlet(stream.fileno(), self._caught_up)
        super().start_application_mode()  # type: ignore[no-untyped-call]  # Textual's has no annotation
        if self._writer_thread is not None:
            self._writer_thread.stop()  # the stock thread got nothing: `write` goes to the outlet
            self._writer_thread = None

    def stop_application_mode(self) -> None:
        """Give the terminal back; frames it does not take make room for what restores it."""
        if self._outlet is not None and not self._outlet.drain(DRAIN_S):
            self._outlet.drop()
            with suppress(termios.error):
                termios.tcflush(self.fileno, termios.TCOFLUSH)
        super().stop_application_mode()

    def resume_application_mode(self) -> None:
        """Take the terminal again after Ctrl-Z, and draw a whole screen: it has forgotten ours."""
        super().resume_application_mode()
        self._caught_up()

    def close(self) -> None:
        """Let the terminal take the last bytes, but do not wait for one that does not read."""
        if self._outlet is not None:
            self._outlet.close(LAST_WORDS_S)
            self._outlet = None

    def _caught_up(self) -> None:
        with suppress(RuntimeError):  # the loop may have ended meanwhile
            self._loop.call_soon_threadsafe(self._repaint)

    def _repaint(self) -> None:
        if self._app.screen_stack:
            self._app.screen.refresh()

    def run_input_thread(self) -> None:
        """Read keys until the end; a terminal that is gone ends the program as a hang-up does."""
        parser = XTermParser(self._debug)
        decode = getincrementaldecoder("utf-8")("replace").decode
        while not self.exit_event.is_set():
            ready, _, _ = select.select([self.fileno], [], [], 0.1)
            if ready:
                try:
                    data = os.read(self.fileno, 4096)
                except OSError:
                    data = b""
                if not data:
                    self._loop.call_soon_threadsafe(self._app.exit, None, HANGUP)
                    return
                if text := decode(data):  # half a character is none yet, and no text at all ends the parser
                    parser = self._hand_on(parser, partial(parser.feed, text))
            parser = self._hand_on(parser, parser.tick)

    def _hand_on(self, parser: XTermParser, read: Callable[[], Iterable[Message]]) -> XTermParser:
        """Pass on the keys; what Textual's parser stumbles over is dropped and a fresh one goes on."""
        try:
            messages: list[Message] = []
            try:
                messages.extend(read())
            finally:
                for message in bundled(messages, get_time()):
                    self.process_message(message)
        except Exception as error:  # noqa: BLE001 - whatever a terminal sends must not end the program
            _log.warning("The terminal sent what cannot be read (%s).", type(error).__name__)
            return XTermParser(self._debug)
        return parser
