"""`krakentui limits plan`: the exchange's rate calculator. It needs no key and no network.

The exit code is that of `limits`: 10 when the counter may come to three quarters of its ceiling, 11 when
an act may not pass.
"""

import re
from collections.abc import Sequence

from krakentui.budget.calculator import BATCHES, BY_AGE, OPS, Act, Op, Pause, Reckoned, Row, Step, reckon
from krakentui.budget.gauges import WARM
from krakentui.budget.rules import TIERS
from krakentui.budget.words import amount, figure
from krakentui.commands.columns import columns
from krakentui.commands.lines import put, text_of
from krakentui.commands.parser import Given
from krakentui.commands.schema import Object, cost_interval
from krakentui.model.clock import MILLISECOND, SECOND
from krakentui.model.error import UsageError
from krakentui.model.limit import Tier, points
from krakentui.model.number import counted, points_text
from krakentui.model.symbol import wsname_symbol
from krakentui.state.filtertext import age_s

FINE, TIGHT, LIMITED = 0, 10, 11
EXAMPLE = "krakentui limits plan --tier pro add amend:7s cancel:36s"
MOST_STEPS, MOST_COUNT = 1_000, 1_000

_WORD = re.compile(r"(?P<op>[a-z]+(?:-[a-z]+)?)(?::(?P<age>[^x]*))?(?:x(?P<count>\d{1,9}))?")
_TIMES = re.compile(r"x(?P<count>\d{1,9})")


def run(given: Given) -> int:
    """Print what becomes of the acts."""
    if given.plan_tier is None:
        raise UsageError(f"`krakentui limits plan` needs --tier {', '.join(TIERS)}: as in `{EXAMPLE}`.")
    pair = wsname_symbol(given.pair.upper()) if given.pair and "/" in given.pair else given.pair
    steps = read(given.acts)
    reckoned = reckon(given.plan_tier, steps)
    if given.json:
        put(text_of(plan_object(given.plan_tier, pair, reckoned)))
    else:
        put(table(given.plan_tier, pair, reckoned))
    return exit_code(reckoned)


def exit_code(reckoned: Reckoned) -> int:
    """Tell whether everything passes, and with room to spare."""
    if reckoned.passes is not True:
        return LIMITED
    return TIGHT if reckoned.most >= reckoned.ceiling * WARM else FINE


# --- words ------------------------------------------------------------------------------------------


def read(words: Sequence[str]) -> tuple[Step, ...]:
    """Read the acts: `add`, `amend:7s`, `cancel:36sx25` or `cancel:36s x25`, and pauses like `+10s`.

    Raises:
        UsageError: a word makes no sense; the sentence says why.
    """
    steps: list[Step] = []
    for word in words:
        times = _TIMES.fullmatch(word)
        if times is not None:
            steps.append(_repeated(steps.pop() if steps else None, word, times["count"]))
        elif word.startswith("+"):
            steps.append(Pause(_span(word[1:], f"{word}: a pause is written like +10s")))
        else:
            steps.append(_act(word))
    if not steps:
        raise UsageError(f"No act is planned: write them as in `{EXAMPLE}`.")
    if len(steps) > MOST_STEPS:
        raise UsageError(f"These are {len(steps)} acts: at most {MOST_STEPS} are worked through.")
    for step in steps:
        _check_batch(step)
    return tuple(steps)


def _act(word: str) -> Act:
    found = _WORD.fullmatch(word)
    op = _op(found["op"] if found is not None else word.partition(":")[0], word)
    if found is None:
        raise UsageError(f"{word} makes no sense: an act is written like cancel, cancel:3s or cancel:3sx25.")
    if found["age"] is not None and op not in BY_AGE:
        raise UsageError(f"{word}: what is added has no age yet, so write {op} without one.")
    age = found["age"]
    return Act(
        op=op,
        count=1 if found["count"] is None else _count(word, found["count"]),
        age_ns=None if age is None else _span(age, f"{word}: an age is written like 3s, 5m or 2h"),
    )


def _op(name: str, word: str) -> Op:
    op = next((one for one in OPS if one == name), None)
    if op is None:
        raise UsageError(f"No act is called {name or word}: it is one of {', '.join(OPS)}.")
    return op


def _repeated(step: Step | None, word: str, count: str) -> Act:
    if not isinstance(step, Act) or step.count != 1:
        raise UsageError(f"{word} has nothing to repeat: it comes after an act, as in `add {word}`.")
    return Act(op=step.op, count=_count(word, count), age_ns=step.age_ns)


def _count(word: str, text: str) -> int:
    count = int(text)
    if not 1 <= count <= MOST_COUNT:
        raise UsageError(f"{word}: acts are counted from x1 to x{MOST_COUNT}.")
    return count


def _span(text: str, else_: str) -> int:
    seconds = age_s(text)
    if seconds is None:
        raise UsageError(f"{else_}.")
    return seconds * SECOND


