"""Whatever happens, the books agree: random acts, each followed by every invariant."""

import json
import random
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from krakentui.simulator import accounts
from krakentui.simulator.control import Refused
from krakentui.simulator.invariants import BrokenInvariant, check_all
from krakentui.simulator.orders import Order
from krakentui.simulator.world import World
from tests.simulator.private import Rest, Talk, a_world, alice, place, tell, wait

SYMBOLS = ["BTC/USD", "ETH/USD", "SHIB/USD", "DOGE/BTC", "BTC/EUR"]
ACTS = (
    "place",
    "place",
    "amend",
    "cancel",
    "fill",
    "print",
    "stop",
    "market",
    "batch",
    "wait",
    "add",
    "add",
    "change",
    "edit",
    "add batch",
    "switch",
)
KINDS: tuple[tuple[str, dict[str, str]], ...] = (
    ("limit", {}),
    ("limit", {"oflags": "post"}),
    ("limit", {"timeinforce": "IOC"}),
    ("limit", {"timeinforce": "FOK"}),
    ("limit", {"timeinforce": "GTD", "expiretm": "+45"}),
    ("limit", {"price": "#0.4%"}),
    ("market", {}),
    ("market", {"oflags": "viqc", "volume": "250"}),
    ("stop-loss", {}),
    ("stop-loss-limit", {}),
    ("take-profit", {"price": "#1%", "trigger": "index"}),
    ("take-profit-limit", {}),
    ("trailing-stop", {"price": "+1.25%"}),
    ("trailing-stop-limit", {"price": "+0.75%", "price2": "#0.2%"}),
)
steps = st.tuples(
    st.sampled_from(ACTS),
    st.integers(0, 10**6),
    st.integers(0, 10**6),
    st.booleans(),
)


