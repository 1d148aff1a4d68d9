"""`krakentui cancel`: asks, sends, reports per order; the exit code is that of the worst outcome.

The ids are frozen when the question is made. An outcome is what the session's journal tells on
evidence of the exchange; what has none after half a minute is reported as unknown and left alone.
"""

import asyncio
import gc
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import partial

from msgspec import Struct, structs

from krakentui.commands import asking, everything, guard, running
from krakentui.commands.choose import settings_for
from krakentui.commands.complete import PATIENCE_S, why_missing
from krakentui.commands.everything import Everything
from krakentui.commands.lines import put, text_of
from krakentui.commands.parser import Given
from krakentui.commands.schema import Object, cost_interval, instant, money
from krakentui.commands.select import check_selector, is_everything, selected, unjudged, with_pair
from krakentui.engine.face import Face
from krakentui.model.error import KrakentuiError, UsageError
from krakentui.model.order import Outcome
from krakentui.settings import Settings
from krakentui.state.filters import is_joined
from krakentui.state.question import ALL_THERE_IS
from krakentui.state.view import CancelCost, Found, NotAsked, OrderRow, OrdersView, Question, QuestionOrder

ANSWERED_NO = 5
SETTLING_S = 30.0
"""How long an outcome is waited for (the design promises 15 s once the private socket lives)."""
LIST_S = 4.0
"""How long orders that were named wait for the list; without it they are asked about as they were named."""
NAMES_S = 3.0
"""How long what is shown waits for the names of pairs, and for the clock that costs go by."""
LOOK_UP_S = 8.0
"""How long it is waited for what became of an order that is not open."""
NO_KEY = (
    "There is no API key, so there is nothing to cancel: `krakentui keys add` stores one, or put the pair "
    "into KRAKENTUI_API_KEY and KRAKENTUI_API_SECRET."
)
CODES: Mapping[Outcome, int] = {
    "cancelled": 0,
    "filled": 0,
    "gone": 0,
    "not_sent": 1,
    "refused": 3,
    "unknown": 4,
}


class Result(Struct, frozen=True, kw_only=True):
    """What came of one order. Without an outcome nothing was tried."""

    id: str
    pair: str | None = None
    outcome: Outcome | None = None
    filled: Decimal | None = None
    text: str
    cost: CancelCost | None = None


class Chosen(Struct, frozen=True):
    """The orders that are meant, and the named ones that are not among the open orders."""

    ids: tuple[str, ...]
    strangers: tuple[str, ...] = ()


def run(given: Given) -> int:
    """Cancel what was named or described."""
    gc.disable()  # the emergency exit is over before there is much to collect
    check_selector(given)
    if not (given.yes or given.dry_run or asking.has_terminal()):
        raise UsageError("There is no terminal to ask on: add --yes to cancel without a question.")
    settings = settings_for(given)
    if settings.credentials is None:
        raise KrakentuiError(NO_KEY)
    return running.run_loop(_cancel(given, structs.replace(settings, hasty=is_hasty(given))))


def is_hasty(given: Given) -> bool:
    """Tell whether nothing is asked and nothing looked at but the list: then nothing else comes first."""
    looks = given.dry_run or given.far_pct is not None or given.older_s is not None
    return given.yes and not looks


async def _cancel(given: Given, settings: Settings) -> int:
    async with running.opened(settings, "cancel", insists=True) as face:
        patience_s = LIST_S if given.ids or given.new_too else PATIENCE_S
        if not await running.until(face, patience_s, settings.speed, lambda t_ns: _ready(face, given, t_ns)):
            _explain(face, given)
        if given.dry_run or not given.yes:
            await running.until(face, NAMES_S, settings.speed, lambda t_ns: _is_shown(face, t_ns))
        return await cancel(face, given, settings.speed)


async def cancel(face: Face, given: Given, speed: float = 1.0) -> int:
    """Choose, ask, send, wait, report; the orders of the session must be known."""
    view = face.orders(face.clock.mono_ns())
    if view.denied is not None and not given.ids and not given.new_too:
        raise KrakentuiError(view.denied)
    given = with_pair(given, face.names())
    chosen = choose(view, given)
    closed = await _looked_up(face, chosen.strangers, speed)
    if not chosen.ids and not given.new_too:
        return report(face, given, closed)
    question = _question(face, given, chosen.ids)
    if isinstance(question, NotAsked):
        whole = everything.not_sent(question.why) if given.new_too else None
        return report(face, given, (*_not_sent(view, chosen.ids, question.why), *closed), whole=whole)
    whole = everything.untried(ALL_THERE_IS) if given.new_too else None
    if given.dry_run:
        if not given.json:
            put(asking.facts(question, dry=True))
        results = (*(_untried(question) if given.json else ()), *closed)
        return report(face, given, results, shown=True, whole=whole)
    if not given.yes and not await asking.confirmed(question):
        guard.say("Nothing was cancelled.")
        return report(face, given, (*_untried(question), *closed), ANSWERED_NO, whole=whole)
    after = max((line.number for line in face.journal()), default=0)
    refused = face.confirm(question)
    if refused is not None:
        ids = [order.id for order in question.orders]
        whole = everything.not_sent(refused.why) if given.new_too else None
        return report(face, given, (*_not_sent(view, ids, refused.why), *closed), whole=whole)
    results = await _without_strangers(face, view, await _settled(face, question, after, speed), speed)
    whole = everything.of(face, question) if given.new_too else None
    return report(face, given, (*results, *closed), whole=whole)


