"""Figures that outlive a run: never optimistic afterwards, whatever happened meanwhile."""

import random
from collections.abc import Callable

import msgspec
import pytest
from msgspec import structs

from krakentui.budget.figures import figures_of
from krakentui.budget.ledger import Ledger
from krakentui.model.clock import MILLISECOND, SECOND
from krakentui.model.event import CallSpent, LockoutBegan
from krakentui.model.figures import BudgetFigures, FiguresTold, OwnerGone, flaw
from krakentui.model.limit import POINT, Tier, units
from tests.budget.acts import (
    BTC,
    ETH,
    KEY,
    a_ledger,
    cancel_spent,
    refused,
    settled,
    snapshot,
    spent,
    stream,
    stream_down,
    tier_seen,
    told,
)
from tests.budget.life import ACCOUNT, DOCUMENTED, STRICT, Life, Rules
from tests.budget.life import KEY as LIFE_KEY

TIERS: tuple[Tier, ...] = ("starter", "intermediate", "pro")


def through_the_file(ledger: Ledger, t_ns: int) -> BudgetFigures:
    figures = msgspec.json.decode(msgspec.json.encode(figures_of(ledger, t_ns)), type=BudgetFigures)
    assert flaw(figures) is None
    return figures


def reborn(ledger: Ledger, down_s: float, up_s: float, tier: Tier | None = "intermediate") -> Ledger:
    """The ledger of a program that ended at one second and started again at another."""
    figures = through_the_file(ledger, round(down_s * SECOND))
    fresh = Ledger.start(round(up_s * SECOND), KEY.key, "alice", assume_tier=tier)
    return told(fresh, up_s, FiguresTold(figures=figures, by="file"))


class Mortal(Life):
    """A life whose program ends now and then, with a call on its way or without."""

    landing_ns: int | None = None

    def step(self) -> None:
        if not self.rng.randrange(25):
            self.restart()
        super().step()

    def restart(self) -> None:
        """End with or without a call on its way; others act meanwhile; begin again."""
        self.landing_ns = None
        if self.rng.random() < 0.5:
            self.numbers += 1
            spent = CallSpent(
                name="rest", scope=LIFE_KEY, low=POINT, high=POINT, what="B", ticket=self.numbers
            )
            self.tell(spent)
            self.numbers = self.rng.choice((0, self.numbers))  # the next program draws its tickets anew
            self.landing_ns = self.t_ns + self.rng.randint(0, 4_900) * MILLISECOND
        figures = through_the_file(self.ledger, self.t_ns)
        self.seen = False
        for _ in range(self.rng.randint(0, 4)):
            self.rng.choice((self.foreign_add, self.foreign_amend, self.foreign_cancel))()
            self.live(self.rng.choice((50, 5_000)))
        self.live(self.rng.choice((10, 30_000)))
        self.ledger = Ledger.start(self.t_ns, LIFE_KEY.key, ACCOUNT)
        self.tell(FiguresTold(figures=figures, by="file"))
        self.check()
        self.live(6_000)
        self.check()
        self.gap()

    def live(self, most_ms: int) -> None:
        """Let time pass; what is on its way lands at its own moment."""
        end_ns = self.t_ns + self.rng.randint(0, most_ms) * MILLISECOND
        if self.landing_ns is not None and self.landing_ns <= end_ns:
            self.t_ns, self.landing_ns = self.landing_ns, None
            self.rest.takes(1, self.t_ns)
        self.t_ns = end_ns


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("tier", TIERS)
@pytest.mark.parametrize("rules", [DOCUMENTED, STRICT], ids=["documented", "strict"])
def test_the_truth_stays_within_the_intervals_of_a_program_that_is_started_again_and_again(
    rules: Rules, tier: Tier, seed: int
) -> None:
    life = Mortal(random.Random(f"mortal {tier} {seed}"), rules, tier)
    life.gap()
    while life.steps < 400:
        life.step()


