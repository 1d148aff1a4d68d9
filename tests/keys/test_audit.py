"""The judgement of a key: every permission, missing ones, expiry, age, addresses, foreign use, refusal."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from krakentui.keys.audit import DAY_S, Audit, Use, audit, foreign_use, used_meanwhile
from krakentui.keys.permissions import CANCEL, PERMISSIONS, WATCH, may_withdraw
from krakentui.keys.profile import Purpose
from krakentui.model.account import Finding, KeyInfo, Level

NOW_S = 1_804_669_200
PRINT = "0123456789ab"
CANCELS = (*WATCH, CANCEL)


def a_key(*permissions: str, nonce: int | None = None, **more: object) -> KeyInfo:
    told: dict[str, object] = {
        "name": "test",
        "permissions": frozenset(permissions or CANCELS),
        "nonce": nonce,
        "valid_until_s": NOW_S + 60 * DAY_S,
        "created_s": NOW_S - 10 * DAY_S,
        "ip_allowlist": ("203.0.113.7",),
        "nonce_window": 0,
        "query_from_s": 0,
        "query_to_s": 0,
    }
    return KeyInfo(**(told | more))  # type: ignore[arg-type]  # a test names what it changes


def judged(info: KeyInfo, purpose: Purpose = "watch+cancel", accepted: tuple[str, ...] = ()) -> Audit:
    return audit(info, purpose, PRINT, NOW_S, accepted=frozenset(accepted))


def said(told: Audit, level: str) -> list[str]:
    return [one.text for one in told.findings if one.level == level]


def test_the_least_key_for_its_purpose_is_clean() -> None:
    for purpose, permissions in (("watch", WATCH), ("watch+cancel", CANCELS)):
        told = judged(a_key(*permissions), purpose)  # type: ignore[arg-type]  # one of the two
        assert told.is_clean
        assert told.refused is None
        assert {one.level for one in told.findings} == {"fine"}


@pytest.mark.parametrize(
    ("permission", "level", "words"),
    [
        ("withdraw-funds", "red", "It may withdraw funds."),
        ("add-withdraw-address", "red", "It may add withdrawal addresses."),
        ("update-withdraw-address", "red", "It may change withdrawal addresses."),
        ("add-funds", "red", "It may make deposit addresses."),
        ("earn-funds", "amber", "It may lock funds into earn programmes."),
        ("modify-trades", "amber", "It may place and change orders."),
        ("export-data", "amber", "It may export the whole history."),
        ("mint-money", "amber", "It has a permission that this program does not know: mint-money."),
        ("query-ledger", "fine", "It may read the ledger."),
    ],
)
def test_every_power_is_told_in_plain_words(permission: str, level: str, words: str) -> None:
    told = judged(a_key(*CANCELS, permission))
    assert words in said(told, level)
    assert told.is_clean is (level != "red")


@pytest.mark.parametrize(
    ("permission", "level", "lost", "box"),
    [
        ("query-funds", "missing", "Balances and their worth stay empty.", "Funds permissions: Query"),
        ("query-open-trades", "missing", "Open orders stay empty", "Query open orders & trades"),
        ("create-ws-token", "missing", "come by polls, seconds late", "WebSocket interface: On"),
        ("close-trades", "missing", "The cancel keys do nothing.", "Cancel & close orders"),
        ("query-closed-trades", "note", "not seen to end stays unknown", "Query closed orders & trades"),
    ],
)
def test_what_is_missing_is_told_with_the_box_to_tick(
    permission: str, level: str, lost: str, box: str
) -> None:
    told = judged(a_key(*(one for one in CANCELS if one != permission)))
    (found,) = [one for one in told.findings if one.level == level]
    assert lost in found.text
    assert found.advice.startswith('Tick "')
    assert box in found.advice
    assert told.is_clean is (level == "note")


def test_a_key_that_may_place_orders_may_cancel_too() -> None:
    assert said(judged(a_key(*WATCH, "modify-trades")), "missing") == []


def test_a_key_for_watching_misses_no_cancel_and_says_that_it_could() -> None:
    assert said(judged(a_key(*WATCH), "watch"), "missing") == []
    assert said(judged(a_key(*CANCELS), "watch"), "note") == [
        "It may cancel orders, though it is meant for watching."
    ]


@pytest.mark.parametrize("more", [(), ("modify-trades", "earn-funds"), ("add-withdraw-address",)])
def test_a_key_that_may_withdraw_is_refused_unless_its_own_fingerprint_is_accepted(
    more: tuple[str, ...],
) -> None:
    info = a_key(*CANCELS, "withdraw-funds", *more)
    refused = judged(info).refused
    assert refused is not None
    assert f"--accept-withdraw {PRINT}" in refused
    assert judged(info, accepted=("ba9876543210",)).refused is not None
    assert judged(info, accepted=(PRINT,)).refused is None
    assert "It may withdraw funds." in said(judged(info, accepted=(PRINT,)), "red")


@pytest.mark.parametrize(
    "name", ["withdraw", "withdraw-crypto", "with-draw", "withdrawfunds", "new-withdrawal"]
)
def test_an_unknown_permission_that_sounds_like_withdrawing_refuses_too(name: str) -> None:
    info = a_key(*CANCELS, name)
    assert may_withdraw(info)
    told = judged(info)
    assert told.refused is not None
    assert f"may withdraw by a permission that this program does not know ({name})" in told.refused
    assert f"--accept-withdraw {PRINT}" in told.refused
    (found,) = [one for one in told.findings if one.level == "red"]
    assert (found.permission, found.urgent, name in found.text) == (name, True, True)
    assert judged(info, accepted=(PRINT,)).refused is None


@pytest.mark.parametrize("permissions", itertools.combinations(PERMISSIONS, 3))
def test_only_withdrawing_refuses(permissions: tuple[str, ...]) -> None:
    told = judged(a_key(*permissions))
    assert (told.refused is not None) is ("withdraw-funds" in permissions)
    assert may_withdraw(a_key(*permissions)) is ("withdraw-funds" in permissions)


@pytest.mark.parametrize(
    ("left_s", "level", "words"),
    [
        (60 * DAY_S, "fine", "It expires in 60 d, on 2027-05-09."),
        (14 * DAY_S, "fine", "It expires in 14 d, on 2027-03-24."),
        (14 * DAY_S - 1, "amber", "It expires in 13 d, on 2027-03-24."),
        (DAY_S, "amber", "It expires in 1 d, on 2027-03-11."),
        (DAY_S - 1, "amber", "It expires in 23 h, on 2027-03-11."),
        (60, "amber", "It expires in less than an hour, on 2027-03-10."),
        (0, "red", "It expired on 2027-03-10."),
        (-DAY_S, "red", "It expired on 2027-03-09."),
    ],
)
def test_the_expiry_is_counted_down(left_s: int, level: str, words: str) -> None:
    assert words in said(judged(a_key(valid_until_s=NOW_S + left_s)), level)


def test_a_key_without_expiry_is_noted() -> None:
    assert said(judged(a_key(valid_until_s=0)), "note") == ["It never expires."]


@pytest.mark.parametrize(
    ("field", "level", "words"),
    [
        ("valid_until_s", "note", "Whether it expires is not known."),
        ("ip_allowlist", "amber", "From which addresses it works is not known."),
        ("nonce_window", "note", "Whether it has a nonce window is not known."),
        ("query_from_s", "note", "Whether it sees the whole history is not known."),
        ("query_to_s", "note", "Whether it sees the whole history is not known."),
    ],
)
def test_what_is_not_told_is_not_known(field: str, level: str, words: str) -> None:
    told = judged(a_key(**{field: None}))
    assert [one.text for one in told.findings if one.level != "fine"] == [words]
    assert words in said(told, level)
    assert told.is_clean


@pytest.mark.parametrize(("days", "old"), [(90, False), (91, True), (4000, True)])
def test_a_key_over_ninety_days_is_old(days: int, old: bool) -> None:
    assert (f"It is {days} days old." in said(judged(a_key(created_s=NOW_S - days * DAY_S)), "amber")) is old


def test_the_nonce_window_and_the_history_window_are_told() -> None:
    told = judged(a_key(nonce_window=10_000, query_from_s=NOW_S - DAY_S, query_to_s=NOW_S))
    assert [text.partition(":")[0] for text in said(told, "note")] == [
        "It sees no history before 2027-03-09.",
        "It sees no history after 2027-03-10.",
        "Its nonce window is 10000",
    ]


def test_the_worst_comes_first() -> None:
    told = judged(a_key("withdraw-funds", "modify-trades", valid_until_s=0))
    levels = [one.level for one in told.findings]
    assert levels == sorted(levels, key=["red", "missing", "amber", "note", "fine"].index)


# --- foreign use --------------------------------------------------------------------------------

SENT = NOW_S * 1000
BEFORE = SENT - 3 * DAY_S * 1000


def foreign(
    nonce: int | None, last_used_s: int | None, before: int = BEFORE, offset_ms: int = 0
) -> list[Finding]:
    info = a_key(nonce=nonce, last_used_s=last_used_s)
    return [*foreign_use(info, Use(sent=SENT, before=before, offset_ms=offset_ms))]


@pytest.mark.parametrize("nonce", [None, SENT, BEFORE, BEFORE - 5])
@pytest.mark.parametrize("last_s", [None, NOW_S, NOW_S + 1, NOW_S - 9, BEFORE // 1000, BEFORE // 1000 + 9])
def test_our_own_calls_prove_nothing_whichever_the_exchange_tells(
    nonce: int | None, last_s: int | None
) -> None:
    assert foreign(nonce, last_s) == []


def test_a_nonce_above_ours_is_another_program_now() -> None:
    (found,) = foreign(SENT + 1, NOW_S)
    assert (found.level, found.text.partition(":")[0]) == ("red", "Another program is using it now")


def test_a_use_between_our_runs_is_told_with_its_time() -> None:
    (found,) = foreign(SENT, NOW_S - DAY_S)
    assert found.text == "It was used elsewhere since our last run, last on 2027-03-09 09:00 UTC."
    (found,) = foreign(BEFORE + 1, None)
    assert found.text == "It was used elsewhere since our last run."


def test_a_key_that_is_new_to_us_but_not_unused_is_told() -> None:
    (found,) = foreign(SENT, NOW_S - DAY_S, before=0)
    assert found.text == "It was used before, but not from here, last on 2027-03-09 09:00 UTC."
    assert foreign(SENT, NOW_S, before=0) == []
    assert foreign(None, None, before=0) == []


def test_a_clock_that_is_off_does_not_make_our_own_use_foreign() -> None:
    ahead_s = 3600  # the exchange's clock is an hour before ours
    assert foreign(SENT, BEFORE // 1000 + ahead_s, offset_ms=ahead_s * 1000) == []
    assert foreign(SENT, NOW_S + ahead_s, offset_ms=ahead_s * 1000) == []
    assert len(foreign(SENT, NOW_S - DAY_S + ahead_s, offset_ms=ahead_s * 1000)) == 1


@pytest.mark.parametrize(
    ("ago_s", "is_foreign"),
    [(70, False), (60, False), (51, False), (49, True), (30, True), (11, True), (9, False), (0, False)],
)
def test_a_use_between_two_calls_of_ours_is_somebody_elses(ago_s: int, is_foreign: bool) -> None:
    use = Use(sent=SENT, before=SENT - 60_000)
    told = used_meanwhile(a_key(last_used_s=SENT // 1000 - ago_s), use)
    assert told == ("the exchange saw this key last when we had sent nothing" if is_foreign else None)


@pytest.mark.parametrize(("before", "sent"), [(10**3, 10**3), (10**6, 10**6), (1, 10**3), (1, 10**6)])
@pytest.mark.parametrize(("ago_s", "is_foreign"), [(51, False), (49, True), (11, True), (9, False)])
def test_on_a_key_that_was_taken_over_a_use_between_is_seen_too(
    ago_s: int, is_foreign: bool, before: int, sent: int
) -> None:
    """Its nonces count micro- or nanoseconds; the last one before that counted milliseconds."""
    use = Use(sent=SENT * sent, before=(SENT - 60_000) * before)
    told = used_meanwhile(a_key(last_used_s=SENT // 1000 - ago_s), use)
    assert told == ("the exchange saw this key last when we had sent nothing" if is_foreign else None)


def test_a_nonce_above_the_one_that_asked_is_somebody_elses() -> None:
    assert used_meanwhile(a_key(nonce=SENT + 1), Use(sent=SENT)) == (
        "this key has seen a nonce above our last one"
    )
    assert used_meanwhile(a_key(nonce=SENT), Use(sent=SENT)) is None


@given(
    st.frozensets(st.sampled_from([*PERMISSIONS, "new-one"])),
    st.none() | st.integers(0, 10**20 - 1),
    st.none() | st.integers(1, 10**20 - 1),
    st.integers(0, 10**20 - 1),
)
def test_no_figures_do_more_than_be_judged(
    permissions: frozenset[str], nonce: int | None, moment: int | None, window: int
) -> None:
    info = KeyInfo(
        name="",
        permissions=permissions,
        nonce=nonce,
        nonce_window=window,
        valid_until_s=moment,
        created_s=moment,
        last_used_s=moment,
        query_from_s=moment,
        query_to_s=moment,
    )
    told = audit(info, "watch+cancel", PRINT, NOW_S, use=Use(sent=SENT))
    assert all(one.text.endswith(".") for one in told.findings)


@pytest.mark.parametrize(
    ("listed", "level", "text"),
    [
        ((), "amber", "It works from any address."),
        (("0.0.0.0/0",), "amber", "It works from any address: its list has 0.0.0.0/0."),
        (("198.51.100.7", "::/0"), "amber", "It works from any address: its list has ::/0."),
        (("0.0.0.0/1", "128.0.0.0/1"), "amber", "It works from any address: its list has 0.0.0.0/0."),
        (
            ("10.0.0.0/8", "198.51.100.7"),
            "amber",
            "It works from 16,777,217 addresses only, and 10.0.0.0/8 is 16,777,216 of them.",
        ),
        (("198.51.100.7",), "fine", "It works from 1 address only."),
        (("198.51.100.7", "198.51.100.7/32"), "fine", "It works from 1 address only."),
        (("198.51.100.7", "2001:db8::1"), "fine", "It works from 2 addresses only."),
        (("198.51.100.9/29",), "fine", "It works from 8 addresses only."),
        (
            ("198.51.100.7", "office"),
            "fine",
            "It works from 1 address only (1 entry of its list not understood).",
        ),
        (
            ("office",),
            "amber",
            "It works from where its list says, and not an entry of it is understood.",
        ),
    ],
)
def test_from_where_a_key_works(listed: tuple[str, ...], level: Level, text: str) -> None:
    assert text in said(judged(a_key(ip_allowlist=listed)), level)


def test_a_clock_that_is_behind_makes_no_key_older_than_it_is() -> None:
    assert "It is 0 d old." in said(judged(a_key(created_s=NOW_S + 3 * 86_400)), "fine")
