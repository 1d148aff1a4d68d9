"""History over REST: closed orders, trades, ledger rows, worth and fees, held against recordings too."""

import json
from decimal import Decimal
from typing import Any

import pytest

from krakentui.simulator.world import World
from tests.simulator.private import Rest, a_world, alice, place, tell, wait
from tests.support.samples import samples

MANY = 130
REST = "kraken-async-rs"
AS_RECORDED = {"newer_fields": False}
"""What has been added since the recordings is left out beside them."""


@pytest.fixture(scope="module")
def a_shared_world() -> World:
    """A world in which much has been placed, filled and cancelled, a second apart."""
    world = a_world()
    tell(world, "rules", knobs=AS_RECORDED)
    for number in range(MANY):
        order = place(world, qty=20_000, userref=number % 3)
        wait(world, 1)
        if number % 2:
            tell(world, "account", fill={"id": order.id})
        else:
            tell(world, "account", cancel={"id": order.id})
    return world


@pytest.fixture
def past(a_shared_world: World) -> World:
    """The same world, its REST counters drained."""
    wait(a_shared_world, 60)
    return a_shared_world


def ask(world: World, name: str, **params: str) -> dict[str, Any]:
    result: dict[str, Any] = Rest(world, "full").call(name, **params)["result"]
    return result


@pytest.mark.parametrize(
    ("name", "part"), [("ClosedOrders", "closed"), ("TradesHistory", "trades"), ("Ledgers", "ledger")]
)
def test_pages_hold_50_rows_newest_first_and_reach_everything(past: World, name: str, part: str) -> None:
    count, found = ask(past, name)["count"], []
    for offset in range(0, count, 50):
        rows = ask(past, name, ofs=str(offset))[part]
        assert len(rows) == min(50, count - offset)
        found += [(key, row) for key, row in rows.items()]
        wait(past, 10)
    assert len({key for key, _ in found}) == count >= MANY // 2
    instants = [Decimal(str(row.get("closetm") or row.get("time"))) for _, row in found]
    assert instants == sorted(instants, reverse=True)


@pytest.mark.parametrize("name", ["ClosedOrders", "TradesHistory", "Ledgers"])
def test_the_count_is_left_out_when_it_is_not_wanted(past: World, name: str) -> None:
    assert "count" not in ask(past, name, without_count="true")


@pytest.mark.parametrize(
    ("name", "params"),
    [
        ("ClosedOrders", {"closetime": "never"}),
        ("ClosedOrders", {"userref": "x"}),
        ("ClosedOrders", {"start": "x"}),
        ("ClosedOrders", {"ofs": "-1"}),
        ("TradesHistory", {"type": "x"}),
        ("TradesHistory", {"limit": "101"}),
        ("TradesHistory", {"end": "x"}),
        ("Ledgers", {"type": "x"}),
        ("Ledgers", {"ofs": "x"}),
        ("QueryTrades", {}),
        ("QueryTrades", {"txid": ",".join("T" for _ in range(21))}),
        ("QueryLedgers", {}),
    ],
)
def test_what_makes_no_sense_is_refused(past: World, name: str, params: dict[str, str]) -> None:
    assert str(Rest(past, "full").error(name, **params)).startswith("EGeneral:Invalid arguments")


def test_a_span_leaves_its_start_out_and_takes_its_end_in(past: World) -> None:
    rows = list(ask(past, "TradesHistory")["trades"].items())
    (newest, _), (middle, _), (oldest, _) = rows[0], rows[2], rows[4]
    found = ask(past, "TradesHistory", start=oldest, end=middle)["trades"]
    assert list(found) == [rows[2][0], rows[3][0]]
    assert newest not in found


def test_closed_orders_are_narrowed_by_reference_and_time(past: World) -> None:
    rows = ask(past, "ClosedOrders", userref="2")["closed"].values()
    assert {row["userref"] for row in rows} == {2}
    last = max(order.closed_us or 0 for order in alice(past).closed.values()) / 10**6
    found = ask(past, "ClosedOrders", start=str(last - 5), closetime="close")
    assert found["count"] == 5
    assert ask(past, "ClosedOrders", start=str(last - 5), closetime="open")["count"] == 4


def test_trades_are_found_by_id_and_name_their_ledger_rows(past: World) -> None:
    (key, *_) = ask(past, "TradesHistory")["trades"]
    row = ask(past, "QueryTrades", txid=key, ledgers="true")[key]
    ledgers = ask(past, "QueryLedgers", id=",".join(row["ledgers"]))
    assert [entry["asset"] for entry in ledgers.values()] == ["XXBT", "ZUSD"]
    assert len({entry["refid"] for entry in ledgers.values()}) == 1
    assert Decimal(ledgers[row["ledgers"][0]]["amount"]) == Decimal(row["vol"])


def test_unknown_ids_are_refused(past: World) -> None:
    rest = Rest(past, "full")
    assert rest.error("QueryTrades", txid="TAAAAA-AAAAA-AAAAAA") == "ETrade:Invalid request"
    assert rest.error("QueryLedgers", id="L") is not None
    assert rest.error("OrderAmends", order_id="O") == "EOrder:Invalid order"


def test_ledger_rows_are_narrowed_by_asset_and_kind(past: World) -> None:
    assert {row["asset"] for row in ask(past, "Ledgers", asset="XBT")["ledger"].values()} == {"XXBT"}
    assert ask(past, "Ledgers", type="deposit")["count"] == 0
    tell(past, "account", deposit={"EUR": "5"})
    (row,) = ask(past, "Ledgers", type="deposit")["ledger"].values()
    assert (row["asset"], row["amount"], row["fee"]) == ("ZEUR", "5.0000", "0.0000")
    assert Rest(past, "full").error("Ledgers", asset="WWW") == "EQuery:Unknown asset"


