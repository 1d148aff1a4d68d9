"""The guard of a question: an answer counts only after the question could be read.

Type-ahead, key repeat and pasted text arrive within milliseconds of the question; so does whatever was
typed while the terminal showed nothing. A key that comes too early is dropped and starts the wait anew.
"""

from krakentui.model.clock import MILLISECOND

WAIT_NS = 150 * MILLISECOND


class AnswerGuard:
    """Tells whether a key is an answer. Pure: the time comes with each call."""

    def __init__(self) -> None:
        """Start shut: nothing is painted yet."""
        self._since_ns: int | None = None

    def painted(self, t_ns: int) -> None:
        """The question is on the screen since now."""
        self._since_ns = t_ns

    def covered(self) -> None:
        """The question cannot be seen any more."""
        self._since_ns = None

    def is_open(self, t_ns: int) -> bool:
        """Tell whether a key pressed now would count."""
        return self._since_ns is not None and t_ns - self._since_ns >= WAIT_NS

    def admits(self, t_ns: int) -> bool:
        """Tell whether this key counts; one that does not makes the next wait."""
        if self.is_open(t_ns):
            return True
        if self._since_ns is not None:
            self._since_ns = t_ns
        return False
