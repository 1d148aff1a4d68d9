"""The lane of one key: who goes first, what stops it, what it costs."""

import asyncio
import random
from collections import deque
from collections.abc import Coroutine

import pytest
from msgspec import structs

from krakentui.budget.interval import Interval
from krakentui.budget.rules import rest_cost
from krakentui.engine.household import Household
from krakentui.engine.lane import SPENT, TAKEN, KeyLane
from krakentui.engine.lanes import Expired, Held, Ticket, Wait
from krakentui.engine.nonce import NonceMark
from krakentui.engine.pulse import Pulse
from krakentui.engine.turnstile import Kind
from krakentui.model.clock import SECOND
from krakentui.model.counting import Counting
from krakentui.model.error import AnswerLost, NotSent, TransportError
from krakentui.model.event import (
    CallRefused,
    CallSettled,
    CallSpent,
    DeniedSeen,
    FeedChanged,
    Happening,
    KeyRefused,
    LockoutBegan,
    Noted,
)
from krakentui.model.limit import POINT
from krakentui.model.secret import Credentials, Secret
from krakentui.model.symbol import Names
from krakentui.net.backoff import EdgePause
from krakentui.net.patience import Patience
from krakentui.wire.spot.rest import Call, Reply
from tests.support.clock import WALL_START, ManualClock, settle
from tests.support.wire import OK_TOKEN, MemoryDoor

KEY = Credentials(key="SIM-abc", secret=Secret("c2VjcmV0"), name="test", source="a test")
BALANCE, ORDERS, TOKEN = Call("BalanceEx"), Call("OpenOrders"), Call("GetWebSocketsToken")
CANCEL = Call("CancelOrder", (("txid", "OQCLML-BW3P3-BUCMWZ"),))


def error(code: str) -> str:
    return f'{{"error":["{code}"]}}'


class FakePurse:
    """A REST counter that stands still: so much is free, for background so much less."""

    def __init__(self) -> None:
        self.free = {"cancel": 20, "user": 20, "reconcile": 20, "background": 17}
        self.surprising = True
        self.counting = Counting()

    def cost(self, endpoint: str) -> Interval:
        return rest_cost(endpoint, self.counting)

    def rest_fits_at(self, cost: int, kind: Kind, t_ns: int) -> int | None:
        return t_ns if cost <= self.free[kind] * POINT else t_ns + SECOND

    def expects_refusal(self, cost: int, t_ns: int) -> bool:
        return not self.surprising


class House:
    """A lane with everything around it made of memory."""

    def __init__(self, key: Credentials = KEY) -> None:
        self.clock = ManualClock()
        self.door = MemoryDoor(self.clock)
        self.purse = FakePurse()
        self.events: list[Happening] = []
        self.edge = EdgePause()
        self.lane = KeyLane(
            key,
            "alice",
            NonceMark(self.clock, KEY.fingerprint, None),
            Household(
                clock=self.clock,
                rng=random.Random(1),
                patience=Patience(),
                door=self.door,
                edge=self.edge,
                pulse=Pulse(self.events.append),
                purse=self.purse,
                names=Names,
                offset_ns=lambda: 0,
                tell=self.events.append,
                hide=str,
            ),
        )
        self.ends: list[str] = []

    def told(self, kind: type[Happening]) -> list[Happening]:
        return [event for event in self.events if isinstance(event, kind)]

    async def outcome(self, work: Coroutine[None, None, Reply]) -> None:
        """Await a call and keep how it ended."""
        try:
            reply = await work
        except TransportError as error:
            self.ends.append(type(error).__name__)
        else:
            self.ends.append("ok" if reply.refusal is None else reply.refusal.code)


@pytest.fixture
def house() -> House:
    return House()


@pytest.mark.anyio
async def test_a_cancel_is_the_next_request_on_the_wire_whatever_waits(house: House) -> None:
    house.door.answer("BalanceEx", None)
    async with asyncio.TaskGroup() as group:
        group.create_task(house.outcome(house.lane.call(BALANCE, "background")))
        for number in range(10):
            kind: Kind = ("background", "reconcile", "user")[number % 3]
            group.create_task(house.outcome(house.lane.call(ORDERS, kind)))
        await settle()
        assert house.door.calls == ["BalanceEx"]
        group.create_task(house.outcome(house.lane.call(CANCEL, "cancel")))
        await settle()
    assert house.door.calls[:2] == ["BalanceEx", "CancelOrder"]


