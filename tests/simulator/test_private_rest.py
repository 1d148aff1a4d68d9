"""Private REST: permissions, limits, shapes, and cancels that show in the truth."""

import re

import pytest

from krakentui.simulator import accounts
from krakentui.simulator.keys import CLOSED_DOORS, NEEDED_TOO, PERMISSIONS
from krakentui.simulator.world import World
from tests.simulator.private import Rest, a_world, alice, place, tell, wait

DENIED = "EGeneral:Permission denied"


@pytest.fixture(scope="module")
def read_world() -> World:
    """A world for tests that only read."""
    return a_world()


@pytest.fixture
def still(read_world: World) -> World:
    """Give the world for reading with its counters drained."""
    wait(read_world, 60)
    return read_world


@pytest.fixture(scope="module")
def spent_world() -> World:
    """A world whose orders may be gone and whose keys lose permissions."""
    return a_world()


@pytest.fixture
def spent(spent_world: World) -> World:
    """Give the world for spending with its counters drained."""
    wait(spent_world, 60)
    return spent_world


def engine_used(rest: Rest, symbol: str = "BTC/USD") -> str:
    gauge = accounts.of(rest.world).judge.engine_gauge(alice(rest.world), symbol)
    return str(gauge.used(rest.world.clock.now_us()))


def test_the_programs_have_the_permissions_of_their_names() -> None:
    keys = accounts.first_line_keys(a_world())
    assert {name: key["account"] for name, key in keys.items()} == {
        "watch": "alice",
        "cancel": "alice",
        "full": "alice",
        "other": "alice",
        "stranger": "bob",
    }
    assert "close-trades" not in str(keys["watch"]["permissions"])
    assert "modify-trades" not in str(keys["cancel"]["permissions"])
    assert "modify-trades" in str(keys["full"]["permissions"])


@pytest.mark.parametrize("name", sorted(PERMISSIONS))
def test_each_endpoint_asks_for_its_permission(spent: World, name: str) -> None:
    rest = Rest(spent, "full")
    rest.key.permissions = ()
    expected = DENIED if PERMISSIONS[name] else None
    assert rest.error(name) == expected


@pytest.mark.parametrize(
    ("name", "permission"), [(n, p) for n in sorted(PERMISSIONS) for p in sorted(PERMISSIONS[n])]
)
def test_any_one_of_its_permissions_opens_an_endpoint(spent: World, name: str, permission: str) -> None:
    rest = Rest(spent, "full")
    rest.key.permissions = (permission, *NEEDED_TOO.get(name, ()))
    assert rest.error(name) != DENIED


@pytest.mark.parametrize("name", sorted(NEEDED_TOO))
def test_some_endpoints_need_two_permissions(spent: World, name: str) -> None:
    rest = Rest(spent, "full")
    rest.key.permissions = ("modify-trades",)
    assert rest.error(name) == DENIED


@pytest.mark.parametrize("name", sorted(CLOSED_DOORS))
def test_what_is_not_offered_is_denied(still: World, name: str) -> None:
    assert Rest(still, "full").error(name) == DENIED


@pytest.mark.parametrize("name", ["balance", "Nothing", "", "CancelOrder/"])
def test_a_wrong_name_is_an_unknown_method(still: World, name: str) -> None:
    assert Rest(still).error(name) == "EGeneral:Unknown method"


def test_unknown_parameters_are_ignored() -> None:
    assert Rest(a_world()).error("Balance", rebase_multiplier="base", nonsense="1") is None


def test_the_key_describes_itself_in_strings() -> None:
    rest = Rest(a_world(), "watch")
    info = rest.call("GetApiKeyInfo")["result"]
    assert list(info) == [
        "apiKeyName",
        "apiKey",
        "nonce",
        "nonceWindow",
        "permissions",
        "iban",
        "validUntil",
        "queryFrom",
        "queryTo",
        "createdTime",
        "modifiedTime",
        "ipAllowlist",
        "lastUsed",
    ]
    assert info["nonce"] == str(rest.nonce)
    assert info["nonceWindow"] == 0
    assert info["lastUsed"] is None
    assert info["permissions"] == [
        "query-funds",
        "query-open-trades",
        "query-closed-trades",
        "create-ws-token",
    ]


