"""History against the exchange: every row once, at the cost that was told."""

from decimal import Decimal
from fractions import Fraction

import pytest

from krakentui.model.history import HistoryCame, HistoryKind, LedgerEntry, PastTrade
from krakentui.model.order import OrderPatch
from krakentui.simulator import Options
from tests.whole.lockstep import Lockstep, lockstep

pytestmark = pytest.mark.anyio


async def read(both: Lockstep, kind: HistoryKind, *, again: bool = False) -> None:
    view = both.session.history(kind, both.clock.mono_ns())
    await both.run((view.fits_in_ns or 0) / 10**9 + 1)
    assert both.session.ask_history(kind, again=again).startswith("Asked")
    await both.until(lambda: not both.session.history(kind, both.clock.mono_ns()).asking, 10)
    assert both.session.history(kind, both.clock.mono_ns()).why == ""


async def read_all(both: Lockstep, kind: HistoryKind) -> None:
    for _ in range(20):
        if both.session.history(kind, both.clock.mono_ns()).complete:
            return
        await read(both, kind)
    raise AssertionError("it never ends")


async def test_every_closed_order_is_read_once_while_others_trade() -> None:
    async with lockstep(Options(manual=True, seed=7), key="full", warm_s=20) as both:
        await both.run(600)
        await read_all(both, "orders")
        rows = both.session.history("orders", both.clock.mono_ns()).rows
        truth = both.account()["closed_orders"]
        told = {row.id for row in rows}
        assert len(told) == len(rows)
        assert told <= set(truth)
        await read(both, "orders", again=True)
        rows = both.session.history("orders", both.clock.mono_ns()).rows
        assert {row.id for row in rows} == set(both.account()["closed_orders"])


async def test_the_trades_are_those_of_the_exchange() -> None:
    async with lockstep(Options(manual=True, seed=7), key="full", warm_s=20) as both:
        await both.run(300)
        await read_all(both, "trades")
        rows = both.session.history("trades", both.clock.mono_ns()).rows
        fills = {str(fill["exec_id"]): fill for fill in both.account()["fills"]}
        assert {row.id for row in rows} == set(fills)
        for row in rows:
            assert isinstance(row, PastTrade)
            fill = fills[row.id]
            assert (row.price, row.qty) == (Decimal(fill["price"]), Decimal(fill["qty"]))


async def test_the_ledger_adds_up_to_the_balances() -> None:
    async with lockstep(Options(manual=True, seed=7, quiet=True), key="full") as both:
        await read_all(both, "ledger")
        rows = both.session.history("ledger", both.clock.mono_ns()).rows
        last: dict[str, LedgerEntry] = {}
        for row in rows:
            assert isinstance(row, LedgerEntry)
            last.setdefault(row.asset, row)
        balances = both.account()["balances"]
        assert last
        for asset, row in last.items():
            assert row.balance is not None
            wallets = balances[asset]["wallets"]
            assert row.balance == next(Decimal(held) for name, held in wallets.items() if "." not in name)


async def test_a_page_costs_what_was_told() -> None:
    async with lockstep(Options(manual=True, quiet=True), key="full", warm_s=60) as both:
        view = both.session.history("trades", both.clock.mono_ns())
        assert view.fits_in_ns == 0
        before = len(both.verdicts())
        both.session.ask_history("trades", again=False)
        await both.run(2)
        calls = [row for row in both.verdicts()[before:] if "TradesHistory" in str(row["what"])]
        assert [Fraction(str(call["cost"])) for call in calls] == [view.cost]


async def test_a_key_that_may_not_is_told_which_permission_it_lacks() -> None:
    async with lockstep(Options(manual=True, quiet=True), key="cancel") as both:
        assert "lacks query-ledger" in both.session.ask_history("ledger", again=False)


async def test_what_does_not_fit_waits_for_the_user() -> None:
    async with lockstep(Options(manual=True, quiet=True, tier="starter"), key="full", warm_s=2) as both:
        assert "surely fits in" in both.session.ask_history("orders", again=False)
        assert not any("ClosedOrders" in str(row["what"]) for row in both.verdicts())


async def test_the_fees_are_told_for_the_pairs_of_the_rows_too() -> None:
    async with lockstep(Options(manual=True, quiet=True), key="full", warm_s=60) as both:
        state = both.session.state
        other = min(state.pairs.keys() - set(state.watched()))
        row = OrderPatch(id="O1", pair=other, said_ns=1)
        state.history.take(HistoryCame(account=state.account or "", kind="orders", rows=(row,)))
        both.session.ask_fees()
        await both.run(2)
        fees = both.session.history("trades", both.clock.mono_ns()).fees
        assert fees is not None
        assert other in {row.pair for row in fees.rows}


async def test_the_fees_are_told_for_the_pairs_that_are_watched() -> None:
    async with lockstep(Options(manual=True, quiet=True), key="full", warm_s=60) as both:
        assert both.session.ask_fees().startswith("Asked")
        await both.run(2)
        fees = both.session.history("trades", both.clock.mono_ns()).fees
        assert fees is not None
        assert "BTC/USD" in {row.pair for row in fees.rows}
