"""Any parameters on any trading surface: an answer in the exchange's envelope, the books unharmed."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from krakentui.simulator.asking_ws import FIELDS, ORDER
from krakentui.simulator.invariants import check_all
from krakentui.simulator.private_rest import ENDPOINTS
from tests.simulator.private import Rest, Talk, a_world, alice, wait

WORDS = [
    "buy",
    "sell",
    "limit",
    "market",
    "stop-loss",
    "stop-loss-limit",
    "trailing-stop",
    "trailing-stop-limit",
    "take-profit",
    "XBTUSD",
    "BTC/USD",
    "IOC",
    "GTD",
    "FOK",
    "gtd",
    "ioc",
    "post",
    "viqc",
    "last",
    "index",
    "all",
    "both",
    "close",
    "true",
    "+5",
    "-5%",
    "#1%",
    "1e5",
    "0",
    "0.0001",
    "100000",
    "2027-03-10T09:00:30Z",
    "NaN",
    "-1",
    "none",
    "50%",
    "pct",
    "quote",
    "static",
    "XXBT",
]
REST_FIELDS = [
    "pair",
    "type",
    "ordertype",
    "volume",
    "price",
    "price2",
    "trigger",
    "leverage",
    "reduce_only",
    "oflags",
    "timeinforce",
    "starttm",
    "expiretm",
    "userref",
    "cl_ord_id",
    "displayvol",
    "deadline",
    "validate",
    "txid",
    "order_qty",
    "limit_price",
    "trigger_price",
    "post_only",
    "order_id",
    "orders",
    "timeout",
    "start",
    "end",
    "ofs",
    "limit",
    "closetime",
    "without_count",
    "ledgers",
    "asset",
    "id",
    "cl_ord_ids",
]
scalars = st.one_of(
    st.sampled_from(WORDS),
    st.text(max_size=30),
    st.integers(),
    st.floats(),
    st.booleans(),
    st.none(),
)
values = st.one_of(scalars, st.lists(scalars, max_size=4), st.dictionaries(st.text(max_size=8), scalars))
LIMIT = {"pair": "XBTUSD", "type": "buy", "ordertype": "limit", "volume": "0.01", "price": "50000"}
WS_LIMIT: dict[str, Any] = {"side": "buy", "order_type": "limit", "order_qty": 0.01, "limit_price": 50000}
relaxed = settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])


def rest_params() -> st.SearchStrategy[dict[str, Any]]:
    one = st.dictionaries(st.sampled_from(REST_FIELDS), values, max_size=6)
    orders = st.lists(one.map(lambda params: LIMIT | params), min_size=2, max_size=4)
    return st.one_of(
        one.map(lambda params: LIMIT | params),
        st.builds(lambda params, some: params | {"pair": "XBTUSD", "orders": some}, one, orders),
    )


def ws_params(method: str) -> st.SearchStrategy[dict[str, Any]]:
    one = st.dictionaries(st.sampled_from(sorted(ORDER)), values, max_size=4).map(
        lambda params: WS_LIMIT | params
    )
    fields = sorted(FIELDS[method])
    params = st.dictionaries(st.sampled_from(fields), st.one_of(values, one), max_size=6)
    if method == "batch_add":
        orders = st.lists(one, min_size=2, max_size=4)
        return st.builds(lambda rest, some: rest | {"symbol": "BTC/USD", "orders": some}, params, orders)
    base = WS_LIMIT | {"symbol": "BTC/USD"} if method == "add_order" else {"symbol": "BTC/USD"}
    known = base if method in {"add_order", "edit_order"} else {}
    return params.map(lambda found: known | found)


@pytest.fixture(scope="module")
def talk() -> Talk:
    return Talk(a_world(), "full")


@pytest.mark.parametrize("name", sorted(ENDPOINTS))
@relaxed
@given(data=st.data())
def test_rest_answers_whatever_is_asked(talk: Talk, name: str, data: st.DataObject) -> None:
    world, params, names_one = talk.world, data.draw(rest_params()), data.draw(st.booleans())
    order_ids = list(alice(world).open)
    if order_ids and names_one:
        params |= {"txid": order_ids[0], "order_id": order_ids[0]}
    reply = Rest(world, "full").json(name, **params)
    assert (reply["error"] == []) == ("result" in reply)
    wait(world, 3)
    check_all(alice(world))


@pytest.mark.parametrize("method", sorted(FIELDS))
@relaxed
@given(data=st.data())
def test_the_websocket_answers_whatever_is_asked(talk: Talk, method: str, data: st.DataObject) -> None:
    world, params, names_one = talk.world, data.draw(ws_params(method)), data.draw(st.booleans())
    order_ids = list(alice(world).open)
    if order_ids and method in {"amend_order", "edit_order"} and names_one:
        params |= {"order_id": order_ids[0]}
    talk.frames.clear()
    talk.talk.received(json.dumps({"method": method, "params": params | {"token": talk.token}}))
    answer = json.loads(talk.frames[0])
    assert answer["method"] == method
    assert answer["success"] == ("error" not in answer)
    wait(world, 3)
    check_all(alice(world))
