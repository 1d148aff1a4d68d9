import os
from typing import Any

import pytest
from textual import constants

from krakentui.state.view import OrdersView
from krakentui.ui.app import KrakenApp
from krakentui.ui.crash import crash_text
from krakentui.ui.environment import ignore_developer_switches
from krakentui.ui.palette import ActionProvider
from krakentui.ui.theme import DARK, LIGHT, PLAIN, theme_for
from tests.ui.opening import opened
from tests.ui.views import FakeFace, a_line, a_market, an_order, orders_of

pytestmark = pytest.mark.anyio
ATTACKS = ("[@click=app.do('app.quit')]X[/]", "[/foo]", "[bold red]", "\\[x]", "[link=http://x]y[/link]")


class BrokenFace(FakeFace):
    """A session whose list of orders cannot be had."""

    broken = True

    def orders(self, t_ns: int) -> OrdersView:
        if self.broken:
            raise ValueError("no list")
        return super().orders(t_ns)


async def test_text_from_outside_is_never_markup() -> None:
    face = FakeFace()
    face.market_rows = tuple(a_market(text) for text in ATTACKS)
    face.orders_view = orders_of(*(an_order(text, type=text, status=text) for text in ATTACKS))
    face.lines = tuple(a_line(n, text) for n, text in enumerate(ATTACKS, 1))
    async with opened(face, size=(260, 40)) as screen:
        assert [text for text in ATTACKS if screen.text().count(text) < 3] == []
        await screen.press("A")
        assert [text for text in ATTACKS if text not in screen.text()] == []
        await screen.press("escape", "J")
        assert [text for text in ATTACKS if text not in screen.text()] == []


async def test_what_is_copied_never_reaches_the_clipboard_of_the_terminal() -> None:
    async with opened() as screen:
        written: list[str] = []
        driver = screen.app._driver
        assert driver is not None
        vars(driver)["write"] = written.append
        await screen.press("/", "B", "T", "C", "shift+home", "ctrl+x")
        assert screen.app.clipboard == "BTC"
        assert "\x1b]52" not in "".join(written)


async def test_nothing_that_can_be_chosen_or_pressed_saves_a_picture() -> None:
    """Textual's own command would write amounts to a file."""
    async with opened() as screen:
        assert [*screen.app.get_system_commands(screen.app.screen)] == []
        assert {ActionProvider} == screen.app.COMMANDS
        pressed = [binding.action for _, binding in screen.app._bindings]
        assert pressed
        assert [action for action in pressed if "screenshot" in action] == []


async def test_one_failing_view_spoils_one_panel_only() -> None:
    """F37."""
    async with opened(BrokenFace()) as screen:
        assert "Open orders cannot be drawn (ValueError)" in screen.text()
        assert "BTC/USD" in screen.text()


async def test_a_panel_recovers_as_soon_as_its_view_is_back() -> None:
    face = BrokenFace()
    async with opened(face) as screen:
        face.broken = False
        await screen.draw()
        assert "cannot be drawn" not in screen.text()
        assert "64,000.1" in screen.text()


async def test_a_view_that_cannot_be_drawn_spoils_one_panel_only() -> None:
    face = FakeFace()
    face.orders_view = orders_of(an_order(price_places="many"))
    async with opened(face) as screen:
        assert "Open orders cannot be drawn" in screen.text()
        assert "Call budget" in screen.text()


async def test_a_failing_action_is_said_and_ends_nothing() -> None:
    face = FakeFace()
    face.poll_now = None  # type: ignore[assignment,method-assign]  # calling it fails
    async with opened(face) as screen:
        await screen.press("r")
        assert "That failed inside krakentui (TypeError)" in screen.text()
        assert screen.app.is_running


def test_a_crash_shows_neither_values_nor_secrets() -> None:
    def fail(api_secret: str) -> None:
        raise RuntimeError(f"token={api_secret} at fault")

    with pytest.raises(RuntimeError) as caught:
        fail("c2VjcmV0c2VjcmV0c2VjcmV0")
    text = crash_text(caught.value)
    assert "c2VjcmV0" not in text
    assert "RuntimeError" in text
    assert "test_safety.py" in text


async def test_a_crash_of_the_app_is_reported_without_locals(capsys: pytest.CaptureFixture[str]) -> None:
    app = KrakenApp(FakeFace(), ticking=False, theme=DARK.name)

    def fail() -> None:
        planted = "PLANTED-SECRET"
        raise RuntimeError("broken" + planted[:0])

    async def run_into_it() -> None:
        async with app.run_test() as pilot:
            app.call_later(fail)
            await pilot.pause()

    with pytest.raises(RuntimeError, match="broken"):
        await run_into_it()
    report = capsys.readouterr().err
    assert "krakentui stopped because of an error of its own: RuntimeError: broken" in report
    assert "PLANTED-SECRET" not in report
    assert app.return_code == 1


def test_developer_switches_of_textual_are_ignored() -> None:
    switches: dict[str, Any] = {
        "DRIVER": "x:Y",
        "PRESS": "x,enter",
        "SCREENSHOT_DELAY": 1,
        "LOG_FILE": "x.log",
        "DEBUG": True,
    }
    for name, value in switches.items():
        setattr(constants, name, value)
    ignore_developer_switches()
    assert [getattr(constants, name) for name in switches] == [None, "", -1, None, False]


async def test_the_devtools_are_never_connected() -> None:
    os.environ["TEXTUAL"] = "devtools,debug"
    try:
        app = KrakenApp(FakeFace(), ticking=False)
    finally:
        del os.environ["TEXTUAL"]
    assert app.devtools is None
    assert not app.features


def test_terminals_with_few_colours_get_the_plain_theme() -> None:
    assert theme_for(no_color=True, color_system="truecolor", term="xterm") == PLAIN.name
    assert theme_for(no_color=False, color_system="standard", term="xterm") == PLAIN.name
    assert theme_for(no_color=False, color_system="256", term="xterm-256color") == DARK.name
    assert theme_for(no_color=False, color_system="standard", term="") == DARK.name


@pytest.mark.parametrize("theme", [DARK.name, LIGHT.name, PLAIN.name])
async def test_every_theme_draws_the_main_screen(theme: str) -> None:
    app = KrakenApp(FakeFace(), ticking=False, theme=theme)
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("question_mark")
        assert app.theme == theme


async def test_without_colour_no_colour_is_sent() -> None:
    """F42."""
    os.environ["NO_COLOR"] = "1"
    try:
        app = KrakenApp(FakeFace(), ticking=False)
    finally:
        del os.environ["NO_COLOR"]
    async with app.run_test(size=(120, 36)) as pilot:
        app.draw()
        await pilot.pause()
        update = app.screen._compositor.render_update(full=True)
        styles = {segment.style for row in update.strips for strip in row for segment in strip}  # type: ignore[union-attr]
        colours = {colour for style in styles if style for colour in (style.color, style.bgcolor) if colour}
        assert all(colour.is_default for colour in colours)
