"""What a key may do, and what speaks against using it: a pure judgement of what the exchange says of it.

The exchange describes a key by `GetApiKeyInfo` (spot REST reference, 5.2). Whether `lastUsed` and `nonce`
there include the very call that asks is not documented, so both readings are borne: what may be our own
call proves nothing.
"""

from collections.abc import Iterator
from datetime import UTC, datetime

from msgspec import Struct

from krakentui.keys.addresses import address_finding
from krakentui.keys.permissions import CANCEL, PERMISSIONS, WATCH, WITHDRAW, may_withdraw, withdraws
from krakentui.keys.profile import Purpose
from krakentui.model.account import Finding, KeyInfo
from krakentui.model.clock import LAST_S
from krakentui.model.text import clean

DAY_S = 86_400
OLD_DAYS = 90
"""A key older than this is worth replacing (fault table: the audit of keys)."""
SOON_DAYS = 14
OURS_S = 10
"""A use this close to a call of ours may be that call: clocks differ, and the exchange cuts to seconds."""
OWN_KEY = "Give each program a key of its own: they share nonces and limits."
LOOK = "The exchange does not tell it in a way that is understood here: look at the key there."
REPLACE = "Make a new key without it, and delete this one at Kraken."


FINER = ((10**17, 10**6), (10**14, 10**3))
"""From such a size on a nonce counts nano- or microseconds; in milliseconds that is the year 5138."""


class Use(Struct, frozen=True, kw_only=True):
    """What we know of our own use of a key, in nonces: they are milliseconds of our clock, or finer."""

    sent: int
    """The nonce of the call that asked."""
    before: int = 0
    """The last nonce that any program of ours used before that; 0 = this key is new to us."""
    offset_ms: int = 0
    """The exchange's clock minus ours, as far as it is known."""


class Audit(Struct, frozen=True, kw_only=True):
    """The judgement."""

    findings: tuple[Finding, ...]
    refused: str | None = None
    """Why this key is not used at all, as a sentence; None = it may be used."""

    @property
    def is_clean(self) -> bool:
        """Tell whether nothing is dangerous and nothing is missing for the key's purpose."""
        return self.refused is None and not any(one.level in {"red", "missing"} for one in self.findings)


def audit(
    info: KeyInfo,
    purpose: Purpose,
    fingerprint: str,
    now_s: int,
    *,
    use: Use | None = None,
    accepted: frozenset[str] = frozenset(),
) -> Audit:
    """Judge a key.

    Args:
        info: what the exchange says of it.
        purpose: what it is for.
        fingerprint: which key it is.
        now_s: the exchange's time, in seconds since the epoch.
        use: our own use of it; None = foreign use is not looked for.
        accepted: fingerprints of keys that may withdraw and are used all the same.
    """
    findings = [
        *_powers(info, purpose),
        *_missing(info, purpose),
        *_expiry(info, now_s),
        *_age(info, now_s),
        address_finding(info.ip_allowlist),
        *_history(info),
        *_nonces(info),
        *(foreign_use(info, use) if use is not None else ()),
    ]
    order = ("red", "missing", "amber", "note", "fine")
    findings.sort(key=lambda one: order.index(one.level))
    return Audit(findings=tuple(findings), refused=withdraw_refusal(info, fingerprint, accepted))


def withdraw_refusal(info: KeyInfo, fingerprint: str, accepted: frozenset[str]) -> str | None:
    """Tell why a key that may withdraw is not used; None where it may not, or where the user insists."""
    if not may_withdraw(info) or fingerprint in accepted:
        return None
    what = "funds"
    if WITHDRAW not in info.permissions:
        unknown = ", ".join(clean(one, 40) for one in sorted(filter(withdraws, info.permissions)))
        what = f"by a permission that this program does not know ({unknown})"
    return (
        f"This key ({fingerprint}) may withdraw {what}, so it is not used: whoever gets hold of it gets the "
        "money. Make one that may not; or, to use it all the same, run "
        f"`krakentui keys check --accept-withdraw {fingerprint}`."
    )


def foreign_use(info: KeyInfo, use: Use) -> Iterator[Finding]:
    """Say whether somebody else has used the key: now, or since our last run."""
    if info.nonce is not None and info.nonce > use.sent:
        text = "Another program is using it now: it has seen a nonce above ours."
        yield Finding("red", text, OWN_KEY)  # a running monitor tells it with the limits
        return
    between = info.nonce is not None and use.before < info.nonce < use.sent
    later = _is_between(info, use)
    if not between and not later:
        return
    when = f", last on {_day_and_time(info.last_used_s)}" if later and info.last_used_s else ""
    if use.before:
        yield Finding("amber", f"It was used elsewhere since our last run{when}.", OWN_KEY, urgent=True)
    else:
        yield Finding("amber", f"It was used before, but not from here{when}.", OWN_KEY, urgent=True)


