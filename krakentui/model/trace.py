"""Where a text quotes a known secret: whole or a good part of it, as it is or encoded.

Whoever quotes may cut, and may encode as JSON, an address or a form does, one inside the other. All of
these are looked for by undoing them: a text is searched as it stands and as what it decodes to, and each
find is reckoned back to where it stands in the text.
"""

import re
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from functools import cached_property
from typing import Final, NamedTuple, Self

PART = 12
"""So many characters in a row of a longer secret are as secret as all of it."""
_PIECE = 4
_STRIDE = PART - _PIECE + 1
"""A part this long covers a whole piece that begins at a multiple of this."""
_DEPTH = 3
"""Encodings within encodings that are undone."""

Span = tuple[int, int]

_ESCAPED = re.compile(r"(?:\\u[0-9a-fA-F]{4})+|(?:\\x[0-9a-fA-F]{2})+|\\[^\w\s]")
_ESCAPE = re.compile(r"\\(?:u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|.)", re.DOTALL)
_PERCENT = re.compile(r"(?:%[0-9a-fA-F]{2})+")


class Trace:
    """What is remembered of one secret to find it."""

    def __init__(self, text: str) -> None:
        """Look for this text."""
        self._text = _folded(text)
        self.is_long = len(text) >= PART

    @cached_property
    def pieces(self) -> dict[str, list[int]]:
        """Where each piece of a long secret stands in it."""
        found: dict[str, list[int]] = {}
        if self.is_long:
            for at in range(len(self._text) - _PIECE + 1):
                found.setdefault(self._text[at : at + _PIECE], []).append(at)
        return found

    def found_in(self, text: str) -> Iterator[Span]:
        """Tell where a folded text holds it, or a part of it."""
        return self._parts_in(text) if self.is_long else self._whole_in(text)

    def _whole_in(self, text: str) -> Iterator[Span]:
        width = len(self._text)
        at = text.find(self._text) if width else -1
        while at >= 0:
            yield at, at + width
            at = text.find(self._text, at + 1)

    def _parts_in(self, text: str) -> Iterator[Span]:
        done = 0
        for at in range(0, len(text) - _PIECE + 1, _STRIDE):
            if at < done:
                continue
            for place in self.pieces.get(text[at : at + _PIECE], ()):
                begin, end = self._widened(text, at, place)
                if end - begin >= PART:
                    yield begin, end
                    done = max(done, end - PART)

    def _widened(self, text: str, at: int, place: int) -> Span:
        """Tell how far text and secret agree around a piece that both hold."""
        own, end, right = self._text, at + _PIECE, place + _PIECE
        while at > 0 and place > 0 and text[at - 1] == own[place - 1]:
            at, place = at - 1, place - 1
        while end < len(text) and right < len(own) and text[end] == own[right]:
            end, right = end + 1, right + 1
        return at, end


def may_hold(text: str, pieces: Container[str]) -> bool:
    """Tell whether a folded text may hold a part of a secret of which all pieces are among these."""
    return any(text[at : at + _PIECE] in pieces for at in range(0, len(text) - _PIECE + 1, _STRIDE))


def hide(text: str, search: Callable[[str], Iterable[Span]], instead: str) -> str:
    """Return a text with something instead of all that a search finds in it, or in what it decodes to."""
    spans = sorted(span for view in _views(text) for span in view.spans(search))
    if not spans:
        return text
    whole = {at: one.span() for one in _ESCAPE.finditer(text) for at in range(one.start() + 1, one.end())}
    parts: list[str] = []
    done = 0
    for begin, end in spans:  # what was JSON stays JSON: no escape is split
        if begin >= done:
            parts += text[done : whole.get(begin, (begin,))[0]], instead
        done = max(done, whole.get(end, (end, end))[1])
    return "".join((*parts, text[done:]))


class _View(NamedTuple):
    """A text as it stands or decoded, and where each of its characters, and its end, stand in the former."""

    text: str
    places: Sequence[int]

    def spans(self, search: Callable[[str], Iterable[Span]]) -> Iterator[Span]:
        """Tell where the text as it stands holds what a search finds here."""
        for begin, end in search(_folded(self.text)):
            yield self.places[begin], self.places[end]

    def decoded(self, escape: re.Pattern[str], meaning: Callable[[str], Iterable[tuple[str, int]]]) -> Self:
        """Undo an encoding; `meaning` gives the characters of some escapes, and the width of each there."""
        parts: list[str] = []
        places: list[int] = []
        done = 0
        for found in escape.finditer(self.text):
            parts.append(self.text[done : found.start()])
            places += self.places[done : found.start()]
            done = found.start()
            for char, width in meaning(found[0]):
                parts.append(char)
                places.append(self.places[done])
                done += width
        parts.append(self.text[done:])
        return type(self)("".join(parts), [*places, *self.places[done:]])


def _views(text: str) -> Iterator[_View]:
    """Give a text as it stands and as all that it decodes to."""
    latest, seen = [_View(text, range(len(text) + 1))], {text}
    yield latest[0]
    for _ in range(_DEPTH):
        inner = []
        for view in latest:
            for sign, escape, meaning in _ENCODINGS:
                if sign in view.text and (decoded := view.decoded(escape, meaning)).text not in seen:
                    seen.add(decoded.text)
                    inner.append(decoded)
                    yield decoded
        latest = inner


def _folded(text: str) -> str:
    """Take a plus for the space that it is in a form."""
    return text.replace("+", " ")


def _backslashed(escape: str) -> Iterator[tuple[str, int]]:
    match escape[1]:
        case "u":
            units = bytes.fromhex(escape.replace("\\u", ""))
            for char in units.decode("utf-16-be", "surrogatepass"):
                yield char, 6 * (1 + (char > "\uffff"))
        case "x":
            yield from _of_bytes(bytes.fromhex(escape.replace("\\x", "")), 4)
        case char:
            yield char, 2


def _percented(escape: str) -> Iterator[tuple[str, int]]:
    return _of_bytes(bytes.fromhex(escape.replace("%", "")), 3)


def _of_bytes(data: bytes, width: int) -> Iterator[tuple[str, int]]:
    for char in data.decode("utf-8", "surrogateescape"):
        yield char, width * len(char.encode("utf-8", "surrogateescape"))


_ENCODINGS: Final = (("\\", _ESCAPED, _backslashed), ("%", _PERCENT, _percented))
