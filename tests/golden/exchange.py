"""Plays a case on the simulated exchange, through the doors that clients use."""

import json
from dataclasses import replace
from fractions import Fraction
from functools import cache

from krakentui.simulator import accounts, public_rest
from krakentui.simulator.account import Account
from krakentui.simulator.counters import Gauge
from krakentui.simulator.options import Options
from krakentui.simulator.orders import Order, Request
from krakentui.simulator.surface import HttpRequest
from krakentui.simulator.tables import Tables, load
from krakentui.simulator.world import World
from tests.golden.cases import USUAL_PAIR, Act, Case, named
from tests.simulator.private import Rest

PAIRS = ("BTC/USD", "ETH/USD")
HOUR_US = 3_600_000_000
ACCOUNT, PROGRAM, PEER = "bob", "cancel", "127.0.0.1"
VERDICTS = {
    "EOrder:Rate limit exceeded": "refused",
    "EAPI:Rate limit exceeded": "refused",
    "EGeneral:Too many requests": "refused",
    "EOrder:Orders limit exceeded": "full",
    "EOrder:Scheduled orders limit exceeded": "full",
}


@cache
def _tables() -> Tables:
    whole = load()
    return Tables(whole.assets, {symbol: whole.pairs[symbol] for symbol in PAIRS})


class Play:
    """An exchange with an account that has done nothing yet."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.world = World(Options(tier=case.tier, rules=case.rules, manual=True, quiet=True), _tables())
        self.world.start()
        for market in self.world.markets.values():
            market.freeze(frozen=True)
        self.parts = accounts.of(self.world)
        self.account: Account = self.parts.by_name[ACCOUNT]
        for order in list(self.account.open.values()):
            self.parts.desk.cancel(order, "before the case")
        self.parts.desk.deposit(self.account, "USD", 10**12)
        self.world.judge.engine.clear()
        self.orders: dict[str, Order] = {}
        self.rest: dict[str, Rest] = {}
        self.spent = Fraction(0)
        self._began_us = self.world.clock.now_us()

    def at(self, at_us: int) -> None:
        """Let time pass up to an instant of the case."""
        self.world.clock.advance_to(self._began_us + at_us)

    def used(self, where: str) -> Fraction:
        """Tell where the counter stands."""
        now_us = self.world.clock.now_us()
        if self.case.limit == "public":
            return self.world.public_limiter.used(PEER, where or None, now_us)
        return self._gauge(where).used(now_us)

    def act(self, act: Act) -> set[str]:
        """Do one act; tell the verdicts that it met."""
        before = self.used(act.where)
        verdicts = {VERDICTS.get(error, error) if error else "ok" for error in self._errors(act)}
        self.spent += self.used(act.where) - before
        return verdicts

    def _gauge(self, where: str) -> Gauge:
        if self.case.limit == "rest":
            key = self._client(where).key
            return self.world.judge.rest_gauge(key, self.parts.owner(key).tier)
        return self.world.judge.engine_gauge(self.account, where or USUAL_PAIR)

    def _client(self, where: str) -> Rest:
        return self.rest.setdefault(where, Rest(self.world, where or PROGRAM))

    def _errors(self, act: Act) -> list[str | None]:
        match act.verb:
            case "call" | "calls" if self.case.limit == "public":
                return [self._public(act.names[0], act.where) for _ in range(act.count)]
            case "call" | "calls":
                return [self._private(act.names[0], act.where) for _ in range(act.count)]
            case "add" | "adds":
                return [self._added(name, self._ask(act.pair)) for name in act.names]
            case "schedule" | "schedules":
                return [self._added(name, self._later(act.pair)) for name in act.names]
            case "ioc":
                return [self._added(act.names[0], replace(self._ask(act.pair), force="IOC"))]
            case "batch-add":
                made = self.parts.gate.place_batch(self.account, [self._ask(act.pair) for _ in act.names])
                if isinstance(made, str):
                    return [made]
                return [self._kept(name, order) for name, order in zip(act.names, made, strict=True)]
            case "bad-add":
                ask = self._ask(act.pair)
                ask.qty = 1
                return [_bad(self._added("bad", ask))]
        return [self._changed(act)]

    def _changed(self, act: Act) -> str | None:
        gate, account = self.parts.gate, self.account
        order = self.orders.get(act.names[0]) if act.names else None
        match act.verb:
            case "cancel-all":
                return _text(gate.cancel_all(account))
            case "arm":
                return _text(self.parts.switches.arm(account, act.count))
            case "fires":
                return None if self.parts.switches.fires_at_us(account) is None else "it is still armed"
            case "batch-cancel":
                there = [name for name, one in self.orders.items() if not one.is_done]
                return _text(
                    gate.cancel_batch(account, [self.orders[name] for name in named(act.names, there)])
                )
        assert order is not None, act
        match act.verb:
            case "amend":
                return gate.amend(account, order.id, qty=order.qty + 1)
            case "bad-amend":
                return _bad(gate.amend(account, order.id, qty=1))
            case "bad-edit":
                return _bad(gate.edit(account, order, replace(self._ask(order.pair.symbol), qty=1)))
            case "shrink":
                return gate.amend(account, order.id, qty=order.filled)
            case "edit":
                return self._kept(act.names[1], gate.edit(account, order, self._ask(order.pair.symbol)))
            case "cancel":
                return gate.cancel(account, order)
        share = {"fill": order.remaining, "part-fill": order.remaining // 2}[act.verb]
        self.parts.desk.matching.fill_by_script(order, order.limit_price or 0, share)
        return None

    def _added(self, name: str, ask: Request) -> str | None:
        return self._kept(name, self.parts.gate.place(self.account, ask))

    def _kept(self, name: str, order: Order | str) -> str | None:
        if isinstance(order, str):
            return order
        self.orders[name] = order
        return None

    def _ask(self, symbol: str) -> Request:
        pair, last = self.world.pairs[symbol], self.world.markets[symbol].last
        return Request(pair=pair, side="buy", qty=pair.qty_min * 10, limit_price=last * 9 // 10)

    def _later(self, symbol: str) -> Request:
        return replace(self._ask(symbol), starts_us=self.world.clock.now_us() + HOUR_US)

    def _private(self, endpoint: str, where: str) -> str | None:
        error = self._client(where).error(endpoint)
        return error if error in VERDICTS else None

    def _public(self, endpoint: str, where: str) -> str | None:
        query = f"pair={where}" if where else ""
        reply = public_rest.handle(self.world, HttpRequest("GET", f"/0/public/{endpoint}", query, peer=PEER))
        errors = json.loads(reply.body)["error"]
        return errors[0] if errors else None


def _bad(answer: object) -> str | None:
    return None if answer == "EOrder:Order minimum not met" else f"no refusal: {answer}"


def _text(answer: int | str) -> str | None:
    return answer if isinstance(answer, str) else None
