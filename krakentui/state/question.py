"""The question before a cancel, or the sentence that says why there is none.

Refused here is only what is certain: no key, no permission, nothing chosen, nothing left to cancel, no
way to send it. What is merely doubtful becomes a warning (design, chapter 4).
"""

from collections.abc import Iterator, Sequence
from typing import Final

from krakentui.budget import question as said
from krakentui.budget.ledger import Ledger
from krakentui.budget.planner import CancelPlan, plan
from krakentui.budget.words import duration
from krakentui.model.limit import points
from krakentui.model.order import Order
from krakentui.model.venue import Venue
from krakentui.state.keys import KeyBelief
from krakentui.state.rows import engines, question_order
from krakentui.state.state import State
from krakentui.state.view import NotAsked, Question
from krakentui.state.ways import pair_views

ALL_THERE_IS = (
    "It takes every order of the account that is open when it arrives: those placed meanwhile and those of "
    "other programs, on all pairs, stops too."
)
MASS_IN_FLIGHT = "A cancel of everything is on its way: how it went is not known yet."
UNSEEN: Final = "unknown"
"""The status of an order of which only the id is known."""
_NO_ACCOUNT = "No key is in use: there is nothing to cancel."


def question(
    state: State,
    ids: Sequence[str],
    t_ns: int,
    *,
    socket_open: bool,
    rest_open: bool = True,
    batch_names: bool = True,
    everything: bool = False,
    new_too: bool = False,
    named: bool = False,
    by: KeyBelief | None = None,
) -> Question | NotAsked:
    """Freeze a question about these orders, or say why it cannot be asked.

    Args:
        state: What is believed.
        ids: The chosen orders; not looked at when it is about everything.
        t_ns: Steady time.
        socket_open: The private websocket can take a cancel.
        rest_open: REST can take one, as far as this program is concerned.
        batch_names: What a batch ended can be told afterwards.
        everything: All open orders there are now.
        new_too: Those that are placed meanwhile, too: a mass cancel, which needs no order to be known.
        named: The ids were named by somebody, so those that no list names are asked about, too.
        by: The key that would cancel; None = the one that reads.
    """
    by = by or state.keys.own
    ledger = state.ledger.of_key(by.key) or state.ledger
    unable = _unable(state, by, ledger, t_ns, socket_open=socket_open)
    if unable is not None:
        return NotAsked(why=unable)
    mass = state.desk.groups.mass
    if new_too and mass is not None and mass.in_flight:
        return NotAsked(why=MASS_IN_FLIGHT)
    chosen = tuple(dict.fromkeys(state.orders if everything else ids))
    if not chosen and not new_too:
        return NotAsked(why=_nothing(state, everything=everything))
    reasons = {order_id: _settled(state, order_id, named=named) for order_id in chosen}
    left = [order_id for order_id in chosen if reasons[order_id] is None]
    if not left and not new_too:
        return NotAsked(why=_why_none(list(reasons.values())))
    asked = [_order(state, order_id, t_ns) for order_id in left]
    planned = plan(
        asked,
        ledger,
        t_ns,
        state.clock.measured_ns(t_ns),
        socket_open=socket_open,
        rest_open=rest_open,
        batch_names=batch_names,
        at_once=new_too,
    )
    if planned.route == "none":
        return NotAsked(why=_no_route(ledger, t_ns))
    engine, by_id = engines(state, t_ns), {order.id: order for order in asked}
    return Question(
        number=state.next_question(),
        account=state.account,
        key=by.key,
        venue=state.venue,
        orders=tuple(question_order(state, by_id[order_id], t_ns, engine) for order_id in planned.ids),
        everything=everything,
        route=said.route_words(planned),
        cost_low=points(planned.cost.low),
        cost_high=points(planned.cost.high),
        warnings=(
            *(_all_there_is(state, len(chosen) - len(left)) if new_too else ()),
            *_warnings(state, by, asked, planned, 0 if new_too else len(chosen) - len(left), t_ns),
        ),
        pairs=pair_views(planned),
        new_too=new_too,
        named=named,
        counted=not new_too or state.desk.table.listed,
    )


def typed(question: Question, left: int) -> str:
    """Tell what has to be typed to answer, `left` orders being left by now; empty where nothing has to.

    A mass cancel goes by the count that it was asked with: where others place orders all the while, a count
    that moves could never be typed.
    """
    if not question.needs_count:
        return ""
    if question.new_too:
        return str(len(question.orders)) if question.orders and question.counted else "all"
    return str(left)


READ_ONLY = "This session is read-only, by --read-only or by read_only in the settings: {}."


def why_read_only(venue: Venue) -> str:
    """Say why a session that cancels nothing does not."""
    if venue == "replay":
        return "A recording is shown: nothing in it can be cancelled."
    return READ_ONLY.format("nothing is cancelled")


