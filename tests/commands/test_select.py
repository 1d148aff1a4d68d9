"""Which orders a cancel means: never wider than what was said."""

import pytest
from msgspec import structs

from krakentui.commands.parser import parse
from krakentui.commands.select import check_selector, is_everything, one_pair, selected, unjudged, with_pair
from krakentui.model.clock import SECOND
from krakentui.model.error import UsageError
from krakentui.model.symbol import Names
from tests.commands.face import NAMES, an_order

ID = "OQCLML-BW3P3-BUCMWZ"
ROWS = (
    an_order("O1", pair="BTC/USD", side="buy", type_="limit", age_ns=10 * SECOND, distance="0.1"),
    an_order("O2", pair="BTC/USD", side="sell", type_="stop-loss", age_ns=300 * SECOND, distance="5"),
    an_order("O3", pair="ETH/USD", side="sell", type_="limit", age_ns=301 * SECOND, distance="-5.1"),
    an_order("O4", side=None, type_=None, age_ns=None, distance=None),
)


def ids(line: str) -> list[str]:
    return [row.id for row in selected(ROWS, parse(["cancel", *line.split()]))]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("--all", ["O1", "O2", "O3", "O4"]),
        ("--pair BTC/USD", ["O1", "O2", "O4"]),
        ("--pair btc/usd", ["O1", "O2", "O4"]),
        ("--pair BTC", []),
        ("--side sell", ["O2", "O3"]),
        ("--type limit", ["O1", "O3"]),
        ("--older 5m", ["O2", "O3"]),
        ("--older 301s", ["O3"]),
        ("--far 5", ["O2", "O3"]),
        ("--far 5.05", ["O3"]),
        ("--not-stops", ["O1", "O3"]),
        ("--all --not-stops", ["O1", "O3"]),
        ("--not-stops --pair BTC/USD", ["O1"]),
        ("--all --pair BTC/USD", ["O1", "O2", "O4"]),
        ("--pair BTC/USD --side sell", ["O2"]),
    ],
)
def test_filters_narrow_and_never_widen(line: str, expected: list[str]) -> None:
    assert ids(line) == expected


@pytest.mark.parametrize("line", ["--older 0s", "--far 0", "--side buy", "--type limit"])
def test_an_order_of_which_that_is_not_known_is_not_taken(line: str) -> None:
    assert "O4" not in ids(line)


@pytest.mark.parametrize("line", ["", "--yes", "--dry-run --json"])
def test_no_selector_is_wrong_usage(line: str) -> None:
    with pytest.raises(UsageError, match="Say which orders"):
        check_selector(parse(["cancel", *line.split()]))


@pytest.mark.parametrize("line", ["--new-too", f"{ID} --new-too", "--all --pair BTC/USD --new-too"])
def test_new_ones_too_goes_with_everything_alone(line: str) -> None:
    with pytest.raises(UsageError, match="--new-too goes with --all alone"):
        check_selector(parse(["cancel", *line.split()]))


@pytest.mark.parametrize("line", [f"{ID} --all", f"{ID} --pair BTC/USD", f"{ID} --older 5m"])
def test_ids_and_descriptions_exclude_each_other(line: str) -> None:
    with pytest.raises(UsageError, match="not both"):
        check_selector(parse(["cancel", *line.split()]))


@pytest.mark.parametrize(
    "word",
    [
        "",
        " ",
        "5",
        "-5",
        "OABC12",
        "@grid-1",
        f"{ID},{ID}",
        f"{ID} ",
        f"{ID}\n",
        ID.lower(),
        "oqclml-bw3p3-b\u0660cmwz",
    ],
)
def test_what_is_no_order_id_is_never_sent_as_one(word: str) -> None:
    with pytest.raises(UsageError, match="is no order id: one is written like O"):
        check_selector(structs.replace(parse(["cancel", "--yes"]), ids=(ID, word)))


@pytest.mark.parametrize(
    "word", ["hunter2-Sesame!9", "hunter2", "123456", "SESAME", "A-B-C-" * 5, "A-B-C-é", "A-B\n"]
)
def test_a_word_that_may_be_a_password_for_another_option_is_not_repeated(word: str) -> None:
    with pytest.raises(
        UsageError, match=r"^Word 2 of 2 for orders is no order id: one is written like O"
    ) as told:
        check_selector(structs.replace(parse(["cancel", "--yes"]), ids=(ID, word)))
    assert word not in str(told.value)


def test_an_id_with_a_slip_is_repeated() -> None:
    with pytest.raises(UsageError, match=f'^"{ID[:-1]}" is no order id'):
        check_selector(parse(["cancel", ID[:-1]]))


@pytest.mark.parametrize("word", [ID, "9K6KFS-5H3PL-XBRC7A"])
def test_order_ids_of_the_exchange_pass(word: str) -> None:
    check_selector(parse(["cancel", word]))


def test_without_all_and_without_a_filter_nothing_is_selected() -> None:
    assert ids("--yes") == []


def test_everything_is_all_alone() -> None:
    assert is_everything(parse(["cancel", "--all"]))
    assert not is_everything(parse(["cancel", "--all", "--side", "buy"]))


@pytest.mark.parametrize(
    ("line", "unknown"),
    [
        ("--all", []),
        ("O1", []),
        ("--pair BTC/USD", ["O5"]),
        ("--side buy", ["O4"]),
        ("--type limit", ["O4"]),
        ("--older 5m", ["O4"]),
        ("--far 1", ["O4"]),
        ("--older 5m --pair XXBTZUSD", ["O4"]),
        ("--older 5m --pair btc", ["O4"]),
    ],
)
def test_what_cannot_be_judged_yet_is_named(line: str, unknown: list[str]) -> None:
    nameless = an_order("O5", pair="XBTEUR")
    rows = unjudged((*ROWS, nameless), parse(["cancel", *line.split()]), NAMES)
    assert [row.id for row in rows] == unknown


@pytest.mark.parametrize("typed", ["/usd", "btc/", "btc", "/"])
def test_before_any_pairs_are_told_half_a_pair_is_asked_for_whole(typed: str) -> None:
    with pytest.raises(UsageError, match=f"not told all its names of pairs: write {typed} like BTC/USD"):
        with_pair(parse(["cancel", "--all", "--pair", typed]), Names())
    assert one_pair(Names(), "xbt/usd") == "BTC/USD"
