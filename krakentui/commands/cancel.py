"""`krakentui cancel`: asks, sends, reports per order; the exit code is that of the worst outcome.

The ids are frozen when the question is made. An outcome is what the session's journal tells on
evidence of the exchange; what has none after half a minute is reported as unknown and left alone.
"""

import asyncio
from collections.abc import Mapping, Sequence
from decimal import Decimal

from msgspec import Struct

from krakentui.commands import asking, guard, running
from krakentui.commands.choose import settings_for
from krakentui.commands.complete import PATIENCE_S, why_missing
from krakentui.commands.lines import put, text_of
from krakentui.commands.parser import Given
from krakentui.commands.schema import Object, cost_interval, instant, money
from krakentui.commands.select import check_selector, is_everything, selected, unjudged
from krakentui.engine.face import Face
from krakentui.model.error import KrakentuiError, UsageError
from krakentui.model.order import Outcome
from krakentui.settings import Settings
from krakentui.state.view import CancelCost, NotAsked, OrderRow, Question, QuestionOrder

ANSWERED_NO = 5
SETTLING_S = 30.0
"""How long an outcome is waited for (the design promises 15 s once the private socket lives)."""
CODES: Mapping[Outcome, int] = {
    "cancelled": 0,
    "filled": 0,
    "gone": 0,
    "not_sent": 1,
    "refused": 3,
    "unknown": 4,
}


class Result(Struct, frozen=True, kw_only=True):
    """What came of one order. Without an outcome nothing was tried."""

    id: str
    pair: str | None = None
    outcome: Outcome | None = None
    filled: Decimal | None = None
    text: str
    cost: CancelCost | None = None


class Chosen(Struct, frozen=True):
    """The open orders that are meant, and the ids that are not among the open orders."""

    rows: tuple[OrderRow, ...]
    strangers: tuple[Result, ...] = ()


def run(given: Given) -> int:
    """Cancel what was named or described."""
    check_selector(given)
    if not (given.yes or given.dry_run or asking.has_terminal()):
        raise UsageError("There is no terminal to ask on: add --yes to cancel without a question.")
    return running.run_loop(_cancel(given, settings_for(given)))


async def _cancel(given: Given, settings: Settings) -> int:
    async with running.opened(settings) as face:
        if not await running.until(face, PATIENCE_S, settings.speed, lambda t_ns: _ready(face, given, t_ns)):
            _explain(face, given)
        return await cancel(face, given, settings.speed)


async def cancel(face: Face, given: Given, speed: float = 1.0) -> int:
    """Choose, ask, send, wait, report; the orders of the session must be known."""
    view = face.orders(face.clock.mono_ns())
    if view.denied is not None:
        raise KrakentuiError(view.denied)
    chosen = choose(view.rows, given)
    if not chosen.rows:
        return report(face, given, chosen.strangers)
    question = (
        face.ask_cancel_all() if is_everything(given) else face.ask_cancel([row.id for row in chosen.rows])
    )
    if isinstance(question, NotAsked):
        return report(face, given, (*_not_sent(chosen.rows, question.why), *chosen.strangers))
    if given.dry_run:
        return report(face, given, (*_untried(question), *chosen.strangers))
    if not given.yes and not await asking.confirmed(question):
        guard.say("Nothing was cancelled.")
        return report(face, given, (*_untried(question), *chosen.strangers), ANSWERED_NO)
    after = max((line.number for line in face.journal()), default=0)
    refused = face.confirm(question)
    if refused is not None:
        rows = [row for row in chosen.rows if row.id in {order.id for order in question.orders}]
        return report(face, given, (*_not_sent(rows, refused.why), *chosen.strangers))
    return report(face, given, (*await _settled(face, question, after, speed), *chosen.strangers))


def choose(rows: Sequence[OrderRow], given: Given) -> Chosen:
    """Tell which open orders are meant."""
    if not given.ids:
        return Chosen(selected(rows, given))
    by_id = {row.id: row for row in rows}
    ids = tuple(dict.fromkeys(given.ids))
    strangers = tuple(
        Result(id=order_id, outcome="not_sent", text=f"There is no open order {order_id}: nothing was sent.")
        for order_id in ids
        if order_id not in by_id
    )
    return Chosen(tuple(by_id[order_id] for order_id in ids if order_id in by_id), strangers)


