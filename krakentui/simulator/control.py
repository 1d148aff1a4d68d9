"""The control calls: one verb each, `GET` to ask and `POST` with a JSON body to act.

    clock     {"advance": seconds, "mode": "manual"|"running", "scale": x}
    market    {"pair", "set": price, "path": [[seconds, price], …], "freeze": bool,
               "trade": {"side", "price", "qty"}}
    account   {"key": program|account, "deposit": {asset: amount}, "orders": n, "order": {…},
               "amend": {"id", …}, "fill": {"id", "qty", "price"}, "cancel": {"id", "reason"}|{"all": true},
               "as": "other"}
    faults, tier, rules, pace, maintenance: see `faults.verbs`
    ratecount {"kind": "string"|"int"|"float", "snapshot": bool, "fills": bool, "present": bool}
    truth, limits, requests

`order` takes pair, side, qty, type (limit), price, trigger, trail_pct, post_only, cl_ord_id, userref.
Acts are the exchange's own: not counted, not held to the caps of open orders. With `"as": "other"`
they are another program's of the same user and count like any client's. Every answer carries `v`; an
act that was refused answers 400 with `error`, and nothing after it was done. A field that is not known is
refused before anything is done.
"""

import json
from collections.abc import Callable
from hmac import compare_digest
from typing import TYPE_CHECKING, Any

from krakentui.simulator.account_control import account
from krakentui.simulator.faults import verbs
from krakentui.simulator.faults.spec import only
from krakentui.simulator.instants import iso_us
from krakentui.simulator.jsontext import dumps, units_of
from krakentui.simulator.refusal import Refused, decimal
from krakentui.simulator.rules import SECOND_US
from krakentui.simulator.surface import HttpReply, HttpRequest
from krakentui.simulator.truth import limits, requests, truth
from krakentui.simulator.ws_v1_control import ratecount

if TYPE_CHECKING:
    from krakentui.simulator.market import Market
    from krakentui.simulator.world import World

__all__ = ["Refused", "command", "handle", "limits", "requests", "truth"]

PREFIX = "/__sim/"
Verb = Callable[["World", dict[str, Any]], dict[str, object]]


def handle(world: "World", request: HttpRequest) -> HttpReply:
    """Answer a control call over HTTP."""
    token = world.control_token
    if token is None:
        return _reply(404, {"v": 1, "error": "control calls are off"})
    given = request.headers.get("authorization", "")
    if not compare_digest(given.encode(), f"Bearer {token}".encode()):
        return _reply(401, {"v": 1, "error": "the bearer token is missing or wrong"})
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
    return VERBS[verb](world, body)


def _clock(world: "World", body: dict[str, Any]) -> dict[str, object]:
    only(body, ("mode", "scale", "advance"), "clock")
    pace = world.pace
    mode = body.get("mode")
    if mode is not None:
        if mode not in {"manual", "running"}:
            raise Refused("mode is manual or running")
        pace.manual = mode == "manual"
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
    only(body, ("pair", "set", "path", "freeze", "trade"), "market")
    pair = world.find_pair(str(body.get("pair", "")))
    if pair is None:
        raise Refused("pair names no market")
    market = world.markets[pair.symbol]
    if "freeze" in body:
        market.freeze(body["freeze"] is True)
    if "set" in body:
        market.set_price(_price(market, body["set"]))
    if "trade" in body:
        _trade(market, body["trade"])
    for step in body.get("path", []):
        if not isinstance(step, list) or len(step) != 2:
            raise Refused("path is a list of [seconds, price]")
        _move_later(world, market, int(decimal(step[0], "seconds") * SECOND_US), _price(market, step[1]))
    places = pair.price_places
    return {
        "v": 1,
        "at": iso_us(world.clock.now_us()),
        "pair": pair.symbol,
        "last": f"{decimal(market.last, 'last').scaleb(-places):.{places}f}",
    }


def _move_later(world: "World", market: "Market", us: int, price: int) -> None:
    world.clock.after(us, lambda: market.set_price(price))


def _trade(market: "Market", wanted: object) -> None:
    if not isinstance(wanted, dict) or wanted.get("side") not in {"buy", "sell"}:
        raise Refused("trade takes side, price and qty")
    only(wanted, ("side", "price", "qty"), "trade")
    qty = units_of(str(decimal(wanted.get("qty"), "qty")), market.pair.qty_places)
    if qty <= 0:
        raise Refused("qty must be positive")
    market.trade(wanted["side"], _price(market, wanted.get("price")), qty)


def _price(market: "Market", value: object) -> int:
    price = units_of(f"{decimal(value, 'price'):f}", market.pair.price_places)
    if price <= 0:
        raise Refused("price must be positive")
    return price


def _reply(status: int, body: dict[str, object]) -> HttpReply:
    return HttpReply(status, dumps(body).encode())


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
}
