"""Generated lives of an account, told in every way that the protocol and its faults allow.

Whatever was lost, doubled, overtaken or late: once all is quiet, what is shown is what is true, and on
the way there nothing was ever shown that could not be true (`Watch`).
"""

from hypothesis import example, given

from tests.truth.client import Client
from tests.truth.lives import MINUTE_US, lags, live, polled_lives, settle, streamed_lives
from tests.truth.venue import Venue


@given(streamed_lives, lags)
def test_after_any_life_the_stream_shows_the_truth_at_once_and_polls_do_not_disturb_it(
    steps: list[tuple[object, ...]], lag_us: int
) -> None:
    client = Client(Venue())
    live(client, steps)
    client.connect()
    client.deliver_all()
    client.venue.touch()
    client.deliver_all()
    assert [one for one in client.wrong() if "held" not in one] == []
    for _ in range(8):
        settle(client, lag_us, 1)
        assert [one for one in client.wrong() if "held" not in one] == []
    assert client.wrong() == []


TOO_YOUNG_FOR_REST = [
    ("add", 0, 0),
    ("poll_orders", 0, 0),
    ("wait", 1_000),
    ("poll_orders", MINUTE_US, 0),
    ("wait", 1_000),
    ("query", MINUTE_US, 0),
    ("wait", 1_000),
]
"""One list names an order that the next list and a query do not know yet."""


@example(TOO_YOUNG_FOR_REST, MINUTE_US)
@given(polled_lives, lags)
def test_without_a_stream_polls_and_queries_find_the_truth(
    steps: list[tuple[object, ...]], lag_us: int
) -> None:
    client = Client(Venue())
    live(client, steps)
    settle(client, lag_us, 10)
    assert client.wrong() == []
