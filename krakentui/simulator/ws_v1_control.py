"""The control call `ratecount`: how the old websocket tells the counter, for clients to be tried with."""

from typing import TYPE_CHECKING, Any

from krakentui.simulator.faults.spec import only
from krakentui.simulator.instants import iso_us
from krakentui.simulator.refusal import flag, one_of

if TYPE_CHECKING:
    from krakentui.simulator.world import World

KINDS = ("string", "int", "float")
FLAGS = {"snapshot": "in_snapshot", "fills": "in_fills", "present": "present"}


def ratecount(world: "World", body: dict[str, Any]) -> dict[str, object]:
    """Set what the body names: kind, and whether snapshots, fills or anything at all carries it."""
    only(body, ("kind", *FLAGS), "ratecount")
    telling = world.judge.telling
    kind = one_of(body.get("kind", telling.kind), KINDS, "kind")
    flags = {FLAGS[name]: flag(body[name], name) for name in FLAGS.keys() & body.keys()}
    for name, value in {"kind": kind, **flags}.items():
        setattr(telling, name, value)
    told = {name: getattr(telling, field) for name, field in FLAGS.items()}
    return {"v": 1, "at": iso_us(world.clock.now_us()), "kind": telling.kind, **told}
