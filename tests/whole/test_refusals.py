"""The quality figure: how many refusals our count of the limits did not expect. Alone, none."""

from collections import Counter
from typing import Any

import pytest

from krakentui.commands.schema import stream_object
from krakentui.model.limit import KeyScope
from krakentui.simulator import Options
from krakentui.state.usage import UsageView
from tests.whole.faults import inject
from tests.whole.lockstep import Lockstep, lockstep
from tests.whole.truth import wrong_gauges

MINUTE = 60
RULES = ("documented", "strict", "lenient", "old")
LIMIT = "Rate limit exceeded"
BUSY = 0.6
"""Points a second of another program on our key, a little more than drains."""


def usage(both: Lockstep) -> UsageView:
    return both.session.usage(both.clock.mono_ns())


def told(both: Lockstep) -> object:
    """Read the figure as `stream` gives it."""
    return stream_object(both.session, both.clock.mono_ns(), ())["refusals"]


def refused(both: Lockstep) -> list[dict[str, Any]]:
    """List the calls of ours that the exchange refused for a limit."""
    return [call for call in both.verdicts() if LIMIT in str(call["verdict"])]


async def busy_minute(both: Lockstep) -> None:
    """Let a minute pass in which the user asks for polls and cancels an order."""
    for _ in range(3):
        both.session.poll_now()
        await both.run(MINUTE / 3, 1)
    if rows := both.rows():
        both.confirm(min(rows))


@pytest.mark.slow
@pytest.mark.anyio
@pytest.mark.parametrize("rules", RULES)
async def test_alone_on_an_account_half_an_hour_brings_no_refusal(rules: str) -> None:
    """Thirty minutes of polls, polls that the user asks for, and cancels of an order a minute."""
    async with lockstep(Options(manual=True, quiet=True, seed=3, rules=rules)) as both:
        for _ in range(30):
            await busy_minute(both)
            assert told(both) == {"expected": 0, "unexpected": 0}
        assert refused(both) == []
        calls = Counter(str(call["what"]).rpartition("/")[2] for call in both.verdicts())
        assert calls["OpenOrders"] > 20
        assert calls["cancel_order"] > 5
        assert usage(both).refusals == ()


@pytest.mark.anyio
async def test_another_program_on_the_key_is_counted_honestly() -> None:
    """The first refusal is a surprise; from then on somebody else is known to spend from this counter."""
    async with lockstep(Options(manual=True, quiet=True, seed=3), warm_s=8) as both:
        inject(both, "foreign", match={"key": "cancel"}, what="rest", rate=BUSY)
        await both.run(6 * MINUTE, 1)  # polls that feel their way are seldom refused
        budget, view = both.session.budget(both.clock.mono_ns()), usage(both)
        assert budget.refusals_unexpected == 1
        assert budget.refusals_expected >= 1
        assert budget.refusals_expected + budget.refusals_unexpected == len(refused(both))
        assert told(both) == {"expected": budget.refusals_expected, "unexpected": 1}
        assert [one.expected for one in view.refusals][-1:] == [False]
        assert all(one.text.startswith("REST calls: ") for one in view.refusals)
        scope = KeyScope(str(both.session.status(both.clock.mono_ns()).key))
        by = {(row.what, row.by) for row in view.spent if row.scope == scope}
        assert ("not seen", "others") in by


@pytest.mark.anyio
async def test_what_others_do_on_a_pair_is_told_as_theirs_and_never_as_a_surprise() -> None:
    async with lockstep(Options(manual=True, quiet=True, seed=3), warm_s=70) as both:
        inject(both, "foreign", what="orders", rate=1, pair="BTC/USD")
        await both.run(90, 1)
        assert wrong_gauges(both) == []
        spent = {(row.what, row.by): row for row in usage(both).spent if row.name == "engine"}
        assert {by for _, by in spent} == {"others"}
        assert sum(row.calls or 0 for row in spent.values()) >= 60
        assert told(both) == {"expected": 0, "unexpected": 0}
        chosen = min(one for one, row in both.rows().items() if row.pair == "BTC/USD")
        both.confirm(chosen)
        await both.run(5)
        assert told(both) in ({"expected": 0, "unexpected": 0}, {"expected": 1, "unexpected": 0})
        rows = [row for row in usage(both).spent if (row.what, row.by) == ("cancel", "cancels")]
        assert [row.calls for row in rows] == [1]
