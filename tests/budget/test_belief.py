"""The tier where the exchange names two ceilings."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from krakentui.budget.belief import Belief
from krakentui.budget.ledger import Ledger
from krakentui.budget.rules import TIERS
from krakentui.model.clock import SECOND
from krakentui.model.event import TierSeen
from krakentui.model.limit import Tier, points, units
from tests.budget.acts import BTC, KEY, snapshot, stream, told

CEILINGS = {60: "starter", 125: "intermediate", 180: "pro"}
named = st.sampled_from([*CEILINGS, 7, 250])


def seen(ceiling: int, *, audited: bool = False) -> TierSeen:
    return TierSeen(account="alice", maxratecount=ceiling, audited=audited)


def test_the_same_ceiling_twice_is_no_dispute() -> None:
    belief = Belief().told(125).told(125, audited=True)
    assert not belief.disputed
    assert belief.rules == TIERS["intermediate"]
    assert belief.source == "by the exchange's ceiling of 125"


@pytest.mark.parametrize(("stream_says", "audit_says"), [(60, 180), (180, 60)])
def test_of_two_ceilings_the_lower_counts(stream_says: int, audit_says: int) -> None:
    belief = Belief().told(stream_says).told(audit_says, audited=True)
    assert belief.tier == "starter"
    assert belief.rules.engine_max == 60
    assert belief.source == "by the lower of the exchange's ceilings, 60 and 180"


def test_a_counter_may_be_as_full_as_the_higher_ceiling() -> None:
    assert points(Belief().told(60).told(180, audited=True).engine_full) == 180


def test_the_stream_is_not_needed_to_know_the_ceiling() -> None:
    assert Belief().told(180, audited=True).tier == "pro"


def test_an_assumed_tier_overrides_both() -> None:
    belief = Belief(assumed="pro").told(60).told(125, audited=True)
    assert belief.rules == TIERS["pro"]
    assert belief.source == "assumed by --assume-tier; the exchange says trading ceilings of 60 and 125"


@given(named, named, st.sampled_from(["starter", "intermediate", "pro"]), st.lists(st.integers(0, 8_000)))
def test_whichever_ceiling_is_true_the_interval_holds_the_counter(
    first: int, second: int, truly: Tier, waits_ms: list[int]
) -> None:
    """An exchange of one of the named tiers: each add costs a point, the counter drains steadily."""
    if truly not in {CEILINGS.get(first), CEILINGS.get(second)}:
        return
    ledger = told(Ledger.start(-1_000 * SECOND, KEY.key, "alice"), -1_000, snapshot())
    ledger = told(ledger, 0, seen(first), seen(second, audited=True))
    decay, used, at_ms = TIERS[truly].engine_decay, Fraction(0), 0
    for number, wait_ms in enumerate(waits_ms):
        at_ms += wait_ms
        used = max(Fraction(0), used - decay * wait_ms / 1000) + 1
        ledger = told(ledger, at_ms / 1000, stream(f"O{number}", "pending_new", at_ms / 1000, pair="BTC/USD"))
        counter = ledger.engine_at(BTC.pair, at_ms * (SECOND // 1000))
        assert counter.low <= units(used) <= counter.high
