"""Splits a cancel into requests by the route that the budget chose (`budget.question`)."""

from collections.abc import Sequence

from msgspec import Struct

from krakentui.budget.question import ROUTE_WORDS, Route

BATCH_MOST = 50
"""Ids of one batch (websocket reference, 8; REST reference, 4.3)."""


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
        return self.route in {"socket", "socket batch"}


def parcels(ids: Sequence[str], route: Route) -> tuple[Parcel, ...]:
    """Split these ids; a batch takes at most 50, and a websocket batch at least 2 of them."""
    if route == "none":
        return ()
    if route in {"socket", "rest"}:
        return tuple(Parcel(route, (order_id,)) for order_id in ids)
    chunks = [tuple(ids[at : at + BATCH_MOST]) for at in range(0, len(ids), BATCH_MOST)]
    alone: Route = "socket" if route == "socket batch" else "rest batch"
    return tuple(Parcel(route if len(chunk) > 1 else alone, chunk) for chunk in chunks)
