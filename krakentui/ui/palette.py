"""The command palette: our own actions and nothing of Textual's (its screenshot would write a file)."""

from collections.abc import Callable
from functools import partial

from textual.command import DiscoveryHit, Hit, Hits, Provider

from krakentui.ui.actions import ACTIONS, Action, shown_key


class ActionProvider(Provider):
    """Offers every action of the main screen, those that only move last."""

    def _offers(self) -> list[tuple[Action, Callable[[], None]]]:
        app = self.app
        run: Callable[[str], None] = app.do  # type: ignore[attr-defined]  # only KrakenApp opens this palette
        offered = [a for a in ACTIONS if a.where == "main" and a.id != "view.palette"]
        offered.sort(key=lambda action: action.id.startswith(("cursor.", "panel.")))
        return [(action, partial(run, action.id)) for action in offered]

    async def discover(self) -> Hits:
        """List all actions."""
        for action, run in self._offers():
            yield DiscoveryHit(_title(action), run, help=action.help)

    async def search(self, query: str) -> Hits:
        """List the actions whose name or help matches."""
        matcher = self.matcher(query)
        for action, run in self._offers():
            score = max(matcher.match(_title(action)), matcher.match(action.help) / 2)
            if score > 0:
                yield Hit(score, matcher.highlight(_title(action)), run, help=action.help)


def _title(action: Action) -> str:
    return f"{action.label}  ({shown_key(action)})"
