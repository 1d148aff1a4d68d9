"""Our orders on the stream: snapshots, deltas, fills."""

from decimal import Decimal

import pytest
from msgspec import structs

from krakentui.model.event import (
    BalanceChanged,
    BalancesSnapshot,
    FillSeen,
    FirstSnapshot,
    Garbled,
    Happening,
    OrderPatched,
    OrdersSnapshot,
)
from krakentui.model.order import OrderPatch, Trigger
from krakentui.wire.spot.sent import fields
from krakentui.wire.spot.ws import Conversation
from tests.support.samples import frames, samples
from tests.wire.spot.talk import a_private_talk, data, snapshot, update

OPEN = {
    "order_id": "OAAAAA-BBBBB-CCCCC1",
    "symbol": "SOL/USD",
    "order_qty": Decimal("0.20000000"),
    "cum_cost": Decimal("0.00000"),
    "time_in_force": "GTC",
    "exec_type": "new",
    "side": "sell",
    "order_type": "limit",
    "limit_price_type": "static",
    "limit_price": Decimal("300.00"),
    "stop_price": Decimal("0.00"),
    "order_status": "new",
    "timestamp": "2025-02-09T23:22:03.658312Z",
}
TRADE = {
    "order_id": "OAAAAA-BBBBB-CCCCC1",
    "exec_id": "TAAAAA-BBBBB-CCCCC1",
    "exec_type": "trade",
    "trade_id": 7,
    "symbol": "SOL/USD",
    "side": "sell",
    "last_qty": Decimal("0.20000000"),
    "last_price": Decimal("300.00"),
    "cost": Decimal("60.00000"),
    "order_type": "limit",
    "timestamp": "2025-02-09T23:30:00.000000Z",
    "order_status": "partially_filled",
    "cum_qty": Decimal("0.20000000"),
    "cum_cost": Decimal("60.00000"),
    "avg_price": Decimal("300.00"),
}


def patch_of(row: dict[str, object]) -> OrderPatch:
    talk = a_private_talk()
    snapshot(talk)
    (event,) = update(talk, row, sequence=2)
    assert isinstance(event, OrderPatched)
    return event.patch


def recorded(name: str) -> list[Happening]:
    talk = Conversation("private", "alice")
    lines = [line for _, line in frames(samples("ws-v2", name))]
    first = int(lines[0].rsplit(b'"sequence":', 1)[1].rstrip(b"}\n"))
    snapshot(talk, sequence=first - 1)
    return [event for line in lines for event in talk.receive(line)]


def patches(events: list[Happening]) -> list[OrderPatch]:
    return [event.patch for event in events if isinstance(event, OrderPatched)]


def test_the_first_frame_replaces_all_orders() -> None:
    orders, first = snapshot(a_private_talk(), OPEN)
    assert isinstance(orders, OrdersSnapshot)
    assert orders.account == "alice"
    assert [one.id for one in orders.orders] == [OPEN["order_id"]]
    assert first == FirstSnapshot(feed="private", channel="executions")


def test_an_empty_account_is_an_empty_snapshot() -> None:
    assert snapshot(a_private_talk())[0] == OrdersSnapshot(account="alice", orders=())


def test_a_mixed_snapshot_is_told_apart_entry_by_entry() -> None:
    done = {**OPEN, "order_id": "O2", "exec_type": "canceled", "order_status": "canceled"}
    orders, cancelled, fill, _ = snapshot(a_private_talk(), TRADE, OPEN, done)
    assert isinstance(orders, OrdersSnapshot)
    assert [one.id for one in orders.orders] == [OPEN["order_id"]]
    assert isinstance(cancelled, OrderPatched)
    assert cancelled.patch.id == "O2"
    assert isinstance(fill, FillSeen)
    assert fill.fill.is_history


def test_fills_of_a_snapshot_say_nothing_of_open_orders() -> None:
    heard = snapshot(a_private_talk(), {**TRADE, "order_status": "filled"})
    assert heard[0] == OrdersSnapshot(account="alice", orders=())
    assert not [event for event in heard if isinstance(event, OrderPatched)]


def test_a_snapshot_in_two_frames_does_not_empty_the_account() -> None:
    talk = a_private_talk()
    snapshot(talk, OPEN, sequence=1)
    heard = snapshot(talk, TRADE, sequence=2)
    assert not [event for event in heard if isinstance(event, OrdersSnapshot)]
    assert [event for event in heard if isinstance(event, FillSeen)]


def test_a_stop_price_of_zero_is_no_trigger() -> None:
    assert patch_of(OPEN).trigger is None


def test_triggers_are_the_trigger() -> None:
    row = {
        **OPEN,
        "order_type": "stop-loss-limit",
        "triggers": {
            "price": Decimal("0.2"),
            "price_type": "static",
            "reference": "index",
            "status": "untriggered",
        },
    }
    assert patch_of(row).trigger == Trigger(price=Decimal("0.2"), reference="index")


