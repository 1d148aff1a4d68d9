"""The rows of one kind of history, and what stands above and below them."""

from collections.abc import Callable, Sequence
from decimal import Decimal

from krakentui.budget.acts import ASKED
from krakentui.model.history import (
    FeesTold,
    HistoryKind,
    LedgerEntry,
    Past,
    PastTrade,
    fee_asset_of,
    instant_of,
    quote_of,
)
from krakentui.model.number import counted
from krakentui.model.order import OrderPatch
from krakentui.state.past import HistoryView, Places
from krakentui.ui.fmt import HIDDEN, UNKNOWN, interval, moment, number, signed, wait, whole_amount
from krakentui.ui.line import Line, Span, Tone, hung, line, spread, wrapped
from krakentui.ui.table import Column, arrange, compose, grown, heading, natural_widths
from krakentui.ui.widgets.panel import Panel

TITLES: dict[HistoryKind, str] = {"orders": "Closed orders", "trades": "Trades", "ledger": "Ledger"}
KINDS: tuple[HistoryKind, ...] = ("orders", "trades", "ledger")
COLUMNS: dict[HistoryKind, tuple[Column, ...]] = {
    "orders": (
        Column("Closed (UTC)", 9, right=False),
        Column("Pair", 10, right=False),
        Column("Side", 8, right=False),
        Column("Type", 5, right=False),
        Column("Price", 6),
        Column("Filled", 7),
        Column("Average", 4),
        Column("Fee", 2),
        Column("How it ended", 9, right=False),
        Column("Order", 3, right=False),
    ),
    "trades": (
        Column("Time (UTC)", 9, right=False),
        Column("Pair", 10, right=False),
        Column("Side", 9, right=False),
        Column("Price", 8),
        Column("Quantity", 7),
        Column("Worth", 6),
        Column("Fee", 5),
        Column("As", 3, right=False),
        Column("Trade", 2, right=False),
        Column("Order", 1, right=False),
    ),
    "ledger": (
        Column("Time (UTC)", 9, right=False),
        Column("Type", 8, right=False),
        Column("Asset", 10, right=False),
        Column("Amount", 9),
        Column("Fee", 5),
        Column("Balance", 7),
        Column("Entry", 2, right=False),
        Column("Reference", 1, right=False),
    ),
}
ENDED = {"canceled": "cancelled"}
MONEY_PLACES, LEDGER_PLACES, FEE_PLACES = 2, 10, 4
SHORT = Places(8, 8)
"""Places of a pair that nobody has described."""
FOOT = 1


class HistoryTable(Panel[HistoryView]):
    """Shows rows; keys scroll them."""

    title = "history"

    def __init__(self) -> None:
        super().__init__()
        self._top = 0
        self._words: tuple[str, ...] = ()
        self._widths: tuple[int, ...] = ()

    def show(self, view: HistoryView) -> None:
        """Take a view; another kind begins at its top, with widths of its own."""
        if self._view is not None and self._view.kind != view.kind:
            self._top, self._widths = 0, ()
        super().show(view)

    def narrow(self, words: tuple[str, ...]) -> None:
        """Show only rows in which each of these words is found."""
        if words != self._words:
            self._words, self._top = words, 0
            self.redraw()

    @property
    def rows(self) -> tuple[Past, ...]:
        """The rows that fit the filter."""
        view = self._view
        if view is None:
            return ()
        return tuple(row for row in view.rows if _fits(row, self._words))

    def draw_lines(self, width: int, height: int) -> Sequence[Line]:
        """Draw tabs, what the next page costs, the head, and the rows in sight."""
        view = self._view
        if view is None or height < 5:
            return ()
        rows = self.rows
        top = [_tabs(view, len(rows), bool(self._words), width), *_cost(view, width)]
        if view.fees is not None:
            top += _fees(view.fees, width, private=self.private)
        room = max(1, height - len(top) - 1)
        self._top = max(0, min(self._top, len(rows) - room))
        seen = rows[self._top : self._top + room]
        if not seen:
            return [*top, Line(), *wrapped(_empty(view, filtered=bool(self._words)), width, "muted")]
        columns = COLUMNS[view.kind]
        cells = [self._cells(row, view) for row in seen]
        self._widths = grown(self._widths, natural_widths(columns, cells))
        layout = arrange(columns, self._widths, width)
        return [*top, heading(columns, layout), *(compose(columns, layout, one) for one in cells)]

    def move(self, step: int) -> None:
        """Scroll."""
        self._top = max(0, self._top + step)
        self.redraw()

    def page(self) -> int:
        """Tell how far one page goes."""
        return max(1, self.size.height - 5)

    def _cells(self, row: Past, view: HistoryView) -> Sequence[Span]:
        hide: Callable[[str], str] = (lambda _: HIDDEN) if self.private else (lambda text: text)
        match row:
            case PastTrade():
                return _trade(row, view.places.get(row.pair or "", SHORT), hide)
            case LedgerEntry():
                return _entry(row, hide)
        return _order(row, view.places.get(row.pair or "", SHORT), hide)


def _fits(row: Past, words: tuple[str, ...]) -> bool:
    if not words:
        return True
    text = " ".join(_searched(row)).lower()
    return all(word in text for word in words)


def _searched(row: Past) -> list[str]:
    match row:
        case PastTrade():
            parts = [row.id, row.order_id, row.pair, row.side, row.type]
        case LedgerEntry():
            parts = [row.id, row.ref_id, row.asset, row.type, row.subtype]
        case _:
            parts = [row.id, row.pair or row.raw_pair, row.side, row.type, row.status, row.reason]
            parts += [row.cl_ord_id, None if row.userref is None else str(row.userref)]
    return [moment(instant_of(row)), *(part for part in parts if part)]


