"""`krakentui limits`: its exit code and its table."""

import json
from fractions import Fraction

import pytest
from msgspec import structs

from krakentui.budget.gauges import Gauge
from krakentui.commands.limits import COULD_NOT, FINE, LIMITED, TIGHT, exit_code, report, table
from krakentui.model.clock import SECOND
from krakentui.model.limit import KeyScope
from krakentui.state.drift import AuditView, DriftRow
from krakentui.state.view import LockoutView
from tests.commands.face import FINGERPRINT, ReadyFace, a_budget, a_gauge, some_orders
from tests.support.contract import LIMITS, complaints

LOCKOUT = LockoutView(scope=KeyScope(FINGERPRINT), until_in_ns=890 * SECOND, reason="too many wrong keys")


@pytest.mark.parametrize(
    ("gauge", "code"),
    [
        (a_gauge("0", "14.99"), FINE),
        (a_gauge("0", "15"), TIGHT),
        (a_gauge("0", "19"), TIGHT),
        (a_gauge("0", "20"), LIMITED),
        (a_gauge("3", "15", name="engine"), TIGHT),
        (a_gauge("20", "20", name="open_orders"), FINE),
        (a_gauge("0", "20", from_start=True), FINE),
        (a_gauge("15", "20", from_start=True), TIGHT),
        (structs.replace(a_gauge("3.35", "21"), known_high=Fraction(14)), FINE),
        (structs.replace(a_gauge("3.35", "21"), known_high=Fraction(17)), TIGHT),
        (structs.replace(a_gauge("3.35", "21"), known_high=Fraction(21)), LIMITED),
        (structs.replace(a_gauge("1", "2"), warning="paused"), LIMITED),
        (structs.replace(a_gauge("0", "20", from_start=True), warning="paused"), LIMITED),
    ],
)
def test_the_exit_code_follows_the_high_end(gauge: Gauge, code: int) -> None:
    assert exit_code(a_budget(gauge)) == code


@pytest.mark.parametrize(
    ("gauge", "sentence"),
    [
        (a_gauge("0", "14"), ""),
        (a_gauge("0", "20", name="engine"), "At a limit: BTC/USD trading, up to 20 of 20 used"),
        (
            structs.replace(a_gauge("3", "21"), known_high=Fraction(17)),
            "Tight: REST calls, up to 17 of 20 used",
        ),
        (
            structs.replace(a_gauge("1", "2"), warning="paused"),
            "REST calls: the exchange takes no call for now.",
        ),
    ],
)
def test_what_the_exit_code_is_for_is_said(
    gauge: Gauge, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    report(ReadyFace(budget=a_budget(gauge)), as_json=True)
    said = capsys.readouterr().err
    assert sentence in said
    assert bool(said) is bool(sentence)


def test_a_lockout_is_limited_whatever_the_counters_say() -> None:
    assert exit_code(structs.replace(a_budget(), lockouts=(LOCKOUT,))) == LIMITED


def test_the_table_shows_intervals_and_when_the_next_call_fits() -> None:
    waiting = structs.replace(a_gauge("5", "31/3", name="engine"), free_in_ns=12_300_000_000)
    unknown = structs.replace(a_gauge(name="engine"), free_in_ns=None, label="ETH/USD orders")
    waiting = structs.replace(waiting, others_high=Fraction(3, 2))
    unknown = structs.replace(unknown, decay=Fraction(0))
    assert table(a_budget(a_gauge(), waiting, unknown)).splitlines() == [
        "LIMIT                  USED  BY OTHERS  OF         DRAINS       NEXT FITS",
        "REST calls              7.5          -  20  0.33 a second             now",
        "BTC/USD trading  5 to 10.34   0 to 1.5  20  0.33 a second         in 13 s",
        "ETH/USD orders          7.5          -  20              -  not by waiting",
        "",
        "All limits are far away.",
        "Tier intermediate: the exchange.",
    ]


def test_connections_do_not_drain_but_grow_old() -> None:
    assert "in 10 min" in table(a_budget(a_gauge(name="connections")))


def test_without_a_key_there_is_no_tier() -> None:
    assert "Tier" not in table(a_budget(a_gauge(name="public_rest")))


def test_an_audit_that_is_on_shows_its_state_and_the_drift_of_each_pair() -> None:
    drift = DriftRow(
        pair="BTC/USD",
        samples=12,
        agreeing=11,
        told=Fraction("1.53"),
        low=Fraction("0.5"),
        high=Fraction(2),
        drift=Fraction(0),
        worst=Fraction("-0.4"),
        age_ns=SECOND,
    )
    audit = AuditView(state="watching", text="Audit: watching.", drifts=(drift,))
    assert table(structs.replace(a_budget(), audit=audit)).splitlines()[3:] == [
        "All limits are far away.",
        "Tier intermediate: the exchange.",
        "",
        "Audit: watching.",
        "PAIR     TOLD     BY  OUR COUNT  OFF BY  WORST  SAMPLES  AGREE",
        "BTC/USD  1.53  audit   0.5 to 2       0   -0.4       12     11",
    ]


def test_an_audit_without_samples_is_one_sentence() -> None:
    told = table(structs.replace(a_budget(), audit=AuditView(state="connecting", text="Audit: connecting.")))
    assert told.splitlines()[-2:] == ["", "Audit: connecting."]


def test_the_table_says_for_how_long_a_lockout_lasts() -> None:
    told = table(structs.replace(a_budget(), lockouts=(LOCKOUT,)))
    assert "Locked out for 15 min: too many wrong keys" in told
    works = structs.replace(LOCKOUT, reason="Too many wrong keys.", meanwhile="Prices go on.")
    told = table(structs.replace(a_budget(), lockouts=(works,)))
    assert "Locked out for 15 min: Too many wrong keys. Prices go on." in told


def test_json_keeps_the_contract(capsys: pytest.CaptureFixture[str]) -> None:
    assert report(ReadyFace(), as_json=True) == FINE
    assert complaints(json.loads(capsys.readouterr().out), LIMITS) == []


def test_what_is_missing_is_said_and_costs_exit_1(capsys: pytest.CaptureFixture[str]) -> None:
    assert report(ReadyFace(orders=some_orders(known=False)), as_json=False) == COULD_NOT
    assert capsys.readouterr().err == "krakentui: Not there within 10 s: orders.\n"


def test_a_full_counter_is_told_even_when_something_is_missing() -> None:
    face = ReadyFace(orders=some_orders(known=False), budget=a_budget(a_gauge("20", "20")))
    assert report(face, as_json=False) == LIMITED
