"""`krakentui cancel`: what it sends, what it reports, how it exits."""

import asyncio
import json
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Literal

import pytest
from msgspec import structs

from krakentui.commands import asking
from krakentui.commands.cancel import (
    DRAINING_S,
    LOOK_UP_S,
    SETTLING_S,
    _explain,
    cancel,
    drained,
    is_hasty,
    run,
)
from krakentui.commands.outcomes import CODES, Result, exit_code
from krakentui.commands.parser import parse
from krakentui.commands.select import is_named
from krakentui.model.clock import SECOND
from krakentui.model.error import KrakentuiError, UsageError
from krakentui.model.limit import KeyScope
from krakentui.model.order import Outcome
from krakentui.model.symbol import Names, PairInfo
from krakentui.state.results import ResultRow, ResultsView
from krakentui.state.view import (
    Found,
    LockoutView,
    NotAsked,
    OrderRow,
    Question,
    QuestionOrder,
)
from krakentui.state.ways import HasteView, PairView, WayView
from tests.commands.face import (
    FINGERPRINT,
    NAMES,
    ReadyFace,
    a_budget,
    a_feed,
    a_gauge,
    an_order,
    some_orders,
)
from tests.support.clock import ManualClock
from tests.support.contract import CANCEL, complaints

pytestmark = pytest.mark.anyio

ROWS = (an_order("O1"), an_order("O2", pair="ETH/USD", side="buy"), an_order("O3"))


def a_pair(symbol: str) -> PairInfo:
    base, _, quote = symbol.partition("/")
    return PairInfo(symbol=symbol, base=base, quote=quote, price_places=1, qty_places=8, cost_places=5)


def a_market_of(*symbols: str) -> Names:
    """Names as the exchange's stream and REST tell them together."""
    return Names().with_pairs(
        structs.replace(a_pair(one), rest_id=f"X{one.replace('/', '')}") for one in symbols
    )


def asked_of(row: OrderRow) -> QuestionOrder:
    return QuestionOrder(
        id=row.id,
        pair=row.pair,
        side=row.side,
        type=row.type,
        price=row.price,
        price_text=None,
        trigger=None,
        price_places=1,
        remaining=row.remaining,
        qty_places=8,
        value=row.value,
        quote=row.quote,
        protective=row.id == "O3",
        cost=row.cost,
    )


class Desk(ReadyFace):
    """Asks about its rows and ends each confirmed cancel as it was told to."""

    def __init__(
        self,
        outcomes: dict[str, Outcome] | None = None,
        *,
        not_asked: str | None = None,
        not_confirmed: str | None = None,
        clock: ManualClock | None = None,
    ) -> None:
        super().__init__(orders=some_orders(*ROWS), clock=clock)
        self.outcomes = outcomes or {}
        self.sent: list[str] = []
        self.asked: tuple[str, ...] = ()
        self._not_asked = not_asked
        self._not_confirmed = not_confirmed
        self.told = NAMES

    def names(self) -> Names:
        return self.told

    def ask_cancel(self, ids: Sequence[str], *, named: bool = False) -> Question | NotAsked:
        unlisted = [an_order(one) for one in ids if named and one not in {row.id for row in ROWS}]
        return self._question([*(row for row in ROWS if row.id in ids), *unlisted], everything=False)

    def ask_cancel_all(self, *, new_too: bool = False) -> Question | NotAsked:
        return self._question(ROWS, everything=True)

    def confirm(self, question: Question) -> NotAsked | None:
        if self._not_confirmed is not None:
            return NotAsked(why=self._not_confirmed)
        self.sent += [order.id for order in question.orders]
        self.asked = tuple(order.id for order in question.orders)
        return None

    def results(self) -> tuple[ResultsView, ...]:
        rows = tuple(a_result(one, self.outcomes.get(one)) for one in self.asked)
        return (ResultsView(number=1, rows=rows, settled=not any(row.is_open for row in rows)),)

    def _question(self, rows: Sequence[OrderRow], *, everything: bool) -> Question | NotAsked:
        if self._not_asked is not None:
            return NotAsked(why=self._not_asked)
        return Question(
            number=1,
            account="alice",
            key=FINGERPRINT,
            venue="simulator",
            orders=tuple(map(asked_of, rows)),
            everything=everything,
            route="over the websocket, one by one",
            cost_low=rows[0].cost.low if rows[0].cost else 0,  # type: ignore[arg-type]  # a test's cost
            cost_high=rows[0].cost.high if rows[0].cost else 0,  # type: ignore[arg-type]  # as above
            warnings=("A stop is among them.",),
        )


