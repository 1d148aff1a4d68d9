"""Private REST results about funds and the key -> events."""

from decimal import Decimal
from hashlib import sha256

from msgspec import Raw, Struct, convert, json

from krakentui.model.account import Holding, KeyInfo
from krakentui.model.clock import LAST_S
from krakentui.model.event import BalancesPolled, Happening, KeyDescribed
from krakentui.model.number import bounded
from krakentui.model.secret import Secret
from krakentui.model.text import clean
from krakentui.wire.spot.envelope import Asked, nonsense, read_table
from krakentui.wire.spot.market import sane
from krakentui.wire.spot.permission import permission
from krakentui.wire.spot.salvage import UNREADABLE, plain

MAX_TOKEN = 500
"""Characters of the longest websocket token that is believed (seen: 43)."""


class _BalanceRow(Struct, frozen=True):
    balance: Decimal
    hold_trade: Decimal | None = None
    credit: Decimal | None = None
    credit_used: Decimal | None = None


class _TokenRow(Struct, frozen=True):
    token: str


def totals(raw: Raw, asked: Asked) -> list[Happening]:
    """Read `Balance`: totals without holds.

    Raises:
        Broken: an amount makes no sense; a missing row would read as nothing held.
    """
    amounts = plain(raw)
    if not isinstance(amounts, dict):
        raise nonsense(asked)
    try:
        rows = {key: bounded(convert(amount, Decimal)) for key, amount in amounts.items()}
    except UNREADABLE:
        raise nonsense(asked) from None
    return _polled([Holding(asset=_asset(key, asked), total=total) for key, total in rows.items()], asked)


def balances(raw: Raw, asked: Asked) -> list[Happening]:
    """Read `BalanceEx`: totals with holds.

    Raises:
        Broken: an amount makes no sense; a missing row would read as nothing held.
    """

    def make(key: str, row: _BalanceRow) -> Holding:
        return Holding(
            asset=_asset(key, asked),
            total=bounded(row.balance),
            held=sane(row.hold_trade),
            credit=sane(row.credit),
            credit_used=sane(row.credit_used),
        )

    holdings, trouble = read_table(raw, _BalanceRow, make, asked, whole=True)
    return [*_polled(holdings, asked), *trouble]


def token(raw: Raw) -> Secret:
    """Read `GetWebSocketsToken`.

    Raises:
        ValueError: there is none, or it is no plain text.
    """
    text = json.decode(raw, type=_TokenRow).token
    if not (text.isascii() and text.isprintable() and 0 < len(text) <= MAX_TOKEN):
        raise ValueError("no websocket token")
    return Secret(text)


def key_info(raw: Raw, asked: Asked) -> list[Happening]:
    """Read `GetApiKeyInfo`, in camelCase or snake_case; the key is dropped, of the IIBAN a mark is left.

    Raises:
        Broken: it names no permissions.
    """
    row = plain(raw)
    permissions = _permissions(row.get("permissions")) if isinstance(row, dict) else None
    if not isinstance(row, dict) or permissions is None:
        raise nonsense(asked)
    info = KeyInfo(
        name=clean(str(_either(row, "apiKeyName", "api_key_name") or "")),
        permissions=permissions,
        nonce=_whole(row.get("nonce")),
        nonce_window=_whole(_either(row, "nonceWindow", "nonce_window")),
        valid_until_s=_seconds(_either(row, "validUntil", "valid_until")),
        created_s=_seconds(_either(row, "createdTime", "created_time")) or None,
        last_used_s=_seconds(_either(row, "lastUsed", "last_used")) or None,
        ip_allowlist=_texts(_either(row, "ipAllowlist", "ip_allowlist")),
        query_from_s=_seconds(_either(row, "queryFrom", "query_from")),
        query_to_s=_seconds(_either(row, "queryTo", "query_to")),
        account_mark=_mark(_either(row, "iban", "iiban")),
    )
    return [KeyDescribed(key=asked.key, info=info)]


def _mark(iiban: object) -> str:
    """Make of an account's number what tells it from others and says no more; it is never written anywhere.

    The official sample names it `iban` (spot REST reference, 5.2), the docs speak of an IIBAN.
    """
    if not isinstance(iiban, str) or not iiban.strip():
        return ""
    return sha256("".join(iiban.split()).upper().encode()).hexdigest()[:12]


def _polled(holdings: list[Holding], asked: Asked) -> list[Happening]:
    """Join ids that show under one name (`DOT.S`, `DOT28.S`)."""
    joined: dict[str, Holding] = {}
    for holding in holdings:
        before = joined.get(holding.asset)
        joined[holding.asset] = holding if before is None else _sum(before, holding)
    return [BalancesPolled(account=asked.account, holdings=tuple(joined.values()), asked_ns=asked.asked_ns)]


def _sum(one: Holding, other: Holding) -> Holding:
    return Holding(
        asset=one.asset,
        total=one.total + other.total,
        held=_plus(one.held, other.held),
        credit=_plus(one.credit, other.credit),
        credit_used=_plus(one.credit_used, other.credit_used),
    )


def _plus(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    return None if one is None or other is None else one + other


def _asset(key: str, asked: Asked) -> str:
    return asked.names.asset(clean(key))


def _either(row: dict[str, object], camel: str, snake: str) -> object:
    told = row.get(camel)
    return row.get(snake) if told is None else told


def _texts(value: object) -> tuple[str, ...] | None:
    """Read a list, each entry as text: one that was left out would make it say something else."""
    return tuple(clean(str(item)) for item in value) if isinstance(value, list) else None


def _permissions(value: object) -> frozenset[str] | None:
    """Read the ids, however they are spelt; one that is no text makes the list useless."""
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        return None
    return frozenset(map(permission, value))


def _seconds(value: object) -> int | None:
    """Read a moment; what lies beyond the year 9999 counts something else than seconds."""
    whole = _whole(value)
    return whole if whole is not None and whole <= LAST_S else None


def _whole(value: object) -> int | None:
    """Read an integer or the text of one, of at most 20 digits (a nonce is a 64-bit number)."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 20:
        return int(value)
    return value if isinstance(value, int) and 0 <= value < 10**20 else None
