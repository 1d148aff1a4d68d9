"""What the user does to the list of orders: filter, sort, group. Nothing here acts on an order."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from msgspec import structs

from krakentui.state.arrangement import SORT_KEYS
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
        orders = self._app.main.orders
        ring = (None, *SORT_KEYS)
        after = ring[(ring.index(orders.wish.sort) + 1) % len(ring)]
        orders.wish_for(structs.replace(orders.wish, sort=after))
        orders.reveal()

    def _turn(self) -> None:
        orders = self._app.main.orders
        orders.wish_for(structs.replace(orders.wish, descending=not orders.wish.descending))
        orders.reveal()

    def _again(self) -> None:
        self._app.main.orders.arrange_anew()
        self._app.main.orders.reveal()

    def _group(self) -> None:
        orders = self._app.main.orders
        orders.wish_for(structs.replace(orders.wish, grouped=not orders.wish.grouped))
        orders.reveal()
