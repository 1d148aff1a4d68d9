"""What the user does to the list of orders: filter, sort, group. Nothing here acts on an order."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from msgspec import structs

from krakentui.state.arrangement import SORT_KEYS, Arrangement
from krakentui.state.filters import NO_FILTER
from krakentui.state.filtertext import Complaint, parse, written
from krakentui.ui.widgets.wishline import filter_text

if TYPE_CHECKING:
    from krakentui.ui.app import KrakenApp


class Arranging:
    """Runs the list's actions for one app."""

    def __init__(self, app: "KrakenApp") -> None:
        """Act on this app."""
        self._app = app

    def table(self) -> Mapping[str, Callable[[], object]]:
        """Give what each action does."""
        return {
            "list.filter": self._type,
            "list.clear": self._clear,
            "list.sort": self._next_sort,
            "list.turn": self._turn,
            "list.again": self._again,
            "list.group": self._group,
        }

    def _type(self) -> None:
        main = self._app.main
        text = written(main.orders.wish.wanted)
        hidden = main.orders.private and text != filter_text(main.orders.wish, private=True)
        main.filter_line.begin("" if hidden else text, self._take, self._left)

    def _take(self, text: str) -> str:
        found = parse(text, self._app.face.names())
        if isinstance(found, Complaint):
            return found.why
        orders = self._app.main.orders
        if found != orders.wish.wanted:
            orders.wish_for(structs.replace(orders.wish, wanted=found))
            orders.reveal()
        return ""

    def _left(self) -> None:
        self._app.main.set_focus(self._app.main.orders)
        self._app.main.orders.reveal()

    def _clear(self) -> None:
        orders = self._app.main.orders
        self._app.main.filter_line.end()
        if orders.wish.wanted != NO_FILTER:
            orders.wish_for(structs.replace(orders.wish, wanted=NO_FILTER))
            orders.reveal()

    def _next_sort(self) -> None:
        wish = self._app.main.orders.wish
        ring = (None, *SORT_KEYS)
        self._sort(structs.replace(wish, sort=ring[(ring.index(wish.sort) + 1) % len(ring)]))

    def _turn(self) -> None:
        wish = self._app.main.orders.wish
        self._sort(structs.replace(wish, descending=not wish.descending))

    def _group(self) -> None:
        wish = self._app.main.orders.wish
        self._sort(structs.replace(wish, grouped=not wish.grouped))

    def _again(self) -> None:
        self._sort(self._app.main.orders.wish)

    def _sort(self, wish: Arrangement) -> None:
        """Show the beginning of the new order, and say where the chosen row is if it is out of sight."""
        orders = self._app.main.orders
        orders.wish_for(wish)
        if not orders.to_top():
            rows = [key for key in orders.keys if key in orders.open_ids or key == orders.chosen]
            place = f"{rows.index(orders.chosen or '') + 1} of {len(rows)}"
            self._app.say(f"The chosen order is now row {place}: an arrow key goes on there.")
