"""What the journal says of limits."""

import pytest

from krakentui.model.clock import SECOND
from krakentui.model.counting import Counting
from krakentui.model.event import Answered, Happening, TierSeen
from krakentui.model.limit import Tier
from krakentui.state import views
from krakentui.state.state import State

ACK = Answered(method="subscribe", ok=True, channel="executions")


def said(*events: Happening, assume: Tier | None = None, counting: Counting | None = None) -> list[str]:
    """The lines on limits after these events, one a second."""
    state = State("live", "alice", "0" * 12, assume_tier=assume, counting=counting or Counting())
    for number, event in enumerate(events):
        state.apply(event, number * SECOND)
    return [line.text for line in views.journal(state) if line.kind == "limit"]


def tier(ceiling: int) -> TierSeen:
    return TierSeen(account="alice", maxratecount=ceiling)


def test_an_assumed_tier_that_the_exchange_contradicts_is_said_once() -> None:
    assert said(tier(125), tier(125), assume="pro") == [
        "--assume-tier pro goes before the exchange, which says intermediate: limits may be shown wrong."
    ]


def test_another_contradiction_is_said_again() -> None:
    assert len(said(tier(125), tier(60), tier(60), assume="pro")) == 2


def test_a_ceiling_of_the_settings_that_the_exchange_contradicts_is_said() -> None:
    (text,) = said(tier(125), counting=Counting(engine_max=500))
    assert text.startswith("budget.engine_max = 500 goes before the exchange")


@pytest.mark.parametrize("ceiling", [60, 125, 180])
def test_a_tier_that_is_known_is_no_news(ceiling: int) -> None:
    named = Answered(method="subscribe", ok=True, channel="executions", maxratecount=ceiling)
    assert said(named, tier(ceiling)) == []


def test_a_ceiling_of_no_tier_is_said_once() -> None:
    (text,) = said(tier(250), tier(250))
    assert text.startswith("The exchange names a trading ceiling of 250, which is no tier's: other limits")
    assert text.endswith("are paced as starter's; [budget] can say them.")


def test_an_ack_that_names_no_ceiling_is_said_once() -> None:
    (text,) = said(ACK, ACK)
    assert text.startswith("The exchange did not name the trading ceiling of this account: it is paced as")
    assert text.endswith("starter; --assume-tier can say the tier.")


def test_an_ack_that_names_no_ceiling_is_no_news_where_the_tier_is_assumed() -> None:
    assert said(ACK, assume="pro") == []


def test_another_accounts_tier_is_no_news() -> None:
    assert said(TierSeen(account="bob", maxratecount=250)) == []