def terms(world: World, symbol: str, a: int, b: int, *, sell: bool) -> dict[str, Any]:
    pair, market = world.pairs[symbol], world.markets[symbol]
    price = Decimal(market.last * (9_400 + a % 1_200) // 10_000).scaleb(-pair.price_places)
    qty = Decimal(pair.qty_min * 10 * (1 + b % 30)).scaleb(-pair.qty_places)
    return {"pair": symbol, "side": "sell" if sell else "buy", "price": f"{price:f}", "qty": f"{qty:f}"}


def act(world: World, what: str, a: int, b: int, *, flag: bool) -> None:
    """Do one thing; what the exchange refuses is fine."""
    account, symbol = alice(world), SYMBOLS[a % len(SYMBOLS)]
    picked = list(account.open.values())[a % len(account.open)] if account.open else None
    other: dict[str, Any] = {"as": "other"} if b % 3 == 0 else {}
    wanted = terms(world, symbol, a, b, sell=flag)
    if what == "place":
        tell(world, "account", order=wanted, **other)
    elif what == "stop":
        kind = ["stop-loss", "take-profit", "stop-loss-limit"][b % 3]
        tell(world, "account", order=wanted | {"type": kind, "trigger": wanted["price"]}, **other)
    elif what == "market":
        tell(world, "account", order=wanted | {"type": "market"})
    elif what == "print":
        market = world.markets[symbol]
        market.trade("buy" if flag else "sell", market.last * (9_700 + b % 600) // 10_000, 10 ** (3 + b % 8))
    elif what == "wait":
        wait(world, b % 120)
    elif what == "batch":
        ids = list(account.open)[a % 5 : a % 5 + 3]
        Rest(world).json("CancelOrderBatch", orders=ids)
    elif what in {"add", "add batch", "switch"}:
        by_client(world, what, a, b, wanted)
    elif what in {"change", "edit"} and picked is not None:
        changed_by_client(world, what, picked, b, flag=flag)
    elif picked is not None:
        on_order(world, what, picked, b, flag=flag, other=other)


def by_client(world: World, what: str, a: int, b: int, wanted: dict[str, Any]) -> None:
    """Ask as a program does, in any kind of order; refusals are fine, a broken account is not."""
    rest = Rest(world, "full")
    if what == "switch":
        rest.call("CancelAllOrdersAfter", timeout=str(b % 4 * 40))
        return
    kind, more = KINDS[b % len(KINDS)]
    order = {"type": wanted["side"], "ordertype": kind, "volume": wanted["qty"], "price": wanted["price"]}
    order |= more
    if "limit" in kind and kind != "limit" and "price2" not in order:
        order["price2"] = wanted["price"]
    if what == "add":
        rest.json("AddOrder", pair=wanted["pair"], **order)
    else:
        rest.json("AddOrderBatch", pair=wanted["pair"], orders=[order] * (2 + a % 4))


def changed_by_client(world: World, what: str, order: Order, b: int, *, flag: bool) -> None:
    pair, rest = order.pair, Rest(world, "full")
    qty = f"{Decimal(max(1, order.qty * (3 + b % 12) // 8)).scaleb(-pair.qty_places):f}"
    price = Decimal((order.limit_price or order.trigger_price or 1) * (9_990 + b % 20) // 10_000)
    text = f"{price.scaleb(-pair.price_places):f}"
    if what == "edit":
        params = {"volume": qty} if flag else {"price": text, "oflags": "post" if b % 2 else ""}
        rest.json("EditOrder", txid=order.id, pair=pair.altname, **params)
    elif flag:
        rest.json("AmendOrder", txid=order.id, order_qty=qty)
    else:
        rest.json("AmendOrder", txid=order.id, limit_price=text, post_only=bool(b % 2))


def on_order(world: World, what: str, order: Order, b: int, *, flag: bool, other: dict[str, Any]) -> None:
    pair = order.pair
    if what == "cancel":
        tell(world, "account", cancel={"id": order.id}, **other)
    elif what == "fill":
        part = Decimal(max(1, order.remaining * (1 + b % 4) // 4)).scaleb(-pair.qty_places)
        tell(world, "account", fill={"id": order.id, "qty": f"{part:f}"})
    elif what == "amend":
        qty = Decimal(order.qty * (5 + b % 10) // 8).scaleb(-pair.qty_places)
        change = {"qty": f"{qty:f}"}
        if flag and order.limit_price:
            price = Decimal(order.limit_price * (9_990 + b % 20) // 10_000).scaleb(-pair.price_places)
            change["price"] = f"{price:f}"
        tell(world, "account", amend={"id": order.id} | change, **other)


def live(world: World, done: list[tuple[str, int, int, bool]]) -> None:
    """Do one act after another; the desk checks the books after each event, we check all at the end."""
    for what, a, b, flag in done:
        try:
            act(world, what, a, b, flag=flag)
        except Refused:
            continue
    check_all(alice(world))


def funded() -> World:
    world = a_world()
    tell(world, "account", deposit={"SHIB": "900000000", "BTC": "2", "DOGE": "100000"})
    return world


@settings(max_examples=10, suppress_health_check=[HealthCheck.too_slow])
@given(done=st.lists(steps, min_size=40, max_size=100))
def test_books_agree_after_every_random_act(done: list[tuple[str, int, int, bool]]) -> None:
    live(funded(), done)


@settings(max_examples=4, suppress_health_check=[HealthCheck.too_slow])
@given(done=st.lists(steps, min_size=40, max_size=100))
def test_what_the_streams_tell_adds_up_to_the_truth(done: list[tuple[str, int, int, bool]]) -> None:
    world = funded()
    talk = Talk(world)
    talk.executions()
    talk.balances()
    live(world, done)
    orders, balances = replayed(talk)
    truth = tell(world, "truth")["accounts"]["alice"]
    assert {key for key, order in orders.items() if not order["done"]} == set(truth["open_orders"])
    for key, order in truth["open_orders"].items():
        assert orders[key]["filled"] == Decimal(order["filled"])
    assert {
        name: Decimal(row["total"]) for name, row in truth["balances"].items() if name in balances
    } == balances


def replayed(talk: Talk) -> tuple[dict[str, dict[str, Any]], dict[str, Decimal]]:
    """Play the frames as a client would; sequences must have no gap, orders end once."""
    orders: dict[str, dict[str, Any]] = {}
    balances: dict[str, Decimal] = {}
    last = {"executions": 0, "balances": 0}
    for text in talk.frames:
        frame = json.loads(text, parse_float=Decimal)
        channel = frame.get("channel", "")
        if channel not in last or "method" in frame:
            continue
        last[channel] += 1
        assert frame["sequence"] == last[channel]
        for entry in frame["data"]:
            if channel == "balances":
                balances[entry["asset"]] = Decimal(entry["balance"])
                continue
            order = orders.setdefault(entry["order_id"], {"filled": Decimal(0), "done": False})
            assert not order["done"]
            assert entry.get("cum_qty", order["filled"]) >= order["filled"]
            order["filled"] = Decimal(entry.get("cum_qty", order["filled"]))
            order["done"] = entry["order_status"] in {"filled", "canceled", "expired"}
    return orders, balances


def long_life(seed: int, length: int) -> None:
    rng, world = random.Random(seed), funded()
    for _ in range(length // 100):
        live(
            world,
            [
                (rng.choice(ACTS), rng.randrange(10**6), rng.randrange(10**6), rng.random() < 0.5)
                for _ in range(100)
            ],
        )


def test_books_agree_over_a_long_life() -> None:
    long_life(seed=1, length=1_500)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2, 22))
def test_books_agree_over_a_hundred_thousand_acts(seed: int) -> None:
    long_life(seed, length=5_000)


def test_a_fully_held_balance_fills_to_the_last_unit() -> None:
    world = a_world()
    for order in list(alice(world).open.values()):
        accounts.of(world).desk.cancel(order, "User requested")
    account, pair = alice(world), world.pairs["BTC/USD"]
    price = world.markets["BTC/USD"].last * 9 // 10
    qty = account.free("USD") * pair.price_unit * pair.qty_unit // (price * 10**4 * 1004 // 1000)
    order = place(world, limit_price=price, qty=qty)
    assert account.free("USD") < 50
    while not order.is_done:
        part = min(order.remaining, 3_333_333)
        accounts.of(world).desk.matching.fill_by_script(order, price, part)
        check_all(account)
    assert account.ledger.balance("USD") >= 0


def test_a_broken_book_is_noticed() -> None:
    world = a_world()
    alice(world).ledger.balances["USD"] += 1
    with pytest.raises(BrokenInvariant):
        place(world)


def test_a_second_end_is_noticed() -> None:
    world = a_world()
    order = place(world)
    tell(world, "account", cancel={"id": order.id})
    order.endings += 1
    with pytest.raises(BrokenInvariant):
        check_all(alice(world))


def test_a_fill_that_shrinks_is_noticed() -> None:
    world = a_world()
    order = place(world, qty=1_000_000)
    tell(world, "account", fill={"id": order.id, "qty": "0.005"})
    order.filled -= 1
    with pytest.raises(BrokenInvariant):
        check_all(alice(world))


def test_old_rows_fold_into_the_opening_balance() -> None:
    world = a_world()
    for _ in range(500):
        accounts.of(world).desk.deposit(alice(world), "USD", 1)
    assert len(alice(world).ledger.rows) <= 400
    check_all(alice(world))
