"""What the exchange counts by the address we come from: shared by all sessions of one program."""

from krakentui.net.backoff import ConnectBudget, EdgePause


class Address:
    """The socket attempts of this program, and the silence that the edge asked it for."""

    def __init__(self) -> None:
        """Begin with none."""
        self.connects = ConnectBudget()
        self.edge = EdgePause()
