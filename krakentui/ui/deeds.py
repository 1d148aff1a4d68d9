"""What each action does: marks, moves, questions, screens, leaving."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from msgspec import structs

from krakentui.state.view import NotAsked, Question, SwitchQuestion
from krakentui.ui.actions import BY_ID, shown_key
from krakentui.ui.arranging import Arranging
from krakentui.ui.fmt import without_figures
from krakentui.ui.keyswitching import KeySwitching
from krakentui.ui.leaving import Leaving
from krakentui.ui.screens.confirm import ConfirmScreen
from krakentui.ui.screens.connections import ConnectionsScreen
from krakentui.ui.screens.details import DetailsScreen
from krakentui.ui.screens.help import HelpScreen
from krakentui.ui.screens.history import HistoryScreen
from krakentui.ui.screens.journal import JournalScreen
from krakentui.ui.screens.limits import LimitsScreen
from krakentui.ui.screens.results import ResultsScreen
from krakentui.ui.screens.switch import SwitchScreen

if TYPE_CHECKING:
    from krakentui.ui.app import KrakenApp

ALL_THE_WAY = 1_000_000
OUT_OF_SIGHT = "The orders are out of sight: Tab brings them back."
SHAPES = frozenset({"list.filter", "list.sort", "list.turn", "list.again", "list.group"})
"""They change how the list looks, so it has to be in sight; whichever panel has the keys."""
OTHER_KEY = "K takes another key."
HANDFUL = 5
"""Of more orders than this, what came of each is shown on a screen of its own."""
Again = Callable[[Sequence[str]], Question | NotAsked]
Confirm = Callable[[Question], NotAsked | None]


class Deeds:
    """Runs actions for one app."""

    def __init__(self, app: "KrakenApp") -> None:
        """Act on this app."""
        self._app = app
        orders = app.main.orders
        leaving = Leaving(app)
        self.keys = KeySwitching(app)
        self._table: dict[str, Callable[[], object]] = {
            "order.cancel": self._ask_chosen,
            "order.cancel_shown": self._ask_shown,
            "order.cancel_all": lambda: self._ask(app.face.ask_cancel_all()),
            "order.cancel_new_too": self._ask_new_too,
            "order.results": self._show_results,
            "order.dead_man": self._ask_switch,
            "order.wait": self._ask_to_wait,
            "order.details": self._show_details,
            "order.mark": lambda: None if self._nothing_chosen() else orders.toggle_mark(),
            "order.unmark": orders.unmark,
            **Arranging(app).table(),
            "cursor.up": partial(self._move, -1),
            "cursor.down": partial(self._move, 1),
            "cursor.page_up": partial(self._page, -1),
            "cursor.page_down": partial(self._page, 1),
            "cursor.first": partial(self._move, -ALL_THE_WAY),
            "cursor.last": partial(self._move, ALL_THE_WAY),
            "panel.next": partial(app.main.turn, 1),
            "panel.previous": partial(app.main.turn, -1),
            "poll.now": lambda: app.say(app.face.poll_now()),
            "view.privacy": self._toggle_privacy,
            "view.limits": lambda: app.push_screen(LimitsScreen(app.face, private=self._private)),
            "view.journal": lambda: app.push_screen(
                JournalScreen(lambda: app.journal, private=self._private)
            ),
            "view.connections": lambda: app.push_screen(ConnectionsScreen(app.face)),
            "view.history": lambda: app.push_screen(HistoryScreen(app.face, self._private)),
            "view.keys": self.keys.show,
            "view.help": lambda: app.push_screen(HelpScreen()),
            "view.palette": app.action_command_palette,
            "app.quit": leaving.leave,
            "app.interrupt": leaving.interrupt,
        }

    @property
    def _private(self) -> bool:
        """Whether amounts and ids are hidden."""
        return self._app.main.private

    def do(self, action_id: str) -> None:
        """Run an action, if the screen it belongs to is the one in front."""
        if self.keys.do(action_id):
            return
        everywhere = BY_ID[action_id].where == "everywhere" or action_id == "app.quit"
        if everywhere or self._app.screen is self._app.main:
            self._app.hush()
            why_not = self._why_not_here(action_id)
            if why_not:
                self._app.say(why_not)
            else:
                self._table[action_id]()

    def _why_not_here(self, action_id: str) -> str:
        """Say why an action on the orders does nothing now: nothing is done to what nobody looks at."""
        main, action = self._app.main, BY_ID[action_id]
        if not main.orders.display and (action.on_orders or action_id in SHAPES):
            return OUT_OF_SIGHT
        if action.on_orders and main.moved is not main.orders:
            return f"{main.moved.title} has the keys: Tab to {main.orders.title}, then {shown_key(action)}."
        return ""

    # --- orders -------------------------------------------------------------------------------

    def _nothing_chosen(self) -> bool:
        """Tell whether no order is chosen that can be acted on, and say so."""
        orders = self._app.main.orders
        if orders.chosen is not None:
            return self._has_ended(orders.chosen)
        if orders.lost is not None:
            name = "The chosen order" if self._private else f"The chosen order {orders.lost}"
            why = "no longer fits the filter" if orders.lost in orders.open_ids else "is no longer open"
            self._app.say(f"{name} {why}: choose another with the arrow keys.")
        else:
            self._app.say("No order is chosen: choose one with the arrow keys.")
        return True

    def _has_ended(self, order_id: str) -> bool:
        """Say of the chosen order that it has just ended, where it has."""
        row = self._app.main.orders.ended(order_id)
        if row is None:
            return False
        name = "The chosen order" if self._private else f"The chosen order {order_id}"
        how = without_figures(row.trace) if self._private else row.trace
        told = f" ({how})" if how else ""
        self._app.say(f"{name} is no longer open{told}: choose another with the arrow keys.")
        return True

    def _show_details(self) -> None:
        """Show everything about the chosen order, one that has just ended included."""
        orders = self._app.main.orders
        if orders.chosen is not None:
            self._app.push_screen(DetailsScreen(self._app.face, orders.chosen, private=self._private))
        elif orders.keys:
            self._nothing_chosen()

    def _ask_chosen(self) -> None:
        if ids := self._chosen_ids():
            self._ask(self._app.face.ask_cancel(ids))

    def _ask_to_wait(self) -> None:
        """Let the chosen or marked orders be cancelled when that is free; those that wait wait no longer."""
        ids, face = self._chosen_ids(), self._app.face
        if not ids:
            return
        if face.stop_waiting(ids):
            self._app.main.orders.unmark()
            self._app.say("Stopped: these orders are not cancelled when it is free.")
        else:
            self._ask(face.ask_when_free(ids), face.ask_when_free, face.confirm_when_free)

    def _chosen_ids(self) -> tuple[str, ...]:
        """Give the marked orders, else the chosen one; where there is none, say why."""
        orders = self._app.main.orders
        ids = orders.marked_ids
        if not ids and not orders.keys:
            self._say_why_none()
            return ()
        if not ids and not self._nothing_chosen() and orders.chosen is not None:
            orders.reveal()
            return (orders.chosen,)
        return ids

    def _ask_shown(self) -> None:
        """Ask about every order that the filter shows; without a filter that is nothing, never everything."""
        orders = self._app.main.orders
        if not orders.wish.wanted.demands:
            self._app.say("No filter is set, so nothing is chosen: / sets one, A cancels everything.")
        elif ids := [key for key in orders.keys if key in orders.open_ids]:
            self._ask(self._app.face.ask_cancel(ids))
        else:
            self._say_why_none()

    def _ask_new_too(self) -> None:
        """Ask about a mass cancel, which is about whatever is open, not about these orders."""
        ask = partial(self._app.face.ask_cancel_all, new_too=True)
        self._ask(ask(), lambda _ids: ask())

    def _show_results(self) -> None:
        if self._app.face.results():
            self._app.push_screen(ResultsScreen(self._app.face, private=self._private))
        elif self._app.turned:
            status = self._app.face.status(self._app.face.clock.mono_ns())
            since = f"since the switch to key {status.key_name or status.key}"
            self._app.say(f"No cancel was confirmed {since}; J tells what was before.")
        else:
            self._app.say("No cancel was confirmed in this run yet.")

    def _say_why_none(self) -> None:
        """Say why the list is empty: what the filter leaves out, or what the session says."""
        refused = self._app.face.ask_cancel_all()
        if isinstance(refused, NotAsked):
            self._refuse(refused.why)
        elif self._app.main.orders.wish.wanted.demands:
            self._app.say("No order fits the filter: Esc shows all.")
        else:
            self._app.say("The orders are not shown yet.")

    def _ask(
        self, question: Question | NotAsked, again: Again | None = None, confirm: Confirm | None = None
    ) -> None:
        """Ask; by default about cancels that go now."""
        face = self._app.face
        if isinstance(question, NotAsked):
            self._refuse(question.why)
            return
        screen = ConfirmScreen(
            self._with_hidden(question),
            self._app.face.clock,
            self._app,
            private=self._private,
            seen=lambda: self._app.main.orders.view,
            again=partial(self._ask_again, again or face.ask_cancel),
        )
        self._app.push_screen(screen, partial(self._answered, question, confirm or face.confirm))

    def _refuse(self, why: str) -> None:
        """Say why nothing is asked, and how to take another key where the one in use only watches."""
        status = self._app.face.status(self._app.face.clock.mono_ns())
        watches = status.power == "watch" and not status.read_only and self._app.keychain is not None
        self._app.say(f"{why} {OTHER_KEY}" if watches else why)

    def _ask_again(self, again: Again, ids: Sequence[str]) -> Question | NotAsked:
        question = again(ids)
        return question if isinstance(question, NotAsked) else self._with_hidden(question)

    def _with_hidden(self, question: Question) -> Question:
        """Warn of orders that the question is about and the list does not show."""
        orders = self._app.main.orders
        away = len(orders.hidden(one.id for one in question.orders))
        if not away:
            return question
        if len(question.orders) == 1:
            text = "This order is not in the list now: the filter hides it."
        else:
            these = "1 of these orders is" if away == 1 else f"{away} of these orders are"
            text = f"{these} not in the list now: the filter hides them."
        return structs.replace(question, warnings=(text, *question.warnings))

    def _answered(self, question: Question, confirm: Confirm, yes: bool | None) -> None:
        if not yes:
            return
        refused = confirm(question)
        if refused is not None:
            self._app.say(refused.why)
        else:
            self._app.main.orders.unmark()
            many = len(question.orders) > HANDFUL or question.new_too
            if many and not question.later and self._app.face.results():
                self._show_results()
        self._app.draw()

    def _ask_switch(self) -> None:
        question = self._app.face.ask_switch()
        if isinstance(question, NotAsked):
            self._refuse(question.why)
            return
        answer = partial(self._set_switch, question)
        self._app.push_screen(
            SwitchScreen(question, self._app.face.clock, self._app, answer, private=self._private)
        )

    def _set_switch(self, question: SwitchQuestion, timeout_s: int) -> None:
        refused = self._app.face.set_switch(question, timeout_s)
        if refused is not None:
            self._app.say(refused.why)

    # --- moving -------------------------------------------------------------------------------

    def _move(self, step: int) -> None:
        panel = self._app.main.moved
        orders = self._app.main.orders
        lost = orders.lost if panel is orders else None
        panel.move(step)
        if lost is not None:
            why = "no longer fits the filter" if lost in orders.open_ids else "is no longer open"
            self._app.say(f"The order chosen before {why}; the cursor is on its neighbour.")

    def _page(self, way: int) -> None:
        self._move(way * self._app.main.moved.page())

    # --- the rest -----------------------------------------------------------------------------

    def _toggle_privacy(self) -> None:
        self._app.main.mask(not self._private)
        self._app.say("Amounts and ids are hidden." if self._private else "Amounts and ids are shown.")
