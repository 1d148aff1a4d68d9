"""Figures and acts come together, whichever comes first; what has not proved itself moves nothing."""

import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from krakentui.budget.drift import NEEDED
from krakentui.engine.auditor import MOST_WAITING, Auditor
from krakentui.model.audit import SOURCE, Act, CounterDoubted, CounterSampled, OrderHeard, Sample
from krakentui.model.clock import SECOND
from krakentui.model.event import CounterReported, Happening, OrderPatched, TierSeen
from krakentui.model.limit import POINT, points, units
from krakentui.model.order import OrderPatch
from krakentui.state.state import State
from tests.support.builders import ACCOUNT, KEY, STEADY_START, a_start, at, feed, snapshot, wall
from tests.support.clock import WALL_START

QUIET_S = 200.0
"""By then nothing is left of the doubt of the start."""


class Clock:
    """Stands still unless moved, without a loop."""

    def __init__(self) -> None:
        self.t_ns = STEADY_START

    def now_ns(self) -> int:
        return WALL_START + self.t_ns - STEADY_START

    def mono_ns(self) -> int:
        return self.t_ns

    def real_seconds(self, seconds: float) -> float:
        return seconds

    async def sleep(self, seconds: float) -> None:
        raise NotImplementedError


class Bench:
    """A state, an auditor, and everything that was told."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.state = State("simulator", ACCOUNT, KEY, audits=True, wall_ns=WALL_START, t_ns=STEADY_START)
        self.told: list[Happening] = []
        self.auditor = Auditor(self.state, self.clock, self.tell, None)
        for event in (*a_start(), TierSeen(account=ACCOUNT, maxratecount=125), snapshot(), feed("audit")):
            self.state.apply(event, self.clock.t_ns)
        self.at(QUIET_S)

    def at(self, seconds: float) -> None:
        self.clock.t_ns = at(seconds)

    @property
    def now(self) -> float:
        return (self.clock.t_ns - STEADY_START) / SECOND

    def wait(self, seconds: float) -> None:
        self.at(self.now + seconds)
        self.auditor.look()

    def tell(self, event: Happening) -> None:
        self.told.append(event)
        self.state.apply(event, self.clock.t_ns)

    def stream(
        self, exec_type: str, order_id: str = "O1", pair: str | None = None, said: float | None = None
    ) -> None:
        """A word of the account's stream; `said` is the second of its act, else it is now."""
        done = {"canceled", "filled", "expired"}
        status = exec_type if exec_type in done else "new"
        patch = OrderPatch(
            id=order_id,
            exec_type=exec_type,
            status=status,
            pair=pair,
            said_ns=wall(self.now if said is None else said),
        )
        event = OrderPatched(account=ACCOUNT, patch=patch)
        self.state.apply(event, self.clock.t_ns)
        self.auditor.streamed(event)

    def hear(self, act: Act, figure: str | None, order_id: str = "O1", pair: str | None = None) -> None:
        """A word of the old websocket."""
        event = OrderHeard(
            account=ACCOUNT,
            order_id=order_id,
            pair=pair,
            act=act,
            written="absent" if figure is None else "text",
            units=None if figure is None else units(figure),
        )
        self.state.apply(event, self.clock.t_ns)
        self.auditor.heard(event)

    def add(self, order_id: str, figure: str, pair: str = "BTC/USD") -> None:
        """An order comes in: both tell of it."""
        self.stream("pending_new", order_id, pair)
        self.hear("pending", figure, order_id, pair)

    def agree(self, times: int = NEEDED) -> None:
        """Orders far apart: each finds the counter empty and leaves a point."""
        for number in range(times):
            self.wait(40)
            self.add(f"A{self.now}-{number}", "1")

    def samples(self) -> list[Sample]:
        return [event.sample for event in self.told if isinstance(event, CounterSampled)]

    def reports(self) -> list[CounterReported]:
        return [event for event in self.told if isinstance(event, CounterReported)]

    def interval(self, pair: str = "BTC/USD") -> tuple[float, float]:
        counter = self.state.ledger.engine_at(pair, self.clock.t_ns)
        return float(points(counter.low)), float(points(counter.high))

    def seen(self, pair: str = "BTC/USD") -> tuple[float, float]:
        """What was seen alone makes of the counter."""
        counted = self.state.ledger.engine[pair].seen(self.clock.t_ns)
        return float(points(counted.low)), float(points(counted.high))


@pytest.fixture
def bench() -> Bench:
    return Bench()


# --- coming together ----------------------------------------------------------------------------------


def test_a_figure_is_held_against_the_count_right_after_its_act(bench: Bench) -> None:
    bench.add("O1", "1")
    (sample,) = bench.samples()
    assert (sample.pair, sample.act, sample.verdict, sample.drift) == ("BTC/USD", "pending", "agrees", 0)
    assert sample.high == units(2)  # the add, and a refused act of others that it permits


