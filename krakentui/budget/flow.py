"""What somebody spends from a counter and nobody shows us, as the rate that it may have.

It begins with a refusal that nothing known explains, or with a sign of it in what the exchange says of
the key. From then on the high end drains only by what the unseen use surely leaves of the drain, which at
first is nothing. Two things tell of the rate, if it is steady, over any span since then:

- a call that passed: the counter was within its ceiling, so what came in besides ours cannot have been
  more than what drained, and the room there was;
- another refusal: the counter was near its ceiling, so it cannot have been much less. Where the counter
  may have been empty in between, only what came in after that moment counts.

Calls come whole, so each bound leaves room for one of the dearest. To learn, calls must go although
nobody knows that they fit: one at a time, a pause apart that doubles with each refusal and shrinks a
little with each call that passed.
"""

from msgspec import Struct, structs

from krakentui.budget.counter import Counter
from krakentui.model.clock import SECOND
from krakentui.model.limit import POINT

DEAREST = 4 * POINT
"""Units of one unseen call at most: a history call (support article 206548367, 2026-08)."""
FORGOTTEN_NS = 900 * SECOND
"""After so long without a sign whoever it was is taken to have stopped."""
LONGEST_NS = 120 * SECOND
"""No pause is longer."""
SETTLES = 5 * POINT
"""After a refusal the counter is given the time to drain what two such calls cost, and so much more."""
SHARE = 2
"""At first our calls take no more than one part of so many of the drain."""
SHRINKS = 16
"""By one part of so many a pause gets shorter with each call that passed."""


class Flow(Struct, frozen=True, kw_only=True):
    """Unseen use since the first sign of it; amounts in units, rates in units a nanosecond."""

    began_ns: int
    least: int
    """The counter stood at least so high then."""
    most: int
    """And at most so high."""
    drain_fast: int
    """What the counter drains by itself, at most."""
    drain_slow: int
    """At least."""
    step: int
    """By so much it may be behind."""
    pause_ns: int
    """Between calls that pass."""
    penalty_ns: int
    """After a refusal."""
    next_ns: int
    """Before this moment no call goes on the assumption that it may fit."""
    sign_ns: int
    """The last sign of it: a refusal, or what the exchange said of the key."""
    own_low: int = 0
    """What we spent since, or were shown to be spent."""
    own_high: int = 0
    rate_low: int = 0
    rate_high: int | None = None
    """None = nothing bounds it yet."""

    @classmethod
    def begun(cls, like: Counter, cost: int, most: int, t_ns: int) -> "Flow":
        """Begin with a refusal of a call of this cost, after which the counter stands at most so high."""
        pause_ns = SHARE * max(POINT, cost) // like.drain_high_per_ns
        penalty_ns = (2 * cost + SETTLES) // like.drain_high_per_ns
        return cls(
            began_ns=t_ns,
            least=like.ceiling - cost,
            most=most,
            drain_fast=like.drain_low_per_ns,
            drain_slow=like.drain_high_per_ns,
            step=like.step,
            pause_ns=pause_ns,
            penalty_ns=penalty_ns,
            next_ns=t_ns + penalty_ns,
            sign_ns=t_ns,
        )

    @classmethod
    def seen(cls, like: Counter, least: int, most: int, t_ns: int) -> "Flow":
        """Begin where something else shows it, with the counter between these; a call may go at once."""
        begun = cls.begun(like, POINT, most, t_ns)
        return structs.replace(begun, least=least, next_ns=t_ns)

    @property
    def left(self) -> int:
        """What the unseen use surely leaves of the drain."""
        return 0 if self.rate_high is None else max(0, self.drain_slow - self.rate_high)

    @property
    def slack(self) -> int:
        """By so much an unseen call may lift the counter above what its rate alone would."""
        return DEAREST if self.left else 0

    @property
    def ends_ns(self) -> int:
        """When it is taken to have stopped, unless another sign of it comes."""
        return self.sign_ns + FORGOTTEN_NS

    def spent(self, low: int, high: int) -> "Flow":
        """Count what is not unseen."""
        return structs.replace(self, own_low=self.own_low + max(0, low), own_high=self.own_high + high)

    def sent(self, t_ns: int) -> "Flow":
        """Let the next call wait for the word on this one."""
        return structs.replace(self, next_ns=max(self.next_ns, t_ns + self.pause_ns))

    def passed(self, most: int, cost: int, t_ns: int) -> "Flow":
        """Learn from a call that passed and left the counter at most so high; the next comes a bit sooner."""
        shortest_ns = max(POINT, cost) // self.drain_slow
        pause_ns = max(shortest_ns, self.pause_ns - self.pause_ns // SHRINKS)
        penalty_ns = (2 * cost + SETTLES) // self.drain_slow
        now = structs.replace(self, pause_ns=pause_ns, penalty_ns=penalty_ns, next_ns=t_ns + pause_ns)
        gone_ns = t_ns - self.began_ns
        if gone_ns <= 0:
            return now
        came = most - self.least - self.own_low + self.drain_fast * gone_ns + self.step + DEAREST
        rate = max(0, -(-came // gone_ns))
        return structs.replace(now, rate_high=rate if self.rate_high is None else min(rate, self.rate_high))

    def refused(self, ceiling: int, cost: int, t_ns: int) -> "Flow":
        """Learn from another refusal, and wait longer before the next call."""
        pause_ns, penalty_ns = (min(LONGEST_NS, 2 * one) for one in (self.pause_ns, self.penalty_ns))
        now = structs.replace(
            self, pause_ns=pause_ns, penalty_ns=penalty_ns, next_ns=t_ns + penalty_ns, sign_ns=t_ns
        )
        gone_ns = t_ns - self.began_ns
        if gone_ns <= 0:
            return now
        least = ceiling - cost - self.own_high - DEAREST
        from_there = least - self.most + self.drain_slow * gone_ns - self.step
        low = max(self.rate_low, min(from_there, least) // gone_ns)
        if self.rate_high is None or low <= self.rate_high:
            return structs.replace(now, rate_low=low)
        return now.anew(ceiling - cost, ceiling + cost, t_ns)  # it is not as steady as that

    def anew(self, least: int, most: int, t_ns: int) -> "Flow":
        """Void what was learned of the rate; the counter stands within these figures now."""
        return structs.replace(
            self, began_ns=t_ns, least=least, most=most, own_low=0, own_high=0, rate_low=0, rate_high=None
        )

    def drained(self, like: Counter) -> "Flow":
        """Go by the drain of this counter."""
        return structs.replace(
            self, drain_fast=like.drain_low_per_ns, drain_slow=like.drain_high_per_ns, step=like.step
        )
