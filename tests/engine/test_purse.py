"""What the lane hears of the REST counter: the user's calls, and those that a cancel hangs on."""

import pytest

from krakentui.budget.ledger import Ledger
from krakentui.engine.purse import LedgerPurse
from krakentui.model.limit import POINT
from tests.budget.acts import KEY, a_ledger, refused, settled, spent, told


def unanswered(calls: int) -> Ledger:
    """Somebody made so many calls without an answer: each may have counted, none surely has."""
    ledger = a_ledger()
    for ticket in range(1, calls + 1):
        ledger = told(ledger, 0, spent(1, ticket), settled(ticket, answered=False))
    return ledger


def waits(ledger: Ledger, *, tries: bool) -> bool:
    fits_ns = LedgerPurse(lambda: ledger, KEY, tries=tries).rest_fits_at(POINT, "user", 0)
    return fits_ns != 0


def test_what_a_cancel_hangs_on_is_tried_where_only_the_upper_end_forbids_it() -> None:
    assert waits(unanswered(22), tries=False)
    assert not waits(unanswered(22), tries=True)


def test_a_refusal_ends_the_trying() -> None:
    assert waits(told(unanswered(22), 0, refused()), tries=True)


def test_what_surely_does_not_fit_is_not_tried() -> None:
    ledger = a_ledger()
    for ticket in range(1, 21):
        ledger = told(ledger, 0, spent(1, ticket), settled(ticket))
    assert waits(ledger, tries=True)


@pytest.mark.parametrize("tries", [False, True])
def test_what_surely_fits_goes(tries: bool) -> None:
    assert not waits(unanswered(3), tries=tries)
