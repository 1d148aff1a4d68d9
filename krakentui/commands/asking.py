"""The question of `krakentui cancel` on a terminal: the same facts as the screen's, and no hasty answer."""

import asyncio
import os
import sys
import termios
from decimal import Decimal

from krakentui.model.number import plain, points_text
from krakentui.model.text import clean
from krakentui.state.view import Question, QuestionOrder

_MOST_TYPED = 1000


def has_terminal() -> bool:
    """Tell whether somebody can be asked."""
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stderr))


def facts(question: Question, *, dry: bool = False) -> str:
    """Write what would be done: account, key, venue, every order, what it costs, which way it goes."""
    count = len(question.orders)
    what = f"all {_orders(count, 'open order')}" if question.everything else _orders(count)
    account, key = question.account or "unknown", question.key or "none"
    lines = [
        f"{'Would cancel' if dry else 'Cancel'} {what} of account {account} ({question.venue}, key {key}):",
        *(f"  {describe(order)}" for order in question.orders),
        *_worth(question),
        f"Goes {question.route}. Adds {_points(question)} to the pairs' counters.",
        *(f"Note: {warning}" for warning in question.warnings),
    ]
    return "\n".join(clean(line, 400) for line in lines)


def describe(order: QuestionOrder) -> str:
    """Write one order in one line."""
    words = [order.id, order.side or "?", _number(order.remaining), order.pair or "?", order.type or "?"]
    if order.price is not None:
        words += ["at", plain(order.price)]
    elif order.price_text:
        words += ["at", order.price_text]
    if order.trigger is not None:
        words += ["trigger", plain(order.trigger)]
    if order.value is not None:
        words.append(f"({_figure(order.value)} {order.quote or 'of an unknown currency'})")
    if order.protective:
        words.append("[protective stop]")
    return " ".join(words)


async def confirmed(question: Question) -> bool:
    """Ask on the terminal; everything is confirmed by typing the count, the rest by `yes`."""
    needed = str(len(question.orders)) if question.everything else "yes"
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


def _orders(count: int, noun: str = "order") -> str:
    return f"1 {noun}" if count == 1 else f"{count} {noun}s"


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
    return plain(total.normalize())


def _number(number: Decimal | None) -> str:
    return "?" if number is None else plain(number)


def _points(question: Question) -> str:
    low, high = points_text(question.cost_low, up=False), points_text(question.cost_high, up=True)
    if low == high:
        return "1 point" if high == "1" else f"{high} points"
    return f"{low} to {high} points"
