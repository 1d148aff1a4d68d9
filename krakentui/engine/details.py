"""Puts everything that is known of one order into a view, the objects as they came read harmlessly."""

from collections.abc import Iterable

from krakentui.engine.amends import DENIED, ENDPOINT, AmendHistory
from krakentui.model.limit import points
from krakentui.state import words
from krakentui.state.cancels import ENDINGS
from krakentui.state.details import AmendsView, DetailsView, SentField, SentObject
from krakentui.state.dossier import Dossier, Sent
from krakentui.state.rows import engines, order_row
from krakentui.state.state import State
from krakentui.wire.spot.sent import fields


def details(state: State, order_id: str, t_ns: int, history: AmendHistory) -> DetailsView | None:
    """Tell all that is known of an order; None where nothing is remembered of it."""
    dossier = state.desk.dossiers.all.get(order_id) or Dossier()
    order = state.desk.table.find(order_id) or dossier.last
    if order is None:
        return None
    is_open = order_id in state.orders
    request = state.cancels.get(order_id)
    ours = request if request is not None and request.outcome in ENDINGS else None
    trace = "" if is_open else words.trace(order, state.pairs, ours, recorded=state.is_recorded)
    return DetailsView(
        row=order_row(state, order, t_ns, engines(state, t_ns), trace),
        order=order,
        is_open=is_open,
        sent=_sent(state, dossier.sent, t_ns),
        fills=tuple(sorted(dossier.fills.values(), key=lambda fill: (fill.exchange_ns, fill.exec_id))),
        fills_lost=dossier.fills_lost,
        timeline=tuple(dossier.seen),
        timeline_lost=dossier.seen_lost,
        amends=_amends(state, dossier, order_id, t_ns, history),
    )


def _sent(state: State, objects: Iterable[Sent], t_ns: int) -> tuple[SentObject, ...]:
    """Join what each source sent: of a field that came several times the last word counts."""
    stream: dict[str, SentField] = {}
    rest: dict[str, SentField] = {}
    for sent in objects:
        joined = stream if sent.source == "stream" else rest
        age_ns = state.feeds.age_ns(sent.t_ns, t_ns)
        joined |= {name: SentField(name, text, age_ns) for name, text in fields(sent.raw)}
    found = (
        SentObject(source="stream", fields=tuple(stream.values())),
        SentObject(source="rest", fields=tuple(rest.values())),
    )
    return tuple(one for one in found if one.fields)


def _amends(state: State, dossier: Dossier, order_id: str, t_ns: int, history: AmendHistory) -> AmendsView:
    told, why = dossier.amends, history.failure(order_id)
    cost, counter = state.ledger.rest_cost(ENDPOINT), state.ledger.rest_at(t_ns)
    if not history.may_ask:
        why = DENIED
    return AmendsView(
        state="asking" if history.is_asking(order_id) else "failed" if why else "told" if told else "unasked",
        amends=told.amends if told is not None else (),
        age_ns=None if told is None else state.feeds.age_ns(told.asked_ns, t_ns),
        why=why,
        cost_low=points(cost.low),
        cost_high=points(cost.high),
        used_high=points(counter.high),
        ceiling=points(counter.ceiling),
        may_ask=history.may_ask,
    )
