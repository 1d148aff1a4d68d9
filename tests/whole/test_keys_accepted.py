"""A key that may withdraw is switched to only where its acceptance counts at that moment."""

import pytest
from msgspec import structs

from krakentui.commands.shelf import at_hand
from krakentui.engine.keyfetch import Fetched
from krakentui.engine.offered import Shelf
from krakentui.keys.permissions import WITHDRAW
from krakentui.model.limit import fingerprint
from krakentui.simulator.keys import CANCEL
from tests.whole.lockstep import Lockstep
from tests.whole.switching import a_key_of_bobs, a_second_key_of_bobs, switching

pytestmark = pytest.mark.anyio
WITHDRAWS = frozenset({fingerprint(a_key_of_bobs().public)})


async def test_an_acceptance_that_was_taken_back_since_the_list_was_shown_counts_no_more_either() -> None:
    def shelf(both: Lockstep, told: Shelf) -> Shelf:
        key = a_second_key_of_bobs(both, (*CANCEL, WITHDRAW))
        return Shelf((*told.offered, at_hand(key, "bob")), WITHDRAWS)

    async with switching(shelf=shelf, accepted=WITHDRAWS) as hands:
        hands.list(structs.replace(hands.shelf, withdraw_accepted=frozenset()))
        await hands.switch("guard", "bob")
        assert hands.both.session.status(hands.both.clock.mono_ns()).key_refused is not None


async def test_an_acceptance_that_is_taken_back_while_the_key_is_fetched_counts_no_more_either() -> None:
    def shelf(both: Lockstep, told: Shelf) -> Shelf:
        key = a_second_key_of_bobs(both, (*CANCEL, WITHDRAW))
        return Shelf((*told.offered, at_hand(key, "bob")), WITHDRAWS)

    async with switching(shelf=shelf, accepted=WITHDRAWS) as hands:
        *others, guard = hands.shelf.offered

        async def fetch() -> Fetched:
            hands.list(structs.replace(hands.shelf, withdraw_accepted=frozenset()))
            return await guard.fetch()

        slow = structs.replace(guard, fetch=fetch)
        hands.list(structs.replace(hands.shelf, offered=(*others, slow)))
        await hands.switch("guard", "bob")
        assert hands.both.session.status(hands.both.clock.mono_ns()).key_refused is not None


@pytest.mark.parametrize(
    ("listed", "is_used"),
    [
        (WITHDRAWS, True),
        (frozenset(), False),  # taken back during the run
        (None, True),  # no list says anything: what the run began with counts
    ],
)
async def test_an_acceptance_that_was_taken_back_during_the_run_counts_no_more(
    listed: frozenset[str] | None, is_used: bool
) -> None:
    def shelf(both: Lockstep, told: Shelf) -> Shelf:
        key = a_second_key_of_bobs(both, (*CANCEL, WITHDRAW))
        return Shelf((*told.offered, at_hand(key, "bob")), listed)

    async with switching(shelf=shelf, accepted=WITHDRAWS) as hands:
        await hands.switch("guard", "bob")
        t_ns = hands.both.clock.mono_ns()
        assert (hands.both.session.status(t_ns).key_refused is None) is is_used
        (row,) = (row for row in hands.keys.view(t_ns).rows if row.name == "guard")
        assert row.checked is not None
        assert (row.checked.refused == "") is is_used
