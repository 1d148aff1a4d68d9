"""The exchange's error codes -> one plain sentence and the kind of trouble it is.

A code reads `<E|W><Category>:<Text>[:<detail>]`, at times with a space after the colon; details are
appended freely, so codes are matched by their beginning (REST reference 2.2, websocket reference 2.2).
"""

import re
from collections.abc import Callable, Iterable

from krakentui.model.error import BadKey, BadNonce, Denied, LockedOut, RateLimited, VenueRefusal
from krakentui.model.redact import redact
from krakentui.model.secret import STARS
from krakentui.model.text import clean

_THROTTLED = re.compile(r"Throttled:\s*(\d{9,11})(?!\d)", re.ASCII)
_SPACES = re.compile(r":\s+")

_TABLE: tuple[tuple[str, type[VenueRefusal], str], ...] = (
    (
        "EGeneral:Temporary lockout",
        LockedOut,
        "Kraken locked this key out: private calls stop for 15 minutes, asking sooner prolongs it.",
    ),
    ("EAPI:Invalid key", BadKey, "Kraken does not know this key: private calls stop until it is replaced."),
    (
        "EAPI:Invalid signature",
        BadKey,
        "Kraken refused the signature: wrong secret for this key, or a wrong second factor.",
    ),
    (
        "EAPI:Invalid nonce",
        BadNonce,
        "Kraken refused the nonce: another program uses this key; give each program a key of its own.",
    ),
    (
        "EGeneral:Permission denied",
        Denied,
        "This key lacks the permission for that call, or wants its second factor.",
    ),
    ("EAccount:Invalid permissions", Denied, "This account may not use that call."),
    ("EAuth:Account temporary disabled", Denied, "Kraken has disabled this account for now."),
    ("EAuth:Account unconfirmed", Denied, "This account is not confirmed yet."),
    (
        "EAPI:Rate limit exceeded",
        RateLimited,
        "This key's REST counter is over its ceiling: background calls wait until it has drained.",
    ),
    (
        "EOrder:Rate limit exceeded",
        RateLimited,
        "The trading counter of this pair is over its ceiling: it takes no more until it has drained.",
    ),
    (
        "EOrder:Domain rate limit exceeded",
        RateLimited,
        "The trading counter of the whole account family is over its ceiling.",
    ),
    ("EOrder:Orders limit exceeded", RateLimited, "This pair holds as many open orders as it may."),
    (
        "EOrder:Scheduled orders limit exceeded",
        RateLimited,
        "This pair holds as many scheduled orders as it may.",
    ),
    ("EGeneral:Too many requests", RateLimited, "Too many public requests from this address: they pause."),
    ("EAuth:Rate limit exceeded", RateLimited, "Kraken's sign-in service asks for a pause."),
    ("EAuth:Too many requests", RateLimited, "Kraken's sign-in service asks for a pause."),
    ("EService:Throttled", RateLimited, "Too many calls at the same time: Kraken asks for a pause."),
    ("Exceeded msg rate", RateLimited, "Too many messages on this connection: the rest is sent more slowly."),
    (
        "EOrder:Unknown order",
        VenueRefusal,
        "Kraken knows no such open order: it was filled or cancelled before.",
    ),
    ("EOrder:Invalid order", VenueRefusal, "Kraken knows no order of that id."),
    ("ESession:Invalid session", VenueRefusal, "The websocket token is no longer good: a new one is needed."),
    ("Token(s) not found", VenueRefusal, "The message carried no websocket token."),
    ("EService:Unavailable", VenueRefusal, "Kraken's trading engine is not reachable just now."),
    ("EService:Busy", VenueRefusal, "Kraken is too busy to answer just now."),
    ("EService:Deadline elapsed", VenueRefusal, "The request waited too long at Kraken and was dropped."),
    (
        "EService:Market in cancel_only mode",
        VenueRefusal,
        "Kraken takes cancels only just now.",
    ),
    (
        "EService:Market in post_only mode",
        VenueRefusal,
        "Kraken takes post-only orders and cancels only just now.",
    ),
    (
        "EService:Market in limit_only mode",
        VenueRefusal,
        "Kraken takes limit orders and cancels only just now.",
    ),
    ("EGeneral:Internal error", VenueRefusal, "Kraken had an internal error: whether it acted is unknown."),
    ("EDatabase:Internal error", VenueRefusal, "Kraken had an internal error."),
    ("EGeneral:Invalid arguments", VenueRefusal, "Kraken did not understand the request."),
    ("EGeneral:Unknown method", VenueRefusal, "Kraken does not know that call."),
    ("EQuery:Unknown asset pair", VenueRefusal, "Kraken knows no such pair."),
    ("EQuery:Invalid asset pair", VenueRefusal, "Kraken knows no such pair."),
    ("EQuery:Unknown asset", VenueRefusal, "Kraken knows no such asset."),
    ("Currency pair not supported", VenueRefusal, "Kraken streams no such pair."),
)

_NAMED_ELSEWHERE = ("EOrder:Cancel pending", "EAPI:Feature disabled")
"""Codes without a sentence of their own that something goes by."""
_BEGINNING = re.compile(
    "|".join(
        re.escape(start).replace(":", r":\s*") for start in (*(row[0] for row in _TABLE), *_NAMED_ELSEWHERE)
    )
)

_WORST_FIRST: tuple[type[VenueRefusal], ...] = (LockedOut, BadKey, BadNonce, Denied, RateLimited)


def refusal(code: str, now_s: float | None = None) -> VenueRefusal:
    """Turn an error code into a refusal that carries it beside our sentence.

    Args:
        code: as the exchange wrote it.
        now_s: the exchange's unix time, to tell a throttle's deadline as a wait.
    """
    shown = clean(redact(code))
    plain = _SPACES.sub(":", shown)
    for start, kind, sentence in _TABLE:
        if plain.startswith(start):
            return kind(shown, _with_wait(sentence, plain, now_s))
    return VenueRefusal(shown, f"Kraken refused: {shown or 'no reason given'}.")


def worst(codes: Iterable[str], now_s: float | None = None) -> VenueRefusal:
    """Turn the errors of one reply into the refusal that matters most."""
    refusals = [refusal(code, now_s) for code in codes] or [refusal("", now_s)]
    return min(refusals, key=_rank)


def without_secrets(code: str, hide: Callable[[str], str]) -> str:
    """Take secrets out of a code, but not out of a beginning that we know.

    That is the exchange's wording, not a quotation, and what the code means goes by it: as
    `E*****:Unknown order` it would mean nothing, and betray the secret.
    """
    hidden, known = hide(code), _BEGINNING.match(code)
    if known is None or hidden.startswith(known[0]):
        return hidden
    start, rest = known[0], hide(code[known.end() :])
    reaches_over = hide(start) + rest != hidden
    return start + (STARS if reaches_over else rest)


def throttled_until_s(code: str) -> int | None:
    """Tell the unix second before which the exchange wants no more (`EService:Throttled:<ts>`)."""
    match = _THROTTLED.search(code)
    return int(match.group(1)) if match else None


def _rank(error: VenueRefusal) -> int:
    for rank, kind in enumerate(_WORST_FIRST):
        if isinstance(error, kind):
            return rank
    return len(_WORST_FIRST)


def _with_wait(sentence: str, plain: str, now_s: float | None) -> str:
    until = throttled_until_s(plain)
    if until is None or now_s is None or until <= now_s:
        return sentence
    return f"{sentence.removesuffix('.')} of {int(until - now_s) + 1} s."
