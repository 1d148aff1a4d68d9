"""The keys of a user as a table, and everything about the chosen one as lines."""

from collections.abc import Sequence

from krakentui.model.account import LEVEL_WORDS, Level
from krakentui.state.keyring import Checked, KeyRow, KeysView
from krakentui.ui.fmt import HIDDEN, UNKNOWN, interval, time_of_day, wait
from krakentui.ui.line import Line, Span, Tone, line, wrapped
from krakentui.ui.table import Column
from krakentui.ui.widgets.rows import Group, LiveRows

LEVEL_TONES: dict[Level, Tone] = {
    "red": "bad",
    "missing": "warn",
    "amber": "warn",
    "note": "muted",
    "fine": "good",
}
WORD = 9
NONE_YET = "There are no keys yet: `krakentui keys add` stores one."
OVERTAKEN = (
    "Another program uses this key: its nonces overtake ours, so no private call of ours over REST passes. "
    "Give each program a key of its own, or press t to take this one over, which locks the other program out."
)
_SHOWN = 4


class KeysTable(LiveRows[KeysView, KeyRow]):
    """One row a key."""

    title = "API keys"
    has_cursor = True
    columns = (
        Column("Key", 10, right=False),
        Column("Account", 9, right=False),
        Column("", 8, right=False),
        Column("Checked", 7, right=False),
        Column("For", 6, right=False),
        Column("From", 4, right=False),
        Column("Fingerprint", 5, right=False),
    )

    def groups_of(self, view: KeysView) -> Sequence[Group[KeyRow]]:
        """Give the keys in their order."""
        return (Group([(row.name, row) for row in view.rows]),)

    def cells_of(self, row: KeyRow) -> Sequence[Span]:
        """Write one key."""
        return (
            Span(row.name, "strong"),
            Span(row.account),
            _standing(row),
            _checked(row.checked),
            Span(row.purpose or UNKNOWN),
            Span(row.source, "muted"),
            Span(masked(row.fingerprint, private=self.private), "muted"),
        )

    def empty_lines(self, view: KeysView | None, width: int) -> Sequence[Line]:  # noqa: ARG002 - as declared
        """Say how to get one."""
        return wrapped(NONE_YET, width, "muted")


def masked(fingerprint: str, *, private: bool) -> str:
    """Write the ends of a fingerprint: enough to tell keys apart, too little to look one up."""
    if not fingerprint:
        return UNKNOWN
    return HIDDEN if private else f"{fingerprint[:_SHOWN]}…{fingerprint[-_SHOWN:]}"


def key_lines(view: KeysView, chosen: str | None, width: int, *, private: bool) -> tuple[Line, ...]:
    """Write what is under way, and all about the chosen key."""
    lines: list[Line] = []
    if view.busy:
        lines += wrapped(view.busy, width, "accent")
    if view.trouble:
        lines += wrapped(view.trouble, width, "warn")
    row = next((one for one in view.rows if one.name == chosen), None)
    if row is None:
        return tuple(lines)
    print_ = masked(row.fingerprint, private=private)
    for_ = f", for {row.purpose}" if row.purpose else ""
    for_ += f", cancels with {row.canceller}" if row.canceller else ""
    head = f"of account {row.account}{for_}; fingerprint {print_}, from {row.source}."
    lines += wrapped(f"{row.name} {head}", width, "text")
    if row.cancels:
        used = next((one.name for one in view.rows if one.in_use), "in use")
        lines += wrapped(f"It sends the cancels of this session; {used} reads and polls.", width, "text")
    if row.refused:
        lines += wrapped(row.refused, width, "bad")
    if row.overtaken:
        lines += wrapped(OVERTAKEN, width, "bad")
    if row.barrier:
        lines += wrapped(row.barrier, width, "warn")
    if row.checked is None:
        lines += wrapped(_unchecked(row), width, "muted")
    else:
        lines += _findings(row.checked, width)
    return tuple(lines)


def price_of_check(view: KeysView, *, brief: bool) -> Span:
    """Say what a check costs, and when it fits."""
    cost, used = interval(view.cost, view.cost), interval(view.used_low, view.used_high)
    told = f" check: {cost} {'' if brief else 'REST '}point{'' if view.cost == 1 else 's'}"
    if view.fits_in_ns is None or view.fits_in_ns > 0:
        when = "never" if view.fits_in_ns is None else f"in {wait(view.fits_in_ns)}"
        return Span(f"{told}, {'' if brief else 'fits '}{when}", "warn")
    return Span(told if brief else f"{told}, {used} of {interval(view.ceiling, view.ceiling)} used", "muted")


def _standing(row: KeyRow) -> Span:
    if row.overtaken:
        return Span("overtaken", "bad")
    if row.in_use:
        return Span("in use", "good")
    if row.cancels:
        return Span("refused", "bad") if row.refused else Span("cancels", "good")
    if row.barrier:
        return Span("at a start only", "warn")
    return Span("default" if row.is_default else "", "muted")


def _checked(checked: Checked | None) -> Span:
    """Write when it was checked, and the worst that was found."""
    if checked is None:
        return Span("not in this run", "muted")
    worst = checked.findings[0].level if checked.findings else "fine"
    return Span(f"{time_of_day(checked.wall_ns)} {LEVEL_WORDS[worst]}", LEVEL_TONES[worst])


def _unchecked(row: KeyRow) -> str:
    if row.in_use or row.cancels:
        return "The exchange has not told yet what it may do."
    return "The exchange tells what it may do as soon as it is in use."


def _findings(checked: Checked, width: int) -> list[Line]:
    lines = [line(Span(f"Checked at {time_of_day(checked.wall_ns)} UTC", "head"))]
    if checked.refused:
        lines += wrapped(checked.refused, width, "bad")
    for one in checked.findings:
        text = f"{one.text} {one.advice}".rstrip()
        first, *others = wrapped(text, width - WORD, "text")
        word = Span(LEVEL_WORDS[one.level].ljust(WORD), LEVEL_TONES[one.level])
        lines.append(Line((word, *first.spans)))
        lines += [Line((Span(" " * WORD), *more.spans)) for more in others]
    return lines
