"""What a trial settles: each open point has an answer or the reason why it has none."""

from fractions import Fraction

from krakentui.budget.findings import NO_FIGURE, Finding, findings
from krakentui.budget.trial import Trial
from krakentui.model.audit import OrderHeard
from krakentui.model.clock import SECOND
from krakentui.model.event import Happening, Unknown
from tests.budget.test_trial import a_trial, new, old

DECAY = Fraction("2.34")


def found(trial: Trial, point: str, decay: Fraction | None = DECAY) -> Finding:
    return next(one for one in findings(trial, decay) if one.point == point)


def senseless(order_id: str) -> tuple[Happening, int]:
    event = OrderHeard(
        account="alice", order_id=order_id, pair="XRP/USD", act="pending", written="senseless", figure="much"
    )
    return event, SECOND


def test_a_trial_of_nothing_settles_nothing() -> None:
    told = findings(Trial(account="alice"), DECAY)
    assert not any(one.settled for one in told)
    assert found(Trial(account="alice"), "How the counter is written").text == (
        f"How the counter is written: not settled ({NO_FIGURE})."
    )


def test_a_counter_in_two_ways_and_one_that_makes_no_sense_are_told() -> None:
    trial = a_trial(old("O1", "pending", 0, "1"), senseless("O2"))
    assert found(trial, "How the counter is written").text == (
        "How the counter is written: as text and something that is no figure, the first was 1."
    )


def test_without_a_tier_nothing_can_be_expected() -> None:
    trial = a_trial(old("O1", "pending", 0, "1"))
    assert not found(trial, "How it drains", None).settled
    assert "the tier is not known" in found(trial, "How it drains", None).answer


def test_figures_that_nothing_explains_are_said_to_be_so() -> None:
    trial = a_trial(old("O1", "pending", 0, "77"))
    assert found(trial, "Below zero").answer == (
        "no reading fits the figures of XRP/USD; did something else act there?"
    )
    trial = a_trial(old("O1", "pending", 0, "77"), old("O0", "canceled", 1))
    assert "somebody changed another order there" in found(trial, "Below zero").answer


def test_an_update_of_each_kind_is_needed() -> None:
    point = "Both when an order is new and when it is open"
    assert found(a_trial(old("O1", "pending", 0, "1")), point).answer == (
        "an update of each kind was not seen; pending 1 of 1 carried it"
    )
    both = a_trial(old("O1", "pending", 0, "1"), old("O1", "open", 0))
    assert found(both, point).answer == "pending 1 of 1, open 0 of 1 carried it"


def two_pairs(at_s: float, first: str, second: str, other: str) -> Trial:
    """A1 at 0 s, A2 at 0.2 s, B1 in that second, with these figures."""
    acts = [
        (0, "O1", "XRP/USD", first),
        (0.2, "O2", "XRP/USD", second),
        (at_s, "O3", "ADA/USD", other),
    ]
    return a_trial(
        *(
            word
            for when, order_id, pair, figure in acts
            for word in (
                new(order_id, "pending_new", when, pair),
                old(order_id, "pending", when, figure, pair),
            )
        )
    )


def test_one_counter_for_all_pairs_is_told_from_one_for_each() -> None:
    point = "A counter for each pair"
    assert found(two_pairs(0.1, "1.00", "1.53", "1.00"), point).answer == "yes"
    assert found(two_pairs(0.1, "1.00", "2.53", "1.76"), point).answer == "no, one counter for all pairs"


def test_an_order_on_the_second_pair_that_came_late_tells_nothing() -> None:
    finding = found(two_pairs(60, "1.00", "1.53", "1.00"), "A counter for each pair")
    assert (finding.settled, finding.answer.partition(":")[0]) == (False, "the figures fit both")


def test_strange_fields_are_a_finding_of_their_own() -> None:
    trial = a_trial((Unknown(where="openOrders", what="rate_budget"), 0))
    assert found(trial, "Other fields that look like a counter").answer == "rate_budget (openOrders)"
