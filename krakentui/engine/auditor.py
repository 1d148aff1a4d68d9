"""Holds the exchange's figures against our own count, and lets those that proved themselves correct it.

The old websocket tells a figure, the account's stream tells the act it belongs to, and either may come
first. So both wait a moment for each other, by order and act: our count is read right after the stream's
word of the same act, where both speak of the same instant. A figure without its act is recorded and
proves nothing.

A figure that corrects is true only for the instant of its act. It is taken if nothing has touched the
pair's count since, and with the doubt that it was judged by, plus what may have drained since then.
"""

from collections.abc import Callable
from typing import Final

from msgspec import Struct

from krakentui.budget.drift import drift, judged, tolerance
from krakentui.budget.interval import Interval
from krakentui.budget.ledger import Ledger
from krakentui.budget.meter import Meter
from krakentui.engine.evidence import Evidence
from krakentui.engine.waitroom import Waitroom
from krakentui.model.audit import (
    SOURCE,
    STREAM_ACTS,
    Act,
    CounterDoubted,
    CounterSampled,
    OrderHeard,
    Sample,
    Verdict,
)
from krakentui.model.clock import SECOND, Clock
from krakentui.model.event import CounterReported, Happening, OrderPatched
from krakentui.model.limit import PairScope
from krakentui.state.state import State

WAIT_NS: Final = 3 * SECOND
"""For so long a figure and its act wait for each other."""
LATE_NS: Final = SECOND
"""A figure that is older starts no chain and corrects nothing."""
MOST_WAITING: Final = 1_000
LOOK_S: Final = 1.0
Key = tuple[str, Act]


class Moment(Struct, frozen=True):
    """The counts right after the stream told of an act."""

    pair: str
    said_ns: int | None
    t_ns: int
    ours: Interval
    chain: Interval
    seen: Interval
    """Of the chain, what we saw happen alone."""
    meters: tuple[Meter, Meter]
    """Ours and the chain's."""


class Waiting(Struct, frozen=True):
    """A figure whose act the stream has not told yet."""

    heard: OrderHeard
    units: int
    pair: str
    t_ns: int


