"""This machine's clock is wrong: what goes by the age of an order waits for the exchange's clock."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.commands.exchange import Exchange

AHEAD_HOURS = [0, 1, -1]


@contextmanager
def ahead(home: Path, hours: float) -> Iterator[tuple[Exchange, str]]:
    """Open an exchange than whose clock ours is that much ahead, and place an order there."""
    then = datetime.now(UTC) - timedelta(hours=hours)
    exchange = Exchange(home, "--start", then.isoformat(timespec="seconds").replace("+00:00", "Z"))
    try:
        before = set(exchange.open_orders())
        exchange.act("account", order={"pair": "ETH/USD", "side": "buy", "qty": "1", "price": "10"})
        (young,) = set(exchange.open_orders()) - before
        yield exchange, young
    finally:
        exchange.close()


@pytest.mark.parametrize("hours", AHEAD_HOURS)
def test_an_order_of_some_seconds_is_not_older_than_30_minutes(tmp_path: Path, hours: float) -> None:
    with ahead(tmp_path, hours) as (exchange, young):
        before = set(exchange.open_orders())
        done = exchange.krakentui("cancel", "--older", "30m", "--yes", "--json")
        assert (done.returncode, done.stderr) == (0, "")
        taken = {row["id"] for row in json.loads(done.stdout)["orders"]}
        assert taken == before - set(exchange.open_orders())
        assert young in exchange.open_orders()
        assert taken  # those that the account had before are hours old


@pytest.mark.parametrize("hours", AHEAD_HOURS)
def test_a_dry_run_does_not_call_a_dear_cancel_cheap(tmp_path: Path, hours: float) -> None:
    with ahead(tmp_path, hours) as (exchange, young):
        done = exchange.krakentui("cancel", young, "--dry-run", "--json")
        (row,) = json.loads(done.stdout)["orders"]
        assert float(row["cost"]["high"]) >= 5  # it is some seconds old: 8 points, 6 from 5 s, 5 from 10 s
