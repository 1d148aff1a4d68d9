"""Faults of what is told."""

import json

from krakentui.simulator.instants import parse_iso
from tests.simulator.faults.scene import Rest, a_world, asked, inject, place, public, talk_to, wait


def test_named_fields_are_missing_everywhere() -> None:
    world = a_world()
    talk = talk_to(world)
    place(world)
    inject(world, "missing_field", fields=["order_status", "status", "vol_exec"])
    place(world)
    fresh = [entry for frame in talk.take()[2:] for entry in frame["data"]]
    assert fresh
    assert all("order_status" not in entry for entry in fresh)
    rows = Rest(world).call("OpenOrders")["result"]["open"].values()
    assert all("vol_exec" not in row and "vol" in row for row in rows)


def test_fields_are_missing_by_chance_where_none_is_named() -> None:
    world = a_world()
    whole = json.loads(asked(world, "Time").reply.body)["result"]
    inject(world, "missing_field")
    assert len(json.loads(asked(world, "Time").reply.body)["result"]) == len(whole) - 1


def test_numbers_keep_their_digits_when_texts_are_changed() -> None:
    world = a_world(frozen=False)
    listener = public(world, "book")
    inject(world, "missing_field", fields=["timestamp"])
    wait(world, 3)
    assert any("00," in frame or "0}" in frame for frame in listener.frames)
    assert all("e-" not in frame for frame in listener.frames)


def test_hostile_text_is_in_every_free_text() -> None:
    world = a_world()
    talk = talk_to(world)
    inject(world, "hostile_text")
    place(world)
    entries = [entry for frame in talk.take() for entry in frame["data"]]
    assert entries
    assert all(entry["cl_ord_id"] for entry in entries)
    assert Rest(world).call("GetApiKeyInfo")["result"]["apiKeyName"] != "cancel"
    error = str(Rest(world).error("CancelOrder", txid="OAAAAA-BBBBB-CCCCCC"))
    assert error.startswith("EOrder:Unknown order")
    assert len(error) > len("EOrder:Unknown order")


def test_tokens_and_ids_are_no_free_text() -> None:
    world = a_world()
    inject(world, "hostile_text")
    token = Rest(world).call("GetWebSocketsToken")["result"]["token"]
    assert token.isascii()
    assert "\\" not in token


def test_skew_moves_every_time_that_is_told() -> None:
    world = a_world()
    talk = talk_to(world)
    now_us = world.clock.now_us()
    inject(world, "skew", s=-86_400)
    told = json.loads(asked(world, "Time").reply.body)["result"]
    assert told["unixtime"] == now_us // 1_000_000 - 86_400
    assert told["rfc1123"].startswith("Tue, 09 Mar 27")
    order = place(world)
    stamp = talk.take()[-1]["data"][0]["timestamp"]
    assert parse_iso(stamp) == now_us - 86_400_000_000
    row = Rest(world).call("QueryOrders", txid=order.id)["result"][order.id]
    assert row["opentm"] == now_us / 1e6 - 86_400
