"""Exact numbers: Decimals built from text, finite and bounded, written without an exponent."""

from decimal import Decimal, InvalidOperation
from fractions import Fraction

MAX_DIGITS = 40
"""Longest number taken from outside, digits before and after the point together."""


class BadNumber(ValueError):
    """A figure from outside that is not a finite number of a sane size."""


def exact(value: str | int | Decimal) -> Decimal:
    """Build a Decimal from text or an integer.

    Raises:
        BadNumber: it is no number, not finite, or longer than `MAX_DIGITS`.
    """
    if isinstance(value, bool):
        raise BadNumber("a boolean is not a number")
    if isinstance(value, str) and len(value) > 2 * MAX_DIGITS:
        raise BadNumber(f"a number of {len(value)} characters")
    try:
        number = Decimal(value)
    except InvalidOperation as error:
        raise BadNumber(f"not a number: {value!r:.40}") from error
    return bounded(number)


def bounded(number: Decimal) -> Decimal:
    """Return the number if it is finite and of a sane size.

    Raises:
        BadNumber: NaN, infinite, or longer than `MAX_DIGITS`.
    """
    if not number.is_finite():
        raise BadNumber(f"not finite: {number}")
    text = str(number)
    if len(text) <= MAX_DIGITS - 2 and "E" not in text:
        return number  # every frame passes here: taking a number apart costs five times as much
    _, digits, exponent = number.as_tuple()
    if not isinstance(exponent, int) or abs(exponent) > MAX_DIGITS or len(digits) > MAX_DIGITS:
        raise BadNumber("a number of more than 40 digits")
    return number


def plain(number: Decimal) -> str:
    """Write a Decimal without an exponent, keeping its digits (`0.00000000`, never `0E-8`)."""
    return format(number, "f")


def counted(count: int | str, noun: str, nouns: str = "") -> str:
    """Write a number with what it counts: `1 point`, `2 points`, `0.5 points`, `1 to 2 entries`.

    Args:
        count: The number, or how it is written.
        noun: What one of it is called.
        nouns: What several are called, where that is not the noun with an s.
    """
    number = f"{count:,}" if isinstance(count, int) else count
    return f"{number} {noun if number == '1' else nouns or f'{noun}s'}"


def without_zeros(text: str) -> str:
    """Drop the zeros of a written figure that say nothing: `0.500` is `0.5`, `100` stays."""
    return text.rstrip("0").rstrip(".") if "." in text else text


def grouped(text: str) -> str:
    """Put commas between the thousands of a written figure, as the screen does: for sentences."""
    whole, point, rest = text.partition(".")
    sign = "-" if whole.startswith("-") else ""
    return f"{sign}{int(whole.removeprefix('-')):,}{point}{rest}"


def places_of(increment: Decimal) -> int:
    """Count the decimals of an increment: 0.01 has 2, 10 has 0."""
    exponent = increment.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def points_text(points: Fraction, *, up: bool, places: int = 2) -> str:
    """Write limit points as a decimal, rounded outward so that an interval never narrows."""
    scale = 10**places
    scaled = points * scale
    whole = -(-scaled.numerator // scaled.denominator) if up else scaled.numerator // scaled.denominator
    text = plain(Decimal(whole).scaleb(-places))
    return without_zeros(text)
