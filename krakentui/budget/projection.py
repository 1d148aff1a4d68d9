"""The poller's plan, played on: which polls come in the next minutes if nothing else happens."""

from collections.abc import Sequence

from msgspec import structs

from krakentui.budget.interval import Interval
from krakentui.budget.ledger import Ledger
from krakentui.budget.plan import Want, soonest
from krakentui.model.clock import SECOND
from krakentui.model.poll import PollAhead

MOST = 200
"""Polls that are played on at most: one every two seconds for more than five minutes."""
LOOK_NS = 10 * SECOND
"""So often the plan is looked at while it waits: with more room a poll comes sooner."""


def polls_ahead(wants: Sequence[Want], ledger: Ledger, t_ns: int, span_ns: int) -> tuple[PollAhead, ...]:
    """Play the plan of the key's polls on; each costs the most that it may, and is answered at once.

    A want that ends with its answer is asked once.
    """
    left = [want for want in wants if want.limit == "rest"]
    found: list[PollAhead] = []
    now_ns = t_ns
    while len(found) < MOST:
        ledger = structs.replace(ledger, rest=ledger.rest.at(now_ns))  # so that it is brought forward once
        planned = soonest(left, ledger, now_ns)
        if planned is None or now_ns > t_ns + span_ns:
            break
        at_ns, want = planned
        if at_ns > now_ns:
            now_ns = min(at_ns, now_ns + LOOK_NS)
            continue
        cost = Interval(ledger.rest_cost(want.endpoint).low, want.cost)
        found.append(PollAhead(at_ns=now_ns, what=want.what, low=cost.low, high=cost.high))
        ledger = structs.replace(ledger, rest=ledger.rest.spent(Interval(want.cost, want.cost), now_ns))
        asked = [structs.replace(want, last_ns=now_ns)] if not want.once else []
        left = [*asked, *(one for one in left if one is not want)]
    return tuple(found)