@pytest.mark.anyio
async def test_a_cancel_is_written_without_any_time_passing(house: House) -> None:
    house.door.answer("BalanceEx", None)
    before = house.clock.mono_ns()
    async with asyncio.TaskGroup() as group:
        group.create_task(house.outcome(house.lane.call(BALANCE, "background")))
        await settle()
        group.create_task(house.outcome(house.lane.call(CANCEL, "cancel")))
        await settle()
    assert house.door.calls[-1] == "CancelOrder"
    assert house.clock.mono_ns() == before


@pytest.mark.anyio
async def test_a_cancel_does_not_cut_another_cancel_short(house: House) -> None:
    house.door.answer("CancelOrder", None)
    async with asyncio.TaskGroup() as group:
        group.create_task(house.outcome(house.lane.call(CANCEL, "cancel")))
        await settle()
        group.create_task(house.outcome(house.lane.call(CANCEL, "cancel")))
        await settle()
        assert house.ends == []
        await house.clock.advance(5)
    assert house.ends == ["AnswerLost", "ok"]


@pytest.mark.anyio
async def test_one_request_is_in_flight_at_a_time(house: House) -> None:
    async with asyncio.TaskGroup() as group:
        for _ in range(20):
            group.create_task(house.outcome(house.lane.call(BALANCE, "background")))
    assert house.door.most_in_flight == 1


@pytest.mark.anyio
async def test_nonces_rise_in_the_order_of_the_wire(house: House) -> None:
    async with asyncio.TaskGroup() as group:
        for _ in range(20):
            group.create_task(house.outcome(house.lane.call(BALANCE, "background")))
    nonces = [int(body.removeprefix("nonce=")) for body in house.door.bodies]
    assert nonces == sorted(set(nonces))


@pytest.mark.anyio
async def test_a_read_is_given_up_after_two_seconds(house: House) -> None:
    house.door.answer("BalanceEx", None)
    async with asyncio.TaskGroup() as group:
        group.create_task(house.outcome(house.lane.call(BALANCE, "background")))
        await house.clock.advance(1.9)
        assert house.ends == []
        await house.clock.advance(0.2)
    assert house.ends == ["AnswerLost"]


@pytest.mark.anyio
async def test_a_background_call_never_dips_into_the_reserve(house: House) -> None:
    house.purse.free["background"] = 0
    with pytest.raises(Held):
        await house.lane.call(BALANCE, "background")
    assert house.door.calls == []


@pytest.mark.anyio
async def test_a_cancel_goes_whatever_the_counter_says(house: House) -> None:
    house.purse.free = dict.fromkeys(house.purse.free, -1)
    await house.lane.call(Call("CancelOrderBatch", (("orders", ("A", "B")),)), "cancel")
    assert house.door.calls == ["CancelOrderBatch"]


@pytest.mark.anyio
async def test_every_call_is_counted_when_it_goes_and_settled_when_it_is_over(house: House) -> None:
    house.door.answer("BalanceEx", None)
    async with asyncio.TaskGroup() as group:
        group.create_task(house.outcome(house.lane.call(BALANCE, "background")))
        await settle()
        assert [type(event) for event in house.events] == [CallSpent]
        await house.clock.advance(3)
    spent, settled = house.told(CallSpent)[0], house.told(CallSettled)[0]
    assert isinstance(spent, CallSpent)
    assert isinstance(settled, CallSettled)
    assert (spent.high, spent.ticket, settled.answered) == (POINT, settled.ticket, False)


@pytest.mark.anyio
async def test_a_call_costs_what_the_settings_say(house: House) -> None:
    house.purse.counting = Counting(batch_cancel_cost=0)
    await house.lane.call(Call("CancelOrderBatch", (("orders", ("A", "B")),)), "user")
    spent = house.told(CallSpent)[0]
    assert isinstance(spent, CallSpent)
    assert (spent.low, spent.high) == (0, 0)


@pytest.mark.anyio
async def test_a_lockout_stops_every_private_call_for_fifteen_minutes(house: House) -> None:
    house.door.answer("BalanceEx", error("EGeneral:Temporary lockout"))
    await house.lane.call(BALANCE, "background")
    kinds: list[Kind] = ["cancel", "user", "reconcile", "background"]
    for minute in range(15):
        for kind in kinds:
            for call in (BALANCE, TOKEN, CANCEL):
                with pytest.raises(Held, match="locked"):
                    await house.lane.call(call, kind)
        await house.clock.advance(59 if minute == 0 else 60)
    assert house.door.calls == ["BalanceEx"]
    await house.clock.advance(3)  # the quarter of an hour is over, by our clock
    with pytest.raises(Held, match="locked"):
        await house.lane.call(BALANCE, "background")
    await house.clock.advance(3)
    await house.lane.call(BALANCE, "background")
    assert house.door.calls == ["BalanceEx", "BalanceEx"]


