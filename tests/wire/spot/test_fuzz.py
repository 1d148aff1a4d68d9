"""Every recorded payload, bent in every place (F20): nothing raises, nothing unsafe gets through."""

from collections.abc import Iterator
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import MsgspecError, Struct, json, structs

from krakentui.model.error import VenueRefusal
from krakentui.model.event import Happening, TickerSeen
from krakentui.model.number import bounded, plain
from krakentui.model.secret import Secret
from krakentui.model.symbol import Names
from krakentui.model.text import clean
from krakentui.wire.spot.endpoints import ENDPOINTS
from krakentui.wire.spot.rest import Call, decode
from krakentui.wire.spot.sent import fields
from krakentui.wire.spot.ws import Conversation
from tests.support.samples import every_file, frames, samples
from tests.wire.spot.test_samples import endpoint_of

LARGEST = 8_000
"""Bytes of the largest payload that is bent everywhere; long lists repeat themselves."""
BRANCHES = 2
"""Elements of a list, and rows of a table, that are bent."""
STRANGE: tuple[object, ...] = (
    None,
    True,
    -1,
    10**30,
    Decimal("1e999"),
    "NaN",
    "1e999999",
    "",
    "\x1b]52;c;aGk=\x07\u202e[@click=app.quit]x[/]",
    "9" * 300,
    [],
    {},
    [[None]],
    {"a": {"b": []}},
)
_READ = json.Decoder(float_hook=Decimal)
_WRITE = json.Encoder(decimal_format="number")

Path = tuple[str | int, ...]


def paths(value: object, here: Path = ()) -> Iterator[Path]:
    """List every place in a JSON value."""
    yield here
    if isinstance(value, dict):
        is_table = all(isinstance(inner, dict | list) for inner in value.values())
        for key in list(value)[: BRANCHES if is_table else None]:
            yield from paths(value[key], (*here, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value[:BRANCHES]):
            yield from paths(inner, (*here, index))


def bent(value: object, path: Path, new: object, *, drop: bool = False) -> object:
    """Give a copy with one place replaced or dropped."""
    if not path:
        return new
    step, rest = path[0], path[1:]
    if isinstance(value, dict):
        if drop and not rest:
            return {key: inner for key, inner in value.items() if key != step}
        return {**value, step: bent(value.get(step), rest, new, drop=drop)}
    assert isinstance(value, list)
    assert isinstance(step, int)
    if drop and not rest:
        return value[:step] + value[step + 1 :]
    return [*value[:step], bent(value[step], rest, new, drop=drop), *value[step + 1 :]]


def variants(value: object) -> Iterator[bytes]:
    """Drop, null, retype and add, one at a time, everywhere."""
    for number, path in enumerate(paths(value)):
        yield _WRITE.encode(bent(value, path, None, drop=True))
        yield _WRITE.encode(bent(value, (*path, "brand_new"), 1) if _is_object(value, path) else value)
        for turn in range(3):  # all strange values come by, a few at each place
            yield _WRITE.encode(bent(value, path, STRANGE[(3 * number + turn) % len(STRANGE)]))


def _is_object(value: object, path: Path) -> bool:
    for step in path:
        value = value[step]  # type: ignore[index]  # the path was made from this value
    return isinstance(value, dict)


def check(value: object) -> None:
    """Insist that what got through is safe to show and to count with."""
    if isinstance(value, Struct):
        for inner in structs.astuple(value):
            check(inner)
    elif isinstance(value, tuple | list | frozenset):
        for inner in value:
            check(inner)
    elif isinstance(value, Decimal):
        assert bounded(value) is value
    elif isinstance(value, str):
        assert clean(value) == value
    elif isinstance(value, VenueRefusal):
        assert clean(value.code) == value.code
    elif isinstance(value, bytes):  # an object as it came: what is read out of it has to be harmless
        for name, text in fields(value):
            check(name)
            check(text)
    else:
        assert value is None or isinstance(value, int | Secret)


def payloads(part: str, name: str) -> list[object]:
    found: list[object] = []
    for _, line in frames(samples(part, name)):
        if len(line) <= LARGEST and len(found) < 12:
            try:
                found.append(_READ.decode(line))
            except MsgspecError:
                continue
    return found


WS_FILES = [name for name in every_file("ws-v2") if not name.endswith(".txt")]
REST_FILES = [
    name
    for name in every_file("rest")
    if not name.startswith("docs-examples/") and endpoint_of(name) is not None
]


@pytest.mark.parametrize("name", WS_FILES)
def test_a_bent_frame_never_raises(name: str) -> None:
    for payload in payloads("ws-v2", name):
        talk = Conversation("private", "alice")
        for frame in variants(payload):
            check(talk.receive(frame))


@pytest.mark.parametrize("name", REST_FILES)
def test_a_bent_reply_never_raises(name: str) -> None:
    endpoint = endpoint_of(name)
    assert endpoint is not None
    for payload in payloads("rest", name):
        for body in variants(payload):
            check(decode(Call(endpoint), 200, body, account="alice", names=Names(), asked_ns=1))


@given(st.binary(max_size=300), st.sampled_from([*ENDPOINTS, "AddOrder"]), st.sampled_from([200, 403, 520]))
def test_random_bytes_never_raise(raw: bytes, endpoint: str, status: int) -> None:
    check(Conversation("public").receive(raw))
    check(decode(Call(endpoint), status, raw, account="", names=Names(), asked_ns=1))


_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
_channels = st.sampled_from(
    ["ticker", "book", "trade", "ohlc", "instrument", "status", "executions", "balances", "heartbeat"]
)


@given(_channels, st.sampled_from(["snapshot", "update", None]), _values, _values)
def test_any_data_on_any_channel_never_raises(
    channel: str, kind: str | None, data: object, sequence: object
) -> None:
    frame = {"channel": channel, "type": kind, "data": data, "sequence": sequence}
    check(Conversation("private", "a").receive(json.encode(frame).replace(b"\x7f", b"")))


@given(st.sampled_from([*ENDPOINTS]), _values)
def test_any_result_of_any_call_never_raises(endpoint: str, result: object) -> None:
    body = json.encode({"error": [], "result": result})
    check(decode(Call(endpoint), 200, body, account="a", names=Names(), asked_ns=1))


@given(st.text(max_size=400))
def test_any_text_frame_never_raises(text: str) -> None:
    check(Conversation("public").receive(text))


_digits = st.integers(min_value=0, max_value=10**17)


@given(_digits, st.integers(min_value=0, max_value=12))
def test_the_text_of_a_number_survives(units: int, places: int) -> None:
    text = plain(Decimal(units).scaleb(-places))
    (event,) = Conversation("public").receive(
        f'{{"channel":"ticker","data":[{{"symbol":"A/B","bid":{text}}}]}}'
    )
    assert isinstance(event, TickerSeen)
    assert event.ticker.bid is not None
    assert plain(event.ticker.bid) == text


def test_every_event_is_frozen() -> None:
    assert all(kind.__struct_config__.frozen for kind in Happening.__subclasses__())
