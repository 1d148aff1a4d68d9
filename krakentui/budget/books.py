"""Every counter of one session: what is known of them, and the small changes that events are made of."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import Self

from msgspec import structs

from krakentui.budget.belief import Belief
from krakentui.budget.counter import Counter
from krakentui.budget.interval import Interval
from krakentui.budget.meter import Meter
from krakentui.budget.parts import KeyBook, KeyBooks, Line
from krakentui.budget.rules import (
    CONNECTIONS_MAX,
    CONNECTIONS_OURS,
    CONNECTIONS_WINDOW_NS,
    PUBLIC_BURST,
    PUBLIC_DECAY,
    REJECTED_WINDOW_NS,
    per_ns,
    rest_cost,
)
from krakentui.budget.silences import Hold, Lockout
from krakentui.budget.window import Window
from krakentui.model.clock import MILLISECOND, SECOND
from krakentui.model.counting import AS_DOCUMENTED, Counting
from krakentui.model.limit import ConnectionScope, IpScope, KeyScope, LimitName, PairScope, Scope, Tier, units

CANCEL_IN_AIR_NS = 30 * SECOND
MASS_CANCEL = "cancel_all"
"""How a mass cancel names itself where it is booked."""
STREAM_LATE_NS = 200 * MILLISECOND
"""By so much the stream may show an act late."""
OWN_REMEMBERED_NS = 120 * SECOND
"""For so long a cancel of ours is recognised when the stream shows it after its answer."""


class Books(KeyBooks, frozen=True, kw_only=True):
    """All limit counters of one session, and what else bears on them.

    A session may have a second key of its account, which cancels: each has a REST counter of its own, and
    the counters of the pairs are those of both.
    """

    account: str | None
    reserve: int
    """Units of the REST counter that background calls never touch."""
    belief: Belief
    public: Meter
    connections: Window
    elsewhere: Meter
    """The engine counter of every pair on which nothing has been seen yet."""
    engine: Mapping[str, Meter] = MappingProxyType({})
    public_pairs: Mapping[str, Meter] = MappingProxyType({})
    lines: Mapping[int, Line] = MappingProxyType({})
    """The open sockets by the number of their connection."""
    sees_acts: bool = False
    """The stream is whole: every accepted act of the account is seen."""
    shared: bool = False
    """Another program of ours holds the key and counts: its figures stand in place of our own count."""
    own_sight: bool = False
    """While it does: our own stream is whole."""
    own_cancels: Mapping[str, int] = MappingProxyType({})
    """Our cancels and when they went out (steady time)."""
    mass_ns: int | None = None
    """When our last mass cancel went out (steady time)."""
    lockouts: tuple[Lockout, ...] = ()
    holds: tuple[Hold, ...] = ()
    refusals_expected: int = 0
    refusals_unexpected: int = 0
    ahead_ns: int | None = None
    """The exchange's wall clock is at least this far ahead of our steady one."""
    clock_ns: int | None = None
    """By so much it is ahead, as measured; None = not measured."""
    clock_doubt_ns: int = 0

    @classmethod
    def start(
        cls,
        t_ns: int,
        key: str | None,
        account: str | None,
        rest_reserve: Decimal | Fraction | int = 3,
        counting: Counting = AS_DOCUMENTED,
        assume_tier: Tier | None = None,
        names: Mapping[str, str] = MappingProxyType({}),
        second: str | None = None,
    ) -> Self:
        """Open a ledger that knows nothing of what was spent before.

        Args:
            t_ns: Steady time.
            key: Fingerprint of the API key.
            account: Name of the account.
            rest_reserve: Points of the REST counter kept from background calls.
            counting: What the settings say of costs, ceilings and drains.
            assume_tier: The tier to go by, whatever the exchange says.
            names: What the user calls the keys, by fingerprint.
            second: Fingerprint of another key of the account.
        """
        belief = Belief(assumed=assume_tier, counting=counting)
        public = Counter(0, 0, t_ns, units(PUBLIC_BURST), per_ns(PUBLIC_DECAY), per_ns(PUBLIC_DECAY))
        other = (
            None
            if second is None
            else KeyBook(key=second, name=names.get(second, second), rest=belief.rest_meter(t_ns))
        )
        return cls(
            key=key,
            key_name=names.get(key or "", key or ""),
            second=other,
            account=account,
            reserve=units(Fraction(rest_reserve)),
            belief=belief,
            rest=belief.rest_meter(t_ns),
            public=Meter.empty(public),
            connections=Window(ceiling=CONNECTIONS_MAX, ours=CONNECTIONS_OURS, span_ns=CONNECTIONS_WINDOW_NS),
            elsewhere=Meter.unknown(belief.engine_counter(t_ns), belief.engine_full, STREAM_LATE_NS),
        )

    # --- what is known ---------------------------------------------------------------------------

    def meter(self, name: LimitName, scope: Scope) -> Meter | None:
        """Find the meter of a draining limit; None = it is not counted that way."""
        match name, scope:
            case "rest", KeyScope(key=key):
                books = self.of_key(key)
                return None if books is None else books.rest
            case "engine", PairScope(pair=pair):
                return self.engine.get(pair, self.elsewhere)
            case "public_rest", IpScope(pair=pair) if pair:
                return self.public_pairs.get(pair, Meter.empty(self.public.counter))
            case "public_rest", _:
                return self.public
            case "messages", ConnectionScope(connection=number) if number in self.lines:
                return self.lines[number].meter
        return None

    def rest_at(self, t_ns: int) -> Counter:
        """Tell the REST counter of the key."""
        return self.rest.shown(t_ns)

    def engine_at(self, pair: str, t_ns: int) -> Counter:
        """Tell the engine counter of a pair; while the stream is not whole it may be full."""
        return self._engine(pair, t_ns).shown(t_ns)

    def engine_fits_at(self, pair: str, cost: int, t_ns: int) -> int | None:
        """Tell when an act of this cost surely fits on a pair, if nothing else happens; None = never."""
        return self._engine(pair, t_ns).fits_at(cost, t_ns)

    def counter(self, name: LimitName, scope: Scope, t_ns: int) -> Counter | None:
        """Tell the counter of a draining limit."""
        if name == "engine" and isinstance(scope, PairScope):
            return self.engine_at(scope.pair, t_ns)
        meter = self.meter(name, scope)
        return None if meter is None else meter.shown(t_ns)

    def late_ns(self, said_ns: int | None, t_ns: int) -> int:
        """Tell how late the stream shows at most what it says happened then.

        What the doubt of the measured clock explains is taken for the usual lateness; where the clock is
        known well, it tells.
        """
        if said_ns is None or self.clock_ns is None:
            return STREAM_LATE_NS
        late_ns = t_ns + self.clock_ns - said_ns
        most_ns = late_ns + self.clock_doubt_ns
        if 0 <= most_ns <= STREAM_LATE_NS:
            return most_ns
        return STREAM_LATE_NS if late_ns <= self.clock_doubt_ns else most_ns

    @property
    def edge(self) -> int:
        """So far a call stays below the ceiling: one that takes a counter just there may be refused."""
        return 0 if self.belief.counting.edge == ">" else 1

    @property
    def short(self) -> int:
        """So far below the ceiling an act has to end to pass, where one that ends just there is refused."""
        return 1 if self.belief.counting.edge == ">=" else 0

    @property
    def hidden_ns(self) -> int:
        """For how long a seen act of others permits one that was refused unseen."""
        window = self.belief.counting.others_window
        return REJECTED_WINDOW_NS if window is None else window * SECOND

    def rest_cost(self, endpoint: str) -> Interval:
        """Tell what a private REST call costs, in units."""
        return rest_cost(endpoint, self.belief.counting)

    def locked(self, t_ns: int) -> Lockout | None:
        """Tell the lockout that ends last; None = private calls are free to go."""
        mine = (one for one in self.lockouts if one.until_ns > t_ns and not self.is_of_second(one.scope))
        return max(mine, key=lambda one: one.until_ns, default=None)

    def held(self, name: LimitName, t_ns: int) -> Hold | None:
        """Tell what the exchange said to wait for; None = nothing."""
        mine = (
            one
            for one in self.holds
            if one.name == name and one.until_ns > t_ns and not self.is_of_second(one.scope)
        )
        return max(mine, key=lambda one: one.until_ns, default=None)

    def background_at(self, cost: int, t_ns: int) -> int | None:
        """Tell when a background REST call surely fits above the reserve, or may be tried; None = never."""
        fits_ns = self.rest.fits_at(cost + max(self.reserve, self.edge), t_ns)
        return self._after_stops(self._tried_at(fits_ns, t_ns), t_ns)

    def user_at(self, cost: int, t_ns: int) -> int | None:
        """Tell when a REST call that the user asked for surely fits; None = never."""
        return self._after_stops(self.rest.fits_at(cost, t_ns), t_ns)

    def user_tried_at(self, cost: int, t_ns: int) -> int | None:
        """Tell when such a call surely fits or may be tried; None = never."""
        return self._after_stops(self._tried_at(self.rest.fits_at(cost, t_ns), t_ns), t_ns)

    def is_tried(self, t_ns: int) -> bool:
        """Tell whether REST calls are tried on: somebody uses the key unseen, so nobody knows what fits."""
        return self.rest.at(t_ns).flow is not None

    def unseen_rate(self, name: LimitName, scope: Scope, t_ns: int) -> tuple[int, int | None]:
        """Tell how fast somebody spends from a limit unseen, in units a second; None = not bounded yet."""
        meter = self.meter(name, scope)
        flow = None if meter is None else meter.at(t_ns).flow
        if flow is None:
            return 0, 0
        return flow.rate_low * SECOND, None if flow.rate_high is None else flow.rate_high * SECOND

    def foreign_known(self, name: LimitName, scope: Scope, t_ns: int) -> bool:
        """Tell whether somebody else was seen to spend from this limit lately."""
        meter = self.meter(name, scope)
        if meter is None or meter.foreign_ns is None:
            return False
        return t_ns - meter.foreign_ns < max(self.hidden_ns, REJECTED_WINDOW_NS)

    def expects_refusal(self, name: LimitName, scope: Scope, cost: int, t_ns: int) -> bool:
        """Tell, before a call is counted as sent, whether a refusal of it would be no surprise."""
        counter = self.counter(name, scope, t_ns)
        fits = counter is None or counter.surely_fits(cost + self.edge, t_ns)
        return not fits or self.foreign_known(name, scope, t_ns)

    def _tried_at(self, fits_ns: int | None, t_ns: int) -> int | None:
        flow = self.rest.at(t_ns).flow
        if flow is None:
            return fits_ns
        tried_ns = max(t_ns, flow.next_ns)  # without a try now and then nobody would ever know better
        return tried_ns if fits_ns is None else min(fits_ns, tried_ns)

    def _after_stops(self, fits_ns: int | None, t_ns: int) -> int | None:
        if fits_ns is None:
            return None
        stops = (self.locked(t_ns), self.held("rest", t_ns))
        return max(fits_ns, *(0 if stop is None else stop.until_ns for stop in stops))

    def _engine(self, pair: str, t_ns: int) -> Meter:
        meter = self.engine.get(pair, self.elsewhere)
        return meter if self.sees_acts else meter.gap(t_ns)

    def at_address_of(self, before: "Books") -> Self:
        """Go on with what another session counted by the address that both come from.

        What it had in the air lands when its time is up: its tickets mean nothing here.
        """

        def strange(meter: Meter) -> Meter:
            air = tuple(structs.replace(one, name=f"before {one.name}") for one in meter.air)
            return structs.replace(meter, air=air)

        pairs = {pair: strange(meter) for pair, meter in before.public_pairs.items()}
        holds = (one for one in before.holds if isinstance(one.scope, IpScope))
        return structs.replace(
            self,
            public=strange(before.public),
            public_pairs=MappingProxyType(pairs),
            connections=before.connections,
            holds=(*self.holds, *holds),
        )

    # --- small changes ---------------------------------------------------------------------------

    def with_engine(self, pair: str | None, change: Callable[[Meter], Meter]) -> Self:
        """Change the engine meter of one pair; None = nobody knows which, so it may be any."""
        if pair is None:
            return self.with_every_engine(change)
        meter = change(self.engine.get(pair, self.elsewhere))
        return structs.replace(self, engine=MappingProxyType({**self.engine, pair: meter}))

    def with_every_engine(self, change: Callable[[Meter], Meter]) -> Self:
        """Change the engine meters of all pairs."""
        meters = {pair: change(meter) for pair, meter in self.engine.items()}
        return structs.replace(self, engine=MappingProxyType(meters), elsewhere=change(self.elsewhere))

    def with_meter(self, name: LimitName, scope: Scope, change: Callable[[Meter], Meter]) -> Self:
        """Change the meter of a draining limit, where it is counted that way."""
        match name, scope:
            case "rest", KeyScope(key=key):
                return self.with_rest(key, change)
            case "engine", PairScope(pair=pair):
                return self.with_engine(pair, change)
            case "public_rest", IpScope(pair=pair) if pair:
                meter = change(self.public_pairs.get(pair, Meter.empty(self.public.counter)))
                return structs.replace(
                    self, public_pairs=MappingProxyType({**self.public_pairs, pair: meter})
                )
            case "public_rest", _:
                return structs.replace(self, public=change(self.public))
            case "messages", ConnectionScope(connection=number) if number in self.lines:
                line = self.lines[number]
                return self.with_line(number, Line(line.feed, change(line.meter)))
        return self

    def with_line(self, number: int, line: Line | None) -> Self:
        """Change an open socket; None = it is gone."""
        others = {one: other for one, other in self.lines.items() if one != number}
        lines = others if line is None else {**others, number: line}
        return structs.replace(self, lines=MappingProxyType(lines))

    def at_once(self, t_ns: int) -> bool:
        """Tell whether a removal that is seen now may be the doing of a mass cancel of ours."""
        return self.mass_ns is not None and t_ns - self.mass_ns < OWN_REMEMBERED_NS

    def in_air(self, order_id: str) -> bool:
        """Tell whether a cancel of ours for this order is under way."""
        return self.elsewhere.has(order_id) or any(meter.has(order_id) for meter in self.engine.values())

    def cancel_sent(self, order_id: str, pair: str | None, cost: Interval, t_ns: int) -> Self:
        """Count a cancel of ours that is on its way; its low end waits for evidence."""
        recent = {one: sent for one, sent in self.own_cancels.items() if t_ns - sent < OWN_REMEMBERED_NS}
        own = MappingProxyType({**recent, order_id: t_ns})
        flight, latest_ns = Interval(0, cost.high), t_ns + CANCEL_IN_AIR_NS
        return structs.replace(self, own_cancels=own).with_engine(
            pair, lambda meter: meter.sent(order_id, flight, t_ns, latest_ns)
        )

    def cancel_settled(self, order_id: str, t_ns: int, cost: Interval | None = None) -> Self:
        """Let a cancel of ours land, at the cost it was sent with or at what it turned out to cost."""
        if not self.in_air(order_id):
            return self
        return self.with_every_engine(
            lambda meter: meter.settled(order_id, t_ns, cost, batch=True) if meter.has(order_id) else meter
        )

    def retuned(self, belief: Belief, t_ns: int) -> Self:
        """Go by another tier."""
        rest, engine = belief.rest_counter(t_ns), belief.engine_counter(t_ns)
        tuned = structs.replace(self, belief=belief)
        if belief.rules == self.belief.rules:
            return tuned
        tuned = tuned.with_every_rest(lambda meter: meter.retuned(rest, belief.rest_full, t_ns))
        return tuned.with_every_engine(lambda meter: meter.retuned(engine, belief.engine_full, t_ns))
