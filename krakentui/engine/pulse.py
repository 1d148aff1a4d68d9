"""Tells how REST is doing: up with an answer, down with the reason, one event for each change."""

from collections.abc import Callable

from krakentui.model.event import FeedChanged, FeedHeard, FeedState, Happening


class Pulse:
    """The health of REST, public and private calls together."""

    def __init__(self, tell: Callable[[Happening], None]) -> None:
        """Start with nothing known."""
        self._tell = tell
        self._state: FeedState | None = None
        self._why = ""

    def heard(self) -> None:
        """Note an answer of the exchange, whatever it said."""
        if self._state != "live":
            self._state, self._why = "live", ""
            self._tell(FeedChanged(feed="rest", state="live"))
        self._tell(FeedHeard(feed="rest"))

    def failed(self, why: str, retry_ns: int | None = None) -> None:
        """Note that no answer came, and why."""
        if (self._state, self._why) != ("down", why):
            self._state, self._why = "down", why
            self._tell(FeedChanged(feed="rest", state="down", why=why, retry_ns=retry_ns))
