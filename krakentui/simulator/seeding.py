"""What alice and bob have when the world starts: balances, a history of fills, orders of every age and kind.

Prices are distances from the market's own opening, so that the orders fit any seed. What is younger
than the drain of the counters is counted as it would have been when it was done.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from krakentui.simulator import rules
from krakentui.simulator.account import Account
from krakentui.simulator.desk import Desk
from krakentui.simulator.invariants import check_all
from krakentui.simulator.jsontext import units_of
from krakentui.simulator.judge import Judge
from krakentui.simulator.orders import Order, Request, Side
from krakentui.simulator.rules import SECOND_US
from krakentui.simulator.wallets import wallet_of

if TYPE_CHECKING:
    from krakentui.simulator.world import World

MINUTE, HOUR, DAY = 60, 3_600, 86_400

ALICE = {
    "USD": "58214.7731",
    "EUR": "4120.4402",
    "BTC": "1.4183260712",
    "ETH": "18.9027413300",
    "SOL": "212.4400917000",
    "XRP": "9150.27160000",
    "DOGE": "41250.00000000",
    "ADA": "7300.11830400",
    "USDT": "1500.00000000",
    "DOT": "310.7715902600",
    "XLM": "0.00000000",
    # Oddities that the balance calls carry: staked, rewards, earning, on hold.
    "DOT28.S": "250.5000000000",
    "XBT.M": "0.0512330000",
    "ETH.F": "1.7500000000",
    "USD.HOLD": "500.0000",
}
BOB = {"USD": "12000.0000", "BTC": "0.2500000000", "ETH": "3.0000000000"}
VOLUME_USD = 23_400
"""What alice traded in the 30 days before: the second fee tier."""


@dataclass(frozen=True, slots=True)
class Seed:
    """An order of the past: where it stands, how old it is, what became of it."""

    symbol: str
    side: Side
    away_bp: int
    """Distance of the limit, or of the trigger, from the opening, in hundredths of a percent."""
    qty: str
    age_s: float
    type: str = "limit"
    limit_bp: int = 0
    """Distance of the limit of a stop-limit order."""
    trail_bp: int | None = None
    post_only: bool = False
    amended_s: float | None = None
    """How long ago it was last amended."""
    filled: tuple[str, ...] = ()
    """Parts filled since, oldest first."""
    ended: str | None = None
    """filled or canceled, for orders of the history."""
    cl_ord_id: str | None = None
    userref: int = 0
    old_refid: bool = False


ALICE_HISTORY = (
    Seed("XRP/USD", "buy", -900, "1200", 26 * DAY, filled=("700", "500"), ended="filled"),
    Seed("ETH/USD", "buy", -1200, "2.5", 19 * DAY, filled=("2.5",), ended="filled"),
    Seed("BTC/USD", "sell", -350, "0.08", 12 * DAY, filled=("0.031", "0.049"), ended="filled"),
    Seed("DOGE/USD", "buy", -400, "9000", 9 * DAY, ended="canceled"),
    Seed("SOL/USD", "sell", 240, "15", 5 * DAY, filled=("6.4", "8.6"), ended="filled"),
    Seed("BTC/EUR", "buy", -180, "0.012", 3 * DAY, filled=("0.012",), ended="filled"),
    Seed("BTC/USD", "buy", -260, "0.05", 2 * DAY, filled=("0.02",), ended="canceled"),
    Seed("ETH/USD", "sell", 90, "1.2", 22 * HOUR, filled=("0.7", "0.5"), ended="filled", post_only=True),
    Seed("XRP/USD", "sell", 60, "400", 9 * HOUR, filled=("400",), ended="filled"),
    Seed("SOL/USD", "buy", -45, "3", 50 * MINUTE, filled=("3",), ended="filled"),
)

ALICE_ORDERS = (
    Seed("BTC/USD", "buy", -1480, "0.05", 41 * DAY, old_refid=True),
    Seed("XRP/USD", "sell", 3600, "2500", 33 * DAY),
    Seed("BTC/USD", "sell", 1240, "0.12", 23 * DAY, filled=("0.03", "0.0245")),
    Seed("ETH/USD", "sell", 950, "3", 16 * DAY, amended_s=11 * DAY),
    Seed("DOGE/USD", "buy", -1750, "20000", 13 * DAY, post_only=True),
    Seed("BTC/USD", "sell", -850, "0.25", 9 * DAY, type="stop-loss"),
    Seed("ETH/USD", "sell", -1100, "4", 9 * DAY, type="stop-loss-limit", limit_bp=-1180),
    Seed("SOL/USD", "sell", 1850, "40", 8 * DAY, type="take-profit"),
    Seed("SOL/USD", "sell", 0, "35", 6 * DAY, type="trailing-stop", trail_bp=900),
    Seed("XRP/USD", "buy", -620, "1500", 4 * DAY, userref=20_270_305),
    Seed("BTC/EUR", "buy", -730, "0.02", 3 * DAY),
    Seed("ETH/USD", "buy", -540, "1.5", 2 * DAY, filled=("0.35",)),
    Seed("BTC/EUR", "sell", 610, "0.03", 30 * HOUR),
    Seed("DOGE/USD", "sell", 880, "12000", 17 * HOUR, amended_s=3 * HOUR),
    Seed("BTC/USD", "buy", -390, "0.04", 8 * HOUR, cl_ord_id="6d1b345e-2821-40e2-ad83-4ecb18a06876"),
    Seed("SOL/USD", "buy", -330, "20", 5 * HOUR),
    Seed("ETH/USD", "buy", -280, "0.8", 2 * HOUR, post_only=True),
    Seed("XRP/USD", "sell", 210, "900", 47 * MINUTE, filled=("260",)),
    Seed("BTC/USD", "sell", 320, "0.06", 21 * MINUTE, post_only=True),
    Seed("DOGE/USD", "sell", 410, "6000", 9 * MINUTE),
    Seed("BTC/USD", "buy", -165, "0.0275", 4 * MINUTE, amended_s=70),
    Seed("ETH/USD", "sell", 260, "1.1", 80),
    Seed("SOL/USD", "buy", -240, "12", 31),
    Seed("BTC/USD", "buy", -130, "0.015", 13),
    Seed("XRP/USD", "buy", -190, "700", 6, post_only=True),
)

BOB_ORDERS = (
    Seed("BTC/USD", "buy", -900, "0.02", 2 * DAY),
    Seed("ETH/USD", "sell", 700, "1", 3 * HOUR),
)


class Planter:
    """Puts orders of the past into an account."""

    def __init__(self, world: "World", desk: Desk, judge: Judge, account: Account) -> None:
        self.world = world
        self.desk = desk
        self.judge = judge
        self.account = account
        self.rng = world.rng(f"{account.name}/seeding")

    def balances(self, texts: dict[str, str]) -> None:
        """Open the balances of the assets that this world has."""
        for name, text in texts.items():
            asset = self.world.find_asset(name)
            if asset is None:
                continue
            self.account.ledger.open(asset, units_of(text, asset.places))
            wallet = wallet_of(asset, self.world.tables)
            if wallet is not None:
                self.account.wallets[name] = wallet

    def plant_all(self, seeds: tuple[Seed, ...], *, counted: bool) -> None:
        """Put in the orders of the markets that this world has."""
        here = [seed for seed in seeds if seed.symbol in self.world.markets]
        for seed in here:
            self.plant(seed)
        if counted:
            self.count(here)

    def plant(self, seed: Seed) -> Order:
        """Put one order in, with all that happened to it."""
        market = self.world.markets[seed.symbol]
        order = self.desk.born(self.account, self._request(seed))
        order.opened_us = order.counts_from_us = order.changed_us = self._ago(seed.age_s)
        order.status, order.old_refid = "new", seed.old_refid
        self.account.opened(order)
        for number, text in enumerate(seed.filled, start=1):
            t_us = self._ago(seed.age_s * (len(seed.filled) + 1 - number) / (len(seed.filled) + 1))
            trade_id = market.tape.first_id - int(seed.age_s) - self.rng.randrange(1_000, 90_000)
            qty, price = units_of(text, order.pair.qty_places), order.limit_price or market.last
            self.desk.book_fill(self.account, order, price, qty, trade_id, maker=True, t_us=t_us)
            order.status = "partially_filled"
        self.account.rehold(order)
        if seed.amended_s is not None:
            order.amended, order.counts_from_us = True, self._ago(seed.amended_s)
            order.changed_us = max(order.changed_us, order.counts_from_us)
        if seed.ended is None:
            order.ahead = market.queue_ahead(order.side, order.limit_price or 0)
            self.desk.matching.restore(order)
        else:
            self._end(order, seed)
        return order

    def count(self, seeds: list[Seed]) -> None:
        """Count the adds and amends of the past, in their order, on the engine's counters."""
        acts: list[tuple[int, str, int]] = []
        for seed in seeds:
            acts.append((self._ago(seed.age_s), seed.symbol, rules.ADD_COST))
            if seed.amended_s is not None:
                age_us = int((seed.age_s - seed.amended_s) * SECOND_US)
                acts.append((self._ago(seed.amended_s), seed.symbol, rules.amend_cost(age_us)))
        for t_us, symbol, cost in sorted(acts):
            self.judge.engine_gauge(self.account, symbol).add(cost, t_us)

    def _ago(self, seconds: float) -> int:
        # Odd microseconds, so that no two orders share an instant.
        return self.world.start_us - int(seconds * SECOND_US) - self.rng.randrange(1, 400_000)

    def _request(self, seed: Seed) -> Request:
        pair, last = self.world.pairs[seed.symbol], self.world.markets[seed.symbol].last
        at = last * (10_000 + seed.away_bp) // 10_000
        is_stop = seed.type != "limit"
        return Request(
            pair=pair,
            side=seed.side,
            type=seed.type,
            qty=units_of(seed.qty, pair.qty_places),
            limit_price=(last * (10_000 + seed.limit_bp) // 10_000 if is_stop else at),
            trigger_price=at if is_stop and seed.trail_bp is None else None,
            trail_bp=seed.trail_bp,
            post_only=seed.post_only,
            cl_ord_id=seed.cl_ord_id,
            userref=seed.userref,
        )

    def _end(self, order: Order, seed: Seed) -> None:
        order.status, order.endings = seed.ended or "canceled", 1
        order.reason = "User requested" if order.status == "canceled" else None
        order.closed_us = order.changed_us if seed.filled else self._ago(seed.age_s / 2)
        self.account.ended(order)


def seed_alice(world: "World", desk: Desk, judge: Judge, account: Account) -> None:
    """Give alice her balances, her history and about 25 open orders over 6 pairs."""
    planter = Planter(world, desk, judge, account)
    account.volume_usd = VOLUME_USD
    planter.balances(ALICE)
    planter.plant_all(ALICE_HISTORY, counted=False)
    planter.plant_all(ALICE_ORDERS, counted=True)
    _by_age(account)
    check_all(account)


def seed_bob(world: "World", desk: Desk, judge: Judge, account: Account) -> None:
    """Give bob, a stranger to alice, a small account."""
    planter = Planter(world, desk, judge, account)
    planter.balances(BOB)
    planter.plant_all(BOB_ORDERS, counted=True)
    check_all(account)


def _by_age(account: Account) -> None:
    """Put fills and ledger rows into the order of their time; balances run along."""
    fills = sorted(account.fills, key=lambda fill: fill.t_us)
    account.fills.clear()
    account.fills.extend(fills)
    account.ledger.sort()
