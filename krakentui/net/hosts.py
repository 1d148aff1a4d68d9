"""Which key may go where: live keys to Kraken's own hosts, simulator keys to loopback, nothing else.

The check sits in front of every request and every socket, beside the bytes, so that no setting and
no bug above can send a key astray.
"""

import ipaddress
from urllib.parse import SplitResult, urlsplit

from krakentui.model.error import Forbidden

LIVE_HOSTS = frozenset({"api.kraken.com", "ws.kraken.com", "ws-auth.kraken.com"})
_SECURE = {"https": 443, "wss": 443}
_PLAIN = frozenset({"http", "ws"})


def is_loopback(host: str | None) -> bool:
    """Tell whether this host is this machine."""
    if host is None:
        return False
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def check_destination(url: str, public_key: str | None = None) -> None:
    """Pass if this key (or no key at all) may go to this address.

    Raises:
        Forbidden: the address is neither Kraken's nor loopback, or the key belongs to the other side.
    """
    parts = _split(url)
    simulated = public_key is not None and public_key.startswith("SIM-")
    if is_loopback(parts.hostname):
        if parts.scheme not in _PLAIN:
            raise Forbidden(f"The simulated exchange speaks http and ws, not {parts.scheme}.")
        if public_key is not None and not simulated:
            raise Forbidden("A live key never goes to a simulated exchange: nothing was sent.")
        return
    if parts.hostname not in LIVE_HOSTS or _SECURE.get(parts.scheme) != (parts.port or 443):
        raise Forbidden(f"{parts.hostname or 'This address'} is not one of Kraken's hosts: nothing was sent.")
    if simulated:
        raise Forbidden("A key of the simulated exchange never leaves this machine: nothing was sent.")


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        raise Forbidden("The address of the exchange makes no sense: nothing was sent.") from error
    if parts.username is not None or parts.password is not None:
        raise Forbidden("The address of the exchange carries a user name: nothing was sent.")
    return parts
