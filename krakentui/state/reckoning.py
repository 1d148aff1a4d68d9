"""The exchange's clock, reckoned from ours: one wall reading, the steady time since, a measured offset."""


class Reckoning:
    """Turns steady times into the exchange's wall time."""

    def __init__(self, wall_ns: int, t_ns: int) -> None:
        """Begin with our wall clock at a steady time."""
        self._wall_ns = wall_ns
        self._at_ns = t_ns
        self.offset_ns: int | None = None
        """The exchange's clock minus ours; None = not measured yet."""

    def read(self, wall_ns: int | None, t_ns: int) -> None:
        """Take a new reading of our wall clock, where there is one."""
        if wall_ns is not None:
            self._wall_ns, self._at_ns = wall_ns, t_ns

    def measured_ns(self, t_ns: int) -> int | None:
        """Tell the exchange's clock at a steady time; None = not known, nor is any age."""
        return None if self.offset_ns is None else self.exchange_ns(t_ns)

    def exchange_ns(self, t_ns: int) -> int:
        """Tell the exchange's clock at a steady time, by ours until it was measured: for dates, not ages."""
        return self._wall_ns + t_ns - self._at_ns + (self.offset_ns or 0)

    def lag_ns(self, said_ns: int | None, t_ns: int) -> int | None:
        """Tell how long a word was under way; None where its time or the offset is not known."""
        if said_ns is None or self.offset_ns is None:
            return None
        return self.exchange_ns(t_ns) - said_ns