class Auditor:
    """Brings figures and acts together."""

    def __init__(
        self, state: State, clock: Clock, tell: Callable[[Happening], None], evidence: Evidence | None
    ) -> None:
        """Start with nothing heard."""
        self._state = state
        self._clock = clock
        self._tell = tell
        self._evidence = evidence
        self._moments = Waitroom[Key, Moment](MOST_WAITING)
        self._waiting = Waitroom[Key, Waiting](MOST_WAITING)
        self._said: dict[Key, int] = {}
        """When the stream said of each act that it happened: the same word twice is one act."""
        self._corrected: set[str] = set()

    def streamed(self, event: Happening) -> None:
        """Take a word of the account's stream, after the state took it."""
        if not isinstance(event, OrderPatched) or event.account != self._state.account:
            return
        patch = event.patch
        act = STREAM_ACTS.get(patch.exec_type)
        pair = patch.pair or self._pair_of(patch.id)
        if act is None or pair is None or self._is_repeated((patch.id, act), patch.said_ns):
            return
        key = patch.id, act
        moment = self._moment(pair, patch.said_ns)
        figure = self._waiting.take(key)
        if figure is None:
            self._moments.enter(key, moment, moment.t_ns)
        else:
            self._compare(figure, moment)

    def heard(self, event: OrderHeard) -> None:
        """Take a word of the old websocket."""
        pair = event.pair or self._pair_of(event.order_id)
        if event.units is None or pair is None:
            return
        figure = Waiting(event, event.units, pair, self._clock.mono_ns())
        if event.act == "snapshot":
            self._record(figure)
            return
        key = event.order_id, event.act
        moment = self._moments.take(key)
        if moment is None:
            self._waiting.enter(key, figure, figure.t_ns)
        else:
            self._compare(figure, moment)

    def forget(self) -> None:
        """The old websocket is gone: its figures wait no longer."""
        for figure in self._waiting.since():
            self._record(figure)

    def look(self) -> None:
        """Let go of what has waited too long."""
        before_ns = self._clock.mono_ns() - WAIT_NS
        self._moments.since(before_ns)
        for figure in self._waiting.since(before_ns):
            self._record(figure)
        if self._evidence is not None:
            self._evidence.flush()

    async def run(self) -> None:
        """Look once a second until cancelled."""
        while True:
            await self._clock.sleep(LOOK_S)
            self.look()

    # --- one figure beside our count -------------------------------------------------------------

    def _compare(self, figure: Waiting, moment: Moment) -> None:
        decay = self._state.ledger.belief.rules.engine_decay
        verdict = judged(figure.units, moment.ours, moment.chain, moment.seen, decay)
        trusted, is_latest = self._state.audit.trust.corrects, self._is_latest(figure, moment)
        self._sample(figure, moment.ours, verdict, anchors=is_latest)
        if self._state.audit.trust.corrects:
            if is_latest:
                self._correct(figure, moment)
        elif trusted:
            doubted, self._corrected = tuple(sorted(self._corrected)), set()
            self._tell(CounterDoubted(account=self._state.account, pairs=doubted))

    def _record(self, figure: Waiting) -> None:
        """Hold a figure against our count of now: it may be of another instant, and proves nothing."""
        self._sample(figure, self._moment(figure.pair, None).ours, "vague")

    def _sample(self, figure: Waiting, ours: Interval, verdict: Verdict, *, anchors: bool = False) -> None:
        sample = Sample(
            pair=figure.pair,
            act=figure.heard.act,
            units=figure.units,
            low=ours.low,
            high=ours.high,
            drift=drift(figure.units, ours),
            verdict=verdict,
            written=figure.heard.written,
        )
        if self._evidence is not None:
            self._evidence.sampled(sample)
        self._tell(CounterSampled(account=self._state.account, sample=sample, anchors=anchors))

    def _is_latest(self, figure: Waiting, moment: Moment) -> bool:
        """Tell whether a figure still is the latest word on its pair."""
        first_ns, meters = min(figure.t_ns, moment.t_ns), self._meters(moment.pair)
        fresh = self._clock.mono_ns() - first_ns <= LATE_NS
        return fresh and all(now is then for now, then in zip(meters, moment.meters, strict=True))

    def _correct(self, figure: Waiting, moment: Moment) -> None:
        """Let a figure correct our count."""
        ledger, t_ns = self._state.ledger, self._clock.mono_ns()
        late_ns = ledger.late_ns(moment.said_ns, t_ns) + t_ns - min(figure.t_ns, moment.t_ns)
        drained = late_ns * moment.meters[0].counter.drain_low_per_ns
        self._corrected.add(moment.pair)
        self._tell(
            CounterReported(
                name="engine",
                scope=PairScope(self._state.account, moment.pair),
                units=figure.units,
                source=SOURCE,
                doubt=tolerance(ledger.belief.rules.engine_decay),
                drained=drained,
                proven=True,
            )
        )

    def _is_repeated(self, key: Key, said_ns: int | None) -> bool:
        if said_ns is None:
            return False
        known, self._said[key] = self._said.pop(key, None), said_ns
        if len(self._said) > MOST_WAITING:
            del self._said[next(iter(self._said))]
        return known == said_ns

    def _moment(self, pair: str, said_ns: int | None) -> Moment:
        """Read the counts of a pair as they are now."""
        t_ns = self._clock.mono_ns()
        ours, chain = (ledger.engine_at(pair, t_ns) for ledger in self._ledgers())
        meters = self._meters(pair)
        whole = self._state.ledger.sees_acts
        return Moment(
            pair=pair,
            said_ns=said_ns,
            t_ns=t_ns,
            ours=Interval(ours.low, ours.high),
            chain=Interval(chain.low, chain.high),
            seen=meters[1].seen(t_ns) if whole else Interval(chain.low, chain.high),
            meters=meters,
        )

    def _meters(self, pair: str) -> tuple[Meter, Meter]:
        ours, chain = (ledger.engine.get(pair, ledger.elsewhere) for ledger in self._ledgers())
        return ours, chain

    def _ledgers(self) -> tuple[Ledger, Ledger]:
        return self._state.ledger, self._state.audit.chain or self._state.ledger

    def _pair_of(self, order_id: str) -> str | None:
        order = self._state.orders.get(order_id) or self._state.desk.table.find(order_id)
        return None if order is None else order.pair
