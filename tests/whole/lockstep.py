"""The real client against the simulated exchange: real loopback sockets, one virtual clock for both.

Nothing waits for real: a step moves the client, lets bytes cross, moves the exchange, and lets bytes
cross again. The client leads, so that two acts a second apart for it are a second apart for the exchange.
What is shown is then held against the exchange's own truth.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

from krakentui.engine.host import Host
from krakentui.engine.session import Session
from krakentui.model.clock import SECOND
from krakentui.model.redact import Redactor
from krakentui.model.secret import Credentials, Secret
from krakentui.settings import Endpoints, Settings
from krakentui.simulator import Exchange, Options
from krakentui.state.view import NotAsked, OrderRow, Question
from tests.support.clock import ManualClock
from tests.whole.late import Late

STEP_S = 0.25
TURNS = 12
"""Loop turns after each move: enough for a request and its answer to cross loopback both ways."""

STARTING = 20
"""Crossings at the start, when libraries are imported and sockets are opened."""


class Lockstep:
    """One exchange, one client, one time."""

    def __init__(self, exchange: Exchange, host: Host, clock: ManualClock) -> None:
        self.exchange = exchange
        self.host = host
        self.clock = clock
        self.owner = "alice"
        """The account whose truth is told."""

    @property
    def session(self) -> Session:
        return self.host.session

    async def run(self, seconds: float, step_s: float = STEP_S) -> None:
        """Let this much time pass on both sides."""
        for _ in range(round(seconds / step_s)):
            await self.clock.advance(step_s)
            await self.cross()
            await self.exchange.advance(step_s)
            await self.cross()

    async def cross(self) -> None:
        """Let bytes cross loopback both ways, time standing still."""
        for _ in range(TURNS):
            await asyncio.sleep(0)
        await self.exchange.flush()

    async def until(self, claim: Callable[[], bool], seconds: float) -> None:
        """Let time pass until the claim holds; it must hold within so long."""
        for _ in range(round(seconds / STEP_S)):
            if claim():
                return
            await self.run(STEP_S)
        assert claim(), f"not within {seconds} s"

    # --- faults --------------------------------------------------------------------------------------

    async def close_exchange(self) -> None:
        """Close the exchange's port and all its connections; its world goes on."""
        await self.exchange._server.stop()

    async def open_exchange(self) -> None:
        """Listen on the same port again."""
        await self.exchange._server.start(self.exchange.port)

    def exchange_ns(self) -> int:
        """Tell the client's steady time at which the exchange stands: it is one step ahead after a run."""
        return self.clock.mono_ns() + round(STEP_S * SECOND)

    # --- the exchange's truth ------------------------------------------------------------------------

    def account(self) -> dict[str, Any]:
        accounts: Any = self.exchange.truth()["accounts"]
        return dict(accounts[self.owner])

    def true_orders(self) -> dict[str, Any]:
        return dict(self.account()["open_orders"])

    def true_counter(self, name: str, scope: dict[str, str] | dict[str, int]) -> Fraction:
        rows: Any = self.exchange.limits()["limits"]
        for row in rows:
            if row["name"] == name and row["scope"] == scope:
                return Fraction(row["used"])
        return Fraction(0)

    def verdicts(self) -> list[dict[str, object]]:
        """List the exchange's log of what it was asked and how it answered."""
        return self.exchange.requests()

    # --- what the user sees --------------------------------------------------------------------------

    def feeds(self) -> dict[str, str]:
        return {feed.role: feed.state for feed in self.session.status(self.clock.mono_ns()).feeds}

    def rows(self) -> dict[str, OrderRow]:
        """List the open orders on the screen (those that just ended are not open)."""
        shown = self.session.orders(self.clock.mono_ns()).rows
        return {row.id: row for row in shown if row.last_outcome in (None, "refused", "unknown", "not_sent")}

    def question(self, *ids: str) -> Question:
        asked = self.session.ask_cancel(ids)
        assert isinstance(asked, Question), asked
        return asked

    def confirm(self, *ids: str) -> None:
        said = self.session.confirm(self.question(*ids))
        assert said is None, said

    def refuses(self, *ids: str) -> str:
        asked = self.session.ask_cancel(ids)
        assert isinstance(asked, NotAsked), asked
        return asked.why

    def outcomes(self) -> dict[str, str]:
        return {
            line.order_id: line.outcome
            for line in self.session.journal()
            if line.order_id is not None and line.outcome is not None
        }


@asynccontextmanager
async def lockstep(
    options: Options | None = None,
    *,
    key: str = "cancel",
    second: str | None = None,
    warm_s: float = 8,
    late_s: float = 0,
    audit: bool = False,
    state_dir: Path | None = None,
    record: Path | None = None,
    redactor: Redactor | None = None,
    read_only: bool = False,
) -> AsyncIterator[Lockstep]:
    """Open an exchange and a client that watches it, and let them settle.

    Args:
        options: What the exchange is like.
        key: Which of its keys the client has.
        second: Which of its keys cancels, where that is another one.
        warm_s: For how long they run before the test begins.
        late_s: By so much every frame of the exchange arrives late.
        audit: Whether the client watches the exchange's own counter.
        state_dir: Where the client keeps its nonces and its action log; None = nowhere.
        record: Where the client writes what went over the wire; None = nowhere.
        redactor: What knows the client's secrets; None = one of its own.
        read_only: Whether the client may change nothing.
    """
    options = options or Options(manual=True, quiet=True)
    async with Exchange(options) as exchange:
        first: Any = exchange.first_line()
        start_ns = int(datetime.fromisoformat(first["now"]).timestamp()) * SECOND
        clock = ManualClock(wall_ns=start_ns)
        base = str(first["rest"])
        sockets = base.replace("http", "ws")
        held = first["keys"][key]
        keys = {name: _credentials(name, pair) for name, pair in first["keys"].items()}
        told = Settings(
            venue="simulator",
            endpoints=Endpoints(base, f"{sockets}/v2", f"{sockets}/auth/v2", f"{sockets}/auth/v1"),
            credentials=keys[key],
            cancel_credentials=None if second is None else keys[second],
            account=held["account"],
            audit=audit,
            state_dir=state_dir,
            record=record,
            redactor=redactor,
            read_only=read_only,
        )
        connect = Late(clock, late_s) if late_s else None
        async with Host(told, clock, random.Random(1), connect=connect) as host:
            both = Lockstep(exchange, host, clock)
            for _ in range(STARTING):
                await both.cross()
            await exchange.advance(STEP_S)  # what the client does at once is one step before what follows
            await both.cross()
            await both.run(warm_s)
            yield both


def _credentials(name: str, pair: dict[str, str]) -> Credentials:
    return Credentials(key=pair["key"], secret=Secret(pair["secret"]), name=name, source="a test")
