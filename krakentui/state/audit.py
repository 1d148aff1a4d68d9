"""How the exchange's own figures of the trading counters stood to our count in this session.

Those of the audit, from the old websocket, are believed by nobody at first: verdicts come with the
samples, and `Trust` says what follows from them. Those that the account stream carries, should it do so,
win at once; what they were off by is shown.
"""

from collections import deque
from typing import Final

from msgspec import Struct, structs

from krakentui.budget.drift import NEEDED, Trust, drift
from krakentui.budget.interval import Interval
from krakentui.budget.ledger import Ledger, Orders
from krakentui.budget.words import amount, duration, signed
from krakentui.model.audit import SOURCE, CounterSampled, Sample
from krakentui.model.event import CounterReported, Happening
from krakentui.model.limit import PairScope, points
from krakentui.model.number import counted
from krakentui.state.drift import AuditView, DriftRow, DriftSource
from krakentui.state.feeds import Feed

MAX_SAMPLES: Final = 500
MAX_PAIRS: Final = 200
NAME: Final = "Audit of the trading counter"


class Drift(Struct, frozen=True, kw_only=True):
    """What figures of one source said of one pair; amounts in units."""

    told: int
    low: int
    high: int
    drift: int
    seen_ns: int
    samples: int = 1
    agreeing: int = 0
    worst: int = 0

    @classmethod
    def of(cls, told: int, count: Interval, t_ns: int, *, agrees: bool) -> "Drift":
        """Begin with one figure beside our count of that moment."""
        off = drift(told, count)
        return cls(
            told=told,
            low=count.low,
            high=count.high,
            drift=off,
            seen_ns=t_ns,
            agreeing=int(agrees),
            worst=off,
        )

    def after(self, before: "Drift") -> "Drift":
        """Come after what was found before."""
        return structs.replace(
            self,
            samples=before.samples + 1,
            agreeing=before.agreeing + self.agreeing,
            worst=max(before.worst, self.drift, key=abs),
        )


class Audit:
    """Samples of one session, and how far they are trusted."""

    def __init__(self, chain: Ledger | None) -> None:
        """Begin with none; without a ledger of its own there is no audit."""
        self.wanted: Final = chain is not None
        self.chain = chain
        """The counters as they come of the exchange's latest figures, trusted or not."""
        self.trust = Trust()
        self.samples: deque[Sample] = deque(maxlen=MAX_SAMPLES)
        """The latest, oldest first."""
        self.count = 0
        self.heard = 0
        """Updates of orders, with or without a figure."""
        self._drifts: dict[tuple[DriftSource, str], Drift] = {}

    def follow(self, event: Happening, before: Ledger, t_ns: int, orders: Orders) -> None:
        """Bring the chain forward as the ledger is, by everything but the audit's own figures.

        Args:
            event: What happened.
            before: The counters until then.
            t_ns: Steady time.
            orders: By id, as they are now.
        """
        match event:
            case CounterReported(source=source) if source == SOURCE:
                return
            case CounterReported(scope=PairScope(pair=pair)):
                counter = before.engine_at(pair, t_ns)
                count = Interval(counter.low, counter.high)
                agrees = not drift(event.units, count)
                self._found("stream", pair, Drift.of(event.units, count, t_ns, agrees=agrees))
        if self.chain is None:
            return
        self.chain = self.chain.apply(event, t_ns, orders)

    def sampled(self, event: CounterSampled, t_ns: int) -> tuple[str, str] | None:
        """Take one sample; where it changes what follows from them, return a sentence and how loud it is."""
        before, sample = self.trust, event.sample
        if event.anchors and self.chain is not None:
            scope = PairScope(event.account, sample.pair)
            told = CounterReported(name="engine", scope=scope, units=sample.units, source=SOURCE)
            self.chain = self.chain.apply(told, t_ns, {})
        self.trust = before.after(sample.verdict)
        self.samples.append(sample)
        self.count += 1
        count, agrees = Interval(sample.low, sample.high), sample.verdict == "agrees"
        self._found("audit", sample.pair, Drift.of(sample.units, count, t_ns, agrees=agrees))
        return self._news(before, sample)

    def view(self, feed: Feed, t_ns: int) -> AuditView:
        """Show the audit; `feed` is its socket."""
        if not self.wanted:
            return AuditView(drifts=self._rows(t_ns))
        view = AuditView(
            state="connecting",
            samples=self.count,
            agreeing=self.trust.agreeing,
            needed=NEEDED,
            corrects=self.trust.corrects,
            drifts=self._rows(t_ns),
        )
        if feed.state != "live":
            return structs.replace(view, text=_connecting(feed, t_ns))
        if self.trust.disagreed:
            return structs.replace(view, state="disagrees", text=self._disagrees())
        if self.trust.corrects:
            text = (
                f"{NAME}: {self.trust.agreeing} samples agree, the exchange's own figures correct our count."
            )
            return structs.replace(view, state="agrees", text=text)
        return structs.replace(view, state="watching", text=self._watching())

    def _found(self, source: DriftSource, pair: str, found: Drift) -> None:
        known = self._drifts.pop((source, pair), None)
        self._drifts[source, pair] = found if known is None else found.after(known)
        if len(self._drifts) > MAX_PAIRS:
            del self._drifts[next(iter(self._drifts))]

    def _news(self, before: Trust, sample: Sample) -> tuple[str, str] | None:
        if self.trust.corrects and not before.corrects:
            text = (
                f"{NEEDED} samples agree: from now on the exchange's own figures correct the trading count."
            )
            return text, "good"
        if self.trust.disagreed and (before.corrects or not before.disagreed):
            since = "is no longer corrected" if before.corrects else "is not corrected"
            return f"{NAME}: {_disagreement(sample)}; our count {since}.", "warn"
        return None

    def _rows(self, t_ns: int) -> tuple[DriftRow, ...]:
        rows = [
            DriftRow(
                pair=pair,
                source=source,
                samples=found.samples,
                agreeing=found.agreeing,
                told=points(found.told),
                low=points(found.low),
                high=points(found.high),
                drift=points(found.drift),
                worst=points(found.worst),
                age_ns=t_ns - found.seen_ns,
            )
            for (source, pair), found in self._drifts.items()
        ]
        return tuple(sorted(rows, key=lambda row: (-abs(row.drift), -abs(row.worst), row.pair)))

    def _watching(self) -> str:
        if self.count:
            done = f"{self.trust.agreeing} of {NEEDED} samples agree with our count"
            return f"{NAME}: watching, {done}; nothing is corrected yet."
        if self.heard:
            return f"{NAME}: watching; none of {self.heard} updates of orders carried the counter so far."
        return f"{NAME}: watching, no sample yet: no order has changed."

    def _disagrees(self) -> str:
        done = f"{self.trust.agreeing} of {NEEDED} samples have agreed since"
        return f"{NAME}: it disagrees with our count, which is not corrected; {done}."


def _disagreement(sample: Sample) -> str:
    """Say in one sentence how a figure disagrees."""
    ours = amount(sample.low, sample.high)
    told, off = counted(amount(sample.units, sample.units), "point"), signed(sample.drift)
    return f"the exchange says {told} on {sample.pair}, our count was {ours} ({off})"


def _connecting(feed: Feed, t_ns: int) -> str:
    why = f" ({feed.why.rstrip('.')})" if feed.why else ""
    if feed.state == "connecting":
        return f"{NAME}: connecting{why}."
    if feed.retry_ns is None or feed.retry_ns <= t_ns:
        return f"{NAME}: not connected{why}."
    return f"{NAME}: not connected{why}; tried again in {duration(feed.retry_ns - t_ns)}."
