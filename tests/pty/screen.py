"""What a terminal would show and how it is left: a small reader of the bytes a program sends.

It understands what Textual sends and notes everything else as strange: `strange` is the test that no
sequence from outside reaches the terminal.
"""

import re
import unicodedata
from codecs import getincrementaldecoder

_TOKEN = re.compile(
    r"\x1b\[(?P<csi>[0-?]*[ -/]*[@-~])"
    r"|\x1b(?P<half>\[[0-?]*[ -/]*)?\Z"
    r"|(?P<string>\x1b[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\|\Z))"
    r"|(?P<lone>\x1b.?)"
    r"|(?P<text>[^\x00-\x1f\x7f-\x9f]+)"
    r"|(?P<control>.)",
    re.DOTALL,
)
_MODE = re.compile(r"\?(\d+(?:;\d+)*)([hl])")
_PLACE = re.compile(r"(\d*)(?:;(\d*))?[Hf]")
_COLOURS = re.compile(r"[0-9;]*m")
POINTER = "\x1b]22;default\x07"
"""Textual's shape of the mouse pointer, the one string it sends."""
QUERIES = frozenset({"?2026$p", "?2048$p"})
MODES = frozenset({7, 25, 1000, 1003, 1004, 1006, 1015, 1016, 1049, 2004, 2026, 2048})
"""Line wrap, cursor, mouse, focus, other screen, paste, frames at once, resize in band."""
USUALLY_ON = frozenset({7, 25})
HIDING = frozenset({"Cf", "Co", "Cs", "Zl", "Zp"})
"""Bidi controls, zero-width characters and their like."""


class Screen:
    """The cells of a terminal, its modes, and whatever came that was not expected."""

    def __init__(self, width: int = 120, height: int = 36) -> None:
        self.width, self.height = width, height
        self.modes = {mode: mode in USUALLY_ON for mode in MODES}
        self.keyboards = 0
        """How many keyboard protocols are pushed."""
        self.strange: list[str] = []
        self.colours: set[str] = set()
        """All colour and attribute sequences seen."""
        self.frames = 0
        """Frames that were drawn whole, from the top left corner."""
        self._decode = getincrementaldecoder("utf-8")("replace").decode
        self._rest = ""
        self._row = self._column = 0
        self._clear()

    def resize(self, width: int, height: int) -> None:
        """Begin an empty screen of another size."""
        self.width, self.height = width, height
        self._clear()

    def feed(self, data: bytes) -> None:
        """Take what the program sent."""
        text, self._rest = self._rest + self._decode(data), ""
        for token in _TOKEN.finditer(text):
            kind = token.lastgroup
            if kind == "csi":
                self._control(token["csi"])
            elif kind == "text":
                self._write(token["text"])
            elif kind == "control":
                self._c0(token["control"])
            elif kind in {"string", "lone"}:
                if token[0] != POINTER:
                    self.strange.append(token[0])
            else:
                self._rest = token[0]

    def lines(self) -> list[str]:
        """Read the screen, line by line."""
        return ["".join(row).rstrip() for row in self._cells]

    def text(self) -> str:
        """Read the screen as one text."""
        return "\n".join(self.lines())

    def is_restored(self) -> bool:
        """Tell whether all modes are what a shell expects."""
        return not self.keyboards and all(on == (mode in USUALLY_ON) for mode, on in self.modes.items())

    def _clear(self) -> None:
        self._cells = [[" "] * self.width for _ in range(self.height)]

    def _control(self, sequence: str) -> None:
        if mode := _MODE.fullmatch(sequence):
            for number in map(int, mode[1].split(";")):
                self.modes[number] = mode[2] == "h"
                if number not in MODES:
                    self.strange.append(f"\x1b[{sequence}")
            if sequence == "?1049h":
                self._clear()
        elif _COLOURS.fullmatch(sequence):
            self.colours.add(sequence)
        elif place := _PLACE.fullmatch(sequence):
            self._row, self._column = int(place[1] or 1) - 1, int(place[2] or 1) - 1
            self.frames += self._row == self._column == 0
        elif re.fullmatch(r">\d+u", sequence):
            self.keyboards += 1
        elif sequence == "<u":
            self.keyboards -= 1
        elif sequence not in QUERIES:
            self.strange.append(f"\x1b[{sequence}")

    def _c0(self, sign: str) -> None:
        if sign == "\n":
            self._row += 1
        elif sign == "\r":
            self._column = 0
        else:
            self.strange.append(sign)

    def _write(self, text: str) -> None:
        for sign in text:
            if unicodedata.category(sign) in HIDING:
                self.strange.append(sign)
            if 0 <= self._row < self.height and 0 <= self._column < self.width:
                self._cells[self._row][self._column] = sign
            self._column += 2 if unicodedata.east_asian_width(sign) in "WF" else 1
