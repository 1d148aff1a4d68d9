"""What came of `krakentui cancel --all --new-too`: of the act itself, and of orders that it took unnamed."""

from collections.abc import Sequence

from msgspec import Struct

from krakentui.engine.face import Face
from krakentui.model.order import Outcome
from krakentui.state.groups import NAME, Mass
from krakentui.state.results import ResultRow, ResultsView
from krakentui.state.view import Question


class Everything(Struct, frozen=True, kw_only=True):
    """What came of a mass cancel. Without an outcome nothing was tried."""

    outcome: Outcome | None = None
    count: int | None = None
    """Orders that the exchange says it ended; None = it has not said."""
    text: str


def untried(text: str) -> Everything:
    """Tell of one that was not confirmed."""
    return Everything(text=text)


def not_sent(why: str) -> Everything:
    """Tell of one that could not be asked for."""
    return Everything(outcome="not_sent", text=f"Not sent: {NAME}: {why}")


def of(face: Face, question: Question) -> Everything:
    """Tell how the mass cancel of this question stands; one that is not settled is unknown."""
    mass = mass_of(face, question)
    if mass is None or mass.outcome is None:
        count = None if mass is None else mass.count
        text = f"Unknown: {NAME} is not settled yet. Look at your open orders."
        return Everything(outcome="unknown", count=count, text=text)
    return Everything(outcome=mass.outcome, count=mass.count, text=mass.verdict)


def mass_of(face: Face, question: Question) -> Mass | None:
    """Find the mass cancel of this question."""
    view = view_of(face, question)
    return None if view is None else view.mass


def is_over(face: Face, question: Question) -> bool:
    """Tell whether nothing more is to come."""
    mass = mass_of(face, question)
    return mass is not None and mass.outcome is not None


def rows(face: Face, question: Question) -> Sequence[ResultRow]:
    """List the orders of the mass cancel: those of the question, those placed since, those taken along."""
    view = view_of(face, question)
    return () if view is None else view.rows


def view_of(face: Face, question: Question) -> ResultsView | None:
    """Find what the state tells of this question; None = it was not confirmed."""
    return next((view for view in face.results() if view.number == question.number), None)
