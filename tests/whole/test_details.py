"""The details of one order against the exchange's own truth: what it sent, what traded, what changed."""

from decimal import Decimal
from typing import Any

import pytest

from krakentui.state.details import DetailsView
from tests.whole.faults import PRIVATE, clear, inject, struck
from tests.whole.lockstep import Lockstep, lockstep

pytestmark = pytest.mark.anyio


def details(both: Lockstep, order_id: str) -> DetailsView:
    found = both.session.details(order_id, both.clock.mono_ns())
    assert found is not None
    return found


def acted(both: Lockstep, **act: object) -> list[str]:
    told: Any = both.exchange.command("account", {"as": "other", **act})
    return list(told["orders"])


async def an_order(both: Lockstep) -> str:
    wish = {"pair": "BTC/USD", "side": "buy", "type": "limit", "qty": "0.5", "price": "60000"}
    (order_id,) = acted(both, order=wish)
    await both.run(1)
    return order_id


async def test_another_program_s_order_is_told_from_its_birth_to_its_end() -> None:
    async with lockstep() as both:
        order_id = await an_order(both)
        acted(both, amend={"id": order_id, "qty": "0.4", "price": "61000"})
        await both.run(1)
        acted(both, fill={"id": order_id, "qty": "0.1", "price": "61000"})
        await both.run(1)
        acted(both, cancel={"id": order_id})
        await both.run(2)
        found = details(both, order_id)
        told = [(seen.witness, seen.what) for seen in found.timeline if seen.witness == "stream"]
        assert told[:2] == [("stream", "being placed"), ("stream", "open")]
        assert ("stream", "filled 0.1 @ 61,000") in told
        assert told[-1][1].startswith("cancelled")
        changed = next(what for _, what in told if what.startswith("amended"))
        assert "quantity 0.5 → 0.4" in changed
        assert "price 60,000 → 61,000" in changed
        assert found.row.trace.startswith("cancelled by another program, filled 0.1")


async def test_the_fills_are_those_of_the_exchange_each_once_over_a_reconnect() -> None:
    """F13: the snapshot after a reconnect repeats executions."""
    async with lockstep() as both:
        order_id = await an_order(both)
        for _ in range(2):
            acted(both, fill={"id": order_id, "qty": "0.1", "price": "60000"})
            await both.run(1)
        await both.close_exchange()
        await both.run(2)
        await both.open_exchange()
        await both.until(lambda: both.feeds()["private"] == "live", 60)
        await both.run(2)
        fills = details(both, order_id).fills
        true = [fill for fill in both.account()["fills"] if fill["order_id"] == order_id]
        assert [fill.qty for fill in fills] == [Decimal(fill["qty"]) for fill in true]
        assert len({fill.exec_id for fill in fills}) == len(fills) == 2


async def test_what_was_sent_names_every_field_of_both_sources() -> None:
    async with lockstep() as both:
        await both.run(200)
        order_id = next(iter(both.true_orders()))
        sent = {one.source: {field.name for field in one.fields} for one in details(both, order_id).sent}
        assert {"order_id", "symbol", "side", "order_qty", "fee_ccy_pref"} <= sent["stream"]
        assert {"descr.pair", "descr.order", "vol", "opentm", "oflags"} <= sent["rest"]


async def test_the_amends_are_those_of_the_exchange_and_cost_what_was_said() -> None:
    async with lockstep() as both:
        order_id = await an_order(both)
        acted(both, amend={"id": order_id, "qty": "0.4", "price": "61000"})
        await both.run(60)
        said = details(both, order_id).amends
        assert said.state == "unasked"
        assert said.cost_low == said.cost_high == 1
        both.session.ask_amends(order_id)
        await both.run(2)
        amends = details(both, order_id).amends.amends
        assert [(amend.kind, amend.qty, amend.limit_price) for amend in amends] == [
            ("original", Decimal("0.5"), Decimal(60000)),
            ("user", Decimal("0.4"), Decimal(61000)),
        ]
        (call,) = [call for call in both.verdicts() if str(call["what"]).endswith("/OrderAmends")]
        assert (call["verdict"], call["cost"]) == ("ok", "1")


async def test_the_amends_narrow_what_a_cancel_costs() -> None:
    """Amended while nobody listened: when, only the history tells."""
    async with lockstep() as both:
        order_id = await an_order(both)
        await both.run(30)
        inject(both, "close", match=PRIVATE)
        refusing = inject(both, "http", status=503, match=PRIVATE)
        await both.run(1)
        acted(both, amend={"id": order_id, "qty": "0.4", "price": "61000"})
        await both.run(4)
        assert struck(both, refusing) > 0
        clear(both)
        await both.run(75)
        before = both.rows()[order_id].cost
        assert before is not None
        assert before.low == 1
        assert before.high == 2
        both.session.ask_amends(order_id)
        await both.run(2)
        cost = both.rows()[order_id].cost
        assert cost is not None
        assert cost.low == cost.high == 2  # 45 to 90 s after the amend
