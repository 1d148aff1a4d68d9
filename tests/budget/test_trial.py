"""What the trial takes from two websockets: names instead of ids, acts in the order of their time."""

from krakentui.budget.belief import Belief
from krakentui.budget.trial import MOST_PAIRS, MOST_WORDS, Trial
from krakentui.model.audit import Act, OrderHeard
from krakentui.model.clock import SECOND
from krakentui.model.event import CounterReported, Happening, OrderPatched, TierSeen, Unknown
from krakentui.model.limit import PairScope, units
from krakentui.model.order import OrderPatch

WALL = 1_800_000_000 * SECOND


def old(
    order_id: str, act: Act, at_s: float, figure: str | None = None, pair: str | None = "XRP/USD"
) -> tuple[OrderHeard, int]:
    """A word of the old websocket, which came in that second; it tells no time."""
    event = OrderHeard(
        account="alice",
        order_id=order_id,
        pair=pair,
        act=act,
        written="absent" if figure is None else "text",
        units=None if figure is None else units(figure),
        figure=figure or "",
    )
    return event, round(at_s * SECOND)


def new(order_id: str, exec_type: str, at_s: float, pair: str | None = None) -> tuple[OrderPatched, int]:
    """A word of the stream, a tenth of a second after the act."""
    t_ns = round(at_s * SECOND)
    patch = OrderPatch(id=order_id, exec_type=exec_type, pair=pair, said_ns=WALL + t_ns)
    return OrderPatched(account="alice", patch=patch), t_ns + SECOND // 10


def a_trial(*told: tuple[Happening, int], pair: str | None = "XRP/USD") -> Trial:
    trial = Trial(account="alice", chosen=pair)
    for event, t_ns in told:
        trial = trial.take(event, t_ns)
    return trial


def test_orders_are_named_as_they_come_and_their_ids_are_in_no_word() -> None:
    trial = a_trial(
        old("O-secret-1", "pending", 0),
        old("O-secret-2", "pending", 1, pair="ADA/USD"),
        new("O-secret-3", "pending_new", 2, "XRP/USD"),
    )
    assert [(word.order, word.pair) for word in trial.words] == [
        ("A1", "XRP/USD"),
        ("B1", "ADA/USD"),
        ("A2", "XRP/USD"),
    ]
    assert "secret" not in repr(trial.words)


def test_orders_that_were_there_before_have_no_part_in_it() -> None:
    trial = a_trial(old("O1", "snapshot", 0), old("O1", "open", 1), new("O2", "new", 2))
    assert trial.words == ()


def test_before_a_pair_is_chosen_no_order_has_a_part_in_it() -> None:
    trial = a_trial(old("O1", "pending", 0), new("O2", "pending_new", 1, "ADA/USD"), pair=None)
    assert (trial.words, trial.orders) == ((), {})


def test_until_the_chosen_pair_has_an_order_no_other_has_a_name() -> None:
    other, mine = old("O1", "pending", 0, pair="ADA/USD"), old("O2", "pending", 1)
    trial = a_trial(other, mine, old("O3", "pending", 2, pair="ADA/USD"), pair="XRP/USD")
    assert [*trial.orders.values()] == ["A1", "B1"]


def test_both_websockets_tell_of_one_act() -> None:
    trial = a_trial(
        new("O1", "pending_new", 0, "XRP/USD"),
        old("O1", "pending", 0.2, "1"),
        new("O1", "canceled", 3),
        old("O1", "canceled", 3.1, "8"),
    )
    assert [(one.act, one.at_ns - WALL, one.cost) for one in trial.events()] == [
        ("pending", 0, 1),
        ("canceled", 3 * SECOND, 8),
    ]
    assert [one.figure("old") for one in trial.events()] == [units(1), units(8)]


def test_equal_acts_are_kept_apart() -> None:
    trial = a_trial(
        new("O1", "pending_new", 0, "XRP/USD"),
        new("O1", "amended", 2),
        new("O1", "amended", 9),
        old("O1", "pending", 9.5, "1"),
        old("O1", "amended", 9.6, "4"),
        old("O1", "amended", 9.7, "3"),
    )
    assert [(one.act, one.cost, one.figure("old")) for one in trial.events()][1:] == [
        ("amended", 4, units(4)),
        ("amended", 3, units(3)),
    ]


def test_a_cancel_is_dated_from_the_last_amend() -> None:
    trial = a_trial(
        new("O1", "pending_new", 0, "XRP/USD"), new("O1", "amended", 8), new("O1", "canceled", 20)
    )
    assert [one.cost for one in trial.events()] == [1, 3, 5]


def test_what_tells_no_time_is_dated_by_its_arrival() -> None:
    trial = a_trial(new("O1", "pending_new", 0, "XRP/USD"), old("O1", "touched", 1), old("O1", "canceled", 3))
    born, ended = trial.events()
    assert ended.at_ns - born.at_ns == 3 * SECOND - SECOND // 10


def test_a_figure_of_the_stream_belongs_to_its_latest_word_on_that_pair() -> None:
    report = CounterReported(
        name="engine", scope=PairScope("alice", "XRP/USD"), units=units(1), source="executions.rate_count"
    )
    trial = a_trial(
        new("O1", "pending_new", 0, "XRP/USD"), new("O2", "pending_new", 1, "ADA/USD"), (report, SECOND)
    )
    assert [word.units for word in trial.words] == [units(1), None]
    assert trial.names == {"rate_count"}


def test_an_older_order_that_changes_on_the_pair_disturbs_the_trial() -> None:
    begun = old("O1", "pending", 0)
    assert a_trial(begun, old("O0", "canceled", 1)).disturbed
    assert not a_trial(begun, old("O0", "canceled", 1, pair="ADA/USD")).disturbed
    assert not a_trial(old("O0", "canceled", 1)).disturbed


def test_ceilings_and_strange_fields_are_kept() -> None:
    trial = a_trial(
        (TierSeen(account="alice", maxratecount=125), 0),
        (TierSeen(account="alice", maxratecount=60, audited=True), 0),
        (Unknown(where="openOrders", what="rate_budget"), 0),
        (Unknown(where="openOrders", what="rate_budget"), 0),
        (Unknown(where="audit", what="party"), 0),
    )
    assert dict(trial.ceilings) == {"new": 125, "old": 60}
    assert trial.strange == ("rate_budget (openOrders)",)


def test_ceilings_that_were_told_before_are_known() -> None:
    trial = Trial.of("alice", "XRP/USD", Belief(named=125, audited=180))
    assert dict(trial.ceilings) == {"new": 125, "old": 180}


def test_another_accounts_words_are_nobodys() -> None:
    event, t_ns = old("O1", "pending", 0)
    other = type(event)(account="bob", order_id="O1", pair="XRP/USD", act="pending", written="absent")
    assert a_trial((other, t_ns)).words == ()


def test_what_is_kept_is_bounded() -> None:
    trial = a_trial(
        *(old(f"O{n}", "pending", n, pair=f"P{n}/USD") for n in range(MOST_PAIRS + 5)), pair="P0/USD"
    )
    assert len(trial.pairs) == MOST_PAIRS
    trial = a_trial(old("O1", "pending", 0), *(old("O1", "open", n) for n in range(MOST_WORDS + 5)))
    assert len(trial.words) == MOST_WORDS
