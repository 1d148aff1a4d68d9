"""The counters of one key on disk: written as they change, read at the next start, never believed too far.

Written before every private REST call leaves, so that a program that is killed has not spent more than
the file says; no secret is in it. What is read counts by these rules; whatever they leave out is unknown,
and unknown means that the counter may stand at its ceiling:

- the file is whole (it carries its own checksum), of this version, of this key and of this exchange;
- it does not come from the future, by either clock: a clock that was set back proves nothing;
- it was written since the machine started. Of steady times of one start the difference surely passed.
  Where the system does not name its starts, at least that much did, and perhaps more: the low ends are zero;
- no nonce was used since: whoever used one has spent more than the file says;
- a simulated exchange may be a new one at an old address: the low ends are zero.

A silence that the exchange asked for is kept longest: across a start of the machine by the wall clock, and
where no clock is to be trusted, whole.
"""

import contextlib
import hashlib
from pathlib import Path
from typing import Literal

from msgspec import DecodeError, Struct, json, structs

from krakentui.budget.rules import LOCKOUT_NS
from krakentui.engine.wholefile import read_own, replace
from krakentui.model.clock import SECOND, Boot
from krakentui.model.figures import BudgetFigures, Ends, MeterFigures, Silence, flaw

VERSION = 1
MOST_BYTES = 4_000_000
FUTURE_NS = 2 * SECOND
"""By so much a wall clock may be set back without anything following from it."""
_HEAD = b"krakentui counters "
_WORST = "so the worst is assumed"


class Kept(Struct, frozen=True, kw_only=True):
    """What the file says."""

    key: str
    """Fingerprint."""
    venue: str
    """REST base of the exchange."""
    boot: Boot
    speed: float
    wall_ns: int
    nonce: int
    """The last one that was used."""
    figures: BudgetFigures


class Now(Struct, frozen=True, kw_only=True):
    """What this start is: everything that the file is held against."""

    key: str
    venue: str
    simulated: bool
    boot: Boot
    speed: float
    wall_ns: int
    t_ns: int
    nonce: int
    """The last one that any program of ours used with the key."""


class Recalled(Struct, frozen=True, kw_only=True):
    """What an earlier run left behind."""

    figures: BudgetFigures | None = None
    silences: tuple[Silence, ...] = ()
    """All that holds where there are no figures."""
    unseen: bool = False
    """Calls were made that the figures do not know."""
    problem: str | None = None
    """Why the worst is assumed, as a sentence; None = nothing is wrong."""


class Unkept(Exception):
    """There is no file that could be believed; the text is a sentence, empty where nothing is wrong."""


def path_of(folder: Path, key: str) -> Path:
    """Tell where the counters of a key are kept."""
    return folder / f"{key}.counters"


def write(path: Path, kept: Kept) -> None:
    """Replace the file.

    Raises:
        OSError: it cannot be written; no older file is left that would say too little.
    """
    body = json.encode(kept)
    try:
        replace(path, b"%s%d %s\n%s" % (_HEAD, VERSION, _sum(body), body))
    except OSError:
        forget(path)
        raise


def forget(path: Path) -> None:
    """Remove the file, as far as that is possible."""
    for one in (path, path.with_name(path.name + ".new")):
        with contextlib.suppress(OSError):
            one.unlink(missing_ok=True)


def read(path: Path) -> Kept:
    """Read the file.

    Raises:
        Unkept: it is not there, or cannot be believed.
    """
    try:
        data = read_own(path, MOST_BYTES)
    except FileNotFoundError:
        raise Unkept("") from None
    except OSError as error:
        raise Unkept(f"The counters in {path} cannot be read ({error.strerror}), {_WORST}.") from None
    head, _, body = data.partition(b"\n")
    version = head.removeprefix(_HEAD).partition(b" ")[0]
    if head.startswith(_HEAD) and version.isdigit() and version != b"%d" % VERSION:
        raise Unkept(f"The counters in {path} were written by another version, {_WORST}.")
    try:
        if head != b"%s%d %s" % (_HEAD, VERSION, _sum(body)):
            raise Unkept(f"The counters in {path} are damaged, {_WORST}.")
        kept = json.decode(body, type=Kept)
    except (DecodeError, RecursionError):
        raise Unkept(f"The counters in {path} are damaged, {_WORST}.") from None
    wrong = flaw(kept.figures)
    if wrong is not None:
        raise Unkept(f"The counters in {path} cannot be right ({wrong}), {_WORST}.")
    return kept


def recall(path: Path, now: Now) -> Recalled:
    """Tell what is still certain of what an earlier run left behind."""
    try:
        kept = read(path)
    except Unkept as unkept:
        return Recalled(problem=str(unkept) or None)
    if kept.key != now.key:
        return Recalled(problem=f"The counters in {path} belong to another key, {_WORST}.")
    if kept.venue != now.venue:
        return Recalled()
    figures, since = kept.figures, _since(kept, now)
    if since == "future":
        problem = f"The counters in {path} come from the future: a clock was set back, {_WORST}."
        return Recalled(silences=_silences(figures, now.t_ns - figures.t_ns, now.t_ns), problem=problem)
    if since == "unknown":
        shift_ns = now.t_ns - figures.t_ns - (now.wall_ns - kept.wall_ns)
        return Recalled(silences=_silences(figures, shift_ns, now.t_ns))
    if now.simulated or not now.boot.start:
        figures = _without_low_ends(figures)
    return Recalled(figures=figures, unseen=now.nonce > kept.nonce)


def _since(kept: Kept, now: Now) -> Literal["certain", "unknown", "future"]:
    """Tell how certain it is what time passed since the file was written."""
    if kept.boot != now.boot or kept.speed != now.speed:
        same = False
    else:
        same = bool(now.boot.start) or kept.figures.t_ns <= now.t_ns
    if kept.speed == now.speed == 1.0 and kept.wall_ns > now.wall_ns + FUTURE_NS:
        return "future"  # a sped-up clock shows a wall time of its own
    if not same:
        return "unknown"
    return "future" if kept.figures.t_ns > now.t_ns else "certain"


def _sum(body: bytes) -> bytes:
    return hashlib.sha256(body).hexdigest().encode()


def _silences(figures: BudgetFigures, shift_ns: int, t_ns: int) -> tuple[Silence, ...]:
    """Move the silences to our steady time; none lasts longer than the exchange asks for at most."""
    moved = (structs.replace(one, until_ns=one.until_ns + shift_ns) for one in figures.silences)
    return tuple(
        structs.replace(one, until_ns=min(one.until_ns, t_ns + LOCKOUT_NS))
        for one in moved
        if one.until_ns > t_ns
    )


def _without_low_ends(figures: BudgetFigures) -> BudgetFigures:
    return structs.replace(
        figures,
        rest=_lowered(figures.rest),
        elsewhere=_lowered(figures.elsewhere),
        engine={pair: _lowered(meter) for pair, meter in figures.engine.items()},
    )


def _lowered(meter: MeterFigures) -> MeterFigures:
    def down(ends: Ends) -> Ends:
        return structs.replace(ends, low=0)

    air = tuple(structs.replace(one, low=0) for one in meter.air)
    return structs.replace(
        meter, counter=down(meter.counter), known=down(meter.known), others=down(meter.others), air=air
    )
