"""`krakentui cancel`: asks, sends, reports per order; the exit code is that of the worst outcome.

The ids are frozen when the question is made. An outcome is what the state believes on evidence of the
exchange; what has none after half a minute is reported as unknown and left alone.
"""

import asyncio
import gc
from collections.abc import Awaitable, Callable, Sequence

from msgspec import structs

from krakentui.commands import asking, everything, guard, running
from krakentui.commands.choose import settings_for
from krakentui.commands.complete import PATIENCE_S, why_missing
from krakentui.commands.leftover import leftover
from krakentui.commands.lines import put
from krakentui.commands.outcomes import (
    Result,
    closed,
    left_out,
    on_its_way,
    report,
    stopped,
    told,
    unconfirmed,
    untried,
)
from krakentui.commands.parser import Given
from krakentui.commands.select import (
    check_selector,
    is_everything,
    is_named,
    is_wide,
    selected,
    unjudged,
    with_pair,
)
from krakentui.engine.face import Face
from krakentui.model.clock import SECOND
from krakentui.model.error import KrakentuiError, UsageError
from krakentui.settings import Settings
from krakentui.state.filters import is_joined
from krakentui.state.pairnames import as_typed
from krakentui.state.question import ALL_THERE_IS
from krakentui.state.view import NotAsked, OrdersView, Question

ANSWERED_NO = 5
SETTLING_S = 30.0
"""How long an outcome is waited for (the design promises 15 s once the private socket lives)."""
SILENT_S = 1.0
"""How long an outcome may take until it is said how far things are."""
DRAINING_S = 45.0
"""How long a list waits on where the REST counter has to drain first: a full one does in no more."""
LIST_S = 4.0
"""How long orders that were named wait for the list; without it they are asked about as they were named."""
NEW_TOO_S = 0.5
"""How long a cancel of everything waits for the list, which it does not need, once the key is known."""
NAMES_S = 3.0
"""How long what is shown waits for the names of pairs, the clock that costs go by, and the whole list."""
LOOK_UP_S = 8.0
"""How long it is waited for what became of an order that is not open."""
NO_KEY = (
    "There is no API key, so there is nothing to cancel: `krakentui keys add` stores one, or put the pair "
    "into KRAKENTUI_API_KEY and KRAKENTUI_API_SECRET."
)


def run(given: Given) -> int:
    """Cancel what was named or described."""
    gc.disable()  # the emergency exit is over before there is much to collect
    check_selector(given)
    if not (given.yes or given.dry_run or asking.has_terminal()):
        raise UsageError("There is no terminal to ask on: add --yes to cancel without a question.")
    settings = settings_for(given)
    if settings.credentials is None:
        raise KrakentuiError(NO_KEY)
    return running.run_loop(_cancel(given, structs.replace(settings, hasty=is_hasty(given), insists=True)))


def is_hasty(given: Given) -> bool:
    """Tell whether nothing is asked and nothing looked at but the list: then nothing else comes first."""
    looks = given.dry_run or given.far_pct is not None or given.older_s is not None
    return given.yes and not looks


async def _cancel(given: Given, settings: Settings) -> int:
    async with running.opened(settings, "cancel", insists=True) as face:
        patience_s = LIST_S if given.ids else PATIENCE_S
        if given.new_too:
            patience_s = NEW_TOO_S
            await running.until(face, LIST_S, settings.speed, lambda t_ns: _is_judged(face, t_ns))
        began_ns = face.clock.mono_ns()
        ready = await running.until(face, patience_s, settings.speed, lambda t_ns: _ready(face, given, t_ns))
        if not ready and not await drained(face, given, settings.speed):
            _explain(face, given, (face.clock.mono_ns() - began_ns) / SECOND / settings.speed)
        if given.dry_run or not given.yes:
            await running.until(face, NAMES_S, settings.speed, lambda t_ns: _is_shown(face, t_ns))
        return await cancel(face, given, settings.speed)


