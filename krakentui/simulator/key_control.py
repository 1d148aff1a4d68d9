"""The control call `key`: the settings of a program's key, as its owner would change them on the key page."""

import ipaddress
from typing import TYPE_CHECKING, Any

from krakentui.simulator import keys
from krakentui.simulator.accounts import of
from krakentui.simulator.faults.spec import duration_us, only
from krakentui.simulator.identity import NONCE_MAX
from krakentui.simulator.instants import iso_us
from krakentui.simulator.refusal import Refused, one_of
from krakentui.simulator.rules import SECOND_US

if TYPE_CHECKING:
    from krakentui.simulator.world import World

ADDRESSES_MAX = 100


def key(world: "World", body: dict[str, Any]) -> dict[str, object]:
    """Change what the body names of a key: permissions, nonce window, expiry, addresses."""
    only(body, ("key", "permissions", "nonce_window", "expires", "ips"), "key")
    programs, now_us = of(world).programs, world.clock.now_us()
    found = programs[one_of(body.get("key"), programs, "key")]
    wanted: dict[str, Any] = {}
    if "permissions" in body:
        wanted["permissions"] = tuple(
            one_of(name, keys.FULL, "a permission") for name in _texts(body, "permissions")
        )
    if "nonce_window" in body:
        wanted["nonce_window"] = _window(body["nonce_window"])
    if "expires" in body:
        never = body["expires"] is None
        ends_us = 0 if never else now_us + duration_us(body["expires"], "expires")
        wanted["valid_until_s"] = ends_us // SECOND_US
    if "ips" in body:
        wanted["ip_allowlist"] = tuple(_network(text) for text in _texts(body, "ips"))
    for name, value in wanted.items():
        setattr(found, name, value)
    if wanted:
        found.modified_s = now_us // SECOND_US
    return {
        "v": 1,
        "at": iso_us(now_us),
        "key": body["key"],
        "permissions": list(found.permissions),
        "nonce_window": found.nonce_window,
        "expires": iso_us(found.valid_until_s * SECOND_US) if found.valid_until_s else None,
        "ips": list(found.ip_allowlist),
    }


def _texts(body: dict[str, Any], name: str) -> list[Any]:
    value = body[name]
    if not isinstance(value, list) or len(value) > ADDRESSES_MAX:
        raise Refused(f"{name} is a list of at most {ADDRESSES_MAX} texts")
    return value


def _window(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= NONCE_MAX:
        raise Refused(f"nonce_window is a whole number from 0 to {NONCE_MAX}")
    return value


def _network(text: object) -> str:
    """Take an address or a network, as in 127.0.0.0/8."""
    try:
        if not isinstance(text, str):
            raise ValueError
        ipaddress.ip_network(text, strict=False)
    except ValueError:
        raise Refused("ips is a list of addresses or networks like 127.0.0.0/8") from None
    return text
