"""The real client on real loopback sockets against the simulated exchange."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from krakentui.engine.host import Host
from krakentui.engine.session import Session
from krakentui.model.clock import SystemClock
from krakentui.model.secret import Credentials, Secret
from krakentui.settings import Endpoints, Settings
from krakentui.simulator.exchange import Exchange
from krakentui.simulator.options import OPENING_US, Options
from krakentui.state.view import Question

PATIENCE_S = 10


class Stage:
    """A simulated exchange and one session on it."""

    def __init__(self, exchange: Exchange, session: Session) -> None:
        self.exchange = exchange
        self.session = session

    async def until(self, claim: Callable[[], object]) -> None:
        """Let the loop run until the claim holds; what never holds fails."""
        async with asyncio.timeout(PATIENCE_S):
            while not claim():  # noqa: ASYNC110 - real sockets tell no event for "all of it is here"
                await asyncio.sleep(0)

    async def started(self) -> None:
        await self.until(lambda: self.feeds() == {"public": "live", "private": "live", "rest": "live"})
        await self.until(lambda: self.session.balances(self.now()).known)

    def now(self) -> int:
        return self.session.clock.mono_ns()

    def feeds(self) -> dict[str, str]:
        return {feed.role: feed.state for feed in self.session.status(self.now()).feeds}

    def orders(self) -> set[str]:
        return {
            row.id for row in self.session.orders(self.now()).rows if row.status not in {"canceled", "filled"}
        }

    def true_orders(self) -> set[str]:
        accounts = self.exchange.truth()["accounts"]
        assert isinstance(accounts, dict)
        return set(accounts["alice"]["open_orders"])

    def requests(self, what: str) -> int:
        return sum(what in str(row["what"]) for row in self.exchange.requests())

    def cancel(self, *ids: str) -> None:
        question = self.session.ask_cancel(ids)
        assert isinstance(question, Question), question
        assert self.session.confirm(question) is None

    def outcomes(self) -> list[str]:
        return [line.outcome for line in self.session.journal() if line.outcome is not None]


@asynccontextmanager
async def a_stage(
    key: str = "cancel", *, rest_only: bool = False, folder: Path | None = None
) -> AsyncIterator[Stage]:
    async with Exchange(Options(quiet=True)) as exchange:
        line = exchange.first_line()
        keys = line["keys"]
        assert isinstance(keys, dict)
        found = keys[key]
        settings = Settings(
            venue="simulator",
            endpoints=Endpoints(
                str(line["rest"]),
                str(line["ws_public"]),
                "ws://127.0.0.1:1/auth/v2" if rest_only else str(line["ws_private"]),
            ),
            credentials=Credentials(
                key=found["key"], secret=Secret(found["secret"]), name=key, source="a test"
            ),
            account=found["account"],
            state_dir=folder,
        )
        clock = SystemClock(start_ns=OPENING_US * 1000)
        async with Host(settings, clock, random.Random(1)) as host:
            yield Stage(exchange, host.session)


@pytest.mark.anyio
async def test_a_session_shows_exactly_the_orders_there_are() -> None:
    async with a_stage() as stage:
        await stage.started()
        assert stage.orders() == stage.true_orders()


@pytest.mark.anyio
async def test_a_cancel_over_the_websocket_ends_that_order_and_no_other() -> None:
    async with a_stage() as stage:
        await stage.started()
        before = stage.true_orders()
        chosen = min(before)
        stage.cancel(chosen)
        await stage.until(stage.outcomes)
        assert stage.outcomes() == ["cancelled"]
        assert stage.true_orders() == before - {chosen}
        assert stage.requests("cancel_order") == 1


@pytest.mark.anyio
async def test_a_batch_ends_its_orders_and_no_other() -> None:
    async with a_stage() as stage:
        await stage.started()
        before = stage.true_orders()
        chosen = sorted(before)[:5]
        stage.cancel(*chosen)
        await stage.until(lambda: len(stage.outcomes()) == 5)
        assert stage.true_orders() == before - set(chosen)
        assert stage.requests("batch_cancel") == 1


@pytest.mark.anyio
async def test_without_a_private_socket_a_cancel_goes_over_rest() -> None:
    async with a_stage(rest_only=True) as stage:
        await stage.until(stage.orders)
        chosen = min(stage.true_orders())
        stage.cancel(chosen)
        await stage.until(lambda: chosen not in stage.true_orders())
        assert stage.requests("/0/private/CancelOrder") == 1


@pytest.mark.anyio
async def test_a_key_that_only_watches_sees_everything_and_cancels_nothing() -> None:
    async with a_stage("watch") as stage:
        await stage.started()
        assert stage.session.status(stage.now()).power == "watch"
        assert not isinstance(stage.session.ask_cancel([min(stage.orders())]), Question)


@pytest.mark.anyio
async def test_closing_the_exchange_is_told_and_not_fatal() -> None:
    async with a_stage() as stage:
        await stage.started()
        await stage.exchange._server.stop()
        await stage.until(lambda: stage.feeds()["public"] != "live" and stage.feeds()["private"] != "live")


@pytest.mark.anyio
async def test_two_programs_on_one_key_take_turns_with_their_nonces(tmp_path: Path) -> None:
    async with a_stage(folder=tmp_path) as stage:
        await stage.started()
        async with Host(
            stage.session._settings, SystemClock(start_ns=OPENING_US * 1000), random.Random(2)
        ) as other:
            second = Stage(stage.exchange, other.session)
            await second.started()
            assert second.orders() == stage.orders()
        refusals = [row for row in stage.exchange.requests() if "nonce" in str(row["verdict"])]
        assert refusals == []


@pytest.mark.anyio
async def test_a_whole_run_is_closed_in_well_under_a_second() -> None:
    async with a_stage() as stage:
        await stage.started()
        loop = asyncio.get_running_loop()
        before = loop.time()
    assert loop.time() - before < 1.5  # the exchange's own closing included
