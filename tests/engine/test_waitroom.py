from hypothesis import given
from hypothesis import strategies as st

from krakentui.engine.waitroom import Waitroom

acts = st.lists(
    st.tuples(st.sampled_from(["enter", "take", "since"]), st.sampled_from("abc"), st.integers(0, 9))
)


def test_who_waited_longest_under_a_key_is_called_first() -> None:
    room = Waitroom[str, int](10)
    for number, key in enumerate("aba"):
        room.enter(key, number, number)
    assert [room.take("a"), room.take("a"), room.take("a"), room.take("b")] == [0, 2, None, 1]


def test_with_too_many_the_longest_waiting_leaves() -> None:
    room = Waitroom[str, int](2)
    for number in range(5):
        room.enter("a", number, number)
    assert room.since() == [3, 4]


@given(acts)
def test_it_does_what_a_plain_list_does(run: list[tuple[str, str, int]]) -> None:
    room, plain = Waitroom[str, int](5), list[tuple[str, int, int]]()
    t_ns = 0
    for number, (act, key, wait) in enumerate(run):
        t_ns += wait
        if act == "enter":
            room.enter(key, number, t_ns)
            plain = [*plain, (key, t_ns, number)][-5:]
        elif act == "take":
            found = next((one for one in plain if one[0] == key), None)
            assert room.take(key) == (None if found is None else found[2])
            if found is not None:
                plain.remove(found)
        else:
            before_ns = t_ns - 10
            assert room.since(before_ns) == [one[2] for one in plain if one[1] < before_ns]
            plain = [one for one in plain if one[1] >= before_ns]
        assert len(room) == len(plain)
