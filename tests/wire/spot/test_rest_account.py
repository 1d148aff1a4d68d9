"""Balances and what a key may do."""

import json
from decimal import Decimal

import pytest
from msgspec import structs

from krakentui.keys.permissions import PERMISSIONS
from krakentui.model.account import Holding, KeyInfo
from krakentui.model.event import BalancesPolled, Garbled, KeyDescribed
from krakentui.model.symbol import AssetInfo, Names
from krakentui.wire.spot.rest import Call, Reply, decode
from tests.support.samples import frames, samples

NAMES = Names().with_assets(
    [
        AssetInfo("BTC", 10, 5, rest_id="XXBT", altname="XBT"),
        AssetInfo("USD", 4, 2, rest_id="ZUSD", altname="USD"),
        AssetInfo("DOT", 10, 5, rest_id="DOT", altname="DOT"),
    ]
)
CAMEL = {
    "apiKeyName": "my-api-key",
    "apiKey": "public-part-canary",
    "nonce": "1772627060997",
    "nonceWindow": 0,
    "permissions": ["query-funds", "close-trades"],
    "iban": "AA88 canary",
    "validUntil": "0",
    "queryFrom": "0",
    "queryTo": "0",
    "createdTime": "1772542900",
    "modifiedTime": "1772543095",
    "ipAllowlist": ["10.0.0.0/8"],
    "lastUsed": "1772627061",
}
SNAKE = {
    "api_key_name": "my-api-key",
    "nonce": "1772627060997",
    "nonce_window": "0",
    "permissions": ["query-funds", "close-trades"],
    "valid_until": "0",
    "query_from": "0",
    "query_to": "0",
    "created_time": "1772542900",
    "ip_allowlist": ["10.0.0.0/8"],
    "last_used": "1772627061",
}
TOLD = KeyInfo(
    name="my-api-key",
    permissions=frozenset({"query-funds", "close-trades"}),
    nonce=1_772_627_060_997,
    nonce_window=0,
    created_s=1_772_542_900,
    last_used_s=1_772_627_061,
    ip_allowlist=("10.0.0.0/8",),
    valid_until_s=0,
    query_from_s=0,
    query_to_s=0,
)


def read(result: object, endpoint: str) -> Reply:
    body = json.dumps({"error": [], "result": result}).encode()
    return decode(Call(endpoint), 200, body, account="alice", names=NAMES, asked_ns=7, key="f1f2f3")


def holdings(reply: Reply) -> dict[str, Holding]:
    event = reply.events[0]
    assert isinstance(event, BalancesPolled)
    return {one.asset: one for one in event.holdings}


def test_assets_have_their_display_names() -> None:
    assert set(holdings(read({"XXBT": "1", "ZUSD": "2", "XBT.M": "3", "NEW": "4"}, "Balance"))) == {
        "BTC",
        "USD",
        "BTC.M",
        "NEW",
    }


def test_totals_alone_leave_the_hold_unknown() -> None:
    assert holdings(read({"ZUSD": "2.50"}, "Balance"))["USD"].held is None


@pytest.mark.parametrize("amount", ["25435.2100", 25435.21])
def test_amounts_come_as_text_or_number(amount: object) -> None:
    found = holdings(read({"ZUSD": {"balance": amount, "hold_trade": "0.0000"}}, "BalanceEx"))
    assert found["USD"].total == Decimal("25435.21")


def test_holds_and_credit_are_read() -> None:
    row = {"balance": "10.0", "hold_trade": "4.0", "credit": "100", "credit_used": "7"}
    assert holdings(read({"ZUSD": row}, "BalanceEx"))["USD"] == Holding(
        asset="USD",
        total=Decimal("10.0"),
        held=Decimal("4.0"),
        credit=Decimal(100),
        credit_used=Decimal(7),
    )


def test_ids_that_show_under_one_name_are_added_up() -> None:
    found = holdings(read({"DOT.S": "1.5", "DOT28.S": "2.25"}, "Balance"))
    assert found == {"DOT.S": Holding(asset="DOT.S", total=Decimal("3.75"))}