def _question(face: Face, given: Given, ids: Sequence[str]) -> Question | NotAsked:
    if not is_everything(given):
        return face.ask_cancel(ids)
    return face.ask_cancel_all(new_too=True) if given.new_too else face.ask_cancel_all()


def choose(view: OrdersView, given: Given) -> Chosen:
    """Tell which orders are meant; while they are not listed, those that were named are."""
    if not given.ids:
        return Chosen(tuple(row.id for row in selected(view.rows, given)))
    ids = tuple(dict.fromkeys(given.ids))
    if not view.known or view.denied is not None:
        return Chosen(ids)
    listed = {row.id for row in view.rows}
    return Chosen(
        tuple(order_id for order_id in ids if order_id in listed),
        tuple(order_id for order_id in ids if order_id not in listed),
    )


async def _looked_up(face: Face, ids: Sequence[str], speed: float) -> tuple[Result, ...]:
    """Ask what became of orders that are not open: one that just filled is no failure."""
    if ids and face.look_up(ids):
        await running.until(face, LOOK_UP_S, speed, lambda _: all(face.found(one) for one in ids))
    return tuple(_closed(order_id, face.found(order_id)) for order_id in ids)


async def _without_strangers(
    face: Face, view: OrdersView, results: Sequence[Result], speed: float
) -> tuple[Result, ...]:
    """Correct what was sent unlisted and called gone: perhaps there never was such an order."""
    listed = {row.id for row in view.rows}
    doubtful = [result.id for result in results if result.outcome == "gone" and result.id not in listed]
    if not doubtful:
        return tuple(results)
    better = {
        one.id: one for one in await _looked_up(face, doubtful, speed) if face.found(one.id) is not None
    }
    return tuple(better.get(result.id, result) for result in results)


def _closed(order_id: str, found: Found | None) -> Result:
    if found is None:
        text = f"There is no open order {order_id}: nothing was sent."
        return Result(id=order_id, outcome="not_sent", text=text)
    if found.fate == "stranger":
        return Result(id=order_id, outcome="not_sent", text=found.text)
    return Result(id=order_id, pair=found.pair, outcome=found.fate, filled=found.filled, text=found.text)


def exit_code(results: Sequence[Result | Everything]) -> int:
    """Tell the worst of the outcomes."""
    return max((CODES[result.outcome] for result in results if result.outcome is not None), default=0)


def report(
    face: Face,
    given: Given,
    results: Sequence[Result],
    least: int = 0,
    *,
    shown: bool = False,
    whole: Everything | None = None,
) -> int:
    """Print what came of each order and give the exit code.

    Args:
        face: The session.
        given: The command line.
        results: What came of each order.
        least: The exit code is no lower.
        shown: The orders were printed before.
        whole: What came of a mass cancel.
    """
    ends: list[Result | Everything] = [*results, *([whole] if whole is not None and not shown else [])]
    tried: list[Result | Everything] = [*results, *([whole] if whole is not None else [])]
    code = max(least, exit_code(tried))
    if given.json:
        put(text_of(cancel_object(face, results, code, whole)))
    elif ends:
        put("\n".join(f"{end.outcome or 'kept':9}  {end.text}" for end in ends))
    elif not shown:
        put("No open order fits: nothing to cancel.")
    return code


def cancel_object(
    face: Face, results: Sequence[Result], code: int, whole: Everything | None = None
) -> Object:
    """Build the object of `krakentui cancel --json`; only a mass cancel has an `everything`."""
    status = face.status(face.clock.mono_ns())
    built: Object = {
        "v": 1,
        "at": instant(status.wall_ns),
        "account": status.account,
        "orders": [_result_object(result) for result in results],
        "exit": code,
    }
    if whole is not None:
        built["everything"] = {"outcome": whole.outcome, "count": whole.count, "text": whole.text}
    return built


def _result_object(result: Result) -> Object:
    return {
        "id": result.id,
        "pair": result.pair,
        "outcome": result.outcome,
        "filled": money(result.filled),
        "text": result.text,
        "cost": None if result.cost is None else cost_interval(result.cost.low, result.cost.high),
    }


