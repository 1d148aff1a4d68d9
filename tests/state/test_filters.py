"""The language of filters, and which orders they mean: never wider than what was said."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from krakentui.model.clock import SECOND
from krakentui.model.order import ORDER_TYPES
from krakentui.model.symbol import AssetInfo, Names, PairInfo
from krakentui.state.filters import NO_FILTER, OrderFilter, doubtful, fitting, meant
from krakentui.state.filtertext import LONGEST, WORDS, Complaint, parse, written
from krakentui.state.view import OrderRow
from tests.support.builders import ASSETS, PAIRS
from tests.ui.views import an_order

STOCK = PairInfo(
    symbol="AAPLx/USD",
    base="AAPLx",
    quote="USD",
    price_places=2,
    qty_places=8,
    cost_places=5,
    rest_id="AAPLxUSD",
    altname="AAPLxUSD",
)
NAMES = Names().with_assets((*ASSETS, AssetInfo("AAPLx", 8, 4))).with_pairs((*PAIRS, STOCK))


ROWS = (
    an_order("O1AAAA", side="buy", distance_pct=Decimal("-0.1"), order_age_ns=10 * SECOND),
    an_order("O2BBBB", type="stop-loss", distance_pct=Decimal(5), userref=12, order_age_ns=300 * SECOND),
    an_order(
        "O3CCCC", pair="ETH/USD", distance_pct=Decimal("-5.1"), cl_ord_id="Grid-7", order_age_ns=301 * SECOND
    ),
    an_order(
        "O4DDDD",
        pair="SOL/BTC",
        side="buy",
        type="take-profit",
        distance_pct=None,
        order_age_ns=86_400 * SECOND,
    ),
    an_order(
        "O5EEEE",
        pair="AAPLx/USD",
        distance_freshness="stale",
        distance_pct=Decimal(9),
        order_age_ns=5 * SECOND,
    ),
)
LOADING = an_order(
    "O6FFFF", pair=None, side=None, type=None, order_age_ns=None, distance_pct=None, details_loading=True
)


def a_filter(text: str) -> OrderFilter:
    found = parse(text, NAMES)
    assert isinstance(found, OrderFilter), found
    return found


def ids(text: str) -> str:
    return " ".join(row.id[:2] for row in fitting((*ROWS, LOADING), a_filter(text)))


def complaint(text: str, names: Names = NAMES) -> str:
    found = parse(text, names)
    assert isinstance(found, Complaint), found
    return found.why


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "O1 O2 O3 O4 O5 O6"),
        ("btc", "O1 O2 O4"),
        ("xbt", "O1 O2 O4"),
        ("BTC/USD", "O1 O2"),
        ("xbtusd", "O1 O2"),
        ("/usd", "O1 O2 O3 O5"),
        ("btc/", "O1 O2"),
        ("aaplx", "O5"),
        ("btc usd", "O1 O2"),
        ("eth,sol", "O3 O4"),
        ("buy", "O1 O4"),
        ("buy,sell", "O1 O2 O3 O4 O5"),
        ("!buy", "O2 O3 O5"),
        ("limit", "O1 O3 O5"),
        ("stop", "O2"),
        ("take", "O4"),
        ("!stop", "O1 O3 O4 O5"),
        (">5m", "O2 O3 O4"),
        (">301s", "O3 O4"),
        ("<301s", "O1 O2 O5"),
        (">5m <1d", "O2 O3"),
        ("far>5", "O2 O3"),
        ("FAR>5.05%", "O3"),
        ("far<5", "O1"),
        ("ours", "O1 O4 O5"),
        ("others", "O2 O3"),
        ("id:o2", "O2"),
        ("id:O1,O3", "O1 O3"),
        ("ref:12", "O2"),
        ("!ref:12", "O1 O3 O4 O5"),
        ("cl:grid", "O3"),
        ("btc sell >5m far>2 others ref:12", "O2"),
    ],
)
def test_all_words_have_to_hold(text: str, expected: str) -> None:
    assert ids(text) == expected


@pytest.mark.parametrize("text", ["!btc", "!buy", "!limit", "<1h", "far<100", "ours", "!ref:1", "!cl:x"])
def test_what_is_not_known_of_an_order_is_neither_yes_nor_no(text: str) -> None:
    assert doubtful([LOADING], a_filter(text)) == (LOADING,)


def test_a_distance_to_a_market_that_went_stale_is_not_known() -> None:
    assert [row.id for row in doubtful(ROWS, a_filter("far>2"))] == ["O4DDDD", "O5EEEE"]


def test_an_empty_filter_shows_all_and_selects_nothing() -> None:
    assert fitting(ROWS, NO_FILTER) == ROWS
    assert meant(ROWS, NO_FILTER) == ()
    assert parse("   ", NAMES) == NO_FILTER


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("byu", "byu is no pair, asset or word of a filter"),
        ("btc/xyz", "the exchange has no pair btc/xyz"),
        ("btc/usd/eur", "btc/usd/eur is no pair"),
        (">5", ">5 is no age: write >90s"),
        ("<x", "<x is no age"),
        ("far>", "far> is no distance: write far>2"),
        ("far>two", "is no distance"),
        ("ref:abc", "ref: takes a whole number like ref:12, not abc"),
        ("!", "! stands right in front of a word"),
        ("!>5m", "turn > and < round instead of writing !"),
        ("btc,", "a comma stands between two words"),
        ("id:", "a comma stands between two words"),
        ("btc,buy", "mixes two things"),
        ("buy sell", "the side is said twice: a,b in one word means either"),
        (">5m >6m", "the least age is said twice"),
        (">5m <5m", "no age is both that high and that low"),
        ("far>2 far<1", "no distance is both that far and that near"),
        ("b" * (LONGEST + 1), "at most"),
        ("btc\x1b[2J", "a filter is plain text"),
    ],
)
def test_every_mistake_is_answered_in_one_clause(text: str, why: str) -> None:
    said = complaint(text)
    assert why in said
    assert said.isprintable()
    assert not said.endswith(".")


def test_before_the_exchange_has_told_its_names_a_word_is_taken_for_an_asset() -> None:
    found = parse("xbt /usd", Names())
    assert isinstance(found, OrderFilter)
    assert [row.id for row in fitting(ROWS, found)] == ["O1AAAA", "O2BBBB"]


def test_every_word_of_the_help_is_understood() -> None:
    told = " ".join(words for words, _ in WORDS).replace("…", "")
    assert [word for word in told.split() if not isinstance(parse(word, NAMES), OrderFilter)] == []


# --- properties -------------------------------------------------------------------------------------

markets = st.sampled_from(["btc", "eth/usd", "/usd", "sol/", "xbt", "aaplx/usd", "btc,sol", "!eth", "!/usd"])
sides = st.sampled_from(["buy", "sell", "buy,sell", "!buy"])
types = st.lists(st.sampled_from([*ORDER_TYPES, "stop", "take", "trail"]), min_size=1, max_size=3).map(
    ",".join
)
ages = st.builds("{}{}{}".format, st.sampled_from("<>"), st.integers(0, 999_999), st.sampled_from("smhd"))
distances = st.builds(
    "far{}{}".format, st.sampled_from("<>"), st.decimals(0, 9999, places=3).map(lambda one: f"{one:f}")
)
refs = st.integers(-(2**31), 2**31 - 1).map("ref:{}".format)
others = st.sampled_from(["ours", "others", "!ours", "id:O1", "id:O1,O2", "cl:grid", "!ref:12"])
words = st.one_of(markets, sides, types, ages, distances, refs, others)
texts = st.lists(words, max_size=5, unique=True).map(" ".join)

rows = st.builds(
    an_order,
    st.sampled_from(["O1AAAA", "O2BBBB"]),
    pair=st.sampled_from(["BTC/USD", "ETH/USD", "SOL/BTC", "XBTUSD", None]),
    side=st.sampled_from(["buy", "sell", None]),
    type=st.sampled_from(["limit", "stop-loss", "take-profit", None]),
    order_age_ns=st.none() | st.integers(0, 10**15),
    distance_pct=st.none() | st.decimals(-100, 100, places=4),
    distance_freshness=st.sampled_from(["live", "old", "stale", "unknown"]),
    userref=st.none() | st.sampled_from([12, 13]),
    cl_ord_id=st.none() | st.sampled_from(["grid-1", "x"]),
    details_loading=st.booleans(),
)


@given(texts)
def test_a_filter_that_is_written_out_reads_the_same(text: str) -> None:
    found = parse(text, NAMES)
    if isinstance(found, OrderFilter):
        assert parse(written(found), NAMES) == found


@given(st.text(max_size=LONGEST) | st.text("btc/usd<>!,:5mfar ref", max_size=30))
def test_no_text_breaks_the_parser(text: str) -> None:
    found = parse(text, NAMES)
    if isinstance(found, OrderFilter):
        assert parse(written(found), NAMES) == found
    else:
        assert found.why.isprintable()


@given(texts, words, st.lists(rows, max_size=6))
def test_one_more_word_never_widens(text: str, more: str, some: list[OrderRow]) -> None:
    wide, narrow = parse(text, NAMES), parse(f"{text} {more}", NAMES)
    if isinstance(wide, OrderFilter) and isinstance(narrow, OrderFilter):
        assert {*map(id, fitting(some, narrow))} <= {*map(id, fitting(some, wide))}


@given(words.filter(lambda word: word[0] not in "!<>" and not word.startswith("far")), rows)
def test_an_order_fits_a_word_or_its_contrary_or_nobody_knows(word: str, row: OrderRow) -> None:
    plain, contrary = a_filter(word).judge(row), a_filter(f"!{word}").judge(row)
    assert {plain, contrary} in ({True, False}, {None})