@pytest.mark.parametrize("endpoint", ["Balance", "BalanceEx"])
@pytest.mark.parametrize("result", [[], 17, "x", {"ZUSD": None}, {"ZUSD": "much"}, {"ZUSD": "NaN"}])
def test_an_amount_that_makes_no_sense_breaks_the_reply(endpoint: str, result: object) -> None:
    reply = read(result, endpoint)
    assert reply.events == ()
    assert reply.broken is not None


def test_an_unreadable_hold_is_unknown_and_reported() -> None:
    reply = read({"ZUSD": {"balance": "1", "hold_trade": "much"}}, "BalanceEx")
    assert holdings(reply)["USD"].held is None
    assert isinstance(reply.events[1], Garbled)


def test_the_recorded_balances_are_read() -> None:
    ((_, body),) = frames(samples("rest", "kraken-async-rs", "extended-balance.json"))
    reply = decode(Call("BalanceEx"), 200, body, account="alice", names=NAMES, asked_ns=7)
    assert str(holdings(reply)["ATOM"].held) == "3.92433600"


@pytest.mark.parametrize("row", [CAMEL, SNAKE], ids=["camel", "snake"])
def test_a_key_is_described_in_either_spelling(row: dict[str, object]) -> None:
    (told,) = read(row, "GetApiKeyInfo").events
    assert isinstance(told, KeyDescribed)
    unmarked = structs.replace(told.info, account_mark="")
    assert (told.key, unmarked) == ("f1f2f3", TOLD)


def mark(**told: object) -> str:
    (event,) = read({**SNAKE, **told}, "GetApiKeyInfo").events
    assert isinstance(event, KeyDescribed)
    return event.info.account_mark


def test_two_keys_of_one_account_carry_one_mark_and_others_another() -> None:
    assert (
        mark(iban="AA88 N84G WOAK NMOI") == mark(iiban="aa88n84gwoaknmoi") != mark(iban="AA88 N84G WOAK NMOJ")
    )
    assert "N84G" not in mark(iban="AA88 N84G WOAK NMOI")


@pytest.mark.parametrize("told", [{}, {"iban": None}, {"iban": " "}, {"iban": 7}])
def test_an_account_that_is_not_told_has_no_mark(told: dict[str, object]) -> None:
    assert mark(**told) == ""


def test_neither_the_key_nor_the_iban_is_kept() -> None:
    assert "canary" not in repr(read(CAMEL, "GetApiKeyInfo"))


def test_a_key_never_used_and_one_that_expires_are_told() -> None:
    reply = read({**CAMEL, "lastUsed": None, "validUntil": "1800000000"}, "GetApiKeyInfo")
    event = reply.events[0]
    assert isinstance(event, KeyDescribed)
    assert (event.info.last_used_s, event.info.valid_until_s) == (None, 1_800_000_000)


@pytest.mark.parametrize(
    "change",
    [
        {"permissions": None},
        {"permissions": "all"},
        {"permissions": ["query-funds", {"name": "withdraw-funds"}]},
    ],
)
def test_without_permissions_nothing_is_claimed(change: dict[str, object]) -> None:
    assert read({**CAMEL, **change}, "GetApiKeyInfo").broken is not None


def told_of(**change: object) -> KeyInfo:
    (event,) = read({**CAMEL, **change}, "GetApiKeyInfo").events
    assert isinstance(event, KeyDescribed)
    return event.info


TIMES = {"validUntil": "valid_until_s", "queryFrom": "query_from_s", "queryTo": "query_to_s"}
NEVER_TIMES: list[object] = [None, "", "x", -1, 1.5, True, [], {}, "2026-01-01", "1e9", "9" * 20, "9" * 30]


@pytest.mark.parametrize("name", TIMES)
@pytest.mark.parametrize("odd", [*NEVER_TIMES, 1_772_542_900_000, "1772542900000"])
def test_a_moment_that_is_not_in_seconds_is_not_told(name: str, odd: object) -> None:
    assert getattr(told_of(**{name: odd}), TIMES[name]) is None
    left_out = {key: value for key, value in CAMEL.items() if key != name}
    (event,) = read(left_out, "GetApiKeyInfo").events
    assert isinstance(event, KeyDescribed)
    assert getattr(event.info, TIMES[name]) is None


