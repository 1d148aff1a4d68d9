"""What a lockout stops, and what goes on meanwhile.

The exchange wants fifteen minutes without private calls (support article on API limits, 2026-08). We keep
off REST and open no private socket; one that is open stays, and takes cancels.
"""


def meanwhile(*, socket_open: bool, cancels: bool, other: str = "") -> str:
    """Say what works and what waits until a lockout is over.

    Args:
        socket_open: The private websocket is open.
        cancels: This session may cancel at all.
        other: The name of another key, which cancels.
    """
    if other and cancels:
        orders = "Prices and orders stay live" if socket_open else "Prices go on"
        return f"{orders}, cancels go with the key {other}; polls and reconnects wait."
    if socket_open:
        sent = ", cancels go over the open socket" if cancels else ""
        return f"Prices and orders stay live{sent}; polls and reconnects wait."
    if cancels:
        return "Prices go on. Orders and balances stand still, and no cancel can be sent."
    return "Prices go on. Orders and balances stand still."


def meanwhile_without_second(*, socket_open: bool) -> str:
    """Say what works while the key that cancels is locked out; `socket_open` = its own socket is."""
    sent = "go over its open socket" if socket_open else "cannot be sent with it"
    return f"Reading goes on with the other key; cancels {sent}."
