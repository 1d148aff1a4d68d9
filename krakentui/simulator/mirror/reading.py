"""Reading a recording: a file that `krakentui --record` wrote, or bare frames, one a line.

Bare frames are those of one side of the exchange, public or private, as they came. Beside `NAME.jsonl`
there may be `NAME.recv-us.txt` with each line's receive time, in microseconds since the first; without it
a frame comes every millisecond. A new greeting is a new connection. What looks like a secret is refused:
a recording has none, and a mirror shows everybody on this machine what it holds.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from krakentui.simulator.instants import parse_iso
from krakentui.simulator.mirror.frame import frame_of
from krakentui.simulator.mirror.lines import (
    Line,
    check,
    connections_of,
    json_of,
    lines_of,
    objects_of,
    rising,
)
from krakentui.simulator.mirror.passages import FIRST_US, LAST_US, recorded
from krakentui.simulator.mirror.recording import PRIVATE, BadRecording, Frame, Recording

SIZE_MAX = 256 << 20
STEP_US = 1_000
"""Between two frames whose times were not recorded."""


def load(path: Path) -> Recording:
    """Read a file.

    Raises:
        BadRecording: it cannot be read, or it is no recording.
    """
    try:
        if not path.is_file():
            raise BadRecording("there is no such file")
        if path.stat().st_size > SIZE_MAX:
            raise BadRecording(f"it is larger than {SIZE_MAX >> 20} MB")
        content = path.read_bytes()
        beside = path.with_name(f"{path.name.removesuffix('.jsonl')}.recv-us.txt")
        times = beside.read_bytes() if beside.is_file() else None
    except OSError as error:
        raise BadRecording(f"it cannot be read ({error.strerror})") from None
    except ValueError:
        raise BadRecording("its name makes no sense") from None
    return read(content, times, path.name)


def read(content: bytes, times: bytes | None = None, name: str = "") -> Recording:
    """Read what a file holds.

    Args:
        content: the file.
        times: for bare frames, each line's receive time in microseconds, one a line.
        name: what to call it.

    Raises:
        BadRecording: it is no recording.
    """
    lines = [*lines_of(content)]
    if not lines:
        raise BadRecording("it is empty")
    _, _, head = next(objects_of(lines[:1]))
    if "recording" in head:
        return recorded(head, lines[1:], name)
    if head.get("kind") == "world":
        raise BadRecording("it is a log of the simulated exchange, which --replay runs again")
    return _bare(lines, times, name)


def _bare(lines: Sequence[Line], times: bytes | None, name: str) -> Recording:
    count = len(lines)
    instants = range(0, count * STEP_US, STEP_US) if times is None else _times(times, count)
    frames: list[Frame] = []
    for number, text, document in objects_of(lines):
        if "params" in document:
            raise BadRecording(f"line {number} is a request of a client, no frame of the exchange")
        if not document.keys() & {"channel", "method", "error"}:
            raise BadRecording(f"line {number} is no frame of the exchange: it names no channel or method")
        check(number, text)
        frames.append(frame_of(instants[len(frames)], text, document))
    start_us = next(_told(frames), None)
    return Recording(tuple(connections_of(_side(frames), frames)), (), start_us, name)


def _times(content: bytes, count: int) -> list[int]:
    words = content.split()
    if len(words) != count:
        raise BadRecording(f"its file of receive times has {len(words)} lines for {count} frames")
    if not all(word.isdigit() and len(word) <= 18 for word in words):
        raise BadRecording("its file of receive times is no list of microseconds")
    return [*rising(int(word) for word in words)]


def _side(frames: Iterable[Frame]) -> str:
    channels = {frame.strand[0] for frame in frames if frame.strand is not None}
    if channels & PRIVATE:
        if channels - PRIVATE:
            raise BadRecording("it mixes public and private frames: each side has a file of its own")
        return "private"
    return "public"


def _told(frames: Iterable[Frame]) -> Iterator[int]:
    """Give the instants that frames tell, each as that of the first frame."""
    for frame in frames:
        document = json_of(frame.text)
        data = document.get("data") if isinstance(document, dict) else None
        row = data[0] if isinstance(data, list) and data else document
        text = row.get("timestamp", row.get("time_in")) if isinstance(row, dict) else None
        try:
            instant = parse_iso(str(text)) - frame.at_us
        except ValueError:
            continue
        if FIRST_US <= instant < LAST_US:
            yield instant
