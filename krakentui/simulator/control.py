"""The control calls: one verb each, `GET` to ask and `POST` with a JSON body to act.

    clock     {"advance": seconds, "mode": "manual"|"running", "scale": x}
    market    {"pair", "set": price, "path": [[seconds, price], …], "freeze": bool, "halt": bool,
               "trend": percent an hour, "trade": {"side", "price", "qty"}}
    account   {"key": program|account, "deposit": {asset: amount}, "orders": n, "order": {…},
               "amend": {"id", …}, "fill": {"id", "qty", "price"}, "cancel": {"id", "reason"}|{"all": true},
               "as": "other"}
    key       {"key": program, "permissions": […], "nonce_window": n, "expires": "30s"|null, "ips": […]}
    faults, tier, rules, pace, maintenance: see `faults.verbs`
    ratecount {"kind": "string"|"int"|"float", "snapshot": bool, "fills": bool, "present": bool}
    snapshot, restore {"snapshot": what snapshot gave}
    truth, limits, requests, log (over HTTP only: lines)

`order` takes pair, side, qty, type (limit), price, trigger, trail_pct, post_only, cl_ord_id, userref.
Acts are the exchange's own: not counted, not held to the caps of open orders. With `"as": "other"`
they are another program's of the same user and count like any client's. Every answer carries `v`; an
act that was refused answers 400 with `error`, and nothing after it was done. A field that is not known is
refused before anything is done.
"""

import json
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from hmac import compare_digest
from typing import TYPE_CHECKING, Any

from krakentui.simulator import snapshot
from krakentui.simulator.account_control import account
from krakentui.simulator.accounts import first_line_keys
from krakentui.simulator.faults import verbs
from krakentui.simulator.faults.spec import an_object, only
from krakentui.simulator.instants import iso_us
from krakentui.simulator.key_control import key
from krakentui.simulator.mid import Walk
from krakentui.simulator.refusal import Refused, decimal, flag, one_of, units
from krakentui.simulator.rules import SECOND_US
from krakentui.simulator.surface import HttpReply, HttpRequest
from krakentui.simulator.truth import limits, requests, truth
from krakentui.simulator.ws_v1_control import ratecount

if TYPE_CHECKING:
    from krakentui.simulator.market import Market
    from krakentui.simulator.world import World

__all__ = ["Refused", "command", "handle", "limits", "requests", "truth"]

PREFIX = "/__sim/"
TREND_MAX = 100
IN_A_MIRROR = frozenset({"clock", "faults", "key", "limits", "requests", "rules", "tier", "truth"})
"""What has a meaning where markets and accounts are recorded ones."""
Verb = Callable[["World", dict[str, Any]], dict[str, object]]


def turned_away(world: "World", method: str, authorization: str) -> HttpReply | None:
    """Refuse a call for what its head says; None = it may go on."""
    if world.control_token is None:
        return _reply(404, {"v": 1, "error": "control calls are off"})
    if not compare_digest(authorization.encode(), f"Bearer {world.control_token}".encode()):
        return _reply(401, {"v": 1, "error": "the bearer token is missing or wrong"})
    if method not in {"GET", "POST"}:
        return _reply(405, {"v": 1, "error": "a control call is GET or POST"})
    return None


def handle(world: "World", request: HttpRequest) -> HttpReply:
    """Answer a control call over HTTP."""
    refused = turned_away(world, request.method, request.headers.get("authorization", ""))
    if refused is not None:
        return refused
    try:
        body = json.loads(request.body) if request.body else {}
    except (ValueError, RecursionError):
        return _reply(400, {"v": 1, "error": "the body is not JSON"})
    try:
        return _reply(200, ordered(world, request.path.removeprefix(PREFIX), body))
    except Refused as refused:
        return _reply(400, {"v": 1, "error": str(refused)})


def ordered(world: "World", verb: str, body: object) -> dict[str, object]:
    """Carry out a verb that somebody outside asks for: the log is told of it.

    Raises:
        Refused: as `command` does.
    """
    if world.log is not None:
        world.log.commanded(verb, body)
    return command(world, verb, body)


def command(world: "World", verb: str, body: object) -> dict[str, object]:
    """Carry out one verb.

    Raises:
        Refused: the verb is unknown, its body makes no sense, or the exchange would not do it.
    """
    if verb not in VERBS:
        raise Refused(f"no such control call: {verb[:40]}")
    if not isinstance(body, dict):
        raise Refused("the body must be a JSON object")
    if world.past is not None and verb not in IN_A_MIRROR:
        raise Refused(f"a mirror says what was recorded: {verb} changes nothing in it")
    return VERBS[verb](world, body)


