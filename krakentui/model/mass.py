"""What happens to cancels that were confirmed together, and to the one that takes everything at once.

A group is what one answer of the user has set going. A mass cancel (`cancel_all`, `CancelAll`) names no
order: it takes whatever is open when it arrives, whoever placed it, and its answer is a count (websocket
reference 8, REST reference 4.3). What it did to an order known here is told by that order's own steps.
"""

from krakentui.model.event import Happening


class CancelsBegun(Happening, frozen=True, kw_only=True):
    """The user has confirmed these cancels together."""

    account: str
    number: int
    """Of the question."""
    ids: tuple[str, ...]
    mass: bool = False
    """It goes as a mass cancel."""
    later: bool = False
    """Each goes when it is cheap enough, or never."""


class MassStep(Happening, frozen=True, kw_only=True):
    """One step in the life of a mass cancel; `request` is also that of the orders known when it went."""

    account: str
    request: int


class MassAsked(MassStep, frozen=True, kw_only=True):
    """It waits for its turn on the wire."""

    route: str
    key: str = ""
    """Fingerprint of the key that it goes with."""


class MassSent(MassStep, frozen=True, kw_only=True):
    """Its bytes were written: from here on it is never sent again unasked."""


class MassAnswered(MassStep, frozen=True, kw_only=True):
    """The exchange took it, with a count of orders, or said no."""

    ok: bool
    count: int | None = None
    """Orders that it ended; None = the answer does not say."""
    pending: bool = False
    """It is queued: the orders end later."""
    code: str = ""


class MassUnanswered(MassStep, frozen=True, kw_only=True):
    """No answer in time: whether it took effect is shown by the orders alone."""

    why: str


class MassNotSent(MassStep, frozen=True, kw_only=True):
    """It never left: the reason is a sentence."""

    why: str


class MassOver(MassStep, frozen=True, kw_only=True):
    """All is known of it that will be."""