def used_meanwhile(info: KeyInfo, use: Use) -> str | None:
    """Tell what shows that somebody else uses the key in this very run; None = nothing does."""
    if info.nonce is not None and info.nonce > use.sent:
        return "this key has seen a nonce above our last one"
    if _is_between(info, use):
        return "the exchange saw this key last when we had sent nothing"
    return None


def _is_between(info: KeyInfo, use: Use) -> bool:
    """Tell whether the last use lies clearly after our last but one and before our last."""
    last_ms = None if info.last_used_s is None else info.last_used_s * 1000 - use.offset_ms
    before_ms, sent_ms = _milliseconds(use.before), _milliseconds(use.sent)
    return last_ms is not None and before_ms + OURS_S * 1000 < last_ms < sent_ms - OURS_S * 1000


def _milliseconds(nonce: int) -> int:
    """Read a nonce as the time it was made at: a key that was taken over counts in micro- or nanoseconds.

    Its last nonce before that was still in milliseconds, so each is read by its own size.
    """
    for above, divisor in FINER:
        if nonce >= above:
            return nonce // divisor
    return nonce


def _powers(info: KeyInfo, purpose: Purpose) -> Iterator[Finding]:
    for name in sorted(info.permissions):
        permission = PERMISSIONS.get(name)
        if permission is None:
            yield _unknown(name)
        elif permission.level == "fine":
            yield Finding("fine", f"It may {permission.words}.", permission=name)
        else:
            yield Finding(
                permission.level,
                f"It may {permission.words}.",
                REPLACE,
                urgent=permission.level == "red",
                permission=name,
            )
    if purpose == "watch" and info.may_cancel:
        yield Finding("note", "It may cancel orders, though it is meant for watching.")


def _unknown(name: str) -> Finding:
    text = f"It has a permission that this program does not know: {clean(name, 40)}."
    if not withdraws(name):
        return Finding("amber", text, permission=name)
    text = f"{text} By its name it may withdraw."
    return Finding("red", text, REPLACE, urgent=True, permission=name)


def _missing(info: KeyInfo, purpose: Purpose) -> Iterator[Finding]:
    needed = [*WATCH, *((CANCEL,) if purpose == "watch+cancel" else ())]
    for name in needed:
        if name in info.permissions or (name == CANCEL and info.may_cancel):
            continue
        permission = PERMISSIONS[name]
        level = "note" if name == "query-closed-trades" else "missing"
        text = f"It may not {permission.words}. {permission.lost}"
        yield Finding(level, text, f'Tick "{permission.box}".')  # type: ignore[arg-type]  # one of two levels


def _expiry(info: KeyInfo, now_s: int) -> Iterator[Finding]:
    if info.valid_until_s is None:
        yield Finding("note", "Whether it expires is not known.", LOOK)
        return
    days = (info.valid_until_s - now_s) // DAY_S
    if info.valid_until_s == 0:
        yield Finding("note", "It never expires.", "An expiry date limits what a stolen key is worth.")
        return
    day = _day(info.valid_until_s)
    if info.valid_until_s <= now_s:
        yield Finding("red", f"It expired on {day}.", "Make a new one.", urgent=True)
    elif days < SOON_DAYS:
        hours = (info.valid_until_s - now_s) // 3600
        left = f"{days} d" if days else f"{hours} h" if hours else "less than an hour"
        yield Finding("amber", f"It expires in {left}, on {day}.", "Make a new one in time.", urgent=True)
    else:
        yield Finding("fine", f"It expires in {days} d, on {day}.")


def _age(info: KeyInfo, now_s: int) -> Iterator[Finding]:
    if info.created_s is None:
        return
    days = (now_s - info.created_s) // DAY_S
    if days > OLD_DAYS:
        yield Finding("amber", f"It is {days} days old.", f"Replace keys every {OLD_DAYS} days.")
    else:
        yield Finding("fine", f"It is {max(0, days)} d old.")


def _history(info: KeyInfo) -> Iterator[Finding]:
    if None in {info.query_from_s, info.query_to_s}:
        yield Finding("note", "Whether it sees the whole history is not known.", LOOK)
    if info.query_from_s:
        yield Finding("note", f"It sees no history before {_day(info.query_from_s)}.")
    if info.query_to_s:
        yield Finding("note", f"It sees no history after {_day(info.query_to_s)}.")


def _nonces(info: KeyInfo) -> Iterator[Finding]:
    if info.nonce_window is None:
        yield Finding("note", "Whether it has a nonce window is not known.", LOOK)
    elif info.nonce_window:
        yield Finding(
            "note",
            f"Its nonce window is {info.nonce_window}: calls that overtake each other by so much still pass.",
        )
    else:
        yield Finding("fine", "It has no nonce window; one program on one key needs none.")


def _day(seconds: int) -> str:
    return _moment(seconds).strftime("%Y-%m-%d")


def _day_and_time(seconds: int) -> str:
    return _moment(seconds).strftime("%Y-%m-%d %H:%M UTC")


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(min(seconds, LAST_S), UTC)
