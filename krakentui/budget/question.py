"""What a question says of a plan: the way with its reason, what does not fit, what patience brings."""

from krakentui.budget.planner import CancelPlan, PairPlan, Wait, Way
from krakentui.budget.route import BATCHES, ROUTE_WORDS
from krakentui.budget.words import amount, duration, figure


def route_words(plan: CancelPlan) -> str:
    """Say which way it goes, and why where that is not the usual one."""
    words = ROUTE_WORDS[plan.route]
    return f"{words}: {plan.why}" if plan.why else words


def warnings(plan: CancelPlan) -> tuple[str, ...]:
    """Say what may go wrong, each a sentence or two."""
    told = [_doubt(plan, pair) for pair in plan.pairs if not pair.fits]
    if plan.nameless:
        told.append("The pair of an order is still being asked for: whether its cancel fits is not known.")
    if plan.wait is not None:
        told.append(_patience(plan.wait, plan.cost.high))
    return tuple(told)


def _doubt(plan: CancelPlan, pair: PairPlan) -> str:
    cost, used = amount(pair.cost.low, pair.cost.high), amount(pair.used.low, pair.used.high)
    sure = "do not fit" if pair.overflows else "may not fit"
    said = f"{pair.pair}: {cost} points {sure} beside {used} of {figure(pair.ceiling)} in use"
    if plan.route in BATCHES:
        return f"{said}. {_new_orders(pair.batch)}"
    least, most = pair.passes
    if pair.orders == 1:
        return f"{said}: it may be refused."
    passing = f"{least}" if least == most else f"{least} to {most}"
    return f"{said}: {passing} of {pair.orders} pass, the rest is refused."


def _new_orders(way: Way) -> str:
    best, sure = way.new_orders.best_in_ns, way.new_orders.sure_in_ns
    if sure == 0:
        return "New orders there fit at once."
    if sure is None or best is None:
        return "No new order fits there then."
    least, most = duration(best), duration(sure)
    if not best:
        return f"New orders there surely fit {most} later."
    return (
        f"New orders there fit {most} later."
        if least == most
        else f"New orders there fit {least} to {most} later."
    )


def _patience(wait: Wait, cost: int) -> str:
    if wait.fits:
        then = f", at {figure(wait.cost.high)} points" if wait.saves else ""
        return f"In {duration(wait.in_ns)} it surely fits{then}."
    return f"Waiting {duration(wait.in_ns)} saves {figure(wait.saves)} of {figure(cost)} points."