@pytest.mark.anyio
async def test_a_lockout_is_told_with_its_end(house: House) -> None:
    house.door.answer("BalanceEx", error("EGeneral:Temporary lockout"))
    await house.lane.call(BALANCE, "background")
    event = house.told(LockoutBegan)[0]
    assert isinstance(event, LockoutBegan)
    assert event.until_ns == house.clock.mono_ns() + 900 * SECOND


@pytest.mark.anyio
async def test_calls_that_waited_when_the_lockout_came_do_not_go(house: House) -> None:
    house.door.answer("BalanceEx", error("EGeneral:Temporary lockout"))
    async with asyncio.TaskGroup() as group:
        for _ in range(5):
            group.create_task(house.outcome(house.lane.call(BALANCE, "background")))
    assert house.door.calls == ["BalanceEx"]
    assert house.ends[1:] == ["Held"] * 4


@pytest.mark.anyio
async def test_a_throttle_is_obeyed_to_the_second_and_cancels_pass(house: House) -> None:
    until = WALL_START // SECOND + 30
    house.door.answer("BalanceEx", error(f"EService: Throttled: {until}"))
    await house.lane.call(BALANCE, "background")
    for kind in ("user", "background"):
        with pytest.raises(Held) as held:
            await house.lane.call(BALANCE, kind)
        assert held.value.until_ns == house.clock.mono_ns() + 30 * SECOND
    await house.lane.call(CANCEL, "cancel")
    await house.clock.advance(30)
    await house.lane.call(BALANCE, "background")
    assert house.door.calls == ["BalanceEx", "CancelOrder", "BalanceEx"]


@pytest.mark.anyio
async def test_one_invalid_nonce_is_tried_again_silently_with_a_higher_one(house: House) -> None:
    house.door.answer("BalanceEx", error("EAPI:Invalid nonce"))
    reply = await house.lane.call(BALANCE, "background")
    assert reply.refusal is None
    assert house.told(Noted) == []
    first, second = (int(body.removeprefix("nonce=")) for body in house.door.bodies)
    assert second > first


@pytest.mark.anyio
async def test_a_second_try_is_the_same_call_and_was_written_before(house: House) -> None:
    house.door.answer("CancelOrder", error("EAPI:Invalid nonce"))
    wrote: list[int] = []
    await house.lane.call(CANCEL, "cancel", lambda: wrote.append(len(house.door.calls)))
    assert house.door.calls == ["CancelOrder"] * 2
    assert wrote == [1]


@pytest.mark.anyio
async def test_where_the_second_try_never_left_the_word_on_the_first_stands(house: House) -> None:
    house.door.answer("CancelOrder", error("EAPI:Invalid nonce"), NotSent("no way"))
    await house.outcome(house.lane.call(CANCEL, "cancel"))
    assert house.ends == ["EAPI:Invalid nonce"]


@pytest.mark.anyio
async def test_a_cancel_goes_before_the_second_try_of_a_read(house: House) -> None:
    """It comes in the very moment in which the read is refused, so there is nothing left to cut."""
    house.door.answer("BalanceEx", error("EAPI:Invalid nonce"))
    cancel: list[asyncio.Task[None]] = []

    def cancel_now() -> None:
        cancel.append(asyncio.create_task(house.outcome(house.lane.call(CANCEL, "cancel")), name="a cancel"))

    refused = house.door._answer

    async def answer(endpoint: str) -> tuple[int, bytes]:
        found = await refused(endpoint)
        if endpoint == "BalanceEx" and not cancel:
            asyncio.get_running_loop().call_soon(cancel_now)
            await asyncio.sleep(0)
        return found

    house.door._answer = answer  # type: ignore[method-assign]
    await house.outcome(house.lane.call(BALANCE, "background"))
    await asyncio.gather(*cancel)
    assert house.door.calls[:2] == ["BalanceEx", "CancelOrder"]


@pytest.mark.anyio
async def test_a_repeated_invalid_nonce_stops_the_key_and_says_why(house: House) -> None:
    house.door.answer_always("BalanceEx", error("EAPI:Invalid nonce"))
    await house.lane.call(BALANCE, "background")
    with pytest.raises(Held, match="Another program uses the key test"):
        await house.lane.call(BALANCE, "user")
    assert house.door.calls == ["BalanceEx"] * 2
    assert [event.text for event in house.events if isinstance(event, Noted)] == [TAKEN.format(name="test")]