async def _settled(face: Face, question: Question, after: int, speed: float) -> tuple[Result, ...]:
    """Wait until every order of the question has its outcome, or for as long as that is reasonable."""
    told: dict[str, Result] = {}
    over = partial(everything.is_over, face, question) if question.new_too else None

    for order in question.orders:  # closed between question and answer: there was nothing left to send
        if order.id not in face.unsettled():
            told[order.id] = _gone(order)

    def meant() -> tuple[str, ...]:
        """List the orders that are meant; of a mass cancel there may be more than it was asked about."""
        asked = [order.id for order in question.orders]
        more = [row.id for row in everything.rows(face, question)] if question.new_too else []
        return tuple(dict.fromkeys([*asked, *more]))

    def all_told(_: int) -> bool:
        told.update(_told(face, question, meant(), after))
        open_ids = {*face.unsettled()} & told.keys()
        return len(told) == len(meant()) and not open_ids and (over is None or over())

    try:
        await running.until(face, SETTLING_S, speed, all_told)
    except asyncio.CancelledError:
        left = [order.id for order in question.orders if order.id not in told]
        if left:
            guard.say(f"Not confirmed by the exchange yet: the cancel of {', '.join(left)}.")
        raise
    pairs = _pairs(face, question)
    return tuple(told.get(order_id) or _unknown(order_id, *pairs[order_id]) for order_id in meant())


def _pairs(face: Face, question: Question) -> dict[str, tuple[str | None, CancelCost | None]]:
    """Tell pair and cost of each order; what joined after the question has no cost that was told."""
    rows = everything.rows(face, question) if question.new_too else ()
    known: dict[str, tuple[str | None, CancelCost | None]] = {row.id: (row.pair, None) for row in rows}
    return known | {order.id: (order.pair, order.cost) for order in question.orders}


def _told(face: Face, question: Question, ids: Sequence[str], after: int) -> dict[str, Result]:
    """Read the outcomes out of the journal; the last word on an order counts."""
    told: dict[str, Result] = {}
    known = _pairs(face, question)
    for line in face.journal(after):
        if line.order_id is not None and line.order_id in ids and line.outcome is not None:
            pair, cost = known[line.order_id]
            told[line.order_id] = Result(
                id=line.order_id,
                pair=pair,
                outcome=line.outcome,
                filled=line.filled,
                text=line.text,
                cost=cost,
            )
    return told


def _gone(order: QuestionOrder) -> Result:
    text = f"{order.id} was no longer open when its turn came: nothing was sent."
    return Result(id=order.id, pair=order.pair, outcome="gone", text=text, cost=order.cost)


def _unknown(order_id: str, pair: str | None, cost: CancelCost | None) -> Result:
    text = f"Cancel of {order_id}: not settled within {SETTLING_S:.0f} s. Look at your open orders."
    return Result(id=order_id, pair=pair, outcome="unknown", text=text, cost=cost)


def _not_sent(view: OrdersView, ids: Sequence[str], why: str) -> tuple[Result, ...]:
    rows = {row.id: row for row in view.rows}
    return tuple(_stopped(order_id, rows.get(order_id), why) for order_id in ids)


def _stopped(order_id: str, row: OrderRow | None, why: str) -> Result:
    text = f"{order_id}: {why}"
    if row is None:
        return Result(id=order_id, outcome="not_sent", text=text)
    return Result(id=order_id, pair=row.pair, outcome="not_sent", filled=row.filled, text=text, cost=row.cost)


def _untried(question: Question) -> tuple[Result, ...]:
    return tuple(
        Result(id=order.id, pair=order.pair, text=asking.describe(order), cost=order.cost)
        for order in question.orders
    )


def _ready(face: Face, given: Given, t_ns: int) -> bool:
    """Tell whether the orders are listed and enough is known of each to tell which are meant."""
    view = face.orders(t_ns)
    if view.denied is not None:
        return True
    if given.pair is not None and not face.names().pairs:
        return False
    return view.known and not unjudged(view.rows, given)


def _is_shown(face: Face, t_ns: int) -> bool:
    """Tell whether all open orders have the names, details and costs that people are shown."""
    return face.status(t_ns).clock_known and all(map(is_joined, face.orders(t_ns).rows))


def _explain(face: Face, given: Given) -> None:
    """Say what is not known: without the list only named orders are cancelled, else the unknown are kept.

    Raises:
        KrakentuiError: the orders are not listed.
    """
    view = face.orders(face.clock.mono_ns())
    if given.ids and not view.known:
        guard.say("The open orders are not listed yet: what was named goes as it was named.")
        return
    if given.new_too and not view.known:
        guard.say("The open orders are not listed yet: the cancel of everything needs no list.")
        return
    if not view.known:
        raise KrakentuiError(why_missing(face, ("orders",)))
    if given.pair is not None and not face.names().pairs:
        guard.say(f"The exchange has not told its pairs: {given.pair} is taken as it was typed.")
    left = unjudged(view.rows, given)
    if left:
        what = ", ".join(row.id for row in left)
        guard.say(f"Left alone, because it is not known whether the description fits: {what}.")
