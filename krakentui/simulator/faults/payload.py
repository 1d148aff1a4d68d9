"""Faults of what is told: fields missing, texts that attack, a clock that is wrong."""

import json
import re
from abc import ABC, abstractmethod
from datetime import UTC, datetime, timedelta
from typing import Any, final

from krakentui.simulator.faults.base import Answer, Call, Fault, Go
from krakentui.simulator.faults.spec import Args
from krakentui.simulator.faults.wire import Frame, Wire
from krakentui.simulator.instants import rfc1123
from krakentui.simulator.jsontext import Raw, dumps
from krakentui.simulator.surface import HttpReply

FREE_TEXT = frozenset(
    {"apiKeyName", "cl_ord_id", "iban", "misc", "order", "reason", "source_url", "title", "cancel_reason"}
)
"""Fields whose text anybody may have written."""
ATTACKS = (
    "\x1b]52;c;cHduZWQ=\x07copied",
    "\x1b]0;title\x07",
    "\x1b[2J\x1b[31mred",
    "\x9b31mred\x9b0m",
    "[@click=app.quit]click[/]",
    "[/nothing] [bold",
    "{0} %s $(id) `id`",
    "\u202emoc.live\u202c",
    "\u200bzero\u200dwidth\ufeff",
    "\U000e0041\U000e0042tags",
    "line\nfeed\ttab\rreturn\x08\x7f",
    "e\u0301" * 200,
    "A" * 10_000,
)
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?=Z)")
_SECONDS = re.compile(r'"(unixtime|opentm|closetm|time|lastUsed)":("?)(\d{9,11})')
_RFC1123 = re.compile(r'"rfc1123":"[^"]*"')


class Rewriting(Fault, ABC):
    """A fault that changes texts on their way out, of REST and websockets alike."""

    @abstractmethod
    def rewrite(self, text: str) -> str:
        """Change a reply or a frame."""

    def around(self, call: Call, go: Go) -> Answer:
        """Change the reply."""
        del call
        answer = go()
        reply = answer.reply
        if reply.content_type != "application/json":
            return answer
        body = self.rewrite(reply.body.decode()).encode()
        return Answer(HttpReply(reply.status, body, reply.content_type), answer.late_us, answer.cut)

    def touches_frame(self, wire: Wire, frame: Frame) -> bool:
        """Leave heartbeats alone."""
        del wire
        return frame.channel != "heartbeat"

    def outgoing(self, wire: Wire, frame: Frame) -> list[Frame]:
        """Change the frame."""
        del wire
        return [Frame(self.rewrite(frame.text))]


@final
class MissingField(Rewriting):
    """Fields are missing: those named wherever they are, else one of each entry by chance."""

    def read(self, args: Args) -> None:
        """Take the names of the fields."""
        self._fields = frozenset(args.texts("fields", ()))

    def touches_call(self, call: Call) -> bool:
        """Leave alone what identifies an answer's sender."""
        return call.endpoint != "GetWebSocketsToken"

    def touches_frame(self, wire: Wire, frame: Frame) -> bool:
        """Touch data."""
        del wire
        return frame.is_data

    def rewrite(self, text: str) -> str:
        """Leave fields out."""
        document = exact(text)
        for name in ("result", "data"):
            if name in document:
                document[name] = self._without(document[name])
        return dumps(document)

    def _without(self, value: Any) -> Any:  # noqa: ANN401  any JSON
        if isinstance(value, list):
            return [self._without(item) for item in value]
        if not isinstance(value, dict):
            return value
        if self._fields:
            return {key: self._without(item) for key, item in value.items() if key not in self._fields}
        plain = sorted(key for key, item in value.items() if not isinstance(item, dict | list))
        lost = self.rng.choice(plain) if plain else None
        return {key: self._without(item) for key, item in value.items() if key != lost}


@final
class HostileText(Rewriting):
    """Every text that somebody else may have written attacks terminals, markup and patience."""

    def touches_call(self, call: Call) -> bool:
        """Leave tokens alone: they are no text for people."""
        return call.endpoint != "GetWebSocketsToken"

    def rewrite(self, text: str) -> str:
        """Put attacks into the free texts."""
        document = exact(text)
        for name in ("error", "result", "data", "warnings"):
            if name in document:
                document[name] = self._spoiled(document[name], name)
        return dumps(document)

    def _spoiled(self, value: Any, name: str) -> Any:  # noqa: ANN401  any JSON
        if isinstance(value, dict):
            spoiled = {key: self._spoiled(item, key) for key, item in value.items()}
            if ("order_id" in value and "exec_type" in value) or "opentm" in value:
                spoiled.setdefault("cl_ord_id", self._attack())
            return spoiled
        if isinstance(value, list):
            return [self._spoiled(item, name) for item in value]
        if not isinstance(value, str) or isinstance(value, Raw):
            return value
        if name in ("error", "warnings"):
            return value + self._attack()
        return self._attack() if name in FREE_TEXT else value

    def _attack(self) -> str:
        return self.rng.choice(ATTACKS)


@final
class Skew(Rewriting):
    """Every time that the exchange tells is wrong by so much; what it does is not."""

    def read(self, args: Args) -> None:
        """Take how wrong, in seconds; below zero is behind."""
        self._by = args.number("s", 30, -10_000_000, 10_000_000)

    def rewrite(self, text: str) -> str:
        """Shift the times."""
        text = _INSTANT.sub(self._instant, text)
        text = _RFC1123.sub(lambda _: f'"rfc1123":"{rfc1123(self._now_us())}"', text)
        return _SECONDS.sub(lambda f: f'"{f[1]}":{f[2]}{int(f[3]) + round(self._by)}', text)

    def _now_us(self) -> int:
        return self.world.clock.now_us() + round(self._by) * 1_000_000

    def _instant(self, found: re.Match[str]) -> str:
        whole, dot, part = found[0].partition(".")
        moment = datetime.fromisoformat(whole).replace(tzinfo=UTC) + timedelta(seconds=round(self._by))
        return moment.strftime("%Y-%m-%dT%H:%M:%S") + dot + part


def exact(text: str) -> dict[str, Any]:
    """Read a reply or frame, numbers as the text that they were written in."""
    document: Any = json.loads(text, parse_float=Raw, parse_int=Raw)
    return document if isinstance(document, dict) else {}
