"""One order in full, written out: what it is, who said what of it, what traded, what was sent."""

from collections.abc import Iterable

from krakentui.model.amend import Amend
from krakentui.model.clock import SECOND
from krakentui.model.number import counted
from krakentui.model.order import Fill
from krakentui.state.details import AmendsView, DetailsView, SentObject
from krakentui.state.dossier import Seen
from krakentui.ui.detailfacts import fact_lines
from krakentui.ui.fmt import age, interval, number, stamp
from krakentui.ui.line import Line, Span, Tone, clip, hung, keyed, line, pad, span_width, spread, wrapped
from krakentui.ui.mask import Mask, digits
from krakentui.ui.ordertext import SHORT_ID, SHORTER_TYPES, SOURCES

AMENDS = "Amends"
_SOURCE = 13
SOON_NS = SECOND
"""What the exchange dates so little before it was heard needs no second date."""


def detail_lines(view: DetailsView, width: int, *, private: bool) -> tuple[Line, ...]:
    """Write everything, section by section."""
    mask = Mask(hides=private)
    teller = _Teller(view, width, mask)
    return (
        *teller.title(),
        *_section("Order", fact_lines(view, width, mask)),
        *_section("What was seen, by whom", teller.timeline()),
        *_section("Fills", teller.fills()),
        *_section(AMENDS, teller.amends()),
        *(part for sent in view.sent for part in _section(_heading(sent), teller.sent(sent))),
    )


def _heading(sent: SentObject) -> str:
    return f"Every field {'the stream' if sent.source == 'stream' else 'REST'} sent, the last word of each"


def _section(title: str, lines: Iterable[Line]) -> list[Line]:
    return [Line(), line(Span(title, "head")), *lines]


class _Teller:
    """Writes the sections of one view."""

    def __init__(self, view: DetailsView, width: int, mask: Mask) -> None:
        self._view = view
        self._width = width
        self._mask = mask

    def title(self) -> list[Line]:
        """Name the order and the keys."""
        row = self._view.row
        name = self._mask.name(row.id)
        what = _what(row.side, row.type, row.pair)
        (keys,) = keyed((("a", "amends"), ("Esc", "close")), self._width)
        room = self._width - span_width(keys.spans) - 3
        if room - len(what) < SHORT_ID and row.type is not None:
            what = _what(row.side, SHORTER_TYPES.get(row.type, row.type), row.pair)
        left = (Span(clip(name, max(SHORT_ID, room - len(what))), "strong"), Span(f"  {what}"))
        return [Line(spread(left, keys.spans, self._width))]

    # --- what happened ------------------------------------------------------------------------

    def timeline(self) -> list[Line]:
        """Write what was seen from which source, oldest first."""
        lost = self._view.timeline_lost
        lines = [line(Span(f"  {lost} earlier entries are not kept", "muted"))] if lost else []
        return [*lines, *(part for seen in self._view.timeline for part in self._entry(seen))]

    def _entry(self, seen: Seen) -> list[Line]:
        lead = f"  {stamp(seen.wall_ns)}  {pad(SOURCES[seen.witness], _SOURCE)} "
        text = self._mask.sentence(seen.what)
        if seen.count > 1:
            text += f", {seen.count} times, last {stamp(seen.last_wall_ns)}"
        elif seen.said_ns is not None and abs(seen.wall_ns - seen.said_ns) > SOON_NS:
            text += f" (dated {stamp(seen.said_ns)})"
        tone: Tone = "key" if seen.witness == "ours" else "text"
        return self._told(lead, text, tone)

    def _told(self, lead: str, text: str, tone: Tone = "text") -> list[Line]:
        """Write a text behind its lead, broken where it is too long: nothing here is cut."""
        return hung((Span(lead, "muted"),), text, self._width, tone)

    def fills(self) -> list[Line]:
        """Write the executions, those of before this run marked."""
        fills, lost = self._view.fills, self._view.fills_lost
        lines = [line(Span(f"  {lost} earlier fills are not kept", "muted"))] if lost else []
        if not fills:
            return [line(Span("  none that the stream has told since this run began", "muted"))]
        return [*lines, *(part for fill in fills for part in self._fill(fill))]

    def _fill(self, fill: Fill) -> list[Line]:
        row = self._view.row
        parts = [
            f"{self._mask.amount(digits(fill.qty))} @ {number(fill.price, row.price_places)}",
            f"cost {self._mask.money(fill.cost, row.quote)}" if fill.cost is not None else "",
            *(f"fee {self._mask.amount(digits(qty))} {asset}" for asset, qty in fill.fees),
            {True: "maker", False: "taker", None: ""}[fill.maker],
            "before this run" if fill.is_history else "",
            self._mask.name(fill.exec_id),
        ]
        return self._told(f"  {stamp(fill.exchange_ns)}  ", "  ".join(part for part in parts if part))

    def amends(self) -> list[Line]:
        """Write how the order was changed, or what asking for that costs."""
        told = self._view.amends
        rows = [part for amend in told.amends for part in self._amend(amend)]
        tone: Tone = "warn" if told.state == "failed" else "muted"
        return [*rows, *wrapped(_amends_words(told), self._width, tone, lead="  ")]

    def _amend(self, amend: Amend) -> list[Line]:
        places = self._view.row.price_places
        parts = [
            amend.kind,
            f"quantity {self._mask.amount(digits(amend.qty))}" if amend.qty is not None else "",
            f"remaining {self._mask.amount(digits(amend.remaining))}" if amend.remaining is not None else "",
            f"price {number(amend.limit_price, places)}" if amend.limit_price is not None else "",
            f"trigger {number(amend.trigger_price, places)}" if amend.trigger_price is not None else "",
            "post only" if amend.post_only else "",
            amend.reason or "",
        ]
        return self._told(f"  {stamp(amend.said_ns)}  ", "  ".join(part for part in parts if part))

    def sent(self, sent: SentObject) -> list[Line]:
        """Write all fields of one source, name by name."""
        names = min(32, max((len(field.name) for field in sent.fields), default=0))
        lines: list[Line] = []
        for field in sent.fields:
            text = self._mask.sent(field.name, field.text)
            lead = f"  {pad(field.name, names)}  "
            first, *more = hung((Span(lead, "muted"),), text or "(empty)", self._width - 6, "text")
            lines += [Line(spread(first.spans, (Span(age(field.age_ns), "faint"),), self._width)), *more]
        return lines


def _what(*parts: str | None) -> str:
    return " ".join(part for part in parts if part) or "details loading"


def _amends_words(told: AmendsView) -> str:
    cost = interval(told.cost_low, told.cost_high)
    used, ceiling = interval(told.used_high, told.used_high), interval(told.ceiling, told.ceiling)
    price = f"{counted(cost, 'point')} of the key's REST counter"
    now = f"at most {used} of {ceiling} used now"
    match told.state:
        case "asking":
            return "Asking the exchange (OrderAmends)."
        case "failed" if not told.may_ask:
            return told.why
        case "failed":
            return f"{told.why.rstrip('.')}: a asks again, for {price} ({now})."
        case "told":
            never = "It was never changed, as" if [one.kind for one in told.amends] == ["original"] else "As"
            return f"{never} the exchange said {age(told.age_ns)} ago; a asks again, for {price} ({now})."
    return f"a asks the exchange how it was changed (OrderAmends), for {price} ({now})."