def _clock(world: "World", body: dict[str, Any]) -> dict[str, object]:
    only(body, ("mode", "scale", "advance"), "clock")
    pace = world.pace
    mode = body.get("mode")
    if mode is not None:
        pace.manual = one_of(mode, ("manual", "running"), "mode") == "manual"
    if "scale" in body:
        scale = decimal(body["scale"], "scale")
        if not 0.1 <= scale <= 1_000:
            raise Refused("scale is between 0.1 and 1000")
        pace.speed = float(scale)
    if "advance" in body:
        seconds = decimal(body["advance"], "advance")
        if not pace.manual:
            raise Refused("advance needs the manual mode")
        if not 0 <= seconds <= 10_000_000:
            raise Refused("advance is a number of seconds")
        world.clock.advance_to(world.clock.now_us() + int(seconds * SECOND_US))
    return {
        "v": 1,
        "at": iso_us(world.clock.now_us()),
        "mode": "manual" if pace.manual else "running",
        "scale": f"{pace.speed:g}",
    }


def _market(world: "World", body: dict[str, Any]) -> dict[str, object]:
    only(body, ("pair", "set", "path", "freeze", "halt", "trend", "trade"), "market")
    pair = world.find_pair(str(body.get("pair", "")))
    if pair is None:
        raise Refused("pair names no market")
    market = world.markets[pair.symbol]
    if "freeze" in body:
        world.halts.freeze(market, frozen=flag(body["freeze"], "freeze"))
    if "halt" in body:
        world.halts.halt(market, halted=flag(body["halt"], "halt"))
    if "trend" in body:
        _trend(market, decimal(body["trend"], "trend"))
    if "set" in body:
        market.set_price(_price(market, body["set"]))
    if "trade" in body:
        _trade(market, body["trade"])
    path = body.get("path", [])
    if not isinstance(path, list) or any(not isinstance(step, list) or len(step) != 2 for step in path):
        raise Refused("path is a list of [seconds, price]")
    for step in path:
        wait_us = int(decimal(step[0], "seconds") * SECOND_US)
        world.clock.after(wait_us, partial(market.set_price, _price(market, step[1])))
    places = pair.price_places
    return {
        "v": 1,
        "at": iso_us(world.clock.now_us()),
        "pair": pair.symbol,
        "status": world.halts.status(pair),
        "last": f"{decimal(market.last, 'last').scaleb(-places):.{places}f}",
    }


def _trend(market: "Market", percent: Decimal) -> None:
    """Let a market's fair price drift; a cross follows its legs."""
    fair = market.flow.fair
    if not isinstance(fair, Walk):
        raise Refused("a cross has no trend of its own: it follows its legs")
    if abs(percent) > TREND_MAX:
        raise Refused(f"trend is a number of percent an hour, at most {TREND_MAX} up or down")
    fair.drift(float(percent))


def _trade(market: "Market", wanted: object) -> None:
    wanted = an_object(wanted, "trade")
    only(wanted, ("side", "price", "qty"), "trade")
    side = one_of(wanted.get("side"), ("buy", "sell"), "side")
    qty = units(wanted.get("qty"), market.pair.qty_places, "qty")
    if qty <= 0:
        raise Refused("qty must be positive")
    market.trade(side, _price(market, wanted.get("price")), qty)


def _price(market: "Market", value: object) -> int:
    price = units(value, market.pair.price_places, "price")
    if price <= 0:
        raise Refused("price must be positive")
    return price


def _snapshot(world: "World") -> dict[str, object]:
    return {"v": 1, "at": iso_us(world.clock.now_us()), "snapshot": snapshot.taken(world)}


def _restore(world: "World", body: dict[str, Any]) -> dict[str, object]:
    """Put the world back; the answer of `snapshot` may be given as it came."""
    only(body, ("v", "at", "snapshot"), "restore")
    snapshot.put_back(world, body.get("snapshot"))
    return {"v": 1, "at": iso_us(world.clock.now_us()), "keys": first_line_keys(world)}


def _reply(status: int, body: dict[str, object]) -> HttpReply:
    return HttpReply(status, json.dumps(body, separators=(",", ":")).encode())


VERBS: dict[str, Verb] = {
    "clock": _clock,
    "market": _market,
    "account": account,
    "faults": verbs.faults,
    "tier": verbs.tier,
    "rules": verbs.rules,
    "pace": verbs.pace,
    "maintenance": verbs.maintenance,
    "truth": lambda world, _: truth(world),
    "limits": lambda world, _: limits(world),
    "requests": lambda world, _: requests(world),
    "ratecount": ratecount,
    "key": key,
    "snapshot": lambda world, _: _snapshot(world),
    "restore": _restore,
}
