"""`krakentui cancel` on a real terminal: what it asks, what counts as an answer."""

from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

import pytest

from tests.commands.exchange import Exchange
from tests.pty.terminal import Terminal


@pytest.fixture(scope="module")
def exchange(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exchange]:
    opened = Exchange(tmp_path_factory.mktemp("home"), "--tier", "pro")
    yield opened
    opened.close()


KEYS = cycle(("cancel", "full", "other"))
"""Each has a call counter of its own, so that quick starts one after the other do not fill one."""


def cancelling(exchange: Exchange, *words: str) -> Terminal:
    env = exchange.environment(next(KEYS)) | {"TERM": "xterm"}
    return Terminal("cancel", *words, "--endpoint", exchange.first["rest"], home=Path(env["HOME"]), env=env)


def test_yes_cancels_the_order_that_was_asked_about(exchange: Exchange) -> None:
    before = exchange.open_orders()
    order_id = next(iter(before))
    with cancelling(exchange, order_id) as terminal:
        terminal.shows("Type yes to cancel")
        terminal.type(b"yes\n")
        assert terminal.end()[0] == 0
        assert order_id.encode() in terminal.output
    assert before.keys() - exchange.open_orders().keys() == {order_id}


@pytest.mark.parametrize("answer", [b"no\n", b"\n", b"y\n", b"YES\n", b"\x04"])
def test_anything_else_keeps_and_exits_with_5(exchange: Exchange, answer: bytes) -> None:
    before = exchange.open_orders()
    with cancelling(exchange, next(iter(before))) as terminal:
        terminal.shows("Type yes to cancel")
        terminal.type(answer)
        assert terminal.end()[0] == 5
    assert exchange.open_orders().keys() == before.keys()


def test_everything_needs_the_count(exchange: Exchange) -> None:
    before = exchange.open_orders()
    with cancelling(exchange, "--all") as terminal:
        terminal.shows(f"Type {len(before)} to cancel")
        terminal.type(b"yes\n")
        assert terminal.end()[0] == 5
    assert exchange.open_orders().keys() == before.keys()


def test_what_was_typed_before_the_question_is_no_answer(exchange: Exchange) -> None:
    before = exchange.open_orders()
    with cancelling(exchange, next(iter(before))) as terminal:
        terminal.type(b"yes\n")
        terminal.shows("Type yes to cancel")
        terminal.pause(0.5)
        assert terminal.process.poll() is None
        terminal.type(b"no\n")
        assert terminal.end()[0] == 5
    assert exchange.open_orders().keys() == before.keys()


def test_ctrl_c_at_the_question_cancels_nothing(exchange: Exchange) -> None:
    before = exchange.open_orders()
    with cancelling(exchange, next(iter(before))) as terminal:
        terminal.shows("Type yes to cancel")
        terminal.type(b"\x03")
        assert terminal.end()[0] == 130
        assert b"Traceback" not in terminal.output
    assert exchange.open_orders().keys() == before.keys()
