"""Control calls that make no sense or that the exchange would not do, and how their fields are read."""

from collections.abc import Collection
from decimal import Decimal, InvalidOperation

from krakentui.simulator.jsontext import units_of

EXPONENT_MAX = 40
"""Nobody means more; `1e999999999` written out would fill the memory."""
UNITS_MAX = 10**18
"""In smallest units: what the order books can hold."""


class Refused(Exception):
    """A control call was not done; its text says why."""


def decimal(value: object, name: str) -> Decimal:
    """Read a number out of a control call, given as JSON number or text."""
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or isinstance(value, bool) or abs(number.adjusted()) > EXPONENT_MAX:
        raise Refused(f"{name} must be a number")
    return number


def units(value: object, places: int, name: str) -> int:
    """Read an amount into units of 10^-places."""
    found = units_of(f"{decimal(value, name):f}", places)
    if abs(found) > UNITS_MAX:
        raise Refused(f"{name} is beyond all reason")
    return found


def flag(value: object, name: str) -> bool:
    """Read a true or false."""
    if not isinstance(value, bool):
        raise Refused(f"{name} is true or false")
    return value


def one_of(value: object, known: Collection[str], name: str) -> str:
    """Read one of some words."""
    if not isinstance(value, str) or value not in known:
        raise Refused(f"{name} is one of {', '.join(known)}")
    return value