def exit_code(results: Sequence[Result]) -> int:
    """Tell the worst of the outcomes."""
    return max((CODES[result.outcome] for result in results if result.outcome is not None), default=0)


def report(face: Face, given: Given, results: Sequence[Result], least: int = 0) -> int:
    """Print what came of each order and give the exit code."""
    code = max(least, exit_code(results))
    if given.json:
        put(text_of(cancel_object(face, results, code)))
    elif results:
        put("\n".join(f"{result.outcome or 'open':9}  {result.text}" for result in results))
    else:
        put("No open order fits: nothing to cancel.")
    return code


def cancel_object(face: Face, results: Sequence[Result], code: int) -> Object:
    """Build the object of `krakentui cancel --json`."""
    status = face.status(face.clock.mono_ns())
    return {
        "v": 1,
        "at": instant(status.wall_ns),
        "account": status.account,
        "orders": [_result_object(result) for result in results],
        "exit": code,
    }


def _result_object(result: Result) -> Object:
    return {
        "id": result.id,
        "pair": result.pair,
        "outcome": result.outcome,
        "filled": money(result.filled),
        "text": result.text,
        "cost": None if result.cost is None else cost_interval(result.cost.low, result.cost.high),
    }


async def _settled(face: Face, question: Question, after: int, speed: float) -> tuple[Result, ...]:
    """Wait until every order of the question has its outcome, or for as long as that is reasonable."""
    told: dict[str, Result] = {}

    for order in question.orders:  # closed between question and answer: there was nothing left to send
        if order.id not in face.unsettled():
            told[order.id] = _gone(order)

    def all_told(_: int) -> bool:
        told.update(_told(face, question, after))
        return len(told) == len(question.orders) and not {*face.unsettled()} & told.keys()

    try:
        await running.until(face, SETTLING_S, speed, all_told)
    except asyncio.CancelledError:
        left = [order.id for order in question.orders if order.id not in told]
        if left:
            guard.say(f"Not confirmed by the exchange yet: the cancel of {', '.join(left)}.")
        raise
    return tuple(told.get(order.id) or _unknown(order) for order in question.orders)


def _told(face: Face, question: Question, after: int) -> dict[str, Result]:
    """Read the outcomes out of the journal; the last word on an order counts."""
    orders = {order.id: order for order in question.orders}
    return {
        line.order_id: Result(
            id=line.order_id,
            pair=orders[line.order_id].pair,
            outcome=line.outcome,
            filled=line.filled,
            text=line.text,
            cost=orders[line.order_id].cost,
        )
        for line in face.journal(after)
        if line.order_id in orders and line.outcome is not None
    }


def _gone(order: QuestionOrder) -> Result:
    text = f"{order.id} was no longer open when its turn came: nothing was sent."
    return Result(id=order.id, pair=order.pair, outcome="gone", text=text, cost=order.cost)


def _unknown(order: QuestionOrder) -> Result:
    text = f"Cancel of {order.id}: not settled within {SETTLING_S:.0f} s. Look at your open orders."
    return Result(id=order.id, pair=order.pair, outcome="unknown", text=text, cost=order.cost)


def _not_sent(rows: Sequence[OrderRow], why: str) -> tuple[Result, ...]:
    return tuple(
        Result(
            id=row.id,
            pair=row.pair,
            outcome="not_sent",
            filled=row.filled,
            text=f"{row.id}: {why}",
            cost=row.cost,
        )
        for row in rows
    )


def _untried(question: Question) -> tuple[Result, ...]:
    return tuple(
        Result(id=order.id, pair=order.pair, text=f"kept: {asking.describe(order)}", cost=order.cost)
        for order in question.orders
    )


def _ready(face: Face, given: Given, t_ns: int) -> bool:
    """Tell whether the orders are listed and enough is known of each to tell which are meant."""
    view = face.orders(t_ns)
    return view.denied is not None or (view.known and not unjudged(view.rows, given))


def _explain(face: Face, given: Given) -> None:
    """Say what is not known: without the list nothing is cancelled, else the unknown ones are left alone.

    Raises:
        KrakentuiError: the orders are not listed.
    """
    view = face.orders(face.clock.mono_ns())
    if not view.known:
        raise KrakentuiError(why_missing(face, ("orders",)))
    left = unjudged(view.rows, given)
    if left:
        what = ", ".join(row.id for row in left)
        guard.say(f"Left alone, because it is not known whether the description fits: {what}.")