def _unable(state: State, by: KeyBelief, ledger: Ledger, t_ns: int, *, socket_open: bool) -> str | None:
    if by.key is None:
        return _NO_ACCOUNT
    if state.read_only:
        return why_read_only(state.venue)
    if by.lacks_cancels is not None:
        return by.lacks_cancels
    return _no_route(ledger, t_ns) if ledger.locked(t_ns) is not None and not socket_open else None


def _nothing(state: State, *, everything: bool) -> str:
    """Say why there is no order to ask about; what was never listed is not called empty."""
    if not everything:
        return "No order is chosen."
    listed = state.desk.table.listed
    return "There is no open order." if listed else "The exchange has not listed the open orders."


def _no_route(ledger: Ledger, t_ns: int) -> str:
    lock = ledger.locked(t_ns)
    if lock is None:
        return "There is no way to send it: neither the private websocket nor REST is open."
    wait = duration(lock.until_ns - t_ns)
    return f"Locked out for {wait} and the private websocket is not open: a cancel cannot be sent."


def _all_there_is(state: State, in_flight: int) -> tuple[str, ...]:
    """Say what a mass cancel takes besides the orders that are known."""
    told = [ALL_THERE_IS]
    if not state.desk.table.listed:
        told.append("How many orders are open is not known: the exchange has not listed them.")
    if in_flight:
        told.append(f"Not counted here: {in_flight} whose cancel is on its way already.")
    return tuple(told)


def _settled(state: State, order_id: str, *, named: bool) -> str | None:
    """Say why this order needs no cancel; None where one can be asked."""
    if state.desk.requests.in_flight(order_id):
        return f"Order {order_id} is already being cancelled."
    if order_id in state.orders:
        return None
    ended = state.desk.table.ended(order_id)
    if ended is not None:
        ends = {"filled": "is filled", "canceled": "is cancelled", "expired": "has expired"}
        return f"Order {order_id} {ends.get(ended.status, 'is no longer open')}."
    # A key that may cancel but not list orders is enough: then an unknown id may well be open.
    may_be_open = state.desk.table.may_be_open(order_id, named=named)
    return None if may_be_open else f"No open order {order_id} is known."


def _why_none(reasons: list[str | None]) -> str:
    told = [reason for reason in reasons if reason is not None]
    if len(told) == 1:
        return told[0]
    return f"None of these {len(told)} orders is left to cancel: they have ended or are being cancelled."


def _order(state: State, order_id: str, t_ns: int) -> Order:
    return state.orders.get(order_id) or unseen(state.account, order_id, t_ns)


def unseen(account: str, order_id: str, t_ns: int) -> Order:
    """Make up an order of which only the id is known."""
    return Order(account=account, id=order_id, status=UNSEEN, source="poll", seen_ns=t_ns)


def _warnings(
    state: State, by: KeyBelief, orders: Sequence[Order], planned: CancelPlan, left_out: int, t_ns: int
) -> tuple[str, ...]:
    told: list[str] = []
    stops = sum(order.is_protective for order in orders)
    if stops:
        which = _which(stops, len(orders), "protects", "protect")
        told.append(f"{which} a position: without it nothing limits a loss.")
    if any(order.margin for order in orders):
        told.append("An order of these is on margin: its position stays open.")
    told.extend(said.warnings(planned))
    lock = (state.ledger.of_key(by.key) or state.ledger).locked(t_ns)
    if lock is not None:
        told.append(f"REST is locked out for {duration(lock.until_ns - t_ns)}: it goes over the websocket.")
    if state.system not in {None, "online", "cancel_only", "post_only"}:
        told.append(f"The exchange says {state.system}: it may refuse.")
    told.extend(_doubts(state, by))
    if left_out:
        told.append(f"{left_out} of the chosen orders are left out: ended or already being cancelled.")
    if any(order.pair is None for order in orders):
        told.append("What an order of these is, is still being asked for.")
    if not state.desk.table.authoritative and any(order.stream_ns is not None for order in orders):
        told.append("The account stream is not live: an order may have changed since.")
    marked = sum(order.cl_ord_id is not None or order.userref is not None for order in orders)
    if marked:
        which = _which(marked, len(orders), "carries", "carry")
        told.append(f"{which} another program's mark: that program may place it again.")
    return tuple(told)


def _doubts(state: State, by: KeyBelief) -> Iterator[str]:
    """Say what the exchange has not told of the key."""
    if by.key_info is None:
        yield "What this key may do is not known yet."
    elif by is state.keys.second and state.keys.same_account is None:
        yield f"The exchange does not tell whether the key {by.name} belongs to this account."


def _which(some: int, count: int, does: str, do: str) -> str:
    """Begin a warning: `This order protects`, `1 of these orders protects`, `2 of these orders protect`."""
    if count == 1:
        return f"This order {does}"
    return f"{some} of these orders {does if some == 1 else do}"
