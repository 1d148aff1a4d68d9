"""The lines of a recording, as text and as JSON, and what no recording may hold."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from krakentui.simulator.mirror.recording import BadRecording, Connection, Frame

YEAR_US = 366 * 86_400 * 1_000_000
_NAMES = r"token|otp|password|secret|signature|api[_-]?sign|api[_-]?key|api[_-]?secret"
SECRET = re.compile(
    rf'"({_NAMES})"\s*:\s*"(?!redacted"|")|(?:^|[&?\s])({_NAMES})=(?!redacted)[^&\s]', re.IGNORECASE
)
Line = tuple[int, str]
"""A line with its number in the file."""


def lines_of(content: bytes) -> Iterator[Line]:
    """Give the lines that are not empty.

    Raises:
        BadRecording: one is no text.
    """
    for number, line in enumerate(content.split(b"\n"), start=1):
        try:
            text = line.decode().strip()
        except UnicodeDecodeError:
            raise BadRecording(f"line {number} is not text in UTF-8") from None
        if text:
            yield number, text


def objects_of(lines: Sequence[Line]) -> Iterator[tuple[int, str, dict[str, Any]]]:
    """Give the lines with the JSON object of each; the last one may have been cut off and is left out then.

    Raises:
        BadRecording: one is no JSON object.
    """
    for place, (number, text) in enumerate(lines):
        document = json_of(text)
        if isinstance(document, dict):
            yield number, text, document
        elif place == 0 or place < len(lines) - 1:
            raise BadRecording(f"line {number} is no JSON object")


def json_of(text: str) -> object:
    """Read JSON; None where it is none."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def check(number: int, text: str) -> None:
    """Pass if a mirror may tell a text, and can.

    Raises:
        BadRecording: it holds a secret, or what cannot be sent.
    """
    found = SECRET.search(text)
    if found is not None:
        raise BadRecording(f"line {number} holds a secret ({(found[1] or found[2]).lower()})")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise BadRecording(f"line {number} holds what is no text") from None


def rising(instants: Iterable[int]) -> Iterator[int]:
    """Let time stand where it would go back, and pass no longer than a year at once."""
    before = 0
    for instant in instants:
        before = min(max(instant, before), before + YEAR_US)
        yield before


def connections_of(surface: str, frames: Iterable[Frame]) -> Iterator[Connection]:
    """Divide the frames of a side into its connections: each begins with a greeting."""
    part: list[Frame] = []
    for frame in frames:
        if part and frame.strand is None and '"connection_id"' in frame.text:
            yield _from_zero(surface, part)
            part = []
        part.append(frame)
    if part:
        yield _from_zero(surface, part)


def _from_zero(surface: str, frames: Sequence[Frame]) -> Connection:
    start_us = frames[0].at_us
    told = tuple(replace(frame, at_us=frame.at_us - start_us) for frame in frames)
    return Connection(surface, told, start_us)