def a_result(order_id: str, outcome: Outcome | None) -> ResultRow:
    return ResultRow(
        id=order_id,
        pair="BTC/USD",
        price_places=1,
        qty_places=8,
        state=outcome or "sent",
        text="" if outcome is None else f"{order_id} is {outcome}",
        filled=Decimal("0.10000000"),
    )


async def cancelled(desk: Desk, line: str) -> int:
    return await cancel(desk, parse(["cancel", *line.split()]))


@pytest.mark.parametrize(("outcome", "code"), CODES.items())
async def test_each_outcome_has_its_exit_code(
    outcome: Outcome, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await cancelled(Desk({"O1": outcome}), "O1 --yes") == code
    assert capsys.readouterr().out == f"{outcome:9}  O1 is {outcome}\n"


@pytest.mark.parametrize(
    ("outcomes", "code"),
    [
        (("cancelled", "filled", "gone"), 0),
        (("cancelled", "not_sent"), 1),
        (("refused", "not_sent", "cancelled"), 3),
        (("unknown", "refused"), 4),
        ((None,), 0),
        ((), 0),
    ],
)
def test_the_exit_code_is_the_worst_outcome(outcomes: Sequence[Outcome | None], code: int) -> None:
    assert exit_code([Result(id="O", outcome=outcome, text="") for outcome in outcomes]) == code


async def test_exactly_the_orders_that_were_named_are_cancelled() -> None:
    desk = Desk({"O1": "cancelled", "O3": "cancelled"})
    await cancelled(desk, "O3 O1 O3 --yes")
    assert sorted(desk.sent) == ["O1", "O3"]


async def test_everything_is_cancelled_only_by_all() -> None:
    desk = Desk({"O1": "cancelled", "O2": "cancelled", "O3": "cancelled"})
    await cancelled(desk, "--all --yes")
    assert sorted(desk.sent) == ["O1", "O2", "O3"]


async def test_a_filter_leaves_the_others_alone() -> None:
    desk = Desk({"O2": "cancelled"})
    await cancelled(desk, "--pair ETH/USD --yes")
    assert desk.sent == ["O2"]


async def test_a_dry_run_sends_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    desk = Desk()
    assert await cancelled(desk, "--all --dry-run") == 0
    assert desk.sent == []
    shown = capsys.readouterr().out.splitlines()
    assert shown[0] == f"Would cancel all 3 open orders of account alice (simulator, key {FINGERPRINT}):"
    assert "  O1 sell 0.4 BTC/USD limit at 110,000.0 (44,000 USD)" in shown
    assert "Together 132,000 USD." in shown
    assert not any("kept" in line for line in shown)


async def test_a_dry_run_as_json_has_orders_without_an_outcome(capsys: pytest.CaptureFixture[str]) -> None:
    assert await cancelled(Desk(), "--all --dry-run --json") == 0
    told = json.loads(capsys.readouterr().out)
    assert complaints(told, CANCEL) == []
    assert [(row["id"], row["outcome"]) for row in told["orders"]] == [
        ("O1", None),
        ("O2", None),
        ("O3", None),
    ]


async def test_no_order_that_fits_is_fine(capsys: pytest.CaptureFixture[str]) -> None:
    assert await cancelled(Desk(), "--pair XRP/USD --yes") == 0
    assert capsys.readouterr().out == "No open order fits: nothing to cancel.\n"


async def test_an_id_that_no_list_names_goes_as_it_was_named() -> None:
    desk = Desk({"O1": "cancelled", "O9": "cancelled"})
    assert await cancelled(desk, "O1 O9 --yes") == 0
    assert desk.sent == ["O1", "O9"]


async def test_a_local_refusal_is_not_sent_with_its_reason(capsys: pytest.CaptureFixture[str]) -> None:
    assert await cancelled(Desk(not_asked="This key may not cancel."), "O1 --yes") == 1
    assert capsys.readouterr().out == "not_sent   O1: This key may not cancel.\n"


async def test_a_confirmation_that_comes_too_late_is_not_sent() -> None:
    assert await cancelled(Desk(not_confirmed="Locked out until 10:00."), "O1 --yes") == 1


async def test_json_keeps_the_contract(capsys: pytest.CaptureFixture[str]) -> None:
    desk = Desk({"O1": "cancelled", "O2": "refused", "O9": "unknown"})
    code = await cancelled(desk, "O1 O2 O9 --yes --json")
    told = json.loads(capsys.readouterr().out)
    assert complaints(told, CANCEL) == []
    assert code == told["exit"] == 4
    assert [(row["id"], row["outcome"], row["filled"]) for row in told["orders"]] == [
        ("O1", "cancelled", "0.10000000"),
        ("O2", "refused", "0.10000000"),
        ("O9", "unknown", "0.10000000"),
    ]


async def test_what_does_not_settle_is_unknown_and_never_cancelled(
    capsys: pytest.CaptureFixture[str],
) -> None:
    clock = ManualClock()
    task = asyncio.create_task(cancelled(Desk({"O1": "cancelled"}, clock=clock), "O1 O2 --yes"))
    await clock.advance(SETTLING_S + 1)
    assert await task == 4
    assert capsys.readouterr().out.splitlines() == [
        "cancelled  O1 is cancelled",
        "unknown    Cancel of O2: not settled within 30 s. Look at your open orders.",
    ]


@pytest.mark.parametrize(("waited_s", "said"), [(0.9, False), (1.1, True)])
async def test_how_far_things_are_is_said_once_the_wait_is_longer_than_a_second(
    waited_s: float, said: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    clock = ManualClock()
    desk = Desk({"O1": "cancelled"}, clock=clock)
    task = asyncio.create_task(cancelled(desk, "O1 O2 --yes"))
    await clock.advance(waited_s)
    desk.outcomes["O2"] = "cancelled"
    await clock.advance(1)
    assert await task == 0
    sentence = (
        "krakentui: 2 cancels: 1 sent and not answered, 1 ended. Waiting for evidence of the exchange.\n"
    )
    assert capsys.readouterr().err == (sentence if said else "")


@pytest.mark.parametrize(
    ("words", "free_s", "waits"),
    [("--all", 12, True), ("--older 2h", 12, True), ("--all", 0, False), ("O1", 12, False)],
)
async def test_a_list_is_waited_for_while_the_counter_has_to_drain(
    words: str, free_s: int, waits: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    clock = ManualClock()
    desk = Desk(clock=clock)
    desk._orders = some_orders(known=False)
    desk._budget = a_budget(structs.replace(a_gauge("0", "23"), free_in_ns=free_s * SECOND))
    task = asyncio.create_task(drained(desk, parse(["cancel", *words.split(), "--yes"]), 1.0))
    await clock.advance(DRAINING_S - 1)
    assert task.done() is not waits
    desk._orders = some_orders(*ROWS)
    await clock.advance(1)
    assert await task is waits
    assert ("waits for the REST counter to drain, 45 s at most" in capsys.readouterr().err) is waits


@pytest.mark.parametrize("trouble", ["down", "refused", "held back", "locked out"])
async def test_nothing_is_waited_for_where_not_the_counter_stands_in_the_way(trouble: str) -> None:
    """With the exchange away or the key refused, the band of the start is there all the same."""
    clock = ManualClock()
    desk = Desk(clock=clock)
    desk._orders = some_orders(known=False)
    desk._budget = a_budget(structs.replace(a_gauge("0", "23"), free_in_ns=12 * SECOND))
    waiting = asyncio.create_task(drained(desk, parse(["cancel", "--all", "--yes"]), 1.0))
    await clock.advance(1)
    assert not waiting.done()
    into_trouble(desk, trouble)
    await clock.advance(1)
    assert await waiting is False
    assert await drained(desk, parse(["cancel", "--all", "--yes"]), 1.0) is False


def into_trouble(desk: Desk, trouble: str) -> None:
    match trouble:
        case "down":
            desk._status = structs.replace(desk._status, feeds=(a_feed("rest", "down"),))
        case "refused":
            desk._status = structs.replace(desk._status, key_refused="Kraken does not know this key.")
        case "held back":
            desk._status = structs.replace(desk._status, key_held_back="Not told yet.")
        case _:
            lockout = LockoutView(scope=KeyScope(FINGERPRINT), until_in_ns=SECOND, reason="told")
            desk._budget = structs.replace(desk._budget, lockouts=(lockout,))


async def test_the_last_word_on_an_order_counts() -> None:
    clock = ManualClock()
    desk = Desk({"O1": "unknown"}, clock=clock)
    task = asyncio.create_task(cancelled(desk, "O1 O2 --yes"))
    await clock.advance(1)
    desk.outcomes |= {"O1": "cancelled", "O2": "cancelled"}
    await clock.advance(1)
    assert await task == 0


async def test_orders_that_may_not_be_seen_are_one_sentence() -> None:
    desk = Desk()
    desk._orders = some_orders(known=False, denied="This key may not list open orders.")
    with pytest.raises(KrakentuiError, match="may not list"):
        await cancelled(desk, "--all --yes")


@pytest.mark.parametrize("line", ["", "--yes"])
def test_no_selector_is_wrong_usage(line: str) -> None:
    with pytest.raises(UsageError, match="Say which orders"):
        run(parse(["cancel", *line.split()]))


def test_no_terminal_needs_yes() -> None:
    with pytest.raises(UsageError, match="--yes"):
        run(parse(["cancel", "--all"]))


def test_the_question_has_the_facts_of_the_screen() -> None:
    question = Desk()._question(ROWS, everything=True)
    assert isinstance(question, Question)
    assert asking.facts(question).splitlines() == [
        f"Cancel all 3 open orders of account alice (simulator, key {FINGERPRINT}):",
        "  O1 sell 0.4 BTC/USD limit at 110,000.0 (44,000 USD)",
        "  O2 buy 0.4 ETH/USD limit at 110,000.0 (44,000 USD)",
        "  O3 sell 0.4 BTC/USD limit at 110,000.0 (44,000 USD) [protective stop]",
        "Together 132,000 USD.",
        "Goes over the websocket, one by one. Adds 3.5 to 4 points to the pairs' counters.",
        "Note: A stop is among them.",
    ]


def ten_of_a_pair() -> PairView:
    one = WayView(
        name="one by one",
        chosen=False,
        cost_low=Fraction(8),
        cost_high=Fraction(40),
        end_low=Fraction(58),
        end_high=Fraction(90),
        fits=False,
        new_best_ns=0,
        new_sure_ns=32 * SECOND,
    )
    batch = structs.replace(one, name="as a batch", chosen=True, end_low=Fraction(60), new_best_ns=SECOND)
    free = structs.replace(one, name="everything at once", cost_low=Fraction(0), new_sure_ns=0)
    return PairView(
        pair="BTC/USD",
        orders=10,
        used_low=Fraction(50),
        used_high=Fraction(50),
        max=Fraction(60),
        pass_low=2,
        pass_high=10,
        ways=(one, batch, free),
    )


def test_a_dry_run_lays_out_every_way() -> None:
    pair = ten_of_a_pair()
    question = Desk()._question(ROWS, everything=True)
    assert isinstance(question, Question)
    told = asking.facts(structs.replace(question, pairs=(pair,)), dry=True).splitlines()
    assert told[-5:] == [
        "Ways of cancelling, the cheapest order first (* = as it goes):",
        "  WAY                                        ADDS         COUNTER      NEW ORDERS",
        "  BTC/USD one by one, 2 to 10 of 10 pass  8 to 40  58 to 90 of 60     within 32 s",
        "* BTC/USD as a batch                      8 to 40  60 to 90 of 60  in 1 s to 32 s",
        "  BTC/USD everything at once              0 to 40  58 to 90 of 60         at once",
    ]
    assert "Ways" not in asking.facts(structs.replace(question, pairs=(pair,)))


def test_a_dry_run_marks_the_way_that_haste_takes_where_it_is_another() -> None:
    question = Desk()._question(ROWS, everything=True)
    assert isinstance(question, Question)
    haste = HasteView(route="over REST", name="one by one", rest_low=Fraction(0), rest_high=Fraction(1))
    question = structs.replace(question, pairs=(ten_of_a_pair(),), in_haste=haste)
    told = asking.facts(question, dry=True, hasty=True)
    assert "With --yes it goes over REST, unless the exchange takes over a second" in told
    assert "that adds 0 to 1 points to the key's REST counter." in told
    assert "(* = as it goes, + = with --yes)" in told
    assert "+ BTC/USD one by one" in told
    for slow in (asking.facts(question, dry=True), asking.facts(question, hasty=True)):
        assert "--yes" not in slow


def test_what_a_way_adds_is_the_same_above_the_table_and_in_it() -> None:
    question = Desk()._question(ROWS * 5, everything=True)
    assert isinstance(question, Question)
    pairs = (ten_of_a_pair(), structs.replace(ten_of_a_pair(), pair="ETH/USD", orders=5))
    told = asking.facts(structs.replace(question, pairs=pairs), dry=True)
    assert "Adds 16 to 80 points to the pairs' counters." in told
    half = structs.replace(question, pairs=pairs[:1])  # the pair of the others is still being asked for
    assert "Adds 3.5 to 4 points to" in asking.facts(half, dry=True)


def test_everything_at_once_is_no_way_for_some_of_the_orders() -> None:
    question = Desk()._question(ROWS, everything=False)
    assert isinstance(question, Question)
    told = asking.facts(structs.replace(question, pairs=(ten_of_a_pair(),)), dry=True).splitlines()
    assert told[-1] == (
        "Not shown: everything at once. It would take every open order of the account, not only these."
    )
    assert not any(line.startswith("  BTC/USD everything at once") for line in told)


def test_one_point_is_one_point() -> None:
    question = Desk()._question(ROWS[:1], everything=True)
    assert isinstance(question, Question)
    told = asking.facts(structs.replace(question, cost_low=Fraction(1), cost_high=Fraction(1)))
    assert told.startswith("Cancel all 1 open order of")
    assert "Adds 1 point to" in told
    assert "Together" not in told


@pytest.mark.parametrize("spelling", ["ETH/USD", "eth/usd", "ETHUSD", "XETHZUSD"])
async def test_a_pair_may_be_spelled_as_the_exchange_does(spelling: str) -> None:
    desk = Desk({"O2": "cancelled"})
    assert await cancelled(desk, f"--pair {spelling} --yes") == 0
    assert desk.sent == ["O2"]


@pytest.mark.parametrize("spelling", ["XBT/USD", "xbt/usd", "XBTUSD", "XXBTZUSD", "BTCUSD", "btcusd"])
async def test_krakens_own_name_of_bitcoin_is_understood(spelling: str) -> None:
    desk = Desk({"O1": "cancelled", "O3": "cancelled"})
    assert await cancelled(desk, f"--pair {spelling} --yes") == 0
    assert desk.sent == ["O1", "O3"]


@pytest.mark.parametrize(
    ("typed", "said"), [("btc/usd", True), ("/usd", False), ("btc/", False), ("btc", False)]
)
async def test_only_a_whole_pair_is_said_to_be_taken_as_it_was_typed(
    typed: str, said: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    class Nameless(ReadyFace):
        def names(self) -> Names:
            return Names()

    _explain(Nameless(), parse(["cancel", "--all", "--pair", typed]), 0)
    assert ("is taken as it was typed" in capsys.readouterr().err) is said


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("btc", "Every pair of BTC, whatever its quote."),
        ("xbt", "Every pair of BTC, whatever its quote."),
        ("btc/", "Every pair of BTC, whatever its quote."),
    ],
)
async def test_an_asset_takes_the_pairs_of_which_it_is_the_base_and_says_so(
    typed: str, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    desk = Desk({"O1": "cancelled", "O3": "cancelled"})
    assert await cancelled(desk, f"--pair {typed} --yes") == 0
    assert desk.sent == ["O1", "O3"]
    assert capsys.readouterr().err == f"krakentui: {sentence}\n"


async def test_a_quote_takes_every_pair_in_it(capsys: pytest.CaptureFixture[str]) -> None:
    desk = Desk({row.id: "cancelled" for row in ROWS})
    assert await cancelled(desk, "--pair /usd --yes") == 0
    assert desk.sent == ["O1", "O2", "O3"]
    assert capsys.readouterr().err == "krakentui: Every pair in USD.\n"


async def test_an_asset_that_is_no_base_takes_nothing() -> None:
    desk = Desk()
    with pytest.raises(UsageError, match="no pair usd: one is written like BTC/USD"):
        await cancelled(desk, "--pair usd --yes")
    assert desk.sent == []


async def test_what_may_be_two_pairs_is_refused_with_both() -> None:
    desk = Desk()
    desk.told = a_market_of("AB/CUSD", "ABC/USD")
    with pytest.raises(UsageError, match="ABCUSD may be AB/CUSD or ABC/USD: write the one that is meant"):
        await cancelled(desk, "--pair ABCUSD --yes")
    assert desk.sent == []


@pytest.mark.parametrize("names", [Names(), Names().with_pairs([a_pair("ETH/USD")])])
async def test_a_spelling_that_only_rests_list_knows_is_not_called_wrong_without_it(names: Names) -> None:
    desk = Desk()
    desk.told = names
    with pytest.raises(UsageError, match="not told all its names of pairs: write XXBTZUSD like BTC/USD"):
        await cancelled(desk, "--pair XXBTZUSD --yes")


@pytest.mark.parametrize(
    ("spelling", "stream", "rest"),
    [
        ("BTC/USD", True, True),
        ("xbt/usd", True, True),
        ("XBTUSD", True, True),
        ("btc", True, True),
        ("XXBTZUSD", False, True),
        ("MOON/USD", False, True),
    ],
)
def test_rests_names_of_pairs_are_waited_for_where_the_streams_do_not_tell(
    spelling: str, stream: bool, rest: bool
) -> None:
    given = parse(["cancel", "--pair", spelling])
    assert not is_named(given, Names())
    assert is_named(given, Names().with_pairs([a_pair("BTC/USD")])) is stream
    assert is_named(given, NAMES) is rest


async def test_a_pair_that_is_none_is_wrong_usage() -> None:
    with pytest.raises(UsageError, match="no pair FOO/BAR: one is written like BTC/USD"):
        await cancelled(Desk(), "--pair FOO/BAR --yes")


def test_a_type_that_is_none_is_wrong_usage() -> None:
    with pytest.raises(UsageError, match="--type cannot be foo: it is one of limit, market"):
        parse(["cancel", "--type", "foo"])


class Knowing(Desk):
    """Tells what became of orders that are not open."""

    def __init__(self, *fates: Found, clock: ManualClock | None = None) -> None:
        super().__init__({"O1": "cancelled"}, clock=clock)
        self.fates = {found.id: found for found in fates}
        self.known = frozenset(self.fates)
        """The session knows that these are closed, so it does not ask about them."""

    def ask_cancel(self, ids: Sequence[str], *, named: bool = False) -> Question | NotAsked:
        left = [one for one in ids if one not in self.known]
        return super().ask_cancel(left, named=named) if left else NotAsked(why="They are closed.")

    def look_up(self, ids: Sequence[str]) -> bool:
        return True

    def found(self, order_id: str) -> Found | None:
        return self.fates.get(order_id)


@pytest.mark.parametrize(
    ("fate", "outcome", "code"), [("filled", "filled", 0), ("gone", "gone", 0), ("stranger", "not_sent", 1)]
)
async def test_an_id_that_the_exchange_calls_closed_is_told_so_and_not_sent(
    fate: Literal["filled", "gone", "stranger"],
    outcome: str,
    code: int,
    capsys: pytest.CaptureFixture[str],
) -> None:
    desk = Knowing(Found(id="O9", fate=fate, text=f"O9: {fate}."))
    assert await cancelled(desk, "O1 O9 --yes") == code
    assert desk.sent == ["O1"]
    assert capsys.readouterr().out.splitlines() == ["cancelled  O1 is cancelled", f"{outcome:9}  O9: {fate}."]


async def test_an_id_that_was_sent_unlisted_and_is_no_order_is_a_failure(
    capsys: pytest.CaptureFixture[str],
) -> None:
    desk = Knowing(Found(id="O1", fate="stranger", text="The exchange knows no order O1."))
    desk.known = frozenset()
    desk.outcomes = {"O1": "gone"}
    desk._orders = some_orders(known=False)
    assert await cancelled(desk, "O1 --yes") == 1
    assert capsys.readouterr().out == "not_sent   The exchange knows no order O1.\n"


async def test_before_a_dry_run_it_is_asked_what_became_of_an_id_that_is_not_listed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    clock = ManualClock()
    desk = Knowing(clock=clock)
    task = asyncio.create_task(cancelled(desk, "O9 --dry-run"))
    await clock.advance(LOOK_UP_S - 1)
    assert not task.done()
    desk.fates["O9"] = Found(id="O9", fate="filled", text="O9 was filled.")
    desk.known = frozenset({"O9"})
    await clock.advance(1)
    assert await task == 0
    assert capsys.readouterr().out == "filled     O9 was filled.\n"
    assert desk.sent == []


@pytest.mark.parametrize("denied", [None, "This key may not list open orders."])
async def test_named_orders_go_without_the_list(denied: str | None) -> None:
    desk = Desk({"O1": "cancelled"})
    desk._orders = some_orders(known=False, denied=denied)
    assert await cancelled(desk, "O1 --yes") == 0
    assert desk.sent == ["O1"]


async def test_an_order_that_closed_before_the_answer_is_told_as_it_ended(
    capsys: pytest.CaptureFixture[str],
) -> None:
    desk = Knowing(Found(id="O1", fate="filled", text="O1 was filled.", filled=Decimal(20)))
    desk.known = frozenset()  # it was open when it was asked about
    desk._not_confirmed = "It is no longer open: nothing was sent."
    assert await cancelled(desk, "O1 --yes --json") == 0
    (row,) = json.loads(capsys.readouterr().out)["orders"]
    assert (row["outcome"], row["filled"]) == ("filled", "20")


@pytest.mark.parametrize(
    ("words", "hasty"),
    [
        ("--all --yes", True),
        ("--pair BTC/USD --yes", True),
        ("O1 --yes", True),
        ("--all", False),
        ("--all --yes --dry-run", False),
        ("--far 5 --yes", False),
        ("--older 5m --yes", False),
    ],
)
def test_it_is_in_haste_where_nobody_is_asked_and_only_the_list_is_looked_at(words: str, hasty: bool) -> None:
    assert is_hasty(parse(["cancel", *words.split()])) is hasty
