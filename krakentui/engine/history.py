"""Fetches the past, a page at a time and only when the user asks: history calls are the dearest there are."""

import asyncio
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Literal

from krakentui.engine.lanes import Held, Lane
from krakentui.engine.wants import cost_text, may_ask, why_later
from krakentui.model.clock import SECOND, Clock
from krakentui.model.error import TransportError
from krakentui.model.event import Happening
from krakentui.model.history import HistoryAsked, HistoryFailed, HistoryKind
from krakentui.state.past import CALLS
from krakentui.state.state import State
from krakentui.wire.spot.rest import Call, Params

FEES = "TradeVolume"
LACKS: Mapping[str, str] = MappingProxyType(
    {
        "ClosedOrders": "query-closed-trades",
        "TradesHistory": "query-closed-trades",
        "Ledgers": "query-ledger",
        FEES: "query-funds",
    }
)
Wish = tuple[HistoryKind | Literal["fees"], bool]


class Historian:
    """The history calls of one key."""

    def __init__(self, state: State, lane: Lane, clock: Clock, tell: Callable[[Happening], None]) -> None:
        """Begin with nothing asked for."""
        self._state = state
        self._lane = lane
        self._clock = clock
        self._tell = tell
        self._wishes: asyncio.Queue[Wish] = asyncio.Queue()

    def ask(self, kind: HistoryKind, *, again: bool) -> str:
        """Ask for the next older page, or for the newest once more; the sentence says what happens."""
        shelf, endpoint = self._state.history.shelves[kind], CALLS[kind]
        if shelf.asking:
            return "A page is on its way already."
        if shelf.complete and not again:
            return "There is nothing older, as far as this program reads."
        return self._begin(endpoint, (kind, again))

    def ask_fees(self) -> str:
        """Ask for the volume of 30 days and the fees that go with it."""
        return self._begin(FEES, ("fees", True))

    def _begin(self, endpoint: str, wish: Wish) -> str:
        if not may_ask(endpoint, self._state):
            return f"This key may not ask {endpoint}: it lacks {LACKS[endpoint]}."
        if self._lane.stopped is not None:
            return self._lane.stopped
        later = why_later(endpoint, self._state.ledger, self._clock.mono_ns())
        if later is not None:
            return later
        kind, again = wish
        cost = self._state.ledger.rest_cost(endpoint).high
        if kind != "fees":
            self._tell(HistoryAsked(account=self._state.account, kind=kind, again=again))
        self._wishes.put_nowait(wish)
        return f"Asked: {endpoint}, up to {cost_text(cost)} of the REST counter."

    async def run(self) -> None:
        """Fetch what was asked for until cancelled."""
        while True:
            kind, again = await self._wishes.get()
            if kind == "fees":
                await self._fetch(Call(FEES, self._pairs()), None)
            else:
                await self._fetch(Call(CALLS[kind], self._page(kind, again=again)), kind)

    async def _fetch(self, call: Call, kind: HistoryKind | None) -> None:
        try:
            reply = await self._lane.call(call, "user")
        except Held as held:
            self._failed(kind, str(held))
            return
        except TransportError as error:
            self._failed(kind, str(error))
            return
        if reply.broken is not None or reply.refusal is not None:
            self._failed(kind, reply.broken or str(reply.refusal))
            return
        for event in reply.events:
            self._tell(event)

    def _failed(self, kind: HistoryKind | None, why: str) -> None:
        if kind is not None:
            self._tell(HistoryFailed(account=self._state.account, kind=kind, why=why))

    def _page(self, kind: HistoryKind, *, again: bool) -> Params:
        """Write the parameters of the next page: up to and with the oldest row that is known."""
        shelf = self._state.history.shelves[kind]
        params: list[tuple[str, str]] = [("without_count", "true")]
        if kind == "orders":
            params.append(("closetime", "close"))
        if kind == "trades":
            params.append(("consolidate_taker", "false"))  # the default merges a taker's fills
        if not again and shelf.oldest_ns is not None:
            params.append(("end", f"{shelf.oldest_ns // SECOND}.{shelf.oldest_ns % SECOND:09d}"))
            if shelf.skip:
                params.append(("ofs", str(shelf.skip)))
        return tuple(params)

    def _pairs(self) -> Params:
        """Name the pairs that are watched or stand in rows that were read, as REST spells them."""
        pairs = self._state.pairs
        asked = dict.fromkeys([*self._state.watched(), *self._state.history.pairs()])
        ids = [pairs[one].rest_id for one in asked if one in pairs]
        return (("pair", ",".join(one for one in ids if one)),) if any(ids) else ()
