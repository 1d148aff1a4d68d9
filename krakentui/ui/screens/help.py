"""The help screen: every key, and what the marks on the main screen mean."""

from krakentui.ui.actions import Danger, grouped, shown_key
from krakentui.ui.bars import DOUBT, FREE, MARK, RESERVED, SURE
from krakentui.ui.line import Line, Span, Tone, line, pad
from krakentui.ui.screens.sheet import Sheet
from krakentui.ui.widgets.scroll import Scroll

KEYS, LABEL = 11, 15
MARKS: tuple[tuple[str, Tone, str], ...] = (
    (SURE * 3, "sure", "surely used"),
    (DOUBT * 3, "doubt", "maybe used: what we cannot know for certain"),
    (FREE * 3, "faint", "free"),
    (MARK + RESERVED * 2, "strong", "reserve: background calls stay out, cancels may use it"),
    ("4→2 in 9s", "text", "a cancel costs 4 points now, 2 points 9 seconds from now"),
    ("6–8", "text", "somewhere from 6 to 8 points: the order may have been amended before we looked"),
    ("4 !", "warn", "more than the pair's limit surely holds right now"),
    ("3s", "warn", "amber: the source has been silent that long"),
    ("▒12s", "stale", "dim: too old to act on"),
    ("—", "muted", "not known; unknown is never shown as zero"),
    ("@58,000.0", "text", "the trigger price of a stop, where there is no room for its own column"),
    ("▌ *", "key", "chosen · marked"),
)


def help_lines() -> tuple[Line, ...]:
    """Write the whole help."""
    lines: list[Line] = []
    for name, actions in grouped():
        lines.append(line(Span(name, "head")))
        for action in actions:
            asks: Tone = "text" if action.danger is Danger.SAFE else "warn"
            keys = Span(pad(shown_key(action, every=True), KEYS), "key")
            lines.append(line("  ", keys, Span(pad(action.label, LABEL), asks), Span(action.help, "muted")))
        lines.append(Line())
    lines.append(line(Span("Marks", "head")))
    lines += [line("  ", Span(pad(mark, KEYS), tone), Span(text, "muted")) for mark, tone, text in MARKS]
    return (*lines, Line(), line(Span("Esc", "key"), Span(" close", "muted")))


class HelpScreen(Sheet[None]):
    """Lists keys and marks."""

    def __init__(self) -> None:
        self._text = help_lines()
        self._scroll = Scroll()
        super().__init__(self._scroll)

    def lines_wanted(self, width: int) -> int:  # noqa: ARG002 - lines are cut, not wrapped
        """Tell how long the help is."""
        return len(self._text)

    def on_mount(self) -> None:
        """Draw."""
        self._scroll.show(self._text)

    def pressed(self, action: str) -> None:
        """Close on the keys that opened it, too."""
        super().pressed("question.keep" if action in {"view.help", "app.quit"} else action)
