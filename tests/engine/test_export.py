"""Exports: exact figures, ISO times, no formula for a spreadsheet, no file overwritten."""

import csv
import io
import json
import stat
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from krakentui.engine.export import HEADS, Whose, as_csv, export, fields, iso, told_export
from krakentui.model.history import HistoryKind, LedgerEntry, Past, PastTrade
from krakentui.model.order import OrderPatch

AT = 1_804_669_200_123_456_700
OURS = Whose("simulator", "alice")


def a_trade(**changes: object) -> PastTrade:
    known: dict[str, object] = {
        "id": "T1",
        "order_id": "O1",
        "pair": "BTC/USD",
        "side": "buy",
        "type": "limit",
        "price": Decimal("64000.10"),
        "qty": Decimal("0.00000010"),
        "cost": Decimal("0.00640001"),
        "fee": None,
        "maker": True,
        "at_ns": AT,
    }
    return PastTrade(**(known | changes))  # type: ignore[arg-type]  # as the test says


def an_entry(**changes: object) -> LedgerEntry:
    known: dict[str, object] = {
        "id": "L1",
        "ref_id": "T1",
        "at_ns": AT,
        "type": "trade",
        "subtype": "",
        "asset": "BTC",
        "amount": Decimal("-1E-7"),
        "fee": Decimal(0),
        "balance": Decimal("1.50"),
    }
    return LedgerEntry(**(known | changes))  # type: ignore[arg-type]  # as the test says


def test_every_digit_is_written_in_both(tmp_path: Path) -> None:
    table, plain = export("trades", [a_trade()], tmp_path, AT, OURS)
    (row,) = csv.DictReader(io.StringIO(table.read_text()))
    (told,) = json.loads(plain.read_text())
    assert (row["price"], row["qty"], row["fee"]) == ("64000.10", "0.00000010", "")
    assert (told["price"], told["qty"], told["fee"], told["maker"]) == ("64000.10", "0.00000010", None, True)
    assert row["time"] == told["time"] == "2027-03-10T09:00:00.1234567Z"


def test_no_figure_is_written_with_an_exponent() -> None:
    assert "-0.0000001" in as_csv("ledger", [fields(an_entry())])


def test_a_negative_amount_stays_a_number() -> None:
    assert "'-" not in as_csv("ledger", [fields(an_entry())])


@pytest.mark.parametrize("text", ["=1+1", "+SUM(A1)", "-x", "@cmd", "\tx"])
def test_a_text_from_outside_is_no_formula(text: str) -> None:
    (row,) = csv.DictReader(io.StringIO(as_csv("ledger", [fields(an_entry(type=text))])))
    assert row["type"] == f"'{text}"


@given(st.text(), st.decimals(allow_nan=False, allow_infinity=False, places=10))
def test_what_is_written_reads_back(text: str, amount: Decimal) -> None:
    text = text.encode("utf-8", "ignore").decode().replace("\r", "").replace("\x00", "")
    (row,) = csv.DictReader(io.StringIO(as_csv("ledger", [fields(an_entry(subtype=text, amount=amount))])))
    assert row["subtype"].removeprefix("'") == text.removeprefix("'")
    assert Decimal(row["amount"]) == amount


@pytest.mark.parametrize("row", [a_trade(), an_entry(), OrderPatch(id="O1", said_ns=AT)])
def test_every_kind_has_all_its_columns(row: Past) -> None:
    kinds: dict[type, HistoryKind] = {PastTrade: "trades", LedgerEntry: "ledger", OrderPatch: "orders"}
    assert tuple(fields(row)) == HEADS[kinds[type(row)]]


def test_only_the_owner_may_read_them(tmp_path: Path) -> None:
    for path in export("trades", [a_trade()], tmp_path, AT, OURS):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_no_file_is_overwritten(tmp_path: Path) -> None:
    table, _ = export("trades", [a_trade()], tmp_path, AT, OURS)
    before = table.read_bytes()
    assert "File exists" in told_export("trades", [a_trade(id="T2")], tmp_path, AT, OURS)
    assert table.read_bytes() == before


def test_without_a_row_no_file_is_made(tmp_path: Path) -> None:
    assert "nothing to export" in told_export("trades", [], tmp_path, AT, OURS)
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    assert "No such file" in told_export("trades", [a_trade()], tmp_path / "gone", AT, OURS)


def test_whole_seconds_have_no_fraction() -> None:
    assert iso(1_804_669_200_000_000_000) == "2027-03-10T09:00:00Z"


@pytest.mark.parametrize(
    ("whose", "begin"),
    [
        (Whose("live", "main"), "krakentui-live-main-trades-"),
        (Whose("demo", "../../x y"), "krakentui-demo-x-y-trades-"),
        (Whose("demo", "ä" * 99), "krakentui-demo-account-trades-"),
        (Whose("live", None), "krakentui-live-account-trades-"),
    ],
)
def test_a_file_says_of_which_exchange_and_account_it_is(tmp_path: Path, whose: Whose, begin: str) -> None:
    table, plain = export("trades", [a_trade()], tmp_path, AT, whose)
    assert table.name == f"{begin}20270310T090000Z.csv"
    assert plain.name == f"{begin}20270310T090000Z.json"
    assert table.parent == tmp_path


def test_each_name_stands_on_a_line_of_its_own(tmp_path: Path) -> None:
    told, *names = told_export("trades", [a_trade()], tmp_path, AT, OURS).split("\n")
    assert told == f"1 row written to {tmp_path}:"
    assert sorted(names) == sorted(path.name for path in tmp_path.iterdir())
