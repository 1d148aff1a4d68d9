"""How long the client waits for what: every threshold in one place, in seconds of its clock.

The figures are those of the fault table. A clock that runs `speed` times faster shrinks them in real
time, and no machine answers in 5 ms reliably, so each has a floor of real time.
"""

from msgspec import Struct


class Patience(Struct, frozen=True, kw_only=True):
    """The thresholds of one run."""

    open_s: float = 10.0
    """Opening a socket, TLS and handshake included."""
    amber_s: float = 3.0
    """Silence after which a feed is old: cancels take another way."""
    stale_s: float = 5.0
    """Silence after which a feed is dropped and reopened."""
    snapshot_s: float = 5.0
    """From a subscription to its first data: then one repeat, then a new socket."""
    read_s: float = 2.0
    """One private read: it holds the key's only place on the wire."""
    public_s: float = 10.0
    """One public read: lists of pairs are big."""
    answer_s: float = 5.0
    """From a cancel's bytes to its answer: then its outcome is unknown."""
    write_s: float = 2.0
    """Until a cancel's bytes are written: then it is not sent at all."""
    batch_s: float = 0.02
    """Public frames are drained this far apart."""
    tick_s: float = 1.0
    """How often the clocks are compared."""
    jump_s: float = 2.0
    """A gap between ticks, or between the clocks, that makes everything stale."""
    broker_s: float = 1.0
    """Silence after which the program that holds the key counts as hung."""

    @classmethod
    def at_speed(cls, speed: float) -> "Patience":
        """Give the thresholds for a clock that runs this much faster than real time."""
        if speed <= 1.0:
            return cls()
        return cls(
            open_s=max(10.0, 2.0 * speed),
            amber_s=max(3.0, 0.6 * speed),
            stale_s=max(5.0, 1.0 * speed),
            snapshot_s=max(5.0, 1.0 * speed),
            read_s=max(2.0, 0.5 * speed),
            public_s=max(10.0, 2.0 * speed),
            answer_s=max(5.0, 1.0 * speed),
            write_s=max(2.0, 0.5 * speed),
            batch_s=0.02 * min(speed, 20.0),
            tick_s=max(1.0, 0.2 * speed),
            jump_s=2.0 * speed,
            broker_s=1.0 * speed,
        )
