"""Whatever a key's lane is doing: a cancel that waits is the next request on the wire.

`pytest -m slow tests/engine/test_schedules.py` plays a hundred thousand schedules.
"""

import asyncio
import contextlib
import random
from collections import Counter
from collections.abc import Callable

import pytest
from msgspec import structs

from krakentui.engine.turnstile import Kind
from krakentui.model.error import AnswerLost, NotSent, TransportError
from krakentui.net.deadline import Scissors
from krakentui.wire.spot.rest import Call, Prepared
from tests.engine.test_lane import BALANCE, CANCEL, ORDERS, House, error
from tests.support.clock import ManualClock
from tests.support.wire import Answer

QUICK, FULL = 2_000, 100_000
READS: tuple[Kind, ...] = ("user", "reconcile", "background")
OK: Answer = (200, b'{"error":[],"result":{}}')
NO_NONCE: Answer = (200, error("EAPI:Invalid nonce").encode())
LIMITED: Answer = (200, error("EAPI:Rate limit exceeded").encode())


def task_name() -> str:
    task = asyncio.current_task()
    assert task is not None
    return task.get_name()


class WatchedDoor:
    """A door that answers by chance, and minds who was waiting when a request leaves."""

    def __init__(self, clock: ManualClock, rng: random.Random) -> None:
        self._clock = clock
        self._rng = rng
        self.waiting: set[str] = set()
        """Cancels that were asked for and were not on the wire yet, by the name of their task."""
        self.in_flight: str | None = None
        self.seen: Counter[str] = Counter()

    async def send(
        self,
        prepared: Prepared,
        limit_s: float,
        scissors: Scissors | None = None,
        wrote: Callable[[], None] | None = None,
    ) -> Answer:
        endpoint = prepared.path.rpartition("/")[2]
        is_cancel = endpoint == "CancelOrder"
        assert self.in_flight is None, f"{endpoint} left beside {self.in_flight}"
        assert is_cancel or not self.waiting, f"{endpoint} went before a cancel"
        self.waiting.discard(task_name())
        if wrote is not None:
            wrote()
        assert is_cancel or limit_s <= 2, "a read may take more than two seconds"
        self.in_flight = endpoint
        try:
            return await (scissors or Scissors()).run(self._clock, limit_s, self._answer)
        except TimeoutError as late:
            raise AnswerLost("No answer.") from late
        finally:
            self.in_flight = None
            if not is_cancel:
                self.seen["cut"] += bool(scissors is not None and scissors.has_cut)

    async def _answer(self) -> Answer:
        for _ in range(self._rng.randrange(4)):
            await asyncio.sleep(0)
        fate = self._rng.choice(("ok", "ok", "slow", "never", "nonce", "limited", "lost", "unsent"))
        self.seen[fate] += 1
        match fate:
            case "slow":
                await self._clock.sleep(self._rng.choice((0.1, 0.7, 1.9)))
            case "never":
                await asyncio.get_running_loop().create_future()
            case "nonce":
                return NO_NONCE
            case "limited":
                return LIMITED
            case "lost":
                raise AnswerLost("reset")
            case "unsent":
                raise NotSent("no network")
        return OK


async def play(rng: random.Random) -> WatchedDoor:
    """Play one schedule: reads and cancels that come at any turn of the loop, answers of every kind."""
    house = House()
    door = house.door = WatchedDoor(house.clock, rng)  # type: ignore[assignment]
    house.lane._house = structs.replace(house.lane._house, door=door)
    tasks: list[asyncio.Task[None]] = []
    cancels = 0

    async def ask(call: Call, kind: Kind) -> None:
        if kind == "cancel":
            door.waiting.add(task_name())
        with contextlib.suppress(TransportError):
            await house.lane.call(call, kind)

    async with asyncio.TaskGroup() as group:
        for _ in range(rng.randint(2, 12)):
            match rng.randrange(6):
                case 0 | 1 | 2:
                    read = ask(rng.choice((BALANCE, ORDERS)), rng.choice(READS))
                    tasks.append(group.create_task(read, name="read"))
                case 3:
                    cancels += 1
                    cancel = group.create_task(ask(CANCEL, "cancel"), name=f"cancel {cancels}")
                    tasks.append(cancel)
                case 4:
                    for _ in range(rng.randrange(8)):
                        await asyncio.sleep(0)
                case _:
                    await house.clock.advance(rng.choice((0.05, 0.4, 2.5)))
            for _ in range(20 if door.waiting else 0):
                await asyncio.sleep(0)
            idle = door.in_flight in {None, "CancelOrder"}
            assert idle or not door.waiting, "a read is under way while a cancel waits"
        while not all(task.done() for task in tasks):
            await house.clock.advance(1)
    assert not door.waiting, "a cancel never went"
    return door


async def schedules(count: int, seed: str) -> Counter[str]:
    seen: Counter[str] = Counter()
    for number in range(count):
        rng = random.Random(f"{seed} {number}")
        try:
            seen += (await play(rng)).seen
        except* AssertionError as group:
            raise AssertionError(f"schedule {seed} {number}") from group
    return seen


@pytest.mark.anyio
async def test_a_waiting_cancel_is_the_next_request_on_the_wire() -> None:
    seen = await schedules(QUICK, "quick")
    assert min(seen[fate] for fate in ("cut", "slow", "never", "nonce", "lost", "unsent")) > 20, seen


@pytest.mark.slow
@pytest.mark.anyio
async def test_a_waiting_cancel_is_the_next_request_in_a_hundred_thousand_schedules() -> None:
    await schedules(FULL, "full")
