"""The private half of the exchange: accounts, keys, limits and the desk, put together for a world.

`install(world)` is called once the markets move; everything private is then reached from
`of(world)`.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from krakentui.simulator import keys
from krakentui.simulator.account import Account
from krakentui.simulator.actor import Actor
from krakentui.simulator.desk import Desk
from krakentui.simulator.gate import Gate
from krakentui.simulator.identity import Door
from krakentui.simulator.judge import Judge
from krakentui.simulator.market import SeededStreams
from krakentui.simulator.orders import id_maker
from krakentui.simulator.rules import SECOND_US, TIERS
from krakentui.simulator.seeding import seed_alice, seed_bob
from krakentui.simulator.switch import Switches

if TYPE_CHECKING:
    from krakentui.simulator.world import World

PROGRAMS = (
    ("watch", "alice", keys.WATCH),
    ("cancel", "alice", keys.CANCEL),
    ("full", "alice", keys.FULL),
    ("other", "alice", keys.FULL),
    ("stranger", "bob", keys.FULL),
)
"""Name, account and permissions of each key; `other` is another program of alice's."""


@dataclass(frozen=True, slots=True)
class Accounts:
    """Everything private that a world has."""

    by_name: dict[str, Account]
    programs: dict[str, keys.ApiKey]
    """Keys by the name of the program that uses them."""
    door: Door
    judge: Judge
    desk: Desk
    gate: Gate
    switches: Switches
    actor: Actor

    def owner(self, key: keys.ApiKey) -> Account:
        """Find whose key it is."""
        return self.by_name[key.account]


def install(world: "World") -> None:
    """Create alice and bob, their keys and alice's orders; start the actor unless the world is quiet.

    In a mirror there are the keys alone: what an account has is what was recorded.
    """
    judge = world.judge
    desk = Desk(world, id_maker(world.rng("desk/ids")))
    gate = Gate(world, desk, judge)
    tier = TIERS[world.options.tier]
    for name in ("alice", "bob"):
        desk.accounts[name] = Account(name, tier, id_maker(world.rng(f"{name}/ids")))
    if world.past is None:
        seed_alice(world, desk, judge, desk.accounts["alice"])
        seed_bob(world, desk, judge, desk.accounts["bob"])
    door = Door(world.rng, world.manners)
    programs = make_keys(world.rng, world.clock.now_us())
    door.keys.update({key.public: key for key in programs.values()})
    switches = Switches(world, gate)
    actor = Actor(world, gate, desk.accounts["alice"])
    world.accounts = Accounts(desk.accounts, programs, door, judge, desk, gate, switches, actor)
    if world.past is None and not world.options.quiet:
        actor.start()


def make_keys(streams: SeededStreams, now_us: int) -> dict[str, keys.ApiKey]:
    """Make the key of every program, the same for the same seed and first instant."""
    now_s = now_us // SECOND_US
    return {
        name: keys.make_key(name, account, permissions, now_s, streams(f"key/{name}"))
        for name, account, permissions in PROGRAMS
    }


def of(world: "World") -> Accounts:
    """Give a world's accounts.

    Raises:
        RuntimeError: the world has not been started.
    """
    if not isinstance(world.accounts, Accounts):
        message = "the world has no accounts before it starts"
        raise RuntimeError(message)
    return world.accounts


def first_line_keys(world: "World") -> dict[str, dict[str, object]]:
    """Describe every key for the first line of `simulate`."""
    return {
        name: {
            "key": key.public,
            "secret": key.secret_text,
            "account": key.account,
            "permissions": list(key.permissions),
        }
        for name, key in of(world).programs.items()
    }
