"""Where a filter is typed: one line for the text, one that explains the language or says what is wrong.

The list follows every keystroke that makes sense. Enter leaves the field once the text does; the key
gate is off meanwhile, so that `[` and digits can be typed at once.
"""

from collections.abc import Callable, Sequence
from typing import ClassVar, NamedTuple

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical

from krakentui.state.filtertext import HINT, LONGEST
from krakentui.ui.line import Line, Span, Tone, clip, fit, line
from krakentui.ui.widgets.field import Field
from krakentui.ui.widgets.panel import Panel

Take = Callable[[str], str]
"""Takes the text so far; answers with what is wrong with it, empty = nothing."""


KEYS = (Span("     Enter", "key"), Span(" keep  ", "muted"), Span("Esc", "key"), Span(" all", "muted"))


class Hint(NamedTuple):
    """What stands below the field."""

    wrong: str
    insists: bool
    """Enter was pressed on it."""


class HintLine(Panel[Hint]):
    """Explains the language, or says what is wrong."""

    title = "filter"

    def draw_lines(self, width: int, height: int) -> Sequence[Line]:  # noqa: ARG002 - one line, any height
        """Draw one line."""
        view = self._view
        if view is not None and view.wrong:
            tone: Tone = "bad" if view.insists else "warn"
            return (line(Span(clip(f"  {view.wrong}", width), tone)),)
        return (Line(fit((Span("  "), Span(HINT, "muted"), *KEYS), width)),)


class Prompt(Panel[None]):
    """The stroke before the field."""

    title = "/"

    def draw_lines(self, width: int, height: int) -> Sequence[Line]:  # noqa: ARG002 - one stroke
        """Draw it."""
        return (line(Span("/", "key")),)


class FilterLine(Vertical):
    """The field and its hint; there only while a filter is typed."""

    DEFAULT_CSS = """
    FilterLine { height: 2; display: none; }
    FilterLine.-open { display: block; }
    FilterLine > Horizontal { height: 1; }
    FilterLine Prompt { width: 2; height: 1; }
    FilterLine HintLine { height: 1; }
    FilterLine Input, FilterLine Input:focus { width: 1fr; height: 1; border: none; padding: 0; }
    FilterLine Input { background: $panel; }
    """
    BLANK: ClassVar[bool] = True

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id=id)
        # only what a terminal prints as it is: pasted control characters never get in
        self.field = Field(restrict=r"[ -~]*", max_length=LONGEST, placeholder="all orders", id="filter-text")
        self.field.changed, self.field.submitted = self._typed, self._entered
        self._hint = HintLine()
        self._prompt = Prompt()
        self._take: Take = lambda _: ""
        self._leave: Callable[[], None] = lambda: None

    def compose(self) -> ComposeResult:
        """Put the field above its hint."""
        with Horizontal():
            yield self._prompt
            yield self.field
        yield self._hint

    @property
    def is_open(self) -> bool:
        """Tell whether a filter is being typed."""
        return self.has_class("-open")

    def begin(self, text: str, take: Take, leave: Callable[[], None]) -> None:
        """Let a filter be typed.

        Args:
            text: What stands in the field at first.
            take: Takes the text after every keystroke.
            leave: Called when the field closes: the keys go back to the list.
        """
        self._take, self._leave = take, leave
        self.add_class("-open")
        self.field.put(text)
        self.screen.set_focus(self.field)
        self._hint.show(Hint("", insists=False))
        self._prompt.show(None)

    def close(self) -> None:
        """Close the field, the keys having gone elsewhere; what was taken last stays."""
        self.remove_class("-open")

    def end(self) -> None:
        """Close the field and give the keys back."""
        if self.is_open:
            self.close()
            self._leave()

    def on_resize(self, _event: events.Resize) -> None:
        """Draw for the new room."""
        self._hint.redraw()
        self._prompt.redraw()

    def _typed(self, text: str) -> None:
        """Let the list follow; while a word is incomplete it stays as it was."""
        if self.is_open:
            self._hint.show(Hint(self._take(text), insists=False))

    def _entered(self, text: str) -> None:
        """Leave the field if its text makes sense."""
        wrong = self._take(text)
        if wrong:
            self._hint.show(Hint(wrong, insists=True))
        else:
            self.end()
