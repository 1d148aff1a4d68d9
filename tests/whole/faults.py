"""Injected faults and the invariants that hold through all of them."""

# ruff: noqa: ANN401 - faults are JSON

import unicodedata
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

from msgspec import Struct, structs

from krakentui.simulator import Options
from tests.whole.lockstep import Lockstep, lockstep
from tests.whole.truth import shown_orders, true_orders, wrong_balances

SOON_S = 15
"""After faults end, orders and balances are the exchange's again (invariant I10)."""
LONG_S = 30
"""In a long stretch every fourth second is looked at."""
ATTEMPTS_MAX = 60
PRIVATE = {"surface": "spot-ws-private"}


@asynccontextmanager
async def watched(seed: int = 5, *, quiet: bool = False, warm_s: float = 70) -> AsyncIterator[Lockstep]:
    """Watch a lively account."""
    async with lockstep(Options(manual=True, seed=seed, quiet=quiet), warm_s=warm_s) as both:
        yield both


def inject(both: Lockstep, name: str, *, match: Any = None, when: Any = None, **args: Any) -> int:
    """Add a fault and give its number."""
    fault = {"fault": name, "match": match or {}, "when": when or {}, "args": args}
    told: Any = both.exchange.command("faults", {"add": fault})
    return int(told["added"][0])


def clear(both: Lockstep) -> None:
    """End every fault."""
    both.exchange.command("faults", {"clear": True})


def struck(both: Lockstep, number: int) -> int:
    """Tell how often a fault struck: a test of a fault that never did would hold nothing."""
    told: Any = both.exchange.command("faults", {})
    return next(int(row["struck"]) for row in told["faults"] if row["number"] == number)


async def through(both: Lockstep, seconds: float) -> None:
    """Let time pass, and hold what must hold all the while."""
    for second in range(round(seconds)):
        await both.run(1)
        if second % 4 and seconds > LONG_S:
            continue
        assert false_ends(both) == []
        assert attempts(both) <= ATTEMPTS_MAX
        assert unclean(both) == []


async def true_again(both: Lockstep, *, within_s: float = SOON_S) -> None:
    """Wait until orders and balances are the exchange's, and hold that they stay so."""
    live = {"public": "live", "private": "live", "rest": "live"}
    await both.until(lambda: is_true(both) and both.feeds() == live, within_s)
    for _ in range(20):
        await both.run(1)
        assert is_true(both)


def is_true(both: Lockstep) -> bool:
    return shown_orders(both) == true_orders(both) and wrong_balances(both) == []


def false_ends(both: Lockstep) -> list[str]:
    """List the ends that are told otherwise than they were (invariant I2)."""
    closed = both.account()["closed_orders"]
    truly = {"cancelled": "canceled", "filled": "filled"}
    return [
        f"{one} is told as {outcome}"
        for one, outcome in both.outcomes().items()
        if outcome in truly and closed.get(one, {}).get("status") != truly[outcome]
    ]


def attempts(both: Lockstep) -> int:
    """Count the connection attempts of the last ten minutes as the exchange counts them (I9)."""
    return int(both.true_counter("connections", {"ip": "127.0.0.1"}))


def unclean(both: Lockstep) -> list[str]:
    """List the texts on the way to the screen that could command a terminal (I8)."""
    session, t_ns = both.session, both.clock.mono_ns()
    views = (
        session.status(t_ns),
        session.markets(t_ns),
        session.balances(t_ns),
        session.orders(t_ns),
        session.budget(t_ns),
        session.journal(),
    )
    return [text for text in texts(views) if any(is_control(char) for char in text)]


def is_control(char: str) -> bool:
    return unicodedata.category(char) in {"Cc", "Cf"} and char != "\n"


def texts(value: object) -> Iterator[str]:
    """Walk through everything and give every text."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Struct):
        for item in structs.asdict(value).values():
            yield from texts(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from texts(key)
            yield from texts(item)
    elif isinstance(value, tuple | list | frozenset | set):
        for item in value:
            yield from texts(item)


def cancels_sent(both: Lockstep, since: int = 0) -> list[str]:
    """List the cancels that reached the exchange, lost ones included, by this program."""
    names = {"cancel_order", "batch_cancel", "cancel_all"}
    calls = [str(call["what"]) for call in both.verdicts()[since:]]
    return [what for what in calls if what in names or "/CancelOrder" in what]


def private_calls(both: Lockstep, since: int = 0) -> list[str]:
    calls = [str(call["what"]) for call in both.verdicts()[since:]]
    return [what for what in calls if "/0/private/" in what]


def freshness(both: Lockstep) -> dict[str, set[str]]:
    """Tell how fresh each panel says that it is."""
    session, t_ns = both.session, both.clock.mono_ns()
    return {
        "orders": {row.freshness for row in session.orders(t_ns).rows},
        "balances": {row.freshness for row in session.balances(t_ns).rows},
        "markets": {row.freshness for row in session.markets(t_ns)},
    }
