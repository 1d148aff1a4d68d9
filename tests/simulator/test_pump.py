"""The pump moves simulated time along with real time, and never so much at once that nobody is answered."""

import time

from krakentui.simulator.pump import CATCH_US, Pump
from krakentui.simulator.world import World
from tests.simulator.publicly import a_world

BURN_NS = 200_000


def a_busy_world() -> World:
    """Make a world whose every millisecond takes a fifth of one, at a thousand times real time."""
    world = a_world("BTC/USD", moving=False)
    world.pace.manual, world.pace.speed = False, 1000.0

    def burn() -> None:
        end_ns = time.monotonic_ns() + BURN_NS
        while time.monotonic_ns() < end_ns:
            pass
        world.clock.after(1_000, burn)

    world.clock.after(1_000, burn)
    return world


def pass_real(seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        pass


def test_a_host_that_cannot_keep_the_speed_still_answers_soon() -> None:
    world = a_busy_world()
    pump = Pump(world)
    pass_real(0.02)  # owes ten simulated seconds, which take two real ones
    begun = time.monotonic()
    pump.catch_up()
    assert time.monotonic() - begun < 1.0


def test_what_was_not_caught_up_is_still_owed() -> None:
    world = a_busy_world()
    start_us = world.clock.now_us()
    pump = Pump(world)
    pass_real(0.02)
    pump.catch_up()
    first_us = world.clock.now_us() - start_us
    world.pace.speed = 0.1
    pump.catch_up()
    assert 0 < first_us < CATCH_US
    assert world.clock.now_us() - start_us > first_us


def test_in_manual_mode_time_stands_and_nothing_is_owed() -> None:
    world = a_busy_world()
    start_us = world.clock.now_us()
    pump = Pump(world)
    world.pace.manual = True
    pass_real(0.02)
    pump.catch_up()
    assert world.clock.now_us() == start_us
