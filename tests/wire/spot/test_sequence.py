"""The running number of a private channel: nothing is applied over a hole (F12) or twice (F13)."""

from krakentui.model.event import FirstSnapshot, OrderPatched, OrdersSnapshot, SequenceBroken
from tests.wire.spot.talk import a_private_talk, data, snapshot, update

ROW: dict[str, object] = {"order_id": "O1", "order_status": "new"}


def test_numbers_that_follow_are_applied() -> None:
    talk = a_private_talk()
    snapshot(talk)
    assert all(isinstance(update(talk, ROW, sequence=number)[0], OrderPatched) for number in (2, 3, 4))


def test_a_hole_is_told_once_and_nothing_is_applied() -> None:
    talk = a_private_talk()
    snapshot(talk)
    assert update(talk, ROW, sequence=3) == [SequenceBroken(channel="executions", expected=2, got=3)]
    assert update(talk, ROW, sequence=4) == []
    assert update(talk, ROW, sequence=9) == []


def test_a_new_snapshot_heals_a_hole() -> None:
    talk = a_private_talk()
    snapshot(talk)
    update(talk, ROW, sequence=7)
    assert isinstance(snapshot(talk)[0], OrdersSnapshot)
    assert isinstance(update(talk, ROW, sequence=2)[0], OrderPatched)


def test_the_same_message_twice_is_applied_once() -> None:
    talk = a_private_talk()
    snapshot(talk)
    update(talk, ROW, sequence=2)
    assert update(talk, ROW, sequence=2) == []
    assert isinstance(update(talk, ROW, sequence=3)[0], OrderPatched)


def test_another_message_under_the_same_number_is_a_hole() -> None:
    """The numbers began anew and nobody said so: whatever came in between is not known."""
    talk = a_private_talk()
    snapshot(talk)
    update(talk, ROW, sequence=2)
    assert isinstance(update(talk, {**ROW, "order_id": "O2"}, sequence=2)[0], SequenceBroken)


def test_a_missing_number_is_a_hole() -> None:
    talk = a_private_talk()
    snapshot(talk)
    assert talk.receive(data("executions", ROW)) == [
        SequenceBroken(channel="executions", expected=2, got=None)
    ]


def test_a_step_back_is_a_hole() -> None:
    talk = a_private_talk()
    snapshot(talk)
    update(talk, ROW, sequence=2)
    update(talk, ROW, sequence=3)
    assert isinstance(update(talk, ROW, sequence=2)[0], SequenceBroken)


def test_the_channels_count_apart() -> None:
    talk = a_private_talk()
    snapshot(talk)
    talk.receive(data("balances", kind="snapshot", sequence=1))
    update(talk, ROW, sequence=2)
    row: dict[str, object] = {"asset": "USD", "balance": 1, "ledger_id": "L"}
    (event,) = talk.receive(data("balances", row, sequence=2))
    assert not isinstance(event, SequenceBroken)


def test_updates_before_the_awaited_snapshot_are_no_news() -> None:
    assert update(a_private_talk(), ROW, sequence=40) == []


def test_updates_of_the_old_subscription_are_no_news() -> None:
    talk = a_private_talk()
    snapshot(talk)
    talk.resubscribe("executions")
    assert update(talk, ROW, sequence=2) == []
    assert FirstSnapshot(feed="private", channel="executions") in snapshot(talk)


def test_without_a_subscription_a_first_update_is_a_hole() -> None:
    talk = a_private_talk(subscribed=False)
    assert isinstance(update(talk, ROW, sequence=5)[0], SequenceBroken)
