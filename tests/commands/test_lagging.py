"""REST lags (fault F31): its list lacks a young order, and no emergency exit goes by that alone."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.commands.exchange import Exchange

LIST = {"path": "/0/private/OpenOrders"}


@pytest.fixture
def exchange(tmp_path: Path) -> Iterator[Exchange]:
    """An exchange whose list of open orders is a minute old."""
    opened = Exchange(tmp_path)
    opened.act("faults", add={"fault": "rest_lag", "match": LIST, "args": {"s": "60s"}})
    yield opened
    opened.close()


def placed(exchange: Exchange) -> str:
    before = set(exchange.open_orders())
    exchange.act("account", order={"pair": "ETH/USD", "side": "buy", "qty": "1", "price": "10"})
    (young,) = set(exchange.open_orders()) - before
    return young


def outcomes(shown: str) -> dict[str, str]:
    told: dict[str, Any] = json.loads(shown)
    return {row["id"]: row["outcome"] for row in told["orders"]}


def test_an_order_that_was_named_is_cancelled_though_the_list_lacks_it(exchange: Exchange) -> None:
    young = placed(exchange)
    done = exchange.krakentui("cancel", young, "--yes", "--json")
    assert (done.returncode, outcomes(done.stdout)) == (0, {young: "cancelled"})
    assert young not in exchange.open_orders()


def test_a_wrong_id_beside_it_does_not_hold_up_the_others(exchange: Exchange) -> None:
    listed, young, wrong = next(iter(exchange.open_orders())), placed(exchange), "OAAAAA-AAAAA-AAAAAA"
    done = exchange.krakentui("cancel", listed, young, wrong, "--yes", "--json")
    assert outcomes(done.stdout) == {listed: "cancelled", young: "cancelled", wrong: "not_sent"}
    assert done.returncode == 1


def test_a_dry_run_shows_it(exchange: Exchange) -> None:
    young = placed(exchange)
    done = exchange.krakentui("cancel", "--all", "--dry-run", "--json")
    assert outcomes(done.stdout).keys() == exchange.open_orders().keys()
    assert young in exchange.open_orders()


def test_what_all_has_left_open_is_told_and_is_no_success(exchange: Exchange) -> None:
    before, young = set(exchange.open_orders()), placed(exchange)
    done = exchange.krakentui("cancel", "--all", "--yes", "--json")
    assert set(exchange.open_orders()) == {young}
    assert done.returncode == 1
    assert [line for line in done.stderr.splitlines() if "Waiting for evidence" not in line] == []
    assert outcomes(done.stdout) == dict.fromkeys(before, "cancelled") | {young: "not_sent"}


def test_the_cancel_of_everything_waits_for_no_list(tmp_path: Path) -> None:
    mute = Exchange(tmp_path)
    lost = {"effect": "before", "as": "silence"}
    mute.act("faults", add={"fault": "drop_answer", "match": LIST, "args": lost})
    try:
        done = mute.krakentui("cancel", "--all", "--new-too", "--yes")
        asked = mute.requests()
        assert (done.returncode, mute.open_orders()) == (0, {})
        before = asked[: asked.index("/0/private/CancelAll")]
        assert not [what for what in before if what.startswith("subscribe") or "Token" in what]
    finally:
        mute.close()


def test_what_a_filter_has_left_open_is_told_too(exchange: Exchange) -> None:
    exchange.act("account", cancel={"all": True})
    young = placed(exchange)
    done = exchange.krakentui("cancel", "--pair", "ETH/USD", "--yes")
    assert done.returncode == 1
    assert f"Still open: {young}" in done.stdout
    assert young in exchange.open_orders()
