"""What we believe about the exchange and one account, and how old each belief is.

`apply` is the only way in, the functions of `views` are the only way out. It is synchronous and calls
nobody back. Times called `t_ns` are steady; the exchange's clock is reckoned from the wall clock at the
start and the measured offset.
"""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import singledispatchmethod
from types import MappingProxyType
from typing import Final

from krakentui.budget.ledger import Ledger
from krakentui.budget.silences import Lockout
from krakentui.budget.spending import Spending
from krakentui.model import event as e
from krakentui.model.account import KeyInfo
from krakentui.model.audit import CounterSampled, OrderHeard
from krakentui.model.clock import SECOND
from krakentui.model.counting import AS_DOCUMENTED, Counting
from krakentui.model.ending import ENDED, RecordingEnded
from krakentui.model.limit import Tier
from krakentui.model.market import Maintenance
from krakentui.model.order import Order
from krakentui.model.poll import PollPlanned
from krakentui.model.symbol import AssetInfo, Names, PairInfo
from krakentui.model.venue import Venue
from krakentui.state.acts import Acts
from krakentui.state.alarms import Alarms
from krakentui.state.audit import Audit
from krakentui.state.balances import Funds
from krakentui.state.cancels import CancelRequest
from krakentui.state.connections import Connections
from krakentui.state.desk import Desk
from krakentui.state.feeds import Feeds
from krakentui.state.history import History
from krakentui.state.instruments import Instruments
from krakentui.state.journal import Journal
from krakentui.state.keys import Keys, KeySpokenOf
from krakentui.state.limits import LimitNews
from krakentui.state.markets import Markets
from krakentui.state.reckoning import Reckoning
from krakentui.state.switch import Switch, followed, told
from krakentui.state.waiting import Waiting

SWEEP_NS: Final = 5 * SECOND
_MOVES_ORDERS: Final = (e.OrdersSnapshot, e.OrderPatched, e.OrdersPolled, e.OrdersQueried)
_FEED_NAMES: Final[Mapping[e.FeedRole, str]] = {
    "public": "Market data",
    "private": "Account stream",
    "rest": "REST",
    "audit": "Audit of the counter",
    "cancels": "Websocket for cancels",
}


