"""REST's orders in the stream's spelling."""

import json
from decimal import Decimal

import pytest
from msgspec import structs

from krakentui.model.event import Garbled, Happening, OrdersPolled, OrdersQueried
from krakentui.model.order import OrderPatch, Trigger
from krakentui.model.symbol import Names, PairInfo
from krakentui.wire.spot.rest import Call, Reply, decode
from krakentui.wire.spot.sent import fields
from tests.support.samples import frames, samples

NAMES = Names().with_pairs(
    [
        PairInfo(
            symbol="BTC/USD",
            base="BTC",
            quote="USD",
            price_places=1,
            qty_places=8,
            cost_places=5,
            rest_id="XXBTZUSD",
            altname="XBTUSD",
        )
    ]
)


def an_order(ordertype: str = "limit", price: str = "30010.0", price2: str = "0", **change: object) -> object:
    descr = {
        "pair": "XBTUSD",
        "type": "buy",
        "ordertype": ordertype,
        "price": price,
        "price2": price2,
        "leverage": "none",
    }
    order: dict[str, object] = {
        "refid": None,
        "userref": 0,
        "status": "open",
        "opentm": 1688666559.8974,
        "starttm": 0,
        "expiretm": 0,
        "descr": descr,
        "vol": "1.25000000",
        "vol_exec": "0.00000000",
        "cost": "0.00000",
        "fee": "0.00000",
        "price": "0.00000",
        "stopprice": "0.00000",
        "limitprice": "0.00000",
        "misc": "",
        "oflags": "fciq",
    }
    return {**order, **change}


def reply(result: object, endpoint: str = "OpenOrders", ids: str = "") -> Reply:
    body = json.dumps({"error": [], "result": result}).encode()
    call = Call(endpoint, (("txid", ids),) if ids else ())
    return decode(call, 200, body, account="alice", names=NAMES, asked_ns=7)


def patch_of(order: object) -> OrderPatch:
    (event,) = reply({"open": {"O1": order}}).events
    assert isinstance(event, OrdersPolled)
    return event.orders[0]


def polled(name: str) -> dict[str, OrderPatch]:
    ((_, body),) = frames(samples("rest", name))
    told = decode(Call("OpenOrders"), 200, body, account="alice", names=NAMES, asked_ns=7)
    (event,) = told.events
    assert isinstance(event, OrdersPolled)
    return {one.id: one for one in event.orders}


def test_an_open_order_is_new() -> None:
    assert patch_of(an_order()).status == "new"


def test_an_open_order_that_traded_is_partially_filled() -> None:
    assert patch_of(an_order(vol_exec="0.10000000")).status == "partially_filled"


@pytest.mark.parametrize(
    ("rest", "stream"),
    [
        ("pending", "pending_new"),
        ("closed", "filled"),
        ("canceled", "canceled"),
        ("expired", "expired"),
        ("brand new", "brand new"),
    ],
)
def test_statuses_are_spelled_as_the_stream_does(rest: str, stream: str) -> None:
    assert patch_of(an_order(status=rest, vol_exec="1.25000000")).status == stream


def test_a_known_pair_has_its_stream_name() -> None:
    found = patch_of(an_order())
    assert (found.pair, found.raw_pair) == ("BTC/USD", None)


def test_an_unknown_pair_keeps_its_rest_name() -> None:
    order = json.loads(json.dumps(an_order()).replace("XBTUSD", "NEWUSD"))
    found = patch_of(order)
    assert (found.pair, found.raw_pair) == (None, "NEWUSD")


def test_the_instant_of_opening_is_exact() -> None:
    assert patch_of(an_order()).opened_ns == 1_688_666_559_897_400_000


def test_a_closed_order_tells_when() -> None:
    found = patch_of(an_order(status="canceled", closetm=1742443716.701851, reason="User requested"))
    assert (found.said_ns, found.reason) == (1_742_443_716_701_851_000, "User requested")


def test_zero_times_are_unset() -> None:
    found = patch_of(an_order())
    assert (found.starts_ns, found.expires_ns, found.said_ns) == (None, None, None)


def test_a_limit_order_has_its_limit() -> None:
    found = patch_of(an_order())
    assert (found.limit_price, found.trigger, found.price_text) == (Decimal("30010.0"), None, None)


def test_a_market_order_has_no_price() -> None:
    found = patch_of(an_order("market", "0"))
    assert (found.limit_price, found.trigger, found.price_text) == (None, None, None)


@pytest.mark.parametrize("kind", ["stop-loss", "take-profit"])
def test_the_price_of_a_stop_is_its_trigger(kind: str) -> None:
    found = patch_of(an_order(kind, "28000.0", trigger="index"))
    assert (found.limit_price, found.trigger) == (None, Trigger(price=Decimal("28000.0"), reference="index"))


@pytest.mark.parametrize("kind", ["stop-loss-limit", "take-profit-limit"])
def test_the_second_price_of_a_stop_limit_is_its_limit(kind: str) -> None:
    found = patch_of(an_order(kind, "28000.0", "27900.0"))
    assert (found.limit_price, found.trigger) == (Decimal("27900.0"), Trigger(price=Decimal("28000.0")))


def test_a_trailing_stop_keeps_its_relative_price() -> None:
    found = patch_of(an_order("trailing-stop", "+1.0000%", stopprice="3.98640000", limitprice="4.02660000"))
    assert found.price_text == "+1.0000%"
    assert found.limit_price is None
    assert found.trigger == Trigger(price=Decimal("1.0000"), price_type="pct", actual=Decimal("3.98640000"))


