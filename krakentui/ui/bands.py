"""A counter's next minutes as a band of block elements, readable without colour.

Below the band is what is surely used, in whole cells rounded down; the band is what may be, rounded up: a
column never shows less than may be used in its time. The uppermost cell of a band is lighter where less
than half of it may be used; where nothing is in doubt, the top is drawn in eighths of a cell.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction

from krakentui.ui.bars import DOUBT, RESERVED, SURE, joined
from krakentui.ui.line import Span, Tone

TOPS = f" ▁▂▃▄▅▆▇{SURE}"
EIGHTHS = 8
LITTLE = "░"
POLL = "┃"
AXIS = "─"
Ends = tuple[Fraction, Fraction]


def columns(low: Sequence[Fraction], high: Sequence[Fraction], width: int) -> list[Ends]:
    """Give each of so many columns the lowest and the highest figure of its time."""
    parts = len(low) - 1
    if parts < 1 or width < 1:
        return [(low[0], high[0])] * max(0, width) if low else []
    found = []
    for column in range(width):
        first, last = column * parts // width, -(-(column + 1) * parts // width)
        found.append((min(low[first : last + 1]), max(high[first : last + 1])))
    return found


def band(
    ends: Sequence[Ends], ceiling: Fraction, reserve: Fraction, height: int, tone: Tone
) -> list[tuple[Span, ...]]:
    """Draw the columns in so many lines, the topmost first; its upper edge is the ceiling."""
    edge = int((ceiling - reserve) * height / ceiling) if reserve > 0 else None
    free = [RESERVED if edge == row else " " for row in range(height)]
    stacks = [list(_column(low, high, ceiling, height, tone)) for low, high in ends]
    return [
        joined([stack[row] if row < len(stack) else (free[row], "faint") for stack in stacks])
        for row in range(height - 1, -1, -1)
    ]


def _column(
    low: Fraction, high: Fraction, ceiling: Fraction, height: int, tone: Tone
) -> Iterator[tuple[str, Tone]]:
    """Stack the cells of one column from the bottom."""
    low, high = min(low, ceiling), min(high, ceiling)
    whole = low.numerator * height * ceiling.denominator // (low.denominator * ceiling.numerator)
    for _ in range(whole):
        yield SURE, tone
    top = -(
        -high.numerator * height * EIGHTHS * ceiling.denominator // (high.denominator * ceiling.numerator)
    )
    left = top - whole * EIGHTHS
    if low == high:
        if left:
            yield TOPS[left], tone
        return
    for _ in range(left // EIGHTHS):
        yield DOUBT, "doubt"
    if rest := left % EIGHTHS:
        yield DOUBT if rest >= EIGHTHS // 2 else LITTLE, "doubt"


def over(ends: Sequence[Ends], ceiling: Fraction) -> tuple[Span, ...]:
    """Draw the ceiling; where the band goes beyond it, the band goes on."""
    return joined(
        [
            (SURE, "bad") if low > ceiling else (DOUBT, "doubt") if high > ceiling else (AXIS, "rule")
            for low, high in ends
        ]
    )


def marks(places: Sequence[Fraction], width: int) -> tuple[Span, ...]:
    """Draw the axis with a mark at each of these shares of it."""
    cells: list[tuple[str, Tone]] = [(AXIS, "rule")] * width
    for share in places:
        if 0 <= share <= 1:
            cells[min(width - 1, int(share * width))] = (POLL, "accent")
    return joined(cells)


def minutes(count: int, width: int) -> str:
    """Write the minutes below the axis, each where it begins and the last at the end."""
    line = "now"
    for minute in range(1, count + 1):
        text = f"{minute} min"
        place = minute * width // count if minute < count else width - len(text)
        if place > len(line) and place + len(text) <= width:
            line = line.ljust(place) + text
    return line[:width].ljust(width)
