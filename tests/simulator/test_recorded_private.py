"""What the private half writes, held against recordings: keys, their order, types, decimals."""

# ruff: noqa: ANN401 - recorded frames are JSON of any shape

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from typing import Any

import pytest

from krakentui.simulator import private_rest
from tests.simulator.private import Rest, Talk, a_world, alice, place, tell
from tests.support.samples import frames, samples

WS = "ws-v2"
POST_ONLY = "executions-sequence.limit-post-only-then-cancel.jsonl"
MARKET = "executions-sequence.market-sell-filled.jsonl"
OLDER = "kraken-async-rs/"


class Text(str):
    """A number as it was written."""

    __slots__ = ()


def read(text: str | bytes) -> Any:
    return json.loads(text, parse_float=Text, parse_int=Text)


def recorded(name: str, kind: str) -> dict[str, Any]:
    """Give the first recorded entry of a kind."""
    for _, line in frames(samples(WS, name)):
        frame = read(line)
        for found in frame.get("data", [frame]):
            if found["exec_type"] == kind:
                entry: dict[str, Any] = found
                return entry
    pytest.fail(f"{name} has no {kind}")


@cache
def a_life() -> Talk:
    """Let one post-only order be placed, amended, cancelled, another filled, and stops rest."""
    world = a_world()
    talk = Talk(world)
    talk.executions(snap_trades=True)
    talk.balances()
    plain = place(world)
    tell(world, "account", fill={"id": plain.id})
    careful = place(world, post_only=True)
    tell(world, "account", amend={"id": careful.id, "qty": "0.01"})
    tell(world, "account", cancel={"id": careful.id})
    last = world.markets["BTC/USD"].last
    place(
        world, side="sell", type="stop-loss-limit", limit_price=last * 8 // 10, trigger_price=last * 9 // 10
    )
    place(world, side="sell", type="market", limit_price=None)
    return talk


def sent(kind: str | None = None) -> Iterator[dict[str, Any]]:
    """Give the data frames of that life."""
    for text in a_life().frames:
        frame = read(text)
        if frame.get("channel") in {"executions", "balances"} and kind in {None, frame["type"]}:
            yield frame


def entry(kind: str, of: str = "update", **match: Any) -> dict[str, Any]:
    """Give the first entry of a kind that was sent."""
    for frame in sent(of):
        for found in frame["data"]:
            if found.get("exec_type") == kind and all(
                found.get(key) == value for key, value in match.items()
            ):
                said: dict[str, Any] = found
                return said
    pytest.fail(f"nothing of kind {kind} {match} was sent")


def places(number: object) -> int:
    assert isinstance(number, Text)
    return len(number.partition(".")[2])


@pytest.mark.parametrize(
    ("name", "kind", "match"),
    [
        (POST_ONLY, "pending_new", {"post_only": True}),
        (POST_ONLY, "new", {"post_only": True}),
        (POST_ONLY, "canceled", {"post_only": True}),
        (MARKET, "pending_new", {"order_type": "market"}),
        (MARKET, "new", {}),
        (MARKET, "trade", {"side": "sell"}),
        (MARKET, "filled", {}),
        (OLDER + "execution-limit-order-update-pending.jsonl", "pending_new", {"order_type": "limit"}),
        (OLDER + "execution-order-update-new.jsonl", "new", {}),
        (OLDER + "execution-order-update-cancelled.jsonl", "canceled", {}),
        (OLDER + "execution-order-amended.jsonl", "amended", {}),
        (
            OLDER + "execution-stop-loss-limit-order-update-pending.jsonl",
            "pending_new",
            {"order_type": "stop-loss-limit"},
        ),
    ],
)
def test_a_delta_has_the_recorded_keys_in_their_order(name: str, kind: str, match: dict[str, Any]) -> None:
    real, ours = recorded(name, kind), entry(kind, **match)
    assert [key for key in ours if key != "post_only"] == [key for key in real if key != "post_only"]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        (POST_ONLY, "pending_new"),
        (POST_ONLY, "new"),
        (POST_ONLY, "canceled"),
        (MARKET, "trade"),
        (MARKET, "filled"),
    ],
)
def test_a_deltas_values_have_the_recorded_types(name: str, kind: str) -> None:
    real, ours = recorded(name, kind), entry(kind)
    common = real.keys() & ours.keys()
    assert {key: type(ours[key]) for key in common} == {key: type(real[key]) for key in common}