async def cancel(
    face: Face, given: Given, speed: float = 1.0, *, ask: Callable[[Question], Awaitable[bool]] | None = None
) -> int:
    """Choose, ask, send, wait, report; the orders of the session must be known."""
    ask = ask or asking.confirmed
    view = face.orders(face.clock.mono_ns())
    if view.denied is not None and not given.ids and not given.new_too:
        raise KrakentuiError(view.denied)
    given = _in_the_streams_words(given, face)
    ids, asked_ns = chosen(view, given), face.clock.mono_ns()
    if not ids and not given.new_too:
        return report(face, given, await leftover(face, given, ids, asked_ns, speed))
    if given.dry_run or not given.yes:
        await _look_up(face, [one for one in given.ids if not _is_listed(face, one)], speed)
    question = _question(face, given, ids)
    if isinstance(question, NotAsked):
        whole = everything.not_sent(question.why) if given.new_too else None
        return report(face, given, stopped(face, view, ids, question.why), whole=whole)
    ended = left_out(face, ids, question)
    whole = everything.untried(ALL_THERE_IS) if given.new_too else None
    if given.dry_run:
        if not given.json:
            hasty = is_hasty(structs.replace(given, yes=True, dry_run=False))
            put(asking.facts(question, dry=True, hasty=hasty))
        results = (*(untried(question) if given.json else ()), *ended)
        return report(face, given, results, shown=True, whole=whole)
    if not given.yes and not await ask(question):
        guard.say("Nothing was cancelled.")
        return report(face, given, (*untried(question), *ended), ANSWERED_NO, whole=whole)
    refused = face.confirm(question)
    if refused is not None:
        whole = everything.not_sent(refused.why) if given.new_too else None
        asked = [order.id for order in question.orders]
        return report(face, given, (*stopped(face, view, asked, refused.why), *ended), whole=whole)
    try:
        results = await _without_strangers(face, view, await _settled(face, question, speed), speed)
        left = await leftover(face, given, ids, asked_ns, speed)
    except asyncio.CancelledError as error:
        _told_so_far(face, given, question, ended, running.code_of(error))
        raise
    whole = everything.of(face, question) if given.new_too else None
    return report(face, given, (*results, *ended, *left), whole=whole)


def _in_the_streams_words(given: Given, face: Face) -> Given:
    """Give `--pair` the stream's name; that it means more than one pair is said."""
    given = with_pair(given, face.names())
    if is_wide(given):
        base, _, quote = str(given.pair).partition("/")
        guard.say(f"Every pair of {base}, whatever its quote." if base else f"Every pair in {quote}.")
    return given


def chosen(view: OrdersView, given: Given) -> tuple[str, ...]:
    """Tell which orders are meant: those that were named, listed or not, or those that fit."""
    return tuple(dict.fromkeys(given.ids)) or tuple(row.id for row in selected(view.rows, given))


def _question(face: Face, given: Given, ids: Sequence[str]) -> Question | NotAsked:
    if not is_everything(given):
        return face.ask_cancel(ids, named=bool(given.ids))
    return face.ask_cancel_all(new_too=True) if given.new_too else face.ask_cancel_all()


def _is_listed(face: Face, order_id: str) -> bool:
    return any(row.id == order_id for row in face.orders(face.clock.mono_ns()).rows)


async def _look_up(face: Face, ids: Sequence[str], speed: float) -> None:
    """Ask what became of orders that are not open: one that just filled is no failure."""
    if ids and face.look_up(ids):
        await running.until(
            face, LOOK_UP_S, speed, lambda _: all(face.found(one) or _is_listed(face, one) for one in ids)
        )


async def _without_strangers(
    face: Face, view: OrdersView, results: Sequence[Result], speed: float
) -> tuple[Result, ...]:
    """Correct what was sent unlisted and called gone: perhaps there never was such an order."""
    listed = {row.id for row in view.rows}
    doubtful = [result.id for result in results if result.outcome == "gone" and result.id not in listed]
    await _look_up(face, doubtful, speed)
    better = {one: ended for one in doubtful if (ended := closed(face, one)) is not None}
    return tuple(better.get(result.id, result) for result in results)


