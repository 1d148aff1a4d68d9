"""What a lockout stops, and what goes on meanwhile.

The exchange wants fifteen minutes without private calls (support article on API limits, 2026-08). We keep
off REST and open no private socket; one that is open stays, and takes cancels.
"""


def meanwhile(*, socket_open: bool, cancels: bool) -> str:
    """Say what works and what waits until a lockout is over.

    Args:
        socket_open: The private websocket is open.
        cancels: This session may cancel at all.
    """
    if socket_open:
        sent = ", cancels go over the open socket" if cancels else ""
        return f"Prices and orders stay live{sent}; polls and reconnects wait."
    if cancels:
        return "Prices go on. Orders and balances stand still, and no cancel can be sent."
    return "Prices go on. Orders and balances stand still."
