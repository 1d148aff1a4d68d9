"""Pictures that were looked at. To accept a new look: pytest tests/ui/test_looks.py --snapshot-update."""

from collections.abc import Callable

from textual.pilot import Pilot

from krakentui.ui.app import KrakenApp
from krakentui.ui.theme import DARK
from tests.support.limits import near
from tests.ui.limits import a_face
from tests.ui.opening import Opened
from tests.ui.orderviews import some_details, told
from tests.ui.resultviews import every_state, results_of
from tests.ui.scenes import busy_face, with_traces

Compare = Callable[..., bool]


def scene() -> KrakenApp:
    return KrakenApp(busy_face(), ticking=False, theme=DARK.name)


def test_a_busy_account(snap_compare: Compare) -> None:
    """Markets, balances, orders of every kind and gauges of every warning."""

    async def drawn(pilot: Pilot[None]) -> None:
        await pilot.pause()
        app = pilot.app
        assert isinstance(app, KrakenApp)
        app.draw()

    assert snap_compare(scene(), run_before=drawn, terminal_size=(120, 36))


def test_the_question_about_a_stop_and_a_limit_order(snap_compare: Compare) -> None:
    """Two orders marked, one of them protective; the answers are lit."""

    async def asked(pilot: Pilot[None]) -> None:
        app = pilot.app
        assert isinstance(app, KrakenApp)
        screen = Opened(app, app.face, pilot)  # type: ignore[arg-type]  # the face is the fake one
        await screen.draw()
        await screen.press("space", "down", "down", "down", "space", "x")
        await screen.draw()

    assert snap_compare(scene(), run_before=asked, terminal_size=(120, 36))


def test_the_limits_near_their_ceilings(snap_compare: Compare) -> None:
    """A pair and the key nearly used up, a refusal that was expected and one that was not."""

    async def shown(pilot: Pilot[None]) -> None:
        app = pilot.app
        assert isinstance(app, KrakenApp)
        screen = Opened(app, app.face, pilot)  # type: ignore[arg-type]  # the face is the fake one
        await screen.press("L", "down")
        await screen.wait(0.6)

    app = KrakenApp(a_face(near()), ticking=False, theme=DARK.name)
    assert snap_compare(app, run_before=shown, terminal_size=(120, 36))


def test_a_filtered_grouped_list_with_a_trace(snap_compare: Compare) -> None:
    """Two marks, one of them hidden by the filter; one order has just been cancelled by another program."""

    async def arranged(pilot: Pilot[None]) -> None:
        app = pilot.app
        assert isinstance(app, KrakenApp)
        screen = Opened(app, app.face, pilot)  # type: ignore[arg-type]  # the face is the fake one
        await screen.draw()
        await screen.press(*["down"] * 3, "space", *["down"] * 4, "space", "up", "o", "slash")
        await screen.burst("s", "e", "l", "l")
        await screen.press("enter", "home")
        screen.face.orders_view = with_traces(screen.face.orders_view)
        await screen.draw()

    assert snap_compare(scene(), run_before=arranged, terminal_size=(120, 36))


def test_the_details_of_an_order(snap_compare: Compare) -> None:
    """A bot's stop that traded and that we tried to cancel."""

    async def opened(pilot: Pilot[None]) -> None:
        app = pilot.app
        assert isinstance(app, KrakenApp)
        screen = Opened(app, app.face, pilot)  # type: ignore[arg-type]  # the face is the fake one
        screen.face.details_views = {"O01K7-Q2M5X-7RZTB4": some_details(amends=told())}
        await screen.draw()
        await screen.press("enter")
        await screen.draw()

    assert snap_compare(scene(), run_before=opened, terminal_size=(120, 36))


def test_the_results_of_many_cancels(snap_compare: Compare) -> None:
    """One order in every state; two are not settled at all, four are on their way."""

    async def opened(pilot: Pilot[None]) -> None:
        app = pilot.app
        assert isinstance(app, KrakenApp)
        screen = Opened(app, app.face, pilot)  # type: ignore[arg-type]  # the face is the fake one
        screen.face.results_views = (results_of(*every_state()),)
        await screen.draw()
        await screen.press("R")
        await screen.draw()

    assert snap_compare(scene(), run_before=opened, terminal_size=(120, 36))
