"""The command palette: our own actions and nothing of Textual's (its screenshot would write a file)."""

from contextlib import suppress
from functools import partial
from typing import Any

from textual import on
from textual.app import App
from textual.command import CommandPalette, DiscoveryHit, Hit, Hits, Provider
from textual.content import Content
from textual.widgets import Input

from krakentui.ui.actions import Action, shown_key
from krakentui.ui.finding import found, offered, places
from krakentui.ui.keyswitching import KeySwitching


class ActionProvider(Provider):
    """Offers every action of the main screen."""

    async def discover(self) -> Hits:
        """List all actions."""
        for action in offered(_more(self.app)):
            yield DiscoveryHit(_title(action), partial(self._run, action), help=action.help)

    async def search(self, query: str) -> Hits:
        """List the actions that these words mean, the likeliest first."""
        style = self.matcher(query).match_style
        for place, action in enumerate(found(query, _more(self.app))):
            title = Content(_title(action))
            for start, end in places(action.label, query):
                title = title.stylize(style, start, end)
            yield Hit(1 / (1 + place), title, partial(self._run, action), help=action.help)

    def _run(self, action: Action) -> None:
        self.app.do(action.id)  # type: ignore[attr-defined]  # only KrakenApp opens this palette


class Palette(CommandPalette):
    """Runs what was typed, even where `enter` comes before the list shows it."""

    def _action_command_list(self, action: str) -> None:
        """Turn the list's pages; one that is not laid out yet knows no pages, and Textual's would fail."""
        with suppress(KeyError):
            super()._action_command_list(action)

    @on(Input.Submitted)
    def _hurry(self, event: Input.Submitted) -> None:
        """While the list still belongs to what stood there before, choose from what stands there now."""
        if all(worker.is_finished for worker in self.workers if worker.group == self._GATHER_COMMANDS_GROUP):
            return
        event.stop()
        event.prevent_default()
        meant = found(event.value, _more(self.app)) if event.value.strip() else []
        if meant:
            self._action_escape()
            self.app.call_later(self.app.do, meant[0].id)  # type: ignore[attr-defined]  # as above


def _more(app: App[Any]) -> list[Action]:
    """List what can be done at this moment besides: keys to switch to."""
    switching: KeySwitching = app.deeds.keys  # type: ignore[attr-defined]  # as above
    return switching.offers()


def _title(action: Action) -> str:
    return f"{action.label}  ({shown_key(action)})" if action.keys else action.label
