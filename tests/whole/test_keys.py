"""One key in the place of another in a running monitor, against the exchange: nothing old, nothing lost."""

import fcntl
import os
from pathlib import Path

import pytest
from msgspec import structs

from krakentui.budget.gauges import Gauge
from krakentui.commands.demo import credentials_of
from krakentui.commands.shelf import at_hand
from krakentui.commands.simulated import first_line_of
from krakentui.engine.actionfile import FILE
from krakentui.engine.keyfetch import Fetched
from krakentui.engine.offered import Shelf
from krakentui.engine.session import OVER
from krakentui.model.error import KeyProblem
from krakentui.model.limit import PairScope
from krakentui.state.parting import Parting
from krakentui.state.view import NotAsked, SwitchQuestion
from tests.whole.faults import inject, private_calls
from tests.whole.lockstep import Lockstep
from tests.whole.switching import Hands, a_second_key_of_bobs, switching
from tests.whole.truth import shown_orders, true_counter, true_orders, wrong_balances, wrong_gauges

pytestmark = pytest.mark.anyio
LEFT = "A dead man's switch of an earlier run is armed and is not renewed: D disarms it."


def pair_gauge(both: Lockstep, scope: PairScope) -> Gauge:
    """Show the trading counter of a pair."""
    gauges = both.session.budget(both.exchange_ns()).gauges
    return next(gauge for gauge in gauges if (gauge.name, gauge.scope) == ("engine", scope))


async def test_after_a_switch_the_other_account_is_shown_and_none_of_the_old() -> None:
    async with switching() as hands:
        both = hands.both
        alices = set(both.rows())
        await hands.switch("stranger", "bob")
        assert shown_orders(both) == true_orders(both)
        assert shown_orders(both)
        assert not alices & set(both.rows())
        assert wrong_balances(both) == []
        assert wrong_gauges(both) == []
        status = both.session.status(both.clock.mono_ns())
        assert (status.account, status.key_name) == ("bob", "stranger")
        assert hands.seen.said == ["Key stranger of account bob is in use now."]
        assert hands.learnt == ["stranger"]


async def test_from_the_first_moment_no_figure_of_the_old_account_can_be_asked_for() -> None:
    async with switching() as hands:
        both = hands.both
        seen: list[tuple[object, ...]] = []

        def look() -> None:
            t_ns, session = both.clock.mono_ns(), both.session
            seen.append((session.orders(t_ns).rows, session.balances(t_ns).rows, session.journal()))

        hands.seen.turned = look
        await hands.switch("stranger", "bob")
        assert seen == [((), (), ())]


async def test_a_tier_that_is_assumed_is_that_of_the_account_it_was_said_of() -> None:
    async with switching(assume_tier="pro") as hands:
        both, seen = hands.both, []
        for name, owner in (("stranger", "bob"), ("cancel", "alice")):
            await hands.switch(name, owner)
            told = [line.text for line in both.session.journal() if "was assumed" in line.text]
            seen.append((both.session.budget(both.clock.mono_ns()).tier, told))
        left = "The tier pro was assumed for the account alice: for bob the exchange is asked."
        assert seen == [("intermediate", [left]), ("pro", [])]


async def test_a_key_that_only_watches_says_why_it_cancels_nothing() -> None:
    async with switching() as hands:
        both = hands.both
        await hands.switch("watch")
        assert shown_orders(both) == true_orders(both)
        assert "This key may not cancel" in both.refuses(min(both.rows()))
        assert both.session.status(both.clock.mono_ns()).power == "watch"
        assert wrong_gauges(both) == []


async def test_there_and_back_the_counters_hold_the_exchanges_own() -> None:
    async with switching() as hands:
        both = hands.both
        for name, owner in (
            ("stranger", "bob"),
            ("cancel", "alice"),
            ("watch", "alice"),
            ("cancel", "alice"),
        ):
            await hands.switch(name, owner)
            assert wrong_gauges(both) == []
            assert shown_orders(both) == true_orders(both)


