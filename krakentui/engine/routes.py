"""Splits a cancel into requests by the route that the budget chose (`budget.route`)."""

import itertools
from collections.abc import Mapping, Sequence

from msgspec import Struct

from krakentui.budget.interval import Interval
from krakentui.budget.route import AT_ONCE, ROUTE_WORDS, Route

BATCH_MOST = 50
"""Ids of one batch (websocket reference, 8; REST reference, 4.3)."""


REST_ENDPOINTS: Mapping[Route, str] = {
    "rest": "CancelOrder",
    "rest batch": "CancelOrderBatch",
    "rest all": "CancelAll",
}
"""The call of each route over REST."""


class Parcel(Struct, frozen=True):
    """Some ids that go together, and how."""

    route: Route
    ids: tuple[str, ...]

    @property
    def words(self) -> str:
        """The way in words."""
        return ROUTE_WORDS[self.route]

    @property
    def over_socket(self) -> bool:
        """Tell whether it goes over the websocket."""
        return self.route in {"socket", "socket batch", "socket all"}

    @property
    def at_once(self) -> bool:
        """Tell whether it is a mass cancel: then the ids are those known to be open, and none is named."""
        return self.route in AT_ONCE


class Wanted(Struct, frozen=True):
    """One order to cancel, with what that costs on its pair."""

    order_id: str
    pair: str | None
    cost: Interval


class Job(Struct, frozen=True):
    """Some cancels that go as one request."""

    number: int
    parcel: Parcel
    wanted: tuple[Wanted, ...]


def parcels(ids: Sequence[str], route: Route) -> tuple[Parcel, ...]:
    """Split these ids; a batch takes at most 50, and a websocket batch at least 2 of them.

    Batches are of about the same length, so that none of many is left to go alone: over the ceiling a
    single cancel may be refused.
    """
    if route in AT_ONCE:
        return (Parcel(route, tuple(ids)),)
    if route == "none" or not ids:
        return ()
    if route in {"socket", "rest"}:
        return tuple(Parcel(route, (order_id,)) for order_id in ids)
    if len(ids) == 1:
        return (Parcel("socket" if route == "socket batch" else route, tuple(ids)),)
    batches = -(-len(ids) // BATCH_MOST)
    cuts = [len(ids) * batch // batches for batch in range(batches + 1)]
    return tuple(Parcel(route, tuple(ids[start:end])) for start, end in itertools.pairwise(cuts))
