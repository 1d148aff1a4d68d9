"""What a simulated exchange is started with."""

from dataclasses import dataclass

from krakentui.simulator.mirror.recording import Recording
from krakentui.simulator.scenario import Scenario

OPENING_US = 1_804_669_200_000_000
"""2027-03-10T09:00:00Z: the fixed start instant, so that pictures and tests repeat."""


@dataclass(frozen=True)
class Options:
    """One exchange's seed, truth and way of running. Equal options and commands give equal frames."""

    seed: int = 1
    tier: str = "intermediate"
    """The account tier that the exchange applies: starter, intermediate or pro."""
    rules: str = "documented"
    """How the exchange counts where the documentation is silent."""
    start_us: int | None = OPENING_US
    """First instant of the simulated world; None means the present."""
    speed: float = 1.0
    manual: bool = False
    """The clock moves only when told."""
    quiet: bool = False
    """No background actor on the account."""
    control: bool = False
    """Open the control routes over HTTP."""
    port: int = 0
    compress: bool = False
    """Offer permessage-deflate on websockets."""
    scenario: Scenario | None = None
    """What happens by itself, and when."""
    pairs: int = 0
    """Fill the market with seeded listings up to so many pairs; below what the table has: none."""
    mirror: Recording | None = None
    """Say what was recorded instead of simulating markets and accounts."""
