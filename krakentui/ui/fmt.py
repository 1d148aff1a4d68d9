"""Figures as text: fixed places, real minus signs, ages people read at a glance.

Unknown is `—`, never zero; a figure too small for its places says so instead of becoming zero.
"""

import re
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from krakentui.model.clock import MILLISECOND, SECOND
from krakentui.model.number import points_text
from krakentui.state.view import CancelCost

UNKNOWN = "—"
MINUS = "−"
WAITING = "waiting for the exchange"
HIDDEN = "▒▒▒▒▒▒"
"""What stands where privacy mode hides an amount or an id; its width tells nothing."""

_WORD = re.compile(r"[+−-]?\w(?:[\w.,:/-]*\w)?")
_ID = re.compile(r"[A-Z0-9]{5,7}(?:-[A-Z0-9]{4,7})+")
_PAIR = re.compile(r"[A-Z0-9.]*[A-Z][A-Z0-9.]*/[A-Z0-9.]*[A-Z][A-Z0-9.]*")
_PRICE = re.compile(r"[+−-]?[0-9][0-9,]*(?:\.[0-9]+)?")
_BEFORE_PRICE = re.compile(r"(?:\b(?:at|trigger) |@ ?)$")

ROOMY = 7
"""Digits of a quantity, before and after the point together, that tables have room for."""

MINUTE = 60
HOUR = 60 * MINUTE
DAY = 24 * HOUR


def number(value: Decimal | None, places: int) -> str:
    """Write a figure with fixed places and grouped thousands."""
    if value is None:
        return UNKNOWN
    text = f"{abs(value):,.{places}f}"
    if value and not any("1" <= char <= "9" for char in text):
        text = f"<{text[:-1]}1"
    return f"{MINUS}{text}" if value < 0 else text


def amount(value: Decimal | None, places: int, size: Decimal | None = None) -> str:
    """Write a quantity for a glance, with as many places as its size leaves room for.

    `size` decides for a group of figures (total, free and held of one asset), so that they line up.
    """
    if value is None:
        return UNKNOWN
    return number(value, min(places, max(0, ROOMY - _whole_digits(value if size is None else size))))


def whole_amount(value: Decimal | None, places: int) -> str:
    """Write a quantity without losing a digit: only zeros at the end give way to a long whole part."""
    if value is None:
        return UNKNOWN
    least = min(places, max(0, ROOMY - _whole_digits(value)))
    while least < places and value != value.quantize(Decimal(1).scaleb(-least)):
        least += 1
    return number(value, least)


def _whole_digits(value: Decimal) -> int:
    return len(str(abs(int(value))))


def signed(value: Decimal | None, places: int = 2) -> str:
    """Write a change with its sign, plus as well as minus."""
    if value is None:
        return UNKNOWN
    text = number(value, places)
    return f"+{text}" if value > 0 else text


def percent(value: Decimal | None, places: int = 1) -> str:
    """Write a share without sign."""
    return UNKNOWN if value is None else f"{number(value, places)}%"


def age(age_ns: int | None) -> str:
    """Write how old something is: `3s`, `2m`, `5h`, `12d`."""
    return UNKNOWN if age_ns is None else _span(max(0, age_ns) // SECOND)


def wait(wait_ns: int | None) -> str:
    """Write how long something takes yet, rounded up to the unit shown: it is never said too early."""
    if wait_ns is None:
        return UNKNOWN
    seconds = -(-max(0, wait_ns) // SECOND)
    unit = next((unit for unit in (DAY, HOUR, MINUTE) if seconds >= unit), 1)
    return _span(-(-seconds // unit) * unit)


def _span(seconds: int) -> str:
    if seconds < MINUTE:
        return f"{seconds}s"
    if seconds < HOUR:
        return f"{seconds // MINUTE}m"
    return f"{seconds // HOUR}h" if seconds < DAY else f"{seconds // DAY}d"


def until(wait_ns: int) -> str:
    """Write when something fits: `12s`, from a minute on to the second `2:48`, from an hour on `2h`."""
    seconds = -(-max(0, wait_ns) // SECOND)
    return countdown(wait_ns) if MINUTE <= seconds < HOUR else wait(wait_ns)


def countdown(wait_ns: int) -> str:
    """Write a long wait to the second: `14:05`."""
    seconds = -(-max(0, wait_ns) // SECOND)
    return f"{seconds // MINUTE}:{seconds % MINUTE:02d}"


@lru_cache(maxsize=1024)
def interval(low: Fraction, high: Fraction, places: int = 1) -> str:
    """Write limit points as the interval they are, rounded outward: `7.5` or `7.5–9`.

    A figure that is known exactly stays one figure, rounded up.
    """
    if low == high:
        return points_text(high, up=True, places=places)
    least, most = points_text(low, up=False, places=places), points_text(high, up=True, places=places)
    return least if least == most else f"{least}–{most}"


def cancel_cost(cost: CancelCost | None, *, brief: bool = False) -> str:
    """Write what a cancel costs now and what it will cost: `4→2 in 9s`, in little room `4→2 9s`."""
    if cost is None:
        return UNKNOWN
    now = interval(cost.low, cost.high)
    if cost.high == 0:
        return "free"
    if cost.next is None or cost.next_in_ns is None:
        return now
    when = wait(cost.next_in_ns) if brief else f"in {wait(cost.next_in_ns)}"
    return f"{now}→{interval(cost.next, cost.next)} {when}"


def time_of_day(wall_ns: int) -> str:
    """Write an instant as UTC hours, minutes and seconds."""
    return datetime.fromtimestamp(wall_ns // SECOND, UTC).strftime("%H:%M:%S")


def moment(wall_ns: int | None) -> str:
    """Write an instant as UTC date and time, to the second."""
    if wall_ns is None:
        return UNKNOWN
    return datetime.fromtimestamp(wall_ns // SECOND, UTC).strftime("%Y-%m-%d %H:%M:%S")


def day_and_time(wall_ns: int) -> str:
    """Write an instant as UTC day, hour and minute."""
    return datetime.fromtimestamp(wall_ns // SECOND, UTC).strftime("%d %b %H:%M")


def stamp(wall_ns: int | None) -> str:
    """Write an instant to the millisecond, day included; one that no calendar has is unknown."""
    if wall_ns is None:
        return UNKNOWN
    try:
        at = datetime.fromtimestamp(wall_ns // SECOND, UTC)
    except (ValueError, OverflowError, OSError):
        return UNKNOWN
    return f"{at.strftime('%d %b %H:%M:%S')}.{wall_ns % SECOND // MILLISECOND:03}"


def without_figures(text: str) -> str:
    """Mask amounts and ids of a sentence, each whole, as lengths tell how much: privacy mode.

    Prices are in everybody's sight in the market, so they stay, and so do names of pairs.
    """
    return _WORD.sub(lambda word: _masked(word.group(), text[: word.start()]), text)


def _masked(word: str, before: str) -> str:
    is_price = _PRICE.fullmatch(word) and _BEFORE_PRICE.search(before)
    if is_price or _PAIR.fullmatch(word):
        return word
    return HIDDEN if any(map(str.isdigit, word)) or _ID.fullmatch(word) else word
