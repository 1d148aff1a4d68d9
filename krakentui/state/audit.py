"""What the audit of the trading counter has found in this session.

It believes nothing by itself: verdicts come with the samples, and `Trust` says what follows from them.
"""

from collections import deque
from typing import Final

from msgspec import Struct, structs

from krakentui.budget.drift import NEEDED, Trust
from krakentui.budget.ledger import Ledger, Orders
from krakentui.budget.words import amount, duration, signed
from krakentui.model.audit import SOURCE, CounterSampled, Sample
from krakentui.model.event import CounterReported, Happening
from krakentui.model.limit import PairScope, points
from krakentui.state.feeds import Feed
from krakentui.state.view import AuditView, DriftRow

MAX_SAMPLES: Final = 500
MAX_PAIRS: Final = 200
NAME: Final = "Audit of the trading counter"


class Drift(Struct, frozen=True):
    """What was found on one pair."""

    last: Sample
    seen_ns: int
    samples: int = 1
    agreeing: int = 0
    worst: int = 0

    def after(self, sample: Sample, t_ns: int) -> "Drift":
        """Take one more sample."""
        return Drift(
            last=sample,
            seen_ns=t_ns,
            samples=self.samples + 1,
            agreeing=self.agreeing + (sample.verdict == "agrees"),
            worst=max(self.worst, sample.drift, key=abs),
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
        self._drifts: dict[str, Drift] = {}

    def follow(self, event: Happening, t_ns: int, orders: Orders) -> None:
        """Bring the chain forward as the ledger is, by everything but the figures themselves."""
        if self.chain is None or (isinstance(event, CounterReported) and event.source == SOURCE):
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
        known = self._drifts.pop(sample.pair, None)
        if known is None:
            agreeing = int(sample.verdict == "agrees")
            found = Drift(sample, t_ns, agreeing=agreeing, worst=sample.drift)
        else:
            found = known.after(sample, t_ns)
        self._drifts[sample.pair] = found
        if len(self._drifts) > MAX_PAIRS:
            del self._drifts[next(iter(self._drifts))]
        return self._news(before, sample)

    def view(self, feed: Feed, t_ns: int) -> AuditView:
        """Show the audit; `feed` is its socket."""
        if not self.wanted:
            return AuditView()
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
                samples=found.samples,
                agreeing=found.agreeing,
                told=points(found.last.units),
                low=points(found.last.low),
                high=points(found.last.high),
                drift=points(found.last.drift),
                worst=points(found.worst),
                age_ns=t_ns - found.seen_ns,
            )
            for pair, found in self._drifts.items()
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
    counted = amount(sample.low, sample.high)
    told, off = amount(sample.units, sample.units), signed(sample.drift)
    return f"the exchange says {told} points on {sample.pair}, our count was {counted} ({off})"


def _connecting(feed: Feed, t_ns: int) -> str:
    why = f" ({feed.why.rstrip('.')})" if feed.why else ""
    if feed.state == "connecting":
        return f"{NAME}: connecting{why}."
    if feed.retry_ns is None or feed.retry_ns <= t_ns:
        return f"{NAME}: not connected{why}."
    return f"{NAME}: not connected{why}; tried again in {duration(feed.retry_ns - t_ns)}."
