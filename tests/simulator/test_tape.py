"""Candles, 24 h figures and trades come from one tape and agree."""

import itertools
from decimal import Decimal

import pytest

from krakentui.simulator.candles import INTERVALS, Candle, grouped, merged
from krakentui.simulator.tape import MINUTES_KEPT, Tape
from tests.simulator.publicly import Listener, a_world, ask, pass_time


def _rows(candles: list[Candle]) -> list[tuple[int, ...]]:
    return [(c.minute, c.open, c.high, c.low, c.close, c.volume, c.cost, c.count) for c in candles]


@pytest.mark.parametrize("interval", INTERVALS)
def test_candles_of_every_interval_join_without_a_hole(interval: int) -> None:
    world = a_world("BTC/USD")
    pass_time(world, 130)
    rows = world.markets["BTC/USD"].tape.series(interval, 720, world.clock.now_us())
    assert len(rows) == 720 or interval >= 10080
    assert all(later.minute - earlier.minute == interval for earlier, later in itertools.pairwise(rows))
    for row in rows:
        assert 0 < row.low <= min(row.open, row.close)
        assert row.high >= max(row.open, row.close)
        assert not row.count or row.low <= row.vwap <= row.high


@pytest.mark.parametrize(("fine", "coarse"), [(1, 5), (5, 15), (15, 60), (60, 1440)])
def test_coarse_candles_are_made_of_the_fine_ones(fine: int, coarse: int) -> None:
    world = a_world("ETH/USD")
    pass_time(world, 400)
    tape = world.markets["ETH/USD"].tape
    small = tape.series(fine, 720, world.clock.now_us())
    large = {row.minute: row for row in tape.series(coarse, 720, world.clock.now_us())}
    whole = [row for row in small if row.minute // coarse * coarse >= small[0].minute]
    made = grouped([row for row in whole if row.count], coarse)
    assert len(made) > 5
    assert _rows(made) == _rows([large[row.minute] for row in made])


def test_the_past_ends_at_the_opening_price() -> None:
    tape = a_world("BTC/USD").markets["BTC/USD"].tape
    assert tape.history.day[-1].close == tape.opening.price == tape.last
    assert tape.history.day[0].open == tape.opening.day_before
    assert tape.history.prints[-1].price == tape.opening.price


def test_the_last_prints_before_the_start_add_up_to_their_minutes() -> None:
    tape = a_world("BTC/USD").markets["BTC/USD"].tape
    by_minute: dict[int, list[tuple[int, int]]] = {}
    for row in tape.history.prints:
        by_minute.setdefault(row.t_us // 60_000_000, []).append((row.price, row.qty))
    minutes = {candle.minute: candle for candle in tape.history.day}
    for minute, prints in list(by_minute.items())[1:]:
        made = Candle.of_print(minute, *prints[0])
        for price, qty in prints[1:]:
            made.take(price, qty)
        assert _rows([made]) == _rows([minutes[minute]])


def test_day_figures_are_those_of_the_stream() -> None:
    world = a_world("SOL/USD")
    listener = Listener(world)
    listener.subscribe("trade", "SOL/USD", snapshot=False)
    (before,) = (row for row in listener.subscribe("ticker", "SOL/USD") if row.get("channel") == "ticker")
    pass_time(world, 50)
    trades = [trade for frame in listener.data("trade") for trade in frame["data"]]
    last = list(listener.data("ticker"))[-1]["data"][0]
    opened = before["data"][0]
    assert int(last["trades"]) == opened["trades"] + len(trades)
    volume = sum(Decimal(trade["qty"]) for trade in trades)
    assert Decimal(last["volume"]) == Decimal(str(opened["volume"])) + volume
    assert last["last"] == trades[-1]["price"]
    prices = [Decimal(trade["price"]) for trade in trades]
    assert Decimal(last["high"]) == max(Decimal(str(opened["high"])), *prices)


def test_candles_are_those_of_the_stream() -> None:
    world = a_world("SOL/USD")
    listener = Listener(world)
    listener.subscribe("trade", "SOL/USD", snapshot=False)
    pass_time(world, 59)
    trades = [trade for frame in listener.data("trade") for trade in frame["data"]]
    row = ask(world, "OHLC", "pair=SOLUSD&interval=1")["result"]["SOLUSD"][-1]
    prices = [trade["price"] for trade in trades]
    assert row[1:5] == [prices[0], max(prices), min(prices), prices[-1]]
    assert Decimal(row[6]) == sum(Decimal(trade["qty"]) for trade in trades)
    assert row[7] == len(trades)


def test_the_ohlc_channel_ends_where_rest_ends() -> None:
    world = a_world("BTC/USD")
    listener = Listener(world)
    listener.subscribe("ohlc", "BTC/USD", interval=5)
    pass_time(world, 200)
    told = list(listener.data("ohlc", "update"))[-1]["data"][0]
    row = ask(world, "OHLC", "pair=XBTUSD&interval=5")["result"]["XXBTZUSD"][-1]
    assert row[1:] == [
        told["open"],
        told["high"],
        told["low"],
        told["close"],
        told["vwap"],
        told["volume"],
        int(told["trades"]),
    ]


def test_the_change_is_counted_from_the_price_24_hours_ago() -> None:
    world = a_world("BTC/USD")
    tape = world.markets["BTC/USD"].tape
    pass_time(world, 600)
    window_start = world.clock.now_us() // 60_000_000 - 1440
    expected = next(candle for candle in tape.history.day if candle.minute >= window_start)
    assert tape.last_day(world.clock.now_us()).open == expected.open


def test_old_minutes_are_merged_into_hours_and_nothing_is_lost() -> None:
    world = a_world("PI/USD", moving=False)
    tape: Tape = world.markets["PI/USD"].tape
    prints = MINUTES_KEPT + 500
    for minute in range(prints):
        tape.add("buy", 60_420 + minute % 7, 100, "limit", world.start_us + minute * 60_000_000)
    live = list(tape.candles_since(tape.start_minute))
    assert len(tape.minutes) <= MINUTES_KEPT
    assert merged(live, tape.start_minute).count == prints


def test_trades_page_by_their_own_cursor() -> None:
    world = a_world("BTC/USD")
    pass_time(world, 60)
    seen: list[int] = []
    since = str(world.start_us // 1_000_000 - 60)
    for _ in range(8):
        found = ask(world, "Trades", f"pair=XBTUSD&count=100&since={since}")["result"]
        seen += [row[6] for row in found["XXBTZUSD"]]
        since = found["last"]
    assert len(seen) > 150
    assert seen == list(range(seen[0], seen[0] + len(seen)))
