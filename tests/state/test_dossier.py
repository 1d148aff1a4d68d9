"""What is remembered of each order: bounded, dated, and every execution once."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from krakentui.model.amend import Amend, AmendsSeen
from krakentui.model.clock import SECOND
from krakentui.model.event import (
    CancelAnswered,
    CancelAsked,
    CancelNotSent,
    CancelSent,
    CancelUnanswered,
    FillSeen,
    Happening,
)
from krakentui.state.dossier import KEPT_NS, MAX_ENDED, MAX_FILLS, MAX_OBJECTS, MAX_SEEN, Dossier
from krakentui.state.state import SWEEP_NS, State
from tests.support.builders import (
    ACCOUNT,
    a_fill,
    a_listed,
    a_patch,
    a_standing,
    a_state,
    a_ticker,
    feed,
    patched,
    play,
    polled,
    queried,
    snapshot,
    wall,
)

ROUTE = "over the websocket"


class Steps:
    """The steps of one cancel."""

    def __init__(self, account: str = ACCOUNT, order_id: str = "O1") -> None:
        self.asked = CancelAsked(account=account, order_id=order_id, request=1, route=ROUTE)
        self.sent = CancelSent(account=account, order_id=order_id, request=1, route=ROUTE)
        self.taken = CancelAnswered(account=account, order_id=order_id, request=1, ok=True)
        self.refused = CancelAnswered(
            account=account, order_id=order_id, request=1, ok=False, code="EOrder:Rate limit exceeded"
        )
        self.not_sent = CancelNotSent(account=account, order_id=order_id, request=1, why="The socket went.")
        self.unanswered = CancelUnanswered(
            account=account, order_id=order_id, request=1, why="no answer in 5 s"
        )


OURS = Steps()


def of(state: State, order_id: str = "O1") -> Dossier:
    return state.desk.dossiers.all[order_id]


def told(state: State, order_id: str = "O1") -> list[tuple[str, str, int]]:
    return [(seen.witness, seen.what, seen.count) for seen in of(state, order_id).seen]


def test_the_life_of_an_order_is_told_by_source_with_what_changed() -> None:
    state = a_state(
        snapshot(),
        patched(a_patch("O1", "pending_new", 0)),
        patched(a_patch("O1", "new", 1)),
        polled(a_listed("O1", opened=0), asked=2),
        patched(a_patch("O1", "amended", 3, price="111000.0", qty="0.4")),
        FillSeen(fill=a_fill("T1", "O1", "0.1", "111000.0", 4)),
        patched(a_patch("O1", "trade", 4, filled="0.1")),
        queried(a_listed("O1", status="partially_filled", filled="0.1", opened=0), asked=5),
        patched(a_patch("O1", "canceled", 6, status="canceled", filled="0.1", reason="User requested")),
    )
    assert told(state) == [
        ("stream", "being placed", 1),
        ("stream", "open", 1),
        ("poll", "in the list: open", 1),
        ("stream", "amended: quantity 0.5 → 0.4, price 110,000 → 111,000", 1),
        ("stream", "filled 0.1 @ 111,000", 1),
        ("stream", "traded", 1),
        ("query", "asked by id: part filled", 1),
        ("stream", "cancelled (User requested)", 1),
    ]


def test_a_trigger_that_goes_off_is_told() -> None:
    stop = a_standing(type="stop-loss", price=None, trigger="90000.0")
    state = a_state(snapshot(stop))
    assert stop.trigger is not None
    gone_off = structs.replace(stop.trigger, status="triggered", price=Decimal("91000.0"))
    play(
        state, patched(structs.replace(a_patch("O1", "status", 1, status="new"), trigger=gone_off)), seconds=1
    )
    assert told(state)[-1] == ("stream", "changed: trigger 90,000 → 91,000, trigger triggered", 1)


def test_an_entry_is_dated_by_the_exchange_s_clock_and_by_its_own_word() -> None:
    state = a_state(snapshot(a_standing()))
    play(state, patched(a_patch("O1", "canceled", 1, status="canceled")), seconds=2)
    entry = of(state).seen[-1]
    assert (entry.said_ns, entry.wall_ns) == (wall(1), wall(2))


def test_the_same_words_in_a_row_are_counted_and_not_repeated() -> None:
    state = a_state(snapshot(a_standing()))
    for seconds in (1, 2, 3):
        play(state, polled(a_listed("O1"), asked=seconds), seconds=seconds)
    assert told(state)[-1] == ("poll", "in the list: open", 3)
    assert of(state).seen[-1].last_wall_ns == wall(3)
    assert of(state).seen[-1].wall_ns == wall(1)


def test_what_a_list_or_snapshot_does_not_name_is_told() -> None:
    state = a_state(snapshot(a_standing()), polled(asked=1))
    assert told(state)[-1] == ("poll", "not in the list", 1)
    play(state, snapshot())
    assert told(state)[-1] == ("stream", "no longer in the snapshot", 1)
    play(state, queried(asked=3, missing=("O1",)))
    assert told(state)[-1] == ("query", "the exchange does not know it", 1)


@pytest.mark.parametrize(
    ("events", "words"),
    [
        (
            (
                OURS.sent,
                OURS.taken,
                patched(a_patch("O1", "canceled", 1, status="canceled")),
            ),
            [
                "cancel asked for, over the websocket",
                "cancel sent",
                "the exchange took the cancel",
                "cancelled",
                "the cancel's outcome: cancelled",
            ],
        ),
        (
            (
                OURS.sent,
                OURS.refused,
            ),
            [
                "cancel asked for, over the websocket",
                "cancel sent",
                "the exchange says EOrder:Rate limit exceeded",
                "the cancel's outcome: refused",
            ],
        ),
        (
            (OURS.not_sent,),
            [
                "cancel asked for, over the websocket",
                "cancel not sent: The socket went",
                "the cancel's outcome: not_sent",
            ],
        ),
        (
            (OURS.sent, OURS.unanswered),
            ["cancel asked for, over the websocket", "cancel sent", "cancel unanswered: no answer in 5 s"],
        ),
    ],
)
def test_each_step_of_our_cancel_is_told_in_its_order(
    events: tuple[Happening, ...], words: list[str]
) -> None:
    state = a_state(snapshot(a_standing()), OURS.asked, *events)
    assert [seen.what for seen in of(state).seen][1:] == words


def test_another_account_s_steps_and_amends_are_nobody_s_business() -> None:
    amends = AmendsSeen(account="bob", order_id="O9", amends=(), asked_ns=0)
    state = a_state(snapshot(a_standing()), Steps("bob", "O9").asked, amends)
    assert "O9" not in state.desk.dossiers.all


def test_amends_are_kept_with_their_order() -> None:
    amends = AmendsSeen(account=ACCOUNT, order_id="O1", amends=(Amend(id="T1", kind="original"),), asked_ns=7)
    assert of(a_state(snapshot(a_standing()), amends)).amends == amends


# --- objects as they came -----------------------------------------------------------------------------


def test_the_last_object_of_each_kind_and_source_is_kept() -> None:
    def sent(raw: bytes, exec_type: str | None = "amended") -> Happening:
        return patched(structs.replace(a_patch("O1", exec_type, 1), sent=raw))

    state = a_state(
        snapshot(structs.replace(a_standing(), sent=b'{"whole":1}')),
        sent(b'{"first":1}'),
        sent(b'{"second":1}'),
        polled(structs.replace(a_listed("O1"), sent=b'{"rest":1}'), asked=1),
    )
    assert [(one.source, one.kind, one.raw) for one in of(state).sent] == [
        ("stream", "new", b'{"whole":1}'),
        ("stream", "amended", b'{"second":1}'),
        ("poll", "", b'{"rest":1}'),
    ]


def test_kinds_without_end_are_bounded() -> None:
    state = a_state(snapshot(a_standing()))
    for number in range(MAX_OBJECTS + 5):
        strange = structs.replace(a_patch("O1", f"kind{number}", 1, status="new"), sent=b"{}")
        play(state, patched(strange))
    assert len(of(state).sent) == MAX_OBJECTS


# --- executions ---------------------------------------------------------------------------------------


def test_executions_of_a_snapshot_are_history_and_no_entry() -> None:
    old = FillSeen(fill=a_fill("T0", "O1", is_history=True))
    state = a_state(snapshot(a_standing()), old, FillSeen(fill=a_fill("T1", "O1")))
    assert [fill.is_history for fill in of(state).fills.values()] == [True, False]
    assert sum(what.startswith("filled") for _, what, _ in told(state)) == 1


@given(st.lists(st.sampled_from(["T1", "T2", "T3", "T4"]), max_size=20))
def test_every_execution_counts_once_in_whatever_order_and_however_often_it_comes(ids: list[str]) -> None:
    """F13."""
    state = a_state(snapshot(a_standing()), *(FillSeen(fill=a_fill(one, "O1")) for one in ids))
    fills = of(state).fills
    assert sorted(fills) == sorted({*ids})
    assert sum(what.startswith("filled") for _, what, _ in told(state)) <= len({*ids})


def test_executions_and_entries_are_bounded_and_what_was_dropped_is_counted() -> None:
    state = a_state(snapshot(a_standing(qty="1000")))
    for number in range(MAX_FILLS + 3):
        play(state, FillSeen(fill=a_fill(f"T{number}", "O1", f"0.{number + 1:04}")))
    assert (len(of(state).fills), of(state).fills_lost) == (MAX_FILLS, 3)
    assert "T0" not in of(state).fills
    assert (len(of(state).seen), of(state).seen_lost) == (MAX_SEEN, MAX_FILLS + 3 + 1 - MAX_SEEN)


# --- forgetting ---------------------------------------------------------------------------------------


def sweep(state: State, seconds: float) -> None:
    play(state, a_ticker(), seconds=seconds)


def test_an_order_that_ended_is_remembered_for_ten_minutes() -> None:
    state = a_state(snapshot(a_standing()), patched(a_patch("O1", "canceled", 1, status="canceled")))
    sweep(state, KEPT_NS / SECOND)
    assert of(state).last is not None
    assert of(state).last.status == "canceled"  # type: ignore[union-attr]  # asserted above
    sweep(state, (KEPT_NS + SWEEP_NS) / SECOND + 1)
    assert "O1" not in state.desk.dossiers.all


def test_an_open_order_is_never_forgotten() -> None:
    state = a_state(snapshot(a_standing()))
    sweep(state, 10 * KEPT_NS / SECOND)
    assert "O1" in state.desk.dossiers.all


def test_of_the_ended_only_the_latest_are_remembered() -> None:
    state = a_state(snapshot(a_standing("OPEN")))
    for number in range(MAX_ENDED + 20):
        play(state, FillSeen(fill=a_fill(f"T{number}", f"E{number}")), seconds=number / 1000)
    sweep(state, 10)
    assert len(state.desk.dossiers.all) == MAX_ENDED + 1
    assert "E0" not in state.desk.dossiers.all
    assert "OPEN" in state.desk.dossiers.all


def test_a_feed_that_changes_is_no_word_about_an_order() -> None:
    state = a_state(snapshot(a_standing()))
    before = told(state)
    play(state, feed("private", "down"))
    assert told(state) == before
