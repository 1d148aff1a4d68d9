"""What must hold of an account after every event; anything else is a fault of the simulator itself.

balance = opening + sum of the ledger rows · hold = sum over open orders, and never above the balance ·
what is filled only grows · each order ends exactly once.
"""

from krakentui.simulator.account import HOLD_FEE, Account, held_asset
from krakentui.simulator.orders import Order

MANY = 200
"""With more open orders than this, an event checks only what it touched."""


class BrokenInvariant(AssertionError):
    """The account contradicts itself."""


def _must(holds: bool, what: str) -> None:
    if not holds:
        raise BrokenInvariant(what)


def check(account: Account, touched: Order) -> None:
    """Check an account after an event on one of its orders."""
    check_order(account, touched)
    if len(account.open) <= MANY:
        check_sums(account)
    for asset in (touched.pair.base, touched.pair.quote):
        held, balance = account.held(asset.name), account.ledger.balance(asset.name)
        _must(0 <= held <= balance, f"{account.name} holds {held} of {balance} {asset.name}")


def check_order(account: Account, order: Order) -> None:
    """Check one order in itself and in its place."""
    _must(order.checked <= order.filled <= order.qty, f"{order.id} filled {order.filled} of {order.qty}")
    order.checked = order.filled
    _must(order.endings == (1 if order.is_done else 0), f"{order.id} ended {order.endings} times")
    _must((order.id in account.open) != order.is_done, f"{order.id} is {order.status} and in the wrong place")
    _must(order.status != "filled" or order.remaining == 0, f"{order.id} is filled in part")
    held = order.held(HOLD_FEE)
    _must(account.order_holds.get(order.id, 0) == held, f"{order.id} holds not {held}")


def check_sums(account: Account) -> None:
    """Add up rows and holds anew."""
    _must(
        account.ledger.summed() == account.ledger.balances, f"{account.name}: rows do not make the balances"
    )
    holds: dict[str, int] = {}
    pairs: dict[str, int] = {}
    for order in account.open.values():
        name = held_asset(order.pair, order.side).name
        holds[name] = holds.get(name, 0) + order.held(HOLD_FEE)
        pairs[order.pair.symbol] = pairs.get(order.pair.symbol, 0) + 1
    _must(_without_zeros(account.holds) == _without_zeros(holds), f"{account.name}: holds differ")
    _must(_without_zeros(account.count_by_pair) == pairs, f"{account.name}: open orders are counted wrong")


def check_all(account: Account) -> None:
    """Check everything of an account anew."""
    check_sums(account)
    for order in [*account.open.values(), *account.closed.values()]:
        check_order(account, order)
    for name, held in account.holds.items():
        _must(
            0 <= held <= account.ledger.balance(name),
            f"{account.name} holds {held} {name}, more than it owns",
        )


def _without_zeros(amounts: dict[str, int]) -> dict[str, int]:
    return {name: units for name, units in amounts.items() if units}
