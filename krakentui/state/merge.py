"""How one more word about an order joins what is believed of it: forward only.

Frames may come twice, late and out of order, and REST lags the stream by up to a minute. So nothing
here depends on the order of arrival: a status only climbs (a finished order is never re-opened), the
filled quantity only grows, and every amendable term carries the exchange's time of its last word, of
which the latest wins. All arrangements of one recorded life end in the same belief.

From when the limits count an order's age is an interval: from its creation or the last amend that
was seen, up to the latest instant at which it may have been amended unseen.
"""

from typing import Final

import msgspec
from msgspec import Struct

from krakentui.model.amend import AmendsSeen
from krakentui.model.clock import SECOND
from krakentui.model.order import DONE, Order, OrderPatch, Source

REST_LAG_NS: Final = 60 * SECOND
"""REST may be this far behind the stream (faults F31)."""

STREAM_LAG_NS: Final = 5 * SECOND
"""By so much a live stream may show an order later than REST does."""

TERMS: Final = ("qty", "cash_qty", "limit_price", "price_text", "trigger")
"""What an amend can change; `Order.terms_ns` holds the exchange's time of each."""

_FIXED: Final = (
    "pair", "raw_pair", "side", "type", "cl_ord_id", "userref", "time_in_force", "expires_ns", "starts_ns"
)  # fmt: skip
_FLAGS: Final = ("post_only", "reduce_only", "margin")
_PROGRESS: Final = ("cost", "fee", "average")
_TRUST: Final = {"stream": 0, "query": 1, "poll": 2}


class Word(Struct, frozen=True, kw_only=True):
    """Who speaks, and when."""

    source: Source
    t_ns: int
    """Steady time of its truth: arrival for the stream, the asking for REST."""
    now_ns: int
    """The exchange's clock at arrival, as far as it was measured."""
    snapshot: bool = False
    """It is the whole truth of the stream at this moment, not a delta."""


def merge(old: Order | None, patch: OrderPatch, word: Word, account: str) -> Order:
    """Return the belief with this word joined to it."""
    said = patch.said_ns if patch.said_ns is not None else (old.said_ns if old else 0)
    before = old or Order(
        account=account, id=patch.id, status=patch.status or "unknown", source=word.source, seen_ns=word.t_ns
    )
    changed = _facts(before, patch, word)
    changed |= _terms(before, patch, word, said)
    changed |= _progress(before, patch, said)
    changed["status"], changed["reason"] = _status(before, patch, word, said)
    changed |= _age(old, before, patch, word, said)
    return msgspec.structs.replace(
        before,
        **changed,
        source=min(before.source, word.source, key=_TRUST.__getitem__),
        seen_ns=max(before.seen_ns, word.t_ns),
        said_ns=max(before.said_ns, said),
        stream_ns=max(before.stream_ns or 0, word.t_ns) if word.source == "stream" else before.stream_ns,
    )


def with_amends(order: Order, event: AmendsSeen, asked_ns: int) -> Order:
    """Return the belief after the exchange has told all changes of an order.

    A change that is told has surely happened. That there was no other holds only for what REST cannot have
    missed by lagging: what may be hidden of a later moment stays hidden. What the exchange restated by itself
    need not begin a new age.

    Args:
        order: The belief so far.
        event: All changes; one without a time tells nothing of when.
        asked_ns: When they were asked for, on the exchange's clock.
    """
    told = [one for one in event.amends if one.kind != "original"]
    times = [one.said_ns for one in told if one.said_ns is not None]
    ours = [one.said_ns for one in told if one.said_ns is not None and one.kind == "user"]
    made = (one.said_ns for one in event.amends if one.kind == "original")
    opened = order.opened_ns if order.opened_ns is not None else next(made, None)
    amended_ns = max([order.amended_ns, *ours])
    hidden = order.hidden_until_ns
    if event.whole and times and len(times) == len(told) and hidden <= asked_ns - REST_LAG_NS:
        hidden = max(times)
    low = max(opened or 0, amended_ns) or None
    return msgspec.structs.replace(
        order,
        opened_ns=opened,
        amended=order.amended or bool(ours),
        amended_ns=amended_ns,
        hidden_until_ns=hidden,
        counts_from_low_ns=low,
        counts_from_high_ns=max(low or 0, hidden) or None,
    )


def tells_news(before: Order | None, after: Order) -> bool:
    """Tell whether the word changed anything but the time it was heard: a repeated frame does not."""
    if before is None:
        return True
    return msgspec.structs.replace(after, seen_ns=before.seen_ns, stream_ns=before.stream_ns) != before


def _facts(before: Order, patch: OrderPatch, word: Word) -> dict[str, object]:
    """What never changes in an order's life: the stream's word stands over REST's."""
    changed: dict[str, object] = {}
    for name in _FIXED:
        told = getattr(patch, name)
        if told is not None and (getattr(before, name) is None or word.source == "stream"):
            changed[name] = told
    for name in _FLAGS:
        if getattr(patch, name):
            changed[name] = True
    return changed


def _terms(before: Order, patch: OrderPatch, word: Word, said: int) -> dict[str, object]:
    stamps = list(before.terms_ns or (0,) * len(TERMS))
    changed: dict[str, object] = {}
    for index, name in enumerate(TERMS):
        told = getattr(patch, name)
        if told is None:
            continue
        if word.source == "stream":
            if getattr(before, name) is None or said >= stamps[index] or word.snapshot:
                changed[name] = told
            stamps[index] = max(stamps[index], said)
        elif getattr(before, name) is None or _may_overrule(before, patch, word):
            changed[name] = told
    changed["terms_ns"] = tuple(stamps)
    return changed


