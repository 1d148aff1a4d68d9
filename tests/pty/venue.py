"""A simulated exchange as a process of its own, with its truth."""

import json
import os
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

from tests.pty.terminal import ROOT, Terminal


class Venue:
    """`krakentui simulate --quiet --control`."""

    def __init__(self, home: Path, *words: str) -> None:
        self.home = home
        self.process = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-m", "krakentui", "simulate", "--quiet", "--control", *words],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=ROOT,
            env={"PATH": os.environ["PATH"], "HOME": str(home)},
        )
        assert self.process.stdout is not None
        self.first: dict[str, Any] = json.loads(self.process.stdout.readline())

    def close(self) -> None:
        self.process.terminate()
        self.process.communicate(timeout=10)

    def monitor(
        self,
        *words: str,
        key: str = "cancel",
        env: dict[str, str] | None = None,
        size: tuple[int, int] = (120, 36),
    ) -> Terminal:
        """Open the monitor on this exchange in a terminal."""
        pair = self.first["keys"][key]
        return Terminal(
            "--endpoint",
            self.first["rest"],
            *words,
            home=self.home,
            env={"KRAKENTUI_API_KEY": pair["key"], "KRAKENTUI_API_SECRET": pair["secret"], **(env or {})},
            size=size,
        )

    def command(self, verb: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """Make a control call."""
        request = urllib.request.Request(  # noqa: S310 - loopback, http
            f"{self.first['control']}/{verb}",
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {self.first['control_token']}"},
        )
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - as above
            told: dict[str, Any] = json.load(answer)
        return told

    def open_orders(self) -> dict[str, dict[str, Any]]:
        """Tell the orders that are open in truth."""
        orders: dict[str, dict[str, Any]] = self.command("truth")["accounts"]["alice"]["open_orders"]
        return orders

    def place(self, price: str, pair: str = "BTC/USD", **more: object) -> str:
        """Place an order far from the market, as the exchange itself."""
        wanted = {"pair": pair, "side": "buy", "qty": "0.001", "price": price, **more}
        order_id: str = self.command("account", {"key": "alice", "order": wanted})["orders"][0]
        return order_id

    def cancels(self) -> list[dict[str, Any]]:
        """Tell the requests that asked for a cancel."""
        return [row for row in self.command("requests")["requests"] if "cancel" in str(row["what"]).lower()]
