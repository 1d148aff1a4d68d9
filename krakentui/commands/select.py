"""Which open orders a `krakentui cancel` means: pure, and never wider than what was said.

An order whose age or distance is not known is never taken by `--older` or `--far`: unknown is not old.
"""

from collections.abc import Sequence
from decimal import Decimal

from msgspec import structs

from krakentui.commands.parser import Given
from krakentui.model.clock import SECOND
from krakentui.model.error import UsageError
from krakentui.model.symbol import Names, wsname_symbol
from krakentui.state.view import OrderRow


def check_selector(given: Given) -> None:
    """Pass if the command line says which orders.

    Raises:
        UsageError: it says nothing, or says it twice.
    """
    if given.ids and (given.everything or has_filter(given)):
        raise UsageError("Name order ids, or describe orders by --all and filters, not both.")
    if not given.ids and not given.everything and not has_filter(given):
        raise UsageError("Say which orders: ids, --all, or filters like --pair BTC/USD or --older 5m.")


def has_filter(given: Given) -> bool:
    """Tell whether any filter was given."""
    filters = (given.pair, given.side, given.type, given.older_s, given.far_pct)
    return any(said is not None for said in filters)


def is_everything(given: Given) -> bool:
    """Tell whether it is `--all` alone."""
    return given.everything and not has_filter(given)


def with_pair(given: Given, names: Names) -> Given:
    """Give `--pair` the stream's name, whatever spelling of the exchange was typed: `XBT/USD`, `xbtusd`.

    Raises:
        UsageError: the exchange has no such pair.
    """
    if given.pair is None:
        return given
    known = {spelling.casefold(): symbol for spelling, symbol in names.pairs.items()}
    typed = (given.pair, wsname_symbol(given.pair.upper()))
    found = next((known[one.casefold()] for one in typed if one.casefold() in known), None)
    if found is None and known:
        raise UsageError(f"The exchange has no pair {given.pair}: it looks like BTC/USD.")
    return structs.replace(given, pair=found or typed[-1])


def selected(rows: Sequence[OrderRow], given: Given) -> tuple[OrderRow, ...]:
    """Pick the rows that all filters agree on."""
    return tuple(row for row in rows if _matches(row, given))


def is_joined(row: OrderRow) -> bool:
    """Tell whether the order has its details and its pair has the stream's name (`BTC/USD`).

    REST names pairs its own way (`XBTUSD`) until the exchange's lists are joined.
    """
    return not row.details_loading and row.pair is not None and "/" in row.pair


def unjudged(rows: Sequence[OrderRow], given: Given) -> tuple[OrderRow, ...]:
    """Pick the rows of which it is not known yet whether they are meant."""
    return tuple(row for row in rows if not _is_judgeable(row, given))


def _is_judgeable(row: OrderRow, given: Given) -> bool:
    named = (given.pair, given.side, given.type)
    if not is_joined(row) and any(said is not None for said in named):
        return False
    if given.older_s is not None and row.order_age_ns is None:
        return False
    return given.far_pct is None or row.distance_pct is not None


def _matches(row: OrderRow, given: Given) -> bool:
    if given.pair is not None and (row.pair or "").casefold() != given.pair.casefold():
        return False
    if given.side is not None and row.side != given.side:
        return False
    if given.type is not None and row.type != given.type:
        return False
    if given.older_s is not None and not _is_older(row, given.older_s):
        return False
    return given.far_pct is None or _is_far(row, Decimal(given.far_pct))


def _is_older(row: OrderRow, than_s: int) -> bool:
    return row.order_age_ns is not None and row.order_age_ns >= than_s * SECOND


def _is_far(row: OrderRow, than_pct: Decimal) -> bool:
    return row.distance_pct is not None and abs(row.distance_pct) >= than_pct
