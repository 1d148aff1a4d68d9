"""The Limits screen: what it tells, what its keys do, at every size."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from krakentui.budget.forecast import Curve, Frees
from krakentui.budget.gauges import Gauge
from krakentui.model.clock import SECOND
from krakentui.model.event import FeedChanged
from krakentui.model.limit import POINT, LimitName, PairScope, Scope
from krakentui.state.drift import AuditView, DriftRow
from krakentui.state.usage import SpentRow
from krakentui.ui.screens.limits import LimitsScreen, shared
from krakentui.ui.screens.main import MainScreen
from krakentui.ui.widgets.limits.curve import doubt, free_again
from krakentui.ui.widgets.rows import HEAD
from tests.support.limits import NOW, REST, begun, calm, fresh_state, locked, near, spends, told
from tests.ui.kept import same_as_grid
from tests.ui.limits import a_face, on_limits
from tests.ui.opening import LEAST, NARROW, WIDE, opened
from tests.ui.views import a_gauge

pytestmark = pytest.mark.anyio
ODD = ((60, 16), (61, 17), (79, 20), (80, 24), (100, 30), (110, 29), (119, 60), (200, 50))
BELOW = ((NARROW, ["Spent", "Refusals"]), (LEAST, ["Next 5", "Spent", "Refusals"]))
SIZES = {"wide": WIDE, "narrow": NARROW}
STATES = {"calm": calm, "near": near, "locked": locked}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("state", STATES)
async def test_the_screen_of(state: str, size: str) -> None:
    async with on_limits(STATES[state](), SIZES[size]) as screen:
        same_as_grid(f"limits-{state}-{size}", screen.lines())


@pytest.mark.parametrize("size", SIZES)
async def test_the_screen_right_after_the_start(size: str) -> None:
    async with on_limits(begun(), SIZES[size], "down", seconds=2) as screen:
        same_as_grid(f"limits-start-{size}", screen.lines())


async def test_the_screen_in_the_least_room() -> None:
    async with on_limits(near(), LEAST) as screen:
        same_as_grid("limits-near-least", screen.lines())


async def test_the_first_moment_before_anything_is_known() -> None:
    async with on_limits(fresh_state(), NARROW, seconds=0) as screen:
        text = screen.text()
        assert "REST calls" in text
        assert "▒" in text
        assert "unknown, not told yet, paced as starter." not in text
        await screen.press("tab")
        assert "unknown, not told yet, paced as starter." in screen.text()


# --- keys --------------------------------------------------------------------------------------------


async def test_the_arrows_choose_whose_curve_and_spending_are_shown() -> None:
    async with on_limits(calm()) as screen:
        assert "Next 5 min REST calls of 20 points" in screen.text()
        await screen.press("down")
        assert "Next 5 min BTC/USD trading of 125 points" in screen.text()
        assert "others" in screen.text()
        assert "BalanceEx" not in screen.text()
        await screen.press("end")
        assert "Next 5 min Messages public of 15 messages" in screen.text()
        await screen.press("home")
        assert "Next 5 min REST calls" in screen.text()


async def test_a_chosen_limit_stays_chosen_while_others_begin_to_warn() -> None:
    async with on_limits(calm(), WIDE, "down", "down") as screen:
        assert "Next 5 min ETH/USD trading" in screen.text()
        face = a_face(near())
        screen.face.budget_view, screen.face.usage_view = face.budget_view, face.usage_view
        screen.face.curve_views = face.curve_views
        await screen.wait(0.6)
        assert "BTC/USD trading" in screen.text()
        assert "Next 5 min ETH/USD trading" in screen.text()


async def test_when_the_chosen_limit_goes_no_other_is_taken_for_it() -> None:
    async with on_limits(calm(), WIDE, "down") as screen:
        left = tuple(row for row in screen.face.budget_view.gauges if row.label != "BTC/USD trading")
        screen.face.budget_view = structs.replace(screen.face.budget_view, gauges=left)
        await screen.wait(0.6)
        assert "Choose a limit with the arrow keys" in screen.text()
        await screen.press("down")
        assert "Next 5 min ETH/USD trading" in screen.text()


@pytest.mark.parametrize(("size", "turns"), BELOW)
async def test_tab_brings_one_panel_after_the_other_below_the_table(
    size: tuple[int, int], turns: list[str]
) -> None:
    async with on_limits(calm(), size) as screen:
        seen = []
        for _ in turns:
            rules = [line.split()[1] for line in screen.lines() if line.startswith((" ─ ", " ━ "))]
            seen.append(rules)
            await screen.press("tab")
        assert [next(one for one in turns if one.split()[0] == rules[-1]) for rules in seen] == turns
        assert all(rules[0] == "Limits" for rules in seen)


async def test_page_keys_scroll_what_is_below_the_table() -> None:
    state = calm()
    told(state, NOW, *(spends("rest", REST, f"Endpoint {n}", 1) for n in range(6)))
    async with on_limits(state, NARROW) as screen:
        assert "1–4 of 8" in screen.text()
        await screen.press("pagedown")
        assert "4–7 of 8" in screen.text()
        assert "▌ REST calls" in screen.text()


@pytest.mark.parametrize("key", ["L", "escape", "q"])
async def test_it_closes_with(key: str) -> None:
    async with on_limits(calm()) as screen:
        await screen.press(key)
        assert isinstance(screen.app.screen, MainScreen)


async def test_no_key_of_the_main_screen_acts_behind_it() -> None:
    async with on_limits(calm()) as screen:
        await screen.press("x", "A", "r", "space", "enter")
        assert (screen.face.asked, screen.face.polls) == ([], 0)
        assert isinstance(screen.app.screen, LimitsScreen)


# --- what it tells -----------------------------------------------------------------------------------


async def test_no_refusal_is_told_as_well_as_many() -> None:
    async with on_limits(calm()) as screen:
        assert "no unexpected refusals" in screen.text()
    async with on_limits(near()) as screen:
        assert "1 unexpected refusal, 1 expected" in screen.text()
        assert "unexpected: REST calls: BalanceEx was refused with 16 to" in screen.text()
        assert "17 of 20 counted (EAPI:Rate limit exceeded)." in screen.text()


async def test_a_lockout_counts_down_and_tells_what_goes_on() -> None:
    async with on_limits(locked()) as screen:
        assert "LOCKED OUT 13:00" in screen.text()
        assert "cancels go over the open socket" in screen.text()
    state = locked()
    told(state, NOW, FeedChanged(feed="private", state="down"))
    async with on_limits(state) as screen:
        assert "no cancel can be sent" in screen.text()


async def test_the_tier_is_told_with_its_source() -> None:
    async with on_limits(calm()) as screen:
        assert "Tier   intermediate, by the exchange's ceiling of 125." in screen.text()


def a_drift(pair: str, drift: str) -> DriftRow:
    return DriftRow(
        pair=pair,
        samples=9,
        agreeing=8,
        told=Fraction("9.5"),
        low=Fraction(6),
        high=Fraction(7),
        drift=Fraction(drift),
        worst=Fraction(drift),
        age_ns=3 * SECOND,
    )


async def test_the_drift_of_the_audit_is_told_as_far_as_there_is_room() -> None:
    drifts = tuple(
        a_drift(f"P{n}/USD", drift) for n, drift in enumerate(("2.5", "-1", "0", "0", "0", "0", "0"))
    )
    async with on_limits(calm()) as screen:
        audit = AuditView(
            state="disagrees", text="Audit of the trading counter: it disagrees.", drifts=drifts
        )
        screen.face.budget_view = structs.replace(screen.face.budget_view, audit=audit)
        await screen.wait(0.6)
        text = screen.text()
        assert "Audit  it disagrees." in text
        assert "Drift  P0/USD: +2.5; told 9.5, counted 6–7, 3s ago." in text
        assert "Drift  P1/USD: −1; told 9.5" in text
        assert "Poll   Open orders in 12 s" in text
        await screen.pilot.resize_terminal(*NARROW)
        await screen.press("tab")
        await screen.wait(0.6)
        assert "Poll   Open orders in 12 s" in screen.text()
        assert "Nothing was refused" in screen.text()


async def test_a_long_source_of_the_tier_is_told_to_its_end() -> None:
    source = "by the lower of the exchange's ceilings, 125 and 180, with rest_max of the settings; "
    async with on_limits(calm(), LEAST, "tab", "tab") as screen:
        budget = structs.replace(
            screen.face.budget_view, tier_source=source + source + "the exchange says pro"
        )
        screen.face.budget_view = budget
        await screen.wait(0.6)
        assert "more: PgDn" in screen.text()
        for _ in range(4):
            await screen.press("pagedown")
        assert "says pro." in screen.text()
        assert "Poll" in screen.text()


async def test_privacy_masks_the_key_and_the_words_of_refusals() -> None:
    async with opened(a_face(near())) as screen:
        await screen.press("p", "L")
        await screen.wait(0.6)
        assert "0123456789ab" not in screen.text()
        assert "was refused with ▒▒▒▒▒▒ to" in screen.text()


async def test_no_line_is_longer_than_the_screen_and_nothing_fails_at_any_size() -> None:
    async with on_limits(near()) as screen:
        for width, height in ODD:
            await screen.pilot.resize_terminal(width, height)
            for _ in range(12):
                await screen.press("down")
                await screen.press("tab")
            await screen.wait(0.6)
            assert max(map(len, screen.lines())) <= width
            assert "cannot be drawn" not in screen.text()


async def test_columns_stand_still_while_figures_change() -> None:
    async with on_limits(near(), NARROW) as screen:
        before = [line.index(" Of ") for line in screen.lines() if "Drains" in line]
        screen.face.budget_view = a_face(calm()).budget_view
        await screen.wait(0.6)
        assert [line.index(" Of ") for line in screen.lines() if "Drains" in line] == before


@given(st.integers(12, 200), st.integers(0, 300), st.booleans(), st.booleans(), st.booleans())
def test_all_lines_are_shared_out(height: int, limits: int, wide: bool, little: bool, curve: bool) -> None:
    room = shared(height, limits, wide=wide, little=little, curve=curve)
    assert sum(room) == height
    assert room.counters >= HEAD + 2
    assert min(room) >= 0


SOON = ", free 1 in 3 s, 8 in 6 s"


def a_curve(*frees: Frees) -> Curve:
    scope = PairScope("alice", "BTC/USD")
    return Curve(
        name="engine",
        scope=scope,
        label="BTC/USD trading",
        max=Fraction(125),
        step_ns=SECOND,
        low=(Fraction(0),),
        high=(Fraction(0),),
        burn_low=None,
        burn_high=None,
        wall_in_ns=None,
        frees=frees,
    )


def frees(points: int, sure_s: int | None, best_s: int | None) -> Frees:
    ends = [None if end is None else end * SECOND for end in (sure_s, best_s)]
    return Frees(cost=points * POINT, sure_in_ns=ends[0], best_in_ns=ends[1])


@pytest.mark.parametrize(
    ("waits", "told"),
    [
        ((frees(1, 0, 0), frees(8, 0, 0)), ()),
        ((frees(1, 0, 0), frees(8, 5, 5)), (", free 8 in 5 s",)),
        ((frees(1, 3, 0), frees(8, 6, 0)), (f"{SOON} (at best now)", SOON)),
        ((frees(8, 6, 2),), (", free 8 in 6 s (at best in 2 s)", ", free 8 in 6 s")),
        ((frees(8, None, None),), ()),
    ],
)  # fmt: skip
def test_points_are_told_free_surely_and_at_best(waits: tuple[Frees, ...], told: tuple[str, ...]) -> None:
    assert free_again(a_curve(*waits)) == told


UNWATCHED = "What was spent while this program did not watch is not known."
HIDDEN = "The upper end holds up to 11 for refused acts of others, which nothing shows."
OVER = "Refused acts and batch cancels may lift it beyond 125."


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (a_gauge("BTC/USD trading", "0", "11", hidden=Fraction(11)), HIDDEN),
        (a_gauge("BTC/USD trading", "0", "130", hidden=Fraction(11)), f"{HIDDEN} {OVER}"),
        (a_gauge("BTC/USD trading", "90", "130"), OVER),
        (a_gauge("BTC/USD trading", "0", "125"), ""),
        (a_gauge("BTC/USD trading", "0", "125", from_start=True), UNWATCHED),
        (a_gauge("BTC/USD trading", "0", "138", from_start=True), f"{UNWATCHED} {OVER}"),
        (a_gauge(low="19", high="21"), "A refused call may lift it beyond 20."),
    ],
)
def test_why_a_high_end_is_so_high_is_told(row: Gauge, told: str) -> None:
    assert doubt(row) == told


async def test_the_reason_of_a_high_end_stands_below_the_curve() -> None:
    async with on_limits(near(), NARROW, "down") as screen:
        said = " ".join(screen.text().split())
        assert "for refused acts of others, which nothing shows." in said
        assert OVER in said
        assert "now           1 min" in screen.text()


def spent(name: LimitName, scope: Scope, count: int) -> tuple[SpentRow, ...]:
    acts = (f"Act{number}" for number in range(count))
    return tuple(
        SpentRow(
            name=name, scope=scope, what=what, by="main", calls=100, low=Fraction(100), high=Fraction(130)
        )
        for what in acts
    )


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_spending_that_is_out_of_sight_is_counted(size: tuple[int, int]) -> None:
    face = a_face(near())
    rest = next(row for row in face.usage_view.budget.gauges if row.name == "rest")
    face.usage_view = structs.replace(face.usage_view, spent=spent("rest", rest.scope, 30))
    async with opened(face, size=size) as screen:
        await screen.press("L")
        await screen.wait(0.6)
        if "Spent in 10 min" not in screen.text():
            await screen.press("tab")
        (rule,) = [line for line in screen.lines() if "Spent in 10 min" in line]
        assert " of 30 " in rule
        assert "Calls" in screen.text()


async def test_what_spends_the_points_of_a_pair_is_called_an_act() -> None:
    face = a_face(near())
    pair = next(row for row in face.usage_view.budget.gauges if row.name == "engine")
    face.usage_view = structs.replace(face.usage_view, spent=spent("engine", pair.scope, 3))
    async with opened(face) as screen:
        await screen.press("L")
        while "Next 5 min BTC/USD trading" not in screen.text():
            await screen.press("down")
        assert "Spent in 10 min 300 acts, 300–390 points" in screen.text()
        (titles,) = [line for line in screen.lines() if "What " in line]
        assert "Acts" in titles
        assert "Calls" not in titles
