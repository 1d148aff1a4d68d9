"""From one key to another: the screen of keys, and the question about what still hangs on the one in use."""

from functools import partial
from typing import TYPE_CHECKING

from krakentui.engine.face import KeysFace
from krakentui.state.parting import Parting
from krakentui.ui.actions import Action
from krakentui.ui.screens.keys import KeysScreen
from krakentui.ui.screens.leave import SwitchKeyScreen

if TYPE_CHECKING:
    from krakentui.ui.app import KrakenApp

USE = "keys.use "
"""Begins the id of the action that switches to a key; its name follows."""
NO_KEYS = "There are no keys to show here."


class KeySwitching:
    """Switches keys for one app."""

    def __init__(self, app: "KrakenApp") -> None:
        """Act on this app."""
        self._app = app

    def show(self) -> None:
        """Show the keys there are now."""
        app, keys = self._app, self._app.keychain
        if keys is None:
            app.say(NO_KEYS)
            return
        keys.look()
        switch = partial(self.switch, keys)
        app.push_screen(KeysScreen(keys, app.face.clock, switch, private=app.main.private))

    def switch(self, keys: KeysFace, name: str) -> str:
        """Switch, or ask first; the sentence says what comes of it, empty = it is asked."""
        barrier = keys.barrier(name)
        if barrier:
            return barrier
        hanging = keys.parting()
        if hanging.is_quiet:
            return keys.switch(name, hanging)
        app = self._app
        screen = SwitchKeyScreen(hanging, app.face.clock, app, private=app.main.private)
        app.push_screen(screen, partial(self._answered, keys, name, hanging))
        return ""

    def offers(self) -> list[Action]:
        """List, for the palette, the keys that can be switched to, as actions of the moment."""
        keys = self._app.keychain
        if keys is None:
            return []
        rows = keys.view(self._app.face.clock.mono_ns()).rows
        return [
            Action(f"{USE}{row.name}", "", f"Switch to key {row.name}", f"Account {row.account}.")
            for row in rows
            if not row.in_use and not row.barrier
        ]

    def use(self, name: str) -> None:
        """Switch, or ask first, and say what comes of it."""
        keys = self._app.keychain
        said = NO_KEYS if keys is None else self.switch(keys, name)
        if said:
            self._app.say(said)

    def _answered(self, keys: KeysFace, name: str, agreed: Parting, yes: bool | None) -> None:
        if yes:
            self._app.say(keys.switch(name, agreed))