class State:
    """All beliefs of one session. Everything is keyed by account and id."""

    def __init__(
        self,
        venue: Venue = "live",
        account: str = "main",
        key: str | None = None,
        *,
        key_name: str | None = None,
        second: tuple[str, str] | None = None,
        read_only: bool = False,
        watched: Sequence[str] = (),
        currency: str = "USD",
        assume_tier: Tier | None = None,
        audits: bool = False,
        rest_reserve: Decimal | Fraction | int = 3,
        counting: Counting = AS_DOCUMENTED,
        wall_ns: int = 0,
        t_ns: int = 0,
    ) -> None:
        """Begin with no belief; `wall_ns` is our wall clock at the steady time `t_ns`.

        `second` is fingerprint and name of another key of the account, which cancels.
        """
        self.venue: Final = venue
        self.account: Final = account
        self.key: Final = key
        self.keys: Final = Keys(key, key_name, second)
        self.read_only: Final = read_only
        self.currency: Final = currency
        self.chosen: Final = tuple(watched)
        self.revision = 0
        self.system: str | None = None
        self.maintenance: tuple[Maintenance, ...] = ()
        self.plan: PollPlanned | None = None
        self.ended = False
        self.garbled = 0
        self.clock: Final = Reckoning(wall_ns, t_ns)
        self.feeds: Final = Feeds()
        self.connections: Final = Connections()
        self.markets: Final = Markets()
        self.funds: Final = Funds()
        self.instruments: Final = Instruments()
        self.journal: Final = Journal(self.clock)
        parts = self.clock, self.feeds, self.funds, self.instruments, self.journal
        self.desk: Final = Desk(account, *parts, recorded=self.is_recorded)
        owner = None if key is None else account
        other, names = None if second is None else second[0], self.keys.names
        self.ledger = Ledger.start(t_ns, key, owner, rest_reserve, counting, assume_tier, names, other)
        self.audit: Final = Audit(self.ledger if audits else None)
        self.spending = Spending()
        self.switch = Switch()
        self.history: Final = History(account)
        self.waiting: Final = Waiting(account)
        self.limits: Final = LimitNews(self.journal)
        self.alarms: Final = Alarms(self.journal)
        self._acts: Final = Acts()
        self._swept_ns = t_ns
        self._questions = 0

    # --- what is believed ------------------------------------------------------------------------

    @property
    def is_recorded(self) -> bool:
        """Tell whether all this has happened before, to another session."""
        return self.venue == "replay"

    @property
    def key_info(self) -> KeyInfo | None:
        """What the exchange says of the key in use."""
        return self.keys.own.key_info

    @property
    def key_name(self) -> str | None:
        """What the user calls that key."""
        return self.keys.own.name

    @property
    def denied(self) -> frozenset[str]:
        """Endpoints that the exchange said that key may not call."""
        return self.keys.own.denied

    @property
    def orders(self) -> Mapping[str, Order]:
        """The open orders by id, those included whose end is being asked for."""
        return self.desk.table.open

    @property
    def names(self) -> Names:
        """The join of REST's names and the stream's."""
        return self.instruments.names

    @property
    def pairs(self) -> Mapping[str, PairInfo]:
        """What is known of each pair, by stream symbol."""
        return MappingProxyType(self.instruments.pairs)

    @property
    def assets(self) -> Mapping[str, AssetInfo]:
        """What is known of each asset, by display name."""
        return MappingProxyType(self.instruments.assets)

    @property
    def cancels(self) -> Mapping[str, CancelRequest]:
        """The latest cancel request of each order."""
        return self.desk.requests.all

    @property
    def lockouts(self) -> tuple[Lockout, ...]:
        """The lockouts that were announced; some may be over."""
        return self.ledger.lockouts

    @property
    def offset_ns(self) -> int | None:
        """The exchange's clock minus ours; None = not measured yet."""
        return self.clock.offset_ns

    @property
    def expects_stream(self) -> bool:
        """Tell whether the account should be streamed: the key may open a private socket, or may it be."""
        if "GetWebSocketsToken" in self.denied:
            return False
        return self.key_info is None or self.key_info.may_stream

    def exchange_ns(self, t_ns: int) -> int:
        """Tell the exchange's clock at a steady time, as far as it was measured."""
        return self.clock.exchange_ns(t_ns)

    def watched(self) -> tuple[str, ...]:
        """List the markets to keep live: those of the settings, then those of the open orders."""
        known = self.pairs
        mine = [symbol for symbol in self.chosen if not known or symbol in known]
        theirs = sorted({order.pair for order in self.orders.values() if order.pair})
        return tuple(dict.fromkeys([*mine, *theirs]))

    def queries_wanted(self, t_ns: int) -> tuple[str, ...]:
        """List the ids that only a query can settle, the most pressing first."""
        pressing = [one.order_id for one in self.cancels.values() if one.wants_evidence]
        return tuple(dict.fromkeys([*pressing, *self.desk.table.wanted(t_ns)]))

    def unsettled(self) -> tuple[str, ...]:
        """List the orders whose cancel is still under way, and a mass cancel that is."""
        return self.desk.unsettled()

    def next_question(self) -> int:
        """Number a question, so that none is answered twice."""
        self._questions += 1
        return self._questions

    # --- what happens ----------------------------------------------------------------------------

    def apply(self, event: e.Happening, t_ns: int) -> None:
        """Take one event that arrived at this steady time."""
        match event:
            case e.TickerSeen():
                self._ticked(event, t_ns)
            case e.FeedHeard():
                self.feeds.heard(event.feed, t_ns)
                self.connections.take(event, t_ns)
            case _:
                self.connections.take(event, t_ns)
                before = self.ledger
                if not self._acts.repeats(event):
                    self.spending = self.spending.apply(event, t_ns, self.orders, self.ledger)
                    self.ledger = self.ledger.apply(event, t_ns, self.orders)
                    self.audit.follow(event, before, t_ns, self.orders)
                _TAKES(type(event))(self, event, t_ns)
                self._move_switch(event, t_ns)
                self.history.take(event)
                if (said := self.waiting.take(event)) is not None:
                    self.journal.note("notice", said[0], said[1], t_ns)
                self.limits.take(event, self.ledger, t_ns)
                self.desk.take(event, t_ns)
                self.alarms.moved(before, self.ledger, t_ns)
                if isinstance(event, _MOVES_ORDERS):
                    self.alarms.counted(self.ledger, self.orders.values(), t_ns)
        if t_ns - self._swept_ns >= SWEEP_NS:
            self._sweep(t_ns)
        self.revision += 1

    @singledispatchmethod
    def _take(self, event: e.Happening, t_ns: int) -> None:
        """Take an event that means nothing to the state beyond its ledger."""

    # markets and the exchange

    def _ticked(self, event: e.TickerSeen, t_ns: int) -> None:
        before = self.markets.ticked(event.ticker, event.source, t_ns)
        lag_ns = self.clock.lag_ns(event.ticker.exchange_ns, t_ns)
        if lag_ns is None or event.source != "stream" or before is None or before.streamed_ns is None:
            return
        # The first prices after a subscription may be old and true: a quiet market has no younger ones.
        if before.streamed_ns >= self.feeds["public"].cut_ns:
            self.feeds.lagged("public", lag_ns, t_ns)

    @_take.register
    def _candles(self, event: e.CandlesSeen, _t_ns: int) -> None:
        self.markets.charted(event.symbol, event.interval_min, event.candles, snapshot=event.snapshot)

    @_take.register
    def _instruments(self, event: e.InstrumentsSeen, t_ns: int) -> None:
        self.instruments.join(event.assets, event.pairs)
        self.funds.renamed(self.names.asset)
        self.desk.renamed(t_ns)

    @_take.register
    def _system_seen(self, event: e.SystemSeen, t_ns: int) -> None:
        if event.maintenance is not None:
            fresh = [one for one in event.maintenance if one not in self.maintenance]
            self.maintenance = event.maintenance
            for one in fresh:
                self.journal.note("system", f"Maintenance is announced: {one.title}.", "warn", t_ns)
        if event.system != self.system:
            if self.system is not None or event.system != "online":
                level = "good" if event.system == "online" else "warn"
                self.journal.note("system", f"The exchange says: {event.system}.", level, t_ns)
            self.system = event.system

    @_take.register
    def _time_measured(self, event: e.TimeMeasured, t_ns: int) -> None:
        self.clock.offset_ns = event.offset_ns
        self.clock.read(event.wall_ns, t_ns)

    @_take.register
    def _clock_jumped(self, event: e.ClockJumped, t_ns: int) -> None:
        self.feeds.jumped(event, t_ns)
        self._lose_stream()
        self.clock.offset_ns = None  # it was that of a clock that is not ours any more
        self.clock.read(event.wall_ns, t_ns)
        self.journal.note("notice", f"{event.why.rstrip('.')}: everything is asked for again.", "warn", t_ns)

    @_take.register
    def _feed_changed(self, event: e.FeedChanged, t_ns: int) -> None:
        before = self.feeds.changed(event, t_ns)
        if event.feed == "private" and event.state != "live":
            self._lose_stream()
        if before.state == event.state or (event.state == "connecting" and not before.was_live):
            return
        name = _FEED_NAMES[event.feed]
        said = {"live": "is live", "stale": "is silent", "down": "is down", "connecting": "reconnects"}
        why = f": {event.why.rstrip('.')}" if event.why else ""
        level = {"live": "good", "connecting": "info"}.get(event.state, "warn")
        self.journal.note("feed", f"{name} {said[event.state]}{why}.", level, t_ns)

    @_take.register
    def _sequence_broken(self, event: e.SequenceBroken, t_ns: int) -> None:
        if event.channel == "executions":
            self.desk.table.authoritative = False
            self.funds.holds.doubt_orders()
        if event.channel == "balances":
            self.funds.authoritative = False
        what = {"executions": "orders", "balances": "balances"}.get(event.channel, event.channel)
        self.journal.note(
            "feed", f"The stream skipped a frame of {what}: asking for all of it again.", "warn", t_ns
        )

    @_take.register
    def _garbled(self, event: e.Garbled, t_ns: int) -> None:
        self.garbled += 1
        if self.garbled <= 5 or self.garbled % 100 == 0:
            text = f"{event.where} sent something unreadable ({event.why}); {self.garbled} so far."
            self.journal.note("notice", text, "warn", t_ns)

    # the account

    @_take.register
    def _balances_snapshot(self, event: e.BalancesSnapshot, t_ns: int) -> None:
        if event.account == self.account:
            self.funds.snapshot(map(self.instruments.shown, event.holdings), t_ns)

    @_take.register
    def _balance_changed(self, event: e.BalanceChanged, t_ns: int) -> None:
        if event.account == self.account:
            self.funds.changed(self.names.asset(event.asset), event.total, t_ns)

    @_take.register
    def _balances_polled(self, event: e.BalancesPolled, t_ns: int) -> None:
        if event.account == self.account:
            self.feeds.heard("rest", t_ns)
            self.funds.polled(
                map(self.instruments.shown, event.holdings),
                event.asked_ns,
                orders_stand=self.desk.table.stands(event.asked_ns),
                orders_whole=self.desk.table.stood(event.asked_ns),
            )

    @_take.register
    def _key_spoken_of(self, event: KeySpokenOf, t_ns: int) -> None:
        if isinstance(event, e.KeyDescribed) and self.keys.of(event.key) is not None:
            self.feeds.heard("rest", t_ns)
        self.keys.take(event, self.journal, t_ns)

    # limits

    @_take.register
    def _order_heard(self, event: OrderHeard, _t_ns: int) -> None:
        self.audit.heard += event.account == self.account

    @_take.register
    def _counter_sampled(self, event: CounterSampled, t_ns: int) -> None:
        if event.account == self.account and (said := self.audit.sampled(event, t_ns)) is not None:
            self.journal.note("limit", *said, t_ns)

    @_take.register
    def _planned(self, event: PollPlanned, _t_ns: int) -> None:
        self.plan = event

    @_take.register
    def _recording_ended(self, _event: RecordingEnded, t_ns: int) -> None:
        self.ended, self.plan = True, None
        self.journal.note("notice", f"{ENDED}: everything stands as it was then.", "warn", t_ns)

    @_take.register
    def _noted(self, event: e.Noted, t_ns: int) -> None:
        self.journal.note(event.kind, event.text, event.level, t_ns)

    # --- helpers -------------------------------------------------------------------------------------

    def _move_switch(self, event: e.Happening, t_ns: int) -> None:
        before = self.switch
        self.switch = followed(before, event, t_ns, self.exchange_ns(t_ns))
        if self.switch is not before and (said := told(before, self.switch)) is not None:
            self.journal.note("notice", said[0], said[1], t_ns)

    def _lose_stream(self) -> None:
        """Orders and totals are no longer told as they change."""
        self.desk.table.authoritative = self.funds.authoritative = False
        self.funds.holds.doubt_orders()

    def _sweep(self, t_ns: int) -> None:
        self._swept_ns = t_ns
        self.funds.holds.settle(t_ns)
        self.desk.table.forget(t_ns)
        self.desk.requests.forget(t_ns, self.orders.keys() | self.desk.groups.kept(self.cancels))
        self.desk.dossiers.forget(t_ns, self.orders)


# the method itself builds a wrapper at each call: 5 of the 14 us that an event cost
_TAKES: Final[Callable[[type], Callable[..., None]]] = State.__dict__["_take"].dispatcher.dispatch