def test_keys_of_one_account_name_one_iban_and_those_of_another_another() -> None:
    world = a_world()
    ibans = {
        key: Rest(world, key).call("GetApiKeyInfo")["result"]["iban"]
        for key in ("watch", "cancel", "stranger")
    }
    assert ibans["watch"] == ibans["cancel"] != ibans["stranger"]


def test_last_used_is_the_use_before_this_one() -> None:
    rest = Rest(a_world())
    rest.call("Balance")
    before = str(rest.world.clock.now_us() // 1_000_000)
    wait(rest.world, 30)
    assert rest.call("GetApiKeyInfo")["result"]["lastUsed"] == before


def test_a_token_is_promised_for_900_s() -> None:
    result = Rest(a_world()).call("GetWebSocketsToken")["result"]
    assert result["expires"] == 900
    assert re.fullmatch(r"[A-Za-z0-9+/]{43}", result["token"])


def test_balances_are_text_with_the_ledgers_decimals() -> None:
    balances = Rest(a_world()).call("Balance")["result"]
    assert re.fullmatch(r"\d+\.\d{4}", balances["ZUSD"])
    assert re.fullmatch(r"\d+\.\d{10}", balances["XXBT"])
    assert balances["XXLM"] == "0.00000000"


@pytest.mark.parametrize("name", ["DOT28.S", "XBT.M", "ETH.F", "USD.HOLD"])
def test_odd_holdings_are_there(still: World, name: str) -> None:
    assert name in Rest(still).call("BalanceEx")["result"]


def test_balance_ex_tells_what_is_held() -> None:
    world = a_world()
    rest = Rest(world)
    before = rest.call("BalanceEx")["result"]["XXBT"]
    order = place(world, side="sell", away_bp=100)
    after = rest.call("BalanceEx")["result"]["XXBT"]
    held = round(float(after["hold_trade"]) - float(before["hold_trade"]), 10)
    assert held == order.qty / order.pair.qty_unit
    assert after["balance"] == before["balance"]


def test_open_orders_are_all_of_the_accounts_and_no_others() -> None:
    world = a_world()
    assert set(Rest(world).call("OpenOrders")["result"]["open"]) == set(alice(world).open)


def test_about_25_orders_over_6_pairs_of_every_kind_are_open() -> None:
    orders = list(alice(a_world()).open.values())
    assert len(orders) == 25
    assert len({order.pair.symbol for order in orders}) == 6
    assert {order.type for order in orders} == {
        "limit",
        "stop-loss",
        "stop-loss-limit",
        "take-profit",
        "trailing-stop",
    }
    assert any(order.post_only for order in orders)
    assert any(order.cl_ord_id for order in orders)
    assert sum(order.amended for order in orders) >= 3
    assert sum(bool(order.filled) for order in orders) >= 3


def test_ages_run_from_seconds_to_weeks() -> None:
    world = a_world()
    ages = [(world.start_us - order.opened_us) / 1e6 for order in alice(world).open.values()]
    assert min(ages) < 10
    assert max(ages) > 30 * 86_400


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("limit", r"(buy|sell) \d+\.\d{8} \w+ @ limit \d+\.\d+"),
        ("stop-loss", r"sell \d+\.\d{8} XBTUSD @ stop loss \d+\.\d"),
        ("stop-loss-limit", r"sell \d+\.\d{8} ETHUSD @ stop loss \d+\.\d\d -> limit \d+\.\d\d"),
        ("take-profit", r"sell \d+\.\d{8} SOLUSD @ take profit \d+\.\d\d"),
        ("trailing-stop", r"sell \d+\.\d{8} SOLUSD @ trailing stop \+9\.0000%"),
    ],
)
def test_orders_are_described_in_words(still: World, kind: str, text: str) -> None:
    rows = Rest(still).call("OpenOrders")["result"]["open"].values()
    described = [row["descr"]["order"] for row in rows if row["descr"]["ordertype"] == kind]
    assert described
    assert all(re.fullmatch(text, words) for words in described)


