"""Public frames: what they say, and what is left when part of one makes no sense (F07, F15)."""

from decimal import Decimal

import pytest

from krakentui.model.event import (
    BookBroken,
    BookChanged,
    CandlesSeen,
    FirstSnapshot,
    Garbled,
    Happening,
    InstrumentsSeen,
    SystemSeen,
    TickerSeen,
    TradesSeen,
    Unknown,
)
from krakentui.model.market import Maintenance, Ticker
from krakentui.wire.spot.ws import Conversation
from tests.support.samples import frames, samples
from tests.wire.spot.talk import data, written


def hear(frame: bytes | str) -> list[Happening]:
    return Conversation("public").receive(frame)


def recorded(name: str) -> list[Happening]:
    ((_, frame),) = frames(samples("ws-v2", name))
    return hear(frame)


def test_a_ticker_keeps_every_digit() -> None:
    (event,) = recorded("ticker-update.json")
    assert isinstance(event, TickerSeen)
    assert str(event.ticker.ask_qty) == "0.00044780"
    assert str(event.ticker.volume) == "3156.84782110"


def test_a_ticker_is_told_with_its_instant() -> None:
    (event,) = recorded("ticker-update.json")
    assert isinstance(event, TickerSeen)
    assert event.ticker.exchange_ns == 1_790_358_506_844_359_000
    assert event.source == "stream"


def test_figures_that_are_not_told_are_none_and_not_zero() -> None:
    assert hear(data("ticker", {"symbol": "BTC/USD", "bid": None})) == [
        TickerSeen(ticker=Ticker(symbol="BTC/USD"))
    ]


@pytest.mark.parametrize("number", ['"NaN"', "1e999999", '"Infinity"', "9" * 60, '"abc"', "true", "[1]"])
def test_a_number_that_is_none_costs_only_itself(number: str) -> None:
    frame = f'{{"channel":"ticker","data":[{{"symbol":"BTC/USD","bid":{number},"ask":5.10}}]}}'
    trouble, told = hear(frame)
    assert isinstance(trouble, Garbled)
    assert "bid" in trouble.why
    assert told == TickerSeen(ticker=Ticker(symbol="BTC/USD", ask=Decimal("5.10")))


def test_a_row_without_its_symbol_is_lost_and_the_others_kept() -> None:
    trouble, told = hear(data("ticker", {"bid": 1}, {"symbol": "ETH/USD", "bid": 2}))
    assert isinstance(trouble, Garbled)
    assert told == TickerSeen(ticker=Ticker(symbol="ETH/USD", bid=Decimal(2)))


def test_trades_of_one_pair_come_together() -> None:
    ((_, frame),) = frames(samples("ws-v2", "kraken-async-rs", "trade-snapshot.jsonl"))
    (event,) = hear(frame)
    assert isinstance(event, TradesSeen)
    assert event.snapshot
    assert [trade.trade_id for trade in event.trades] == [70635251, 70635252]
    assert [trade.side for trade in event.trades] == ["sell", "buy"]


def test_a_trade_without_an_instant_is_lost() -> None:
    good = {
        "symbol": "BTC/USD",
        "side": "buy",
        "price": 1,
        "qty": 1,
        "trade_id": 2,
        "timestamp": "2026-08-01T02:53:53Z",
    }
    trouble, told = hear(data("trade", good, {**good, "timestamp": "yesterday"}))
    assert isinstance(trouble, Garbled)
    assert isinstance(told, TradesSeen)
    assert len(told.trades) == 1


def test_candles_begin_where_the_wire_says() -> None:
    (event,) = recorded("ohlc-update.json")
    assert isinstance(event, CandlesSeen)
    (bar,) = event.candles
    assert (bar.begin_ns, bar.interval_min, bar.trades) == (1_790_358_480 * 10**9, 1, 33)


def test_status_is_told_in_any_word() -> None:
    assert hear(data("status", {"system": "brand_new_mode"})) == [SystemSeen(system="brand_new_mode")]


