"""An owner that hangs or lies, and followers that do: nothing is sent twice, no cancel waits."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from msgspec import structs

from krakentui.engine.powers import Powers
from krakentui.engine.turnstile import Kind
from krakentui.model.account import KeyInfo
from krakentui.model.clock import SECOND
from krakentui.model.error import AnswerLost, TransportError
from krakentui.model.event import CallSpent, LockoutBegan, Noted
from krakentui.model.figures import Ends
from krakentui.model.limit import KeyScope, PairScope
from krakentui.net.local import LocalClosed, LocalPeer, Peer, connect
from krakentui.wire import broker as say
from krakentui.wire.spot.rest import Call, Reply
from tests.engine.test_sharing import Table, notices, private
from tests.support.clock import settle
from tests.support.exchange import ENDPOINTS, FIRST, KEY, PERMISSIONS, Scene, ok
from tests.support.owner import FakeOwner

CANCEL = Call("CancelOrder", (("txid", FIRST),))
BALANCE = Call("BalanceEx")


@pytest.fixture
def table(tmp_path: Path) -> Table:
    return Table(tmp_path)


class Silent(FakeOwner):
    """Greets, and then says only what a test lets it say."""

    def alive(self) -> None:
        """Give a sign of life to everybody."""
        standing = say.Standing(self.welcome().figures, 0, 1)
        for peer in self.peers:
            peer.post(say.encode(standing))


async def pass_time(table: Table, owner: Silent, seconds: float, *, alive: bool) -> None:
    for _ in range(round(seconds / 0.1)):
        if alive:
            owner.alive()
        await table.beat(0.1, step_s=0.1)


async def outcome(scene: Scene, call: Call, sent: list[str]) -> Reply | type[TransportError]:
    lane = scene.session._account.shared.lane  # type: ignore[union-attr]
    kind: Kind = "cancel" if call is CANCEL else "user"
    try:
        return await lane.call(call, kind, lambda: sent.append("written"))
    except TransportError as error:
        return type(error)


@asynccontextmanager
async def a_follower(table: Table) -> AsyncIterator[tuple[Silent, Scene]]:
    """Follow an owner to whom the exchange has described the key before."""
    described = KeyInfo(name="test", permissions=frozenset(PERMISSIONS))
    powers = Powers(table.folder, KEY.fingerprint, ENDPOINTS.rest)
    powers.told(described, table.clock.now_ns() // SECOND)
    async with Silent(table.folder, table.clock) as owner, table.sitting("stream") as follower:
        yield owner, follower
        owner.end()
        await table.beat(1)


# --- the owner hangs ------------------------------------------------------------------------------


@pytest.mark.anyio
async def test_calls_wait_for_an_owner_that_hangs_and_it_is_said(table: Table) -> None:
    async with a_follower(table) as (owner, follower):
        await table.beat(30)
        assert private(follower) == []
        assert any(
            "does not answer: private calls wait for it, a cancel does not" in one
            for one in notices(follower)
        )
        handed_in = len(owner.asks())
        owner.alive()
        await pass_time(table, owner, 10, alive=True)
        assert "Krakentui fake answers again." in notices(follower)
        assert len(owner.asks()) > handed_in


@pytest.mark.anyio
async def test_a_cancel_goes_past_an_owner_that_hangs_within_moments_and_once(table: Table) -> None:
    async with a_follower(table) as (owner, follower):
        await pass_time(table, owner, 3, alive=True)
        sent: list[str] = []
        async with asyncio.TaskGroup() as group:
            task = group.create_task(outcome(follower, CANCEL, sent))
            before_ns = table.clock.mono_ns()
            while not task.done():
                await table.beat(0.05, step_s=0.05)
        assert isinstance(task.result(), Reply)
        assert table.clock.mono_ns() - before_ns <= 2 * SECOND
        assert follower.door.calls.count("CancelOrder") == 1
        assert sent == ["written"]


@pytest.mark.anyio
async def test_what_went_another_way_can_begin_no_more_at_the_owner(table: Table) -> None:
    async with a_follower(table) as (owner, follower):
        await pass_time(table, owner, 3, alive=True)
        gone_ns: list[int] = []
        send = follower.door.send

        async def watching(prepared, *more, **rest):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN002, ANN003, ANN202
            if prepared.path.endswith("CancelOrder"):
                gone_ns.append(table.clock.mono_ns())
            return await send(prepared, *more, **rest)

        follower.door.send = watching  # type: ignore[method-assign]
        async with asyncio.TaskGroup() as group:
            group.create_task(outcome(follower, CANCEL, []))
            await table.beat(3, step_s=0.05)
        (ask,) = [one for one in owner.asks() if one.endpoint == "CancelOrder"]
        renewed = [
            one.until_ns for one in owner.heard if isinstance(one, say.Renew) and ask.number in one.numbers
        ]
        assert gone_ns[0] > max([ask.until_ns, *renewed])


@pytest.mark.anyio
async def test_the_lease_of_what_waits_is_renewed_while_the_owner_lives(table: Table) -> None:
    async with a_follower(table) as (owner, follower):
        async with asyncio.TaskGroup() as group:
            task = group.create_task(outcome(follower, CANCEL, []))
            await pass_time(table, owner, 20, alive=True)
            assert not task.done()
            assert "CancelOrder" not in follower.door.calls
            (ask,) = [one for one in owner.asks() if one.endpoint == "CancelOrder"]
            until_ns = max(
                one.until_ns
                for one in owner.heard
                if isinstance(one, say.Renew) and ask.number in one.numbers
            )
            assert until_ns > table.clock.mono_ns()
            task.cancel()
        await settle()
        assert any(isinstance(one, say.Drop) and one.number == ask.number for one in owner.heard)


@pytest.mark.anyio
async def test_a_cancel_that_began_at_an_owner_that_hangs_is_unknown_and_sent_by_nobody_else(
    table: Table,
) -> None:
    async with a_follower(table) as (owner, follower):
        await pass_time(table, owner, 3, alive=True)

        def begin(peer: Peer, message: say.FromFollower) -> None:
            if isinstance(message, say.Ask) and message.endpoint == "CancelOrder":
                peer.post(say.encode(say.Began(message.number)))

        owner.answers = begin
        sent: list[str] = []
        async with asyncio.TaskGroup() as group:
            task = group.create_task(outcome(follower, CANCEL, sent))
            await table.beat(8)
        assert task.result() is AnswerLost
        assert sent == ["written"]
        assert "CancelOrder" not in follower.door.calls


# --- the owner lies -------------------------------------------------------------------------------


def answer(_owner: Silent, peer: Peer, number: int) -> None:
    peer.post(say.encode(say.Answer(number, 200, ok({}).encode(), 0, 0)))


def impossible(owner: Silent, peer: Peer, _number: int) -> None:
    figures = owner.welcome().figures
    rest = structs.replace(figures.rest, known=Ends(0, -5))
    peer.post(say.encode(say.Standing(structs.replace(figures, rest=rest), 0, 1)))


NOTE = say.happened(Noted(kind="notice", text="x")).event
LIES: dict[str, tuple[Callable[[Silent, Peer, int], None], str]] = {
    "garbage": (lambda _o, peer, _n: peer.post(b"\xc1 garbage"), "makes no sense"),
    "a frame beyond all bounds": (
        lambda _o, peer, _n: peer._writer.write(b"\xff\xff\xff\xff"),  # type: ignore[attr-defined]
        "too much at once",
    ),
    "an answer to nothing": (lambda o, peer, n: answer(o, peer, n + 1000), "answers what nobody asked"),
    "an answer with no number": (lambda o, peer, _n: answer(o, peer, 0), "answers what nobody asked"),
    "impossible figures": (impossible, "its figures cannot be right"),
    "a second welcome": (lambda o, peer, _n: peer.post(say.encode(o.welcome())), "says hello twice"),
    "an event of no limit": (
        lambda _o, peer, _n: peer.post(say.encode(say.Happened("Noted", NOTE))),
        "nobody's business",
    ),
    "an event that is none": (
        lambda _o, peer, _n: peer.post(say.encode(say.Happened("CallSpent", NOTE))),
        "makes no sense",
    ),
}


@pytest.mark.parametrize("lie", LIES)
@pytest.mark.anyio
async def test_an_owner_that_lies_is_talked_to_no_more_and_a_cancel_goes_all_the_same(
    lie: str, table: Table
) -> None:
    tell, words = LIES[lie]
    async with a_follower(table) as (owner, follower):
        await pass_time(table, owner, 2, alive=True)
        asked = max((one.number for one in owner.asks()), default=0)
        owner.answers = lambda peer, _message: peer.post(say.encode(say.Sorry("it is tired")))
        tell(owner, owner.peers[-1], asked)
        await table.beat(3)
        assert any("is not talked to any more" in one and words in one for one in notices(follower)), notices(
            follower
        )
        assert any(
            "held by another krakentui, but it is tired: private calls wait" in one
            for one in notices(follower)
        )
        assert private(follower) == []
        async with asyncio.TaskGroup() as group:
            task = group.create_task(outcome(follower, CANCEL, []))
            await table.beat(2)
        assert isinstance(task.result(), Reply)
        assert follower.door.calls.count("CancelOrder") == 1
        owner.end()
        await table.beat(3)
        assert any("this program holds the key now" in one for one in notices(follower))


# --- followers that hang or lie -------------------------------------------------------------------


class Stranger:
    """A program that says to the owner whatever a test wants."""

    def __init__(self, peer: LocalPeer) -> None:
        self.peer = peer
        self.heard: list[say.FromOwner] = []

    def says(self, *messages: say.Message) -> None:
        for message in messages:
            self.peer.post(say.encode(message))

    async def listen(self) -> None:
        """Hear until the owner hangs up."""
        try:
            while True:
                self.heard.append(say.from_owner(await self.peer.receive()))
        except LocalClosed:
            self.heard.append(say.Sorry("hung up"))

    def told(self, kind: type[say.Message]) -> list[say.Message]:
        return [message for message in self.heard if isinstance(message, kind)]


HELLO = say.Hello(say.VERSION, KEY.fingerprint, ENDPOINTS.rest, 1.0, "krakentui stranger")


@asynccontextmanager
async def a_stranger(table: Table, *, listens: bool = True) -> AsyncIterator[tuple[Scene, Stranger]]:
    async with table.sitting("monitor") as owner:
        await table.beat(60)
        path = table.seats[-1].place.socket
        stranger = Stranger(await connect(path, say.MOST_TOLD))
        async with asyncio.TaskGroup() as group:
            task = group.create_task(stranger.listen()) if listens else None
            stranger.says(HELLO)
            await settle(60)
            yield owner, stranger
            if task is not None:
                task.cancel()
        stranger.peer.close()


def an_ask(table: Table, number: int = 1, seconds: float = 1, **changes: object) -> say.Ask:
    until_ns = table.clock.mono_ns() + round(seconds * SECOND)
    return structs.replace(say.Ask(number, "BalanceEx", (), "user", until_ns), **changes)


@pytest.mark.anyio
async def test_a_call_whose_lease_is_over_does_not_begin(table: Table) -> None:
    async with a_stranger(table) as (owner, stranger):
        calls = len(private(owner))
        stranger.says(an_ask(table, seconds=-0.001))
        await settle(60)
        (failed,) = stranger.told(say.Failed)
        assert isinstance(failed, say.Failed)
        assert failed.how == "expired"
        assert len(private(owner)) == calls
        assert not stranger.told(say.Began)


@pytest.mark.anyio
async def test_a_call_whose_lease_runs_out_in_the_queue_does_not_begin(table: Table) -> None:
    async with a_stranger(table) as (owner, stranger):
        owner.door.answer("CancelOrder", None)
        async with asyncio.TaskGroup() as group:
            group.create_task(outcome(owner, CANCEL, []))
            await settle(30)
            stranger.says(
                an_ask(table, 1, endpoint="CancelOrder", kind="cancel"),
                an_ask(table, 2, endpoint="CancelOrder", kind="cancel"),
            )
            for _ in range(9):
                await table.beat(0.5)
                stranger.says(say.Renew((2,), table.clock.mono_ns() + SECOND))
            await table.beat(1)
        assert owner.door.calls.count("CancelOrder") == 2
        assert [message.number for message in stranger.told(say.Answer)] == [2]  # type: ignore[attr-defined]
        assert [message.number for message in stranger.told(say.Failed)] == [1]  # type: ignore[attr-defined]


@pytest.mark.anyio
async def test_a_call_that_nobody_waits_for_any_more_is_dropped(table: Table) -> None:
    async with a_stranger(table) as (owner, stranger):
        owner.door.answer("CancelOrder", None)
        async with asyncio.TaskGroup() as group:
            group.create_task(outcome(owner, CANCEL, []))
            await settle(30)
            stranger.says(an_ask(table, seconds=60), say.Drop(1))
            await table.beat(8)
        assert owner.door.calls[-1] != "BalanceEx"
        assert not stranger.told(say.Began)


@pytest.mark.anyio
async def test_calls_of_a_program_that_is_gone_are_dropped_unless_they_began(table: Table) -> None:
    async with a_stranger(table) as (owner, stranger):
        owner.door.answer("CancelOrder", None)
        stranger.says(an_ask(table, 1, 60, endpoint="CancelOrder", kind="cancel"))
        await settle(60)
        stranger.says(an_ask(table, 2, 60))
        await settle(60)
        calls = len(private(owner))
        stranger.peer.close()
        await table.beat(8)
        assert private(owner)[calls - 1] == "CancelOrder"
        assert "BalanceEx" not in private(owner)[calls:]


NONSENSE: dict[str, say.Message | bytes] = {
    "garbage": b"\xc1\xc1",
    "hello twice": HELLO,
    "a call that does not exist": say.Ask(1, "AddOrder", (), "user", 1 << 62),
    "a withdrawal": say.Ask(1, "Withdraw", (), "cancel", 1 << 62),
    "a public call": say.Ask(1, "Time", (), "user", 1 << 62),
    "a read as urgent as a cancel": say.Ask(1, "BalanceEx", (), "cancel", 1 << 62),
    "an urgency that does not exist": say.Ask(1, "BalanceEx", (), "now", 1 << 62),
    "what only the owner can know": say.told(
        1,
        CallSpent(name="rest", scope=KeyScope("x"), low=0, high=0, what="x"),
    ),
    "a lockout as an event": say.told(1, LockoutBegan(scope=KeyScope("x"), until_ns=1, reason="x")),
    "an event that is none": say.Told(1, "CallSpent", NOTE),
}


@pytest.mark.parametrize("what", NONSENSE)
@pytest.mark.anyio
async def test_a_program_that_talks_nonsense_is_left_and_the_others_are_served(
    what: str, table: Table
) -> None:
    nonsense = NONSENSE[what]
    async with a_stranger(table) as (owner, stranger):
        calls = len(private(owner))
        stranger.peer.post(nonsense) if isinstance(nonsense, bytes) else stranger.says(nonsense)
        await settle(80)
        assert [type(message) for message in stranger.heard[-2:]] == [say.Sorry, say.Sorry]
        assert len(private(owner)) == calls
        async with table.sitting("stream") as follower:
            await table.beat(1)
            assert follower.session.orders(table.clock.mono_ns()).known


@pytest.mark.anyio
async def test_a_frame_that_is_too_long_ends_the_talk(table: Table) -> None:
    async with a_stranger(table) as (_owner, stranger):
        stranger.peer.post(b"x" * (say.MOST_ASKED + 1))
        await settle(80)
        assert stranger.heard[-1] == say.Sorry("hung up")


@pytest.mark.anyio
async def test_a_program_that_asks_too_much_at_once_is_left(table: Table) -> None:
    async with a_stranger(table) as (owner, stranger):
        owner.door.answer("BalanceEx", None)
        stranger.says(*(an_ask(table, number) for number in range(1, say.MOST_CALLS + 2)))
        await settle(200)
        assert stranger.heard[-1] == say.Sorry("hung up")


@pytest.mark.anyio
async def test_a_program_that_does_not_listen_holds_nobody_up(table: Table) -> None:
    async with a_stranger(table, listens=False) as (owner, stranger):
        owner.door.answer_always("BalanceEx", ok({"ZUSD": {"balance": "1", "hold_trade": "0" * 3_000_000}}))
        stranger.says(*(an_ask(table, number, 60) for number in (1, 2)))
        await table.beat(1)
        async with asyncio.TaskGroup() as group:
            task = group.create_task(outcome(owner, CANCEL, []))
            await table.beat(1)
            assert task.done()
        assert owner.door.calls[-1] == "CancelOrder"


@pytest.mark.anyio
async def test_what_a_follower_spent_on_a_pair_reaches_all_and_its_name_stands_with_it(table: Table) -> None:
    async with a_stranger(table) as (owner, stranger):
        event = CallSpent(
            name="engine", scope=PairScope("alice", "BTC/USD"), low=0, high=1, what="cancel", order_id=FIRST
        )
        stranger.says(say.told(7, event))
        await table.beat(1)
        standing = stranger.told(say.Standing)[-1]
        assert isinstance(standing, say.Standing)
        assert standing.taken == 7
        assert FIRST in standing.figures.own_cancels
        assert owner.session.state.ledger.in_air(FIRST)
        assert not [one for one in stranger.told(say.Happened) if one.name == "CallSpent"]  # type: ignore[attr-defined]


@pytest.mark.anyio
async def test_what_was_handed_in_to_an_owner_that_lies_may_have_been_sent(table: Table) -> None:
    async with a_follower(table) as (owner, follower):
        await pass_time(table, owner, 3, alive=True)
        sent: list[str] = []
        async with asyncio.TaskGroup() as group:
            task = group.create_task(outcome(follower, CANCEL, sent))
            await settle(60)
            owner.peers[-1].post(b"\xc1 it may have begun before this")
            await settle(60)
            assert task.done()
        assert task.result() is AnswerLost
        assert sent == ["written"]
        assert "CancelOrder" not in follower.door.calls
