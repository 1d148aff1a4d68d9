import pytest

from krakentui.keys.environment import take, take_second
from krakentui.model.error import KeyProblem, UsageError
from tests.support.keys import a_key, a_secret


def test_pair_is_read_and_removed() -> None:
    environ = {"KRAKENTUI_API_KEY": "SIM-abc", "KRAKENTUI_API_SECRET": "c2VjcmV0", "HOME": "/home/x"}
    credentials = take(environ)
    assert credentials is not None
    assert (credentials.key, credentials.secret.reveal()) == ("SIM-abc", "c2VjcmV0")
    assert environ == {"HOME": "/home/x"}


def test_no_pair_is_no_key() -> None:
    assert take({"HOME": "/home/x"}) is None


def test_two_empty_halves_are_not_taken_for_no_pair_which_would_mean_the_default_key() -> None:
    environ = {"KRAKENTUI_API_KEY": "", "KRAKENTUI_API_SECRET": " "}
    told = "KRAKENTUI_API_KEY and KRAKENTUI_API_SECRET are set but empty: fill them, or unset them."
    with pytest.raises(UsageError) as caught:
        take(environ)
    assert (str(caught.value), environ) == (told, {})


def test_an_empty_pair_that_cancels_is_not_taken_for_none() -> None:
    with pytest.raises(UsageError, match="KRAKENTUI_CANCEL_API_KEY is set but empty: fill it, or unset it"):
        take_second({"KRAKENTUI_CANCEL_API_KEY": ""})


@pytest.mark.parametrize(("here", "missing"), [("KEY", "SECRET"), ("SECRET", "KEY")])
def test_half_a_pair_is_wrong_usage_and_names_the_missing_half(here: str, missing: str) -> None:
    environ = {f"KRAKENTUI_API_{here}": "abc"}
    with pytest.raises(UsageError, match=f"KRAKENTUI_API_{missing} is not"):
        take(environ)
    assert environ == {}


def test_a_refused_half_does_not_show_its_value() -> None:
    with pytest.raises(UsageError) as caught:
        take({"KRAKENTUI_API_SECRET": "topsecret"})
    assert "topsecret" not in str(caught.value)


def test_a_key_with_control_characters_is_refused() -> None:
    with pytest.raises(KeyProblem, match="copy it again"):
        take({"KRAKENTUI_API_KEY": "a\x1b[2Jb", "KRAKENTUI_API_SECRET": "c2VjcmV0"})


def test_space_around_a_pasted_pair_is_dropped() -> None:
    credentials = take({"KRAKENTUI_API_KEY": " abcd\n", "KRAKENTUI_API_SECRET": "c2VjcmV0\n"})
    assert credentials is not None
    assert (credentials.key, credentials.secret.reveal()) == ("abcd", "c2VjcmV0")


def test_a_swapped_pair_is_put_right() -> None:
    credentials = take({"KRAKENTUI_API_KEY": a_secret(), "KRAKENTUI_API_SECRET": a_key()})
    assert credentials is not None
    assert (credentials.key, credentials.secret.reveal()) == (a_key(), a_secret())
