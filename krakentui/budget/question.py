"""What a question says of a plan: the way with its reason, what does not fit, what patience brings."""

from collections.abc import Sequence

from krakentui.budget.planner import CancelPlan, PairPlan, Wait, Way
from krakentui.budget.route import AT_ONCE, BATCHES, ROUTE_WORDS
from krakentui.budget.words import amount, duration, figure
from krakentui.model.number import counted

NAMED = 3
"""Pairs that one sentence names."""
_TAKEN = BATCHES | AT_ONCE
"""Ways that pass over the ceiling."""


def route_words(plan: CancelPlan) -> str:
    """Say which way it goes, and why where that is not the usual one."""
    words = ROUTE_WORDS[plan.route]
    return f"{words}: {plan.why}" if plan.why else words


def warnings(plan: CancelPlan) -> tuple[str, ...]:
    """Say what may go wrong, each a sentence or two."""
    doubtful = [pair for pair in plan.pairs if not pair.fits and not pair.overflows]
    told = [_of_pair(plan, pair) for pair in plan.pairs if pair.overflows]
    if len(doubtful) == 1:
        told.append(_of_pair(plan, doubtful[0]))
    elif doubtful:
        told.append(_of_pairs(plan, doubtful))
    if plan.nameless:
        told.append("The pair of an order is still being asked for: whether its cancel fits is not known.")
    if plan.wait is not None:
        told.append(_patience(plan.wait, plan.cost.high))
    return tuple(told)


def _of_pair(plan: CancelPlan, pair: PairPlan) -> str:
    cost, used = amount(pair.cost.low, pair.cost.high), amount(pair.used.low, pair.used.high)
    sure = ("does not fit" if cost == "1" else "do not fit") if pair.overflows else "may not fit"
    said = f"{pair.pair}: {counted(cost, 'point')} {sure} beside {used} of {figure(pair.ceiling)} in use"
    if plan.route in _TAKEN:
        return f"{said}. {_new_orders([plan.way(pair)])}"
    if pair.orders == 1:
        return f"{said}: it may be refused."
    least, most = pair.passes
    passing = f"{least}" if least == most else f"{least} to {most}"
    return f"{said}: {passing} of {pair.orders} pass, the rest is refused."


def _of_pairs(plan: CancelPlan, pairs: Sequence[PairPlan]) -> str:
    """Say of several pairs at once that it is not known whether all fits."""
    names = ", ".join(pair.pair for pair in pairs[:NAMED])
    more = f" and {len(pairs) - NAMED} more" if len(pairs) > NAMED else ""
    said = f"It may not fit on {names}{more}"
    if plan.route in _TAKEN:
        return f"{said}. {_new_orders([plan.way(pair) for pair in pairs])}"
    return f"{said}: some may be refused."


def _new_orders(ways: Sequence[Way]) -> str:
    ends = [(way.new_orders.best_in_ns, way.new_orders.sure_in_ns) for way in ways]
    known = [(best, sure) for best, sure in ends if best is not None and sure is not None]
    if len(known) < len(ends):
        return "No new order fits there then."
    best, sure = max(best for best, _ in known), max(sure for _, sure in known)
    if not sure:
        return "New orders there fit at once."
    least, most = duration(best), duration(sure)
    if not best:
        return f"New orders there surely fit {most} later."
    return f"New orders there fit {least if least == most else f'{least} to {most}'} later."


def _patience(wait: Wait, cost: int) -> str:
    if wait.fits:
        then = f", at {counted(figure(wait.cost.high), 'point')}" if wait.saves else ""
        return f"In {duration(wait.in_ns)} it surely fits{then}."
    return f"Waiting {duration(wait.in_ns)} saves {figure(wait.saves)} of {counted(figure(cost), 'point')}."