def test_a_trailing_stop_limit_keeps_both() -> None:
    found = patch_of(an_order("trailing-stop-limit", "+5.0", "-0.5", stopprice="100.0", limitprice="99.5"))
    assert found.price_text == "+5.0 → -0.5"
    assert found.limit_price == Decimal("99.5")
    assert found.trigger == Trigger(price=Decimal("5.0"), price_type="quote", actual=Decimal("100.0"))


def test_a_relative_limit_price_is_text() -> None:
    found = patch_of(an_order("limit", "+1.0000%"))
    assert (found.limit_price, found.price_text) == (None, "+1.0000%")


def test_a_triggered_stop_says_so() -> None:
    trigger = patch_of(an_order("stop-loss-limit", "2.0", "1.0", misc="stopped,amended")).trigger
    assert trigger is not None
    assert trigger.status == "triggered"


def test_a_volume_in_quote_currency_is_cash() -> None:
    found = patch_of(an_order("market", "0", oflags="fciq,viqc"))
    assert (found.qty, found.cash_qty) == (None, Decimal("1.25000000"))


def test_flags_are_read() -> None:
    found = patch_of(an_order(oflags="post,fciq", misc="amended", reduce_only=True, time_in_force="gtc"))
    assert (found.post_only, found.amended, found.reduce_only) == (True, True, True)
    assert found.time_in_force == "GTC"


def test_a_leveraged_order_is_on_margin() -> None:
    order = json.loads(json.dumps(an_order()).replace('"none"', '"5:1"'))
    assert patch_of(order).margin is True


def test_an_unset_userref_is_none() -> None:
    assert patch_of(an_order(userref=0)).userref is None
    assert patch_of(an_order(userref=3)).userref == 3


def test_fields_that_are_not_told_are_none() -> None:
    assert structs.replace(patch_of({}), sent=b"") == OrderPatch(id="O1")


def test_an_order_keeps_what_was_sent_of_it() -> None:
    told = dict(fields(patch_of(an_order(brand_new="x")).sent))
    assert (told["descr.pair"], told["brand_new"]) == ("XBTUSD", "x")


def test_a_null_description_costs_only_itself() -> None:
    trouble_or_poll = reply({"open": {"O1": an_order(descr=None)}}).events
    poll = next(event for event in trouble_or_poll if isinstance(event, OrdersPolled))
    assert poll.orders[0].qty == Decimal("1.25000000")
    assert poll.orders[0].pair is None


@pytest.mark.parametrize("number", ["NaN", "1e999999", "x", [], {}, True])
def test_a_bad_number_costs_only_itself(number: object) -> None:
    events = reply({"open": {"O1": an_order(vol=number), "O2": an_order()}}).events
    poll, trouble = events
    assert isinstance(poll, OrdersPolled)
    assert isinstance(trouble, Garbled)
    assert [one.qty for one in poll.orders] == [None, Decimal("1.25000000")]


def test_an_order_that_is_no_object_breaks_the_list() -> None:
    told = reply({"open": {"O1": an_order(), "O2": 17}})
    assert told.events == ()
    assert told.broken is not None


def queried(result: object, ids: str) -> OrdersQueried:
    event: Happening
    (event,) = reply(result, "QueryOrders", ids).events
    assert isinstance(event, OrdersQueried)
    return event


def test_ids_the_exchange_does_not_know_are_missing() -> None:
    event = queried({"O1": an_order(status="closed")}, "O1,O2")
    assert [one.id for one in event.orders] == ["O1"]
    assert event.missing == ("O2",)


def refused_query(ids: str, code: str) -> Reply:
    body = json.dumps({"error": [code]}).encode()
    call = Call("QueryOrders", (("txid", ids),))
    return decode(call, 200, body, account="main", names=Names(), asked_ns=7)


@pytest.mark.parametrize("code", ["EOrder:Invalid order", "EOrder:Unknown order"])
def test_a_refused_query_for_one_order_says_that_there_is_none(code: str) -> None:
    told = refused_query("O1", code)
    assert told.refusal is None
    (event,) = told.events
    assert isinstance(event, OrdersQueried)
    assert (event.orders, event.missing, event.asked_ns) == ((), ("O1",), 7)


@pytest.mark.parametrize(("ids", "code"), [("O1,O2", "EOrder:Invalid order"), ("O1", "EService:Busy")])
def test_any_other_refused_query_says_nothing_of_an_order(ids: str, code: str) -> None:
    told = refused_query(ids, code)
    assert (told.events, told.refusal is not None) == ((), True)


def test_a_query_remembers_when_it_was_asked() -> None:
    assert queried({}, "O1").asked_ns == 7


def test_the_recorded_poll_is_read() -> None:
    found = polled("kraken-async-rs/open-orders.json")
    assert len(found) >= 6
    assert found["604X4L-ANXHT-JV0ZQT"].cl_ord_id == "some-uuid"


def test_the_recorded_poll_in_quote_currency_is_cash() -> None:
    (order,) = polled("xchange/openorders-in-transaction-currency.json").values()
    assert (order.qty, str(order.cash_qty)) == (None, "1.00000000")


def test_the_recorded_partial_fill_is_told() -> None:
    order = polled("butschster/get-open-orders.json")["OQCLML-BW3P3-BUCMWZ"]
    assert (order.status, str(order.filled), str(order.average)) == (
        "partially_filled",
        "0.37500000",
        "30010.0",
    )
