"""The help screen: every key, and what the marks on the main screen mean."""

from krakentui.budget.costs import CANCEL
from krakentui.state.filtertext import WORDS
from krakentui.ui.actions import Danger, grouped, shown_key
from krakentui.ui.bands import AXIS, LITTLE, POLL
from krakentui.ui.bars import DOUBT, FREE, MARK, RESERVED, SURE
from krakentui.ui.line import Line, Span, Tone, hung, keyed, line, pad
from krakentui.ui.screens.sheet import Sheet
from krakentui.ui.widgets.scroll import Scroll

KEYS, LABEL = 11, 18
KEYS_HERE = (("↑↓ PgUp PgDn", "scroll"), ("Esc", "close"))
MARKS: tuple[tuple[str, Tone, str], ...] = (
    (SURE * 3, "sure", "surely used"),
    (DOUBT * 3, "doubt", "maybe used: what we cannot know for certain"),
    (FREE * 3, "faint", "free"),
    (MARK + RESERVED * 2, "strong", "reserve: background calls stay out, cancels may use it"),
    ("start?", "muted", "what was used earlier, before we looked, is not known; the doubt drains away"),
    ("others 1–3", "muted", "points that other programs or the web page used"),
    (LITTLE * 3, "doubt", "on a curve: maybe used, less than half of a cell"),
    (AXIS + POLL + AXIS, "accent", "on the axis of a curve: a poll that is planned"),
    (
        "by polls",
        "muted",
        "spent by this program: polls, checks, cancels, feeds; start, you: first calls, yours",
    ),
    ("4→2 in 9s", "text", "a cancel costs 4 points now, 2 points 9 seconds from now; in little room 4→2 9s"),
    ("6–8", "text", "somewhere from 6 to 8 points: the order may have been amended before we looked"),
    ("16d~", "text", "made 16 days ago, amended since: a cancel costs by the time since the last amend"),
    (
        "of 4 fresh",
        "muted",
        "orders younger than 45 s, since made or amended: their cancels cost 4 to 8 points",
    ),
    ("4 !", "warn", "more than the pair's limit surely holds right now"),
    ("old 4s", "warn", "amber: the source has been silent that long"),
    ("▒ 12s", "stale", "dim: too old to act on"),
    ("—", "muted", "not known; unknown is never shown as zero"),
    ("@58,000.0", "text", "the trigger price of a stop, where there is no room for its own column"),
    ("└ filled 1", "muted", "how an order ended: its row goes in some seconds and cannot be acted on"),
    ("by age ↑~", "muted", "sorted by age; ~ rows held still and would stand elsewhere by now: = sorts anew"),
    (
        "━━━",
        "accent",
        "this panel has the keys: x X w Space Enter act on orders only while it is that of the orders",
    ),
    ("▌ *", "key", "chosen · marked; when the chosen order ends nothing is chosen until a key chooses"),
)


def steps() -> str:
    """Say what a cancel costs at which age."""
    told = [f"under {below_s} s {points}" for below_s, points in CANCEL]
    return f"points of a cancel by age since made or amended: {', '.join(told)}, then free"


def help_lines(width: int) -> tuple[Line, ...]:
    """Write the whole help, its sentences broken to the width."""
    lines: list[Line] = []
    for name, actions in grouped():
        lines.append(line(Span(name, "head")))
        for action in actions:
            tone: Tone = "text" if action.danger is Danger.SAFE else "warn"
            keys = Span(pad(shown_key(action, every=True), KEYS), "key")
            lines += hung((Span("  "), keys, Span(pad(action.label, LABEL), tone)), action.help, width)
        lines.append(Line())
    lines.append(line(Span("Words of a filter", "head")))
    for words, text in WORDS:
        lines += hung((Span("  "), Span(pad(words, KEYS + LABEL), "key")), text, width)
    lines += [Line(), line(Span("Marks", "head"))]
    for mark, mark_tone, text in (*MARKS, ("cost", "text", steps())):
        lines += hung((Span("  "), Span(pad(mark, KEYS), mark_tone)), text, width)
    return tuple(lines)


class HelpScreen(Sheet[None]):
    """Lists keys and marks."""

    def __init__(self) -> None:
        self._scroll = Scroll()
        super().__init__(self._scroll)

    def lines_wanted(self, width: int) -> int:
        """Tell how long the help is."""
        return len(help_lines(width)) + self._scroll.framing

    def fit_body(self) -> None:
        """Size the panel and break the sentences anew."""
        self._scroll.frame(foot=keyed(KEYS_HERE, self.inner_width()))
        super().fit_body()
        self._scroll.show(help_lines(self.inner_width()))

    def pressed(self, action: str) -> None:
        """Close on the keys that opened it, too."""
        super().pressed("question.keep" if action in {"view.help", "app.quit"} else action)
