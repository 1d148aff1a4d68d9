"""Which open orders a `krakentui cancel` means: pure, and never wider than what was said.

The options are a filter as the list has it. An order whose age or distance is not known is never taken by
`--older` or `--far`: unknown is not old.
"""

import contextlib
import re
from collections.abc import Sequence
from decimal import Decimal

from msgspec import structs

from krakentui.commands.parser import Given
from krakentui.model.clock import SECOND
from krakentui.model.error import UsageError
from krakentui.model.order import PROTECTIVE, is_order_id
from krakentui.model.symbol import Names
from krakentui.model.text import clean
from krakentui.state.filters import Demand, OrderFilter, doubtful, fitting, meant
from krakentui.state.pairnames import as_typed, has_all_spellings, meant_assets, meant_pairs, which_one
from krakentui.state.view import OrderRow

_NEAR_AN_ID = re.compile(r"(?=.{1,24}$)[0-9A-Z]+(?:-[0-9A-Z]*){1,3}", re.ASCII)
"""What else somebody writes here is not repeated: it may be a password that was meant for another option."""


def check_selector(given: Given) -> None:
    """Pass if the command line says which orders.

    Raises:
        UsageError: it says nothing, says it twice, or names what is no order.
    """
    for number, one in enumerate(given.ids, 1):
        if not is_order_id(one):
            ordinal = f"Word {number} of {len(given.ids)} for orders"
            said = f'"{one}"' if _NEAR_AN_ID.fullmatch(one) else ordinal
            raise UsageError(f"{said} is no order id: one is written like OQCLML-BW3P3-BUCMWZ.")
    if given.ids and (given.everything or has_filter(given)):
        raise UsageError("Name order ids, or describe orders by --all and filters, not both.")
    if given.new_too and not is_everything(given):
        raise UsageError(
            "--new-too goes with --all alone: the exchange's own cancel of everything picks none."
        )
    if not given.ids and not given.everything and not has_filter(given):
        raise UsageError("Say which orders: ids, --all, or filters like --pair BTC/USD or --older 5m.")


def has_filter(given: Given) -> bool:
    """Tell whether any filter was given."""
    return bool(filter_of(given).demands)


def is_everything(given: Given) -> bool:
    """Tell whether it is `--all` alone."""
    return given.everything and not has_filter(given)


def with_pair(given: Given, names: Names) -> Given:
    """Give `--pair` the stream's name, whatever spelling was typed; an asset alone is the base: `BTC/`.

    Raises:
        UsageError: the exchange has no such pair, or it may be several.
    """
    if given.pair is None:
        return given
    return structs.replace(given, pair=_one_side(names, given.pair) or one_pair(names, given.pair))


def one_pair(names: Names, typed: str) -> str:
    """Give the stream's name of the pair that is meant; while no pairs are told, `XBT/USD` is taken as it is.

    Raises:
        UsageError: the exchange has no such pair, or it may be several.
    """
    found, said = meant_pairs(names, typed), clean(typed, 24)
    if len(found) > 1:
        raise UsageError(which_one(said, found))
    if found:
        return found[0]
    if (taken := as_typed(names, typed)) is not None:
        return taken
    if not all(typed.partition("/")) and not has_all_spellings(names):
        raise UsageError(f"The exchange has not told all its names of pairs: write {said} like BTC/USD.")
    raise UsageError(f"The exchange has no pair {said}: one is written like BTC/USD.")


def is_named(given: Given, names: Names) -> bool:
    """Tell whether it is known what `--pair` means, or nothing more will come that tells it."""
    if given.pair is None or has_all_spellings(names):
        return True
    return bool(meant_pairs(names, given.pair) or _one_side(names, given.pair))


def is_wide(given: Given) -> bool:
    """Tell whether `--pair` means all pairs of an asset: `BTC/`, `/USD`."""
    return given.pair is not None and (given.pair.startswith("/") or given.pair.endswith("/"))


def _one_side(names: Names, typed: str) -> str | None:
    """Give `BTC/` for an asset that is a base, `/USD` for `/usd`; None where a whole pair may be meant."""
    assets = meant_assets(names, typed.removeprefix("/").removesuffix("/"))
    if len(assets) != 1 or meant_pairs(names, typed):
        return None
    if typed.startswith("/"):
        return f"/{assets[0]}" if assets[0] in names.spellings.quotes else None
    return f"{assets[0]}/" if assets[0] in names.spellings.bases else None


def filter_of(given: Given) -> OrderFilter:
    """Turn the options into a filter."""
    demands: list[Demand] = []
    if given.pair is not None:
        demands.append(Demand("market" if is_wide(given) else "pair", (given.pair,)))
    if given.side is not None:
        demands.append(Demand("side", (given.side,)))
    if given.type is not None:
        demands.append(Demand("type", (given.type,)))
    if given.older_s is not None:
        demands.append(Demand("older", (given.older_s * SECOND,)))
    if given.far_pct is not None:
        demands.append(Demand("far", (Decimal(given.far_pct),)))
    if given.not_stops:
        demands.append(Demand("type", tuple(sorted(PROTECTIVE)), negated=True))
    return OrderFilter(tuple(demands))


def selected(rows: Sequence[OrderRow], given: Given) -> tuple[OrderRow, ...]:
    """Pick the rows that all filters agree on; without any, none but by `--all`."""
    wanted = filter_of(given)
    return fitting(rows, wanted) if given.everything else meant(rows, wanted)


def unjudged(rows: Sequence[OrderRow], given: Given, names: Names) -> tuple[OrderRow, ...]:
    """Pick the rows of which it is not known yet whether they are meant."""
    with contextlib.suppress(UsageError):  # what means no pair is refused where it is chosen by
        given = with_pair(given, names)
    return doubtful(rows, filter_of(given))
