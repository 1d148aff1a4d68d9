"""The control call `key`: what the key page of the exchange would change."""

from typing import Any

import pytest

from krakentui.simulator.refusal import Refused
from tests.simulator.private import Rest, a_world, tell, wait


def test_a_nonce_window_lets_late_nonces_through_once() -> None:
    world = a_world()
    rest = Rest(world, "full")
    assert tell(world, "key", key="full", nonce_window=10)["nonce_window"] == 10
    rest.call("Balance")
    late = rest.request("Balance", f"nonce={rest.nonce - 3}".encode(), str(rest.nonce - 3))
    assert rest.send(late)["error"] == []
    assert rest.send(late)["error"] == ["EAPI:Invalid nonce"]
    assert rest.call("GetApiKeyInfo")["result"]["nonceWindow"] == 10


def test_a_key_expires_and_may_live_again() -> None:
    world = a_world()
    rest = Rest(world, "full")
    assert tell(world, "key", key="full", expires="30s")["expires"] == "2027-03-10T09:00:30.000000Z"
    assert rest.error("Balance") is None
    wait(world, 30)
    assert rest.error("Balance") == "EAPI:Invalid key"
    assert tell(world, "key", key="full", expires=None)["expires"] is None
    assert rest.error("Balance") is None


def test_a_key_is_welcome_from_its_addresses_only() -> None:
    world = a_world()
    tell(world, "key", key="full", ips=["127.0.0.2", "127.1.0.0/16"])
    answers = [
        Rest(world, "full", peer=peer).error("Balance") for peer in ("127.0.0.2", "127.1.9.9", "127.0.0.1")
    ]
    assert answers == [None, None, "EAPI:Invalid key"]
    tell(world, "key", key="full", ips=[])
    assert Rest(world, "full").error("Balance") is None


def test_a_key_may_what_it_is_told() -> None:
    world = a_world()
    tell(world, "key", key="full", permissions=["query-funds"])
    rest = Rest(world, "full")
    assert rest.error("Balance") is None
    assert rest.error("OpenOrders") == "EGeneral:Permission denied"
    assert rest.call("GetApiKeyInfo")["result"]["permissions"] == ["query-funds"]


def test_nothing_named_changes_nothing_and_tells() -> None:
    world = a_world()
    told = tell(world, "key", key="watch")
    assert (told["nonce_window"], told["expires"], told["ips"]) == (0, None, [])
    assert "query-funds" in told["permissions"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"key": "nobody"},
        {"key": ["full"]},
        {"key": "full", "nonce_window": -1},
        {"key": "full", "nonce_window": True},
        {"key": "full", "nonce_window": 2**64},
        {"key": "full", "expires": "soon"},
        {"key": "full", "ips": "127.0.0.1"},
        {"key": "full", "ips": ["somewhere"]},
        {"key": "full", "ips": [2130706433]},
        {"key": "full", "ips": ["127.0.0.1"] * 101},
        {"key": "full", "permissions": ["withdraw-funds"]},
        {"key": "full", "permissions": "query-funds"},
        {"key": "full", "nonce_window": 5, "otp": "1"},
    ],
)
def test_what_makes_no_sense_is_refused_and_changes_nothing(body: dict[str, Any]) -> None:
    world = a_world()
    before = tell(world, "key", key="full")
    with pytest.raises(Refused):
        tell(world, "key", **body)
    assert tell(world, "key", key="full") == before
