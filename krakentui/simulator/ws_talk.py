"""A websocket conversation of any version: its life, its pace, its heartbeat."""

import json
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar

from krakentui.simulator.clock import SECOND_US, Timer
from krakentui.simulator.surface import Socket
from krakentui.simulator.traffic import TOO_FAST

if TYPE_CHECKING:
    from krakentui.simulator.world import World

IDLE_US = 60 * SECOND_US
"""A socket without subscription and without requests is closed after about a minute."""


class Talk(ABC):
    """One conversation: counts what it hears, keeps the heartbeat.

    Data frames go out through `send_data`, everything else through `send`.
    """

    heartbeat: ClassVar[str]

    def __init__(self, world: "World", socket: Socket) -> None:
        self.world = world
        self.socket = socket
        self.connection_id = world.rng(f"connection/{socket.number}").getrandbits(64) | 1 << 63
        self.time_in_us = 0
        self._data_us = 0
        self._asked_us = 0
        self._beat: Timer | None = None

    @property
    @abstractmethod
    def subscribed(self) -> bool:
        """True while any channel is subscribed."""

    @abstractmethod
    def hear(self, request: dict[str, Any] | None) -> None:
        """Answer one frame of the client, None = it is no JSON object; never raises on bad input."""

    @abstractmethod
    def send_status(self, *, with_connection: bool) -> None:
        """Tell the engine's mode; only a greeting carries the connection's id."""

    def opened(self) -> None:
        """Greet a new connection."""
        self.world.joined(self)
        self._asked_us = self._data_us = self.world.clock.now_us()
        self.greet()
        self._beat = self.world.clock.after(SECOND_US, self._tick)

    def greet(self) -> None:
        """Say the first words on a new connection."""
        self.send_status(with_connection=True)

    def closed(self) -> None:
        """Forget a connection that is gone."""
        if self._beat is not None:
            self._beat.cancel()
            self._beat = None
        self.world.left(self)

    def received(self, text: str) -> None:
        """Read one frame of the client and answer it."""
        self.time_in_us = self._asked_us = self.world.clock.now_us()
        if self.world.admits_frame(self.socket.number):
            self.hear(_read(text))
        else:
            self.send(TOO_FAST)

    def send(self, frame: str) -> None:
        """Send a frame that is no channel data: it does not hold the heartbeat back."""
        self.socket.send(frame)

    def send_data(self, frame: str) -> None:
        """Send channel data; the heartbeat stays away for a second."""
        self._data_us = self.world.clock.now_us()
        self.socket.send(frame)

    def beat(self) -> None:
        """Show that the connection lives though nothing happens."""
        self.send_data(self.heartbeat)

    def _tick(self) -> None:
        now_us = self.world.clock.now_us()
        due_us = now_us + SECOND_US
        if not self.subscribed:
            if now_us - self._asked_us >= IDLE_US:
                self.socket.close(1000, "")
                return
        elif now_us - self._data_us >= SECOND_US:
            self.beat()
        else:
            due_us = self._data_us + SECOND_US
        self._beat = self.world.clock.at(due_us, self._tick)


def _read(text: str) -> dict[str, Any] | None:
    try:
        request = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return request if isinstance(request, dict) else None
