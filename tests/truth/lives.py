"""What lives are made of: acts of others, time, polls, arrivals, faults of the wire, the socket's ends."""

from hypothesis import strategies as st

from tests.truth.client import ANSWER_US, Client

MINUTE_US = 60_000_000
ACTS = ("add", "add", "add", "amend", "edit", "part", "part", "fill", "cancel", "expire")
POLLS = ("poll_orders", "poll_balances", "query")
FAULTS = ("double", "swap", "lose", "restart")
small = st.integers(0, 7)
channels = st.sampled_from(("executions", "balances"))
lags = st.one_of(st.just(0), st.integers(0, MINUTE_US), st.just(MINUTE_US))

acts = st.tuples(st.sampled_from(ACTS), small, small)
waits = st.tuples(st.just("wait"), st.sampled_from((1_000, 300_000, 3_000_000, 25_000_000, 70_000_000)))
polls = st.tuples(st.sampled_from(POLLS), lags, st.integers(0, ANSWER_US))
arrivals = st.tuples(st.just("deliver"), channels, st.integers(1, 5))
sockets = st.tuples(st.sampled_from(("connect", "cut")))
faults = st.tuples(st.sampled_from(FAULTS), channels)


def live(client: Client, steps: list[tuple[object, ...]]) -> None:
    """Go through a life step by step."""
    for name, *args in steps:
        if name in ACTS:
            client.venue.act(str(name), *args)  # type: ignore[arg-type]  # as drawn above
        else:
            getattr(client, str(name))(*args)


def settle(client: Client, lag_us: int, rounds: int = 5) -> None:
    """Let everything arrive and the usual polls go on, however late they are."""
    for _ in range(rounds):
        client.deliver_all()
        client.poll_orders(lag_us)
        client.poll_balances(lag_us)
        client.query(lag_us)
        client.wait(20_000_000)


streamed_lives = st.lists(
    st.one_of(acts, acts, arrivals, waits, polls, faults, sockets), min_size=15, max_size=40
)
polled_lives = st.lists(st.one_of(acts, waits, polls), min_size=8, max_size=30)
