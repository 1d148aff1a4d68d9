"""The whole monitor, screen included, from one key to another under an open question."""

import asyncio

import pytest
from msgspec import structs

from krakentui.commands.demo import shelf_of
from krakentui.commands.seated import sit
from krakentui.commands.simulated import first_line_of
from krakentui.engine.keychain import Keychain
from krakentui.engine.keyfetch import Fetched
from krakentui.engine.offered import Offered, Shelf
from krakentui.engine.seat import Seated
from krakentui.settings import Settings
from krakentui.simulator import Options
from krakentui.ui.app import KrakenApp
from krakentui.ui.screens.confirm import ConfirmScreen
from krakentui.ui.screens.keys import KeysScreen
from krakentui.ui.screens.main import MainScreen
from krakentui.ui.theme import DARK
from tests.ui.opening import WIDE, screen_lines
from tests.whole.lockstep import Lockstep, lockstep
from tests.whole.truth import shown_orders, true_orders, wrong_balances

pytestmark = pytest.mark.anyio
QUIET = Options(manual=True, quiet=True)


class Gate:
    """Lets a key be fetched only when told so."""

    def __init__(self) -> None:
        self.opened = asyncio.Event()

    def slow(self, offered: Offered) -> Offered:
        async def fetch() -> Fetched:
            await self.opened.wait()
            return await offered.fetch()

        return structs.replace(offered, fetch=fetch)


def keychain(both: Lockstep, gate: Gate, app: KrakenApp) -> Keychain:
    shelf = shelf_of(first_line_of(both.exchange.first_line()))
    told = Shelf(tuple(gate.slow(one) for one in shelf.offered))

    async def sitting(settings: Settings) -> Seated:
        return await sit(settings, both.clock, "monitor")

    return Keychain(both.host, both.session._settings, lambda: told, sitting, lambda _: None, app)


def cancels(both: Lockstep) -> list[dict[str, object]]:
    return [row for row in both.verdicts() if "cancel" in str(row["what"]).lower()]


async def test_a_question_dies_with_its_key_and_the_other_account_is_shown() -> None:
    async with lockstep(QUIET) as both:
        gate, app = Gate(), KrakenApp(both.session, ticking=False, theme=DARK.name)
        app.keychain = keys = keychain(both, gate, app)
        both.host.beside("switch of keys", keys.run)
        async with app.run_test(size=WIDE) as pilot:

            async def press(*names: str) -> None:
                for name in names:
                    await pilot.press(name)
                    await both.run(0.5)
                    app.draw()
                    await pilot.pause()

            alices = set(both.true_orders())
            await press("K", "down", "down", "enter")
            assert isinstance(app.screen, KeysScreen)
            assert "Fetching the key stranger" in "\n".join(screen_lines(app))
            await press("escape", "x")
            assert isinstance(app.screen, ConfirmScreen)
            (asked,) = app.screen.question.orders
            gate.opened.set()
            await both.run(8)
            both.owner = "bob"
            assert [type(one) for one in app.screen_stack] == [MainScreen]
            await press("enter", "escape")
            assert cancels(both) == []
            app.draw()
            await pilot.pause()
            shown = "\n".join(screen_lines(app))
            assert "  bob " in shown
            assert "alice" not in shown
            view = app.main.orders.view
            assert view is not None
            assert {row.id for row in view.rows} == set(both.true_orders())
            assert not {row.id for row in view.rows} & alices
            assert shown_orders(both) == true_orders(both)
            assert wrong_balances(both) == []
        both.owner = "alice"
        assert asked.id in both.true_orders()
