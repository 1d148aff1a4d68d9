"""What a lockout stops, and what goes on meanwhile.

The exchange wants fifteen minutes without private calls (support article on API limits, 2026-08). We keep
off REST and open no private socket; one that is open stays, and takes cancels.
"""


def meanwhile(*, socket_open: bool) -> str:
    """Say what works and what waits until a lockout is over."""
    if socket_open:
        return "Prices and orders stay live, cancels go over the open socket; polls and reconnects wait."
    return "Prices go on. Orders and balances stand still, and no cancel can be sent."
