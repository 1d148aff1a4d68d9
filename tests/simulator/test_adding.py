"""Orders placed over REST: how they are asked for, refused, counted and described."""

from typing import Any
from urllib.parse import quote

import pytest

from krakentui.simulator import accounts
from krakentui.simulator.instants import iso_us
from krakentui.simulator.orders import Order
from krakentui.simulator.world import World
from tests.simulator.private import Rest, a_world, alice, tell, wait

PAIR = "BTC/USD"
LIMIT = {"pair": "XBTUSD", "type": "buy", "ordertype": "limit", "volume": "0.1", "price": "50000.0"}


@pytest.fixture(scope="module")
def a_shared_world() -> World:
    return a_world()


@pytest.fixture
def still(a_shared_world: World) -> World:
    """A world whose counters have drained since the last test."""
    wait(a_shared_world, 120)
    return a_shared_world


def call(world: World, name: str, **params: object) -> dict[str, Any]:
    """Call with alice's full key; form values are encoded as a client must."""
    return Rest(world, "full").call(name, **{key: quote(str(value)) for key, value in params.items()})


def add(world: World, **changes: object) -> Order:
    reply = call(world, "AddOrder", **(LIMIT | changes))
    order = alice(world).order(reply.get("result", {}).get("txid", [""])[0])
    assert order is not None, reply
    return order


def refused(world: World, name: str, **params: object) -> str | None:
    errors = call(world, name, **params)["error"]
    return errors[0] if errors else None


