"""One key as the programs of this machine share it: its lane, its place, its counters on disk.

The program that holds the key's place keeps the counters and begins with what an earlier run left behind;
without a place (no state folder, a demo) nothing is kept and nothing is known at the start.
"""

from collections.abc import Awaitable, Callable

from msgspec import structs

from krakentui.budget.ledger import Ledger
from krakentui.engine.household import Household
from krakentui.engine.keeper import Identity, Keeper, KeepingDoor
from krakentui.engine.kept import Now, Recalled, path_of, recall
from krakentui.engine.lane import KeyLane
from krakentui.engine.nonce import NonceMark
from krakentui.engine.place import Place
from krakentui.model.clock import this_boot
from krakentui.model.event import ForeignUseSeen, LockoutBegan
from krakentui.model.figures import FiguresTold, Silence
from krakentui.model.secret import Credentials
from krakentui.settings import Settings

UNSEEN = "another program, or a command of ours, made calls that the counters on disk do not know"
REMEMBERED = "the exchange said so before this start"


class SharedKey:
    """The lane of one key and what is kept of it."""

    def __init__(
        self,
        settings: Settings,
        credentials: Credentials,
        house: Household,
        ledger: Callable[[], Ledger],
        place: Place | None,
    ) -> None:
        """Build the lane and tell what an earlier run knew; start nothing."""
        mark = NonceMark(house.clock, credentials.fingerprint, settings.state_dir)
        self._house = house
        self._keeper: Keeper | None = None
        self.problem: str | None = None
        """What is wrong with the counters of an earlier run, as a sentence."""
        if place is not None:
            identity = Identity(
                folder=place.folder,
                key=credentials.fingerprint,
                venue=settings.endpoints.rest,
                boot=this_boot(),
                speed=settings.speed,
            )
            self._keeper = Keeper(identity, house.clock, ledger, lambda: mark.known, house.tell)
            house = structs.replace(house, door=KeepingDoor(house.door, self._keeper.save))
        self.lane = KeyLane(credentials, settings.account, mark, house)
        if self._keeper is not None:
            self._begin_with(self._recalled(settings, mark))

    def tasks(self) -> list[tuple[str, Callable[[], Awaitable[None]]]]:
        """List what runs, by name."""
        return [] if self._keeper is None else [("counters on disk", self._keeper.run)]

    def close(self) -> None:
        """Write the counters for the next start."""
        if self._keeper is not None:
            self._keeper.save()

    def _recalled(self, settings: Settings, mark: NonceMark) -> Recalled:
        clock, key, boot = self._house.clock, self.lane.scope.key, this_boot()
        if settings.state_dir is None:
            return Recalled()
        now = Now(
            key=key,
            venue=settings.endpoints.rest,
            simulated=settings.venue != "live",
            boot=boot,
            speed=settings.speed,
            wall_ns=clock.now_ns(),
            t_ns=clock.mono_ns(),
            nonce=mark.known,
        )
        return recall(path_of(settings.state_dir, key), now)

    def _begin_with(self, recalled: Recalled) -> None:
        """Tell what is still certain; a silence that was asked for goes on."""
        tell, figures = self._house.tell, recalled.figures
        silences = recalled.silences
        if figures is not None:
            silences = figures.silences
            holds = tuple(one for one in silences if one.name is not None)
            tell(FiguresTold(figures=structs.replace(figures, silences=holds), by="file"))
        self._stay_silent(silences)
        if recalled.unseen:
            tell(ForeignUseSeen(name="rest", scope=self.lane.scope, why=UNSEEN))
        self.problem = recalled.problem

    def _stay_silent(self, silences: tuple[Silence, ...]) -> None:
        t_ns = self._house.clock.mono_ns()
        for one in silences:
            if one.until_ns <= t_ns:
                continue
            if one.name is None:
                self.lane.stay_silent(one.until_ns, 0)
                self._house.tell(LockoutBegan(scope=one.scope, until_ns=one.until_ns, reason=REMEMBERED))
            elif one.name == "rest":
                self.lane.stay_silent(0, one.until_ns)