def test_a_trailing_trigger_tells_where_it_stands() -> None:
    triggers = {"price": Decimal(-2), "price_type": "pct", "actual_price": Decimal("61000.5")}
    found = patch_of({**OPEN, "order_type": "trailing-stop", "triggers": triggers}).trigger
    assert found == Trigger(price=Decimal(-2), price_type="pct", actual=Decimal("61000.5"))


@pytest.mark.parametrize(
    ("offset", "kind", "text"),
    [
        (Decimal("1.50"), "pct", "+1.50%"),
        (Decimal(-2), "quote", "-2"),
        (Decimal("0.00000010"), "quote", "+0.00000010"),
    ],
)
def test_a_relative_limit_price_is_kept_as_text(offset: Decimal, kind: str, text: str) -> None:
    found = patch_of({**OPEN, "limit_price": offset, "limit_price_type": kind})
    assert (found.limit_price, found.price_text) == (None, text)


def test_digits_of_a_quantity_are_kept() -> None:
    assert str(patch_of(OPEN).qty) == "0.20000000"


@pytest.mark.parametrize("exec_type", ["pending_new", "new"])
def test_a_new_order_tells_when_it_was_made(exec_type: str) -> None:
    assert patch_of({**OPEN, "exec_type": exec_type}).opened_ns == 1_739_143_323_658_312_000


def test_an_amended_order_does_not_tell_when_it_was_made() -> None:
    assert patch_of({**OPEN, "amended": True}).opened_ns is None
    assert patch_of({**OPEN, "exec_type": "amended", "amended": True}).opened_ns is None


def test_a_delta_says_only_what_it_says() -> None:
    delta = {
        "timestamp": "2024-05-18T12:58:51.121515Z",
        "order_status": "new",
        "exec_type": "new",
        "order_userref": 0,
        "order_id": "O1",
    }
    told = 1_716_037_131_121_515_000
    said = OrderPatch(id="O1", status="new", exec_type="new", said_ns=told, opened_ns=told)
    assert structs.replace(patch_of(delta), sent=b"") == said


def test_unknown_words_are_kept_as_text() -> None:
    found = patch_of({**OPEN, "order_status": "pending_cancel", "exec_type": "iceberg_refill"})
    assert (found.status, found.exec_type) == ("pending_cancel", "iceberg_refill")


def test_fields_we_do_not_know_are_ignored() -> None:
    strange = patch_of({**OPEN, "brand_new": {"a": [1, None]}})
    assert structs.replace(strange, sent=b"") == structs.replace(patch_of(OPEN), sent=b"")


def test_an_order_keeps_what_was_sent_of_it_fields_we_do_not_know_included() -> None:
    told = dict(fields(patch_of({**OPEN, "brand_new": {"a": [1, None]}}).sent))
    assert told["order_qty"] == "0.20000000"
    assert (told["brand_new.a.1"], told["brand_new.a.2"]) == ("1", "null")


def test_a_snapshot_keeps_what_was_sent_of_each_order() -> None:
    orders, *_ = snapshot(a_private_talk(), OPEN, {**OPEN, "order_id": "O2", "side": "buy"})
    assert isinstance(orders, OrdersSnapshot)
    assert [dict(fields(one.sent))["side"] for one in orders.orders] == ["sell", "buy"]


def test_a_fill_tells_its_fees_and_whether_it_stood_in_the_book() -> None:
    fees = [
        {"asset": "USD", "qty": Decimal("0.15")},
        {"asset": "KFEE"},
        {"asset": "XXX", "qty": Decimal(10) ** 50},
    ]
    talk = a_private_talk()
    snapshot(talk, OPEN)
    seen, _ = update(talk, {**TRADE, "fees": fees, "liquidity_ind": "m"}, sequence=2)
    assert isinstance(seen, FillSeen)
    assert (seen.fill.fees, seen.fill.maker) == ((("USD", Decimal("0.15")),), True)


def test_fees_that_make_no_sense_cost_no_fill() -> None:
    talk = a_private_talk()
    snapshot(talk, OPEN)
    told = update(talk, {**TRADE, "fees": "none", "liquidity_ind": 7}, sequence=2)
    assert [event.fill.fees for event in told if isinstance(event, FillSeen)] == [()]


def test_a_recorded_market_buy_lives_its_whole_life() -> None:
    events = recorded("executions-sequence.market-buy-filled.jsonl")
    assert [type(event).__name__ for event in events] == [
        "OrderPatched",
        "OrderPatched",
        "FillSeen",
        "OrderPatched",
        "OrderPatched",
    ]
    assert [one.status for one in patches(events)] == ["pending_new", "new", "partially_filled", "filled"]


def test_a_recorded_market_buy_is_counted_in_cash() -> None:
    first = patches(recorded("executions-sequence.market-buy-filled.jsonl"))[0]
    assert (first.cash_qty, first.qty, first.limit_price) == (Decimal("5.00"), None, None)


