"""Alone on its key the client is never refused, and yet it uses what the exchange sustains.

Ten simulated minutes in which a poll is wanted at every moment, through the real plan, lane and ledger.
Every ten seconds another program of the user adds an order and the client cancels the one before, in
turns over the websocket and by REST's `CancelOrder`: these cost the pair's counter and not the key's. (A
`CancelOrderBatch` may cost the key a point, by some sources, and the client keeps one for it.)
"""

import asyncio
from dataclasses import dataclass
from fractions import Fraction

import pytest

from krakentui.budget.plan import Go, Want, next_poll
from krakentui.engine.lanes import Held
from krakentui.model.clock import SECOND
from krakentui.model.error import TransportError
from krakentui.simulator import accounts
from krakentui.simulator.orders import Order, Request
from krakentui.simulator.rules import RULE_SETS, TIERS, rest_rate
from krakentui.state.view import Question
from krakentui.wire.spot.rest import Call
from tests.differential.client import QUICK_RULES, Both, both
from tests.differential.exchange import alice, key_of

MINUTES = 10
CANCEL_EVERY_S = 10


@dataclass
class Usage:
    """What came of ten minutes."""

    polls: int = 0
    refused_polls: int = 0
    cancels: int = 0
    refused_cancels: int = 0
    unexpected: int = 0
    """The quality figure."""
    share: Fraction = Fraction(0)
    """Of what the REST counter sustains."""


def greedy(pair: Both, endpoint: str, last: dict[str, int]) -> Want:
    """A want that is always due; who waited longest goes first."""
    cost = pair.ledger.rest_cost(endpoint).high
    return Want(
        endpoint=endpoint,
        what=endpoint,
        cost=cost,
        last_ns=last.get(endpoint),
        soonest_ns=0,
        usual_ns=0,
        latest_ns=0,
        why="it is wanted",
    )


async def poll(pair: Both, usage: Usage) -> None:
    """Poll whenever the plan lets it."""
    last: dict[str, int] = {}
    while True:
        t_ns = pair.clock.mono_ns()
        wants = [greedy(pair, endpoint, last) for endpoint in ("BalanceEx", "OpenOrders")]
        decision = next_poll(wants, pair.ledger, t_ns)
        if not isinstance(decision, Go):
            wait_ns = SECOND if decision.at_ns is None else decision.at_ns - t_ns
            await pair.clock.sleep(max(1_000, min(SECOND, wait_ns)) / SECOND)
            continue
        last[decision.want.endpoint] = t_ns
        try:
            reply = await pair.lane.call(Call(decision.want.endpoint), "background")
        except (Held, TransportError):
            await pair.clock.sleep(0.01)  # a cancel had the way
            continue
        usage.polls += 1
        usage.refused_polls += reply.refusal is not None


async def trade(pair: Both, usage: Usage) -> None:
    """Let the other program add an order, and cancel the one before."""
    gate, market = accounts.of(pair.world).gate, pair.world.markets["BTC/USD"]
    before: Order | None = None
    over_rest = False
    while True:
        ask = Request(
            pair=market.pair, side="buy", qty=market.pair.qty_min * 10, limit_price=market.last * 9 // 10
        )
        made = gate.place(alice(pair.world), ask)
        assert isinstance(made, Order)
        if before is not None:
            usage.cancels += 1
            if over_rest:
                call = Call("CancelOrder", (("txid", before.id),))
                reply = await pair.lane.call(call, "cancel")
                usage.refused_cancels += reply.refusal is not None
            else:
                asked = pair.session.ask_cancel([before.id])
                assert isinstance(asked, Question)
                assert pair.session.confirm(asked) is None
            over_rest = not over_rest
        before = made
        await pair.clock.sleep(CANCEL_EVERY_S)


async def ten_minutes(tier: str, rules: str) -> Usage:
    usage = Usage()
    async with both(tier, rules, warm_s=1) as pair:
        tasks = [
            asyncio.create_task(poll(pair, usage), name="polls"),
            asyncio.create_task(trade(pair, usage), name="cancels"),
        ]
        spent_from = pair.world.clock.now_us()
        for _ in range(MINUTES * 60):
            await pair.run(1)
            pair.width()  # the truth is within
            assert not any(task.done() for task in tasks), [task for task in tasks if task.done()]
        for task in tasks:
            task.cancel()
        ours = key_of(pair.world, "cancel").fingerprint
        heard = [one for one in pair.world.requests if one.key == ours and one.at_us >= spent_from]
        passed = sum(
            Fraction(one.cost) for one in heard if one.surface == "spot-rest" and one.verdict == "ok"
        )
        usage.refused_cancels += sum("cancel" in one.what and one.verdict != "ok" for one in heard)
        usage.share = passed / (rest_rate(TIERS[tier], RULE_SETS[rules]) * MINUTES * 60)
        usage.unexpected = pair.ledger.refusals_unexpected
    return usage


@pytest.mark.anyio
@pytest.mark.parametrize("tier", TIERS)
@pytest.mark.parametrize("rules", QUICK_RULES)
async def test_alone_nothing_is_refused_and_nine_tenths_are_used(rules: str, tier: str) -> None:
    usage = await ten_minutes(tier, rules)
    assert usage.cancels == MINUTES * 60 // CANCEL_EVERY_S - 1
    assert (usage.refused_polls, usage.refused_cancels, usage.unexpected) == (0, 0, 0), usage
    assert usage.share >= Fraction(9, 10), float(usage.share)
