"""The list of keys changes while a monitor runs: names are taken over, keys renamed and removed."""

import pytest
from msgspec import structs

from krakentui.commands.shelf import at_hand
from krakentui.engine.keychain import UNLISTED
from krakentui.engine.offered import Shelf
from krakentui.state.parting import Parting
from tests.whole.switching import Hands, a_second_key_of_bobs, switching

pytestmark = pytest.mark.anyio


def relist(hands: Hands, *, old: str | None) -> str:
    """Give the name of the key in use to one of bob's; the key in use is called `old`, or is on no list."""
    used = hands.both.session.status(0).key_name or ""
    bobs = structs.replace(a_second_key_of_bobs(hands.both), name=used)
    (mine,) = (one for one in hands.shelf.offered if one.name == used)
    kept = () if old is None else (structs.replace(mine, name=old),)
    hands.list(Shelf((*kept, at_hand(bobs, "bob"))))
    return used


def told(hands: Hands) -> dict[str, tuple[str, bool, bool]]:
    """Tell of each key its account, whether it is in use, and whether it is told that the list lacks it."""
    rows = hands.keys.view(hands.both.clock.mono_ns()).rows
    return {row.name: (row.account, row.in_use, row.barrier == UNLISTED) for row in rows}


async def test_the_key_in_use_is_known_by_its_fingerprint_under_a_new_name() -> None:
    async with switching() as hands:
        used = relist(hands, old="old")
        hands.keys.look()
        assert told(hands) == {"old": ("alice", True, False), used: ("bob", False, False)}
        assert hands.keys.barrier("old") == "This key is in use."
        assert hands.keys.barrier(used) == ""


async def test_the_key_in_use_is_shown_though_the_list_gives_its_name_to_another_one() -> None:
    async with switching() as hands:
        used = relist(hands, old=None)
        hands.keys.look()
        assert told(hands) == {f"{used} (this run)": ("alice", True, True), used: ("bob", False, False)}
        assert hands.keys.barrier(f"{used} (this run)") == "This key is in use."


async def test_a_name_that_meanwhile_stands_for_another_key_is_not_switched_to() -> None:
    async with switching() as hands:
        bobs = a_second_key_of_bobs(hands.both)
        (stranger,) = (one for one in hands.shelf.offered if one.name == "stranger")
        other = at_hand(structs.replace(bobs, name="stranger"), stranger.account)
        hands.list(Shelf((other,)))
        said = hands.keys.switch("stranger", Parting())
        assert said.startswith("Meanwhile stranger stands for another key, or another account")
        assert hands.keys.view(0).busy == ""
        assert hands.keys.switch("stranger", Parting()).startswith("Fetching the key stranger")


async def test_a_key_that_left_the_list_since_it_was_shown_is_not_switched_to() -> None:
    async with switching() as hands:
        hands.list(Shelf(tuple(one for one in hands.shelf.offered if one.name != "stranger")))
        assert hands.keys.switch("stranger", Parting()) == "There is no key stranger."


async def test_the_key_that_cancels_is_known_by_its_fingerprint_too() -> None:
    async with switching(keys=("watch", "cancel")) as hands:
        bobs = structs.replace(a_second_key_of_bobs(hands.both), name="cancel")
        watch = tuple(one for one in hands.shelf.offered if one.name == "watch")
        hands.list(Shelf((*watch, at_hand(bobs, "bob"))))
        hands.keys.look()
        rows = {row.name: (row.cancels, row.fingerprint) for row in hands.keys.view(0).rows}
        second = hands.both.session.state.keys.second
        assert second is not None
        assert rows["cancel"] == (False, bobs.fingerprint)
        assert rows["cancel (this run)"] == (True, second.key)
        assert hands.keys.check("cancel (this run)").startswith("Asked: GetApiKeyInfo")