def used(world: World, symbol: str = PAIR) -> float:
    account = alice(world)
    return float(accounts.of(world).judge.engine_gauge(account, symbol).used(world.clock.now_us()))


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({}, "buy 0.10000000 XBTUSD @ limit 50000.0"),
        ({"pair": "BTC/USD", "volume": "0.123456789"}, "buy 0.12345678 XBTUSD @ limit 50000.0"),
        ({"ordertype": "market"}, "buy 0.10000000 XBTUSD @ market"),
        ({"ordertype": "market", "oflags": "viqc", "volume": "25"}, "buy 25.00000 XBTUSD @ market"),
        ({"type": "sell", "ordertype": "stop-loss"}, "sell 0.10000000 XBTUSD @ stop loss 50000.0"),
        (
            {"type": "sell", "ordertype": "take-profit-limit", "price2": "49000"},
            "sell 0.10000000 XBTUSD @ take profit 50000.0 -> limit 49000.0",
        ),
        (
            {"type": "sell", "ordertype": "trailing-stop", "price": "+1.5%"},
            "sell 0.10000000 XBTUSD @ trailing stop +1.5000%",
        ),
        (
            {"type": "sell", "ordertype": "trailing-stop-limit", "price": "+2%", "price2": "-10.5"},
            "sell 0.10000000 XBTUSD @ trailing stop +2.0000% -> limit -10.5",
        ),
    ],
)
def test_orders_are_described_in_words_that_clients_parse(
    still: World, changes: dict[str, str], text: str
) -> None:
    reply = call(still, "AddOrder", **(LIMIT | changes | {"validate": "true"}))
    assert reply == {"error": [], "result": {"descr": {"order": text}}}


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"pair": "WWWUSD"}, "EQuery:Unknown asset pair"),
        ({"type": "short"}, "EGeneral:Invalid arguments:type"),
        ({"ordertype": "iceberg"}, "EGeneral:Invalid arguments:ordertype"),
        ({"volume": "0"}, "EGeneral:Invalid arguments:volume"),
        ({"volume": "many"}, "EGeneral:Invalid arguments:volume"),
        ({"volume": "1/2"}, "EGeneral:Invalid arguments:volume"),
        ({"volume": "-1"}, "EGeneral:Invalid arguments:volume"),
        ({"volume": "1e99"}, "EGeneral:Invalid arguments:volume"),
        ({"volume": "0.00000001"}, "EOrder:Order minimum not met"),
        ({"volume": "0.0001", "price": "100"}, "EOrder:Cost minimum not met"),
        ({"volume": "900"}, "EOrder:Insufficient funds"),
        ({"type": "sell", "volume": "900"}, "EOrder:Insufficient funds"),
        ({"price": "50000.01"}, "EOrder:Tick size check failed"),
        ({"price": "-200%"}, "EOrder:Invalid price"),
        ({"price": ""}, "EGeneral:Invalid arguments:price"),
        ({"price": "5%"}, "EGeneral:Invalid arguments:price"),
        ({"ordertype": "stop-loss-limit"}, "EGeneral:Invalid arguments:price2"),
        ({"ordertype": "trailing-stop", "price": "10"}, "EGeneral:Invalid arguments:price"),
        ({"ordertype": "stop-loss", "trigger": "mark"}, "EGeneral:Invalid arguments:trigger"),
        ({"ordertype": "stop-loss", "oflags": "post"}, "EGeneral:Invalid arguments:oflags"),
        ({"oflags": "viqc"}, "EGeneral:Invalid arguments:oflags"),
        ({"oflags": "nothing"}, "EGeneral:Invalid arguments:oflags"),
        ({"timeinforce": "DAY"}, "EGeneral:Invalid arguments:timeinforce"),
        ({"timeinforce": "IOC", "oflags": "post"}, "EGeneral:Invalid arguments:timeinforce"),
        ({"timeinforce": "GTD"}, "EGeneral:Invalid arguments:expiretm"),
        ({"expiretm": "1000"}, "EGeneral:Invalid arguments:expiretm"),
        ({"expiretm": "+99999999"}, "EGeneral:Invalid arguments:expiretm"),
        ({"starttm": "5"}, "EGeneral:Invalid arguments:starttm"),
        ({"userref": "99999999999"}, "EGeneral:Invalid arguments:userref"),
        ({"cl_ord_id": "x" * 19}, "EGeneral:Invalid arguments:cl_ord_id"),
        ({"cl_ord_id": "mine", "userref": "5"}, "EGeneral:Invalid arguments:cl_ord_id"),
        ({"displayvol": "0.05"}, "EGeneral:Invalid arguments:displayvol"),
        ({"close[ordertype]": "limit"}, "EGeneral:Invalid arguments:close"),
        ({"leverage": "2:1"}, "EAccount:Invalid permissions"),
        ({"reduce_only": "true"}, "EOrder:Reduce only:No position exists"),
        ({"deadline": "2020-01-01T00:00:00Z"}, "EService:Deadline elapsed"),
        ({"deadline": "2099-01-01T00:00:00Z"}, "EGeneral:Invalid arguments:deadline"),
        ({"deadline": "soon"}, "EGeneral:Invalid arguments:deadline"),
    ],
)
def test_what_makes_no_sense_is_refused_in_the_exchanges_words(
    still: World, changes: dict[str, str], error: str
) -> None:
    before = len(alice(still).open)
    assert refused(still, "AddOrder", **(LIMIT | changes)) == error
    assert len(alice(still).open) == before


def test_even_a_refused_order_costs_its_fixed_point(still: World) -> None:
    for changes, cost in (({"volume": "0"}, 1), ({"price": "1.11"}, 2), ({"volume": "900"}, 3)):
        refused(still, "AddOrder", **(LIMIT | changes))
        assert used(still) == cost


def test_validation_counts_and_places_nothing(still: World) -> None:
    before = len(alice(still).open)
    assert refused(still, "AddOrder", **(LIMIT | {"validate": "true"})) is None
    assert (used(still), len(alice(still).open)) == (0, before)


def test_unknown_fields_are_ignored_and_numbers_are_as_good_as_text(still: World) -> None:
    body = LIMIT | {"volume": 0.1, "price": 50000, "nonsense": [1], "userref": 12}
    reply = Rest(still, "full").json("AddOrder", **body)
    order = alice(still).open[reply["result"]["txid"][0]]
    assert (order.qty, order.limit_price, order.userref) == (10_000_000, 500_000, 12)


def test_a_deadline_that_is_met_lets_an_order_through(still: World) -> None:
    assert not add(still, deadline=iso_us(still.clock.now_us() + 5_000_000)).is_done


