"""Where a recorder listens: every byte that enters or leaves passes a tap."""

from typing import Literal, Protocol

Direction = Literal["in", "out"]


class Tap(Protocol):
    """Sees what goes over the wire; must be quick and must not raise."""

    def passed(self, where: str, direction: Direction, data: bytes) -> None:
        """Take note of one frame or body; `where` is `public`, `private` or `rest/<Endpoint>`."""
        ...


class NoTap:
    """Nobody listens."""

    def passed(self, where: str, direction: Direction, data: bytes) -> None:
        """Let it pass."""
