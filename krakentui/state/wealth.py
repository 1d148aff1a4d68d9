"""The funds as rows: what there is, what of it is free, what it is worth."""

from decimal import Decimal
from typing import Final

from msgspec import structs

from krakentui.model.symbol import suffix_of
from krakentui.state.balances import Total, main_asset
from krakentui.state.holds import ZERO
from krakentui.state.markets import Quote
from krakentui.state.prices import market_freshness
from krakentui.state.rows import DEFAULT_PLACES, PERCENT
from krakentui.state.state import State
from krakentui.state.view import BalanceRow, BalancesView, Freshness
from krakentui.state.worth import worth

LOCKED: Final = frozenset({"B", "S", "P", "HOLD"})
"""Suffixes of wallets that nothing can be spent from (spot REST reference, 4.5)."""
_VALUE: Final = Decimal("0.00000001")


def balances(state: State, t_ns: int) -> BalancesView:
    """List the funds by value; what has no price comes after, by name."""
    rows = [_row(state, asset, t_ns) for asset in _shown(state)]
    values = [row.value for row in rows if row.value is not None]
    total = sum(values, ZERO) if values else None
    if total:
        rows = [
            structs.replace(
                row,
                share_pct=None if row.value is None else (row.value / total * 100).quantize(PERCENT),
            )
            for row in rows
        ]
    known = state.funds.known
    return BalancesView(
        rows=tuple(sorted(rows, key=lambda row: (row.value is None, -(row.value or ZERO), row.asset))),
        known=known,
        currency=state.currency,
        total_value=total,
        unpriced=tuple(sorted(row.asset for row in rows if row.value is None and row.total)),
        denied=None if known else _denied(state),
    )


def _shown(state: State) -> tuple[str, ...]:
    """List the assets with a row: `X.F` counts with `X`; what is nothing and always was is left out."""
    names = dict.fromkeys(main_asset(asset) for asset in state.funds.totals)
    return tuple(asset for asset in names if _matters(state, asset))


def _matters(state: State, asset: str) -> bool:
    parts = [state.funds.totals[name] for name in (asset, f"{asset}.F") if name in state.funds.totals]
    return any(part.total or part.moved for part in parts) or bool(state.funds.holds.held(asset))


def _row(state: State, asset: str, t_ns: int) -> BalanceRow:
    funds = state.funds
    total = funds.total(asset) or ZERO
    is_wallet = suffix_of(asset) not in {"", "T"}
    held = None if is_wallet else funds.holds.held(asset)
    free = None if held is None else total + funds.credit(asset) - held
    if suffix_of(asset) in LOCKED:
        free = ZERO
    priced = worth(asset, state.currency, state.markets.quotes)
    known = funds.totals.get(asset) or funds.totals[f"{asset}.F"]
    return BalanceRow(
        asset=asset,
        total=total,
        held=held,
        free=free,
        value=None if priced is None else (total * priced[0]).quantize(_VALUE),
        share_pct=None,
        places=_places(state, asset, total),
        age_ns=state.feeds.age_ns(known.seen_ns, t_ns),
        freshness=_freshness(state, known, priced[1] if priced else (), t_ns, is_wallet=is_wallet),
    )


def _freshness(
    state: State, known: Total, prices: tuple[Quote, ...], t_ns: int, *, is_wallet: bool
) -> Freshness:
    """Tell how fresh a row is: as the source of its total, and not live on prices that went stale."""
    fresh = state.feeds.account_freshness(
        known.seen_ns,
        t_ns,
        streamed=known.source == "stream",
        whole=state.funds.authoritative,
        by_nature=is_wallet or not state.expects_stream,
    )
    priced_badly = any(market_freshness(state, one, t_ns) == "stale" for one in prices)
    return "old" if fresh == "live" and priced_badly else fresh


def _places(state: State, asset: str, total: Decimal) -> int:
    """Tell the decimals to show: the exchange's, or all of the ledger's where these would show nothing."""
    info = state.assets.get(asset) or state.assets.get(asset.partition(".")[0])
    if info is None:
        return DEFAULT_PLACES
    hidden = total != 0 and abs(total) < Decimal(1).scaleb(-info.display_places)
    return info.places if hidden else info.display_places


def _denied(state: State) -> str | None:
    if state.key is None:
        return None
    lacks = state.key_info is not None and not state.key_info.may_watch_funds
    if lacks or "BalanceEx" in state.denied:
        return "This key may not read balances (it lacks query-funds)."
    return None
