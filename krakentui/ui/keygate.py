"""The gate in front of the keys: a broken escape sequence is not typing.

Over a slow line an arrow key (`ESC [ A`) can reach us in pieces, and its last piece is the letter that
cancels everything. So after `escape`, `^`, `[` or `]` printable keys are dropped until 250 ms of quiet;
each dropped key starts the quiet anew. The same after bytes that are no text and after `alt` with a
key, which is how `ESC O` without its letter reads.
"""

from krakentui.model.clock import MILLISECOND

QUIET_NS = 250 * MILLISECOND
OPENERS = frozenset(
    {
        "escape",
        "shift+escape",
        "^",
        "[",
        "]",
        "circumflex_accent",
        "left_square_bracket",
        "right_square_bracket",
        "replacement_character",
    }
)


class KeyGate:
    """Decides which keys are meant. Pure: the time comes with the key."""

    def __init__(self) -> None:
        """Start open."""
        self._shut_ns: int | None = None

    def admits(self, key: str, t_ns: int, *, printable: bool) -> bool:
        """Tell whether this key passes, and remember it."""
        quiet = self._shut_ns is None or t_ns - self._shut_ns >= QUIET_NS
        if _opens(key):
            self._shut_ns = t_ns
            return quiet or not printable
        if quiet:
            self._shut_ns = None
            return True
        if printable:
            self._shut_ns = t_ns
            return False
        return True


def _opens(key: str) -> bool:
    """Tell whether this may be the head of a broken sequence, C1 controls included."""
    return key in OPENERS or key.startswith("alt+") or "\x80" <= key <= "\x9f"