def test_no_announced_maintenance_is_not_the_same_as_not_told() -> None:
    assert recorded("status.2026-09.json") == [SystemSeen(system="online", maintenance=())]
    assert recorded("status.json") == [SystemSeen(system="online", maintenance=None)]


def test_announced_maintenance_is_read() -> None:
    row = {
        "title": "Engine\x1b work",
        "expected_start_utc": "2026-05-11T09:00:00Z",
        "expected_end_utc": None,
        "affected_services": ["spot_trading"],
        "recommended_action": "reduce_activity",
    }
    (event,) = hear(data("status", {"system": "online", "upcoming_maintenance": [row]}))
    assert isinstance(event, SystemSeen)
    assert event.maintenance == (
        Maintenance(
            title="Engine\N{REPLACEMENT CHARACTER} work",
            starts_ns=1_778_490_000 * 10**9,
            services=("spot_trading",),
            advice="reduce_activity",
        ),
    )


def an_instrument(**change: object) -> dict[str, object]:
    return {
        "symbol": "ETH/BTC",
        "base": "ETH",
        "quote": "BTC",
        "status": "online",
        "qty_precision": 8,
        "price_precision": 5,
        "cost_precision": 10,
        "cost_min": Decimal("0.00002"),
        "price_increment": Decimal("0.00001"),
        "qty_min": Decimal("0.00200000"),
        **change,
    }


def instruments(*pairs: dict[str, object], assets: list[object] | None = None) -> bytes:
    body = {"assets": assets or [], "pairs": list(pairs)}
    return written({"channel": "instrument", "type": "snapshot", "data": body})


def test_instruments_are_read() -> None:
    (event,) = hear(instruments(an_instrument()))
    assert isinstance(event, InstrumentsSeen)
    (pair,) = event.pairs
    assert (pair.symbol, pair.price_places, pair.qty_places, pair.cost_places) == ("ETH/BTC", 5, 8, 10)


@pytest.mark.parametrize("change", [{"price_precision": -1}, {"qty_precision": 10**9}, {"base": None}])
def test_a_pair_that_makes_no_sense_is_lost_alone(change: dict[str, object]) -> None:
    trouble, told = hear(instruments(an_instrument(), an_instrument(**change)))
    assert isinstance(trouble, Garbled)
    assert isinstance(told, InstrumentsSeen)
    assert len(told.pairs) == 1


def test_places_are_learned_from_instruments() -> None:
    talk = Conversation("public")
    talk.receive(instruments(an_instrument(symbol="MATIC/USD", price_precision=4)))
    ((_, frame),) = frames(samples("ws-v2", "book-snapshot.matic-usd.json"))
    talk.receive(frame)
    assert talk.books["MATIC/USD"].places == (4, 8)


@pytest.mark.parametrize("text", ["a\x1b[31mb", "a\u202eb", "a\x07b", "a\ud800b"])
def test_no_text_of_a_frame_reaches_the_terminal_raw(text: str) -> None:
    (event,) = [*hear(written({"channel": text, "type": "update", "data": []}))]
    shown = event.what if isinstance(event, Unknown) else event.why if isinstance(event, Garbled) else ""
    assert shown.isprintable()


def test_an_unknown_channel_is_named() -> None:
    assert hear(b'{"channel":"level3","type":"snapshot","data":[]}') == [
        Unknown(where="public", what="level3")
    ]


