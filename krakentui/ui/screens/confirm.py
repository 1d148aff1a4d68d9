"""The question before a cancel: `enter` does it, `escape` keeps it; for many the count is typed."""

from collections.abc import Callable, Sequence

from textual.app import ComposeResult
from textual.containers import Vertical

from krakentui.model.clock import SECOND, Clock
from krakentui.state.view import NotAsked, OrdersView, Question
from krakentui.ui.screens.guarded import GuardedSheet, Terminal
from krakentui.ui.screens.typed import FIELD_LINES, OURS, TypedField
from krakentui.ui.widgets.question import QuestionView

RENEW_NS = SECOND
"""How often what the question tells is asked for anew."""


class ConfirmScreen(GuardedSheet):
    """Asks; the ids it was asked about are the ones that are confirmed, what it tells of them is of now."""

    def __init__(
        self,
        question: Question,
        clock: Clock,
        terminal: Terminal,
        *,
        private: bool,
        seen: Callable[[], OrdersView | None],
        again: Callable[[Sequence[str]], Question | NotAsked],
    ) -> None:
        """Ask.

        Args:
            question: Frozen; what is confirmed is exactly this.
            clock: For the guard.
            terminal: Tells whether the question was shown.
            private: Whether amounts and ids are hidden.
            seen: The orders as the list shows them now: what has ended meanwhile is marked.
            again: Asks the same of some of these orders: what it costs now, by which way.
        """
        self.question = question
        self._seen = seen
        self._again = again
        self._renewed: tuple[int, tuple[str, ...]] | None = None
        self._view = QuestionView()
        self._view.private = private
        self._field = (
            TypedField(
                id="count",
                restrict=r"[0-9al]*" if question.new_too else r"[0-9]*",
                max_length=6,
                placeholder="how many?",
            )
            if question.needs_count
            else None
        )
        super().__init__(self._view, clock, terminal)

    def compose(self) -> ComposeResult:
        """Put the question into its frame, and the field below it."""
        with Vertical(id="sheet"):
            yield self._view
            if self._field is not None:
                yield self._field

    def lines_wanted(self, width: int) -> int:
        """Tell how high the question is."""
        return self._view.lines_wanted(self.question, width)

    def room(self) -> int:
        """Leave room for the field."""
        return super().room() - (FIELD_LINES if self._field is not None else 0)

    def on_mount(self) -> None:
        """Draw the question and put the cursor into the field, where there is one."""
        self._view.show(self.question)
        if self._field is not None:
            self._field.changed, self._field.submitted = lambda _: self.tell(""), self._entered
            self.set_focus(self._field)

    def draw(self, t_ns: int) -> None:
        """Light the answers when they count; mark what has ended since, tell what is true now."""
        self._view.compare(self._seen())
        left = self._view.left
        if self._renewed is None:
            self._renewed = t_ns, tuple(order.id for order in self.question.orders)
        since_ns, asked = self._renewed
        if not self._view.is_moot and (left != asked or t_ns - since_ns >= RENEW_NS):
            self._renewed = t_ns, left
            self._view.renew(self._again(left))
        if self.is_open(t_ns):
            self._view.open_answers()

    def pressed(self, action: str) -> None:
        """Answer, unless the count has to be typed or nothing is left to cancel."""
        if action != "question.do" or (self._field is None and not self._view.is_moot):
            super().pressed(action)

    def wants(self, key: str) -> bool:
        """Leave the field its keys."""
        return self._field is None or key in OURS

    def tell(self, told: str) -> None:
        """Say why an answer does not count; empty = take back what was said."""
        self._view.tell(told)

    def _entered(self, typed: str) -> None:
        """Take any count that was asked for, or say what is wrong with this one."""
        if not self._view.is_moot and typed in self._view.answers:
            self.dismiss(True)  # noqa: FBT003 - the answer itself
        elif self._field is not None:
            self._field.put("")
            self.tell(f"{typed} is not {self._view.typed}" if typed else "nothing is typed")
