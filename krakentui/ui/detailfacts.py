"""What is believed of one order, as labelled facts in one or two columns."""

from collections.abc import Sequence
from typing import NamedTuple

from krakentui.model.order import Order
from krakentui.state.details import DetailsView
from krakentui.ui.fmt import UNKNOWN, age, number, percent, stamp, wait, whole_amount
from krakentui.ui.line import Line, Span, Tone, clip, pad
from krakentui.ui.mask import Mask
from krakentui.ui.ordertext import SOURCES, cost_text, distance_span, price_text, state_span

LABEL = 18
COLUMN = 50
"""Fewest cells of each of two columns of facts."""


class Fact(NamedTuple):
    """One thing that is known of the order."""

    label: str
    text: str
    tone: Tone = "text"


def fact_lines(view: DetailsView, width: int, mask: Mask) -> list[Line]:
    """Write the facts that are known, in two columns where there is room."""
    told = (*_terms(view, mask), *_times(view), *_marks(view, mask))
    facts = [fact for fact in told if fact.text]
    if width < 2 * COLUMN:
        return [_line((fact,), width) for fact in facts]
    half = -(-len(facts) // 2)
    return [_line(facts[at::half], width // 2) for at in range(half)]


def _terms(view: DetailsView, mask: Mask) -> list[Fact]:
    row, order, trigger = view.row, view.order, view.order.trigger
    state = Span(mask.sentence(row.trace), "muted") if row.trace else state_span(row)
    facts = [Fact("State", *state), Fact("Price", price_text(row))]
    if trigger is not None:
        kind = "" if trigger.price_type == "static" else f", {trigger.price_type}"
        facts.append(Fact("Trigger", f"{number(row.trigger, row.price_places)} on {trigger.reference}{kind}"))
        facts.append(Fact("Trigger state", trigger.status))
    away, tone = distance_span(row)
    facts.append(Fact("Away", away if away == UNKNOWN else f"{away} %", tone))
    facts += [
        Fact("Quantity", mask.amount(whole_amount(row.qty, row.qty_places))),
        Fact("Quantity in money", mask.money(order.cash_qty, row.quote)),
        Fact(
            "Filled",
            f"{mask.amount(whole_amount(row.filled, row.qty_places))} ({percent(row.filled_pct)})",
        ),
        Fact("Remaining", mask.amount(whole_amount(row.remaining, row.qty_places))),
        Fact("Average price", number(order.average, row.price_places) if order.average is not None else ""),
        Fact("Traded for", mask.money(order.cost, row.quote)),
        Fact("Fee", mask.money(order.fee, row.quote)),
        Fact("Worth", mask.money(row.value, row.quote)),
    ]
    return facts


def _times(view: DetailsView) -> list[Fact]:
    row, order = view.row, view.order
    facts = [
        Fact("Made", _dated(order.opened_ns, row.order_age_ns)),
        Fact("Last amend seen", _dated(order.amended_ns or None)),
        Fact(
            "Maybe amended",
            f"until {stamp(order.hidden_until_ns)}" if _is_doubtful(order) else "",
            "warn",
        ),
        Fact("Starts", _dated(order.starts_ns)),
        Fact("Expires", _dated(order.expires_ns)),
        Fact("Time in force", order.time_in_force or ""),
    ]
    if row.cost is not None:
        tone: Tone = "text" if row.cost.fits else "warn"
        facts.append(Fact("Cancel cost", cost_text(row, brief=False), tone))
        free_ns = row.cost.free_in_ns
        if free_ns:
            facts.append(Fact("Cancel is free", f"in {wait(free_ns)}"))
    elif not row.trace:
        facts.append(Fact("Cancel cost", "not known yet: details load", "muted"))
    return facts


def _is_doubtful(order: Order) -> bool:
    return order.counts_from_low_ns != order.counts_from_high_ns and order.hidden_until_ns > 0


def _marks(view: DetailsView, mask: Mask) -> list[Fact]:
    row, order = view.row, view.order
    flags = [
        word
        for word, is_so in (
            ("post only", order.post_only),
            ("reduce only", order.reduce_only),
            ("margin", order.margin),
            ("limits a loss", row.protective),
            ("amended", order.amended),
        )
        if is_so
    ]
    return [
        Fact("Marks", ", ".join(flags)),
        Fact("User reference", mask.name("" if order.userref is None else str(order.userref))),
        Fact("Client's order id", mask.name(order.cl_ord_id or "")),
        Fact("Reason", mask.sentence(order.reason or "")),
        Fact("Best source", f"{SOURCES[row.source]}, last word {age(row.age_ns)} ago"),
    ]


def _line(facts: Sequence[Fact], width: int) -> Line:
    spans: list[Span] = []
    for fact in facts:
        spans.append(Span(f"  {pad(fact.label, LABEL)}", "muted"))
        room = max(1, width - LABEL - 2)
        text = clip(fact.text, room)
        spans.append(Span(pad(text, room) if len(facts) > 1 else text, fact.tone))
    return Line(tuple(spans))


def _dated(wall_ns: int | None, age_ns: int | None = None) -> str:
    if wall_ns is None:
        return ""
    return stamp(wall_ns) if age_ns is None else f"{stamp(wall_ns)}, {age(age_ns)} ago"
