"""Single knobs, turned by name: of a rule set, and of the exchange's manners; what each may be."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from krakentui.simulator import manners
from krakentui.simulator.manners import Manners
from krakentui.simulator.rules import RuleSet

CHOICES: Mapping[str, tuple[object, ...]] = {
    "decay": ("continuous", "step"),
    "third": (True, False),
    "history_cost": (2, 4),
    "closed_orders_cost": ("history", "plain"),
    "order_calls_cost": (0, 1),
    "rejected_counts": (True, False),
    "edge": (">", ">="),
    "blocks_zero_cost": (True, False),
    "cancel_over_threshold": ("reject", "accept"),
    "ratecount_field": (None, "ratecount", "rate_count", "ratecounter", "rate_counter"),
    "cancel_all_cost": ("rungs", "rungs+1", "free"),
    "capped": (True, False),
}
NUMBERS: Mapping[str, tuple[int, int]] = {
    "public_burst": (1, 10_000),
    "in_flight": (1, 10_000),
    "connections_max": (1, 100_000),
    "message_burst": (1, 100_000),
    "message_rate": (1, 100_000),
}
MAY_BE_UNLIMITED = frozenset({"in_flight", "message_burst"})
OF_RULES = (*CHOICES, *NUMBERS)
OF_MANNERS = (*manners.CHOICES, *manners.NUMBERS, *manners.TEXTS)


def turned(rules: RuleSet, knobs: Mapping[str, Any]) -> RuleSet:
    """Make a rule set with some knobs turned; those of manners are left aside.

    Raises:
        ValueError: there is no such knob, or it cannot be turned there; the sentence says which.
    """
    for name, value in knobs.items():
        check(name, value)
    return replace(rules, **{name: value for name, value in knobs.items() if name in OF_RULES})


def behave(held: Manners, knobs: Mapping[str, Any]) -> None:
    """Turn the knobs of manners among some that were checked."""
    for name, value in knobs.items():
        if name in OF_MANNERS:
            setattr(held, name, value)


def told(rules: RuleSet, held: Manners) -> dict[str, object]:
    """Tell how every knob stands."""
    limits = {name: getattr(rules, name) for name in OF_RULES}
    return limits | {name: getattr(held, name) for name in OF_MANNERS}


def check(name: str, value: object) -> None:
    """Refuse a knob that does not exist or cannot stand there.

    Raises:
        ValueError: the sentence says why.
    """
    choices = CHOICES.get(name) or manners.CHOICES.get(name)
    numbers = NUMBERS.get(name) or manners.NUMBERS.get(name)
    if choices is not None:
        if not any(value == one and type(value) is type(one) for one in choices):
            among = ", ".join("null" if one is None else str(one) for one in choices)
            raise ValueError(f"{name} is one of {among}")
    elif name in manners.TEXTS:
        if not isinstance(value, str) or len(value) > manners.TEXTS[name]:
            raise ValueError(f"{name} is a text of at most {manners.TEXTS[name]} characters")
    elif numbers is None:
        raise ValueError(f"there is no knob {name[:40]}: {', '.join((*OF_RULES, *OF_MANNERS))}")
    elif value is not None or name not in MAY_BE_UNLIMITED:
        least, most = numbers
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise ValueError(f"{name} is a whole number from {least} to {most}")
