"""How old figures look: amber with an age when old, dim with a mark when stale, a dash when unknown."""

from krakentui.state.view import Freshness
from krakentui.ui.fmt import UNKNOWN, age
from krakentui.ui.line import Span, Tone

STALE_MARK = "▒"


def toned(text: str, fresh: Freshness, tone: Tone = "text") -> Span:
    """Give a figure the tone of its freshness, or its own tone while it is live."""
    if text == UNKNOWN:
        return Span(text, "muted")
    if fresh == "live":
        return Span(text, tone)
    return Span(text, "warn" if fresh == "old" else "stale")


def or_age(text: str, age_ns: int | None, fresh: Freshness, tone: Tone = "text") -> Span:
    """Write a figure of lesser weight while the row is live, and the row's age in its place when not."""
    if fresh == "live":
        return toned(text, fresh, tone)
    if fresh == "unknown":
        return Span(UNKNOWN, "muted")
    if fresh == "old":
        return Span(f"old {age(age_ns)}", "warn")
    return Span(f"{STALE_MARK} {age(age_ns)}", "stale")
