"""Two keys of one account in one session: one reads and polls, the other cancels."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from krakentui.budget.gauges import Gauge
from krakentui.commands.limits import table
from krakentui.commands.schema import limits_object
from krakentui.engine.actionfile import verify
from krakentui.model.action import Entry
from krakentui.model.limit import fingerprint
from krakentui.simulator import Options
from krakentui.state.view import NotAsked
from tests.support.contract import LIMITS, complaints
from tests.whole.faults import inject
from tests.whole.lockstep import Lockstep, lockstep
from tests.whole.truth import shown_orders, true_orders, wrong_balances, wrong_gauges

pytestmark = pytest.mark.anyio
READS, CANCELS = "watch", "cancel"
AT_ONCE_S = 0.5


@asynccontextmanager
async def two_keys(
    reads: str = READS, cancels: str = CANCELS, *, quiet: bool = True, warm_s: float = 60
) -> AsyncIterator[Lockstep]:
    options = Options(manual=True, quiet=quiet, seed=3)
    async with lockstep(options, key=reads, second=cancels, warm_s=warm_s) as both:
        yield both


def print_of(both: Lockstep, program: str) -> str:
    return fingerprint(both.exchange.first_line()["keys"][program]["key"])  # type: ignore[index]


def gauge(both: Lockstep, program: str) -> Gauge:
    rows = both.session.budget(both.exchange_ns()).gauges
    (row,) = (row for row in rows if row.name == "rest" and row.label == f"REST calls {program}")
    return row


def calls(both: Lockstep, program: str, since: int = 0) -> list[str]:
    """List what the exchange was asked with a key."""
    asked = [one for one in both.verdicts()[since:] if one["key"] == print_of(both, program)]
    return [str(one["what"]).removeprefix("/0/private/") for one in asked]


def notices(both: Lockstep) -> str:
    return "\n".join(line.text for line in both.session.journal())


def drop_sockets(both: Lockstep) -> None:
    """Close every private socket and let no other be opened."""
    inject(both, "http", status=503, match={"surface": "spot-ws-private"})
    inject(both, "close", match={"surface": "spot-ws-private"})


def exhaust(both: Lockstep, program: str) -> None:
    """Let another program use the key until its counter stands at the ceiling, and go on."""
    key = both.exchange.first_line()["keys"][program]["key"]  # type: ignore[index]
    inject(both, "foreign", match={"key": key}, what="rest", rate=4)


async def cancelled(both: Lockstep, within_s: float = AT_ONCE_S) -> str:
    """Cancel an order; it must be gone at once."""
    chosen = min(both.true_orders())
    question = both.question(chosen)
    assert question.key == print_of(both, CANCELS)
    assert both.session.confirm(question) is None
    await both.run(within_s)
    assert chosen not in both.true_orders()
    return chosen


async def test_one_key_reads_and_the_other_cancels() -> None:
    async with two_keys(warm_s=200) as both:
        chosen = await cancelled(both)
        await both.run(2)
        assert both.outcomes() == {chosen: "cancelled"}
        assert {"OpenOrders", "BalanceEx"} <= {*calls(both, READS)}
        assert "cancel_order" not in calls(both, READS)
        told = calls(both, CANCELS)
        assert (
            told.count("GetApiKeyInfo") == told.count("GetWebSocketsToken") == told.count("cancel_order") == 1
        )
        assert {*told} <= {"GetApiKeyInfo", "GetWebSocketsToken", "subscribe balances", "cancel_order"}
        assert both.session.status(both.clock.mono_ns()).power == "watch+cancel"


async def test_each_key_has_a_gauge_of_its_own_that_holds_the_truth_and_pairs_are_shared() -> None:
    async with two_keys(quiet=False) as both:
        for second in range(40):
            if second % 8 == 0 and both.rows():
                both.confirm(min(both.rows()))
            await both.run(1)
            assert wrong_gauges(both) == []
        names = [(row.name, row.label) for row in both.session.budget(both.exchange_ns()).gauges]
        assert [label for name, label in names if name == "rest"] == ["REST calls cancel", "REST calls watch"]
        pairs = [label for name, label in names if name == "engine"]
        assert len(pairs) == len(set(pairs)) > 0
        assert both.session.budget(both.exchange_ns()).refusals_unexpected == 0
        assert shown_orders(both) == true_orders(both)
        assert wrong_balances(both) == []


@pytest.mark.parametrize("socket", [True, False], ids=["socket", "rest"])
async def test_an_exhausted_counter_of_the_reading_key_does_not_stand_before_a_cancel(socket: bool) -> None:
    async with two_keys() as both:
        if not socket:
            drop_sockets(both)
        exhaust(both, READS)
        await both.until(lambda: gauge(both, READS).warning == "full", 120)
        assert both.true_counter("rest", {"key": print_of(both, READS)}) > gauge(both, READS).max - 2
        assert gauge(both, CANCELS).high < gauge(both, CANCELS).max / 2
        since = len(both.verdicts())
        await cancelled(both)
        told = calls(both, CANCELS, since)
        assert [one for one in told if "ancel" in one] == ["cancel_order" if socket else "CancelOrderBatch"]
        assert [wrong for wrong in wrong_gauges(both) if "REST" in wrong or "trading" in wrong] == []


@pytest.mark.parametrize("socket", [True, False], ids=["socket", "rest"])
async def test_a_lockout_of_the_reading_key_does_not_stand_before_a_cancel(socket: bool) -> None:
    async with two_keys() as both:
        inject(both, "lockout", match={"key": READS}, s="900s")
        await both.until(lambda: "Locked out" in notices(both), 120)
        if not socket:
            drop_sockets(both)
            await both.run(2)
        budget = both.session.budget(both.exchange_ns())
        assert "key watch" in budget.headline
        assert [gauge(both, one).warning for one in (READS, CANCELS)] == ["locked", "calm"]
        chosen = await cancelled(both)
        await both.run(12)
        assert both.outcomes() == {chosen: "cancelled"}  # without the socket the other key asks how it ended
        assert "key cancel" in budget.lockouts[0].meanwhile


async def test_a_reading_key_that_is_deleted_is_told_and_cancels_go_on() -> None:
    async with two_keys() as both:
        inject(both, "revoke", match={"key": READS})
        await both.until(
            lambda: "Key watch:" in notices(both) and "does not know this key" in notices(both), 120
        )
        drop_sockets(both)
        await both.run(2)
        chosen = await cancelled(both)
        await both.run(12)
        assert both.outcomes() == {chosen: "cancelled"}


async def test_a_cancelling_key_that_is_deleted_is_told_and_reading_goes_on() -> None:
    async with two_keys() as both:
        inject(both, "revoke", match={"key": CANCELS})
        drop_sockets(both)
        await both.run(3)
        assert "Key cancel: Kraken does not know this key" in notices(both)
        said = both.refuses(min(both.true_orders()))
        assert "Key cancel: Kraken does not know this key" in said
        assert "Key watch: This key may not cancel" in said
        since = len(both.verdicts())
        await both.run(60)
        assert {"OpenOrders", "BalanceEx"} <= {*calls(both, READS, since)}
        assert shown_orders(both) == true_orders(both)


async def test_where_the_cancelling_key_is_gone_the_other_one_cancels_if_it_may_and_is_named_anew() -> None:
    async with two_keys(reads="full") as both:
        question = both.question(min(both.true_orders()))
        inject(both, "revoke", match={"key": CANCELS})
        drop_sockets(both)
        await both.run(1)
        said = both.session.confirm(question)
        assert isinstance(said, NotAsked)
        assert said.why == "It would go with the key full now: ask again."
        assert question.orders[0].id in both.true_orders()
        again = both.question(min(both.true_orders()))
        assert again.key == print_of(both, "full")
        assert both.session.confirm(again) is None
        await both.run(3)
        assert again.orders[0].id not in both.true_orders()


async def test_a_key_of_another_account_cancels_nothing_and_that_is_said_in_one_sentence() -> None:
    async with two_keys(cancels="stranger", warm_s=8) as both:
        why = "belongs to another account than the key watch, so nothing is cancelled with it"
        assert notices(both).count(why) == 1
        assert why in both.refuses(min(both.true_orders()))
        await both.run(60)
        assert both.session.status(both.clock.mono_ns()).power == "watch"
        assert "GetWebSocketsToken" not in calls(both, "stranger")[2:]
        assert notices(both).count(why) == 1


async def test_a_lockout_of_the_cancelling_key_stops_no_poll_and_an_open_socket_still_cancels() -> None:
    async with two_keys() as both:
        inject(both, "lockout", match={"key": CANCELS}, s="900s")
        await cancelled(both)
        since = len(both.verdicts())
        await both.run(60)
        assert {"OpenOrders", "BalanceEx"} <= {*calls(both, READS, since)}
        assert shown_orders(both) == true_orders(both)


async def test_everything_at_once_goes_with_the_cancelling_key_once_it_is_known_to_be_of_the_account() -> (
    None
):
    async with two_keys(warm_s=10) as both:
        asked = both.session.ask_cancel_all(new_too=True)
        assert not isinstance(asked, NotAsked)
        assert asked.key == print_of(both, CANCELS)


async def test_everything_at_once_is_not_sent_with_a_key_of_which_the_account_is_not_told() -> None:
    async with two_keys(warm_s=0) as both:
        inject(both, "missing_field", match={"path": "/0/private/GetApiKeyInfo"}, fields=["iban"])
        both.session.state.keys.second.key_info = None  # type: ignore[union-attr]
        await both.run(1)
        asked = both.session.ask_cancel_all(new_too=True)
        assert isinstance(asked, NotAsked)
        assert "has not told that it belongs to this account" in asked.why
        assert not isinstance(both.session.ask_cancel([min(both.true_orders())]), NotAsked)


async def test_scripts_are_shown_both_counters_told_apart_by_the_key() -> None:
    async with two_keys(warm_s=10) as both:
        told = limits_object(both.session, both.clock.mono_ns())
        assert complaints(told, LIMITS) == []
        scopes = [row["scope"] for row in told["limits"] if row["name"] == "rest"]  # type: ignore[union-attr, index, call-overload]
        assert scopes == [{"key": print_of(both, one)} for one in (CANCELS, READS)]
        assert "REST calls watch" in table(both.session.budget(both.clock.mono_ns()))


async def test_the_action_log_names_the_key_that_cancelled(tmp_path: Path) -> None:
    options = Options(manual=True, quiet=True, seed=3)
    async with lockstep(options, key=READS, second=CANCELS, warm_s=60, state_dir=tmp_path) as both:
        chosen = await cancelled(both)
        await both.run(2)
        reads, cancels = print_of(both, READS), print_of(both, CANCELS)
    entries = [entry for entry in verify(tmp_path) if isinstance(entry, Entry)]
    steps = [entry.step for entry in entries if entry.order == chosen]
    assert steps[:2] == ["asked", "sent"]
    assert {*steps[2:]} == {"answered", "outcome"}
    assert {entry.key for entry in entries} == {cancels}
    assert reads != cancels
