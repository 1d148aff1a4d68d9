"""The screen of keys: what each may do, the check and its cost, the switch, and what dies with it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from fractions import Fraction

import pytest
from msgspec import structs

from krakentui.state.keyring import Checked
from krakentui.state.parting import Parting
from krakentui.state.view import JournalLine
from krakentui.ui.screens.confirm import ConfirmScreen
from krakentui.ui.screens.keys import KeysScreen
from krakentui.ui.screens.leave import LeaveScreen, SwitchKeyScreen
from krakentui.ui.screens.main import MainScreen
from krakentui.ui.screens.toosmall import TooSmall
from tests.support.clock import WALL_START
from tests.ui.kept import same_as_grid
from tests.ui.keyviews import LEAVE_FIRST, FakeKeys, a_key_row, some_findings, waits_for_a_check
from tests.ui.opening import LEAST, NARROW, WIDE, Opened, opened
from tests.ui.scenes import busy_face
from tests.ui.views import FakeFace, a_status, a_switch, an_order, balances_of, orders_of

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def with_keys(
    keys: FakeKeys | None = None, size: tuple[int, int] = WIDE, face: FakeFace | None = None
) -> AsyncIterator[tuple[Opened, FakeKeys]]:
    keys = keys or FakeKeys()
    async with opened(face, size=size) as screen:
        screen.app.keychain = keys
        yield screen, keys


def a_line(number: int, text: str) -> JournalLine:
    return JournalLine(number=number, wall_ns=WALL_START, kind="notice", text=text, level="info")


def empty_face() -> FakeFace:
    """The first moment of another session: nothing is known yet."""
    face = FakeFace()
    face.status_view = a_status(account="bob", key="00a5e9cb6217", key_name="bobs", power_known=False)
    face.market_rows = ()
    face.balances_view, face.orders_view = balances_of(known=False), orders_of(known=False)
    return face


@pytest.mark.parametrize(("name", "size"), [("wide", WIDE), ("narrow", NARROW), ("least", LEAST)])
async def test_the_keys_at_every_size(name: str, size: tuple[int, int]) -> None:
    async with with_keys(size=size) as (screen, _):
        await screen.press("K")
        same_as_grid(f"keys-{name}", screen.lines())


async def test_they_are_looked_for_anew_when_the_screen_opens() -> None:
    async with with_keys() as (screen, keys):
        await screen.press("K", "escape", "K")
        assert keys.looks == 2


async def test_the_cursor_begins_on_the_key_in_use_and_the_lines_below_follow_it() -> None:
    async with with_keys(FakeKeys(a_key_row("other", account="bob"), a_key_row(in_use=True))) as (screen, _):
        await screen.press("K")
        assert "main of account alice" in screen.text()
        await screen.press("up")
        assert "other of account bob" in screen.text()


async def test_a_fingerprint_is_masked_and_private_it_is_not_shown_at_all() -> None:
    async with with_keys() as (screen, _):
        await screen.press("K")
        shown = "\n".join(line for line in screen.lines() if "DEMO" not in line)
        assert "3f2a…be77" in shown
        assert "3f2a9c01be77" not in shown
        await screen.press("escape", "p", "K")
        assert "3f2a" not in screen.text()
        assert "be77" not in screen.text()


async def test_the_check_tells_its_cost_before_and_asks_once() -> None:
    async with with_keys() as (screen, keys):
        await screen.press("K")
        assert "c check: 1 REST point, 2–5 of 20 used" in screen.text()
        await screen.press("c")
        assert keys.checks == 1
        assert "Asked: GetApiKeyInfo, up to 1 point" in screen.text()


def much_to_tell() -> FakeKeys:
    return FakeKeys(a_key_row(in_use=True, checked=Checked(wall_ns=WALL_START, findings=some_findings() * 3)))


async def test_at_80_columns_the_foot_is_whole_however_wide_the_counter_is() -> None:
    async with with_keys(much_to_tell(), size=NARROW) as (screen, keys):
        keys.keys = structs.replace(
            keys.keys, used_low=Fraction(1, 10), used_high=Fraction(164, 10), cost=Fraction(1)
        )
        await screen.press("K")
        (foot,) = [line for line in screen.lines() if "c check: 1" in line]
        assert "PgDn more  Esc close" in foot


async def test_a_check_is_offered_and_done_only_where_it_is_of_the_chosen_key() -> None:
    rows = (
        a_key_row(in_use=True),
        a_key_row("help", cancels=True),
        a_key_row("bobs", account="bob"),
    )
    async with with_keys(FakeKeys(*rows)) as (screen, keys):
        await screen.press("K")
        assert "c check: 1 REST point" in screen.text()
        await screen.press("down")
        assert "c check: 1 REST point" in screen.text()
        await screen.press("down")
        assert "c check" not in screen.text()
        await screen.press("c")
        assert keys.checks == 0
        assert "Only a key in use is checked" in screen.text()


async def test_more_is_offered_only_while_there_is_more() -> None:
    async with with_keys(FakeKeys(a_key_row(in_use=True)), size=WIDE) as (screen, _):
        await screen.press("K")
        await screen.wait(1)
        assert "PgDn" not in screen.text()
    async with with_keys(much_to_tell(), size=NARROW) as (screen, _):
        await screen.press("K")
        await screen.wait(1)
        assert "PgDn more" in screen.text()
        for _ in range(9):
            await screen.press("pagedown")
        assert "PgDn more" not in screen.text()


async def test_a_check_that_does_not_fit_yet_says_when() -> None:
    async with with_keys() as (screen, keys):
        keys.keys = waits_for_a_check(keys.keys, 12)
        await screen.press("K")
        assert "c check: 1 REST point, fits in 12s" in screen.text()


async def test_in_the_least_room_it_still_says_how_to_close_it() -> None:
    async with with_keys(size=LEAST) as (screen, keys):
        keys.keys = waits_for_a_check(keys.keys, 899)
        await screen.press("K")
        assert "Esc close" in screen.text()
        await screen.press("end")
        assert "Esc close" in screen.text()


async def test_a_key_that_has_another_one_for_cancels_names_it() -> None:
    async with with_keys(FakeKeys(a_key_row(in_use=True, canceller="cancels"))) as (screen, _):
        await screen.press("K")
        assert "for watch+cancel, cancels with cancels; fingerprint" in screen.text()


async def test_the_key_that_cancels_has_a_row_of_its_own_with_its_check() -> None:
    red = Checked(wall_ns=WALL_START, findings=some_findings()[:1])
    keys = FakeKeys(
        a_key_row(in_use=True, canceller="help"),
        a_key_row("help", fingerprint="170e8240987b", cancels=True, checked=red),
    )
    async with with_keys(keys) as (screen, _):
        await screen.press("K", "down")
        assert "It sends the cancels of this session; main reads and polls." in screen.text()
        assert "It may withdraw funds." in screen.text()
        (row,) = [line for line in screen.lines() if "▌ help " in line]
        assert " cancels " in row
        await screen.press("c")
        assert keys.checked == "help"


async def test_a_key_that_cancels_and_was_refused_says_why() -> None:
    why = "It belongs to another account."
    keys = FakeKeys(a_key_row(in_use=True), a_key_row("help", cancels=True, refused=why))
    async with with_keys(keys, NARROW) as (screen, _):
        await screen.press("K", "down")
        (row,) = [line for line in screen.lines() if "▌ help " in line]
        assert " refused " in row
        assert why in screen.text()


async def test_what_is_under_way_and_what_failed_stands_above_the_key() -> None:
    async with with_keys() as (screen, keys):
        keys.keys = structs.replace(
            keys.keys, busy="Fetching the key bobs.", trouble="The key bobs cannot be had."
        )
        await screen.press("K")
        assert "Fetching the key bobs." in screen.text()
        assert "The key bobs cannot be had." in screen.text()


async def test_enter_switches_to_the_chosen_key() -> None:
    async with with_keys() as (screen, keys):
        await screen.press("K", "down", "enter")
        assert keys.switched == [("bobs", Parting())]
        assert "Fetching the key bobs" in screen.text()


@pytest.mark.parametrize(
    ("steps", "sentence"), [(0, "This key is in use."), (2, LEAVE_FIRST[:60])], ids=["in use", "asks"]
)
async def test_a_key_that_cannot_be_switched_to_says_why(steps: int, sentence: str) -> None:
    async with with_keys() as (screen, keys):
        await screen.press("K", *["down"] * steps, "enter")
        assert keys.switched == []
        assert sentence in screen.text()


@pytest.mark.parametrize(
    ("hanging", "sentence"),
    [
        (Parting(unsettled=("O1",)), "1 cancel is not settled yet"),
        (Parting(waiting=("O1",)), "Switching drops it"),
        (Parting(switch=a_switch()), "Nobody renews it once another key is in use"),
    ],
    ids=["unsettled", "waiting", "dead man's switch"],
)
async def test_what_hangs_on_the_key_in_use_is_asked_about_first(hanging: Parting, sentence: str) -> None:
    async with with_keys() as (screen, keys):
        keys.hanging = hanging
        await screen.press("K", "down", "enter")
        assert isinstance(screen.app.screen, SwitchKeyScreen)
        assert sentence in screen.text()
        await screen.press("escape")
        assert keys.switched == []
        await screen.press("enter", "enter")
        assert keys.switched == [("bobs", hanging)]


async def test_an_interrupt_over_that_question_asks_about_leaving() -> None:
    face = FakeFace()
    face.open_cancels = ("O1",)
    async with with_keys(face=face) as (screen, keys):
        keys.hanging = Parting(unsettled=("O1",))
        await screen.press("K", "down", "enter", "ctrl+c")
        assert isinstance(screen.app.screen, LeaveScreen)
        assert keys.switched == []


async def test_the_palette_switches_to_a_key_by_its_name() -> None:
    async with with_keys() as (screen, keys):
        await screen.press("ctrl+p")
        await screen.pilot.press(*"switch to key bobs")
        await screen.pilot.pause(0.3)
        assert "Switch to key bobs" in screen.text()
        await screen.pilot.press("enter")
        await screen.pilot.pause()
        assert keys.switched == [("bobs", Parting())]


async def test_the_palette_names_no_key_that_cannot_be_switched_to() -> None:
    async with with_keys() as (screen, _):
        assert [offer.label for offer in screen.app.deeds.keys.offers()] == ["Switch to key bobs"]


async def test_the_palette_looks_anew_which_keys_there_are() -> None:
    async with with_keys() as (screen, keys):
        keys.later = (a_key_row(in_use=True), a_key_row("new", account="bob"))
        assert [offer.label for offer in screen.app.deeds.keys.offers()] == ["Switch to key new"]


async def test_without_a_keychain_there_are_no_keys_to_show() -> None:
    async with opened() as screen:
        await screen.press("K")
        assert not isinstance(screen.app.screen, KeysScreen)
        assert "There are no keys to show here." in screen.text()


async def test_after_a_switch_nothing_of_the_old_session_is_on_the_screen() -> None:
    old = busy_face()
    async with with_keys(face=old) as (screen, _):
        await screen.press("down", "space", "slash", *"btc", "enter")
        new = empty_face()
        screen.app.turn_to(new)
        await screen.draw()
        shown = screen.text()
        parts = {part for row in old.orders_view.rows for part in (row.id, str(row.price), str(row.qty))}
        parts |= {str(row.total) for row in old.balances_view.rows} | {"alice", "3f2a9c01be77"}
        assert sorted(part for part in parts if part in shown) == []
        assert "bob" in shown
        orders = screen.app.main.orders
        assert (orders.chosen, orders.lost, orders.marked) == (None, None, frozenset())
        new.orders_view = orders_of(an_order("ONEW01"), an_order("ONEW02"))
        await screen.draw()
        assert orders.chosen == "ONEW01"


async def test_the_journal_keeps_what_the_run_was_told_before_a_switch() -> None:
    old, again = FakeFace(), FakeFace()
    old.lines = (a_line(1, "Cancelled: sell 0.5 BTC/USD."), a_line(2, "Done: buy 1 ETH/USD is filled."))
    async with with_keys(face=old) as (screen, _):
        new = empty_face()
        screen.app.turn_to(new)
        await screen.draw()
        assert "Done:" not in screen.text()
        new.lines = (a_line(1, "Market data is live."),)
        await screen.draw()
        screen.app.turn_to(again)
        again.lines = (a_line(1, "REST is live."),)
        await screen.draw()
        assert [line.text for line in screen.app.journal] == [
            "alice: Cancelled: sell 0.5 BTC/USD.",
            "alice: Done: buy 1 ETH/USD is filled.",
            "Up to here key cancel of account alice was in use, from here on key bobs of account bob.",
            "bob: Market data is live.",
            "Up to here key bobs of account bob was in use, from here on key cancel of account alice.",
            "REST is live.",
        ]
        await screen.press("J")
        assert "alice: Cancelled: sell 0.5 BTC/USD." in screen.text()


async def test_after_a_switch_no_cancel_of_the_run_is_denied() -> None:
    async with with_keys() as (screen, _):
        screen.app.turn_to(empty_face())
        await screen.press("R")
        said = "No cancel was confirmed since the switch to key bobs; J tells what was before."
        assert said in screen.text()


async def test_a_question_about_the_old_orders_dies_and_confirms_nothing() -> None:
    async with with_keys() as (screen, _):
        await screen.press("x")
        assert [type(one) for one in screen.app.screen_stack] == [MainScreen, ConfirmScreen]
        new = empty_face()
        screen.app.turn_to(new)
        await screen.press("enter")
        assert [type(one) for one in screen.app.screen_stack] == [MainScreen]
        assert screen.face.confirmed == []
        assert new.confirmed == []


async def test_privacy_outlives_a_switch() -> None:
    async with with_keys() as (screen, _):
        await screen.press("p")
        new = empty_face()
        new.orders_view = FakeFace().orders_view
        screen.app.turn_to(new)
        await screen.draw()
        assert "0.50000000" not in screen.text()
        assert "00a5e9cb6217" not in screen.text()


async def test_a_terminal_that_is_too_small_stays_covered_through_a_switch() -> None:
    async with with_keys(size=(40, 10)) as (screen, _):
        screen.app.turn_to(empty_face())
        await screen.draw()
        assert isinstance(screen.app.screen, TooSmall)
        assert len(screen.app.screen_stack) == 2
