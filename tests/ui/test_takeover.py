"""Taking a key over from the screen: only where another program has it, and only once the words are typed."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from textual import events

from krakentui.ui.screens.keys import KeysScreen
from krakentui.ui.screens.main import MainScreen
from krakentui.ui.screens.takeover import TakeOverScreen
from tests.ui.kept import same_as_grid
from tests.ui.keyviews import FakeKeys, a_key_row
from tests.ui.opening import LEAST, NARROW, WIDE, Opened, opened

pytestmark = pytest.mark.anyio
WORDS = ("t", "a", "k", "e", "space", "o", "v", "e", "r")


@asynccontextmanager
async def overtaken(size: tuple[int, int] = WIDE) -> AsyncIterator[tuple[Opened, FakeKeys]]:
    keys = FakeKeys(a_key_row(in_use=True, overtaken=True), a_key_row("bobs", account="bob"))
    async with opened(size=size) as screen:
        screen.app.keychain = keys
        await screen.press("K")
        yield screen, keys


@pytest.mark.parametrize(("name", "size"), [("wide", WIDE), ("narrow", NARROW), ("least", LEAST)])
async def test_the_question_at_every_size(name: str, size: tuple[int, int]) -> None:
    async with overtaken(size) as (screen, _):
        await screen.press("t")
        same_as_grid(f"takeover-{name}", screen.lines())


async def test_a_key_that_another_program_has_says_so_and_how_to_get_it_back() -> None:
    async with overtaken(NARROW) as (screen, _):
        (row,) = [line for line in screen.lines() if "▌ main " in line]
        assert " overtaken " in row
        assert "or press t to take this one over" in " ".join(screen.text().replace("│", " ").split())


async def test_the_words_take_it_over_once() -> None:
    async with overtaken() as (screen, keys):
        await screen.press("t")
        await screen.press(*WORDS, "enter")
        (question,) = keys.taken
        assert (question.name, question.fingerprint) == ("main", "3f2a9c01be77")
        assert isinstance(screen.app.screen, KeysScreen)


@pytest.mark.parametrize("typed", [(), ("y",), ("t", "a", "k", "e"), ("y", "e", "s")])
async def test_nothing_else_does(typed: tuple[str, ...]) -> None:
    async with overtaken() as (screen, keys):
        await screen.press("t")
        await screen.press(*typed, "enter")
        assert keys.taken == []
        assert isinstance(screen.app.screen, TakeOverScreen)
        assert f"{'is not take over' if typed else 'nothing is typed'}." in screen.text()
        await screen.press("escape")
        assert isinstance(screen.app.screen, KeysScreen)
        assert keys.taken == []


async def test_what_was_typed_before_the_question_could_be_read_is_no_answer() -> None:
    async with overtaken() as (screen, keys):
        await screen.burst("t", *WORDS, "enter")
        assert keys.taken == []


async def test_a_pasted_word_is_no_answer() -> None:
    async with overtaken() as (screen, keys):
        await screen.press("t")
        screen.app.screen.post_message(events.Paste("take over"))
        await screen.draw()
        await screen.press("enter")
        assert keys.taken == []


async def test_where_nothing_is_to_be_taken_over_it_says_so() -> None:
    async with overtaken() as (screen, keys):
        await screen.press("down", "t")
        assert isinstance(screen.app.screen, KeysScreen)
        assert "There is nothing to take over." in screen.text()
        assert keys.taken == []


async def test_the_question_dies_with_the_session_it_was_asked_in() -> None:
    async with overtaken() as (screen, keys):
        await screen.press("t")
        screen.app.turn_to(screen.face)
        await screen.draw()
        assert isinstance(screen.app.screen, MainScreen)
        assert keys.taken == []


async def test_the_palette_offers_it_only_while_another_program_has_the_key() -> None:
    async with overtaken() as (screen, _):
        offered = [action.label for action in screen.app.deeds.keys.offers()]
        assert offered == ["Take over key main", "Switch to key bobs"]
        await screen.press("escape")
        screen.app.do("keys.take_over main")
        await screen.draw()
        assert isinstance(screen.app.screen, TakeOverScreen)
    async with opened() as screen:
        screen.app.keychain = FakeKeys()
        assert not [one for one in screen.app.deeds.keys.offers() if one.label.startswith("Take over")]