@pytest.mark.anyio
async def test_a_cancel_still_goes_when_another_program_took_the_nonce(house: House) -> None:
    house.door.answer_always("BalanceEx", error("EAPI:Invalid nonce"))
    await house.lane.call(BALANCE, "background")
    await house.lane.call(CANCEL, "cancel")
    assert house.lane.stopped is None
    assert house.door.calls[-1] == "CancelOrder"


@pytest.mark.parametrize("code", ["EAPI:Invalid key", "EAPI:Invalid signature"])
@pytest.mark.anyio
async def test_a_refused_key_is_never_sent_again(house: House, code: str) -> None:
    house.door.answer("BalanceEx", error(code))
    await house.lane.call(BALANCE, "background")
    for call, kind in ((BALANCE, "user"), (CANCEL, "cancel")):
        with pytest.raises(Held):
            await house.lane.call(call, kind)  # type: ignore[arg-type]
    assert house.door.calls == ["BalanceEx"]
    assert len(house.told(KeyRefused)) == 1


@pytest.mark.anyio
async def test_a_missing_permission_is_told_and_stops_nothing_else(house: House) -> None:
    house.door.answer("BalanceEx", error("EGeneral:Permission denied"))
    await house.lane.call(BALANCE, "background")
    await house.lane.call(ORDERS, "background")
    event = house.told(DeniedSeen)[0]
    assert isinstance(event, DeniedSeen)
    assert event.endpoint == "BalanceEx"
    assert house.door.calls == ["BalanceEx", "OpenOrders"]


@pytest.mark.parametrize("surprising", [True, False])
@pytest.mark.anyio
async def test_a_refusal_for_the_limit_knows_whether_it_was_expected(
    house: House, *, surprising: bool
) -> None:
    house.purse.surprising = surprising
    house.door.answer("BalanceEx", error("EAPI:Rate limit exceeded"))
    await house.lane.call(BALANCE, "background")
    event = house.told(CallRefused)[0]
    assert isinstance(event, CallRefused)
    assert (event.expected, event.cost) == (not surprising, POINT)


@pytest.mark.anyio
async def test_an_edge_page_pauses_everything_but_cancels(house: House) -> None:
    house.door.script.setdefault("BalanceEx", deque()).append((429, b"<html>1015</html>"))
    reply = await house.lane.call(BALANCE, "background")
    assert reply.broken is not None
    with pytest.raises(Held):
        await house.lane.call(BALANCE, "user")
    await house.lane.call(CANCEL, "cancel")
    assert house.edge.wait_ns(house.clock.mono_ns()) >= 60 * SECOND


@pytest.mark.anyio
async def test_a_page_instead_of_an_answer_marks_rest_as_down(house: House) -> None:
    house.door.script.setdefault("BalanceEx", deque()).append((520, b"<html>"))
    await house.lane.call(BALANCE, "background")
    assert [event.state for event in house.events if isinstance(event, FeedChanged)] == ["down"]


@pytest.mark.anyio
async def test_a_request_that_never_left_raises_not_sent(house: House) -> None:
    house.door.answer("CancelOrder", NotSent("no network"))
    with pytest.raises(NotSent):
        await house.lane.call(CANCEL, "cancel")


@pytest.mark.anyio
async def test_a_lost_answer_is_never_sent_again(house: House) -> None:
    house.door.answer("CancelOrder", AnswerLost("reset"))
    with pytest.raises(AnswerLost):
        await house.lane.call(CANCEL, "cancel")
    assert house.door.calls == ["CancelOrder"]


@pytest.mark.anyio
async def test_reserve_answers_at_once_with_a_ticket_or_a_wait(house: House) -> None:
    assert isinstance(house.lane.reserve("background", POINT, (house.lane.scope,)), Ticket)
    house.purse.free["background"] = 0
    wait = house.lane.reserve("background", POINT, (house.lane.scope,))
    assert isinstance(wait, Wait)
    assert wait.until_ns == house.clock.mono_ns() + SECOND


@pytest.mark.anyio
async def test_the_token_of_a_reply_shows_as_stars(house: House) -> None:
    house.door.answer("GetWebSocketsToken", OK_TOKEN)
    reply = await house.lane.call(TOKEN, "user")
    assert reply.token is not None
    assert "TOKEN" not in repr(reply)