@pytest.mark.parametrize(("price", "expected"), [("-5%", 95), ("+100", None), ("#5%", 95), ("-50.5", None)])
def test_relative_prices_count_from_the_last(still: World, price: str, expected: int | None) -> None:
    last, order = still.markets[PAIR].last, add(still, price=price, volume="0.01", oflags="post")
    units = round(last * expected / 100) if expected else last + round(float(price) * 10)
    assert order.limit_price == units


def test_an_immediate_order_takes_what_is_there_and_ends(still: World) -> None:
    market = still.markets[PAIR]
    price, there = market.best_ask, market.book.asks.qty[market.best_ask]
    order = add(still, price=price / 10, volume=(there + 50_000) / 10**8, timeinforce="IOC")
    assert (order.status, order.filled) == ("canceled", there)


def test_all_or_nothing_takes_nothing_of_too_little(still: World) -> None:
    market = still.markets[PAIR]
    there = market.book.asks.qty[market.best_ask]
    order = add(still, price=market.best_ask / 10, volume=(there + 50_000) / 10**8, timeinforce="FOK")
    assert (order.status, order.filled) == ("canceled", 0)


def test_all_or_nothing_takes_all_of_enough(still: World) -> None:
    order = add(still, price=still.markets[PAIR].best_ask / 10, volume="0.0001", timeinforce="FOK")
    assert order.status == "filled"


def test_a_dated_order_expires_on_time(still: World) -> None:
    order = add(still, expiretm="+30")
    row = call(still, "OpenOrders")["result"]["open"][order.id]
    assert row["expiretm"] == order.opened_us // 10**6 + 30
    wait(still, 29.9)
    assert not order.is_done
    wait(still, 0.2)
    assert (order.status, order.reason) == ("expired", None)


def test_a_buy_by_amount_spends_it_and_no_more(still: World) -> None:
    order = add(still, ordertype="market", oflags="viqc", volume="250")
    assert order.status == "filled"
    one_unit = order.average * 10**5 / (order.pair.price_unit * order.pair.qty_unit)
    assert 0 <= 250 * 10**5 - order.cost <= one_unit + 1
    row = call(still, "QueryOrders", txid=order.id)["result"][order.id]
    assert (row["vol"], row["oflags"]) == ("250.00000", "fciq,viqc")


def test_post_only_that_would_take_ends_at_once(still: World) -> None:
    order = add(still, price=still.markets[PAIR].best_ask / 10, volume="0.01", oflags="post")
    assert (order.status, order.reason, order.filled) == ("canceled", "Post only order", 0)


