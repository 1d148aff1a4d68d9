"""Single knobs of a rule set, turned by name: what each may be, and a set with some of them turned."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from krakentui.simulator.rules import RuleSet

CHOICES: Mapping[str, tuple[object, ...]] = {
    "decay": ("continuous", "step"),
    "third": (True, False),
    "history_cost": (2, 4),
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


def turned(rules: RuleSet, knobs: Mapping[str, Any]) -> RuleSet:
    """Make a rule set with some knobs turned.

    Raises:
        ValueError: there is no such knob, or it cannot be turned there; the sentence says which.
    """
    for name, value in knobs.items():
        _check(name, value)
    return replace(rules, **knobs)


def _check(name: str, value: object) -> None:
    if name in CHOICES:
        if not any(value == one and type(value) is type(one) for one in CHOICES[name]):
            among = ", ".join("null" if one is None else str(one) for one in CHOICES[name])
            raise ValueError(f"{name} is one of {among}")
        return
    if name not in NUMBERS:
        raise ValueError(f"there is no knob {name[:40]}: {', '.join((*CHOICES, *NUMBERS))}")
    least, most = NUMBERS[name]
    if value is None and name in MAY_BE_UNLIMITED:
        return
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise ValueError(f"{name} is a whole number from {least} to {most}")
