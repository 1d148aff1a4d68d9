"""python-kraken-sdk over websockets: public channels, executions, balances, cancels."""

import asyncio
import sys
from functools import partial
from typing import Any

from kraken.spot import SpotWSClient

from tests.witness.hearing import until
from tests.witness.report import Report, place

PAIR = "BTC/USD"
PUBLIC: dict[str, dict[str, object]] = {
    "ticker": {"symbol": [PAIR]},
    "book": {"symbol": [PAIR], "depth": 25},
    "trade": {"symbol": [PAIR], "snapshot": True},
    "ohlc": {"symbol": [PAIR], "interval": 5},
    "instrument": {},
}
PRIVATE: dict[str, dict[str, object]] = {
    "executions": {"snap_orders": True, "snap_trades": True},
    "balances": {"snapshot": True},
}


class Heard:
    """Everything that came, in order."""

    def __init__(self) -> None:
        self.frames: list[dict[str, Any]] = []

    async def take(self, message: dict[str, Any]) -> None:
        """Keep a frame: this is the client's callback."""
        self.frames.append(message)

    def data(self, channel: str, kind: str) -> list[dict[str, Any]]:
        """Give the entries of one channel's frames of a type."""
        return [
            entry
            for frame in self.frames
            if frame.get("channel") == channel and frame.get("type") == kind
            for entry in frame["data"]
        ]

    def answers(self, method: str) -> list[dict[str, Any]]:
        """Give the answers to requests of a method."""
        return [frame for frame in self.frames if frame.get("method") == method]


async def listen() -> int:
    """Subscribe to everything, cancel over the socket."""
    report, here = Report("python-kraken-sdk WS"), place("full")
    heard = Heard()
    client = SpotWSClient(
        key=here.key,
        secret=here.secret,
        rest_url=here.rest,
        ws_url=here.sockets,
        auth_ws_url=f"{here.sockets}/auth",
        callback=heard.take,
    )
    with report.check("both sockets open, a token is taken"):
        await client.start()
    for channel, params in (PUBLIC | PRIVATE).items():
        with report.check(f"{channel}: ack, snapshot"):
            await client.subscribe(params={"channel": channel, **params})
            await until(partial(heard.data, channel, "snapshot"), f"snapshot of {channel}")
    for channel in ("ticker", "book", "trade"):
        with report.check(f"{channel}: updates"):
            await until(partial(heard.data, channel, "update"), f"update of {channel}")
    with report.check("nothing was refused"):
        assert all(frame.get("success", True) for frame in heard.frames)
    await _cancels(report, client, heard)
    await _trades(report, client, heard)
    with report.check("unsubscribe"):
        await client.unsubscribe(params={"channel": "ticker", "symbol": [PAIR]})
        await until(lambda: heard.answers("unsubscribe"), "answer to unsubscribe")
    await client.close()
    return report.end()


async def _cancels(report: Report, client: Any, heard: Heard) -> None:
    opened = [row["order_id"] for row in heard.data("executions", "snapshot") if row["order_type"] == "limit"]
    with report.check("cancel_order is answered and then told by executions"):
        await client.send_message({"method": "cancel_order", "params": {"order_id": opened[:1]}})
        await until(lambda: _ended(heard, opened[0]), "the cancelled order")
        assert heard.answers("cancel_order")[0]["success"] is True
    with report.check("batch_cancel"):
        await client.send_message({"method": "batch_cancel", "params": {"orders": opened[1:3]}})
        await until(lambda: _ended(heard, opened[1]) and _ended(heard, opened[2]), "two cancelled orders")
    with report.check("a foreign id is refused"):
        before = len(heard.answers("cancel_order"))
        await client.send_message({"method": "cancel_order", "params": {"order_id": ["OAAAAA-AAAAA-AAAAAA"]}})
        await until(lambda: len(heard.answers("cancel_order")) > before, "the refusal")
        assert heard.answers("cancel_order")[-1]["success"] is False


async def _answered(client: Any, heard: Heard, method: str, **params: object) -> Any:
    """Send a request and give the result of its answer."""
    before = len(heard.answers(method))
    await client.send_message({"method": method, "params": params})
    await until(lambda: len(heard.answers(method)) > before, f"answer to {method}")
    answer = heard.answers(method)[before]
    assert answer["success"], answer["error"]
    return answer["result"]


async def _trades(report: Report, client: Any, heard: Heard) -> None:
    wanted = {"order_type": "limit", "side": "buy", "order_qty": 0.001, "limit_price": 30000.0}
    made: dict[str, Any] = {}
    with report.check("add_order, told by executions"):
        made = await _answered(client, heard, "add_order", symbol=PAIR, **wanted)
        await until(lambda: _told(heard, made["order_id"], "new"), "the new order")
    with report.check("amend_order, told by executions"):
        await _answered(client, heard, "amend_order", order_id=made["order_id"], limit_price=30100.0)
        await until(lambda: _told(heard, made["order_id"], "amended"), "the amended order")
    with report.check("edit_order makes a new id"):
        said = await _answered(
            client,
            heard,
            "edit_order",
            order_id=made["order_id"],
            symbol=PAIR,
            limit_price=30200.0,
            order_qty=0.001,
        )
        assert said["order_id"] != made["order_id"]
    with report.check("batch_add"):
        said = await _answered(client, heard, "batch_add", symbol=PAIR, orders=[wanted, wanted])
        assert all(row["order_id"] for row in said)
    with report.check("a market order is filled, told by executions and balances"):
        rows = len(heard.data("balances", "update"))
        said = await _answered(
            client, heard, "add_order", symbol=PAIR, order_type="market", side="buy", order_qty=0.001
        )
        await until(lambda: _told(heard, said["order_id"], "filled"), "the fill")
        await until(lambda: len(heard.data("balances", "update")) > rows, "the balances")
    with report.check("cancel_all_orders_after, and off again"):
        await _answered(client, heard, "cancel_all_orders_after", timeout=60)
        await _answered(client, heard, "cancel_all_orders_after", timeout=0)
    with report.check("cancel_all"):
        assert (await _answered(client, heard, "cancel_all"))["count"] > 3


def _told(heard: Heard, order_id: str, kind: str) -> bool:
    return any(
        entry["order_id"] == order_id and entry["exec_type"] == kind
        for entry in heard.data("executions", "update")
    )


def _ended(heard: Heard, order_id: str) -> bool:
    return _told(heard, order_id, "canceled")


if __name__ == "__main__":
    sys.exit(asyncio.run(listen()))
