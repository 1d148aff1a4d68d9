"""A world as JSON, and a world put back to what a snapshot tells.

`taken(world)` writes everything that the future depends on: markets and their seeded streams, orders,
balances, counters, keys and nonces, tokens, timers, faults, what was subscribed. `put_back(world, …)`
makes a world of the same version what it was then; from there it goes on, with the same input, byte for
byte as the world that was never interrupted.

Connections cannot be put back. Those that are open are closed with 1012, those that were open then are
gone as if their clients had hung up at that instant; who subscribes again begins with a snapshot of the
channel and sequence 1. Calls under way are answered as they would have been. What belongs to the run and
not to the world stays: port, control token, pace, log. Secrets are not in it: keys and tokens follow from
the seed and stand there by name.
"""

import hashlib
import json
import random
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import TYPE_CHECKING, Any

from krakentui.simulator.accounts import make_keys, of
from krakentui.simulator.faults.spec import an_object, only
from krakentui.simulator.graph import Names, Writer
from krakentui.simulator.graph_reader import NoGraph, Reader
from krakentui.simulator.identity import token_text
from krakentui.simulator.instants import iso_us
from krakentui.simulator.refusal import Refused
from krakentui.simulator.surface import Socket
from krakentui.simulator.world import OF_THE_RUN

if TYPE_CHECKING:
    from krakentui.simulator.world import World

FORMAT = 1
RESTARTED = 1012
"""Close code of a service that restarts: RFC 6455's registry."""
RESTARTED_REASON = "Service Restart"
FIELDS = ("format", "version", "at", "seed", "start_us", "tokens", "kinds", "rows", "digest")

Open = Callable[[Socket], None]
"""Gives a socket of a snapshot its ways out."""


def taken(world: "World") -> dict[str, Any]:
    """Write a world down."""
    tokens = sorted(token.number for token in of(world).door.tokens.values())
    graph = Writer(_names(world.seed, world.start_us, tokens)).write(world)
    told = {
        "format": FORMAT,
        "version": version(),
        "at": iso_us(world.clock.now_us()),
        "seed": world.seed,
        "start_us": world.start_us,
        "tokens": tokens,
        **graph,
    }
    return told | {"digest": digest(told)}


def put_back(world: "World", document: object, carry_on: Open | None = None) -> None:
    """Make a world what a snapshot tells.

    Args:
        world: it may have come from another seed.
        document: the snapshot.
        carry_on: gives the sockets that were open then their ways out, so that their conversations go on;
            without it they are gone.

    Raises:
        Refused: it is no snapshot of this version; nothing was done.
    """
    held = _read(world, document)
    waiting, under_way = world.clock.waiting(), world.judge.flights.under_way
    for socket in list(world.sockets.values()):
        socket.close(RESTARTED, RESTARTED_REASON)
    of_the_run = {name: value for name, value in vars(world).items() if name in OF_THE_RUN}
    vars(world).clear()
    vars(world).update(held | of_the_run)
    world.judge.flights.under_way = under_way
    for us, act in waiting:
        world.clock.after(us, act, lasting=False)
    if world.log is not None:
        world.log.learn_anew()
    for socket in world.sockets.values():
        (carry_on or _silence)(socket)
    world.faults.attach()
    if carry_on is None:
        for talk in list(world.talks.values()):
            talk.closed()


@cache
def version() -> str:
    """Name the program that wrote a snapshot: only the same one goes on from it in the same way."""
    digest = hashlib.sha256()
    for path in sorted(_files(resources.files("krakentui.simulator")), key=lambda file: file.name):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def _files(folder: Traversable) -> Iterator[Traversable]:
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _files(entry)
        elif entry.name.endswith((".py", ".toml")):
            yield entry


def _read(world: "World", document: object) -> dict[str, Any]:
    """Read what a world shall hold, and hold it to what was written."""
    told = an_object(document, "the snapshot")
    only(told, FIELDS, "a snapshot")
    if told.get("format") != FORMAT or told.get("version") != version():
        raise Refused("the snapshot is of another version of the simulated exchange")
    if told.get("digest") != digest({name: told[name] for name in told if name != "digest"}):
        raise Refused("the snapshot is not as it was taken: something in it has been changed")
    try:
        names = _names(told["seed"], told["start_us"], told["tokens"])
        graph = {"kinds": told["kinds"], "rows": told["rows"]}
        held = Reader(graph, {name: secret for secret, name in names.items()}).read(world)
        same = held.keys() == world.kept().keys() and Writer(names).write(world, held) == graph
    except (NoGraph, ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
        same = False
    if not same:
        raise Refused("the snapshot makes no sense")
    return held


def _names(seed: int, start_us: int, tokens: list[int]) -> Names:
    """Name the secrets of a world: keys and tokens follow from its seed."""

    def streams(purpose: str) -> random.Random:
        return random.Random(f"{seed}/{purpose}")

    names: dict[str | bytes, str] = {}
    for program, key in make_keys(streams, start_us).items():
        names[key.public], names[key.secret] = f"KEY.{program}", f"SECRET.{program}"
    return names | {token_text(streams, number): f"TOKEN.{number}" for number in tokens}


def digest(told: Mapping[str, Any]) -> str:
    """Give what shows that a snapshot is as it was taken."""
    text = json.dumps(told, separators=(",", ":"), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _silence(socket: Socket) -> None:
    """Let a socket lead nowhere: who was there is gone."""
    socket.send, socket.close = _nowhere, _nowhere
    socket.reset = socket.freeze = socket.thaw = _nowhere


def _nowhere(*_: object) -> None:
    """Do nothing."""
