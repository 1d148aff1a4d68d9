"""What privacy mode hides of one order: amounts, and everything that names it or its owner.

Prices are in everybody's sight in the market, so they stay.
"""

from decimal import Decimal

from krakentui.model.number import without_zeros
from krakentui.ui.fmt import HIDDEN, UNKNOWN, without_figures

SHOWN_IN_PRIVATE = frozenset(
    {
        "symbol",
        "side",
        "order_type",
        "order_status",
        "exec_type",
        "time_in_force",
        "limit_price_type",
        "fee_ccy_pref",
        "liquidity_ind",
        "post_only",
        "reduce_only",
        "margin",
        "amended",
        "status",
        "trigger",
        "oflags",
        "misc",
        "triggers.reference",
        "triggers.status",
        "triggers.price_type",
        "descr.pair",
        "descr.type",
        "descr.ordertype",
        "descr.leverage",
    }
)
"""Fields of the exchange that privacy mode shows; one that nobody has heard of is hidden."""


def digits(figure: Decimal | None) -> str:
    """Write a figure with all its digits, thousands grouped, without zeros that say nothing."""
    return UNKNOWN if figure is None else without_zeros(f"{figure:,f}")


class Mask:
    """Lets texts through, or hides what they tell."""

    def __init__(self, *, hides: bool) -> None:
        self._hides = hides

    def amount(self, text: str) -> str:
        """Write an amount."""
        return HIDDEN if self._hides and text not in {UNKNOWN, ""} else text

    def name(self, text: str) -> str:
        """Write what names an order, a fill or its owner."""
        return HIDDEN if self._hides and text else text

    def money(self, value: Decimal | None, asset: str | None) -> str:
        """Write a sum with its asset, empty where it is not known."""
        if value is None:
            return ""
        return f"{self.amount(digits(value))} {asset or ''}".strip()

    def sentence(self, text: str) -> str:
        """Write a sentence that may hold figures."""
        return without_figures(text) if self._hides else text

    def sent(self, name: str, text: str) -> str:
        """Write a field of the exchange."""
        return text if not self._hides or name in SHOWN_IN_PRIVATE else HIDDEN
