"""One order in words: the texts that list, question and details share."""

from decimal import Decimal
from typing import Protocol

from krakentui.state.view import OrderRow
from krakentui.ui.fmt import UNKNOWN, age, cancel_cost, number, signed
from krakentui.ui.line import Span, Tone
from krakentui.ui.widgets.freshness import STALE_MARK, toned

SHORT_ID = 7
"""Cells of an id where room is short."""
SHORT_TYPES = {
    "stop-loss": "stop",
    "stop-loss-limit": "stop limit",
    "take-profit": "take",
    "take-profit-limit": "take limit",
    "trailing-stop": "trail",
    "trailing-stop-limit": "trail limit",
    "settle-position": "settle",
}
SHORTER_TYPES = {
    **SHORT_TYPES,
    "stop-loss-limit": "stop lim",
    "take-profit-limit": "take lim",
    "trailing-stop-limit": "trail lim",
}
STATUS_WORDS = {
    "new": "open",
    "pending_new": "being placed",
    "partially_filled": "part filled",
    "canceled": "cancelled",
}
OUTCOMES: dict[str, tuple[str, Tone]] = {
    "cancelled": ("cancelled", "good"),
    "filled": ("filled", "good"),
    "gone": ("gone", "muted"),
    "refused": ("cancel refused", "bad"),
    "unknown": ("cancel unknown", "bad"),
    "not_sent": ("cancel not sent", "bad"),
}
"""How a cancel ended, in the words of the list."""
SOURCES = {"stream": "stream", "poll": "REST list", "query": "REST query", "ours": "this program"}
CANCEL_WORDS = {
    "asked": "cancel asked",
    "sent": "cancel sent",
    "closing": "still closing",
    "unknown": "cancel unknown",
}


class Priced(Protocol):
    """What has the prices of an order."""

    @property
    def price(self) -> Decimal | None:
        """Limit price, or trigger price where there is no limit."""
        ...

    @property
    def price_text(self) -> str | None:
        """A price that is no figure."""
        ...

    @property
    def trigger(self) -> Decimal | None:
        """Trigger price."""
        ...

    @property
    def price_places(self) -> int:
        """Places after the point."""
        ...


def type_text(row: OrderRow, *, brief: bool) -> str:
    """Write the type, short, margin told."""
    short = SHORTER_TYPES if brief else SHORT_TYPES
    kind = UNKNOWN if row.type is None else short.get(row.type, row.type)
    return f"{kind} margin" if row.margin else kind


def price_text(row: OrderRow) -> str:
    """Write the limit price, or that it goes at market."""
    if row.price_text:
        return row.price_text
    if row.price is None or (row.trigger is not None and row.price == row.trigger and _fires_market(row)):
        return "market" if row.type is not None else UNKNOWN
    return number(row.price, row.price_places)


def with_trigger(order: Priced, *, brief: bool) -> str:
    """Write the limit price and behind `@` the trigger, as far as there are any; briefly only the trigger."""
    price = order.price_text or number(order.price, order.price_places)
    if order.trigger is None:
        return price
    fires = f"@{number(order.trigger, order.price_places)}"
    return fires if brief or order.price in (None, order.trigger) else f"{price} {fires}"


def _fires_market(row: OrderRow) -> bool:
    return row.type is not None and not row.type.endswith("-limit")


def distance_span(row: OrderRow) -> Span:
    """Write the distance to the market, as fresh as the market's prices and no fresher than the order."""
    if row.distance_freshness in {"stale", "old"} and row.freshness != "stale":
        mark = STALE_MARK if row.distance_freshness == "stale" and row.distance_pct is not None else ""
        return toned(f"{mark}{signed(row.distance_pct)}", row.distance_freshness)
    return toned(signed(row.distance_pct), row.freshness, "muted")


def trigger_text(row: OrderRow) -> str:
    """Write the trigger price, empty where there is none."""
    return "" if row.trigger is None else number(row.trigger, row.price_places)


def cost_text(row: OrderRow, *, brief: bool) -> str:
    """Write what a cancel costs now and next, marked where it may not fit."""
    text = cancel_cost(row.cost, brief=brief)
    return f"{text} !" if row.cost is not None and not row.cost.fits else text


def state_span(row: OrderRow) -> Span:
    """Say how the order stands: our cancel of it first, then how sure we are, then its own state."""
    if row.cancel is not None:
        return Span(CANCEL_WORDS[row.cancel], "bad" if row.cancel == "unknown" else "warn")
    if row.last_outcome is not None:
        return Span(*OUTCOMES[row.last_outcome])
    if row.details_loading:
        return Span("details loading", "muted")
    if row.freshness in {"old", "stale"}:
        mark = STALE_MARK if row.freshness == "stale" else ""
        return Span(f"{mark}{row.freshness} {age(row.age_ns)}", "warn" if row.freshness == "old" else "stale")
    if row.waits_for is not None:
        return Span("cancel waits", "accent")
    if row.trigger is not None and row.trigger_state:
        return Span("waits" if row.trigger_state == "untriggered" else row.trigger_state, "muted")
    tone: Tone = "text" if row.status == "partially_filled" else "muted"
    return Span(STATUS_WORDS.get(row.status, row.status), tone)
