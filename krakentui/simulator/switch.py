"""The dead man's switch: one timer an account, which outlives whoever armed it and fires once.

Each call replaces the timer; 0 takes it away. When it runs out, every open order of the account is
cancelled, at the price of a cancel-all, and the timer is gone. In maintenance nothing can be cancelled:
then it is done as soon as the engine is back.
"""

from functools import partial
from typing import TYPE_CHECKING

from krakentui.simulator.account import Account
from krakentui.simulator.clock import SECOND_US, Timer
from krakentui.simulator.gate import UNAVAILABLE, Gate

if TYPE_CHECKING:
    from krakentui.simulator.world import World

TIMEOUT_BELOW_S = 86_400


class Switches:
    """The timers of all accounts."""

    def __init__(self, world: "World", gate: Gate) -> None:
        self._world = world
        self._gate = gate
        self._timers: dict[str, Timer] = {}

    def arm(self, account: Account, timeout_s: int) -> int | str:
        """Start an account's timer anew, or take it away; give when it runs out (now, if never)."""
        if self._world.system == "maintenance":
            return UNAVAILABLE
        timer = self._timers.pop(account.name, None)
        if timer is not None:
            timer.cancel()
        at_us = self._world.clock.now_us() + timeout_s * SECOND_US
        if timeout_s:
            self._wait(account, at_us)
        return at_us

    def fires_at_us(self, account: Account) -> int | None:
        """Say when an account's timer runs out; None = it is off."""
        timer = self._timers.get(account.name)
        return None if timer is None else timer.at_us

    def _wait(self, account: Account, at_us: int) -> None:
        self._timers[account.name] = self._world.clock.at(at_us, partial(self._fire, account))

    def _fire(self, account: Account) -> None:
        del self._timers[account.name]
        if isinstance(self._gate.time_out(account), str):
            self._wait(account, self._world.clock.now_us() + SECOND_US)