async def test_what_others_did_while_nobody_watched_lies_in_the_band_of_the_pair() -> None:
    async with switching() as hands:
        both, btc = hands.both, PairScope("alice", "BTC/USD")
        await both.run(60)  # what was before the start has drained
        before = pair_gauge(both, btc)
        await hands.switch("stranger", "bob")
        await both.run(60)
        order = {"pair": "BTC/USD", "side": "buy", "type": "limit", "qty": "0.001", "price": "90000"}
        for _ in range(60):
            both.exchange.command("account", {"key": "alice", "as": "other", "order": order})
        await hands.switch("cancel", "alice")
        after, truth = pair_gauge(both, btc), true_counter(both, "engine", btc)
        assert before.high < truth <= after.high  # the narrow band of before would have missed it
        assert wrong_gauges(both) == []
        assert after.from_start


async def test_there_and_back_with_counters_on_disk(tmp_path: Path) -> None:
    async with switching(tmp_path) as hands:
        both = hands.both
        for name, owner in (("stranger", "bob"), ("cancel", "alice")):
            await hands.switch(name, owner)
            assert wrong_gauges(both) == []
        assert sum(name.endswith(".counters") for name in os.listdir(tmp_path)) == 2  # noqa: PTH208
        await hands.switch("stranger", "bob")  # its seat was left, so it can be taken again
        assert both.session.status(both.clock.mono_ns()).account == "bob"


async def test_a_cancel_that_was_confirmed_is_finished_whatever_comes_next() -> None:
    async with switching() as hands:
        both = hands.both
        order = min(both.true_orders())
        both.confirm(order)
        await hands.switch("stranger", "bob")
        both.owner = "alice"
        assert order not in both.true_orders()
        (told,) = hands.keys.left
        assert order in told
        assert any(told == line.text for line in both.session.journal())


async def test_a_question_of_the_old_key_is_refused_by_the_new_one() -> None:
    async with switching() as hands:
        both = hands.both
        order = min(both.true_orders())
        question = both.question(order)
        await hands.switch("stranger", "bob")
        refused = both.session.confirm(question)
        assert refused == NotAsked(why="The question was asked for another account: ask again.")
        await both.run(3)
        both.owner = "alice"
        assert order in both.true_orders()
        assert not [row for row in both.verdicts() if "cancel" in str(row["what"]).lower()]


async def test_what_began_to_hang_on_the_key_meanwhile_stops_the_switch() -> None:
    async with switching() as hands:
        both = hands.both
        order = min(both.true_orders())
        nothing = hands.keys.parting()
        both.confirm(order)
        hands.keys.switch("stranger", nothing)
        await both.run(5)
        assert hands.seen.sessions == []
        (said,) = hands.seen.said
        assert said.startswith("Meanwhile something more hangs on the key in use")
        assert both.outcomes() == {order: "cancelled"}


async def test_a_key_that_cannot_be_fetched_leaves_the_old_one_as_it_was() -> None:
    async def fails() -> Fetched:
        raise KeyProblem("The key stranger cannot be had. The OS keyring: It is locked.")

    def broken(_both: Lockstep, shelf: Shelf) -> Shelf:
        return Shelf(tuple(structs.replace(one, fetch=fails) for one in shelf.offered))

    async with switching(shelf=broken) as hands:
        both = hands.both
        hands.keys.switch("stranger", Parting())
        await both.run(20)
        assert hands.seen.sessions == []
        view = hands.keys.view(both.clock.mono_ns())
        assert view.trouble == (
            "The key stranger cannot be had. The OS keyring: It is locked. The key cancel stays in use."
        )
        assert view.busy == ""
        assert hands.seen.said == [view.trouble]
        assert set(both.feeds().values()) == {"live"}
        assert shown_orders(both) == true_orders(both)


async def test_a_lockout_is_kept_for_a_key_that_is_left_and_taken_again() -> None:
    async with switching() as hands:
        both = hands.both
        inject(both, "lockout", match={"key": "cancel"})
        both.session.poll_now()
        await both.until(lambda: bool(both.session.budget(both.clock.mono_ns()).lockouts), 60)
        await hands.switch("watch")
        before = len(both.verdicts())
        await hands.switch("cancel")
        assert both.session.budget(both.clock.mono_ns()).lockouts
        await both.run(60)
        assert len(both.verdicts()) > before
        assert private_calls(both, before) == []


