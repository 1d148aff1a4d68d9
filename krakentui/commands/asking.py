"""The question of `krakentui cancel` on a terminal: the same facts as the screen's, and no hasty answer."""

import asyncio
import os
import sys
import termios
from decimal import Decimal
from fractions import Fraction

from krakentui.budget.words import duration
from krakentui.commands.columns import columns
from krakentui.model.number import counted, grouped, plain, points_text
from krakentui.model.text import clean
from krakentui.state.question import typed
from krakentui.state.view import Question, QuestionOrder
from krakentui.state.ways import HasteView, PairView, WayName, WayView
from krakentui.state.words import in_places, trimmed

_MOST_TYPED = 1000
ALL_AT_ONCE: WayName = "everything at once"
NOT_AT_ONCE = "Not shown: everything at once. It would take every open order of the account, not only these."


def has_terminal() -> bool:
    """Tell whether somebody can be asked."""
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stderr))


def facts(question: Question, *, dry: bool = False, hasty: bool = False) -> str:
    """Write what would be done: account, key, venue, every order, what it costs, which way it goes.

    `dry` also lays out the ways; `hasty` = with `--yes` it would go in haste.
    """
    haste = question.in_haste if dry and hasty else None
    count = len(question.orders)
    what = f"all {counted(count, 'open order')}" if question.everything else counted(count, "order")
    if question.new_too:
        what = f"EVERYTHING{f': these {count} and' if count else ','} new orders too,"
    account, key = question.account or "unknown", question.key or "none"
    lines = [
        f"{'Would cancel' if dry else 'Cancel'} {what} of account {account} ({question.venue}, key {key}):",
        *(f"  {describe(order)}" for order in question.orders),
        *_worth(question),
        f"Goes {question.route}. {_adds(question)}",
        *(_in_haste(haste) if haste is not None else ()),
        *(f"Note: {warning}" for warning in question.warnings),
        *(ways(question, haste) if dry and question.pairs else ()),
    ]
    return "\n".join(clean(line, 400) for line in lines)


def _in_haste(haste: HasteView) -> list[str]:
    """Say how the same goes with `--yes`, which opens no websocket for a second, unless it has to wait."""
    cost = _range(points_text(haste.rest_low, up=False), points_text(haste.rest_high, up=True))
    added = "nothing" if cost == "0" else counted(cost, "point")
    way = f"With --yes it goes {haste.route}, unless the exchange takes over a second to list the orders"
    return [f"{way}; that adds {added} to the key's REST counter."]


def ways(question: Question, haste: HasteView | None = None) -> list[str]:
    """Lay out what each way of cancelling would do to each pair; * marks the way it goes, + that in haste.

    Everything at once is a way for everything only: of chosen orders it would take all others along.
    """
    rows = [("  WAY", "ADDS", "COUNTER", "NEW ORDERS")]
    for pair in question.pairs:
        open_ways = [way for way in pair.ways if question.everything or way.name != ALL_AT_ONCE]
        rows += [_way_row(pair, way, haste) for way in open_ways]
    also = any(row[0].startswith("+") for row in rows)
    marks = f"* = as it goes{', + = with --yes' if also else ''}"
    lines = [f"Ways of cancelling, the cheapest order first ({marks}):", *columns(rows)]
    return lines if question.everything else [*lines, NOT_AT_ONCE]


def _way_row(pair: PairView, way: WayView, haste: HasteView | None) -> tuple[str, str, str, str]:
    mark = "*" if way.chosen else "+" if haste is not None and haste.name == way.name else " "
    name = f"{mark} {pair.pair} {way.name}"
    if way.name == "one by one" and pair.pass_low < pair.orders:
        name += f", {_range(str(pair.pass_low), str(pair.pass_high))} of {pair.orders} pass"
    cost = _range(points_text(way.cost_low, up=False), points_text(way.cost_high, up=True))
    end = _range(points_text(way.end_low, up=False), points_text(way.end_high, up=True))
    return name, cost, f"{end} of {points_text(pair.max, up=False)}", _new_orders(way)


def _new_orders(way: WayView) -> str:
    if way.new_sure_ns is None or way.new_best_ns is None:
        return "never"
    if not way.new_sure_ns:
        return "at once"
    sure = duration(way.new_sure_ns)
    return f"in {_range(duration(way.new_best_ns), sure)}" if way.new_best_ns else f"within {sure}"


def _range(low: str, high: str) -> str:
    return low if low == high else f"{low} to {high}"


def describe(order: QuestionOrder) -> str:
    """Write one order in one line."""
    words = [order.id, order.side or "?", _number(order.remaining), order.pair or "?", order.type or "?"]
    if order.price is not None:
        words += ["at", in_places(order.price, order.price_places)]
    elif order.price_text:
        words += ["at", order.price_text]
    if order.trigger is not None:
        words += ["trigger", in_places(order.trigger, order.price_places)]
    if order.value is not None:
        words.append(f"({_figure(order.value)} {order.quote or 'of an unknown currency'})")
    if order.protective:
        words.append("[protective stop]")
    return " ".join(words)


async def confirmed(question: Question) -> bool:
    """Ask on the terminal; everything is confirmed by typing the count, the rest by `yes`."""
    needed = typed(question, len(question.orders)) if question.everything else "yes"
    print(facts(question), file=sys.stderr, flush=True)
    termios.tcflush(sys.stdin.fileno(), termios.TCIFLUSH)  # typed before the question: no answer to it
    print(f"Type {needed} to cancel, anything else keeps: ", end="", file=sys.stderr, flush=True)
    return await _typed() == needed


async def _typed() -> str:
    """Read one line without stopping the loop."""
    loop = asyncio.get_running_loop()
    line: asyncio.Future[str] = loop.create_future()
    file = sys.stdin.fileno()
    typed = bytearray()

    def take() -> None:
        data = os.read(file, _MOST_TYPED)
        typed.extend(data)
        if (not data or b"\n" in data or len(typed) > _MOST_TYPED) and not line.done():
            line.set_result(typed.decode("utf-8", "replace").strip())

    loop.add_reader(file, take)
    try:
        return await line
    finally:
        loop.remove_reader(file)


def _worth(question: Question) -> list[str]:
    """Write what many orders are worth together, by currency."""
    totals: dict[str, Decimal] = {}
    for order in question.orders:
        if order.value is not None and order.quote:
            totals[order.quote] = totals.get(order.quote, Decimal(0)) + order.value
    if len(question.orders) < 2 or not totals:
        return []
    unknown = sum(order.value is None or not order.quote for order in question.orders)
    words = [f"{_figure(total)} {quote}" for quote, total in totals.items()]
    words += [f"{unknown} of unknown worth"] if unknown else []
    return [f"Together {', '.join(words)}."]


def _figure(total: Decimal) -> str:
    return grouped(plain(total.normalize()))


def _number(number: Decimal | None) -> str:
    return "?" if number is None else trimmed(number)


def _adds(question: Question) -> str:
    if not question.counted:
        return "What it adds to the pairs' counters is not known."
    return f"Adds {_points(question)} to the pairs' counters."


def _points(question: Question) -> str:
    """Write what the way it goes adds to all pairs' counters, as the table of ways has it pair by pair."""
    chosen = [way for pair in question.pairs for way in pair.ways if way.chosen]
    low, high = question.cost_low, question.cost_high
    if chosen and sum(pair.orders for pair in question.pairs) == len(question.orders):
        low = sum((way.cost_low for way in chosen), Fraction(0))
        high = sum((way.cost_high for way in chosen), Fraction(0))
    cost = _range(points_text(low, up=False), points_text(high, up=True))
    return counted(cost, "point")
