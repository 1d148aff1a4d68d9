"""Where keys come in: one has its whole effect before the next is looked at.

Textual hands a key from widget to widget by messages, so the letters of a burst (a slow line bundles keys,
a paste without brackets is one write) ran ahead of the focus: what was typed after `/` acted on the list.
Here field, sheet or binding takes the key before the next one comes, and a new screen is waited for.
"""

import asyncio
from contextlib import suppress
from typing import Any

from textual import events
from textual._time import get_time
from textual.screen import Screen
from textual.widgets import Input

from krakentui.engine.face import Face
from krakentui.model.clock import SECOND, hand_ns
from krakentui.ui.crash import Discreet
from krakentui.ui.driver import Bundle, SteadyDriver
from krakentui.ui.keygate import KeyGate
from krakentui.ui.palette import Palette
from krakentui.ui.screens.guarded import GuardedSheet
from krakentui.ui.screens.sheet import Sheet
from krakentui.ui.widgets.field import Field

OPENS_WITHIN_S = 1.0
"""How long a key waits for the screen that the one before has opened."""


class Keyboard(Discreet):
    """The part of the app that takes keys."""

    face: Face

    def __init__(self) -> None:
        super().__init__(driver_class=SteadyDriver)
        self._gate = KeyGate()
        self._bundled: float | None = None
        """When the last bundle of different keys arrived."""

    def say(self, sentence: str) -> None:
        """Tell the user something at once."""
        raise NotImplementedError

    async def on_event(self, event: events.Event) -> None:
        """Let keys through only if they are meant; what is pasted goes into a field or nowhere."""
        if isinstance(event, events.Key) and not event.is_forwarded:
            if self._is_meant(event):
                await self._press(event)
        elif isinstance(event, events.Paste) and not event.is_forwarded:
            if isinstance(self.focused, Field):
                self.focused.take_paste(event)
            elif isinstance(self.screen, Palette):
                await super().on_event(event)
        else:
            await super().on_event(event)

    def on_bundle(self, event: Bundle) -> None:
        """Remember when different keys came in one go."""
        self._bundled = event.time

    def _is_meant(self, event: events.Key) -> bool:
        if event.key == "ctrl+c":
            return True
        t_ns = self._pressed_ns(event)
        admitted = self._gate.admits(event.key, t_ns, printable=event.is_printable)
        if not admitted and not isinstance(self.focused, Input):
            if lost := self._gate.lost(event.key):
                self.say(lost)
            return False
        screen = self.screen
        if not isinstance(screen, Sheet):
            return True
        if not screen.admits(t_ns):
            return False
        if event.key == "enter" and event.time == self._bundled and isinstance(screen, GuardedSheet):
            screen.tell_bundled()
            return False
        return True

    def _pressed_ns(self, event: events.Key) -> int:
        """Tell when a key was pressed, not when its turn came."""
        return hand_ns(self.face.clock) - round(max(0.0, get_time() - event.time) * SECOND)

    async def _press(self, event: events.Key) -> None:
        self.app_focus = True
        screen, focused = self.screen, self.focused
        if await self._check_bindings(event.key, priority=True):
            return
        if isinstance(screen, Palette) and event.key == "enter":
            self._gate.shut(self._pressed_ns(event))  # what it runs comes by messages
        if isinstance(focused, Input) and event.is_printable and event.character is not None:
            focused.replace(event.character, *focused.selection)
        elif not isinstance(screen, Sheet) or not screen.take(event.key):
            await self._check_bindings(event.key)
        if self.screen is not screen:
            await self._is_there(self.screen)

    async def _is_there(self, screen: Screen[Any]) -> None:
        """Wait until a new screen can take keys."""
        mounted: asyncio.Event = screen._mounted_event  # noqa: SLF001 - Textual tells it nowhere else
        with suppress(TimeoutError):
            await asyncio.wait_for(mounted.wait(), OPENS_WITHIN_S)
        if isinstance(screen, Palette) and screen.is_mounted:
            screen.set_focus(screen.query_one(Input))
