import copy
import pickle
from collections.abc import Callable

import pytest

from krakentui.model.secret import Credentials, Secret

CANARY = "kQH5HW/8p1uGOVjbgWA7FunAmGO8lsSUXNsu3eow"


@pytest.mark.parametrize(
    "show", [repr, str, "{}".format, "{:>80}".format, lambda s: f"{s!r}", lambda s: f"{[s]}"]
)
def test_no_way_of_writing_it_shows_it(show: Callable[[Secret], str]) -> None:
    assert CANARY not in show(Secret(CANARY))


def test_it_is_not_pickled() -> None:
    with pytest.raises(TypeError):
        pickle.dumps(Secret(CANARY))


@pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy])
def test_it_is_not_copied(duplicate: Callable[[Secret], Secret]) -> None:
    with pytest.raises(TypeError):
        duplicate(Secret(CANARY))


def test_it_is_not_compared() -> None:
    with pytest.raises(TypeError):
        assert Secret(CANARY) == Secret(CANARY)


def test_it_is_not_hashed() -> None:
    with pytest.raises(TypeError):
        hash(Secret(CANARY))


def test_reveal_is_the_way_out() -> None:
    assert Secret(CANARY).reveal() == CANARY


def test_credentials_show_neither_key_nor_secret() -> None:
    shown = repr(Credentials(key="PUBLIC-PART", secret=Secret(CANARY), name="bot", source="the environment"))
    assert "PUBLIC-PART" not in shown
    assert CANARY not in shown


def test_a_simulated_key_is_known_by_its_beginning() -> None:
    assert Credentials(key="SIM-abc", secret=Secret("x"), name="n", source="s").is_simulated