def test_a_figure_that_comes_before_its_act_waits_for_it(bench: Bench) -> None:
    bench.hear("pending", "1", "O1", "BTC/USD")
    assert bench.samples() == []
    bench.wait(0.1)
    bench.stream("pending_new", "O1", "BTC/USD")
    assert [sample.verdict for sample in bench.samples()] == ["agrees"]


def test_what_happens_between_act_and_figure_does_not_blur_them(bench: Bench) -> None:
    bench.stream("pending_new", "O1", "BTC/USD")
    bench.wait(0.2)
    for number in range(4):
        bench.stream("pending_new", f"P{number}", "BTC/USD")
    bench.hear("pending", "1", "O1", "BTC/USD")
    assert [(sample.verdict, sample.high) for sample in bench.samples()] == [("agrees", units(2))]


def test_equal_acts_of_one_order_meet_in_their_order(bench: Bench) -> None:
    bench.stream("pending_new", "O1", "BTC/USD")
    highs = []
    for _ in range(2):
        bench.wait(0.2)
        bench.stream("amended")
        highs.append(bench.state.ledger.engine_at("BTC/USD", bench.clock.t_ns).high)
    bench.hear("amended", "4", "O1")
    bench.hear("amended", "7", "O1")
    assert [sample.high for sample in bench.samples()] == highs


def test_a_word_of_the_stream_that_comes_twice_is_one_act(bench: Bench) -> None:
    bench.stream("pending_new", "O1", "BTC/USD")
    bench.hear("pending", "1", "O1", "BTC/USD")
    bench.stream("pending_new", "O1", "BTC/USD")
    assert len(bench.auditor._moments) == 0


def test_a_figure_without_its_act_is_recorded_and_proves_nothing(bench: Bench) -> None:
    bench.hear("touched", "50", "O1", "BTC/USD")
    bench.wait(3.5)
    assert [sample.verdict for sample in bench.samples()] == ["vague"]


def test_the_figures_of_a_snapshot_are_recorded_and_prove_nothing(bench: Bench) -> None:
    bench.hear("snapshot", "0", "O1", "BTC/USD")
    bench.hear("snapshot", "90", "O1", "BTC/USD")
    assert [sample.verdict for sample in bench.samples()] == ["vague", "vague"]


def test_a_lost_socket_lets_its_figures_go(bench: Bench) -> None:
    bench.hear("pending", "1", "O1", "BTC/USD")
    bench.auditor.forget()
    bench.stream("pending_new", "O1", "BTC/USD")
    assert [sample.verdict for sample in bench.samples()] == ["vague"]


def test_the_pair_of_a_known_order_need_not_be_named(bench: Bench) -> None:
    bench.stream("pending_new", "O1", "BTC/USD")
    bench.hear("pending", "1", "O1", None)
    assert [sample.pair for sample in bench.samples()] == ["BTC/USD"]


def test_an_update_without_a_figure_or_a_pair_is_no_sample(bench: Bench) -> None:
    bench.hear("pending", None, "O1", "BTC/USD")
    bench.hear("open", "1", "nobody's")
    bench.wait(10)
    assert bench.samples() == []


def test_what_waits_is_bounded(bench: Bench) -> None:
    for number in range(MOST_WAITING + 500):
        bench.hear("pending", "1", f"O{number}", "BTC/USD")
        bench.stream("amended", f"P{number}", "ETH/USD")
    assert (len(bench.auditor._waiting), len(bench.auditor._moments)) == (MOST_WAITING, MOST_WAITING)


# --- correcting ---------------------------------------------------------------------------------------


def test_nothing_is_corrected_before_twenty_agree(bench: Bench) -> None:
    bench.agree(NEEDED - 1)
    assert bench.reports() == []
    bench.agree(1)
    (report,) = bench.reports()
    assert (report.units, report.source) == (units(1), SOURCE)
    assert report.doubt >= units("1.17")


def test_a_figure_that_corrects_narrows_what_our_count_left_open(bench: Bench) -> None:
    bench.agree()
    for number in range(30):  # each add of others costs a half to one point: nobody sees whether in a batch
        bench.wait(0.05)
        bench.stream("pending_new", f"B{number}", "BTC/USD")
    before = bench.seen()
    bench.wait(0.05)
    bench.add("O9", "24")
    after = bench.seen()
    assert before[1] - before[0] > 12
    assert after[0] <= 24 <= after[1]
    assert after[1] - after[0] < 5


def test_a_figure_that_something_overtook_corrects_nothing(bench: Bench) -> None:
    bench.agree()
    before = len(bench.reports())
    bench.stream("pending_new", "O8", "BTC/USD")
    bench.stream("pending_new", "O9", "BTC/USD")
    bench.hear("pending", "1", "O8", "BTC/USD")
    assert len(bench.reports()) == before
    bench.hear("pending", "2", "O9", "BTC/USD")
    assert len(bench.reports()) == before + 1


