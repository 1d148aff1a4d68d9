"""Public REST: one table of endpoints, the envelope, the public limiter."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from krakentui.simulator.catalogue import INFO_FIELDS, asset_row, pair_row
from krakentui.simulator.clock import SECOND_US
from krakentui.simulator.instants import iso, rfc1123
from krakentui.simulator.market_rest import depth, key_of, ohlc, pairs_named, spread, ticker, trades
from krakentui.simulator.surface import HttpReply, HttpRequest, failure, parameters, result
from krakentui.simulator.tables import Asset

if TYPE_CHECKING:
    from krakentui.simulator.world import World

PREFIX = "/0/public/"
PER_PAIR = frozenset({"Trades", "OHLC"})
"""Limited per address and pair; every other call per address."""
ARGUMENTS = "EGeneral:Invalid arguments"
OWN = frozenset({"Time"})
"""What a mirror says of itself."""

SCHEDULE_US = 7 * 86_400 * SECOND_US
"""How far ahead maintenance is listed."""

Answer = Callable[["World", dict[str, str]], HttpReply]


def handle(world: "World", request: HttpRequest) -> HttpReply:
    """Answer one public request."""
    reply, verdict = _answer(world, request)
    world.heard_rest(request, cost="1", verdict=verdict)
    return reply


def _answer(world: "World", request: HttpRequest) -> tuple[HttpReply, str]:
    name = request.path.removeprefix(PREFIX)
    answer = ENDPOINTS.get(name)
    found = parameters(request)
    if answer is None:
        refusal = "EGeneral:Unknown method"
    elif found is None or request.method not in ("GET", "POST"):
        refusal = ARGUMENTS
    elif not _admitted(world, name, found, request.peer):
        refusal = "EGeneral:Too many requests"
    elif world.past is not None and name not in OWN:
        return world.past.reply(request), "ok"
    else:
        return answer(world, found), "ok"
    return failure(refusal), refusal


def _admitted(world: "World", name: str, found: dict[str, str], peer: str) -> bool:
    scope = None
    if name in PER_PAIR:
        pair = world.find_pair(found.get("pair", ""))
        scope = "" if pair is None else pair.symbol
    return world.public_limiter.spend(peer, scope, world.clock.now_us())


def _time(world: "World", found: dict[str, str]) -> HttpReply:
    del found
    now_us = world.clock.now_us() if world.past is None else world.past.now_us(world.start_us)
    return result({"unixtime": now_us // SECOND_US, "rfc1123": rfc1123(now_us)})


def _system_status(world: "World", found: dict[str, str]) -> HttpReply:
    del found
    return result(
        {
            "status": world.system,
            "timestamp": iso(world.clock.now_us()),
            "upcoming_maintenance": world.bulletin.upcoming(),
            "emergency": [],
        }
    )


def _maintenance_schedule(world: "World", found: dict[str, str]) -> HttpReply:
    del found
    return result({"events": world.bulletin.upcoming(SCHEDULE_US)})


def _assets(world: "World", found: dict[str, str]) -> HttpReply:
    if found.get("aclass", "currency") != "currency":
        return result({})
    v2_names = found.get("assetVersion") == "1"
    everything: list[Asset] = sorted(world.assets.values(), key=lambda asset: asset.id)
    named: list[Asset | None] = [*everything]
    if "asset" in found:
        named = [world.find_asset(name.strip()) for name in found["asset"].split(",")]
    rows: dict[str, object] = {}
    for asset in named:
        if asset is None:
            return failure("EQuery:Unknown asset")
        rows[asset.name if v2_names else asset.id] = asset_row(asset)
    return result(rows)


def _asset_pairs(world: "World", found: dict[str, str]) -> HttpReply:
    fields = INFO_FIELDS.get(found.get("info", "info"), ())
    if fields == ():
        return failure(ARGUMENTS)
    tokenized = found.get("aclass_base", "currency") != "currency"
    if tokenized or found.get("execution_venue", "international") != "international":
        return result({})
    named = pairs_named(world, found)
    if named is None:
        return failure("EQuery:Unknown asset pair")
    v2_names = found.get("assetVersion") == "1"
    rows: dict[str, object] = {}
    for spelling, pair in named:
        row = pair_row(pair, world.halts.status(pair), v2_names=v2_names)
        rows[key_of(pair, spelling, found)] = row if fields is None else {name: row[name] for name in fields}
    return result(rows)


ENDPOINTS: dict[str, Answer] = {
    "Time": _time,
    "SystemStatus": _system_status,
    "Assets": _assets,
    "AssetPairs": _asset_pairs,
    "Ticker": ticker,
    "OHLC": ohlc,
    "Depth": depth,
    "Trades": trades,
    "Spread": spread,
    "MaintenanceSchedule": _maintenance_schedule,
}
