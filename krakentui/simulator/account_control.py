"""The control call `account`: act on an account as the exchange, or as another program of its user."""

from typing import TYPE_CHECKING, Any

from krakentui.simulator.account import HOLD_FEE, Account
from krakentui.simulator.accounts import Accounts, of
from krakentui.simulator.faults.spec import only
from krakentui.simulator.instants import iso_us
from krakentui.simulator.orders import LIMIT_TYPES, ORDER_TYPES, STOP_TYPES, Order, Request, Side
from krakentui.simulator.refusal import Refused, decimal, one_of, units
from krakentui.simulator.tables import Pair

if TYPE_CHECKING:
    from krakentui.simulator.world import World

SPREAD_OVER = ("BTC/USD", "ETH/USD", "SOL/USD", "XRP/USD", "DOGE/USD", "ADA/USD")
ORDERS_MAX = 20_000
FIELDS = {
    "order": (
        "pair",
        "side",
        "qty",
        "type",
        "price",
        "trigger",
        "trail_pct",
        "post_only",
        "cl_ord_id",
        "userref",
    ),
    "amend": ("id", "qty", "price", "trigger"),
    "fill": ("id", "qty", "price"),
    "cancel": ("id", "all", "reason"),
}
"""What each act takes; a misspelt field is refused before anything is done."""


def account(world: "World", body: dict[str, Any]) -> dict[str, object]:
    """Do all that the body asks for, in the order: deposit, orders, order, amend, fill, cancel."""
    only(body, ("key", "as", "deposit", "orders", *FIELDS), "account")
    for act in FIELDS.keys() & body.keys():
        only(_object(body[act], act), FIELDS[act], act)
    accounts = of(world)
    hands = Hands(world, accounts, _owner(accounts, body.get("key", "alice")), counted=_is_other(body))
    done: list[str] = []
    for asset, amount in _object(body.get("deposit", {}), "deposit").items():
        hands.deposit(asset, amount)
    if "orders" in body:
        done += hands.many(body["orders"])
    if "order" in body:
        done.append(hands.place(_object(body["order"], "order")))
    if "amend" in body:
        done.append(hands.amend(_object(body["amend"], "amend")))
    if "fill" in body:
        done.append(hands.fill(_object(body["fill"], "fill")))
    if "cancel" in body:
        done += hands.cancel(_object(body["cancel"], "cancel"))
    return {"v": 1, "at": iso_us(world.clock.now_us()), "account": hands.account.name, "orders": done}