def test_a_figure_that_came_late_corrects_nothing(bench: Bench) -> None:
    bench.agree()
    before = len(bench.reports())
    bench.stream("pending_new", "O9", "BTC/USD")
    bench.wait(1.5)
    bench.hear("pending", "1", "O9", "BTC/USD")
    assert len(bench.reports()) == before
    assert bench.samples()[-1].verdict == "agrees"


def test_a_disagreement_takes_all_corrections_back(bench: Bench) -> None:
    bench.agree()
    bench.wait(40)
    bench.add("O9", "60")
    assert bench.samples()[-1].verdict == "disagrees"
    assert isinstance(bench.told[-1], CounterDoubted)
    low, high = bench.interval()
    assert low == 0
    assert high >= 125
    reports = len(bench.reports())
    bench.wait(100)
    bench.add("O10", "1")
    assert len(bench.reports()) == reports


def test_before_it_is_trusted_a_disagreement_moves_nothing(bench: Bench) -> None:
    bench.stream("pending_new", "O1", "BTC/USD")
    before = bench.state.ledger
    bench.hear("pending", "90", "O1", "BTC/USD")
    assert bench.samples()[-1].verdict == "disagrees"
    assert bench.state.ledger == before


# --- any run ------------------------------------------------------------------------------------------

acts = st.sampled_from(["snapshot", "pending", "open", "fill", "closed", "canceled", "amended", "touched"])
words = st.tuples(
    st.sampled_from(["stream", "hear", "wait"]),
    st.sampled_from(["pending_new", "new", "trade", "filled", "canceled", "amended", "restated"]),
    acts,
    st.sampled_from(["O1", "O2", "O3"]),
    st.sampled_from(["BTC/USD", "ETH/USD", None]),
    st.one_of(st.none(), st.integers(0, 10**40).map(str), st.sampled_from(["0", "1", "1.53", "8", "200"])),
    st.integers(0, 4_000),
)


def play(bench: Bench, run: Sequence[tuple[str, str, Act, str, str | None, str | None, int]]) -> None:
    for kind, exec_type, act, order_id, pair, figure, wait_ms in run:
        if kind == "stream":
            bench.stream(exec_type, order_id, pair)
        elif kind == "hear":
            bench.hear(act, figure, order_id, pair)
        else:
            bench.wait(wait_ms / 1000)


@given(st.lists(words, max_size=18))
def test_fewer_than_twenty_figures_never_move_the_gauge(
    run: list[tuple[str, str, Act, str, str | None, str | None, int]],
) -> None:
    """The same run without the old websocket leaves the very same counters."""
    with_audit, without = Bench(), Bench()
    play(with_audit, run)
    play(without, [word for word in run if word[0] != "hear"])
    assert with_audit.state.ledger == without.state.ledger


@given(st.lists(words, max_size=30))
def test_no_run_corrects_what_was_never_trusted(
    run: list[tuple[str, str, Act, str, str | None, str | None, int]],
) -> None:
    bench = Bench()
    play(bench, run)
    agreeing = sum(sample.verdict == "agrees" for sample in bench.samples())
    assert agreeing >= NEEDED or bench.reports() == []


lives = st.lists(
    st.tuples(st.integers(200, 6_000), st.booleans(), st.integers(0, 150), st.integers(0, 150)), max_size=25
)


@given(lives, st.sampled_from([100, 1]))
def test_true_figures_that_correct_never_hide_the_truth(
    life: list[tuple[int, bool, int, int]], digits: int
) -> None:
    """Another program adds, and each websocket tells a little late."""
    bench, decay = Bench(), Fraction("2.34")
    bench.agree()
    used, at_s = Fraction(1), Fraction(bench.clock.t_ns - STEADY_START, SECOND)

    def holds() -> bool:
        now_s = Fraction(bench.clock.t_ns - STEADY_START, SECOND)
        truth = max(Fraction(0), used - decay * (now_s - at_s)) * POINT
        counter = bench.state.ledger.engine_at("BTC/USD", bench.clock.t_ns)
        return bool(counter.low <= truth <= counter.high)

    for number, (wait_ms, old_first, sooner_ms, later_ms) in enumerate(life):
        bench.wait(wait_ms / 1000)
        now_s = Fraction(bench.clock.t_ns - STEADY_START, SECOND)
        used, at_s = max(Fraction(0), used - decay * (now_s - at_s)) + 1, now_s
        told = Fraction(math.floor(used * digits), digits)
        words: list[Callable[[], None]] = [
            partial(bench.stream, "pending_new", f"L{number}", "BTC/USD", bench.now),
            partial(bench.hear, "pending", str(told), f"L{number}", "BTC/USD"),
        ]
        for delay_ms, say in zip((sooner_ms, later_ms), words[::-1] if old_first else words, strict=True):
            bench.wait(delay_ms / 1000)
            say()
        assert holds()
    assert bench.reports()
