"""Lines of toned text: what panels draw and what is compared to find the lines that changed.

A tone is a name that the style sheet turns into colours and attributes, so no colour is named here.
"""

import re
from collections.abc import Sequence
from textwrap import wrap
from typing import Literal, NamedTuple

from rich.cells import cell_len, set_cell_size

Tone = Literal[
    "text",
    "strong",
    "muted",
    "faint",
    "accent",
    "good",
    "bad",
    "warn",
    "stale",
    "key",
    "rule",
    "head",
    "sure",
    "doubt",
    "hot",
    "live",
    "demo",
    "locked",
    "cursor",
    "cursor-away",
    "marked",
]
TONES: tuple[Tone, ...] = Tone.__args__  # type: ignore[attr-defined]  # a Literal keeps its values there
TONE_CLASSES = frozenset(f"tone--{tone}" for tone in TONES)
"""What a screen offers its panels to draw in: resolved once a screen, not once a panel."""


TIED = "\N{NO-BREAK SPACE}"
_BEFORE_UNIT = re.compile(r"(?<=\d) (?=(?:h|min|s|points?|of \d+)\b)|(?<=\bmin) (?=\d)|(?<=\bh) (?=\d)")
"""Blanks at which no sentence is broken: a figure and its unit stay together."""


class Span(NamedTuple):
    """A stretch of text in one tone."""

    text: str
    tone: Tone = "text"


class Drawn(NamedTuple):
    """A cell of a table in more than one tone: a bar."""

    spans: tuple[Span, ...]

    @property
    def text(self) -> str:
        """All of it as text."""
        return "".join(span.text for span in self.spans)


class Line(NamedTuple):
    """One line of a panel; `base` lies under all its spans."""

    spans: tuple[Span, ...] = ()
    base: Tone | None = None


def line(*spans: Span | str, base: Tone | None = None) -> Line:
    """Make a line; plain text gets the plain tone."""
    return Line(tuple(span if isinstance(span, Span) else Span(span) for span in spans), base)


def cells(text: str) -> int:
    """Count the cells of a text; plain text, by far the most, is counted fast."""
    return len(text) if text.isascii() else cell_len(text)


def clip(text: str, width: int) -> str:
    """Cut a text to this many cells, the cut shown by an ellipsis."""
    if cells(text) <= width:
        return text
    return set_cell_size(text, width - 1) + "…" if width > 0 else ""


def wrapped(text: str, width: int, tone: Tone = "text", lead: str = "") -> list[Line]:
    """Break a sentence into lines; `lead` stands before the first and leaves its room in the others."""
    room = max(8, width - cell_len(lead))
    parts = wrap(_BEFORE_UNIT.sub(TIED, text), room) or [""]
    blank = " " * cell_len(lead)
    return [
        line(Span(f"{blank if number else lead}{part.replace(TIED, ' ')}", tone))
        for number, part in enumerate(parts)
    ]


def hung(head: tuple[Span, ...], text: str, width: int, tone: Tone = "muted") -> list[Line]:
    """Break a sentence into lines behind spans; the lines after the first leave these their room."""
    room = span_width(head)
    first, *others = wrapped(text, width - room, tone)
    return [Line((*head, *first.spans)), *(Line((Span(" " * room), *more.spans)) for more in others)]


def keyed(keys: Sequence[tuple[str, str]], width: int) -> tuple[Line, ...]:
    """Write keys with what they do, on as many lines as it takes: none is left out."""
    lines: list[tuple[Span, ...]] = [()]
    for key, what in keys:
        entry = (Span(key, "key"), Span(f" {what}", "muted"))
        if lines[-1] and span_width((*lines[-1], *entry)) + 2 > width:
            lines.append(())
        lines[-1] = (*lines[-1], *((Span("  "),) if lines[-1] else ()), *entry)
    return tuple(map(Line, lines))


def pad(text: str, width: int, *, right: bool = False) -> str:
    """Make a text exactly this many cells wide."""
    text = clip(text, width)
    blank = " " * (width - cells(text))
    return blank + text if right else text + blank


def span_width(spans: tuple[Span, ...]) -> int:
    """Count the cells of some spans."""
    return sum(cells(span.text) for span in spans)


def fit(spans: tuple[Span, ...], width: int) -> tuple[Span, ...]:
    """Cut spans to this many cells."""
    if span_width(spans) <= width:
        return spans
    fitted: list[Span] = []
    for span in spans:
        room = width - span_width(tuple(fitted))
        if cell_len(span.text) > room or (len(fitted) < len(spans) - 1 and cell_len(span.text) == room):
            fitted.append(Span(clip(span.text + " ", room) if room else "", span.tone))
            break
        fitted.append(span)
    return tuple(fitted)


def spread(left: tuple[Span, ...], right: tuple[Span, ...], width: int) -> tuple[Span, ...]:
    """Put spans at both ends of a line; where both do not fit, the left end is cut."""
    right = fit(right, width)
    room = width - span_width(right)
    left = fit(left, max(0, room - 1) if right else room)
    return (*left, Span(" " * (room - span_width(left))), *right)


def rule(title: str, notes: tuple[Span, ...], ends: tuple[Span, ...], width: int, *, lit: bool) -> Line:
    """Draw the top rule of a panel: a heavy stroke and a bright title where the keys go.

    The notes at the right end give way, the first of them first, where room is short.
    """
    stroke = "━" if lit else "─"
    paint: Tone = "accent" if lit else "rule"
    head = (Span(f"{stroke} ", paint), Span(title, "accent" if lit else "head"), Span(" "), *notes)
    head = fit((*head, *([Span(" ")] if notes else [])), width)
    room = width - span_width(head)
    while ends and span_width(_tail(ends, stroke, paint)) > room:
        ends = ends[1:]
    tail = _tail(ends, stroke, paint)
    return Line((*head, Span(stroke * max(0, room - span_width(tail)), paint), *tail))


def _tail(ends: tuple[Span, ...], stroke: str, tone: Tone) -> tuple[Span, ...]:
    if not ends:
        return ()
    between = Span(f" {stroke} ", tone)
    return (
        Span(" "),
        ends[0],
        *(part for end in ends[1:] for part in (between, end)),
        Span(f" {stroke}", tone),
    )
