"""Frames as the exchange writes them, for tests of a conversation."""

import json
from decimal import Decimal
from typing import Literal

from krakentui.model.event import Happening
from krakentui.model.secret import Secret
from krakentui.wire.spot.ws import Conversation

TOKEN = "TOKEN-canary-7f3a"


def a_private_talk(*, subscribed: bool = True) -> Conversation:
    talk = Conversation("private", "alice")
    talk.set_token(Secret(TOKEN))
    if subscribed:
        talk.subscribe("executions", snap_orders=True, snap_trades=True, ratecounter=True)
        talk.subscribe("balances", snapshot=True)
        talk.to_send()
    return talk


def sent(talk: Conversation) -> list[dict[str, object]]:
    return [json.loads(out.text) for out in talk.to_send()]


def data(
    channel: str,
    *rows: dict[str, object],
    kind: Literal["snapshot", "update"] = "update",
    sequence: int | None = None,
) -> bytes:
    """Write a data frame; Decimals keep their digits."""
    frame: dict[str, object] = {"channel": channel, "type": kind, "data": list(rows)}
    if sequence is not None:
        frame["sequence"] = sequence
    return written(frame)


def written(value: object) -> bytes:
    """Write JSON with Decimals as numbers, digit for digit."""
    texts: list[str] = []

    def mark(number: object) -> str:
        assert isinstance(number, Decimal)
        texts.append(format(number, "f"))
        return f"\x00{len(texts) - 1}\x00"

    text = json.dumps(value, default=mark)
    for index, number in enumerate(texts):
        text = text.replace(f'"\\u0000{index}\\u0000"', number)
    return text.encode()


def snapshot(talk: Conversation, *rows: dict[str, object], sequence: int = 1) -> list[Happening]:
    """Hand in the first frame of `executions`."""
    return talk.receive(data("executions", *rows, kind="snapshot", sequence=sequence))


def update(talk: Conversation, *rows: dict[str, object], sequence: int, **more: object) -> list[Happening]:
    """Hand in a later frame of `executions`."""
    frame = {"channel": "executions", "type": "update", "data": list(rows), "sequence": sequence, **more}
    return talk.receive(written(frame))
