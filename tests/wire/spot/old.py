"""Frames of the old private websocket, for tests of its conversation; ids and figures are made up."""

import json

from krakentui.model.audit import OrderHeard
from krakentui.model.event import Happening
from krakentui.model.secret import Secret
from krakentui.wire.spot.v1 import OldConversation
from tests.wire.spot.talk import TOKEN, written

FIRST, SECOND_ID = "OAAAAA-BBBBB-CCCCC1", "OAAAAA-BBBBB-CCCCC2"
ACK = {
    "channelName": "openOrders",
    "event": "subscriptionStatus",
    "reqid": 1,
    "status": "subscribed",
    "subscription": {"maxratecount": 125, "name": "openOrders"},
}
HEARTBEAT = {"event": "heartbeat"}
SYMBOLS = {"XBT/USD": "BTC/USD", "XDG/USD": "DOGE/USD", "SOL/USD": "SOL/USD"}


def an_old_talk() -> OldConversation:
    talk = OldConversation("alice", SYMBOLS.get)
    talk.subscribe(Secret(TOKEN))
    talk.to_send()
    return talk


def orders(*rows: dict[str, object], sequence: int) -> bytes:
    """Write a data frame; Decimals keep their digits."""
    return written([list(rows), "openOrders", {"sequence": sequence}])


def an_order(order_id: str = FIRST, pair: str = "XBT/USD", /, **more: object) -> dict[str, object]:
    """An order with all that is known of it, as it comes in and in a snapshot."""
    return {
        order_id: {
            "avg_price": "0.00000",
            "cost": "0.00000",
            "descr": {"close": None, "leverage": None, "ordertype": "limit", "pair": pair, "type": "buy"},
            "expiretm": None,
            "fee": "0.00000",
            "opentm": "1700000001.250000",
            "status": "pending",
            "userref": 0,
            "vol": "1.00000000",
            "vol_exec": "0.00000000",
            **more,
        }
    }


def changed(order_id: str = FIRST, /, **fields: object) -> dict[str, object]:
    """What a later frame says of an order."""
    return {order_id: fields}


def hear(talk: OldConversation, *frames: object) -> list[Happening]:
    """Hand in frames: bytes as they are, anything else as JSON."""
    return [
        event
        for frame in frames
        for event in talk.receive(frame if isinstance(frame, bytes) else json.dumps(frame).encode())
    ]


def a_listening_talk(*rows: dict[str, object]) -> OldConversation:
    talk = an_old_talk()
    hear(talk, ACK, orders(*rows, sequence=1))
    return talk


def heard(events: list[Happening]) -> list[OrderHeard]:
    return [event for event in events if isinstance(event, OrderHeard)]