async def _settled(face: Face, question: Question, speed: float) -> tuple[Result, ...]:
    """Wait until every order has its outcome, or for as long as that is reasonable; a longer wait is told."""

    def all_told(_: int) -> bool:
        view = everything.view_of(face, question)
        return view is not None and view.settled

    if not await running.until(face, SILENT_S, speed, all_told):
        if (sentence := on_its_way(face, question)) is not None:
            guard.say(sentence)
        await running.until(face, SETTLING_S - SILENT_S, speed, all_told)
    return told(face, question, f"not settled within {SETTLING_S:.0f} s")


def _told_so_far(face: Face, given: Given, question: Question, ended: Sequence[Result], code: int) -> None:
    """Say at a signal what is known of each order, and what is not."""
    left = unconfirmed(face, question)
    whole = everything.of(face, question) if given.new_too else None
    results = told(face, question, "not confirmed by the exchange yet")
    known = [result for result in results if given.json or result.id not in left]
    if given.json or known or ended:
        report(face, given, (*known, *ended), code, whole=whole)
    if left:
        guard.say(f"Not confirmed by the exchange yet: the cancel of {', '.join(left)}.")


def _is_judged(face: Face, t_ns: int) -> bool:
    """Tell whether the exchange has told what the key may do, or goes on without."""
    return face.status(t_ns).power_known or face.orders(t_ns).known


def _ready(face: Face, given: Given, t_ns: int) -> bool:
    """Tell whether the orders are listed and enough is known of each to tell which are meant."""
    view = face.orders(t_ns)
    if view.denied is not None:
        return True
    if not is_named(given, face.names()):
        return False
    return view.known and not unjudged(view.rows, given, face.names())


def _is_shown(face: Face, t_ns: int) -> bool:
    """Tell whether all open orders are there, with the names, details and costs that people are shown."""
    view = face.orders(t_ns)
    return face.status(t_ns).clock_known and view.whole is not False and all(map(is_joined, view.rows))


async def drained(face: Face, given: Given, speed: float) -> bool:
    """Wait on for the list where the REST counter has to drain first; tell whether it came."""
    t_ns = face.clock.mono_ns()
    needs_list = not (given.ids or given.new_too or face.orders(t_ns).known)
    if not needs_list or not _drains(face, t_ns):
        return False
    guard.say(f"The list of open orders waits for the REST counter to drain, {DRAINING_S:.0f} s at most.")
    await running.until(
        face, DRAINING_S, speed, lambda t_ns: _ready(face, given, t_ns) or not _drains(face, t_ns)
    )
    return _ready(face, given, face.clock.mono_ns())


def _drains(face: Face, t_ns: int) -> bool:
    """Tell whether the list waits for the REST counter alone: the exchange answers and takes the key."""
    status, budget = face.status(t_ns), face.budget(t_ns)
    if status.key_held_back or status.key_refused or budget.lockouts:
        return False
    if any(feed.role == "rest" and feed.state != "live" for feed in status.feeds):
        return False
    return any(gauge.name == "rest" and gauge.free_in_ns for gauge in budget.gauges)


def _explain(face: Face, given: Given, waited_s: float) -> None:
    """Say what is not known: without the list only named orders are cancelled, else the unknown are kept.

    Raises:
        KrakentuiError: the orders are not listed.
    """
    t_ns = face.clock.mono_ns()
    view = face.orders(t_ns)
    if face.status(t_ns).key_held_back is not None and (given.ids or given.new_too):
        return  # nothing goes with this key: the answer to the question says why
    if given.ids and not view.known:
        guard.say("The open orders are not listed yet: what was named goes as it was named.")
        return
    if given.new_too and not view.known:
        guard.say("The open orders are not listed yet: the cancel of everything needs no list.")
        return
    if not view.known:
        raise KrakentuiError(why_missing(face, ("orders",), waited_s))
    if given.pair is not None and as_typed(face.names(), given.pair) is not None:
        guard.say(f"The exchange has not told its pairs: {given.pair} is taken as it was typed.")
    left = unjudged(view.rows, given, face.names())
    if left:
        what = ", ".join(row.id for row in left)
        guard.say(f"Left alone, because it is not known whether the description fits: {what}.")