@pytest.mark.parametrize(
    ("params", "count"),
    [
        ({"userref": "20270305"}, 1),
        ({"cl_ord_id": "6d1b345e-2821-40e2-ad83-4ecb18a06876"}, 1),
        ({"userref": "99"}, 0),
        ({}, 25),
    ],
)
def test_open_orders_can_be_narrowed(still: World, params: dict[str, str], count: int) -> None:
    assert len(Rest(still).call("OpenOrders", **params)["result"]["open"]) == count


def test_trades_are_listed_when_asked_for() -> None:
    rest = Rest(a_world())
    with_trades = rest.call("OpenOrders", trades="true")["result"]["open"].values()
    assert sum("trades" in row for row in with_trades) == 3
    assert not any("trades" in row for row in rest.call("OpenOrders")["result"]["open"].values())


def test_query_orders_finds_open_and_closed_ones() -> None:
    world = a_world()
    opened, closed = next(iter(alice(world).open)), next(iter(alice(world).closed))
    rows = Rest(world).call("QueryOrders", txid=f"{opened},{closed}")["result"]
    assert set(rows) == {opened, closed}
    assert "closetm" in rows[closed]
    assert "closetm" not in rows[opened]


@pytest.mark.parametrize("txid", ["ONOBOD-YKNOW-STHIS1", "nonsense"])
def test_query_of_an_unknown_id_is_an_invalid_order(still: World, txid: str) -> None:
    assert Rest(still).error("QueryOrders", txid=txid) == "EOrder:Invalid order"


def test_a_stranger_sees_nothing_of_alice() -> None:
    world = a_world()
    rest, order_id = Rest(world, "stranger"), next(iter(alice(world).open))
    assert rest.error("QueryOrders", txid=order_id) == "EOrder:Invalid order"
    assert rest.error("CancelOrder", txid=order_id) == "EOrder:Unknown order"
    assert order_id not in rest.call("OpenOrders")["result"]["open"]


def test_a_cancel_ends_the_order() -> None:
    world = a_world()
    rest, order = Rest(world), place(world)
    assert rest.call("CancelOrder", txid=order.id) == {"error": [], "result": {"count": 1}}
    row = rest.call("QueryOrders", txid=order.id)["result"][order.id]
    assert (row["status"], row["reason"]) == ("canceled", "User requested")


@pytest.mark.parametrize("ids", [{"txid": "ONOBOD-YKNOW-STHIS1"}, {"cl_ord_id": "nobody"}, {"txid": "4711"}])
def test_a_cancel_of_what_is_not_open_is_an_unknown_order(still: World, ids: dict[str, str]) -> None:
    assert Rest(still).error("CancelOrder", **ids) == "EOrder:Unknown order"


def test_a_cancel_without_an_id_has_invalid_arguments() -> None:
    assert Rest(a_world()).error("CancelOrder") == "EGeneral:Invalid arguments"


def test_a_second_cancel_finds_nothing() -> None:
    world = a_world()
    rest, order = Rest(world), place(world)
    rest.call("CancelOrder", txid=order.id)
    assert rest.error("CancelOrder", txid=order.id) == "EOrder:Unknown order"


def test_a_userref_cancels_every_order_that_carries_it() -> None:
    world = a_world()
    orders = [place(world, userref=4711) for _ in range(3)]
    assert Rest(world).call("CancelOrder", txid="4711")["result"] == {"count": 3}
    assert all(order.is_done for order in orders)


