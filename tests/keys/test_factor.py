"""The second factor: asked for without being shown, kept in memory, a time code only where it can work."""

import pytest

from krakentui.keys.factor import with_factor
from krakentui.model.error import KeyProblem, UsageError
from tests.support.keys import a_pair
from tests.support.tty import Typist


def test_a_static_password_is_asked_for_hidden_and_goes_with_all_calls() -> None:
    with Typist("tulip field") as typist:
        key = with_factor(a_pair(), "password", typist.terminal, "live")
    assert key.otp is not None
    assert (key.otp.reveal(), key.otp_call) == ("tulip field", None)
    assert typist.echo == [False]
    assert "tulip" not in typist.shown + repr(key)


def test_a_time_code_is_spent_on_the_token() -> None:
    with Typist("493022") as typist:
        key = with_factor(a_pair(), "code", typist.terminal, "cancel")
    assert key.otp_call == "GetWebSocketsToken"


@pytest.mark.parametrize("command", ["live", "stream"])
def test_a_time_code_is_refused_where_many_calls_follow(command: str) -> None:
    with pytest.raises(UsageError, match="A time code is good for one call"):
        with_factor(a_pair(), "code", None, command)


def test_without_a_terminal_it_cannot_be_asked_for() -> None:
    with pytest.raises(KeyProblem, match=r"The key main wants its second factor, and there is no terminal"):
        with_factor(a_pair(), "password", None, "stream")


def test_nothing_entered_is_no_second_factor() -> None:
    with Typist("") as typist, pytest.raises(KeyProblem, match="No second factor was entered"):
        with_factor(a_pair(), "password", typist.terminal, "live")
