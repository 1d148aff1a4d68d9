"""What we are connected to, and how much a session may do there."""

from typing import Literal

Venue = Literal["live", "demo", "simulator", "replay"]
Power = Literal["public", "watch", "watch+cancel"]