@pytest.mark.parametrize(
    "frame",
    [
        b"",
        b"null",
        b"[]",
        b"17",
        b'"text"',
        b"CloudFlare WebSocket proxy restarting",
        b"<html>",
        b'{"channel":"ticker","data":[',
        b'{"channel":17}',
        b'{"channel":"ticker"}',
        b'{"channel":"ticker","data":null}',
        b'{"channel":"ticker","data":{}}',
        b'{"channel":"executions","data":17,"sequence":2}',
        b'{"channel":"instrument","data":[]}',
        b'{"method":null}',
        b'{"method":17}',
        b'{"result":{}}',
        b"\xff\xfe\x00",
        b'{"channel":"ticker","x":' + b"[" * 100_000,
        b'{"channel":"ticker","data":[{"symbol":"BTC/USD","bid":' + b"9" * 5_000 + b"}]}",
    ],
    ids=range(20),
)
def test_nonsense_is_garbled_and_never_raises(frame: bytes) -> None:
    heard = hear(frame)
    assert any(isinstance(event, Garbled) for event in heard)


def test_an_excerpt_of_nonsense_is_short_and_clean() -> None:
    (event,) = hear(b"\x1b]0;title\x07" + b"x" * 10_000)
    assert isinstance(event, Garbled)
    assert len(event.excerpt) <= 80
    assert event.excerpt.isprintable()


def a_book_row(**change: object) -> dict[str, object]:
    level = {"price": Decimal("2.5"), "qty": Decimal("1.00")}
    return {"symbol": "A/B", "bids": [level], "asks": [], "checksum": 3421780262, **change}


def test_a_wrong_checksum_drops_the_book_until_the_next_snapshot() -> None:
    talk = Conversation("public")
    level = {"price": Decimal("2.5"), "qty": Decimal("1.00")}
    (broken,) = talk.receive(data("book", a_book_row(checksum=1), kind="snapshot"))
    assert isinstance(broken, BookBroken)
    assert "A/B" not in talk.books
    assert talk.receive(data("book", {"symbol": "A/B", "bids": [level], "checksum": broken.found})) == []
    (healed,) = talk.receive(data("book", a_book_row(checksum=broken.found), kind="snapshot"))
    assert healed == BookChanged(symbol="A/B")


def test_one_broken_book_leaves_the_others() -> None:
    talk = Conversation("public")
    (probe,) = talk.receive(data("book", a_book_row(checksum=1), kind="snapshot"))
    assert isinstance(probe, BookBroken)
    talk.receive(data("book", a_book_row(symbol="C/D", checksum=probe.found), kind="snapshot"))
    talk.receive(data("book", a_book_row(checksum=5), kind="snapshot"))
    assert set(talk.books) == {"C/D"}


def test_a_book_without_checksum_is_not_believed() -> None:
    talk = Conversation("public")
    (event,) = talk.receive(data("book", a_book_row(checksum=None), kind="snapshot"))
    assert isinstance(event, Garbled)
    assert not talk.books


def test_a_broken_first_snapshot_is_no_first_snapshot() -> None:
    talk = Conversation("public")
    talk.subscribe("book", symbol="A/B", depth=10)
    heard = talk.receive(data("book", a_book_row(checksum=1), kind="snapshot"))
    assert not [event for event in heard if isinstance(event, FirstSnapshot)]
    assert len(talk.awaited) == 1


def test_an_unsubscribed_book_is_gone() -> None:
    talk = Conversation("public")
    (probe,) = talk.receive(data("book", a_book_row(checksum=1), kind="snapshot"))
    assert isinstance(probe, BookBroken)
    talk.receive(data("book", a_book_row(checksum=probe.found), kind="snapshot"))
    talk.unsubscribe("book", "A/B")
    assert not talk.books


def test_a_snapshot_deeper_than_subscribed_is_cut() -> None:
    talk = Conversation("public")
    talk.subscribe("book", symbol="A/B", depth=1)
    deep = [{"price": Decimal(price), "qty": Decimal(1)} for price in (3, 2, 1)]
    (probe,) = talk.receive(data("book", a_book_row(bids=deep, checksum=1), kind="snapshot"))
    assert isinstance(probe, BookBroken)
    talk.receive(data("book", a_book_row(bids=deep, checksum=probe.found), kind="snapshot"))
    assert len(talk.books["A/B"].bids) == 1