@pytest.mark.parametrize(
    ("name", "kind", "key"),
    [
        *[(POST_ONLY, "pending_new", key) for key in ("order_qty", "cum_cost", "limit_price", "stop_price")],
        *[(POST_ONLY, "canceled", key) for key in ("cum_qty", "cum_cost", "fee_usd_equiv", "avg_price")],
        *[(MARKET, "trade", key) for key in ("last_qty", "last_price", "cost", "cum_qty", "cum_cost")],
        *[(MARKET, "trade", key) for key in ("avg_price", "fee_usd_equiv")],
        *[(MARKET, "filled", key) for key in ("cum_qty", "cum_cost", "fee_usd_equiv", "avg_price")],
    ],
)
def test_numbers_of_btc_usd_have_the_recorded_decimals(name: str, kind: str, key: str) -> None:
    assert places(entry(kind)[key]) == places(recorded(name, kind)[key])


def test_an_open_order_of_the_snapshot_has_the_recorded_keys() -> None:
    real = recorded("executions-snapshot.open-order.json", "new")
    ours = entry("new", "snapshot", cl_ord_id="6d1b345e-2821-40e2-ad83-4ecb18a06876")
    assert list(ours) == list(real)


def test_a_fill_of_the_snapshot_has_the_recorded_keys() -> None:
    real = recorded(OLDER + "execution-trades-snapshot.jsonl", "trade")
    assert list(entry("trade", "snapshot")) == [key for key in real if key != "sender_sub_id"]


def balance_row(asset: str) -> dict[str, Any]:
    rows = (row for frame in sent("update") if frame["channel"] == "balances" for row in frame["data"])
    return next(row for row in rows if row["asset"] == asset)


def test_a_balance_row_has_the_recorded_keys_types_and_decimals() -> None:
    (line, *_) = (line for _, line in frames(samples(WS, OLDER + "balances-updates.jsonl")))
    real, ours = read(line)["data"][0], balance_row("USD")
    assert list(ours) == list(real)
    assert {key: type(ours[key]) for key in ours} == {key: type(real[key]) for key in real}
    assert [places(ours[key]) for key in ("amount", "fee", "balance")] == [4, 4, 4]


def test_a_crypto_balance_row_has_ten_decimals_as_recorded() -> None:
    ours = balance_row("BTC")
    assert [places(ours[key]) for key in ("amount", "fee", "balance")] == [10, 10, 10]


@pytest.mark.parametrize("name", [MARKET, OLDER + "balances-updates.jsonl"])
def test_a_frame_has_the_recorded_outer_keys(name: str) -> None:
    (line, *_) = (line for _, line in frames(samples(WS, name)))
    assert {tuple(frame) for frame in sent()} == {tuple(read(line))}


def test_the_invalid_session_is_the_recorded_one() -> None:
    talk = Talk(a_world())
    talk.token = "stale"
    (ours,) = talk.send("subscribe", req_id=None, channel="executions")
    real = json.loads(samples(WS, "subscribe-error.invalid-session.json").read_bytes())
    assert list(ours) == list(real)
    assert all(ours[key] == real[key] for key in real if not key.startswith("time_"))


def test_the_refusal_of_public_channels_is_the_recorded_one() -> None:
    (ours,) = Talk(a_world()).send("subscribe", req_id=None, channel="ticker", symbol=["BTC/USD"])
    real = json.loads(samples(WS, "subscribe-error.public-on-private-host.json").read_bytes())
    assert list(ours) == list(real)
    assert ours["error"] == real["error"]