def test_the_rest_counter_is_known_again_after_a_restart() -> None:
    before = told(a_ledger(), 0, spent(8))
    after = reborn(before, 2, 12)
    counter = after.rest_at(12 * SECOND)
    assert (counter.low, counter.high) == (units(2), units(3))  # 8 - 12 s x 0.5, a step of it in doubt
    assert counter == before.rest_at(12 * SECOND)


def test_without_figures_the_rest_counter_may_be_full() -> None:
    assert Ledger.start(0, KEY.key, "alice", assume_tier="intermediate").rest_at(0).high == units(20)


def test_a_call_that_was_on_its_way_is_on_its_way_after_the_restart_too() -> None:
    before = told(a_ledger(), 0, spent(4, ticket=7))
    after = reborn(before, 1, 3)
    assert after.rest_at(3 * SECOND).high == units(4)  # it may land at any moment until second 5
    assert told(after, 3, settled(7)).rest == after.rest, "its ticket is not one of ours"


def test_of_a_pair_only_the_low_end_is_known_after_a_restart() -> None:
    adds = (stream(f"O{n}", "pending_new", 0, pair="BTC/USD") for n in range(40))
    before = told(a_ledger(hidden_s=0), 0, *adds)
    after = reborn(before, 1, 2)
    counter = after.engine_at("BTC/USD", 2 * SECOND)
    assert counter.high == units(125)
    assert units(14) < counter.low <= before.engine_at("BTC/USD", 2 * SECOND).low
    after = told(after, 3, snapshot())
    assert after.engine_at("BTC/USD", 3 * SECOND).high == units(125)
    assert after.engine_at("BTC/USD", 10 * SECOND).high < units(125)


def test_a_cancel_before_the_restart_is_ours_when_the_stream_shows_it_afterwards() -> None:
    after = reborn(told(a_ledger(), 0, cancel_spent("O1", 8)), 1, 2)
    after = told(after, 3, snapshot(), stream("O1", "canceled", 3, pair="BTC/USD"))
    assert after.engine["BTC/USD"].foreign_ns is None


def test_a_tier_that_the_exchange_told_is_remembered() -> None:
    before = told(a_ledger(None), 0, tier_seen(180), spent(2))
    after = reborn(before, 1, 2, tier=None)
    assert (after.belief.tier, after.rest.counter.ceiling) == ("pro", units(20))


def test_another_belief_of_the_tier_takes_the_figures_on_the_safe_side() -> None:
    before = told(a_ledger("pro"), 0, spent(10))
    after = reborn(before, 0, 0, tier="starter")
    assert after.rest_at(4 * SECOND).high >= before.rest_at(4 * SECOND).high + POINT
    assert after.rest_at(4 * SECOND).low >= before.rest_at(4 * SECOND).low


def test_a_pause_that_the_exchange_asked_for_goes_on_after_the_restart() -> None:
    lockout = LockoutBegan(scope=KEY, until_ns=900 * SECOND, reason="it said so")
    before = told(a_ledger(), 0, refused(until_s=50), lockout)
    after = reborn(before, 1, 2)
    assert (held := after.held("rest", 2 * SECOND)) is not None
    assert (held.until_ns, after.lockouts) == (50 * SECOND, before.lockouts)


def test_the_figures_of_the_owner_stand_as_they_are() -> None:
    owner = told(
        a_ledger(),
        0,
        spent(4, ticket=1),
        stream("O1", "pending_new", 0, pair="BTC/USD"),
        cancel_spent("O2", 8),
    )
    follower = Ledger.start(SECOND, KEY.key, "alice", assume_tier="intermediate")
    follower = told(follower, 2, FiguresTold(figures=through_the_file(owner, 2 * SECOND), by="owner"))
    for at_s in (2, 3, 4.9):
        t_ns = round(at_s * SECOND)
        assert follower.rest_at(t_ns) == owner.rest_at(t_ns)
        for pair in ("BTC/USD", "ETH/USD"):
            assert follower.engine_at(pair, t_ns) == owner.engine_at(pair, t_ns)
    assert told(follower, 3, settled(1)).rest_at(3 * SECOND) == told(owner, 3, settled(1)).rest_at(3 * SECOND)