def test_a_recorded_trade_tells_its_fill_exactly() -> None:
    (fill,) = (
        event.fill
        for event in recorded("executions-sequence.market-buy-filled.jsonl")
        if isinstance(event, FillSeen)
    )
    assert (str(fill.qty), str(fill.price), fill.is_history) == ("0.00005135", "97371.3", False)
    assert fill.exchange_ns == 1_739_217_820_477_274_000


def test_a_recorded_post_only_order_is_marked() -> None:
    talk = Conversation("private", "alice")
    lines = [
        line for _, line in frames(samples("ws-v2", "executions-sequence.limit-post-only-then-cancel.jsonl"))
    ]
    snapshot(talk, sequence=1)
    (event,) = talk.receive(lines[0])
    assert isinstance(event, OrderPatched)
    assert event.patch.post_only is True


def test_a_recorded_cancel_names_neither_pair_nor_side_but_its_reason() -> None:
    (found,) = patches(recorded("kraken-async-rs/execution-order-update-cancelled.jsonl"))
    assert (found.status, found.pair, found.side, found.reason) == ("canceled", None, None, "User requested")


def test_a_recorded_amend_tells_the_new_terms() -> None:
    (found,) = patches(recorded("kraken-async-rs/execution-order-amended.jsonl"))
    assert (found.amended, str(found.qty), str(found.limit_price)) == (True, "5.10000000", "0.9600")


def test_the_recorded_open_order_keeps_the_clients_id() -> None:
    ((_, line),) = frames(samples("ws-v2", "executions-snapshot.open-order.json"))
    (event,) = Conversation("private", "alice").receive(line)
    assert isinstance(event, OrdersSnapshot)
    assert event.orders[0].cl_ord_id == "da507c13-3452-4a2e-93de-18392d6a953b"


def test_the_recorded_fills_of_a_snapshot_are_history() -> None:
    ((_, line),) = frames(samples("ws-v2", "kraken-async-rs", "execution-trades-snapshot.jsonl"))
    _, *fills = Conversation("private", "alice").receive(line)
    assert len(fills) == 4
    assert all(isinstance(event, FillSeen) and event.fill.is_history for event in fills)


def test_a_bad_number_in_a_delta_costs_only_itself() -> None:
    talk = a_private_talk()
    snapshot(talk)
    trouble, told = talk.receive(
        b'{"channel":"executions","type":"update","sequence":2,"data":[{"order_id":"O1",'
        b'"order_status":"new","limit_price":"NaN","order_qty":2.50}]}'
    )
    assert isinstance(trouble, Garbled)
    assert isinstance(told, OrderPatched)
    assert (told.patch.limit_price, str(told.patch.qty)) == (None, "2.50")


def test_a_snapshot_with_an_entry_of_nobody_is_refused_whole() -> None:
    talk = a_private_talk()
    nobody = {key: value for key, value in OPEN.items() if key != "order_id"}
    heard = snapshot(talk, OPEN, nobody)
    assert [type(event) for event in heard] == [Garbled]
    assert len(talk.awaited) == 2


def test_a_trade_that_does_not_say_what_traded_is_reported() -> None:
    talk = a_private_talk()
    snapshot(talk)
    trouble, told = update(talk, {**TRADE, "last_qty": None}, sequence=2)
    assert isinstance(trouble, Garbled)
    assert isinstance(told, OrderPatched)
    assert told.patch.filled == Decimal("0.2")


def test_totals_are_read_from_a_balances_snapshot() -> None:
    talk = a_private_talk()
    rows = ({"asset": "BTC", "balance": Decimal("1.2000000000")}, {"asset": "USD", "balance": 5})
    event, first = talk.receive(data("balances", *rows, kind="snapshot", sequence=1))
    assert first == FirstSnapshot(feed="private", channel="balances")
    assert isinstance(event, BalancesSnapshot)
    assert [(one.asset, str(one.total), one.held) for one in event.holdings] == [
        ("BTC", "1.2000000000", None),
        ("USD", "5", None),
    ]


def test_a_ledger_row_tells_the_new_total() -> None:
    talk = a_private_talk()
    talk.receive(data("balances", kind="snapshot", sequence=3))
    lines = [line for _, line in frames(samples("ws-v2", "kraken-async-rs", "balances-updates.jsonl"))]
    (event,) = (one for one in talk.receive(lines[0]) if not isinstance(one, FirstSnapshot))
    assert isinstance(event, BalanceChanged)
    assert (event.asset, str(event.total), event.wallet) == ("USD", "118.0677", "main")


def test_a_balances_snapshot_with_a_bad_total_is_refused_whole() -> None:
    talk = a_private_talk()
    frame = (
        b'{"channel":"balances","type":"snapshot","sequence":1,"data":[{"asset":"BTC","balance":1},'
        b'{"asset":"USD","balance":null}]}'
    )
    assert [type(event) for event in talk.receive(frame)] == [Garbled]
