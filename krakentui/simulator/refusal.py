"""Control calls that make no sense or that the exchange would not do."""

from decimal import Decimal, InvalidOperation


class Refused(Exception):
    """A control call was not done; its text says why."""


def decimal(value: object, name: str) -> Decimal:
    """Read a number out of a control call, given as JSON number or text."""
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or isinstance(value, bool):
        raise Refused(f"{name} must be a number")
    return number
