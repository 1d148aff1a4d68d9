"""Faults of connections, seen from the conversations."""

from tests.simulator.faults.scene import Talk, a_world, inject, place, public, talk_to, tell, wait


def test_close_closes_what_is_open_again_and_again() -> None:
    world = a_world()
    talk, listener = talk_to(world), public(world)
    inject(world, "close", match={"surface": "spot-ws-private"}, when={"every": "20s", "times": 3}, code=1012)
    wait(world, 100)
    assert talk.closes == [1012, 1012, 1012]
    assert listener.closes == []


def test_close_can_wait_for_new_connections() -> None:
    world = a_world()
    old = talk_to(world)
    inject(world, "close", on="accept", code=1013)
    new = Talk(world)
    world.faults.accepted(new.talk)
    assert (old.closes, new.closes) == ([], [1013])


def test_reset_cuts_what_is_open() -> None:
    world = a_world()
    talk = talk_to(world)
    inject(world, "reset", match={"surface": "spot-ws-private"}, when={"at": "5s"})
    assert talk.resets == 0
    wait(world, 5)
    assert talk.resets == 1


def test_half_open_connections_go_dead_and_burst_when_it_ends() -> None:
    world = a_world()
    old = talk_to(world)
    number = inject(world, "half_open")
    new = talk_to(world)
    place(world)
    wait(world, 10)
    assert old.reading == [True, False]
    assert old.frames == []
    assert new.reading == [True]
    assert new.frames != []
    tell(world, "faults", clear=number)
    assert old.reading[-1]
    assert len(old.take()) == 2


def test_flood_pours_frames_at_its_rate() -> None:
    world = a_world()
    listener = public(world)
    inject(world, "flood", rate=1_000, when={"for": "2s"})
    wait(world, 10)
    assert 1_900 <= len(list(listener.data("ticker"))) <= 2_000
