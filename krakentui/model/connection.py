"""Sockets that open and end: what the exchange counts on a connection begins and ends with it."""

from krakentui.model.event import FeedRole, Happening


class SocketOpened(Happening, frozen=True, kw_only=True):
    """A socket is open; `connection` is the number of the attempt that opened it."""

    feed: FeedRole
    connection: int


class SocketEnded(Happening, frozen=True, kw_only=True):
    """A socket is gone, and with it whatever the exchange counted on it."""

    feed: FeedRole
    connection: int
