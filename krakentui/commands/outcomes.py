"""What came of each order of a `krakentui cancel`: read out of the state, printed, and made an exit code."""

from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal

from msgspec import Struct

from krakentui.commands import asking
from krakentui.commands.everything import Everything, view_of
from krakentui.commands.lines import put, text_of
from krakentui.commands.parser import Given
from krakentui.commands.schema import Object, cost_interval, instant, money
from krakentui.engine.face import Face
from krakentui.model.number import counted
from krakentui.model.order import Outcome
from krakentui.state.view import CancelCost, OrderRow, OrdersView, Question

CODES: Mapping[Outcome, int] = {
    "cancelled": 0,
    "filled": 0,
    "gone": 0,
    "not_sent": 1,
    "refused": 3,
    "unknown": 4,
}
_STAGES: Mapping[str, str] = {
    "planned": "to be sent",
    "waits": "to be sent",
    "sent": "sent and not answered",
    "taken": "sent and answered",
    "closing": "queued by the exchange",
    "asking": "being asked about",
}
"""How far a cancel is that has no outcome yet."""
_OUTCOMES: Mapping[str, Outcome] = {outcome: outcome for outcome in CODES}


class Result(Struct, frozen=True, kw_only=True):
    """What came of one order. Without an outcome nothing was tried."""

    id: str
    pair: str | None = None
    outcome: Outcome | None = None
    filled: Decimal | None = None
    text: str
    cost: CancelCost | None = None


def told(face: Face, question: Question, why: str) -> tuple[Result, ...]:
    """Tell what came of each order so far; of one that is still on its way it is unknown, with a clause."""
    view = view_of(face, question)
    if view is None:
        return ()
    costs = {order.id: order.cost for order in question.orders}
    return tuple(
        Result(
            id=row.id,
            pair=row.pair,
            outcome=_OUTCOMES.get(row.state, "unknown"),
            filled=row.filled,
            text=row.text or f"Cancel of {row.id}: {why}. Look at your open orders.",
            cost=costs.get(row.id),
        )
        for row in view.rows
    )


def unconfirmed(face: Face, question: Question) -> tuple[str, ...]:
    """List the orders whose outcome is still to come."""
    view = view_of(face, question)
    return () if view is None else tuple(row.id for row in view.rows if row.is_open)


def on_its_way(face: Face, question: Question) -> str | None:
    """Say how far the cancels are whose outcome is still to come; None = that of no order is."""
    view = view_of(face, question)
    rows = () if view is None else view.rows
    states = Counter(_STAGES[row.state] for row in rows if row.is_open)
    if not states:
        return None
    done = len(rows) - sum(states.values())
    parts = [f"{states[stage]} {stage}" for stage in dict.fromkeys(_STAGES.values()) if states[stage]]
    if done:
        parts.append(f"{done} ended")
    return f"{counted(len(rows), 'cancel')}: {', '.join(parts)}. Waiting for evidence of the exchange."


def closed(face: Face, order_id: str) -> Result | None:
    """Tell how an order had ended before anything was sent; None where that is not known."""
    found = face.found(order_id)
    if found is None:
        return None
    if found.fate == "stranger":
        return Result(id=order_id, outcome="not_sent", text=found.text)
    return Result(id=order_id, pair=found.pair, outcome=found.fate, filled=found.filled, text=found.text)


def left_out(face: Face, ids: Sequence[str], question: Question) -> tuple[Result, ...]:
    """Tell of the orders that are not asked about, because they are closed."""
    asked = {order.id for order in question.orders}
    return tuple(
        closed(face, one)
        or Result(id=one, outcome="not_sent", text=f"There is no open order {one}: nothing was sent.")
        for one in ids
        if one not in asked
    )


def stopped(face: Face, view: OrdersView, ids: Sequence[str], why: str) -> tuple[Result, ...]:
    """Tell of orders that could not be asked about or sent; one that had closed is told as it ended."""
    rows = {row.id: row for row in view.rows}
    return tuple(closed(face, one) or _stopped(one, rows.get(one), why) for one in ids)


def _stopped(order_id: str, row: OrderRow | None, why: str) -> Result:
    text = f"{order_id}: {why}"
    if row is None:
        return Result(id=order_id, outcome="not_sent", text=text)
    return Result(id=order_id, pair=row.pair, outcome="not_sent", filled=row.filled, text=text, cost=row.cost)


def untried(question: Question) -> tuple[Result, ...]:
    """Tell of orders that were only asked about."""
    return tuple(
        Result(id=order.id, pair=order.pair, text=asking.describe(order), cost=order.cost)
        for order in question.orders
    )


def exit_code(results: Sequence[Result | Everything]) -> int:
    """Tell the worst of the outcomes."""
    return max((CODES[result.outcome] for result in results if result.outcome is not None), default=0)


def report(
    face: Face,
    given: Given,
    results: Sequence[Result],
    least: int = 0,
    *,
    shown: bool = False,
    whole: Everything | None = None,
) -> int:
    """Print what came of each order and give the exit code.

    Args:
        face: The session.
        given: The command line.
        results: What came of each order.
        least: The exit code is no lower.
        shown: The orders were printed before.
        whole: What came of a mass cancel.
    """
    ends: list[Result | Everything] = [*results, *([whole] if whole is not None and not shown else [])]
    tried: list[Result | Everything] = [*results, *([whole] if whole is not None else [])]
    code = max(least, exit_code(tried))
    if given.json:
        put(text_of(cancel_object(face, results, code, whole)))
    elif ends:
        put("\n".join(f"{end.outcome or 'kept':9}  {end.text}" for end in ends))
    elif not shown:
        put("No open order fits: nothing to cancel.")
    return code


def cancel_object(
    face: Face, results: Sequence[Result], code: int, whole: Everything | None = None
) -> Object:
    """Build the object of `krakentui cancel --json`; only a mass cancel has an `everything`."""
    status = face.status(face.clock.mono_ns())
    built: Object = {
        "v": 1,
        "at": instant(status.wall_ns),
        "account": status.account,
        "orders": [_result_object(result) for result in results],
        "exit": code,
    }
    if whole is not None:
        built["everything"] = {"outcome": whole.outcome, "count": whole.count, "text": whole.text}
    return built


def _result_object(result: Result) -> Object:
    return {
        "id": result.id,
        "pair": result.pair,
        "outcome": result.outcome,
        "filled": money(result.filled),
        "text": result.text,
        "cost": None if result.cost is None else cost_interval(result.cost.low, result.cost.high),
    }
