"""A key that the exchange does not describe: no command does anything with it, and each says why."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.commands.exchange import Exchange

DESCRIPTION = {"path": "/0/private/GetApiKeyInfo"}
HELD = "nothing is done with this key"
PRIVATE = "/0/private/"


def busy(exchange: Exchange) -> None:
    args = {"errors": ["EService:Busy"], "effect": "none"}
    exchange.act("faults", add={"fault": "error", "match": DESCRIPTION, "args": args})


@pytest.fixture(scope="module")
def exchange(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exchange]:
    opened = Exchange(tmp_path_factory.mktemp("home"))
    busy(opened)
    yield opened
    opened.close()


def asked(exchange: Exchange) -> set[str]:
    return {what for what in exchange.requests() if what.startswith(PRIVATE)}


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("cancel", "{id}", "--yes"), 1),
        (("cancel", "{id}", "--dry-run"), 1),
        (("cancel", "--all", "--new-too", "--yes"), 1),
        (("cancel", "--all", "--yes"), 1),
        (("snapshot",), 1),
        (("limits",), 1),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_no_command_uses_it_and_each_says_why(exchange: Exchange, words: tuple[str, ...], code: int) -> None:
    before = exchange.open_orders()
    first = next(iter(before))
    done = exchange.krakentui(*(word.format(id=first) for word in words))
    assert done.returncode == code
    said = done.stdout + done.stderr
    assert HELD in said
    assert f"`krakentui keys check --accept-withdraw {exchange.fingerprint('cancel')}`" in said
    assert "goes as it was named" not in said
    assert "needs no list" not in said
    assert asked(exchange) == {DESCRIPTION["path"]}
    assert exchange.open_orders().keys() == before.keys()


def test_a_check_that_the_exchange_is_too_busy_for_asks_nothing_else(exchange: Exchange) -> None:
    done = exchange.krakentui("keys", "check")
    assert done.returncode == 1
    assert "It could not be checked. Kraken is too busy" in done.stdout
    assert asked(exchange) == {DESCRIPTION["path"]}


def test_it_is_the_way_out_that_is_told(tmp_path: Path) -> None:
    troubled = Exchange(tmp_path)
    try:
        busy(troubled)
        print_ = troubled.fingerprint("cancel")
        assert troubled.krakentui("keys", "check", "--accept-withdraw", print_).returncode == 1
        done = troubled.krakentui("cancel", "--all", "--yes")
        assert (done.returncode, troubled.open_orders()) == (0, {})
    finally:
        troubled.close()


@pytest.mark.parametrize("words", [("keys", "check"), ("doctor",), ("limits",)], ids=" ".join)
def test_whatever_learnt_what_it_may_do_helps_the_emergency_exit(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    troubled = Exchange(tmp_path)
    try:
        troubled.krakentui(*words)
        busy(troubled)
        done = troubled.krakentui("cancel", "--all", "--yes")
        assert (done.returncode, troubled.open_orders()) == (0, {})
    finally:
        troubled.close()
