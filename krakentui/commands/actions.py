"""`krakentui actions`: what was done to orders, by whom and how it ended; and whether the log is whole."""

import os
from collections import deque

from krakentui.commands import guard
from krakentui.commands.lines import put
from krakentui.commands.parser import Given
from krakentui.engine.actionfile import FILE, Verdict, verify
from krakentui.model.action import Entry, written
from krakentui.model.error import KrakentuiError
from krakentui.model.number import counted
from krakentui.model.text import clean
from krakentui.settings import state_folder

DAMAGED = 1
_ACTS = {
    "cancel": "cancel",
    "cancel_all": "cancel of everything",
    "dead_man": "dead man's switch",
    "log": "action log",
}
_DONE = {
    "asked": "asked",
    "sent": "sent",
    "answered": "answered",
    "unanswered": "no answer",
    "not_sent": "not sent",
    "broken": "broken",
}


def run(given: Given) -> int:
    """Print the log and verify it; 1 where a line was changed, is missing or was cut off."""
    folder = state_folder(os.environ)
    count, wrong = 0, 0
    lines: deque[str] = deque(maxlen=given.last)
    try:
        for one in verify(folder):
            if isinstance(one, Verdict):
                wrong += 1
                guard.say(_complaint(one))
            else:
                count += 1
                lines.append(written(one)[0].decode() if given.json else line_of(one))
    except FileNotFoundError:
        if not given.json:
            put(f"Nothing was done yet: there is no {folder / FILE}; the demo writes none.")
        return 0
    except OSError as error:
        raise KrakentuiError(
            f"The action log {folder / FILE} cannot be read: {error.strerror or error}."
        ) from None
    for line in lines:
        put(line)
    if not given.json:
        entries = counted(count, "entry", "entries")
        put(f"Verified: {entries}, none missing, none changed." if not wrong else f"Read: {entries}.")
    return DAMAGED if wrong else 0


def line_of(entry: Entry) -> str:
    """Write one entry for a person."""
    act = _ACTS[entry.act]
    step = entry.outcome if entry.step == "outcome" else _DONE[entry.step]
    words = [entry.at, entry.program, f"{entry.venue}/{entry.account}", entry.key, act]
    words += [word for word in (entry.order, entry.pair) if word]
    cost = _cost(entry)
    said = "; ".join(part for part in (entry.what, entry.answer, cost) if part)
    return clean(f"{'  '.join(words)}  {step}{': ' if said else ''}{said}", 600)


def _cost(entry: Entry) -> str:
    if entry.cost_low is None or entry.cost_high is None:
        return ""
    same = entry.cost_low == entry.cost_high
    cost = entry.cost_low if same else f"{entry.cost_low} to {entry.cost_high}"
    return f"{'predicted' if entry.step == 'asked' else 'cost'} {counted(cost, 'point')}"


def _complaint(verdict: Verdict) -> str:
    where = "The action log" if verdict.line is None else f"Line {verdict.line} of the action log"
    return f"{where}: {verdict.why}." if verdict.line is None else f"{where} {verdict.why}."
