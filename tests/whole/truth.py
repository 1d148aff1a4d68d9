"""What the screen shows, held against the exchange's own truth."""

from decimal import Decimal
from fractions import Fraction

from krakentui.model.limit import ConnectionScope, IpScope, PairScope, Scope
from krakentui.state.view import OrderRow
from tests.whole.lockstep import Lockstep

SURFACES = {"public": "public", "private": "private", "audit": "audit", "cancels": "private"}
"""Feed -> what the exchange calls the side of its sockets."""
FEE = Decimal("0.004")
"""What the exchange holds on top of a buy until a poll has told it; no more than the highest fee."""

Shown = tuple[object, ...]
"""What is shown of an order: pair, side, type, quantity, filled, limit price."""


def shown_orders(both: Lockstep) -> dict[str, Shown]:
    return {row.id: as_shown(row) for row in both.rows().values()}


def as_shown(row: OrderRow) -> Shown:
    price = row.price if row.type == "limit" else None
    return (row.pair, row.side, row.type, row.qty, row.filled, price)


def true_orders(both: Lockstep) -> dict[str, Shown]:
    return {
        one: (
            order["pair"],
            order["side"],
            order["type"],
            Decimal(order["qty"]),
            Decimal(order["filled"]),
            Decimal(order["price"]) if order["type"] == "limit" else None,
        )
        for one, order in both.true_orders().items()
    }


def wrong_balances(both: Lockstep) -> list[str]:
    """List the assets whose total or hold is not the exchange's."""
    rows = both.session.balances(both.clock.mono_ns()).rows
    wrong: list[str] = []
    for asset, truth in both.account()["balances"].items():
        ours = [row for row in rows if purse(row.asset) == asset]
        total, held = sum(row.total for row in ours), sum(row.held or 0 for row in ours)
        if total != Decimal(truth["total"]):
            wrong.append(f"{asset} total {total}, truly {truth['total']}")
        if abs(held - Decimal(truth["held"])) > FEE * Decimal(truth["held"]):
            wrong.append(f"{asset} held {held}, truly {truth['held']}")
    return wrong


def purse(asset: str) -> str:
    """Tell what a row counts with: wallets with their asset, fiat on hold alone."""
    return asset if asset.endswith(".HOLD") else asset.partition(".")[0]


def wrong_gauges(both: Lockstep) -> list[str]:
    """List the gauges whose interval does not hold the exchange's own counter."""
    return [
        f"{gauge.label} {gauge.low}..{gauge.high}, truly {truth}"
        for gauge in both.session.budget(both.exchange_ns()).gauges
        if not gauge.low <= (truth := true_counter(both, gauge.name, gauge.scope)) <= gauge.high
    ]


def true_counter(both: Lockstep, name: str, scope: Scope) -> Fraction:
    if name in {"open_orders", "scheduled_orders"}:
        assert isinstance(scope, PairScope)
        return Fraction(sum(order["pair"] == scope.pair for order in both.true_orders().values()))
    if isinstance(scope, IpScope):
        return both.true_counter(name, {"ip": "127.0.0.1"})
    if isinstance(scope, ConnectionScope):
        return true_messages(both, scope.connection)
    return both.true_counter(name, {field: getattr(scope, field) for field in scope.__struct_fields__})


def true_messages(both: Lockstep, connection: int) -> Fraction:
    """Tell what the exchange counts on its own side of this socket: it numbers them by itself."""
    lines = both.session.state.ledger.lines
    surface = SURFACES[lines[connection].feed]
    theirs = sorted(n for n, socket in both.exchange.world.sockets.items() if socket.surface == surface)
    ours = sorted(n for n, line in lines.items() if SURFACES[line.feed] == surface)
    newest = ours[::-1].index(connection)
    return both.true_counter("messages", {"connection": theirs[-1 - newest]}) if theirs else Fraction(0)