def rest_rows(name: str, *path: str) -> list[dict[str, Any]]:
    """Give the recorded order objects of a reply."""
    found = read(samples("rest", name).read_bytes())["result"]
    for step in path:
        found = found[step]
    return list(found.values())


@cache
def ours_of(endpoint: str) -> Any:
    rest = Rest(a_world())
    tell(rest.world, "rules", knobs={"newer_fields": False})  # as it was when the recordings were made
    return read(private_rest.handle(rest.world, rest.form(endpoint)).body)["result"]


def test_open_orders_have_recorded_keys_only_and_none_missing() -> None:
    known = [set(row) for row in rest_rows("kraken-async-rs/open-orders.json", "open")]
    for row in ours_of("OpenOrders")["open"].values():
        assert set.intersection(*known) <= row.keys() <= set.union(*known, {"trigger"})


def test_open_orders_have_the_recorded_types() -> None:
    real = rest_rows("kraken-async-rs/open-orders.json", "open")[0]
    for row in ours_of("OpenOrders")["open"].values():
        common = (real.keys() & row.keys()) - {"refid"}
        assert {key: type(row[key]) for key in common} == {key: type(real[key]) for key in common}
        assert row["refid"] in {None, "None"}


def test_the_description_has_the_recorded_keys() -> None:
    real = rest_rows("kraken-async-rs/open-orders.json", "open")[0]["descr"]
    for row in ours_of("OpenOrders")["open"].values():
        assert [key for key in row["descr"] if key != "aclass"] == list(real)


def test_a_trailing_stop_reads_like_the_recorded_one() -> None:
    (real,) = read(samples("rest", "ccxt/parse-order.json").read_bytes())["open"].values()
    rows = ours_of("OpenOrders")["open"].values()
    ours = next(row for row in rows if row["descr"]["ordertype"] == "trailing-stop")
    assert re.sub(r"[\d.]+", "0", real["descr"]["price"]) == re.sub(r"[\d.]+", "0", ours["descr"]["price"])
    assert Decimal(ours["stopprice"]) < Decimal(ours["limitprice"])
    assert {"stopprice", "limitprice", "trigger"} <= real.keys() & ours.keys()


def test_a_closed_order_has_recorded_keys_only() -> None:
    known = set().union(*rest_rows("kraken-async-rs/query-order-info.json"))
    world = a_world()
    tell(world, "rules", knobs={"newer_fields": False})
    rest, order = Rest(world), place(world)
    rest.call("CancelOrder", txid=order.id)
    row = rest.call("QueryOrders", txid=order.id)["result"][order.id]
    assert {"reason", "closetm"} <= row.keys() <= known


def test_extended_balances_have_the_recorded_shape() -> None:
    reply = read(samples("rest", "kraken-async-rs/extended-balance.json").read_bytes())
    real = next(iter(reply["result"].values()))
    for row in ours_of("BalanceEx").values():
        assert {key: type(value) for key, value in row.items()} == {
            key: type(value) for key, value in real.items()
        }


@pytest.mark.parametrize(
    ("name", "endpoint"),
    [
        ("kraken-async-rs/cancel-order.json", "CancelOrder"),
        ("kraken-async-rs/cancel-all-orders.json", "CancelAll"),
        ("kraken-async-rs/websockets-token.json", "GetWebSocketsToken"),
    ],
)
def test_small_results_have_the_recorded_keys_and_types(name: str, endpoint: str) -> None:
    world = a_world()
    real = json.loads(samples("rest", name).read_bytes())["result"]
    ours = Rest(world).call(endpoint, txid=next(iter(alice(world).open)))["result"]
    assert {key: type(value) for key, value in ours.items()} == {
        key: type(value) for key, value in real.items()
    }


def test_a_denial_is_the_recorded_one_byte_for_byte() -> None:
    (real, *_) = (line for _, line in frames(samples("rest", "kraken-async-rs", "errors.jsonl")))
    world = a_world()
    assert private_rest.handle(world, Rest(world, "watch").form("CancelAll")).body == real
