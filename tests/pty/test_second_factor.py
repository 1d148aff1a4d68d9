"""A key that wants its second factor: told, asked for, sent, never shown."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.commands.exchange import Exchange
from tests.pty.terminal import Terminal

FACTOR = "tulip-field-493022"


@pytest.fixture(scope="module")
def exchange(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exchange]:
    opened = Exchange(tmp_path_factory.mktemp("home"), "--tier", "pro")
    opened.act("faults", add={"fault": "otp_required", "args": {"otp": FACTOR}})
    yield opened
    opened.close()


def run(exchange: Exchange, *words: str, key: str = "cancel") -> Terminal:
    env = exchange.environment(key) | {"TERM": "xterm-256color"}
    return Terminal(*words, "--endpoint", exchange.first["rest"], home=Path(env["HOME"]), env=env)


def test_a_static_password_is_asked_for_and_goes_with_every_call(exchange: Exchange) -> None:
    with run(exchange, "snapshot", "--otp", "password") as terminal:
        terminal.shows("Second factor (static password) of the key environment:")
        terminal.type(FACTOR.encode() + b"\n")
        assert terminal.end()[0] == 0
    assert '"balances":[{' in terminal.plain().replace("\r\n", "")
    assert FACTOR.encode() not in terminal.output
    written = "".join(file.read_text() for file in exchange.home.rglob("*.log"))
    assert FACTOR not in written


def test_a_time_code_is_for_the_check_first(exchange: Exchange) -> None:
    with run(exchange, "snapshot", "--otp", "code", key="other") as terminal:
        terminal.shows("Second factor (time code)")
        terminal.type(FACTOR.encode() + b"\n")
        assert terminal.end()[0] == 1
    assert "run `krakentui keys check --otp code` first" in terminal.plain().replace("\r\n", "")


@pytest.fixture(scope="module")
def checked(exchange: Exchange) -> Exchange:
    """The exchange, which has told once what the key that may do all may do."""
    with run(exchange, "keys", "check", "--otp", "code", key="full") as terminal:
        terminal.shows("Second factor (time code)")
        terminal.type(FACTOR.encode() + b"\n")
        terminal.end()
    assert "It may place and change orders" in terminal.plain()
    return exchange


@pytest.mark.parametrize(("command", "told"), [("snapshot", '"balances":[{'), ("limits", "open orders")])
def test_a_time_code_serves_what_the_socket_tells(checked: Exchange, command: str, told: str) -> None:
    exchange = checked
    with run(exchange, command, "--otp", "code", key="full") as terminal:
        terminal.shows("Second factor (time code)")
        terminal.type(FACTOR.encode() + b"\n")
        assert terminal.end()[0] in {0, 10}
    assert told in terminal.plain().replace("\r\n", "")


def test_a_time_code_cancels_over_the_socket(checked: Exchange) -> None:
    exchange = checked
    order_id = next(iter(exchange.open_orders()))
    with run(exchange, "cancel", order_id, "--yes", "--otp", "code", key="full") as terminal:
        terminal.shows("Second factor (time code)")
        terminal.type(FACTOR.encode() + b"\n")
        assert terminal.end()[0] == 0
    assert order_id not in exchange.open_orders()


def test_the_monitor_says_that_a_second_factor_is_wanted(exchange: Exchange) -> None:
    with run(exchange, key="other") as terminal:
        terminal.shows("Markets")
        terminal.press(b"J")
        terminal.shows("This key seems to want its second factor")
        terminal.signal(signal.SIGTERM)
        assert terminal.end()[0] == 128 + signal.SIGTERM


def test_the_monitor_lives_on_a_static_password(exchange: Exchange) -> None:
    with run(exchange, "--otp", "password", key="watch") as terminal:
        terminal.shows("Second factor (static password)")
        terminal.type(FACTOR.encode() + b"\n")
        terminal.shows("prv live")
        terminal.type(b"q")
        assert terminal.end()[0] == 0
    assert FACTOR.encode() not in terminal.output
