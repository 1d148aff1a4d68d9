"""A question whose answer is typed, because `enter` alone would be too easy."""

from abc import abstractmethod

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical

from krakentui.model.clock import Clock
from krakentui.model.venue import Venue
from krakentui.ui.fmt import HIDDEN, UNKNOWN
from krakentui.ui.line import Line, Span, keyed, line, wrapped
from krakentui.ui.screens.guarded import GuardedSheet, Terminal
from krakentui.ui.widgets.field import Field
from krakentui.ui.widgets.scroll import Scroll
from krakentui.ui.widgets.statusline import BADGES

FIELD_LINES = 2
OURS = frozenset({"escape", "up", "down", "pageup", "pagedown"})
"""Keys the field does not get."""


class TypedField(Field):
    """Where the answer is typed. Pasted text is dropped: it has to be typed."""

    def take_paste(self, event: events.Paste) -> None:
        """Drop it."""


class TypedSheet(GuardedSheet):
    """A question as text; with a field, what is typed there answers it, without one `enter` does."""

    def __init__(
        self, clock: Clock, terminal: Terminal, field: TypedField | None = None, *, private: bool
    ) -> None:
        self._scroll = Scroll()
        self._field = field
        self._told = ""
        self._private_text = private
        super().__init__(self._scroll, clock, terminal)

    @abstractmethod
    def text(self, width: int) -> tuple[Line, ...]:
        """Write the question."""

    @abstractmethod
    def ways(self) -> tuple[tuple[str, str], tuple[str, str]]:
        """Name how it is done and how it is not, each with what comes of it."""

    @abstractmethod
    def judged(self, typed: str) -> str:
        """Say why this is not the answer; empty = it is."""

    @abstractmethod
    def done(self, typed: str) -> None:
        """Do it; without a field nothing is typed."""

    def head(self, title: str, venue: Venue, account: str, key: str) -> tuple[Line, ...]:
        """Write what is asked, and of whom."""
        badge, tone = BADGES[venue]
        shown = HIDDEN if self._private_text else key or UNKNOWN
        of = Span("  account "), Span(account, "strong"), Span(f"  key {shown}", "muted")
        return line(Span(title, "bad")), line(Span(badge, tone), *of), Line()

    def compose(self) -> ComposeResult:
        """Put the question into its frame, and the field below it."""
        with Vertical(id="sheet"):
            yield self._scroll
            if self._field is not None:
                yield self._field

    def lines_wanted(self, width: int) -> int:
        """Tell how high the question is."""
        return len(self.text(width)) + len(self._answers(width))

    def room(self) -> int:
        """Leave room for the field."""
        return super().room() - (FIELD_LINES if self._field is not None else 0)

    def on_mount(self) -> None:
        """Draw, and put the cursor into the field where there is one."""
        self._show()
        if self._field is not None:
            self._field.changed, self._field.submitted = lambda _: self._say(""), self._entered
            self.set_focus(self._field)

    def on_resize(self, event: events.Resize) -> None:
        """Break the lines anew."""
        super().on_resize(event)
        self._show()

    def pressed(self, action: str) -> None:
        """Answer, unless it has to be typed."""
        if action == "question.do" and self._field is None:
            self._answer("")
        elif action != "question.do":
            super().pressed(action)

    def wants(self, key: str) -> bool:
        """Leave the field its keys."""
        return self._field is None or key in OURS

    def tell(self, told: str) -> None:
        """Say why an answer does not count."""
        self._say(told)

    def _entered(self, typed: str) -> None:
        """Take the answer, or say what is wrong with it."""
        why = self.judged(typed)
        if not why:
            self._answer(typed)
        elif self._field is not None:
            self._field.put("")
            self._say(why)

    def _answer(self, typed: str) -> None:
        self.done(typed)
        self.dismiss(True)  # noqa: FBT003 - the answer itself

    def _say(self, told: str) -> None:
        if told != self._told:
            self._told = told
            self._show()

    def _show(self) -> None:
        width = self.inner_width()
        self._scroll.frame(foot=self._answers(width))
        self._scroll.show(self.text(width))

    def _answers(self, width: int) -> tuple[Line, ...]:
        """Write the answers, and above them what was wrong with the last one; they are always in sight."""
        told = wrapped(f"{self._told}.", width, "bad") if self._told else [Line()]
        return (*told, *keyed(self.ways(), width))
