"""What a `krakentui cancel` by description has left open: a list of REST may lag a minute.

The cancels go by that list, because it is there first. Afterwards the stream's snapshot is held against it:
an order that it shows, and that was there when the list was taken, is reported as not sent.
"""

from collections.abc import Sequence

from krakentui.commands import guard, running
from krakentui.commands.outcomes import Result
from krakentui.commands.parser import Given
from krakentui.commands.select import selected
from krakentui.engine.face import Face
from krakentui.model.clock import SECOND
from krakentui.state.view import OrderRow

STREAM_S = 4.0
"""How long the stream's snapshot is waited for when all else is done."""
DOUBT_NS = SECOND
"""By so much the exchange's clock may be off: an order that is younger was surely placed meanwhile."""
NO_STREAM = (
    "This key streams no orders, and a list may lag: an order placed in the last minute may still be open."
)
NOT_TOLD = "The account stream has not told the open orders: one placed in the last minute may still be open."


async def leftover(
    face: Face, given: Given, asked: Sequence[str], asked_ns: int, speed: float
) -> tuple[Result, ...]:
    """Tell which orders fit the description, were there at that steady time, and were not asked about."""
    if given.ids or given.new_too or given.dry_run:
        return ()
    whole = await running.until(
        face, STREAM_S, speed, lambda t_ns: face.orders(t_ns).whole is not False and _is_timed(face, t_ns)
    )
    t_ns = face.clock.mono_ns()
    view = face.orders(t_ns)
    if not view.whole:
        guard.say(NO_STREAM if whole else NOT_TOLD)
    rows = [row for row in selected(view.rows, given) if row.id not in asked and not row.is_over]
    later = [row for row in rows if _came_later(face, row, asked_ns, t_ns)]
    if later:
        ids = ", ".join(row.id for row in later)
        guard.say(f"Placed meanwhile and open: {ids}. --all --new-too takes such along.")
    return tuple(_left(row) for row in rows if row not in later)


def _is_timed(face: Face, t_ns: int) -> bool:
    """Tell whether all is known that tells old orders from new ones."""
    return face.status(t_ns).clock_known or not face.orders(t_ns).rows


def _came_later(face: Face, row: OrderRow, asked_ns: int, t_ns: int) -> bool:
    status = face.status(t_ns)
    if not status.clock_known or row.opened_wall_ns is None:
        return False
    return row.opened_wall_ns > status.wall_ns - (t_ns - asked_ns) + DOUBT_NS


def _left(row: OrderRow) -> Result:
    text = f"Still open: {row.id}. The list of open orders did not name it: cancel it by its id."
    return Result(id=row.id, pair=row.pair, outcome="not_sent", filled=row.filled, text=text, cost=row.cost)
