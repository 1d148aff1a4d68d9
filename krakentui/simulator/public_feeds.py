"""Public channels: each turns one market's acts into frames, once for all who subscribed."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from krakentui.simulator.world import World


class Feeds:
    """All public channels that somebody has subscribed."""

    def __init__(self, world: "World") -> None:
        self._world = world
