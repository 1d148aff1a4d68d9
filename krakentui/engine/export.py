"""Writes history into files that other programs read: CSV and JSON, exact figures, ISO times.

A spreadsheet takes a cell that begins with `=`, `+`, `-` or `@` for a formula, and some texts come from
the exchange: such a text gets an apostrophe in front. Figures are written as they are.
"""

import csv
import io
import os
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from msgspec import json

from krakentui.model.clock import SECOND
from krakentui.model.history import HistoryKind, LedgerEntry, Past, PastTrade, fee_asset_of
from krakentui.model.number import counted
from krakentui.model.order import OrderPatch
from krakentui.model.venue import Venue

NAMES: dict[HistoryKind, str] = {"orders": "closed-orders", "trades": "trades", "ledger": "ledger"}
Cell = str | Decimal | int | bool | None
MOST_NAME = 40
"""Letters of an account in a file's name."""
_HARMLESS = re.compile(r"[A-Za-z0-9_]+")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Whose(NamedTuple):
    """Of which exchange and account rows are."""

    venue: Venue
    account: str | None

    @property
    def part(self) -> str:
        """Write it as a part of a file's name: nothing in it leads out of a folder."""
        name = "-".join(_HARMLESS.findall(self.account or ""))[:MOST_NAME]
        return f"{self.venue}-{name or 'account'}"


def export(
    kind: HistoryKind, rows: Sequence[Past], folder: Path, wall_ns: int, whose: Whose
) -> tuple[Path, Path]:
    """Write these rows into two new files and give their paths.

    Raises:
        OSError: they cannot be written; a file of that name is never overwritten.
    """
    table = [fields(row) for row in rows]
    stamp = datetime.fromtimestamp(wall_ns // SECOND, UTC).strftime("%Y%m%dT%H%M%SZ")
    base = folder / f"krakentui-{whose.part}-{NAMES[kind]}-{stamp}"
    paths = folder / f"{base.name}.csv", folder / f"{base.name}.json"
    _write(paths[0], as_csv(kind, table).encode())
    _write(paths[1], json.format(json.encode([_plain(row) for row in table]), indent=1) + b"\n")
    return paths


def told_export(kind: HistoryKind, rows: Sequence[Past], folder: Path, wall_ns: int, whose: Whose) -> str:
    """Export and say where the files are, each name on a line of its own, or why there are none."""
    if not rows:
        return "There is nothing to export: no row is shown."
    try:
        table, plain = export(kind, rows, folder, wall_ns, whose)
    except OSError as error:
        return f"The rows could not be written to {folder}: {error.strerror or error}."
    return f"{counted(len(rows), 'row')} written to {folder}:\n{table.name}\n{plain.name}"


def as_csv(kind: HistoryKind, table: Sequence[dict[str, Cell]]) -> str:
    """Write rows as CSV, with a head."""
    out = io.StringIO()
    head = [*HEADS[kind]]
    writer = csv.DictWriter(out, head, lineterminator="\n")
    writer.writeheader()
    for row in table:
        writer.writerow({name: _cell(row[name]) for name in head})
    return out.getvalue()


def fields(row: Past) -> dict[str, Cell]:
    """Name the figures of a row."""
    match row:
        case PastTrade():
            return {
                "time": iso(row.at_ns),
                "id": row.id,
                "order_id": row.order_id,
                "pair": row.pair,
                "side": row.side,
                "type": row.type,
                "price": row.price,
                "qty": row.qty,
                "cost": row.cost,
                "fee": row.fee,
                "fee_asset": fee_asset_of(row),
                "maker": row.maker,
            }
        case LedgerEntry():
            return {
                "time": iso(row.at_ns),
                "id": row.id,
                "ref_id": row.ref_id,
                "type": row.type,
                "subtype": row.subtype,
                "asset": row.asset,
                "amount": row.amount,
                "fee": row.fee,
                "balance": row.balance,
            }
    return _order(row)


def iso(at_ns: int | None) -> str | None:
    """Write an instant as ISO 8601 UTC, to the nanosecond where it has that many digits."""
    if at_ns is None:
        return None
    whole = datetime.fromtimestamp(at_ns // SECOND, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    part = f"{at_ns % SECOND:09d}".rstrip("0")
    return f"{whole}.{part}Z" if part else f"{whole}Z"


def _order(row: OrderPatch) -> dict[str, Cell]:
    return {
        "closed": iso(row.said_ns),
        "opened": iso(row.opened_ns),
        "id": row.id,
        "pair": row.pair or row.raw_pair,
        "side": row.side,
        "type": row.type,
        "status": row.status,
        "reason": row.reason,
        "price": row.limit_price if row.price_text is None else row.price_text,
        "trigger": None if row.trigger is None else row.trigger.price,
        "qty": row.qty if row.cash_qty is None else None,
        "cash_qty": row.cash_qty,
        "filled": row.filled,
        "average": row.average,
        "cost": row.cost,
        "fee": row.fee,
        "userref": row.userref,
        "cl_ord_id": row.cl_ord_id,
    }


HEADS: dict[HistoryKind, tuple[str, ...]] = {
    "orders": tuple(_order(OrderPatch(id="O"))),
    "trades": (
        *(
            "time",
            "id",
            "order_id",
            "pair",
            "side",
            "type",
            "price",
            "qty",
            "cost",
            "fee",
            "fee_asset",
            "maker",
        ),
    ),
    "ledger": ("time", "id", "ref_id", "type", "subtype", "asset", "amount", "fee", "balance"),
}


def _cell(value: Cell) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case Decimal():
            return f"{value:f}"
        case str():
            return f"'{value}" if value.startswith(_FORMULA) else value
    return str(value)


def _plain(row: dict[str, Cell]) -> dict[str, str | int | bool | None]:
    return {name: f"{value:f}" if isinstance(value, Decimal) else value for name, value in row.items()}


def _write(path: Path, data: bytes) -> None:
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(file, "wb") as opened:
        opened.write(data)