def test_an_order_can_be_cancelled_by_its_client_id() -> None:
    world = a_world()
    order = place(world, cl_ord_id="mine")
    assert Rest(world).call("CancelOrder", cl_ord_id="mine")["result"] == {"count": 1}
    assert order.is_done


def test_a_batch_counts_only_what_was_open() -> None:
    world = a_world()
    orders = [place(world) for _ in range(3)]
    ids = [order.id for order in orders]
    result = Rest(world).json("CancelOrderBatch", orders=[*ids, ids[0], "ONOBOD-YKNOW-STHIS1"])["result"]
    assert result == {"count": 3}


@pytest.mark.parametrize("orders", [[], ["O"] * 51, "O1", [{"txid": "O1"}]])
def test_a_malformed_batch_has_invalid_arguments(still: World, orders: object) -> None:
    assert Rest(still).json("CancelOrderBatch", orders=orders)["error"] == ["EGeneral:Invalid arguments"]


def test_cancel_all_takes_every_order_stops_included() -> None:
    world = a_world()
    assert Rest(world).call("CancelAll")["result"] == {"count": 25}
    assert not alice(world).open
    assert Rest(world).call("CancelAll")["result"] == {"count": 0}


def test_a_single_cancel_over_the_threshold_is_refused_and_a_batch_is_not() -> None:
    world = a_world(tier="starter")
    orders = [place(world) for _ in range(9)]
    rest = Rest(world)
    errors = [rest.error("CancelOrder", txid=order.id) for order in orders]
    assert errors == [None] * 7 + ["EOrder:Rate limit exceeded"] * 2
    assert rest.json("CancelOrderBatch", orders=[order.id for order in orders[7:]])["result"] == {"count": 2}


def test_a_cancel_costs_by_the_age_since_the_last_amend() -> None:
    world = a_world()
    rest, order = Rest(world), place(world, away_bp=-300)
    wait(world, 400)
    tell(world, "account", amend={"id": order.id, "price": "100000"})
    wait(world, 12)
    rest.call("CancelOrder", txid=order.id)
    assert engine_used(rest) == "5"


@pytest.mark.parametrize(("rules", "used"), [("documented", "16"), ("strict", "17")])
def test_cancel_all_costs_the_sum_of_the_rungs(rules: str, used: str) -> None:
    world = a_world(rules=rules)
    for order in list(alice(world).open.values()):
        accounts.of(world).desk.cancel(order, "User requested")
    wait(world, 600)
    place(world)
    place(world)
    rest = Rest(world)
    rest.call("CancelAll")
    assert engine_used(rest) == used


def test_the_21st_call_is_over_the_limit_and_half_a_minute_later_15_fit() -> None:
    rest = Rest(a_world())
    errors = [rest.error("Balance") for _ in range(21)]
    assert errors == [None] * 20 + ["EAPI:Rate limit exceeded"]
    wait(rest.world, 30)
    again = [rest.error("Balance") for _ in range(15)]
    assert again == [None] * 14 + ["EAPI:Rate limit exceeded"]


def test_no_cancel_in_maintenance_and_every_cancel_in_cancel_only() -> None:
    world = a_world()
    rest, order = Rest(world), place(world)
    world.system = "maintenance"
    assert rest.error("CancelOrder", txid=order.id) == "EService:Unavailable"
    assert rest.error("CancelAll") == "EService:Unavailable"
    world.system = "cancel_only"
    assert rest.error("CancelOrder", txid=order.id) is None


def test_every_request_is_noted_without_its_key() -> None:
    world = a_world()
    rest = Rest(world)
    rest.call("Balance")
    rest.call("CancelOrder", txid="O1")
    rows = tell(world, "requests")["requests"]
    assert [(row["what"], row["cost"], row["verdict"]) for row in rows] == [
        ("/0/private/Balance", "1", "ok"),
        ("/0/private/CancelOrder", "0", "EOrder:Unknown order"),
    ]
    assert {row["key"] for row in rows} == {rest.key.fingerprint}
    assert rest.key.public not in str(rows)