@pytest.mark.parametrize("kept", [False, True], ids=["nothing on disk", "on disk"])
async def test_an_armed_switch_that_was_agreed_to_be_left_stays_armed_and_is_told(
    kept: bool, tmp_path: Path
) -> None:
    async with switching(tmp_path if kept else None) as hands:
        both = hands.both
        question = both.session.ask_switch()
        assert isinstance(question, SwitchQuestion)
        assert both.session.set_switch(question, 300) is None
        await both.until(lambda: both.account()["cancel_after"] is not None, 3)
        await both.run(2)
        agreed = hands.keys.parting()
        assert agreed.switch is not None
        await hands.switch("stranger", "bob", agreed)
        both.owner = "alice"
        assert both.account()["cancel_after"] is not None
        (told,) = hands.keys.left
        assert told.startswith("The dead man's switch of account alice stays armed")
        assert any(told == line.text for line in both.session.journal())
        await hands.switch("cancel", "alice")
        switch = both.session.status(both.clock.mono_ns()).switch
        assert switch is not None
        assert switch.phase == "left"
        assert [line.text for line in both.session.journal() if "D disarms it" in line.text] == [LEFT]
        assert hands.keys.left == ()


async def test_what_the_log_lacks_of_a_session_that_was_left_the_next_one_tells(tmp_path: Path) -> None:
    async with switching(tmp_path) as hands:
        both = hands.both
        with (tmp_path / FILE).open("wb") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            both.confirm(min(both.true_orders()))
            await both.until(lambda: "cancelled" in both.outcomes().values(), 3)
            await hands.switch("stranger", "bob")
        notices = [line.text for line in both.session.journal() if line.kind == "notice"]
    assert [text for text in notices if f"{tmp_path / FILE} lacks up to 4 entries" in text]


async def test_a_check_asks_once_and_the_screen_follows_the_key() -> None:
    async with switching() as hands:
        both = hands.both
        await both.until(lambda: hands.keys.view(both.clock.mono_ns()).fits_in_ns == 0, 60)
        watch = ["query-funds", "query-open-trades", "query-closed-trades", "create-ws-token"]
        both.exchange.command("key", {"key": "cancel", "permissions": watch})
        before = len(both.verdicts())
        assert hands.keys.check() == "Asked: GetApiKeyInfo, up to 1 point of the REST counter."
        await both.run(2)
        calls = [row["what"] for row in both.verdicts()[before:] if "GetApiKeyInfo" in str(row["what"])]
        assert len(calls) == 1
        row = next(one for one in hands.keys.view(both.clock.mono_ns()).rows if one.in_use)
        assert row.checked is not None
        worst = row.checked.findings[0]
        assert (worst.level, worst.text) == (
            "missing",
            "It may not cancel orders. The cancel keys do nothing.",
        )
        assert "This key may not cancel" in both.refuses(min(both.rows()))


async def test_a_check_that_fails_says_why() -> None:
    async with switching() as hands:
        both = hands.both
        await both.until(lambda: hands.keys.view(both.clock.mono_ns()).fits_in_ns == 0, 60)
        inject(both, "http", match={"path": "/0/private/GetApiKeyInfo"}, status=520)
        hands.keys.check()
        await both.run(5)
        assert hands.keys.view(both.clock.mono_ns()).trouble.startswith("The last check failed. ")


# --- two keys of one account -------------------------------------------------------------------------


TWO = ("watch", "cancel")


async def check_both(hands: Hands, second: str = "cancel") -> None:
    """Ask what the keys may do: who looks here came after the start."""
    await hands.both.run(30)
    for name in (hands.both.session.state.key_name, second):
        assert hands.keys.check(name).startswith("Asked: GetApiKeyInfo")
    await hands.both.run(2)


def standing(hands: Hands) -> dict[str, tuple[bool, bool, bool]]:
    """Tell of each key whether it is in use, whether it cancels, and whether it was checked."""
    rows = hands.keys.view(hands.both.clock.mono_ns()).rows
    return {row.name: (row.in_use, row.cancels, row.checked is not None) for row in rows}


