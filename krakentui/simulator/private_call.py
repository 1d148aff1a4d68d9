"""A private REST call that passed the door, and how its parameters are read: tolerantly."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from krakentui.simulator.account import Account
from krakentui.simulator.gate import Gate
from krakentui.simulator.identity import Door
from krakentui.simulator.keys import ApiKey
from krakentui.simulator.switch import Switches

if TYPE_CHECKING:
    from krakentui.simulator.world import World

Result = dict[str, object]
"""A result; a plain text in its place is an error."""


@dataclass(frozen=True, slots=True)
class Call:
    """A call that passed the door, the limits and the permissions."""

    world: "World"
    key: ApiKey
    params: dict[str, Any]
    account: Account
    door: Door
    gate: Gate
    switches: Switches
    now_us: int


Answer = Callable[[Call], Result | list[object] | str]


def listed(value: Any) -> list[str]:  # noqa: ANN401  straight from the request's JSON
    """Read a list of ids: a JSON list, or text with commas."""
    if isinstance(value, list):
        return [str(item) for item in value]
    return [part.strip() for part in str(value or "").split(",") if part.strip()]


def reference(value: Any) -> str | int:  # noqa: ANN401  straight from the request's JSON
    """Read what names an order: its id, or a user's reference."""
    return int(value) if is_integer(value) else str(value)


def is_integer(value: Any) -> bool:  # noqa: ANN401  straight from the request's JSON
    """Say whether a value is a whole number, given as such or as text."""
    text = str(value)
    return text.isascii() and text.removeprefix("-").isdecimal() and len(text) <= 12
