"""The least a script can do to cancel everything: httpx, two signed calls, one after the other."""

import base64
import hashlib
import hmac
import os
import sys
import time
from urllib.parse import urlencode

import httpx

KEY, SECRET = os.environ["KRAKENTUI_API_KEY"], base64.b64decode(os.environ["KRAKENTUI_API_SECRET"])


def call(client: httpx.Client, name: str, **params: str) -> dict[str, dict[str, object]]:
    """Sign and send one call; give its result."""
    path, nonce = f"/0/private/{name}", str(time.time_ns() // 1_000_000)
    body = urlencode({"nonce": nonce, **params})
    digest = hashlib.sha256((nonce + body).encode()).digest()
    sign = base64.b64encode(hmac.new(SECRET, path.encode() + digest, hashlib.sha512).digest()).decode()
    headers = {"API-Key": KEY, "API-Sign": sign, "Content-Type": "application/x-www-form-urlencoded"}
    answer: dict[str, dict[str, object]] = client.post(path, content=body, headers=headers).json()["result"]
    return answer


if __name__ == "__main__":
    with httpx.Client(base_url=sys.argv[1], trust_env=False) as door:
        orders = [*call(door, "OpenOrders")["open"]]
        time.sleep(0.001)  # the next nonce
        call(door, "CancelOrder", txid=orders[0])
