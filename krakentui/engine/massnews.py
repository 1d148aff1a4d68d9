"""What a mass cancel's delivery tells besides what it tells of each order known to be open.

Every method does nothing for a request that names its orders.
"""

from collections.abc import Callable

from krakentui.budget.books import MASS_CANCEL
from krakentui.engine.routes import Job
from krakentui.model.event import CallSpent, Happening
from krakentui.model.limit import POINT, AccountScope, PairScope, Scope
from krakentui.model.mass import MassAnswered, MassAsked, MassNotSent, MassSent, MassUnanswered
from krakentui.state.state import State


class MassNews:
    """Tells of the mass cancels of one account."""

    def __init__(self, state: State, tell: Callable[[Happening], None], key: str) -> None:
        self._state = state
        self._tell = tell
        self._key = key
        self._account = state.account

    def asked(self, job: Job) -> None:
        """It waits for its turn."""
        if job.parcel.at_once:
            asked = MassAsked(
                account=self._account, request=job.number, route=job.parcel.words, key=self._key
            )
            self._tell(asked)

    def sent(self, job: Job) -> None:
        """Its bytes were written."""
        # the official Rust client (2026-08) adds a point to each pair with open orders
        if not job.parcel.at_once:
            return
        pairs = sorted({one.pair for one in job.wanted if one.pair is not None})
        scopes: list[Scope] = [PairScope(self._account, pair) for pair in pairs]
        for scope in scopes or [AccountScope(self._account)]:
            self._tell(
                CallSpent(name="engine", scope=scope, low=0, high=POINT, what=MASS_CANCEL, lane="cancel")
            )
        self._tell(MassSent(account=self._account, request=job.number))

    def taken(self, job: Job, count: int | None, *, pending: bool) -> None:
        """The exchange took it and says of how many."""
        if job.parcel.at_once:
            self._tell(
                MassAnswered(account=self._account, request=job.number, ok=True, count=count, pending=pending)
            )

    def refused(self, job: Job, code: str) -> None:
        """The exchange said no."""
        if job.parcel.at_once:
            self._tell(MassAnswered(account=self._account, request=job.number, ok=False, code=code))

    def unanswered(self, job: Job, why: str) -> None:
        """No answer came; one that was taken and does not name its orders was answered."""
        if job.parcel.at_once and self._phase(job) != "taken":
            self._tell(MassUnanswered(account=self._account, request=job.number, why=why))

    def not_sent(self, job: Job, why: str) -> None:
        """It never left."""
        if job.parcel.at_once:
            self._tell(MassNotSent(account=self._account, request=job.number, why=why))

    def was_sent(self, job: Job) -> bool:
        """Tell whether its bytes were written, or may have been."""
        return job.parcel.at_once and self._phase(job) not in {None, "asked"}

    def _phase(self, job: Job) -> str | None:
        mass = self._state.desk.groups.mass
        return mass.phase if mass is not None and mass.request == job.number else None