def with_factor(call: str | None) -> Credentials:
    return structs.replace(KEY, otp=Secret("493022"), otp_call=call)


@pytest.mark.anyio
async def test_a_static_second_factor_goes_with_every_call() -> None:
    house = House(with_factor(None))
    for call in (BALANCE, TOKEN, CANCEL):
        house.door.answer(call.endpoint, OK_TOKEN if call is TOKEN else error("EGeneral:Internal error"))
        await house.outcome(house.lane.call(call, "user"))
    assert len(house.door.bodies) == 3
    assert all("&otp=493022" in body for body in house.door.bodies)


@pytest.mark.anyio
async def test_a_time_code_goes_with_one_call_once_and_nothing_else_is_sent() -> None:
    house = House(with_factor("GetWebSocketsToken"))
    house.door.answer("GetWebSocketsToken", OK_TOKEN)
    for call in (BALANCE, TOKEN, TOKEN, CANCEL):
        await house.outcome(house.lane.call(call, "cancel" if call is CANCEL else "user"))
    assert house.door.calls == ["GetWebSocketsToken"]
    assert house.ends == ["Held", "ok", "Held", "Held"]
    with pytest.raises(Held, match=SPENT[:30]):
        await house.lane.call(BALANCE, "user")


@pytest.mark.anyio
async def test_a_time_code_is_not_sent_again_after_a_refused_nonce() -> None:
    house = House(with_factor("GetWebSocketsToken"))
    house.door.answer("GetWebSocketsToken", error("EAPI:Invalid nonce"))
    await house.outcome(house.lane.call(TOKEN, "user"))
    assert house.door.calls == ["GetWebSocketsToken"]
    assert house.ends == ["EAPI:Invalid nonce"]


class ALease:
    """The lease of a call that another program handed in."""

    program = "another program"

    def __init__(self, looks: int) -> None:
        """It is over after so many looks."""
        self.begun = 0
        self._looks = looks

    async def begin(self) -> None:
        self.begun += 1

    @property
    def holds(self) -> bool:
        self._looks -= 1
        return self._looks >= 0


@pytest.mark.anyio
async def test_a_call_that_was_handed_in_is_told_of_before_it_begins_and_named_after_its_program(
    house: House,
) -> None:
    lease = ALease(looks=1)
    carried = await house.lane.carry(BALANCE, "user", None, lease)
    (spent,) = house.told(CallSpent)
    assert isinstance(spent, CallSpent)
    assert (spent.program, lease.begun) == ("another program", 1)
    assert (carried.status, carried.nonce) == (200, house.lane.last_nonce)


@pytest.mark.anyio
async def test_a_lease_that_is_over_when_the_nonce_is_taken_lets_nothing_go(house: House) -> None:
    with pytest.raises(Expired):
        await house.lane.carry(CANCEL, "cancel", None, ALease(looks=0))
    assert house.door.calls == []
    (settled,) = house.told(CallSettled)
    assert isinstance(settled, CallSettled)
    assert not settled.answered
    assert house.told(FeedChanged) == [], "REST is as it was"


@pytest.mark.parametrize(("looks", "tries"), [(3, 2), (1, 1)])
@pytest.mark.anyio
async def test_an_invalid_nonce_is_tried_again_only_for_who_still_waits(
    house: House, looks: int, tries: int
) -> None:
    house.door.answer("CancelOrder", error("EAPI:Invalid nonce"))
    await house.lane.carry(CANCEL, "cancel", None, ALease(looks))
    assert house.door.calls == ["CancelOrder"] * tries


@pytest.mark.anyio
async def test_what_another_program_on_the_key_has_met_counts_here_too(house: House) -> None:
    t_ns = house.clock.mono_ns()
    house.lane.heed(LockoutBegan(scope=house.lane.scope, until_ns=t_ns + 60 * SECOND, reason="it said so"))
    with pytest.raises(Held, match="locked"):
        await house.lane.call(CANCEL, "cancel")
    assert house.lane.locked_ns(t_ns) == 65 * SECOND
    await house.clock.advance(65)
    house.lane.heed(
        CallRefused(
            name="rest",
            scope=house.lane.scope,
            cost=POINT,
            code="EService: Throttled",
            expected=True,
            until_ns=house.clock.mono_ns() + 9 * SECOND,
        )
    )
    with pytest.raises(Held, match="pause"):
        await house.lane.call(BALANCE, "user")
    house.lane.heed(KeyRefused(key=house.lane.scope.key, why="It is gone."))
    assert house.lane.key_refused == "It is gone."
    assert house.events == [], "it was told already"
