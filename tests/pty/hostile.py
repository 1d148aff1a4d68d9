"""An exchange whose every text is an attack on the terminal: `python -m tests.pty.hostile`."""

import asyncio
import json
from collections.abc import Iterator
from itertools import cycle

from krakentui import log
from krakentui.commands import guard
from krakentui.model.text import clean
from krakentui.ui.app import KrakenApp
from tests.support.exchange import FIRST, Frame, Scene, key_info, ok, refused, rest_order, stream_order

MARK = "PWNED"
ATTACKS = (
    f"\x1b]52;c;{MARK}\x07",
    f"\x1b]0;{MARK}\x1b\\",
    f"\x1b[2J\x1b[H\x1b[31m{MARK}",
    f"\x9b2J{MARK}\x9d0;x\x9c",
    f"\x1bP$q{MARK}\x1b\\\x1bc\x1b[?1049l",
    f"\u202e{MARK}\u2066\u200b\u200f\ufeff",
    f"\U000e0041\ue000{MARK}\ud800\u2028\u00ad",
    f"{MARK}\r\n\x00\x07\x08\x0b\x0c\x0e\x7f\t",
    f"[@click=app.do('app.quit')]{MARK}[/]",
    f"[/foo][bold red]{MARK}\\[x]",
    f"[link=http://x]{MARK}[/link]",
    MARK + "\u0301" * 300,
    MARK + "x" * 5000,
    f"\u754c\U0001f469\u200d\U0001f469\u200d\U0001f467{MARK}\u3164",
)
ROUNDS = 4
PERMISSIONS = ("query-funds", "query-open-trades", "close-trades", "create-ws-token")


def bare(text: str) -> str:
    """Take out what UTF-8 cannot carry outside JSON."""
    return text.encode("utf-8", "replace").decode()


def main() -> int:
    """Show the monitor on the hostile exchange."""
    guard.harden()
    log.start(None)
    return asyncio.run(_show())


async def _show() -> int:
    scene = Scene(permissions=PERMISSIONS)
    attacks = cycle(ATTACKS)
    _poison_rest(scene, attacks)
    app = KrakenApp(scene.session)
    async with scene.running(), asyncio.TaskGroup() as tasks:
        attacker = tasks.create_task(_attack(scene, attacks))
        await app.run_async(mouse=False)
        attacker.cancel()
    return app.return_code or 0


def _poison_rest(scene: Scene, attacks: Iterator[str]) -> None:
    described = rest_order()
    described["descr"] = {key: next(attacks) for key in ("pair", "type", "ordertype", "price", "order")}
    described |= {"misc": next(attacks), "oflags": next(attacks), "reason": next(attacks)}
    scene.door.answer_always("OpenOrders", ok({"open": {FIRST: rest_order(), next(attacks): described}}))
    amend = {
        "amend_id": next(attacks),
        "amend_type": next(attacks),
        "reason": next(attacks),
        "timestamp": 10**18,
    }
    scene.door.answer_always("OrderAmends", ok({"amends": [amend, amend | {"amend_type": next(attacks)}]}))
    funds = {text: {"balance": "1.0", "hold_trade": "0"} for text in ATTACKS}
    scene.door.answer_always("BalanceEx", ok(funds))
    scene.door.answer_always("SystemStatus", ok({"status": next(attacks), "timestamp": next(attacks)}))
    # readable, for a key is held back until its description can be read
    described_key = key_info(*PERMISSIONS, *map(bare, ATTACKS)).replace(
        '"test"', json.dumps(bare(next(attacks)))
    )
    scene.door.answer_always("GetApiKeyInfo", described_key)
    scene.answer = lambda request: [scene.failed(request, f"EOrder:{next(attacks)}")]


async def _attack(scene: Scene, attacks: Iterator[str]) -> None:
    for _ in range(ROUNDS):
        for number, frame in enumerate(_frames(scene, attacks)):
            socket = scene.public if number % 2 else scene.private
            socket.gives(frame)
            scene.private.gives(frame)
        for endpoint in ("OpenOrders", "BalanceEx", "QueryOrders"):
            scene.door.answer(
                endpoint, refused(f"EGeneral:{next(attacks)}"), bare(f"<html>{next(attacks)}</html>")
            )
        await scene.beat(1)
        await asyncio.sleep(0.2)
    for socket in scene.line.sockets:
        socket.breaks(1008, clean(next(attacks), 80))  # as `net.websocket` hands it on
    for _ in range(60):
        await scene.beat(1)
        await asyncio.sleep(0.02)


def _frames(scene: Scene, attacks: Iterator[str]) -> Iterator[object]:
    for text in ATTACKS:
        scene.sequence += 1
        order: Frame = stream_order(text[:60]) | {
            "symbol": next(attacks),
            "order_type": next(attacks),
            "order_status": next(attacks),
            "cl_ord_id": next(attacks),
            "reason": next(attacks),
            f"new {next(attacks)}": {next(attacks): [next(attacks)]},
        }
        if text == ATTACKS[0]:  # the first order has its share, too: its details are looked at
            order["order_id"] = FIRST
        yield {"channel": "executions", "type": "update", "data": [order], "sequence": scene.sequence}
        yield {"channel": "status", "type": "update", "data": [{"system": text, "version": next(attacks)}]}
        ticker = {"symbol": text, "bid": 1.0, "ask": 2.0, "last": 1.5}
        yield {"channel": "ticker", "type": "update", "data": [ticker]}
        balance = {"asset": text, "asset_class": next(attacks), "balance": 5.0, "wallets": []}
        yield {"channel": "balances", "type": "update", "data": [balance], "sequence": scene.sequence}
        yield {"channel": text, "type": next(attacks), "data": [{next(attacks): next(attacks)}]}
        yield {"method": "subscribe", "success": False, "error": text, "req_id": 999_999}
        yield {"error": text}
        yield bare(text)


if __name__ == "__main__":
    raise SystemExit(main())
