"""The stream object's contract, written a second time from the design: a strict checker.

A field too many, a field too few, a number where a string belongs: each is one complaint.
"""

import re
from collections.abc import Callable, Iterator, Mapping

Check = Callable[[object, str], Iterator[str]]

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z")
_DECIMAL = re.compile(r"-?\d+(\.\d+)?")


def complaints(value: object, check: Check) -> list[str]:
    """Everything that is wrong with a value."""
    return [*check(value, "$")]


def one_of(*words: str) -> Check:
    def check(value: object, at: str) -> Iterator[str]:
        if value not in words:
            yield f"{at}: {value!r} is none of {words}"

    return check


def of_type(kind: type, *more: type) -> Check:
    def check(value: object, at: str) -> Iterator[str]:
        if type(value) not in {kind, *more}:
            yield f"{at}: {value!r} is no {kind.__name__}"

    return check


def matching(pattern: re.Pattern[str], what: str) -> Check:
    def check(value: object, at: str) -> Iterator[str]:
        if not isinstance(value, str) or pattern.fullmatch(value) is None:
            yield f"{at}: {value!r} is no {what}"

    return check


def or_null(inner: Check) -> Check:
    def check(value: object, at: str) -> Iterator[str]:
        if value is not None:
            yield from inner(value, at)

    return check


def list_of(inner: Check) -> Check:
    def check(value: object, at: str) -> Iterator[str]:
        if not isinstance(value, list):
            yield f"{at}: {value!r} is no list"
            return
        for index, item in enumerate(value):
            yield from inner(item, f"{at}[{index}]")

    return check


def record(fields: Mapping[str, Check], optional: Mapping[str, Check] | None = None) -> Check:
    known = {**fields, **(optional or {})}

    def check(value: object, at: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield f"{at}: {value!r} is no object"
            return
        yield from (f"{at}: {name} is missing" for name in fields if name not in value)
        yield from (f"{at}: {name} is not in the contract" for name in value if name not in known)
        for name, inner in known.items():
            if name in value:
                yield from inner(value[name], f"{at}.{name}")

    return check


def either(*choices: Check) -> Check:
    def check(value: object, at: str) -> Iterator[str]:
        if all(any(True for _ in choice(value, at)) for choice in choices):
            yield f"{at}: {value!r} fits none of its forms"

    return check


VERSION: Check = either(lambda value, at: iter(() if value == 1 and type(value) is int else (at,)))
TEXT = of_type(str)
WHOLE = of_type(int)
SECONDS = of_type(float, int)
INSTANT = matching(_INSTANT, "instant in UTC")
DECIMAL = matching(_DECIMAL, "decimal as text")
OUTCOME = one_of("cancelled", "filled", "gone", "refused", "unknown", "not_sent")
SCOPE = either(
    record({"key": matching(re.compile(r"[0-9a-f]{12}"), "fingerprint")}),
    record({"account": TEXT, "pair": TEXT}),
    record({"ip": TEXT}),
    record({"connection": WHOLE}),
)
LIMIT_NAME = one_of(
    "rest", "engine", "open_orders", "scheduled_orders", "public_rest", "connections", "messages"
)

FEED = record(
    {"state": one_of("connecting", "live", "stale", "down"), "age": or_null(SECONDS), "reconnects": WHOLE}
)
MARKET = record(
    {
        "pair": TEXT,
        "bid": or_null(DECIMAL),
        "ask": or_null(DECIMAL),
        "last": or_null(DECIMAL),
        "change_pct": or_null(DECIMAL),
        "age": or_null(SECONDS),
    }
)
BALANCE = record(
    {
        "asset": TEXT,
        "total": DECIMAL,
        "held": or_null(DECIMAL),
        "free": or_null(DECIMAL),
        "value": or_null(DECIMAL),
        "currency": TEXT,
        "age": or_null(SECONDS),
    }
)
COST = record(
    {
        "low": DECIMAL,
        "high": DECIMAL,
        "next": or_null(DECIMAL),
        "next_at": or_null(INSTANT),
        "free_at": or_null(INSTANT),
    }
)
ORDER = record(
    {
        "id": TEXT,
        "pair": or_null(TEXT),
        "side": or_null(one_of("buy", "sell")),
        "type": or_null(TEXT),
        "price": or_null(DECIMAL),
        "trigger": or_null(DECIMAL),
        "qty": or_null(DECIMAL),
        "filled": or_null(DECIMAL),
        "status": TEXT,
        "opened": or_null(INSTANT),
        "cancel": or_null(one_of("asked", "sent", "unknown")),
        "last_outcome": or_null(OUTCOME),
        "cancel_cost": or_null(COST),
        "source": one_of("stream", "poll", "query"),
        "age": or_null(SECONDS),
    }
)
LIMIT = record(
    {
        "name": LIMIT_NAME,
        "scope": SCOPE,
        "used_low": DECIMAL,
        "used_high": DECIMAL,
        "max": DECIMAL,
        "decay": DECIMAL,
        "reserve": DECIMAL,
        "others_low": DECIMAL,
        "others_high": DECIMAL,
        "free_at": or_null(INSTANT),
    }
)
LOCKOUT = record({"scope": SCOPE, "until": INSTANT, "reason": TEXT})
EVENT = record(
    {
        "at": INSTANT,
        "kind": one_of("feed", "order", "cancel", "limit", "lockout", "system", "notice"),
        "text": TEXT,
    },
    optional={"id": TEXT, "outcome": OUTCOME},
)
_LIMITS = {"limits": list_of(LIMIT), "lockouts": list_of(LOCKOUT)}
STREAM = record(
    {
        "v": VERSION,
        "at": INSTANT,
        "venue": one_of("live", "demo", "simulator", "replay"),
        "power": one_of("public", "watch", "watch+cancel"),
        "account": or_null(TEXT),
        "system": or_null(TEXT),
        "feeds": record(dict.fromkeys(("public", "private", "rest"), or_null(FEED))),
        "markets": or_null(list_of(MARKET)),
        "balances": or_null(list_of(BALANCE)),
        "orders": or_null(list_of(ORDER)),
        **_LIMITS,
        "refusals": record({"expected": WHOLE, "unexpected": WHOLE}),
        "events": list_of(EVENT),
    }
)
LIMITS = record({"v": VERSION, "at": INSTANT, **_LIMITS})
CANCEL = record(
    {
        "v": VERSION,
        "at": INSTANT,
        "account": or_null(TEXT),
        "orders": list_of(
            record(
                {
                    "id": TEXT,
                    "pair": or_null(TEXT),
                    "outcome": or_null(OUTCOME),
                    "filled": or_null(DECIMAL),
                    "text": TEXT,
                    "cost": or_null(record({"low": DECIMAL, "high": DECIMAL})),
                }
            )
        ),
        "exit": WHOLE,
    },
    {"everything": record({"outcome": or_null(OUTCOME), "count": or_null(WHOLE), "text": TEXT})},
)