def test_an_index_trigger_looks_at_the_index(still: World) -> None:
    market = still.markets[PAIR]
    order = add(still, type="sell", ordertype="stop-loss", price="-50%", volume="0.01", trigger="index")
    assert order.trigger_price == round(market.index_price / 2)
    market.trade("sell", order.trigger_price // 2, 1_000)
    assert not order.triggered


def test_a_trailing_stop_with_a_limit_keeps_its_distance_and_rests() -> None:
    world = a_world()
    market = world.markets[PAIR]
    order = add(world, type="sell", ordertype="trailing-stop-limit", price="+1%", price2="+50", volume="0.01")
    market.set_price(market.last * 11 // 10)
    assert order.limit_price == (order.trigger_price or 0) + 500
    market.set_price((order.trigger_price or 0) - 10)
    assert order.triggered
    assert order.rests


def test_a_client_id_is_used_once_at_a_time(still: World) -> None:
    first = add(still, cl_ord_id="mine")
    assert refused(still, "AddOrder", **(LIMIT | {"cl_ord_id": "mine"})) is not None
    assert call(still, "CancelOrder", cl_ord_id="mine")["result"] == {"count": 1}
    assert first.is_done
    assert not add(still, cl_ord_id="mine").is_done


def test_orders_are_cancelled_by_their_reference(still: World) -> None:
    orders = [add(still, userref="77") for _ in range(3)]
    assert call(still, "CancelOrder", txid="77")["result"] == {"count": 3}
    assert all(order.is_done for order in orders)


def test_open_orders_of_a_pair_are_capped() -> None:
    world = a_world(tier="starter")
    tell(world, "account", orders=6 * 60)
    for order in list(alice(world).open.values()):
        if order.pair.symbol == PAIR and alice(world).count_by_pair[PAIR] >= 60:
            accounts.of(world).desk.cancel(order, "User requested")
    small = LIMIT | {"volume": "0.0001"}
    assert refused(world, "AddOrder", **small) is None
    assert refused(world, "AddOrder", **small) == "EOrder:Orders limit exceeded"
    assert used(world) >= 2


def test_over_the_threshold_orders_are_refused(still: World) -> None:
    gauge = accounts.of(still).judge.engine_gauge(alice(still), PAIR)
    gauge.add(125, still.clock.now_us())
    assert refused(still, "AddOrder", **LIMIT) == "EOrder:Rate limit exceeded"
    assert used(still) == 126


@pytest.mark.parametrize(
    ("mode", "changes", "error"),
    [
        ("maintenance", {}, "EService:Unavailable"),
        ("cancel_only", {}, "EService:Market in cancel_only mode"),
        ("post_only", {}, "EService:Market in post_only mode"),
        ("post_only", {"oflags": "post"}, None),
        ("limit_only", {"ordertype": "market"}, "EService:Market in limit_only mode"),
        ("limit_only", {}, None),
    ],
)
def test_the_systems_mode_decides_what_may_be_placed(
    mode: str, changes: dict[str, str], error: str | None
) -> None:
    world = a_world()
    world.set_system(mode)
    assert refused(world, "AddOrder", **(LIMIT | changes)) == error


@pytest.mark.parametrize("program", ["watch", "cancel"])
def test_only_a_key_that_may_modify_adds(still: World, program: str) -> None:
    assert Rest(still, program).error("AddOrder", **LIMIT) == "EGeneral:Permission denied"


def batch(world: World, *changes: dict[str, object], **more: object) -> dict[str, Any]:
    orders = [{key: value for key, value in LIMIT.items() if key != "pair"} | one for one in changes]
    return Rest(world, "full").json("AddOrderBatch", **({"pair": "XBTUSD", "orders": orders} | more))


def test_a_batch_costs_half_a_point_an_order(still: World) -> None:
    rows = batch(still, {}, {"price": "50001"}, {"price": "50002"})["result"]["orders"]
    assert [row["descr"]["order"] for row in rows] == [
        "buy 0.10000000 XBTUSD @ limit 50000.0",
        "buy 0.10000000 XBTUSD @ limit 50001.0",
        "buy 0.10000000 XBTUSD @ limit 50002.0",
    ]
    assert all(row["txid"] in alice(still).open for row in rows)
    assert used(still) == 1.5


def test_one_senseless_order_refuses_the_whole_batch(still: World) -> None:
    before = len(alice(still).open)
    assert batch(still, {}, {"volume": "0.00000001"})["error"] == ["EOrder:Order minimum not met"]
    assert batch(still, {}, {"volume": "x"})["error"] == ["EGeneral:Invalid arguments:volume"]
    assert (len(alice(still).open), used(still)) == (before, 2)


def test_an_order_without_funds_fails_alone(still: World) -> None:
    first, second = batch(still, {"volume": "0.001"}, {"volume": "900"})["result"]["orders"]
    assert first["txid"] in alice(still).open
    assert second == {"error": "EOrder:Insufficient funds"}


@pytest.mark.parametrize("orders", [None, "x", [], [LIMIT], [LIMIT] * 16, [LIMIT, 7]])
def test_a_malformed_batch_is_refused(still: World, orders: object) -> None:
    assert batch(still, orders=orders)["error"] == ["EGeneral:Invalid arguments:orders"]


def test_a_validated_batch_places_nothing(still: World) -> None:
    before = len(alice(still).open)
    rows = batch(still, {}, {}, validate=True)["result"]["orders"]
    assert [set(row) for row in rows] == [{"descr"}, {"descr"}]
    assert (len(alice(still).open), used(still)) == (before, 0)
