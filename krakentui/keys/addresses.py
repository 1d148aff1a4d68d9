"""From where a key works: its list of addresses in words."""

from collections.abc import Iterable, Iterator
from ipaddress import IPv4Network, IPv6Network, collapse_addresses, ip_network

from krakentui.model.account import Finding
from krakentui.model.number import counted

Network = IPv4Network | IPv6Network
WIDE = {4: 16, 6: 32}
"""By IP version: a network with a shorter prefix than this is no restriction worth the name."""
ADVICE = 'Switch "IP address restriction" on and enter the addresses of your machines.'
NARROW = "Enter the addresses of your machines alone."


def address_finding(listed: Iterable[str] | None) -> Finding:
    """Judge a key's list of addresses and networks; an empty one restricts nothing, None = it is not told."""
    if listed is None:
        return Finding("amber", "From which addresses it works is not known.", ADVICE)
    entries = tuple(listed)
    if not entries:
        return Finding("amber", "It works from any address.", ADVICE)
    networks = tuple(_networks(entries))
    if not networks:
        return Finding("amber", "It works from where its list says, and not an entry of it is understood.")
    widest = min(networks, key=lambda one: one.prefixlen - WIDE[one.version])
    if widest.prefixlen == 0:
        return Finding("amber", f"It works from any address: its list has {widest}.", NARROW)
    text = f"It works from {_counted(networks)} only{_unread(entries)}"
    if widest.prefixlen < WIDE[widest.version]:
        return Finding("amber", f"{text}, and {widest} is {widest.num_addresses:,} of them.", NARROW)
    return Finding("fine", f"{text}.")


def _networks(entries: Iterable[str]) -> Iterator[Network]:
    """Give the networks that cover just what is listed, each address being one of its own."""
    fours, sixes = list[IPv4Network](), list[IPv6Network]()
    for network in map(_network, entries):
        if isinstance(network, IPv4Network):
            fours.append(network)
        elif network is not None:
            sixes.append(network)
    yield from collapse_addresses(fours)
    yield from collapse_addresses(sixes)


def _network(entry: str) -> Network | None:
    try:
        return ip_network(entry.strip(), strict=False)
    except ValueError:
        return None


def _counted(networks: Iterable[Network]) -> str:
    sizes = sum(one.num_addresses for one in networks)
    return f"{sizes:,} addresses" if sizes != 1 else "1 address"


def _unread(entries: Iterable[str]) -> str:
    unread = sum(_network(entry) is None for entry in entries)
    return "" if not unread else f" ({counted(unread, 'entry', 'entries')} of its list not understood)"