async def test_both_keys_of_a_session_are_shown_with_what_each_may_do() -> None:
    async with switching(keys=TWO) as hands:
        await check_both(hands)
        assert standing(hands) == {
            "cancel": (False, True, True),
            "watch": (True, False, True),
            "stranger": (False, False, False),
        }


async def test_a_second_key_that_is_not_on_the_list_is_shown_all_the_same() -> None:
    async with switching(keys=("watch", "full")) as hands:
        await check_both(hands, "full")
        assert standing(hands)["full"] == (False, True, True)
        (row,) = [row for row in hands.keys.view(0).rows if row.cancels]
        assert row.source == "a test"
        assert hands.keys.barrier("full") == "There is no key full."


async def test_the_check_of_the_key_that_cancels_goes_with_that_key() -> None:
    async with switching(keys=TWO) as hands:
        both = hands.both
        await both.run(30)
        asked = len(both.verdicts())
        assert hands.keys.check("cancel").startswith("Asked: GetApiKeyInfo")
        await both.run(2)
        prints = {row.name: row.fingerprint for row in hands.keys.view(0).rows}
        checks = [one for one in both.verdicts()[asked:] if "GetApiKeyInfo" in str(one["what"])]
        assert [one["key"] for one in checks] == [prints["cancel"]]


async def test_the_cost_of_a_check_is_told_on_the_counter_of_its_key() -> None:
    async with switching(keys=TWO) as hands:
        both = hands.both
        gauges = {row.label: row for row in both.session.budget(both.clock.mono_ns()).gauges}
        for name in TWO:
            view = hands.keys.view(both.clock.mono_ns(), name)
            gauge = gauges[f"REST calls {name}"]
            assert (view.used_low, view.used_high) == (gauge.low, gauge.high)


async def test_after_a_switch_the_old_key_that_cancels_is_out_of_it() -> None:
    async with switching(keys=TWO) as hands:
        both = hands.both
        question = both.question(min(both.true_orders()))
        await hands.switch("stranger", "bob")
        assert both.session.confirm(question) is not None
        assert standing(hands)["cancel"] == (False, False, False)
        order = min(both.true_orders())
        both.confirm(order)
        await both.run(2)
        assert order not in both.true_orders()
        both.owner = "alice"
        assert question.orders[0].id in both.true_orders()
        await hands.switch("watch")
        assert standing(hands)["watch"][0]


def two_pairs(both: Lockstep, told: Shelf) -> Shelf:
    """Give each account a key that reads and one that cancels for it."""
    held = {one.name: one for one in told.offered}
    alices = both.session._settings.cancel_credentials
    watch = both.session._settings.credentials
    stranger = credentials_of(first_line_of(both.exchange.first_line()), "stranger")
    assert alices is not None
    assert watch is not None
    pairs = ((watch, alices), (stranger, a_second_key_of_bobs(both)))
    return structs.replace(
        told,
        offered=tuple(at_hand(reads, held[reads.name].account, None, cancels) for reads, cancels in pairs),
    )


async def test_there_and_back_with_two_keys_on_both_sides() -> None:
    """Each account's cancels go with its own second key, and all counters hold the truth."""
    async with switching(keys=TWO, shelf=two_pairs) as hands:
        both = hands.both
        for reads, cancels, owner in (
            ("stranger", "guard", "bob"),
            (*TWO, "alice"),
            ("stranger", "guard", "bob"),
        ):
            await hands.switch(reads, owner)
            assert standing(hands)[reads][0]
            order, since = min(both.true_orders()), len(both.verdicts())
            both.confirm(order)
            await both.run(4)
            assert order not in both.true_orders()
            asked = [one for one in both.verdicts()[since:] if "cancel" in str(one["what"]).lower()]
            assert {one["key"] for one in asked} == {cancelling(hands, cancels)}
            assert wrong_gauges(both) == []
            assert shown_orders(both) == true_orders(both)
            await both.run(10)


def cancelling(hands: Hands, name: str) -> str:
    """Give the fingerprint of the second key in use, which must have this name."""
    second = hands.both.session.state.keys.second
    assert second is not None
    assert second.name == name
    return second.key or ""


async def test_of_a_recording_that_has_ended_no_key_is_checked() -> None:
    async with switching() as hands:
        hands.both.host.end()
        assert hands.keys.check() == OVER
