"""What `krakentui limits calibrate` says, and the small report that it writes: without ids and amounts."""

import os
from collections.abc import Sequence
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

from krakentui import __version__
from krakentui.budget.findings import Finding, findings
from krakentui.budget.readings import expected
from krakentui.budget.trial import Side, Trial, Word
from krakentui.budget.words import figure
from krakentui.commands.columns import columns
from krakentui.model.clock import SECOND
from krakentui.model.number import points_text

INTRODUCTION = """\
Calibration of the trading counter: what the exchange counts, and where it tells.
This program only watches. You place and cancel, with another program or on the web page.

The pair that you named has to be quiet: no order, amend or cancel there for a minute, by anybody.
Far from the market:
  1. place two small limit orders 0.2 s apart, A1 and A2 (by hand: as fast as you can)
  2. cancel A1, 3 s after it was placed
  3. amend A2, 8 s after A1 was placed: its quantity or its price
  4. when this program says so, about 20 s after A1 was placed, cancel A2
If you can, place one more order on another pair at once with A1: it shows whether the counter is by pair.
Ctrl-C ends it with what is known by then.
"""
_SIDES: dict[Side, str] = {"old": "old websocket", "new": "new websocket"}
_CARRIED = {
    "text": "as text",
    "integer": "as a whole number",
    "decimal": "as a number",
    "senseless": "no figure",
}


def next_step(trial: Trial) -> str:
    """Say what the user does next; empty = nothing, the trial is over."""
    if not trial.has("A1", "pending", "open"):
        return "Place A1, and A2 0.2 s later."
    if not trial.has("A2", "pending", "open"):
        return "A1 is there. Place A2 at once."
    if trial.is_over("A1") and trial.is_over("A2"):
        return ""
    if not trial.is_over("A1"):
        return "A1 and A2 are there. Cancel A1, 3 s after it was placed."
    if not trial.has("A2", "amended"):
        return "A1 is gone. Amend A2, 8 s after A1 was placed."
    if not trial.has("A2", "snapshot"):
        return "A2 is amended. Wait: the old websocket is opened anew, to see what its snapshot carries."
    return "The snapshot is there. Cancel A2, about 20 s after A1 was placed."


def said(word: Word, start_ns: int) -> str:
    """Say what one websocket told, as it comes in."""
    at = f"+{max(0, word.t_ns - start_ns) / SECOND:.2f} s"
    what = f"{at:>9}  {word.order} {word.act:<8}  {_SIDES[word.side]}: "
    if word.written == "senseless":
        return f"{what}{word.figure} {_CARRIED['senseless']}"
    if word.units is None:
        return f"{what}no counter"
    how = "" if word.written is None else f" {_CARRIED[word.written]}"
    return f"{what}{word.figure or figure(word.units)}{how}"


def conclusion(found: Sequence[Finding]) -> str:
    """Write what was found, the settled points first."""
    lines = [f"  {one.text}" for one in sorted(found, key=lambda one: not one.settled)]
    settled = sum(one.settled for one in found)
    return "\n".join([f"Settled: {settled} of {len(found)} open points.", *lines])


def report(trial: Trial, *, venue: str, tier: str, decay: Fraction | None, wall_ns: int) -> str:
    """Write the report."""
    ceilings = (
        ", ".join(f"{_SIDES[side]} {ceiling}" for side, ceiling in trial.ceilings.items()) or "not told"
    )
    drain = "unknown" if decay is None else f"{points_text(decay, up=False)} points/s"
    lines = [
        "krakentui calibration report, redacted v1: no ids, no amounts, no names of accounts or keys",
        f"program: {__version__}, exchange: {venue}, {_day(wall_ns)}",
        f"tier: {tier}, drain: {drain}, ceilings: {ceilings}",
        f"pairs: {', '.join(trial.pairs) or 'none'}",
        "",
        *_table(trial, decay),
        "",
        conclusion(findings(trial, decay)),
    ]
    return "\n".join(lines) + "\n"


def save(text: str, folder: Path, wall_ns: int) -> Path:
    """Write the report into this folder, for its owner alone.

    Raises:
        OSError: it cannot be written.
    """
    stamp = datetime.fromtimestamp(wall_ns // SECOND, UTC).strftime("%Y%m%d-%H%M%S")
    path = folder / f"calibration-{stamp}.txt"
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def _table(trial: Trial, decay: Fraction | None) -> list[str]:
    """Lay out every act: what each websocket told, and what the documents, read plainly, make it."""
    events = trial.events()
    if not events:
        return ["No order of the trial was seen."]
    plain: dict[int, Fraction] = {}
    if decay is not None:
        for pair in trial.pairs:
            places = [index for index, event in enumerate(events) if event.pair == pair]
            plain |= dict(zip(places, expected([events[index] for index in places], decay), strict=True))
    rows = [("ACT", "SECONDS", "OLD WEBSOCKET", "NEW WEBSOCKET", "EXPECTED")]
    for index, event in enumerate(events):
        rows.append(
            (
                f"{event.order} {event.act}",
                f"{(event.at_ns - events[0].at_ns) / SECOND:.3f}",
                _cell([one for one in event.words if one.side == "old"]),
                _cell([one for one in event.words if one.side == "new"]),
                points_text(plain[index], up=False) if index in plain else "?",
            )
        )
    return columns(rows)


def _cell(words: Sequence[Word]) -> str:
    if not words:
        return "not told"
    word = words[0]
    if word.units is None:
        return "no counter" if word.written != "senseless" else f"{word.figure} (no figure)"
    return word.figure or figure(word.units)


def _day(wall_ns: int) -> str:
    return datetime.fromtimestamp(wall_ns // SECOND, UTC).strftime("%Y-%m-%d %H:%M UTC")
