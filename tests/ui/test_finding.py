"""What typed words mean in the command palette."""

import itertools
import string

import pytest

from krakentui.ui.actions import SAFE
from krakentui.ui.finding import found, offered, places


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("help", "view.help"),
        ("Help", "view.help"),
        (" limits ", "view.limits"),
        ("lim", "view.limits"),
        ("filter", "list.filter"),
        ("cancel", "order.cancel"),
        ("cancel all", "order.cancel_all"),
        ("all cancel", "order.cancel_all"),
        ("free", "order.wait"),
        ("dead", "order.dead_man"),
        ("poll", "poll.now"),
        ("quit", "app.quit"),
        ("page down", "cursor.page_down"),
        ("A", "order.cancel_all"),
        ("Ctrl+P", None),
        ("hlep", None),
        ("qqq", None),
    ],
)
def test_a_name_or_its_beginning_finds_the_action(typed: str, first: str | None) -> None:
    assert next((action.id for action in found(typed)), None) == first


def test_a_name_comes_before_a_help_that_tells_of_it() -> None:
    for word, first in (("history", "view.history"), ("filter", "list.filter"), ("journal", "view.journal")):
        assert found(word)[0].id == first


def test_what_acts_is_found_only_by_words_that_stand_in_it() -> None:
    letters = string.ascii_lowercase
    for typed in itertools.chain(letters, map("".join, itertools.product(letters, repeat=3))):
        for action in found(typed):
            if action.danger is not SAFE:
                assert typed in f"{action.label} {action.help} {action.keys}".lower()


def test_nothing_that_acts_stands_first_before_anything_was_typed() -> None:
    assert offered()[0].danger is SAFE
    assert found("") == offered()


def test_among_equal_hits_what_runs_at_once_comes_first() -> None:
    assert [action.id for action in found("all")][:3] == ["order.unmark", "list.clear", "order.cancel_all"]


def test_what_was_typed_is_marked_in_the_title() -> None:
    assert [*places("Cancel all", "all can")] == [(7, 10), (0, 3)]
    assert [*places("Cancel all", "free")] == []