def _tabs(view: HistoryView, shown: int, filtered: bool, width: int) -> Line:
    spans: list[Span] = []
    for kind in KINDS:
        tone: Tone = "head" if kind == view.kind else "muted"
        spans += [Span(f"{'▌' if kind == view.kind else ' '}{TITLES[kind]}", tone), Span("  ")]
    count = f"{shown:,} of {len(view.rows):,} shown" if filtered else counted(len(view.rows), "row")
    more = "" if not view.known or view.complete else ", older ones not read yet"
    return Line(spread(tuple(spans), (Span(f"{count}{more}", "muted"),), width))


def _cost(view: HistoryView, width: int) -> list[Line]:
    """Say what the next page costs before it is asked for."""
    used = f"{interval(view.used_low, view.used_high)} of {interval(view.ceiling, view.ceiling)} used"
    if view.why:
        return wrapped(f"The last page did not come: {view.why}", width, "warn")
    if view.asking:
        return [line(Span("A page is on its way.", "accent"))]
    what = "read older ones" if view.known else "read them"
    price = f"up to {counted(interval(view.cost, view.cost), 'REST point')}; {used}"
    if view.complete:
        return hung((Span("r ", "key"),), f"read the newest again: {price}", width)
    if view.fits_in_ns is None or view.fits_in_ns > 0:
        when = "never" if view.fits_in_ns is None else f"in {wait(view.fits_in_ns)}"
        return hung((Span("Enter ", "key"),), f"{what}: {price}; surely fits {when}", width, "warn")
    return hung((Span("Enter ", "key"),), f"{what}: {price}", width)


def _fees(fees: FeesTold, width: int, *, private: bool) -> list[Line]:
    volume = HIDDEN if private else f"{number(fees.volume, MONEY_PLACES)} {fees.currency}"
    rows = [f"{row.pair} {_percent(row.maker)}/{_percent(row.taker)}" for row in fees.rows]
    told = f"30-day volume {volume}" + (f"; maker/taker {', '.join(rows)}" if rows else "")
    return wrapped(told, width)


def _percent(value: Decimal | None) -> str:
    return UNKNOWN if value is None else f"{value.normalize():f}%"


def _empty(view: HistoryView, *, filtered: bool) -> str:
    if filtered and view.rows:
        return "No row that was read fits these words."
    if view.asking:
        return "A page is on its way."
    return (
        "There is none." if view.known else "Nothing was read yet: history calls cost points, so they wait."
    )


def _trade(row: PastTrade, places: Places, hide: Callable[[str], str]) -> Sequence[Span]:
    side: Tone = "good" if row.side == "buy" else "bad"
    role = UNKNOWN if row.maker is None else "maker" if row.maker else "taker"
    return (
        Span(moment(row.at_ns), "muted"),
        Span(row.pair or UNKNOWN),
        Span(row.side or UNKNOWN, side),
        Span(number(row.price, places.price)),
        Span(hide(whole_amount(row.qty, places.qty))),
        Span(hide(_money(number(row.cost, MONEY_PLACES), quote_of(row.pair)))),
        Span(hide(_money(_fee(row.fee), fee_asset_of(row))), "muted"),
        Span(role, "muted"),
        Span(hide(row.id), "muted"),
        Span(hide(row.order_id), "muted"),
    )


def _entry(row: LedgerEntry, hide: Callable[[str], str]) -> Sequence[Span]:
    kind = f"{row.type} {row.subtype}".strip() or UNKNOWN
    return (
        Span(moment(row.at_ns), "muted"),
        Span(kind),
        Span(row.asset, "strong"),
        Span(hide(signed(row.amount, _places(row.amount))), "good" if row.amount > 0 else "text"),
        Span(hide(_fee(row.fee)), "muted"),
        Span(hide(number(row.balance, _places(row.balance)))),
        Span(hide(row.id), "muted"),
        Span(hide(row.ref_id), "muted"),
    )


def _order(row: OrderPatch, places: Places, hide: Callable[[str], str]) -> Sequence[Span]:
    side: Tone = "good" if row.side == "buy" else "bad"
    price = row.price_text or number(row.limit_price, places.price)
    if row.limit_price is None and row.price_text is None and row.trigger is not None:
        price = f"@{number(row.trigger.price, places.price)}"
    ended = ENDED.get(row.status or "", row.status or UNKNOWN)
    reason = f" ({row.reason})" if row.reason and row.reason != ASKED and row.status != "filled" else ""
    return (
        Span(moment(row.said_ns), "muted"),
        Span(row.pair or row.raw_pair or UNKNOWN),
        Span(row.side or UNKNOWN, side),
        Span(row.type or UNKNOWN),
        Span("market" if row.type == "market" else price),
        Span(hide(whole_amount(row.filled, places.qty))),
        Span(number(row.average, places.price)),
        Span(hide(_money(_fee(row.fee), quote_of(row.pair))), "muted"),
        Span(f"{ended}{reason}", "good" if row.status == "filled" else "text"),
        Span(hide(row.id), "muted"),
    )


def _money(text: str, asset: str | None) -> str:
    return text if text in {UNKNOWN, "0"} or asset is None else f"{text} {asset}"


def _fee(fee: Decimal | None) -> str:
    return UNKNOWN if fee is None else number(fee, FEE_PLACES) if fee else "0"


def _places(value: Decimal | None) -> int:
    """Give the digits that the exchange wrote, without zeros at the end beyond two."""
    if value is None:
        return MONEY_PLACES
    exponent = value.normalize().as_tuple().exponent
    wanted = -exponent if isinstance(exponent, int) else 0
    return min(LEDGER_PLACES, max(MONEY_PLACES, wanted))
