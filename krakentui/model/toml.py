"""A TOML file read so that whatever is wrong with it can be told with file and line.

Settings and the list of key profiles are such files: people write them by hand, and a sentence that
names the line saves them the search.
"""

import json
import re
import tomllib
from collections.abc import Sequence
from pathlib import Path

from krakentui.model.error import UsageError
from krakentui.model.text import clean

_AT = re.compile(
    r"(?P<why>.+?) \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)", re.DOTALL
)
_HEADER = re.compile(r"\s*\[\s*([^\[\]]+?)\s*\]")
_SETTING = re.compile(r"\s*([^=#]+?)\s*=")


def read_tables(data: bytes, path: Path) -> tuple[dict[str, object], str]:
    """Read the bytes of a file; give its tables and its text. `path` is for the sentences.

    Raises:
        UsageError: the bytes are no UTF-8 or no TOML.
    """
    text = _text(data, path)
    try:
        return tomllib.loads(text), text
    except tomllib.TOMLDecodeError as error:
        raise UsageError(_sentence(error, text, path)) from None
    except RecursionError:
        raise UsageError(f"{path}:1:1: nested too deeply to be a file of ours.") from None


def place(text: str, name: str, path: Path) -> str:
    """Tell file and line of a setting or table (`table.key`), as editors and compilers write it."""
    table, _, key = name.rpartition(".")
    inside = ""
    for number, line in enumerate(text.splitlines(), 1):
        if header := _HEADER.match(line):
            inside = header[1].replace('"', "").replace("'", "")
            if inside == name:
                return f"{path}:{number}"
        words = _SETTING.match(line)
        spelled = words[1].replace('"', "").replace("'", "") if words else None
        if spelled == name or (spelled == key and inside == table):
            return f"{path}:{number}"
    return str(path)


def write_value(value: object) -> str:
    """Write a text, a number, true or false, or a list of them, as TOML.

    Its basic strings are those of JSON but for DEL.
    """
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Sequence):
        return f"[{', '.join(map(write_value, value))}]"
    return str(value)


def _text(data: bytes, path: Path) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        line, column = before.count(b"\n") + 1, error.start - (before.rfind(b"\n") + 1) + 1
        raise UsageError(f"{path}:{line}:{column}: not UTF-8 text.") from None


def _sentence(error: tomllib.TOMLDecodeError, text: str, path: Path) -> str:
    found = _AT.fullmatch(str(error))
    if found is None or found["line"] is None:
        lines = text.splitlines() or [""]
        line, column, why = len(lines), len(lines[-1]) + 1, found["why"] if found else str(error)
    else:
        line, column, why = int(found["line"]), int(found["column"]), found["why"]
    return f"{path}:{line}:{column}: {clean(why[:1].lower() + why[1:])}."
