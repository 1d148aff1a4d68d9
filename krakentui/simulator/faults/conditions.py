"""Faults of the world around: the engine's mode, the account's tier, other programs' use."""

from krakentui.simulator.accounts import of
from krakentui.simulator.clock import SECOND_US
from krakentui.simulator.desk import USER
from krakentui.simulator.faults.base import Fault
from krakentui.simulator.faults.spec import Args
from krakentui.simulator.faults.standing import set_tier
from krakentui.simulator.orders import Order, Request
from krakentui.simulator.refusal import Refused
from krakentui.simulator.rules import TIERS

MODES = ("online", "maintenance", "cancel_only", "post_only")
USERREF = 7_002
MINE_MAX = 10


class Mode(Fault):
    """The engine is in another mode; afterwards it is online again."""

    def read(self, args: Args) -> None:
        """Take the mode."""
        self._mode = args.text("mode", "maintenance", MODES)

    def begin(self) -> None:
        """Change it."""
        self.world.set_system(self._mode)

    def end(self) -> None:
        """Go online."""
        self.world.set_system("online")


class TierFault(Fault):
    """An account is of another tier."""

    def read(self, args: Args) -> None:
        """Take tier and account."""
        self._tier = args.text("tier", "starter", TIERS)
        self._account = args.text("account", "alice", tuple(of(self.world).by_name))

    def begin(self) -> None:
        """Change it."""
        self._was = set_tier(self.world, self._account, self._tier)

    def end(self) -> None:
        """Change it back."""
        set_tier(self.world, self._account, self._was)


class Foreign(Fault):
    """Somebody else uses the key's REST counter, or the account's engine counter on a pair."""

    def read(self, args: Args) -> None:
        """Take what is used, how often a second, by which call or on which pair."""
        self._what = args.text("what", "rest", ("rest", "orders"))
        self._rate = args.number("rate", 0.5, 0.001, 1_000)
        self._endpoint = args.text("endpoint", "Balance")
        symbol = args.text("pair", "BTC/USD")
        pair = self.world.find_pair(symbol)
        if pair is None:
            raise Refused("pair of foreign names no market")
        self._pair = pair
        self._mine: list[Order] = []

    def begin(self) -> None:
        """Start to act."""
        if self.begun == 1:
            self._later()

    def end(self) -> None:
        """Leave nothing behind."""
        accounts = of(self.world)
        for order in self._mine:
            if order.id in accounts.by_name["alice"].open:
                accounts.desk.cancel(order, USER)

    def _later(self) -> None:
        self.after(max(1, round(SECOND_US / self._rate)), self._act)

    def _act(self) -> None:
        if self._what == "rest":
            self._call()
        else:
            self._trade()
        self._later()

    def _call(self) -> None:
        accounts, now_us = of(self.world), self.world.clock.now_us()
        named = self.spec.match.names("key") or (accounts.programs["cancel"].public,)
        for key in accounts.programs.values():
            if key.public in named:
                accounts.judge.rest_call(key, accounts.owner(key).tier, self._endpoint, now_us)
                key.used_before_s = key.last_used_s
                key.last_used_s = now_us // SECOND_US
                key.nonce += 1

    def _trade(self) -> None:
        gate, account = of(self.world).gate, of(self.world).by_name["alice"]
        self._mine = [order for order in self._mine if order.id in account.open]
        if len(self._mine) < MINE_MAX and (not self._mine or self.rng.random() < 0.5):
            price = self.world.markets[self._pair.symbol].best_bid * 9 // 10
            qty = max(self._pair.qty_min, 2 * self._pair.qty_min)
            ask = Request(pair=self._pair, side="buy", qty=qty, limit_price=price, userref=USERREF)
            order = gate.place(account, ask)
            if isinstance(order, Order):
                self._mine.append(order)
        else:
            gate.cancel(account, self._mine[0])
