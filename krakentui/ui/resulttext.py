"""What came of cancels in words: counts, a row for each order, and below it whose doing it was."""

from collections import Counter
from collections.abc import Sequence

from krakentui.state.groups import NAME, Mass
from krakentui.state.results import ResultRow, ResultState, ResultsView
from krakentui.ui.fmt import HIDDEN, UNKNOWN, whole_amount, without_figures
from krakentui.ui.line import TIED, Line, Span, Tone, line, wrapped
from krakentui.ui.ordertext import SHORT_ID, SHORT_TYPES, with_trigger
from krakentui.ui.table import Column, arrange, compose, heading, natural_widths

STATES: dict[ResultState, tuple[str, Tone]] = {
    "cancelled": ("cancelled", "good"),
    "filled": ("filled first", "warn"),
    "gone": ("already gone", "muted"),
    "refused": ("refused", "bad"),
    "not_sent": ("not sent", "bad"),
    "unknown": ("unknown", "bad"),
    "asking": ("unknown, asked", "bad"),
    "closing": ("still closing", "warn"),
    "taken": ("taken, not ended", "warn"),
    "sent": ("sent", "warn"),
    "waits": ("waits its turn", "warn"),
    "planned": ("waits until free", "muted"),
}
"""In words, in the order of the counts."""
COLUMNS = (
    Column("Result", 9, right=False),
    Column("Pair", 8, right=False),
    Column("Side", 7, right=False),
    Column("Price", 4),
    Column("Filled", 6),
    Column("Of", 3),
    Column("Type", 2, right=False),
    Column("Order", 5, right=False),
)
NEEDED = frozenset({"Price", "Filled", "Order"})
"""Columns for which ids are cut short."""
INDENT = "  "
ALONG = "it was open when the cancel of everything came"


def result_lines(views: Sequence[ResultsView], width: int, *, private: bool) -> tuple[Line, ...]:
    """Write all groups, the newest first."""
    lines: list[Line] = []
    for view in views:
        lines += [*([Line()] if lines else []), *_group(view, width, private=private)]
    return (*lines,)


def result_keys(views: Sequence[ResultsView], width: int) -> tuple[Line, ...]:
    """Write what closes the panel, and that nothing ends with it."""
    keys = "Esc closes it, R shows it again."
    if not all(view.settled for view in views):
        keys = f"It goes on without this panel: {keys}"
    return (*wrapped(keys, width, "muted"),)


def _group(view: ResultsView, width: int, *, private: bool) -> list[Line]:
    many = "1 cancel" if len(view.rows) == 1 else f"{len(view.rows)} cancels"
    title = f"{NAME.capitalize()}: {len(view.rows)} orders known" if view.mass is not None else many
    state = "settled" if view.settled else "not settled yet"
    lines = [line(Span(title, "strong"), Span(f"  {state}", "good" if view.settled else "warn"))]
    lines += wrapped(_counts(view.rows), width, "text")
    if view.mass is not None:
        lines += _mass(view.mass, width, private=private)
    return [*lines, *_table(view.rows, width, private=private)] if view.rows else lines


def _counts(rows: Sequence[ResultRow]) -> str:
    counts = Counter(row.state for row in rows)
    told = [f"{counts[state]} {word}" for state, (word, _) in STATES.items() if counts[state]]
    return " · ".join(text.replace(" ", TIED) for text in told)


def _mass(mass: Mass, width: int, *, private: bool) -> list[Line]:
    """Say how the mass cancel itself stands."""
    if mass.verdict:
        tone: Tone = "text" if mass.outcome == "cancelled" else "bad"
        return wrapped(without_figures(mass.verdict) if private else mass.verdict, width, tone)
    count = "" if mass.count is None else f" and counts {HIDDEN if private else mass.count}"
    said = {
        "asked": "It waits for its turn.",
        "sent": "It is sent, not answered yet.",
        "taken": f"The exchange took it{count}{', still closing' if mass.pending else ''}.",
        "unknown": f"Not answered: {mass.why.rstrip('.')}. Its orders are watched and asked for.",
    }
    return wrapped(said.get(mass.phase, ""), width, "warn")


def _table(rows: Sequence[ResultRow], width: int, *, private: bool) -> list[Line]:
    """Write a row for each order, its id cut short where the line is."""
    for short in (False, True):
        cells = [_cells(row, short=short, private=private) for row in rows]
        layout = arrange(COLUMNS, natural_widths(COLUMNS, cells), width)
        if {COLUMNS[index].title for index in layout.shown} >= NEEDED:
            break
    lines = [heading(COLUMNS, layout)]
    for row, cell in zip(rows, cells, strict=True):
        lines.append(compose(COLUMNS, layout, cell))
        why = row.why.rstrip(".") or (ALONG if row.along else "")
        if why:
            text = without_figures(why) if private else why
            lines += wrapped(text, width, "muted", lead=INDENT)
    return lines


def _cells(row: ResultRow, *, short: bool, private: bool) -> Sequence[Span]:
    word, tone = STATES[row.state]
    name = f"{row.id[: SHORT_ID - 1]}…" if short and len(row.id) > SHORT_ID else row.id
    filled = whole_amount(row.filled, row.qty_places) if row.filled else ""
    size = whole_amount(row.qty, row.qty_places)
    return (
        Span(word, tone),
        Span(row.pair or UNKNOWN),
        Span(row.side or UNKNOWN, "good" if row.side == "buy" else "bad"),
        Span(with_trigger(row, brief=short)),
        Span(HIDDEN if private and filled else filled, "strong"),
        Span(HIDDEN if private else size, "muted"),
        Span(SHORT_TYPES.get(row.type, row.type) if row.type else UNKNOWN, "muted"),
        Span(HIDDEN if private else name, "muted"),
    )
