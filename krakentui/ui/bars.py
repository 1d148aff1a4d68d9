"""Bars and sparklines from block elements, readable without colour.

An interval bar has four parts: what is surely used, the doubt band between the two ends of the
interval, what is free, and the reserve that background calls leave alone.
"""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from krakentui.ui.line import Span, Tone

EIGHTHS = " ▏▎▍▌▋▊▉█"
LEVELS = "▁▂▃▄▅▆▇"
"""Seven of the eight: a full block would touch the line above."""
SURE, DOUBT, FREE, RESERVED, MARK = "█", "▒", "─", "╌", "┃"


def interval_bar(
    low: Fraction, high: Fraction, ceiling: Fraction, reserve: Fraction, width: int, tone: Tone
) -> tuple[Span, ...]:
    """Draw a counter as the interval that contains it.

    The sure part is rounded down to whole cells and the band outward, so that the bar never claims
    to know more than the interval does; any doubt takes at least one cell.
    """
    if ceiling <= 0 or width <= 0:
        return (Span(FREE * max(0, width), "faint"),)
    low, high = min(max(low, Fraction(0)), ceiling), min(max(high, low), ceiling)
    filled = _filled_cells(low, high, ceiling, width)
    tones: list[tuple[str, Tone]] = [
        (glyph, tone if glyph not in (DOUBT, FREE) else ("doubt" if glyph == DOUBT else "faint"))
        for glyph in filled
    ]
    if reserve > 0:
        mark = min(width - 1, int((ceiling - reserve) * width / ceiling))
        for cell in range(mark + 1, width):
            if tones[cell][0] == FREE:
                tones[cell] = (RESERVED, "faint")
        tones[mark] = (MARK, "strong")
    return joined(tones)


def _filled_cells(low: Fraction, high: Fraction, ceiling: Fraction, width: int) -> str:
    eighths = int(low * width * 8 / ceiling)
    sure = eighths // 8
    if high == low:
        part = EIGHTHS[eighths % 8] if eighths % 8 else ("▏" if low and not eighths else "")
        return (SURE * sure + part).ljust(width, FREE)
    sure = min(sure, width - 1)
    end = -(-high.numerator * width * ceiling.denominator // (high.denominator * ceiling.numerator))
    return (SURE * sure + DOUBT * max(1, end - sure)).ljust(width, FREE)[:width]


def joined(cells: Sequence[tuple[str, Tone]]) -> tuple[Span, ...]:
    """Join cells of the same tone into spans."""
    spans: list[Span] = []
    for glyph, tone in cells:
        if spans and spans[-1].tone == tone:
            spans[-1] = Span(spans[-1].text + glyph, tone)
        else:
            spans.append(Span(glyph, tone))
    return tuple(spans)


def filled_bar(share_pct: Decimal | None, width: int) -> str:
    """Draw how much of an order is filled."""
    if share_pct is None:
        return "—".ljust(width)
    eighths = max(0, min(width * 8, int(share_pct * width * 8 / 100)))
    if share_pct > 0 and eighths == 0:
        eighths = 1
    part = EIGHTHS[eighths % 8] if eighths % 8 else ""
    return (SURE * (eighths // 8) + part).ljust(width, "·")


def sparkline(closes: Sequence[Decimal], width: int) -> str:
    """Draw the latest closes between their own lowest and highest; empty until there are some."""
    latest = closes[-width:]
    if not latest:
        return ""
    low, high = min(latest), max(latest)
    if low == high:
        return (LEVELS[2] * len(latest)).rjust(width)
    top = len(LEVELS) - 1
    return "".join(LEVELS[int((close - low) * top / (high - low))] for close in latest).rjust(width)
