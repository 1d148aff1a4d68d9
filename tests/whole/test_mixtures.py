"""Faults at random, several at once: every event is held against what was true, and in the end all is true.

`pytest -m slow tests/whole/test_mixtures.py` goes through many more mixtures.
"""

import random

import pytest

from krakentui.model.event import Happening
from krakentui.simulator import accounts
from krakentui.state.view import Question
from tests.truth.past import Past
from tests.truth.watch import Watch
from tests.whole.faults import PRIVATE, clear, inject, through, true_again, watched
from tests.whole.lockstep import Lockstep

PARTS = 5
"""Mixtures of one run."""
WITHIN_S = 120
"""REST alone finds what is absent by the rule of lists: two of them a minute apart, and a query."""
KINDS = ("dup", "reorder", "skip_seq", "silence", "half_open", "close", "reset", "drop_answer")
FEW, MANY = range(3), range(3, 40)


class Sight:
    """Watches every event of the real engine; what is wrong is kept, because a task would swallow it."""

    def __init__(self, both: Lockstep) -> None:
        account = accounts.of(both.exchange.world).by_name["alice"]
        self._watch = Watch(Past(account, [asset.name for asset in account.streamed()]), both.session.state)
        self.wrong: list[str] = []
        both.session.listen(self._look)

    def _look(self, event: Happening, _t_ns: int) -> None:
        try:
            self._watch.look_at_orders()
            self._watch.look_at_totals()
        except AssertionError as error:
            self.wrong.append(f"{type(event).__name__}: {error}")


def strike(both: Lockstep, chance: random.Random) -> None:
    """Add one fault of those that hide, repeat, turn around or delay what is true."""
    span = f"{chance.choice((3, 8, 20))}s"
    name = chance.choice(
        ("dup", "reorder", "skip_seq", "silence", "half_open", "close", "reset", "drop_answer")
    )
    match name:
        case "dup" | "reorder":
            inject(both, name, match=PRIVATE, when={"for": span})
        case "skip_seq":
            lost = chance.random() < 0.7
            inject(both, name, lost=lost, when={"times": chance.randint(1, 3)})
        case "silence":
            channel = chance.choice((None, "executions", "balances"))
            match = PRIVATE if channel is None else {"channel": channel}
            inject(both, name, match=match, when={"for": span})
        case "half_open":
            inject(both, name, when={"for": span})
        case "close":
            inject(both, name, code=chance.choice((1000, 1001, 1012)), match=PRIVATE)
        case "reset":
            inject(both, name, match=PRIVATE)
        case "drop_answer":
            endpoint = chance.choice(("OpenOrders", "BalanceEx", "QueryOrders"))
            effect = chance.choice(("before", "after"))
            inject(both, name, match={"path": f"/0/private/{endpoint}"}, when={"times": 1}, effect=effect)


def cancel_one(both: Lockstep, chance: random.Random) -> None:
    """Cancel an order that is shown, as a user would, where that can be asked at all."""
    rows = sorted(both.rows())
    if rows:
        asked = both.session.ask_cancel([chance.choice(rows)])
        if isinstance(asked, Question):
            both.session.confirm(asked)


async def go_through(seed: int) -> None:
    chance = random.Random(f"mixture {seed}")
    async with watched(seed, warm_s=20) as both:
        sight = Sight(both)
        lag_s = chance.choice((0, 20, 60))
        if lag_s:
            inject(both, "rest_lag", s=f"{lag_s}s")
        for _ in range(PARTS):
            for _ in range(chance.randint(1, 3)):
                strike(both, chance)
            await through(both, chance.randint(2, 12))
            cancel_one(both, chance)
            await through(both, chance.randint(2, 12))
            assert sight.wrong == []
        clear(both)
        await true_again(both, within_s=WITHIN_S)
        assert sight.wrong == []


@pytest.mark.anyio
@pytest.mark.parametrize("seed", FEW)
async def test_whatever_is_mixed_nothing_false_is_ever_believed_and_the_truth_comes_back(seed: int) -> None:
    await go_through(seed)


@pytest.mark.slow
@pytest.mark.anyio
@pytest.mark.parametrize("seed", MANY)
async def test_nothing_false_is_ever_believed_in_many_mixtures(seed: int) -> None:
    await go_through(seed)