def a_follower(owner: Ledger) -> Ledger:
    fresh = Ledger.start(0, KEY.key, "alice", assume_tier="intermediate")
    return told(fresh, 1, FiguresTold(figures=through_the_file(owner, SECOND), by="owner"))


def test_what_a_follower_sees_itself_is_counted_by_the_owner_only() -> None:
    follower = a_follower(a_ledger())
    seen = told(follower, 2, snapshot(), stream("O1", "pending_new", 2, pair="BTC/USD"), stream_down())
    assert seen.engine_at("BTC/USD", 2 * SECOND) == follower.engine_at("BTC/USD", 2 * SECOND)
    assert seen.sees_acts
    assert seen.ahead_ns is not None


def test_when_the_owner_is_gone_a_pair_may_have_been_filled_unseen() -> None:
    follower = told(a_follower(told(a_ledger(), 0, spent(8))), 2, snapshot())
    alone = told(follower, 3, OwnerGone())
    assert (alone.shared, alone.sees_acts) == (False, True)
    assert alone.rest_at(3 * SECOND) == follower.rest_at(3 * SECOND)
    assert alone.engine_at("BTC/USD", 3 * SECOND).high == units(125)
    assert alone.engine_at("BTC/USD", 60 * SECOND).high < units(125)


def test_when_the_owner_is_gone_while_our_stream_was_down_nothing_is_seen() -> None:
    follower = told(a_follower(a_ledger()), 2, snapshot(), stream_down())
    alone = told(follower, 3, OwnerGone())
    assert alone.engine_at("BTC/USD", 600 * SECOND).high == units(125)


def test_a_busy_account_fits_into_its_figures() -> None:
    ledger = a_ledger()
    for second in range(300):
        for scope in (BTC, ETH):
            act = stream(f"{scope.pair}{second}", "pending_new", second, pair=scope.pair)
            ledger = told(ledger, second, act)
    figures = through_the_file(ledger, 300 * SECOND)
    assert len(msgspec.json.encode(figures)) < 10_000
    for pair in ("BTC/USD", "ETH/USD"):
        fresh = told(Ledger.start(0, KEY.key, "alice"), 300, FiguresTold(figures=figures, by="owner"))
        assert fresh.engine_at(pair, 300 * SECOND).high == ledger.engine_at(pair, 300 * SECOND).high


@pytest.mark.parametrize(
    "wrong",
    [
        lambda f: structs.replace(f, t_ns=-1),
        lambda f: structs.replace(f, maxratecount=0),
        lambda f: structs.replace(f, engine={"": f.rest}),
        lambda f: structs.replace(f, engine={"B\x1b[2J": f.rest}),
        lambda f: structs.replace(f, own_cancels={"O1": f.t_ns + 1}),
        lambda f: structs.replace(f, rest=structs.replace(f.rest, ceiling=0)),
        lambda f: structs.replace(f, rest=structs.replace(f.rest, drain=0)),
        lambda f: structs.replace(f, rest=structs.replace(f.rest, late=-1)),
        lambda f: structs.replace(f, rest=structs.replace(f.rest, foreign_ns=f.t_ns + 1)),
        lambda f: structs.replace(
            f, rest=structs.replace(f.rest, counter=structs.replace(f.rest.counter, high=-1))
        ),
        lambda f: structs.replace(
            f,
            rest=structs.replace(
                f.rest, counter=structs.replace(f.rest.counter, low=f.rest.counter.high + 1)
            ),
        ),
        lambda f: structs.replace(
            f, rest=structs.replace(f.rest, known=structs.replace(f.rest.known, lag=10**20))
        ),
    ],
)
def test_figures_that_cannot_be_are_told_from_those_that_can(
    wrong: Callable[[BudgetFigures], BudgetFigures],
) -> None:
    good = figures_of(told(a_ledger(), 0, spent(3)), SECOND)
    assert flaw(good) is None
    assert flaw(wrong(good)) is not None
