"""The gate in front of the keys: a broken escape sequence is not typing.

Over a slow line an arrow key (`ESC [ A`) can reach us in pieces, and its last piece is the letter that
cancels everything. So after `escape`, `^`, `[` or `]` printable keys are dropped until 250 ms of quiet;
each dropped key starts the quiet anew. The same after bytes that are no text and after `alt` with a
key, which is how `ESC O` without its letter reads. What a person may well have typed right after `escape`
is said to be lost.
"""

from krakentui.model.clock import MILLISECOND
from krakentui.ui.actions import ACTIONS, SHOWN_KEYS

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
BOUND = frozenset(key for action in ACTIONS for key in action.keys.split(","))


class KeyGate:
    """Decides which keys are meant. Pure: the time comes with the key."""

    def __init__(self) -> None:
        """Start open."""
        self._shut_ns: int | None = None
        self._pieces: list[str] = []
        """What has shut the gate and was dropped since; `escape` pressed again counts once."""

    def admits(self, key: str, t_ns: int, *, printable: bool) -> bool:
        """Tell whether this key passes, and remember it."""
        quiet = self._shut_ns is None or t_ns - self._shut_ns >= QUIET_NS
        if quiet:
            self._pieces = []
        if _opens(key):
            self._shut_ns = t_ns
            self._pieces += [key] if key != "escape" or self._pieces != ["escape"] else []
            return quiet or not printable
        if quiet:
            self._shut_ns = None
            return True
        if printable:
            self._shut_ns = t_ns
            self._pieces.append(key)
            return False
        return True

    def shut(self, t_ns: int) -> None:
        """Let no printable key through before some quiet: what this key opens is not there yet."""
        self._shut_ns, self._pieces = t_ns, []

    def lost(self, key: str) -> str:
        """Say that this key was dropped, where `escape` and it are all that came; empty = nothing is said.

        Of the pieces of a broken arrow nobody is told: they were not typed, and must not be typed now.
        """
        if self._pieces != ["escape", key] or key not in BOUND:
            return ""
        name = SHOWN_KEYS.get(key, key)
        return f"{name} was not taken so soon after Esc: press it again."


def _opens(key: str) -> bool:
    """Tell whether this may be the head of a broken sequence, C1 controls included."""
    return key in OPENERS or key.startswith("alt+") or "\x80" <= key <= "\x9f"
