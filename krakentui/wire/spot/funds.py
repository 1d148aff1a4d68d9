"""Entries of `balances` -> totals. The stream names no holds: those come from open orders and REST."""

from collections.abc import Iterable

from krakentui.model.account import Holding
from krakentui.model.event import BalanceChanged, BalancesSnapshot, Happening
from krakentui.model.number import bounded
from krakentui.model.text import clean
from krakentui.wire.spot.frames import BalanceRow


def snapshot(rows: Iterable[BalanceRow], account: str) -> list[Happening]:
    """Read all totals.

    Raises:
        BadNumber: a number is not finite or absurdly long.
    """
    holdings = tuple(Holding(asset=clean(row.asset), total=bounded(row.balance)) for row in rows)
    return [BalancesSnapshot(account=account, holdings=holdings)]


def updates(rows: Iterable[BalanceRow], account: str) -> list[Happening]:
    """Read ledger rows: each names the new total of its asset.

    Raises:
        BadNumber: a number is not finite or absurdly long.
    """
    return [
        BalanceChanged(
            account=account,
            asset=clean(row.asset),
            total=bounded(row.balance),
            ledger_id=clean(row.ledger_id or ""),
            wallet=clean(row.wallet_id or "main"),
        )
        for row in rows
    ]