def test_the_running_balances_end_at_what_is_owned(past: World) -> None:
    owned = ask(past, "Balance")
    newest: dict[str, str] = {}
    for row in ask(past, "Ledgers")["ledger"].values():
        newest.setdefault(row["asset"], row["balance"])
    assert newest.items() <= owned.items()


def test_nobody_has_positions(past: World) -> None:
    assert ask(past, "OpenPositions", docalcs="true") == {}
    assert ask(past, "TradesHistory", type="closed position") == {"trades": {}, "count": 0}


def test_the_account_is_worth_its_balances_at_last_prices() -> None:
    world = a_world()
    dollars = Decimal(ask(world, "TradeBalance")["eb"])
    before = {key: value for key, value in ask(world, "TradeBalance").items() if key != "eb"}
    tell(world, "account", deposit={"USD": "1000"})
    after = ask(world, "TradeBalance")
    assert Decimal(after["eb"]) - dollars == 1000
    assert Decimal(after["e"]) - Decimal(before["e"]) == 1000
    last = Decimal(world.markets["BTC/USD"].last) / 10
    coins = Decimal(ask(world, "TradeBalance", asset="XXBT")["eb"])
    assert abs(coins * last - Decimal(after["eb"])) < last / 1000
    assert Rest(world, "full").error("TradeBalance", asset="WWW") == "EQuery:Unknown asset"


def test_fees_follow_the_volume() -> None:
    world = a_world()
    alice(world).volume_usd = 60_000
    row = ask(world, "TradeVolume", pair="XBTUSD,ETHUSD")
    assert list(row["fees"]) == ["XXBTZUSD", "XETHZUSD"]
    assert row["fees"]["XXBTZUSD"]["fee"] == "0.2400"
    assert row["fees_maker"]["XXBTZUSD"] == {
        "fee": "0.1400",
        "minfee": "0.0200",
        "maxfee": "0.2500",
        "nextfee": "0.1200",
        "tiervolume": "50000.0000",
        "nextvolume": "100000.0000",
    }
    alice(world).volume_usd = 9_000_000
    assert ask(world, "TradeVolume", pair="XBTUSD")["fees"]["XXBTZUSD"]["nextvolume"] is None
    by_objects = Rest(world, "full").json(
        "TradeVolume", pair=[{"asset": "XBTUSD", "aclass": "currency_pair"}]
    )
    assert list(by_objects["result"]["fees"]) == ["XXBTZUSD"]
    assert Rest(world, "full").error("TradeVolume", pair="WWW") == "EQuery:Unknown asset pair"


def types(row: dict[str, Any]) -> dict[str, type]:
    return {key: type(value) for key, value in row.items()}


def recorded(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(samples("rest", REST, name).read_bytes())
    result: dict[str, Any] = found.get("result", found)
    return result


@pytest.mark.parametrize(
    ("endpoint", "part", "sample"),
    [
        ("Ledgers", "ledger", "query-ledgers.json"),
        ("TradesHistory", "trades", "query-trades-info.json"),
        ("ClosedOrders", "closed", "closed-orders.json"),
    ],
)
def test_rows_have_the_recorded_keys_and_types(past: World, endpoint: str, part: str, sample: str) -> None:
    real = next(iter(recorded(sample).get(part, recorded(sample)).values()))
    ours = next(
        row
        for row in ask(past, endpoint, ledgers="true")[part].values()
        if row.get("status", "closed") == "closed"
    )
    assert types(ours) == types(real)


@pytest.mark.parametrize(
    ("endpoint", "params", "sample"),
    [
        ("TradeBalance", {}, "trade-balance.json"),
        ("TradeVolume", {}, "trade-volume.json"),
        ("TradeVolume", {"pair": "XXBTZUSD"}, "trade-volume-per-pair.json"),
        ("CancelAllOrdersAfter", {"timeout": "0"}, "cancel-all-orders-after.json"),
    ],
)
def test_results_have_the_recorded_shape(
    past: World, endpoint: str, params: dict[str, str], sample: str
) -> None:
    ours, real = ask(past, endpoint, **params), recorded(sample)
    assert types(ours) == types(real)
    for name in ("fees", "fees_maker"):
        if real.get(name):
            assert types(ours[name]["XXBTZUSD"]) == types(real[name]["XXBTZUSD"])


def test_acts_answer_in_the_recorded_shape() -> None:
    world = a_world()
    rest = Rest(world, "full")
    wanted = {"pair": "XBTUSD", "type": "buy", "ordertype": "limit", "volume": "0.01", "price": "50000"}
    added = rest.call("AddOrder", **wanted)["result"]
    assert types(added) == types(recorded("add-order.json"))
    amended = rest.call("AmendOrder", txid=added["txid"][0], limit_price="50001")["result"]
    assert types(amended) == types(recorded("amend-order.json"))
    history = rest.call("OrderAmends", order_id=added["txid"][0])["result"]
    real = recorded("order-amends.json")
    assert types(history) == types(real)
    assert [types(row) for row in history["amends"]] == [types(row) for row in real["amends"]]
    params = {"txid": added["txid"][0], "pair": "XBTUSD", "userref": "9"}
    edited = rest.call("EditOrder", **params)["result"]
    assert types(edited) == types(recorded("edit-order.json"))
    orders = [{key: value for key, value in wanted.items() if key != "pair"}] * 2
    batch = rest.json("AddOrderBatch", pair="XBTUSD", orders=orders)["result"]
    assert types(batch) == types(recorded("add-order-batch.json"))
    assert types(batch["orders"][0]) == types(recorded("add-order-batch.json")["orders"][0])