def _check_batch(step: Step) -> None:
    if isinstance(step, Act) and step.op in BATCHES:
        least, most = BATCHES[step.op]
        if not least <= step.count <= most:
            raise UsageError(
                f"{step.op} of {step.count}: one batch takes {least} to {most} orders,"
                f" written like {step.op}x{most}."
            )


# --- what is printed --------------------------------------------------------------------------------


def table(tier: Tier, pair: str | None, reckoned: Reckoned) -> str:
    """Lay it out for people."""
    rules = TIERS[tier]
    drain = points_text(rules.engine_decay, up=False)
    does = "drains" if drain == "1" else "drain"
    whose = "The trading limit of one pair" if pair is None else f"The trading limit of {pair}"
    rows = [("ACT", "COSTS", "COUNTER", "PASSES"), *map(_row, reckoned.rows)]
    used = amount(reckoned.used.low, reckoned.used.high)
    cost = amount(reckoned.cost.low, reckoned.cost.high)
    free, zero = _spans(reckoned.free_in_ns), _spans(reckoned.zero_in_ns)
    return "\n".join(
        [
            f"{whose}, tier {tier}: {rules.engine_max} points, of which {drain} {does} a second.",
            "",
            *columns(rows),
            "",
            f"Together {counted(cost, 'point')}; {_verdict(reckoned)}.",
            f"The counter ends at {used} of {figure(reckoned.ceiling)}; one more act fits {free}.",
            f"It is at zero {zero}.",
        ]
    )


def _row(row: Row) -> tuple[str, str, str, str]:
    used = amount(row.used.low, row.used.high)
    if isinstance(row.step, Pause):
        return f"pause of {_seconds(row.step.span_ns)}", "", used, ""
    return _name(row.step), amount(row.cost.low, row.cost.high), used, _passes(row, row.step)


def _name(act: Act) -> str:
    times = "" if act.count == 1 else f" x{act.count}"
    if act.op not in BY_AGE:
        return f"{act.op}{times}"
    age = "at any age" if act.age_ns is None else f"at {_seconds(act.age_ns)}"
    return f"{act.op}{times} {age}"


def _passes(row: Row, act: Act) -> str:
    least, most = row.passes
    if act.op == "batch-cancel":
        return "yes"
    if row.requests == 1:
        return "yes" if least else "perhaps" if most else "no"
    if least == row.requests:
        return "all"
    return f"{most} of {row.requests}" if least == most else f"{least} to {most} of {row.requests}"


def _verdict(reckoned: Reckoned) -> str:
    if reckoned.passes is None:
        return "not everything surely passes"
    if not reckoned.passes:
        return "not everything passes"
    over = reckoned.most > reckoned.ceiling
    return "everything passes, the batch over the ceiling too" if over else "everything passes"


def _spans(span_ns: tuple[int, int]) -> str:
    best, sure = span_ns
    if not sure:
        return "now"
    least, most = _seconds(best, up=False), _seconds(sure)
    if not best:
        return f"in {most} at most"
    return f"in {most}" if least == most else f"in {least.removesuffix(' s')} to {most}"


def _seconds(span_ns: int, *, up: bool = True) -> str:
    """Write seconds to the tenth, rounded outward."""
    tenth = 100 * MILLISECOND
    tenths = -(-span_ns // tenth) if up else span_ns // tenth
    whole, rest = divmod(tenths, 10)
    return f"{whole}.{rest} s" if rest else f"{whole} s"


def plan_object(tier: Tier, pair: str | None, reckoned: Reckoned) -> Object:
    """Build the object of `limits plan --json`."""
    rules = TIERS[tier]
    return {
        "v": 1,
        "tier": tier,
        "pair": pair,
        "max": str(rules.engine_max),
        "decay": points_text(rules.engine_decay, up=False, places=4),
        "acts": [_row_object(row) for row in reckoned.rows],
        "cost": cost_interval(points(reckoned.cost.low), points(reckoned.cost.high)),
        "used": cost_interval(points(reckoned.used.low), points(reckoned.used.high)),
        "passes": reckoned.passes,
        "free_in": _span_object(reckoned.free_in_ns),
        "zero_in": _span_object(reckoned.zero_in_ns),
        "exit": exit_code(reckoned),
    }


def _row_object(row: Row) -> Object:
    act = row.step if isinstance(row.step, Act) else None
    return {
        "op": "pause" if act is None else act.op,
        "age": None if act is None or act.age_ns is None else act.age_ns // SECOND,
        "count": 0 if act is None else act.count,
        "at": row.at_ns // SECOND,
        "cost": cost_interval(points(row.cost.low), points(row.cost.high)),
        "used": cost_interval(points(row.used.low), points(row.used.high)),
        "requests": row.requests,
        "passes": {"low": row.passes[0], "high": row.passes[1]},
    }


def _span_object(span_ns: tuple[int, int]) -> Object:
    best, sure = span_ns
    return {"low": best // MILLISECOND / 1000, "high": -(-sure // MILLISECOND) / 1000}
