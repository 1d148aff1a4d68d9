"""Object graphs as JSON: what is written is read again as it was, and whatever else is refused."""

import json
import random
from array import array
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from krakentui.simulator.clock import SimClock
from krakentui.simulator.graph import Writer
from krakentui.simulator.graph_reader import NoGraph, Reader
from krakentui.simulator.jsontext import Raw
from krakentui.simulator.orders import make_id
from krakentui.simulator.surface import Socket
from krakentui.simulator.traffic import Bucket, Doorstep

SECRETS: dict[str | bytes, str] = {"SIM-secret": "KEY.full", b"secret": "SECRET.full"}


@dataclass
class Holder(Doorstep):
    """Holds anything; its class is looked for among the simulator's, where it is not."""

    held: Any = field(default=None)


def there_and_back(thing: object) -> Any:  # noqa: ANN401  whatever it was
    root = Doorstep(1)
    object.__setattr__(root, "attempts", thing)
    graph = json.loads(json.dumps(Writer(SECRETS).write(root)))
    fresh = Doorstep(1)
    return Reader(graph, {name: secret for secret, name in SECRETS.items()}).read(fresh)["attempts"]


SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**80), 2**80)
    | st.floats(allow_nan=False)
    | st.text(max_size=8)
    | st.binary(max_size=8)
    | st.fractions()
    | st.sampled_from(["SIM-secret", b"secret"])
)
KEYS = st.integers() | st.text(max_size=4) | st.tuples(st.text(max_size=3), st.integers())
THINGS = st.recursive(
    SCALARS,
    lambda some: (
        st.lists(some, max_size=4)
        | st.dictionaries(KEYS, some, max_size=4)
        | st.tuples(some, some)
        | st.sets(st.integers(), max_size=4)
        | st.frozensets(st.text(max_size=3), max_size=4)
        | st.lists(some, max_size=3).map(lambda items: deque(items, maxlen=5))
    ),
    max_leaves=12,
)


@given(THINGS)
def test_what_is_written_is_read_as_it_was(thing: object) -> None:
    back = there_and_back(thing)
    assert back == thing
    assert type(back) is type(thing)


def test_what_was_one_object_is_one_again_and_circles_close() -> None:
    shared: list[object] = [1]
    circle: dict[str, object] = {"a": shared, "b": shared}
    circle["self"] = circle
    back = there_and_back(circle)
    assert back["a"] is back["b"]
    assert back["self"] is back


def test_number_texts_packed_numbers_and_endless_ones_stay_what_they_are() -> None:
    back = there_and_back([Raw("0.10"), array("q", [1, -(2**60)]), float("inf")])
    assert type(back[0]) is Raw
    assert back == [Raw("0.10"), array("q", [1, -(2**60)]), float("inf")]


def test_a_seeded_stream_goes_on_where_it_was() -> None:
    rng = random.Random("7/flow")
    rng.gauss(0, 1)
    back = there_and_back([rng])[0]
    assert [back.random() for _ in range(700)] == [rng.random() for _ in range(700)]
    assert back.gauss(0, 1) == rng.gauss(0, 1)


def test_what_is_to_be_called_later_is_called_on_the_same_objects() -> None:
    bucket = Bucket(2, 1)
    kept, take, make = there_and_back(
        [bucket, partial(bucket.take, t_us=5), partial(make_id, random.Random(1))]
    )
    assert take()
    assert kept.used(5) == 1
    assert make("O") == make_id(random.Random(1), "O")


def test_a_secret_stands_there_by_name() -> None:
    root = Doorstep(1)
    object.__setattr__(root, "attempts", ["SIM-secret", {"SIM-secret": b"secret"}])
    text = json.dumps(Writer(SECRETS).write(root))
    assert "SIM-secret" not in text
    assert b"secret".hex() not in text
    assert text.count('"named"') == 3


def test_a_timer_that_is_not_the_worlds_is_left_out() -> None:
    clock = SimClock(100)
    clock.after(5, partial(make_id, random.Random(1), "O"))
    clock.after(1, lambda: None, lasting=False)
    clock.after(2, lambda: None).cancel()
    back = there_and_back([clock])[0]
    assert (back.now_us(), back.next_us()) == (100, 105)


@pytest.mark.parametrize(
    "thing", [lambda: None, object(), (one for one in ""), Holder, Holder(1), open, {1, "a"}]
)
def test_what_cannot_be_written_is_a_type_error(thing: object) -> None:
    with pytest.raises(TypeError):
        there_and_back([thing])


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 4) | st.floats() | st.text(max_size=3) | st.just("9" * 5_000),
    lambda some: (
        st.lists(some, max_size=4)
        | st.dictionaries(
            st.sampled_from(["int", "float", "named", "raw", "tuple", "fraction", "bytes"]), some, max_size=2
        )
        | st.tuples(
            st.sampled_from(["list", "dict", "set", "deque", "array", "random", "partial"]), some, some
        ).map(list)
        | st.tuples(st.just("method"), some, st.sampled_from(["take", "__init__", "burst"])).map(list)
        | st.tuples(
            st.just("function"), st.sampled_from(["os", "krakentui.simulator.orders"]), st.text(max_size=4)
        ).map(list)
    ),
    max_leaves=10,
)
KINDS = st.lists(JSON | st.just(["krakentui.simulator.traffic:Bucket", "burst", "rate"]), max_size=3)


@given(kinds=KINDS, rows=st.lists(JSON, max_size=6), first=st.lists(JSON, max_size=3))
def test_whatever_comes_is_read_or_is_no_graph(kinds: list[Any], rows: list[Any], first: list[Any]) -> None:
    ours = ["krakentui.simulator.traffic:Doorstep", *("maximum", "attempts", "banned_until_us")[: len(first)]]
    graph = {"kinds": [ours, *kinds], "rows": [[0, *first], *rows]}
    with suppress(NoGraph):
        Reader(graph, {}).read(Doorstep(1))


@pytest.mark.parametrize(
    "row",
    [
        ["function", "os", "system"],
        ["function", "krakentui.simulator.orders", "random"],
        ["method", [0], "maximum"],
        ["method", {"float": "1"}, "hex"],
        ["partial", [1], {"tuple": []}, [2]],
        ["partial", None, None, None],
        ["pickle", "x"],
    ],
)
def test_nothing_but_the_simulators_own_is_called(row: list[Any]) -> None:
    kinds = [["krakentui.simulator.traffic:Doorstep", "attempts"]]
    with pytest.raises(NoGraph):
        Reader({"kinds": kinds, "rows": [[0, [1]], row, ["dict"]]}, {}).read(Doorstep(1))


@pytest.mark.parametrize(
    "name", ["os:system", "krakentui.simulator.rules:TIERS", "krakentui.simulator.nowhere:X", "x"]
)
def test_only_classes_of_the_simulator_are_made(name: str) -> None:
    with pytest.raises(NoGraph):
        Reader({"kinds": [[name]], "rows": [[0]]}, {}).read(Socket(1, "", "", print, print))
