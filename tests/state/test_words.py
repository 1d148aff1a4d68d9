"""Sentences about orders, with figures in the places of their pair."""

from decimal import Decimal

import pytest
from msgspec import structs

from krakentui.model.account import KeyInfo
from krakentui.model.order import Order, Trigger
from krakentui.model.symbol import PairInfo
from krakentui.state.words import describe, ended, in_places, power, trimmed
from tests.support.builders import PAIRS, an_order

KNOWN: dict[str, PairInfo] = {info.symbol: info for info in PAIRS}
TRAILING = structs.replace(
    an_order(type="trailing-stop", price=None),
    price_text="+9.0000%",
    trigger=Trigger(price=Decimal("9.00"), price_type="pct"),
)


@pytest.mark.parametrize(
    ("order", "said"),
    [
        (an_order(), "sell 0.5 BTC/USD at 110,000.0"),
        (an_order(side="buy", price="90000"), "buy 0.5 BTC/USD at 90,000.0"),
        (an_order(type="market", price=None), "sell 0.5 BTC/USD at market"),
        (
            an_order(type="stop-loss", price=None, trigger="90000.0"),
            "stop-loss sell 0.5 BTC/USD, trigger 90,000.0",
        ),
        (
            an_order(type="stop-loss-limit", price="89000", trigger="90000"),
            "stop-loss-limit sell 0.5 BTC/USD at 89,000.0, trigger 90,000.0",
        ),
        (TRAILING, "trailing-stop sell 0.5 BTC/USD at +9.0000%"),
        (an_order(pair=None), "order O1"),
        (an_order(qty=None), "sell some BTC/USD at 110,000.0"),
        (
            structs.replace(an_order(type="market", qty=None, price=None), cash_qty=Decimal("250.00")),
            "sell 250 worth of BTC/USD at market",
        ),
    ],
)
def test_an_order_is_said_in_words(order: Order, said: str) -> None:
    assert describe(order, KNOWN) == said


@pytest.mark.parametrize(
    ("figure", "places", "said"),
    [
        ("110000", 1, "110,000.0"),
        ("110000.00", 1, "110,000.0"),
        ("0.00000006", 8, "0.00000006"),
        ("0.123", 1, "0.123"),
        ("5", 0, "5"),
        ("1E+3", 2, "1,000.00"),
        ("7.10", None, "7.10"),
    ],
)
def test_a_price_has_its_places_and_loses_no_digit(figure: str, places: int | None, said: str) -> None:
    assert in_places(Decimal(figure), places) == said


@pytest.mark.parametrize(("figure", "said"), [("0.50000000", "0.5"), ("100", "100"), ("0E-8", "0")])
def test_a_quantity_is_said_without_empty_zeros(figure: str, said: str) -> None:
    assert trimmed(Decimal(figure)) == said


@pytest.mark.parametrize(
    ("reason", "said"), [("User requested", "by us."), ("Not enough margin", "by us (Not enough margin).")]
)
def test_a_cancel_by_others_gives_only_a_reason_that_says_something(reason: str, said: str) -> None:
    order = structs.replace(an_order(status="canceled"), reason=reason)
    assert ended(order, KNOWN).endswith(f"was cancelled, not {said}")


def test_an_expired_order_is_said_to_be() -> None:
    order = an_order(status="expired", filled="0.1")
    assert ended(order, KNOWN) == "Closed: sell 0.5 BTC/USD at 110,000.0 expired, 0.1 filled."


@pytest.mark.parametrize(
    ("permissions", "said"),
    [
        (
            ("query-funds", "query-open-trades", "create-ws-token", "close-trades"),
            "This key may watch orders, watch balances, stream and cancel.",
        ),
        (
            ("query-funds", "query-open-trades", "create-ws-token"),
            "This key may watch orders, watch balances and stream; it may not cancel.",
        ),
        (("modify-trades",), "This key may cancel; it may not watch orders, watch balances or stream."),
        ((), "This key may not watch orders, watch balances, stream or cancel: it is of no use here."),
    ],
)
def test_what_a_key_may_do_is_one_calm_sentence(permissions: tuple[str, ...], said: str) -> None:
    assert power(KeyInfo(name="bot", permissions=frozenset(permissions))) == said
