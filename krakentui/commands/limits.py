"""`krakentui limits`: how much of every limit is left, as a table or as one JSON object.

The exit code is for scripts: 10 when a counter may be at three quarters, 11 when nothing more fits, the
exchange asked for a pause or the key is locked out. A band that is wide only because nobody watched
before our start does not count.
"""

from fractions import Fraction

from krakentui.budget.gauges import Gauge
from krakentui.budget.words import signed
from krakentui.commands import guard, limits_calibrate, limits_plan, running
from krakentui.commands.choose import settings_for
from krakentui.commands.columns import columns
from krakentui.commands.complete import PATIENCE_S, missing, why_missing
from krakentui.commands.lines import put, text_of
from krakentui.commands.parser import Given
from krakentui.commands.schema import limits_object
from krakentui.engine.face import Face
from krakentui.model.clock import SECOND
from krakentui.model.limit import units
from krakentui.model.number import points_text
from krakentui.settings import Settings
from krakentui.state.drift import AuditView, DriftRow
from krakentui.state.view import BudgetView

FINE, COULD_NOT, TIGHT, LIMITED = 0, 1, 10, 11
_COUNTED = frozenset({"rest", "engine"})
_TIGHT = Fraction(3, 4)
NOTHING = "-"


def run(given: Given) -> int:
    """Print the limits as they are once the session knows them, or do what else is asked of them."""
    if given.task == "plan":
        return limits_plan.run(given)
    if given.task == "calibrate":
        return limits_calibrate.run(given)
    return running.run_loop(_limits(given, settings_for(given)))


async def _limits(given: Given, settings: Settings) -> int:
    async with running.opened(settings, "limits") as face:
        if settings.credentials is not None and face.status(face.clock.mono_ns()).key is None:
            return COULD_NOT  # what holds the key does not answer: that was said
        await running.until(face, PATIENCE_S, settings.speed, lambda t_ns: not missing(face, t_ns))
        return report(face, as_json=given.json)


def report(face: Face, *, as_json: bool) -> int:
    """Print the limits and give the exit code."""
    t_ns = face.clock.mono_ns()
    budget = face.budget(t_ns)
    put(text_of(limits_object(face, t_ns)) if as_json else table(budget))
    code = exit_code(budget)
    if (sentence := why(budget)) is not None:
        guard.say(sentence)
    absent = missing(face, t_ns)
    if absent and code == FINE:
        guard.say(why_missing(face, absent))
        return COULD_NOT
    return code


def exit_code(budget: BudgetView) -> int:
    """Tell whether the budget is fine, tight or used up."""
    if budget.lockouts or any(_is_limited(row) for row in budget.gauges):
        return LIMITED
    return TIGHT if any(_is_tight(row) for row in budget.gauges) else FINE


def _is_limited(row: Gauge) -> bool:
    if row.warning in {"paused", "locked"}:  # the exchange said until when it wants no call
        return True
    return row.name in _COUNTED and _used(row) >= row.max


def _is_tight(row: Gauge) -> bool:
    return row.name in _COUNTED and _used(row) >= row.max * _TIGHT


def _used(row: Gauge) -> Fraction:
    """Tell what may be used of a limit, without what may have been spent before the start."""
    if row.known_high is not None:
        return max(row.low, min(row.high, row.known_high))
    return row.low if row.from_start else row.high


def why(budget: BudgetView) -> str | None:
    """Say what the exit code is for, as a sentence; None = all is fine or a lockout says it."""
    limited = [row for row in budget.gauges if _is_limited(row)]
    for row in limited or [row for row in budget.gauges if _is_tight(row)]:
        if row.warning in {"paused", "locked"}:
            return f"{row.label}: the exchange takes no call for now."
        used, most = points_text(_used(row), up=True), points_text(row.max, up=False)
        how = "At a limit" if limited else "Tight"
        return f"{how}: {row.label}, up to {used} of {most} used, without what came before all starts."
    return None


def table(budget: BudgetView) -> str:
    """Lay the limits out for people: name, used, by others, ceiling, drain, when the next call fits."""
    rows = [("LIMIT", "USED", "BY OTHERS", "OF", "DRAINS", "NEXT FITS")]
    rows += [_row(gauge) for gauge in budget.gauges]
    lines = columns(rows)
    lines += [
        f"Locked out for {_wait(lock.until_in_ns)}: {lock.reason} {lock.meanwhile}".rstrip()
        for lock in budget.lockouts
    ]
    return "\n".join([*lines, "", budget.headline, *_tier(budget), *audited(budget.audit)])


def audited(audit: AuditView) -> list[str]:
    """Write what the audit says, where it is on, then how each figure of the exchange stood to our count."""
    lines = [] if audit.state == "off" else ["", audit.text]
    if not audit.drifts:
        return lines
    rows = [("PAIR", "TOLD", "BY", "OUR COUNT", "OFF BY", "WORST", "SAMPLES", "AGREE")]
    rows += [_drift(row) for row in audit.drifts]
    return [*(lines or [""]), *columns(rows)]


def _drift(row: DriftRow) -> tuple[str, str, str, str, str, str, str, str]:
    told, count = points_text(row.told, up=True), _interval(row.low, row.high)
    off, worst = signed(units(row.drift)), signed(units(row.worst))
    return row.pair, told, row.source, count, off, worst, str(row.samples), str(row.agreeing)


def _tier(budget: BudgetView) -> list[str]:
    """Say which tier the figures are those of; without a key there is none."""
    keyed = any(row.name == "rest" for row in budget.gauges)
    return [f"Tier {budget.tier}: {budget.tier_source}."] if keyed else []


def _row(row: Gauge) -> tuple[str, str, str, str, str, str]:
    others = _interval(row.others_low, row.others_high) if row.others_high else NOTHING
    used, most = _interval(row.low, row.high), points_text(row.max, up=False)
    return row.label, used, others, most, _drains(row), _fits(row)


def _drains(row: Gauge) -> str:
    """Write the drain; an attempt to connect counts for ten minutes, an order as long as it is open."""
    if row.name == "connections":
        return "in 10 min"
    return f"{points_text(row.decay, up=False)} a second" if row.decay else NOTHING


def _interval(low: Fraction, high: Fraction) -> str:
    least, most = points_text(low, up=False), points_text(high, up=True)
    return least if least == most else f"{least} to {most}"


def _fits(row: Gauge) -> str:
    if row.free_in_ns is None:
        return "not by waiting"
    return "now" if row.free_in_ns <= 0 else f"in {_wait(row.free_in_ns)}"


def _wait(duration_ns: int) -> str:
    seconds = -(-duration_ns // SECOND)
    return f"{seconds} s" if seconds < 120 else f"{-(-seconds // 60)} min"
