"""The control calls `faults`, `tier`, `rules`, `pace` and `maintenance`.

faults       {"add": fault | [faults]}, {"clear": number | true}, {} lists
tier         {"tier": name, "account": "alice"}
rules        {"rules": name, "knobs": {knob: value}}, each optional; {} tells
pace         {"factor": x, "pair": all}
maintenance  {"announce": {"title", "starts": "10m", "lasts": "5m"}}, {"withdraw": true},
             {"mode": "online"|"maintenance"|"cancel_only"|"post_only"}
"""

from typing import TYPE_CHECKING, Any

from krakentui.simulator.accounts import of
from krakentui.simulator.faults.conditions import MODES
from krakentui.simulator.faults.spec import an_object, duration_us, only
from krakentui.simulator.faults.standing import set_rules, set_tier
from krakentui.simulator.instants import iso_us
from krakentui.simulator.knobs import behave, told, turned
from krakentui.simulator.refusal import Refused, decimal, one_of
from krakentui.simulator.rules import RULE_SETS, TIERS

if TYPE_CHECKING:
    from krakentui.simulator.world import World

TITLE_MAX = 200
PACES = (0.01, 100)


def faults(world: "World", body: dict[str, Any]) -> dict[str, object]:
    """Add, clear or list faults."""
    only(body, ("add", "clear", "list"), "faults")
    added: list[int] = []
    if "clear" in body:
        number = body["clear"]
        if number is True:
            world.faults.clear()
        elif isinstance(number, bool) or not isinstance(number, int) or not world.faults.clear(number):
            raise Refused("clear takes the number of a fault that is not over, or true")
    if "add" in body:
        asked = body["add"] if isinstance(body["add"], list) else [body["add"]]
        for one in asked:
            world.faults.check(one)
        added = [world.faults.add(one) for one in asked]
    return _told(world, added=added, faults=world.faults.rows())


def tier(world: "World", body: dict[str, Any]) -> dict[str, object]:
    """Give an account another tier."""
    only(body, ("tier", "account"), "tier")
    name = one_of(body.get("tier"), TIERS, "tier")
    account = one_of(body.get("account", "alice"), of(world).by_name, "account")
    was = set_tier(world, account, name)
    return _told(world, account=account, tier=name, was=was)


def rules(world: "World", body: dict[str, Any]) -> dict[str, object]:
    """Let the exchange count by another rule set, or turn single knobs."""
    only(body, ("rules", "knobs"), "rules")
    name = one_of(body.get("rules", world.judge.rules.name), RULE_SETS, "rules")
    knobs = an_object(body.get("knobs", {}), "knobs")
    try:
        found = turned(RULE_SETS[name] if "rules" in body else world.judge.rules, knobs)
    except ValueError as error:
        raise Refused(str(error)) from None
    if found != world.judge.rules or "rules" in body:
        set_rules(world, found)
    behave(world.manners, knobs)
    return _told(world, rules=name, knobs=told(found, world.manners))


def pace(world: "World", body: dict[str, Any]) -> dict[str, object]:
    """Let more or less happen on one market, or on all."""
    only(body, ("factor", "pair"), "pace")
    factor = decimal(body.get("factor", 1), "factor")
    if not PACES[0] <= factor <= PACES[1]:
        raise Refused(f"factor is a number from {PACES[0]:g} to {PACES[1]:g}")
    pair = world.find_pair(str(body["pair"])) if "pair" in body else None
    if "pair" in body and pair is None:
        raise Refused("pair names no market")
    markets = world.markets.values() if pair is None else [world.markets[pair.symbol]]
    for market in markets:
        market.flow.hasten(float(factor))
    return _told(world, factor=f"{factor:g}")


def maintenance(world: "World", body: dict[str, Any]) -> dict[str, object]:
    """Announce maintenance, or change the engine's mode."""
    only(body, ("announce", "withdraw", "mode"), "maintenance")
    if body.get("withdraw") is True:
        world.bulletin.withdraw()
    if "announce" in body:
        wanted = an_object(body["announce"], "announce")
        only(wanted, ("title", "starts", "lasts"), "announce")
        title = wanted.get("title", "Scheduled Maintenance - Spot trading")
        if not isinstance(title, str) or len(title) > TITLE_MAX:
            raise Refused(f"title is a text of at most {TITLE_MAX} characters")
        start_us = world.clock.now_us() + duration_us(wanted.get("starts", "10m"), "starts")
        world.bulletin.announce(title, start_us, start_us + duration_us(wanted.get("lasts", "5m"), "lasts"))
    if "mode" in body:
        world.set_system(one_of(body["mode"], MODES, "mode"))
    return _told(world, system=world.system, upcoming=world.bulletin.upcoming())


def _told(world: "World", **more: object) -> dict[str, object]:
    return {"v": 1, "at": iso_us(world.clock.now_us()), **more}
