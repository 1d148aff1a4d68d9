"""Two programs that share both keys of an account: each key one lane, one row of nonces, one count."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from msgspec import structs

from krakentui.budget.gauges import Gauge
from krakentui.model.clock import SECOND
from krakentui.model.limit import KeyScope
from tests.engine.test_sharing import Table, private
from tests.support.exchange import CANCEL_KEY, FIRST, KEY, Scene, a_seat, some_settings

pytestmark = pytest.mark.anyio
KEYS = (KEY.fingerprint, CANCEL_KEY.fingerprint)


class TwoKeys(Table):
    """Programs that sit at two keys."""

    @asynccontextmanager
    async def sitting(self, name: str) -> AsyncIterator[Scene]:
        called = f"krakentui {name} (process {len(self.seats) + 1})"
        seats = [a_seat(self.folder, self.clock, called, key) for key in (KEY, CANCEL_KEY)]
        for seat in seats:
            await seat.take()
            assert not seat.is_outside, seat.why
        self.seats += seats
        settings = structs.replace(some_settings(folder=self.folder), cancel_credentials=CANCEL_KEY)
        scene = Scene(settings, clock=self.clock, seat=seats[0], cancel_seat=seats[1])
        self.scenes.append(scene)
        try:
            async with scene.host:
                await self.beat(0)
                yield scene
        finally:
            for seat in seats:
                seat.leave()
            self.scenes.remove(scene)


def gauges(scene: Scene) -> dict[object, Gauge]:
    rows = scene.session.budget(scene.clock.mono_ns()).gauges
    return {row.scope: row for row in rows if row.name in {"rest", "engine"}}


async def test_the_second_program_hands_in_the_calls_of_both_keys_and_shows_the_same_gauges(
    tmp_path: Path,
) -> None:
    table = TwoKeys(tmp_path)
    async with table.sitting("monitor") as owner, table.sitting("stream") as follower:
        await table.beat(8)
        assert private(follower) == []
        assert private(owner).count("GetApiKeyInfo") == 4  # of each key, for each program
        mine, theirs = gauges(owner), gauges(follower)
        assert [KeyScope(key) in mine for key in KEYS] == [True, True]
        assert {scope: (row.low, row.high) for scope, row in mine.items()} == {
            scope: (row.low, row.high) for scope, row in theirs.items()
        }


async def test_a_cancel_of_the_follower_is_counted_once_and_is_nobody_elses(tmp_path: Path) -> None:
    table = TwoKeys(tmp_path)
    async with table.sitting("monitor") as owner, table.sitting("cancel") as follower:
        await table.beat(8)
        asked = follower.session.ask_cancel([FIRST])
        assert asked.key == CANCEL_KEY.fingerprint  # type: ignore[union-attr]
        assert follower.session.confirm(asked) is None  # type: ignore[arg-type]
        await table.beat(1)
        spent = owner.session.state.spending.sums(owner.clock.mono_ns())
        cancels = [
            sum_.calls for kind, sum_ in spent.items() if kind.name == "engine" and kind.what == "cancel"
        ]
        assert cancels == [1]
        assert owner.session.state.ledger.refusals_unexpected == 0


async def test_a_lockout_of_one_key_silences_it_everywhere_and_the_other_key_nowhere(tmp_path: Path) -> None:
    table = TwoKeys(tmp_path)
    async with table.sitting("monitor") as owner, table.sitting("stream") as follower:
        await table.beat(8)
        owner.session._account.shared.lane.lock_out("a test")  # type: ignore[union-attr]
        await table.beat(1)
        for scene in (owner, follower):
            t_ns = scene.clock.mono_ns()
            locked = [books.locked(t_ns) is not None for books in scene.session.state.ledger.by_key()]
            assert locked == [True, False]
            assert scene.session._account._second.lane.locked_ns(t_ns) == 0  # type: ignore[union-attr]
            assert scene.session._account.shared.lane.locked_ns(t_ns) > 800 * SECOND  # type: ignore[union-attr]
