"""A whole session on memory: an exchange of two orders that answers by script, on a clock moved by hand."""

import json
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from krakentui.engine.host import Host
from krakentui.engine.place import Place
from krakentui.engine.seat import Seat
from krakentui.model.secret import Credentials, Secret
from krakentui.net.patience import Patience
from krakentui.net.socket import Connector
from krakentui.settings import Endpoints, Settings
from krakentui.state.view import JournalLine, NotAsked, Question
from krakentui.wire.broker import VERSION, Hello
from tests.support.clock import WALL_START, ManualClock, settle
from tests.support.wire import MemoryDoor, MemoryLine, MemorySocket

KEY = Credentials(key="SIM-abc", secret=Secret("c2VjcmV0"), name="test", source="a test")
CANCEL_KEY = Credentials(key="SIM-def", secret=Secret("c2VjcmV0"), name="second", source="a test")
ENDPOINTS = Endpoints(
    "http://127.0.0.1:1", "ws://127.0.0.1:1/v2", "ws://127.0.0.1:1/auth/v2", "ws://127.0.0.1:1/auth/v1"
)
FIRST, SECOND_ID = "OAAAAA-BBBBB-CCCCC1", "OAAAAA-BBBBB-CCCCC2"
PERMISSIONS = ("query-funds", "query-open-trades", "query-closed-trades", "close-trades", "create-ws-token")
OLD_HEARTBEAT = {"event": "heartbeat"}
Frame = dict[str, object]


def ok(result: object) -> str:
    return json.dumps({"error": [], "result": result})


def refused(code: str) -> str:
    return json.dumps({"error": [code]})


def key_info(*permissions: str) -> str:
    return ok(
        {
            "apiKeyName": "test",
            "nonce": "1",
            "nonceWindow": 0,
            "permissions": list(permissions),
            "validUntil": "0",
            "queryFrom": "0",
            "queryTo": "0",
            "ipAllowlist": [],
            "lastUsed": None,
        }
    )


def stream_order(order_id: str, pair: str = "BTC/USD") -> Frame:
    return {
        "order_id": order_id,
        "symbol": pair,
        "exec_type": "new",
        "order_status": "new",
        "side": "buy",
        "order_type": "limit",
        "order_qty": 1.0,
        "cum_qty": 0.0,
        "limit_price": 60000.0,
        "time_in_force": "GTC",
        "timestamp": "2027-03-10T08:00:00.000000Z",
    }


def rest_order(status: str = "open") -> Frame:
    return {
        "refid": None,
        "userref": 0,
        "status": status,
        "opentm": 1804665600.0,
        "starttm": 0,
        "expiretm": 0,
        "descr": {"pair": "XBTUSD", "type": "buy", "ordertype": "limit", "price": "60000.0", "price2": "0"},
        "vol": "1.00000000",
        "vol_exec": "0.00000000",
        "cost": "0.0",
        "fee": "0.0",
        "price": "0.0",
        "stopprice": "0.0",
        "limitprice": "0.0",
        "misc": "",
        "oflags": "fciq",
        **({"closetm": 1804669300.0, "reason": "User requested"} if status == "canceled" else {}),
    }


