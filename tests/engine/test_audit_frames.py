"""Any run of frames on the old websocket: nothing raises, and what is not trusted hides no truth."""

import json
import random
from collections.abc import Callable
from fractions import Fraction
from typing import cast

from hypothesis import given
from hypothesis import strategies as st

from krakentui.engine.audit import AuditTalk
from krakentui.engine.doors import open_websocket
from krakentui.engine.lanes import Lane
from krakentui.engine.tokens import Tokens
from krakentui.model.clock import SECOND
from krakentui.model.limit import POINT
from krakentui.model.secret import Secret
from krakentui.model.text import clean
from krakentui.net.backoff import ConnectBudget, EdgePause
from krakentui.net.patience import Patience
from krakentui.net.talk import Line
from krakentui.net.tap import NoTap
from krakentui.wire.spot.v1 import OldConversation
from tests.engine.test_auditor import Bench
from tests.wire.spot.old import ACK, FIRST, an_order, orders
from tests.wire.spot.test_v1 import frames

DECAY = Fraction("2.34")
ceilings = st.sampled_from([1, 7, 60, 125, 180, 10**12, -3, 0, "60", None])
acks = ceilings.map(lambda ceiling: {**ACK, "subscription": {"name": "openOrders", "maxratecount": ceiling}})
plausible = st.builds(
    lambda figure, number, status: orders(an_order(FIRST, ratecount=figure, status=status), sequence=number),
    st.sampled_from(["0", "1", "99", 1, 8, -1, "NaN", "1e9"]),
    st.integers(0, 5),
    st.sampled_from(["pending", "open", "canceled"]),
)
runs = st.lists(
    st.tuples(st.sampled_from(["hear", "add", "wait"]), frames | plausible | acks, st.integers(0, 3_000)),
    max_size=16,
)


def a_talk(bench: Bench) -> AuditTalk:
    """The talk with nothing around it: no lane is called and no token taken by what comes in."""
    line = Line(
        clock=bench.clock,
        rng=random.Random(1),
        patience=Patience(),
        connect=open_websocket,
        budget=ConnectBudget(),
        edge=EdgePause(),
        tap=NoTap(),
        tell=bench.tell,
    )
    return AuditTalk(
        bench.state,
        cast("Lane", None),
        cast("Tokens", None),
        line,
        bench.auditor,
        cast("Callable[[], bool]", bool),
    )


@given(runs)
def test_no_run_of_frames_raises_or_hides_the_truth(run: list[tuple[str, object, int]]) -> None:
    """The exchange counts a point for each add of another program, whatever the old websocket says."""
    bench = Bench()
    talk = a_talk(bench)
    conversation = OldConversation(bench.state.account, {"XBT/USD": "BTC/USD"}.get)
    conversation.subscribe(Secret("TOKEN"))
    used, last_ns = Fraction(0), bench.clock.t_ns
    for number, (what, frame, wait_ms) in enumerate(run):
        if what == "wait":
            bench.wait(wait_ms / 1000)
        elif what == "hear":
            raw = frame if isinstance(frame, bytes) else json.dumps(frame).encode()
            talk.heard(conversation.receive(raw))
        else:
            used = max(Fraction(0), used - DECAY * (bench.clock.t_ns - last_ns) / SECOND) + 1
            last_ns = bench.clock.t_ns
            bench.stream("pending_new", f"O{number}", "BTC/USD")
        truth = max(Fraction(0), used - DECAY * (bench.clock.t_ns - last_ns) / SECOND)
        counter = bench.state.ledger.engine_at("BTC/USD", bench.clock.t_ns)
        assert counter.low <= truth * POINT <= counter.high
    assert bench.reports() == []
    assert all(clean(line.text, 400) == line.text for line in bench.state.journal.after(0))
