"""From one key to another: the screen of keys, and the questions before a switch and a take-over."""

from functools import partial
from typing import TYPE_CHECKING

from krakentui.engine.face import KeysFace
from krakentui.state.parting import Parting
from krakentui.state.view import NotAsked
from krakentui.ui.actions import Action
from krakentui.ui.screens.keys import KeysScreen
from krakentui.ui.screens.leave import SwitchKeyScreen
from krakentui.ui.screens.takeover import TakeOverScreen

if TYPE_CHECKING:
    from krakentui.ui.app import KrakenApp

USE = "keys.use "
"""Begins the id of the action that switches to a key; its name follows."""
TAKE_OVER = "keys.take_over "
"""Begins the id of the action that takes a key over, likewise."""
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
        switch, take_over = partial(self.switch, keys), partial(self.take_over, keys)
        app.push_screen(KeysScreen(keys, app.face.clock, switch, take_over, private=app.main.private))

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
        keys.look()
        rows = keys.view(self._app.face.clock.mono_ns()).rows
        overtaken = [
            Action(
                f"{TAKE_OVER}{row.name}", "", f"Take over key {row.name}", "Locks other programs out of it."
            )
            for row in rows
            if row.overtaken
        ]
        return overtaken + [
            Action(f"{USE}{row.name}", "", f"Switch to key {row.name}", f"Account {row.account}.")
            for row in rows
            if not row.in_use and not row.barrier
        ]

    def take_over(self, keys: KeysFace, name: str | None) -> str:
        """Ask whether to take a key over; the sentence says why that is not asked, empty = it is."""
        app, question = self._app, keys.ask_take_over(name)
        if isinstance(question, NotAsked):
            return question.why
        screen = TakeOverScreen(
            question,
            app.face.clock,
            app,
            lambda: app.say(keys.take_over(question)),
            private=app.main.private,
        )
        app.push_screen(screen)
        return ""

    def do(self, action_id: str) -> bool:
        """Do what the palette was offered, and say what comes of it; False = it is none of these."""
        keys = self._app.keychain
        for begins, deed in ((USE, self.switch), (TAKE_OVER, self.take_over)):
            if action_id.startswith(begins):
                said = NO_KEYS if keys is None else deed(keys, action_id.removeprefix(begins))
                if said:
                    self._app.say(said)
                return True
        return False

    def _answered(self, keys: KeysFace, name: str, agreed: Parting, yes: bool | None) -> None:
        if yes:
            self._app.say(keys.switch(name, agreed))