class Scene:
    """One session, its clock, its sockets and its REST door."""

    def __init__(
        self,
        settings: Settings | None = None,
        permissions: tuple[str, ...] = PERMISSIONS,
        *,
        clock: ManualClock | None = None,
        seat: Seat | None = None,
        cancel_seat: Seat | None = None,
    ) -> None:
        self.clock = clock or ManualClock(wall_ns=WALL_START)
        self.line = MemoryLine()
        self.line.prepare = self._prepare
        self.door = MemoryDoor(self.clock)
        self.door.answer_always("GetApiKeyInfo", key_info(*permissions))
        self.door.answer_always("GetWebSocketsToken", ok({"token": "TOKEN", "expires": 900}))
        self.door.answer_always("OpenOrders", ok({"open": {one: rest_order() for one in (FIRST, SECOND_ID)}}))
        self.door.answer_always("BalanceEx", ok({"ZUSD": {"balance": "100.0000", "hold_trade": "0.0000"}}))
        self.door.answer_always("QueryOrders", ok({FIRST: rest_order(), SECOND_ID: rest_order()}))
        self.door.answer_always(
            "Assets", ok({"ZUSD": {"altname": "USD", "decimals": 4, "display_decimals": 2}})
        )
        self.door.answer_always("AssetPairs", ok({"XXBTZUSD": PAIR}))
        self.door.answer_always("Time", ok({"unixtime": WALL_START // 10**9, "rfc1123": ""}))
        self.door.answer_always("SystemStatus", ok({"status": "online", "timestamp": "2027-03-10T09:00:00Z"}))
        self.door.answer_always("CancelOrder", ok({"count": 1}))
        self.door.answer_always("CancelOrderBatch", ok({"count": 1}))
        self.door.answer_always("CancelAll", ok({"count": 2}))
        self.sequence = 0
        self.denied_channels: set[str] = set()
        self.old_error = ""
        self.old_ceiling = 125
        self.answer: Callable[[Frame], list[Frame]] = self.cancelled
        self.host = Host(
            settings or some_settings(),
            self.clock,
            random.Random(1),
            connect=self.connector(),
            door=self.door,
            seat=seat,
            cancel_seat=cancel_seat,
        )
        self.session = self.host.session

    def connector(self) -> Connector:
        return self.line

    @asynccontextmanager
    async def running(self, seconds: float = 5) -> AsyncIterator[None]:
        """Run it, with heartbeats, until the start is over."""
        async with self.host:
            await settle(60)
            await self.beat(seconds)
            yield

    async def beat(self, seconds: float) -> None:
        """Let time pass with a heartbeat on every open socket each second."""
        left = seconds
        while left > 0:
            for socket in self.line.sockets:
                if not socket.closed:
                    socket.gives(
                        OLD_HEARTBEAT if socket.url.endswith("/auth/v1") else {"channel": "heartbeat"}
                    )
            await self.clock.advance(min(1.0, left))
            await settle(60)
            left -= 1

    @property
    def private(self) -> MemorySocket:
        return self._sockets("/auth/v2")[-1]

    @property
    def public(self) -> MemorySocket:
        return [one for one in self.line.sockets if "/auth/" not in one.url][-1]

    @property
    def old(self) -> MemorySocket:
        return self._sockets("/auth/v1")[-1]

    def _sockets(self, ending: str) -> list[MemorySocket]:
        return [socket for socket in self.line.sockets if socket.url.endswith(ending)]

    def connects(self, ending: str) -> int:
        return sum(url.endswith(ending) for url in self.line.urls)

    def question(self, *ids: str) -> Question:
        question = self.session.ask_cancel(ids or (FIRST,))
        assert isinstance(question, Question), question
        return question

    def cancel(self, *ids: str) -> NotAsked | None:
        return self.session.confirm(self.question(*ids))

    def lines(self, kind: str) -> list[JournalLine]:
        return [line for line in self.session.journal() if line.kind == kind]

    def outcomes(self) -> list[str]:
        return [line.outcome for line in self.session.journal() if line.outcome is not None]

    def cancels_sent(self) -> int:
        over_socket = sum(
            str(request["method"]) in {"cancel_order", "batch_cancel", "cancel_all"}
            for socket in self._sockets("/auth/v2")
            for request in socket.sent
        )
        return over_socket + sum(call.startswith(("CancelOrder", "CancelAll")) for call in self.door.calls)

    # --- what the exchange answers over sockets ------------------------------------------------------

    def _prepare(self, socket: MemorySocket, url: str) -> None:
        socket.url = url
        if url.endswith("/auth/v1"):
            socket.answers = self._old
            socket.gives({"event": "systemStatus", "status": "online", "version": "1.9.1"})
            return
        socket.answers = self._private if url.endswith("/auth/v2") else self._public
        socket.gives(STATUS)

    def _public(self, request: Frame) -> list[object]:
        params = request.get("params")
        if request["method"] != "subscribe" or not isinstance(params, dict):
            return []
        channel, symbols = params["channel"], params.get("symbol") or [None]
        acks: list[object] = [_ack(request, channel, symbol) for symbol in symbols]
        if channel == "instrument":
            return [*acks, INSTRUMENT]
        if channel == "ticker":
            return [
                *acks,
                *({"channel": "ticker", "type": "snapshot", "data": [_ticker(one)]} for one in symbols),
            ]
        return [*acks, *({"channel": "ohlc", "type": "snapshot", "data": [_candle(one)]} for one in symbols)]

    def _private(self, request: Frame) -> list[object]:
        params = request.get("params")
        assert isinstance(params, dict)
        if request["method"] == "subscribe":
            channel = params["channel"]
            if channel in self.denied_channels:
                return [self.failed(request, "EGeneral:Permission denied")]
            if channel == "executions":
                ack = _ack(request, channel, None, maxratecount=125)
                data = [stream_order(FIRST), stream_order(SECOND_ID, "BTC/USD")]
                self.sequence = 1
                return [ack, {"channel": channel, "type": "snapshot", "data": data, "sequence": 1}]
            data = [{"asset": "USD", "asset_class": "currency", "balance": 100.0, "wallets": []}]
            return [
                _ack(request, channel, None),
                {"channel": channel, "type": "snapshot", "data": data, "sequence": 1},
            ]
        if request["method"] in {"cancel_order", "batch_cancel", "cancel_all"}:
            return [*self.answer(request)]
        return []

    def _old(self, request: Frame) -> list[object]:
        if self.old_error:
            error = {"event": "subscriptionStatus", "status": "error", "errorMessage": self.old_error}
            return [{**error, "reqid": request["reqid"]}]
        told = {"name": "openOrders", "maxratecount": self.old_ceiling}
        ack = {"event": "subscriptionStatus", "status": "subscribed", "reqid": request["reqid"]}
        return [
            {**ack, "channelName": "openOrders", "subscription": told},
            [[], "openOrders", {"sequence": 1}],
        ]

    def cancelled(self, request: Frame) -> list[Frame]:
        """Take the cancel: the answer, then the stream's word."""
        return [self.taken(request), *self.ended(request)]

    def taken(self, request: Frame) -> Frame:
        ids = _ids(request)
        result = {"order_id": ids[0]} if request["method"] == "cancel_order" else {"count": len(ids)}
        return {"method": request["method"], "req_id": request["req_id"], "success": True, "result": result}

    def failed(self, request: Frame, error: str) -> Frame:
        return {"method": request["method"], "req_id": request["req_id"], "success": False, "error": error}

    def ended(self, request: Frame, status: str = "canceled") -> list[Frame]:
        frames: list[Frame] = []
        for order_id in _ids(request):
            self.sequence += 1
            entry = {
                "order_id": order_id,
                "exec_type": status,
                "order_status": status,
                "cum_qty": 1.0 if status == "filled" else 0.0,
                "cum_cost": 0.0,
                "reason": "User requested" if status == "canceled" else None,
                "timestamp": "2027-03-10T09:00:10.000000Z",
            }
            frames.append(
                {"channel": "executions", "type": "update", "data": [entry], "sequence": self.sequence}
            )
        return frames


def a_seat(
    folder: Path, clock: ManualClock, program: str = "krakentui test (process 1)", key: Credentials = KEY
) -> Seat:
    """A place at a key of these scenes; nobody sits there yet."""
    hello = Hello(VERSION, key.fingerprint, ENDPOINTS.rest, 1.0, program)
    return Seat(Place(folder, key.fingerprint), hello, clock, Patience())


def some_settings(
    *,
    read_only: bool = False,
    key: Credentials | None = KEY,
    record: Path | None = None,
    folder: Path | None = None,
    audit: bool = False,
) -> Settings:
    return Settings(
        venue="simulator",
        endpoints=ENDPOINTS,
        credentials=key,
        account="alice",
        markets=("BTC/USD",),
        read_only=read_only,
        record=record,
        state_dir=folder,
        audit=audit,
    )


def _ids(request: Frame) -> list[str]:
    params = request["params"]
    assert isinstance(params, dict)
    if request.get("method") == "cancel_all":
        return [FIRST, SECOND_ID]
    return [str(one) for one in params.get("order_id") or params["orders"]]


def _ack(request: Frame, channel: object, symbol: object, **more: object) -> Frame:
    result = {"channel": channel, "snapshot": True, **more} | ({} if symbol is None else {"symbol": symbol})
    return {"method": "subscribe", "req_id": request["req_id"], "success": True, "result": result}


def _ticker(symbol: object) -> Frame:
    return {"symbol": symbol, "bid": 61000.0, "bid_qty": 1.0, "ask": 61001.0, "ask_qty": 1.0, "last": 61000.5}


def _candle(symbol: object) -> Frame:
    return {
        "symbol": symbol,
        "open": 1.0,
        "high": 1.0,
        "low": 1.0,
        "close": 1.0,
        "trades": 1,
        "volume": 1.0,
        "vwap": 1.0,
        "interval_begin": "2027-03-10T08:45:00.000000000Z",
        "interval": 15,
        "timestamp": "2027-03-10T09:00:00.000000Z",
    }


STATUS = {
    "channel": "status",
    "data": [{"api_version": "v2", "connection_id": 1, "system": "online", "version": "2.0.0"}],
    "type": "update",
}
PAIR = {
    "altname": "XBTUSD",
    "wsname": "XBT/USD",
    "base": "XXBT",
    "quote": "ZUSD",
    "pair_decimals": 1,
    "lot_decimals": 8,
    "cost_decimals": 5,
    "ordermin": "0.0001",
    "costmin": "0.5",
    "tick_size": "0.1",
    "status": "online",
}
INSTRUMENT = {
    "channel": "instrument",
    "type": "snapshot",
    "data": {
        "assets": [
            {"id": "BTC", "status": "enabled", "precision": 10, "precision_display": 5},
            {"id": "USD", "status": "enabled", "precision": 4, "precision_display": 2},
        ],
        "pairs": [
            {
                "symbol": "BTC/USD",
                "base": "BTC",
                "quote": "USD",
                "status": "online",
                "qty_precision": 8,
                "qty_increment": 1e-08,
                "qty_min": 0.0001,
                "price_precision": 1,
                "price_increment": 0.1,
                "cost_precision": 5,
                "cost_min": 0.5,
            }
        ],
    },
}
