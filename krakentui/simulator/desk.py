"""The trading desk: places, amends, cancels and fills orders, books the money, tells the listeners.

It applies the exchange's rules for orders (minima, funds, post-only) and knows nothing of limits or
permissions: those who ask on a client's behalf go through `gate`, the exchange itself comes here.
Every act ends with the account's invariants checked.
"""

from collections.abc import Callable
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from krakentui.simulator import frames
from krakentui.simulator.account import Account, Fill
from krakentui.simulator.checks import WOULD_TAKE, crosses, wrong_amend, wrong_for, wrong_with
from krakentui.simulator.depth import affordable, available
from krakentui.simulator.invariants import check
from krakentui.simulator.matching import Matching
from krakentui.simulator.orders import (
    LIMIT_TYPES,
    STOP_TYPES,
    Order,
    Request,
    id_maker,
    with_slippage,
)

if TYPE_CHECKING:
    from krakentui.simulator.world import World

USER = "User requested"
POST_ONLY = "Post only order"
REPLACED = "Order replaced"


class Change(NamedTuple):
    """What an amend changes; None = it stays."""

    qty: int | None
    limit_price: int | None
    trigger_price: int | None


class Desk:
    """What the engine does with orders."""

    def __init__(self, world: "World", make_trade_id: Callable[[str], str]) -> None:
        self.world = world
        self.make_id = make_trade_id
        self._make_amend_id = id_maker(world.rng("amends"))
        self.accounts: dict[str, Account] = {}
        self.spared: frozenset[str] = frozenset()
        """Orders that a fault lets survive their cancel."""
        self.matching = Matching(world.markets, self)

    def now_us(self) -> int:
        """The instant of the simulated world."""
        return self.world.clock.now_us()

    # --- acts on orders -------------------------------------------------------------------------

    def place(self, account: Account, ask: Request) -> Order | str:
        """Take in an order and let it meet the market; the text is the reason of a refusal."""
        error = self.fault_of(account, ask)
        if error is not None:
            return error
        order = self.born(account, ask)
        account.opened(order)
        account.executed(frames.whole(order, "pending_new"), order.pair)
        if order.expires_us is not None:
            self.world.clock.at(order.expires_us, partial(self._expire, order))
        if order.starts_us is None:
            self._go_live(order)
        else:
            self.world.clock.at(order.starts_us, partial(self._go_live, order))
            check(account, order)
        return order

    def _go_live(self, order: Order) -> None:
        """Let an order meet the market, unless it was cancelled while it was scheduled."""
        if order.status != "pending_new":
            return
        account, market = self.accounts[order.account], self.world.markets[order.pair.symbol]
        order.status = "new"
        if order.post_only and crosses(order, market):
            self.cancel(order, POST_ONLY)
            return
        account.executed(frames.live(order, self.now_us()), order.pair)
        if order.force == "FOK" and available(market, order.side, order.limit_price) < order.qty:
            self.cancel(order, self.world.manners.unfilled_reason)
            return
        self.matching.enter(order)
        check(account, order)

    def edit(self, order: Order, ask: Request) -> Order | str:
        """Put a new order in the place of an open one; fills stay with the old one."""
        error = self.edit_fault(order, ask)
        if error is not None:
            return error
        self.cancel(order, REPLACED)
        return self.place(self.accounts[order.account], ask)

    def edit_fault(self, order: Order, ask: Request) -> str | None:
        """Say why an edit would be refused, without doing it."""
        account, market = self.accounts[order.account], self.world.markets[order.pair.symbol]
        becomes = self.born(account, ask, order_id="")
        error = wrong_with(ask, becomes, market)
        error = error or wrong_for(account, becomes, freed=account.order_holds.get(order.id, 0))
        if error is None and becomes.post_only and crosses(becomes, market):
            return WOULD_TAKE
        return error

    def amend(
        self,
        order: Order,
        *,
        qty: int | None = None,
        limit_price: int | None = None,
        trigger_price: int | None = None,
    ) -> str | None:
        """Change an order in place; the text is the reason of a refusal."""
        account = self.accounts[order.account]
        if qty is not None and qty <= order.filled:
            self.cancel(order, USER)
            return None
        now_us = self.now_us()
        original = order.as_it_stands(order.original_id, "original", order.opened_us)
        before = _terms_of(order)
        _change(order, Change(qty, limit_price, trigger_price))
        error = wrong_amend(account, order, self.world.markets[order.pair.symbol])
        if error is not None:
            order.qty, order.limit_price, order.trigger_price, order.bound, order.limit_offset = before
            return error
        keeps_place = order.qty <= before[0] and order.limit_price == before[1]
        order.amended, order.counts_from_us, order.changed_us = True, now_us, now_us
        order.amends = order.amends or [original]
        order.amends.append(order.as_it_stands(self._make_amend_id("T"), "user", now_us))
        account.rehold(order)
        account.executed(frames.amended(order, now_us), order.pair)
        if not order.is_scheduled:
            self.matching.enter(order, keeps_place=keeps_place)
        check(account, order)
        return None

    def amend_fault(self, order: Order, change: Change, *, must_rest: bool = False) -> str | None:
        """Say why an amend would be refused, without doing it."""
        before, market = _terms_of(order), self.world.markets[order.pair.symbol]
        _change(order, change)
        error = wrong_amend(self.accounts[order.account], order, market)
        if error is None and must_rest and crosses(order, market):
            error = WOULD_TAKE
        order.qty, order.limit_price, order.trigger_price, order.bound, order.limit_offset = before
        return error

    def amended_away(self, order: Order) -> None:
        """Note that an amend below what is filled has ended an order."""
        order.amends = order.amends or [order.as_it_stands(order.original_id, "original", order.opened_us)]
        order.amends.append(order.as_it_stands(self._make_amend_id("T"), "user", self.now_us()))

    def cancel(self, order: Order, reason: str) -> None:
        """End an open order, unless a fault spares it."""
        if order.id in self.spared:
            return
        order.reason = reason
        self._end(order, "canceled")

    def fill(self, order: Order, price: int, qty: int, trade_id: int, *, maker: bool) -> None:
        """Execute a part of an order at a price; the last part ends it."""
        account, pair, now_us = self.accounts[order.account], order.pair, self.now_us()
        fill = self.book_fill(account, order, price, qty, trade_id, maker=maker, t_us=now_us)
        order.status = "partially_filled"
        account.rehold(order)
        account.executed(frames.trade(fill), pair)
        account.booked(account.ledger.rows[-2:])
        if order.remaining == 0:
            self._end(order, "filled")
        check(account, order)

    def triggered(self, order: Order) -> None:
        """Note that a stop has fired."""
        account = self.accounts[order.account]
        order.triggered, order.changed_us = True, self.now_us()
        account.executed(frames.trigger_moved(order, order.changed_us), order.pair)

    def trailed(self, order: Order, peak_price: int) -> None:
        """Move the trigger of a trailing stop after a new best price."""
        account = self.accounts[order.account]
        order.peak_price = peak_price
        order.trigger_price = trail_from(peak_price, order.side, order.trail_bp or 0)
        if order.limit_offset is not None:
            order.limit_price = max(1, order.trigger_price + order.limit_offset)
        order.bound = order.bound and with_slippage(order.trigger_price)
        account.rehold(order)
        account.executed(frames.trigger_moved(order, self.now_us()), order.pair)

    # --- money ----------------------------------------------------------------------------------

    def deposit(self, account: Account, name: str, units: int) -> str | None:
        """Add to a balance (or take away), as a deposit would; the text is the reason of a refusal."""
        asset = self.world.find_asset(name)
        if asset is None:
            return "EQuery:Unknown asset"
        if account.free(asset.name) + units < 0:
            return "EOrder:Insufficient funds"
        rows = account.ledger.book(
            [(asset, units, 0)],
            kind="deposit" if units >= 0 else "withdrawal",
            ref_id=self.make_id("F"),
            make_id=self.make_id,
            t_us=self.now_us(),
        )
        account.booked(rows)
        return None

    def book_fill(
        self, account: Account, order: Order, price: int, qty: int, trade_id: int, *, maker: bool, t_us: int
    ) -> Fill:
        """Do the arithmetic of a fill and book its two rows; who hears of it is the caller's business.

        Booked amounts are the order's exact total, rounded down once, less what was booked before.
        """
        pair = order.pair
        exact = Fraction(price * qty, pair.price_unit * pair.qty_unit)
        exact_fee = exact * account.fee_rate(maker=maker)
        order.filled += qty
        cost, fee = _rounded(exact, pair.cost_places), _rounded(exact_fee, pair.cost_places)
        fee_usd = _rounded(exact_fee * self.usd_price(pair.quote.name), pair.cost_places)
        order.cost, order.fee, order.fee_usd = order.cost + cost, order.fee + fee, order.fee_usd + fee_usd
        order.exact_cost, order.exact_fee = order.exact_cost + exact, order.exact_fee + exact_fee
        unit = 10**pair.quote.places
        paid = int(order.exact_cost * unit) - order.booked_cost
        charged = int(order.exact_fee * unit) - order.booked_fee
        order.booked_cost, order.booked_fee = order.booked_cost + paid, order.booked_fee + charged
        got = qty * 10**pair.base.places // pair.qty_unit
        sign = 1 if order.side == "buy" else -1
        exec_id = self.make_id("T")
        rows = account.ledger.book(
            [(pair.base, sign * got, 0), (pair.quote, -sign * paid, charged)],
            kind="trade",
            ref_id=self.make_id("T"),
            make_id=self.make_id,
            t_us=t_us,
        )
        account.volume_usd += int(exact * self.usd_price(pair.quote.name))
        order.trades.append(exec_id)
        order.changed_us = t_us
        ledgers = tuple(row.id for row in rows)
        fill = Fill(exec_id, trade_id, order, price, qty, cost, fee, fee_usd, maker, t_us, ledgers)
        account.fills.append(fill)
        return fill

    def usd_price(self, name: str) -> Fraction:
        """Value one whole of an asset in USD, by the last price; 0 where there is no market."""
        if name == "USD":
            return Fraction(1)
        market = self.world.markets.get(f"{name}/USD")
        return Fraction(market.last, market.pair.price_unit) if market else Fraction(0)

    # --- what may be placed ---------------------------------------------------------------------

    def fault_of(self, account: Account, ask: Request) -> str | None:
        """Say why an order cannot be placed; None = it can."""
        return self.fault_in(account, ask) or wrong_for(account, self.born(account, ask, order_id=""))

    def fault_in(self, account: Account, ask: Request) -> str | None:
        """Say what is wrong with a request whatever the account owns; None = nothing."""
        order = self.born(account, ask, order_id="")
        return wrong_with(ask, order, self.world.markets[ask.pair.symbol])

    def born(self, account: Account, ask: Request, order_id: str | None = None) -> Order:
        """Make an order out of a request, not yet known to anyone."""
        market, now_us = self.world.markets[ask.pair.symbol], self.now_us()
        trigger, peak, limit = ask.trigger_price, None, ask.limit_price
        if ask.trail_bp is not None:
            peak = market.index_price if ask.reference == "index" else market.last
            trigger = trail_from(peak, ask.side, ask.trail_bp)
            limit = None if ask.limit_offset is None else trigger + ask.limit_offset
        qty = ask.qty if ask.cash is None else affordable(market, ask.cash)
        bound = None
        if ask.side == "buy" and ask.type not in LIMIT_TYPES:
            bound = with_slippage(trigger or market.best_ask)
        return Order(
            id=account.make_id("O") if order_id is None else order_id,
            account=account.name,
            pair=ask.pair,
            side=ask.side,
            type=ask.type,
            qty=qty,
            limit_price=limit if ask.type in LIMIT_TYPES else None,
            trigger_price=trigger if ask.type in STOP_TYPES else None,
            trail_bp=ask.trail_bp,
            peak_price=peak,
            bound=bound,
            limit_offset=ask.limit_offset,
            cash=ask.cash,
            reference=ask.reference,
            force=ask.force,
            expires_us=ask.expires_us,
            starts_us=ask.starts_us,
            post_only=ask.post_only,
            cl_ord_id=ask.cl_ord_id,
            userref=ask.userref,
            opened_us=now_us,
            counts_from_us=now_us,
            changed_us=now_us,
        )

    def _expire(self, order: Order) -> None:
        """End a GTD order whose time has come, unless it has ended otherwise."""
        if not order.is_done:
            order.reason = None
            self._end(order, "expired")

    def _end(self, order: Order, status: str) -> None:
        account, now_us = self.accounts[order.account], self.now_us()
        order.status, order.endings = status, order.endings + 1
        order.closed_us = order.changed_us = now_us
        self.matching.leave(order)
        account.ended(order)
        account.executed(frames.done(order, now_us), order.pair)
        check(account, order)


def trail_from(peak_price: int, side: str, trail_bp: int) -> int:
    """Say the trigger of a trailing stop: so far below the peak for a sell, above it for a buy."""
    away = peak_price * trail_bp // 10_000
    return peak_price - away if side == "sell" else peak_price + away


def _terms_of(order: Order) -> tuple[int, int | None, int | None, int | None, int | None]:
    return order.qty, order.limit_price, order.trigger_price, order.bound, order.limit_offset


def _change(order: Order, change: Change) -> None:
    order.qty = change.qty or order.qty
    limit_price, trigger_price = change.limit_price, change.trigger_price
    if limit_price is not None and order.limit_price is not None:
        order.limit_price = limit_price
        if order.limit_offset is not None:
            order.limit_offset = limit_price - (order.trigger_price or 0)
    if trigger_price is not None and order.trigger_price is not None and order.trail_bp is None:
        order.trigger_price = trigger_price
        order.bound = order.bound and with_slippage(trigger_price)


def _rounded(amount: Fraction, places: int) -> int:
    return int(amount * 10**places + Fraction(1, 2))
