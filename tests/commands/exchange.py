"""`krakentui simulate` as a process, with its control calls and the program pointed at it."""

import json
import os
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

from krakentui.model.limit import fingerprint

PROGRAM = [sys.executable, "-m", "krakentui"]


class Exchange:
    """A `krakentui simulate` process with its control calls."""

    def __init__(self, home: Path, *words: str) -> None:
        self.home = home
        self.process = subprocess.Popen(  # noqa: S603 - our own program
            [*PROGRAM, "simulate", "--quiet", "--control", *words],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=clean_environment(home),
        )
        assert self.process.stdout is not None
        self.first: dict[str, Any] = json.loads(self.process.stdout.readline())

    def close(self) -> int:
        self.process.terminate()
        self.process.communicate(timeout=10)
        return self.process.returncode

    def truth(self) -> dict[str, Any]:
        return self._told("truth")

    def requests(self) -> list[str]:
        """List what it was asked, in the order of arrival."""
        return [str(row["what"]) for row in self._told("requests")["requests"]]

    def _told(self, what: str) -> dict[str, Any]:
        request = urllib.request.Request(  # noqa: S310 - loopback, http
            f"{self.first['control']}/{what}",
            headers={"Authorization": f"Bearer {self.first['control_token']}"},
        )
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - as above
            told: dict[str, Any] = json.load(answer)
        return told

    def act(self, verb: str, **body: object) -> dict[str, Any]:
        request = urllib.request.Request(  # noqa: S310 - loopback, http
            f"{self.first['control']}/{verb}",
            data=json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {self.first['control_token']}"},
        )
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - as above
            told: dict[str, Any] = json.load(answer)
        return told

    def open_orders(self) -> dict[str, Any]:
        orders: dict[str, Any] = self.truth()["accounts"]["alice"]["open_orders"]
        return orders

    def krakentui(self, *words: str, key: str | None = "cancel") -> subprocess.CompletedProcess[str]:
        return subprocess.run(  # noqa: S603 - our own program
            [*PROGRAM, *words, "--endpoint", self.first["rest"]],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            env=self.environment(key),
        )

    def fingerprint(self, key: str) -> str:
        return fingerprint(self.first["keys"][key]["key"])

    def environment(self, key: str | None) -> dict[str, str]:
        if key is None:
            return clean_environment(self.home)
        pair = self.first["keys"][key]
        return clean_environment(self.home) | {
            "KRAKENTUI_API_KEY": pair["key"],
            "KRAKENTUI_API_SECRET": pair["secret"],
        }


def clean_environment(home: Path) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "HOME": str(home), "TERM": "dumb"}