@pytest.mark.parametrize("name", TIMES)
@pytest.mark.parametrize(("told", "seconds"), [("0", 0), (0, 0), ("1800000000", 1_800_000_000)])
def test_naught_is_told_as_the_exchange_means_it(name: str, told: object, seconds: int) -> None:
    assert getattr(told_of(**{name: told}), TIMES[name]) == seconds


@pytest.mark.parametrize("odd", [None, "", "x", -1, 1.5, True, [], {}, "9" * 30])
def test_a_nonce_window_that_cannot_be_read_is_not_told(odd: object) -> None:
    assert told_of(nonceWindow=odd).nonce_window is None


@pytest.mark.parametrize("odd", [None, "10.0.0.0/8", 0, True, {}])
def test_a_list_of_addresses_that_is_none_is_not_told(odd: object) -> None:
    assert told_of(ipAllowlist=odd).ip_allowlist is None


def test_an_entry_that_is_no_text_stays_one_of_the_list() -> None:
    assert told_of(ipAllowlist=[]).ip_allowlist == ()
    assert told_of(ipAllowlist=[None]).ip_allowlist == ("None",)
    assert told_of(ipAllowlist=["10.0.0.0/8", 5]).ip_allowlist == ("10.0.0.0/8", "5")


def test_what_is_null_in_one_spelling_is_taken_from_the_other() -> None:
    blank = {name: None for name in CAMEL if name not in {"nonce", "permissions"}}
    (event,) = read({**SNAKE, **blank, "valid_until": "1800000000"}, "GetApiKeyInfo").events
    assert isinstance(event, KeyDescribed)
    assert (event.info.name, event.info.created_s) == ("my-api-key", 1_772_542_900)
    assert (event.info.valid_until_s, event.info.ip_allowlist) == (1_800_000_000, ("10.0.0.0/8",))


@pytest.mark.parametrize("nonce", ["9" * 30, "-1", "1e5", [], True, None])
def test_an_absurd_nonce_is_not_believed(nonce: object) -> None:
    event = read({**CAMEL, "nonce": nonce}, "GetApiKeyInfo").events[0]
    assert isinstance(event, KeyDescribed)
    assert event.info.nonce is None


def permissions(*told: str) -> frozenset[str]:
    (event,) = read({**CAMEL, "permissions": [*told]}, "GetApiKeyInfo").events
    assert isinstance(event, KeyDescribed)
    return event.info.permissions


@pytest.mark.parametrize(
    "told",
    [
        "withdraw-funds",
        "Withdraw_Funds",
        "WITHDRAW-FUNDS",
        "withdrawFunds",
        "WithdrawFunds",
        "withdraw funds",
        "withdraw--funds",
        " withdraw-funds ",
        "withdraw-funds\N{ZERO WIDTH SPACE}",
        "funds_withdraw",
        "fundsWithdraw",
    ],
)
def test_a_permission_is_known_however_it_is_spelt(told: str) -> None:
    assert permissions(told) == {"withdraw-funds"}


def test_permissions_in_the_words_of_oauth_are_those_of_the_form() -> None:
    """Spot REST reference, 5.3: a key that was made for a partner's app."""
    flags = (
        "funds_query",
        "funds_add",
        "funds_withdraw",
        "funds_earn",
        "trades_query_open",
        "trades_query_closed",
        "trades_modify",
        "trades_close",
        "ledger_query",
        "export_data",
    )
    assert permissions(*flags) == {*PERMISSIONS} - {
        "create-ws-token",
        "add-withdraw-address",
        "update-withdraw-address",
    }


def test_every_permission_is_known_in_camel_case_too() -> None:
    assert permissions("createWSToken", "create_ws_token", "createWsToken") == {"create-ws-token"}
    camel = [one.title().replace("-", "") for one in PERMISSIONS]
    assert permissions(*camel) == {*PERMISSIONS}


@pytest.mark.parametrize("told", ["mint-money", "", "--", "über-weisen"])
def test_a_permission_that_is_not_known_is_kept_as_it_is(told: str) -> None:
    assert permissions(told) == {told}
