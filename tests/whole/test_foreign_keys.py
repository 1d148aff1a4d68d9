"""A key of the other side is not put in the place of the one in use, nor tried."""

import pytest
from msgspec import structs

from krakentui.commands.demo import credentials_of
from krakentui.commands.shelf import at_hand
from krakentui.commands.simulated import first_line_of
from krakentui.engine.offered import Shelf
from krakentui.state.parting import Parting
from tests.support.keys import a_pair
from tests.whole.lockstep import Lockstep
from tests.whole.switching import switching
from tests.whole.truth import shown_orders, true_orders

pytestmark = pytest.mark.anyio
SAID = "The key {} belongs to {}: it is not used here. The key cancel stays in use."


@pytest.mark.parametrize("cancels", [False, True], ids=["the key itself", "the key that cancels for it"])
async def test_a_key_of_kraken_itself_is_not_used_with_a_simulated_exchange(*, cancels: bool) -> None:
    real = a_pair()

    def foreign(both: Lockstep, told: Shelf) -> Shelf:
        stranger = credentials_of(first_line_of(both.exchange.first_line()), "stranger")
        offered = at_hand(stranger, "bob", None, real) if cancels else at_hand(real, "bob")
        return structs.replace(told, offered=(offered,))

    async with switching(shelf=foreign) as hands:
        both = hands.both
        hands.keys.switch("stranger" if cancels else real.name, Parting())
        await both.run(5)
        said = (
            f"The key {real.name} belongs to Kraken itself: it is not used here. The key cancel stays in use."
        )
        assert hands.seen.said == [said]
        assert hands.seen.sessions == []
        assert shown_orders(both) == true_orders(both)


async def test_a_key_of_a_simulated_exchange_is_not_used_with_kraken_itself() -> None:
    async with switching(venue="live") as hands:
        hands.keys.switch("stranger", Parting())
        await hands.both.run(5)
        assert hands.seen.said == [SAID.format("stranger", "a simulated exchange")]
        assert hands.seen.sessions == []