class Hands:
    """Acts on one account; every refusal is raised."""

    def __init__(self, world: "World", accounts: Accounts, account: Account, *, counted: bool) -> None:
        self.world = world
        self.account = account
        self._counted = counted
        self._desk = accounts.desk
        self._gate = accounts.gate

    def deposit(self, asset: str, amount: object) -> None:
        """Add an amount to a balance, or take it away."""
        known = self.world.find_asset(asset)
        if known is None:
            raise Refused(f"no such asset: {asset[:20]}")
        _raise(self._desk.deposit(self.account, known.name, units(amount, known.places, "deposit")))

    def place(self, wanted: dict[str, Any]) -> str:
        """Place one order."""
        return self._place(self._request(wanted))

    def many(self, count: object) -> list[str]:
        """Place many small buys far below the market, with the money they need."""
        if not isinstance(count, int) or not 0 < count <= ORDERS_MAX:
            raise Refused(f"orders is a number up to {ORDERS_MAX}")
        placed = []
        pairs = [self.world.pairs[symbol] for symbol in SPREAD_OVER if symbol in self.world.pairs]
        for number in range(count):
            pair = pairs[number % len(pairs)]
            price = self.world.markets[pair.symbol].last * (7_500 - number % 4_000) // 10_000
            ask = Request(pair=pair, side="buy", qty=pair.qty_min * 2, limit_price=price)
            needed = self._desk.born(self.account, ask, order_id="").held(HOLD_FEE)
            if self.account.free(pair.quote.name) < needed:
                _raise(self._desk.deposit(self.account, pair.quote.name, needed * (count - number)))
            placed.append(self._place(ask))
        return placed

    def amend(self, wanted: dict[str, Any]) -> str:
        """Change an open order."""
        order = self._open(wanted)
        pair = order.pair
        changes = {
            "qty": _qty(pair, wanted["qty"]) if "qty" in wanted else None,
            "limit_price": _price(pair, wanted["price"]) if "price" in wanted else None,
            "trigger_price": _price(pair, wanted["trigger"]) if "trigger" in wanted else None,
        }
        if self._counted:
            _raise(self._gate.amend(self.account, order.id, post_only=False, **changes))
        else:
            _raise(self._desk.amend(order, **changes))
        return order.id

    def fill(self, wanted: dict[str, Any]) -> str:
        """Let an open order trade, whatever the market does."""
        order = self._open(wanted)
        market = self.world.markets[order.pair.symbol]
        price = order.limit_price or order.trigger_price or market.last
        if "price" in wanted:
            price = _price(order.pair, wanted["price"])
        qty = _qty(order.pair, wanted["qty"]) if "qty" in wanted else order.remaining
        if not 0 < qty <= order.remaining:
            raise Refused("qty must be above 0 and at most what remains")
        if order.side == "buy" and price > order.worst_price:
            raise Refused("a buy is not filled above its price")
        self._desk.matching.fill_by_script(order, price, qty)
        return order.id

    def cancel(self, wanted: dict[str, Any]) -> list[str]:
        """Cancel one open order, or all."""
        if wanted.get("all") is True:
            orders = list(self.account.open.values())
            if self._counted:
                count = self._gate.cancel_all(self.account)
                _raise(count if isinstance(count, str) else None)
                return [order.id for order in orders]
        else:
            orders = [self._open(wanted)]
        for order in orders:
            if self._counted:
                _raise(self._gate.cancel(self.account, order))
            else:
                self._desk.cancel(order, str(wanted.get("reason", "User requested")))
        return [order.id for order in orders]

    def _place(self, ask: Request) -> str:
        place = self._gate.place if self._counted else self._desk.place
        order = place(self.account, ask)
        if isinstance(order, str):
            raise Refused(order)
        return order.id

    def _open(self, wanted: dict[str, Any]) -> Order:
        order = self.account.open.get(str(wanted.get("id", "")))
        if order is None:
            raise Refused("EOrder:Unknown order")
        return order

    def _request(self, wanted: dict[str, Any]) -> Request:
        pair = self.world.find_pair(str(wanted.get("pair", "")))
        if pair is None:
            raise Refused("pair names no market")
        side = one_of(wanted.get("side", "buy"), ("buy", "sell"), "side")
        kind = one_of(wanted.get("type", "limit"), sorted(ORDER_TYPES), "type")
        trail = wanted.get("trail_pct")
        return Request(
            pair=pair,
            side=_side(side),
            type=kind,
            qty=_qty(pair, wanted.get("qty")),
            limit_price=_price(pair, wanted.get("price")) if kind in LIMIT_TYPES else None,
            trigger_price=_price(pair, wanted.get("trigger"))
            if kind in STOP_TYPES and trail is None
            else None,
            trail_bp=None if trail is None else int(decimal(trail, "trail_pct") * 100),
            post_only=wanted.get("post_only") is True,
            cl_ord_id=None if wanted.get("cl_ord_id") is None else str(wanted["cl_ord_id"]),
            userref=int(decimal(wanted.get("userref", 0), "userref")),
        )


def _owner(accounts: Accounts, name: object) -> Account:
    """Find an account by its name, or by the name, public key or fingerprint of a program's key."""
    if isinstance(name, str) and name in accounts.by_name:
        return accounts.by_name[name]
    for program, key in accounts.programs.items():
        if name in (program, key.public, key.fingerprint):
            return accounts.owner(key)
    raise Refused("key names no account and no program")


def _is_other(body: dict[str, Any]) -> bool:
    if body.get("as") not in (None, "other"):
        raise Refused('as is "other" or absent')
    return body.get("as") == "other"


def _side(text: str) -> Side:
    return "buy" if text == "buy" else "sell"


def _object(value: object, name: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Refused(f"{name} must be a JSON object")
    return value


def _qty(pair: Pair, value: object) -> int:
    return units(value, pair.qty_places, "qty")


def _price(pair: Pair, value: object) -> int:
    return units(value, pair.price_places, "price")


def _raise(error: str | None) -> None:
    if error is not None:
        raise Refused(error)