def _may_overrule(before: Order, patch: OrderPatch, word: Word) -> bool:
    """Tell whether REST may replace a term: nothing newer was streamed, or it knows of a first amend."""
    if before.stream_ns is None or word.t_ns - before.stream_ns >= REST_LAG_NS:
        return True
    return patch.amended is True and not before.amended


def _progress(before: Order, patch: OrderPatch, said: int) -> dict[str, object]:
    """Cost, fee and average belong to one filled quantity: a larger one makes the old ones void."""
    told = patch.filled
    if told is None or told < before.filled:
        return {}
    grew = told > before.filled
    changed: dict[str, object] = {"filled": told}
    for name in _PROGRESS:
        value = getattr(patch, name)
        known = None if grew else getattr(before, name)
        later = value is not None and said >= before.progress_ns
        changed[name] = value if known is None or later else known
    changed["progress_ns"] = said if grew else max(said, before.progress_ns)
    return changed


def _rank(status: str) -> int:
    if status in DONE:
        return 3
    return {"unknown": -1, "pending_new": 0, "partially_filled": 2}.get(status, 1)


def _status(before: Order, patch: OrderPatch, word: Word, said: int) -> tuple[str, str | None]:
    told = patch.status
    if told is None or _rank(told) < _rank(before.status):
        return before.status, before.reason
    if told == before.status:
        return told, before.reason if before.reason is not None else patch.reason
    if _rank(told) == _rank(before.status):
        trusted = _TRUST[word.source] - _TRUST[before.source]
        if trusted > 0 or (trusted == 0 and said < before.said_ns):
            return before.status, before.reason
    return told, patch.reason if told in DONE else None


def _age(old: Order | None, before: Order, patch: OrderPatch, word: Word, said: int) -> dict[str, object]:
    live = word.source == "stream" and not word.snapshot
    born = live and patch.exec_type == "pending_new"
    amended = before.amended or bool(patch.amended) or patch.exec_type == "amended"
    opened = _earliest(before.opened_ns, _told_opened(patch, word))
    seen_amend = before.amended_ns
    hidden = before.hidden_until_ns
    if born:
        # A creation that was seen hides nothing: what came before it was unknown, not unseen.
        first_sight = before.opened_ns is None or before.stream_ns is None
        opened = said if first_sight else _earliest(before.opened_ns, said)
        hidden = 0 if first_sight else hidden
    elif live and patch.exec_type == "amended":
        seen_amend = max(seen_amend, said)
    elif live and old is None:
        hidden = said
    elif not live:
        hidden = _hidden(old, patch, word, said, opened, amended=amended)
    low = max(opened or 0, seen_amend) or None
    high = max(low or 0, hidden) or None
    suspected = before.suspected_ns
    if word.source == "stream" and (word.snapshot or patch.exec_type == "amended"):
        suspected = None
    elif (
        word.source != "stream" and suspected is None and before.stream_ns and hidden > before.hidden_until_ns
    ):
        suspected = before.hidden_until_ns
    return {
        "amended": amended,
        "suspected_ns": suspected,
        "opened_ns": opened,
        "amended_ns": seen_amend,
        "hidden_until_ns": hidden,
        "counts_from_low_ns": low,
        "counts_from_high_ns": high,
    }


def _told_opened(patch: OrderPatch, word: Word) -> int | None:
    """Return the creation a word names, where it surely is one.

    A snapshot's own timestamp may be that of the last change, and a live `new` comes after the birth.
    """
    if patch.opened_ns is None or patch.opened_ns != patch.said_ns or word.source != "stream":
        return patch.opened_ns
    sure = word.snapshot and not patch.amended and not patch.filled
    return patch.opened_ns if sure else None


def _earliest(known: int | None, told: int | None) -> int | None:
    return min((instant for instant in (known, told) if instant is not None), default=None)


def _hidden(
    old: Order | None, patch: OrderPatch, word: Word, said: int, opened: int | None, *, amended: bool
) -> int:
    """Tell up to when an amend may have escaped us, after a snapshot or a REST reply."""
    known = old.hidden_until_ns if old else 0
    differs = old is not None and _differs(old, patch, word)
    # Frames name `amended` only where it is true (all captures): a whole order without it was never amended.
    never = patch.amended is False or (word.snapshot and patch.amended is None and not differs)
    if never and not amended:
        return 0 if opened is not None else max(known, said)
    if word.source != "stream":
        fresh = old is None or (bool(patch.amended) and not old.amended) or differs
        return word.now_ns if fresh and patch.amended is not False else known
    dated = opened is not None and said > opened  # so its timestamp is that of the last change
    if old is not None and old.stream_ns is not None and dated and said <= old.said_ns:
        return known
    return max(known, said) if dated else max(known, word.now_ns)


def _differs(old: Order, patch: OrderPatch, word: Word) -> bool:
    """Tell whether a snapshot or REST names terms that we take over: an amend we did not see."""
    if not word.snapshot and not _may_overrule(old, patch, word):
        return False
    return any(
        getattr(patch, name) is not None
        and getattr(old, name) is not None
        and getattr(patch, name) != getattr(old, name)
        for name in TERMS[:3]
    )
