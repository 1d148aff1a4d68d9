"""What an earlier run, or an owner that ended, left on disk: told as events, obeyed by the lane."""

from collections.abc import Callable
from pathlib import Path

from msgspec import structs

from krakentui.engine.kept import Now, Recalled, path_of, recall
from krakentui.engine.lane import KeyLane
from krakentui.engine.nonce import NonceMark
from krakentui.model.clock import Clock, this_boot
from krakentui.model.event import ForeignUseSeen, Happening, LockoutBegan
from krakentui.model.figures import BudgetFigures, FiguresTold, Silence
from krakentui.settings import Settings

UNSEEN = "another program made calls that the counters on disk do not know"
REMEMBERED = "the exchange said so before this start"


class Recollection:
    """Reads the counters of one key from disk."""

    def __init__(
        self,
        settings: Settings,
        folder: Path | None,
        clock: Clock,
        lane: KeyLane,
        mark: NonceMark,
        tell: Callable[[Happening], None],
    ) -> None:
        """Remember where to look, None = nowhere, and whom to tell."""
        self._settings = settings
        self._folder = folder
        self._clock = clock
        self._lane = lane
        self._mark = mark
        self._tell = tell

    def begin(self) -> str | None:
        """Begin with what an earlier run knew; tell in a sentence what is wrong with that."""
        recalled = self._read(simulated=self._settings.venue != "live")
        if recalled.figures is not None:
            self.take(recalled.figures)
        else:
            self.stay_silent(recalled.silences, REMEMBERED)
        if recalled.unseen:
            self._tell(ForeignUseSeen(name="rest", scope=self._lane.scope, why=UNSEEN))
        return recalled.problem

    def take(self, figures: BudgetFigures) -> None:
        """Begin with what was known a while ago, by the same steady clock."""
        holds = tuple(one for one in figures.silences if one.name is not None)
        left = structs.replace(figures, silences=holds)
        self._tell(FiguresTold(figures=left, key=self._lane.scope.key, by="file"))
        self.stay_silent(figures.silences, REMEMBERED)

    def inherit(self, last_nonce: int) -> None:
        """Go on where an owner ended: what it told stands, unless it wrote down that more was spent."""
        recalled = self._read(simulated=False)
        self._mark.look()
        if recalled.figures is not None:
            self._tell(FiguresTold(figures=recalled.figures, key=self._lane.scope.key, by="late owner"))
        if recalled.unseen and self._mark.known > last_nonce:
            self._tell(ForeignUseSeen(name="rest", scope=self._lane.scope, why=UNSEEN))

    def stay_silent(self, silences: tuple[Silence, ...], reason: str) -> None:
        """Go on with the silence that the exchange asked for."""
        t_ns = self._clock.mono_ns()
        for one in silences:
            if one.until_ns <= t_ns:
                continue
            if one.name is None:
                self._lane.stay_silent(one.until_ns, 0)
                self._tell(LockoutBegan(scope=one.scope, until_ns=one.until_ns, reason=reason))
            elif one.name == "rest":
                self._lane.stay_silent(0, one.until_ns)

    def _read(self, *, simulated: bool) -> Recalled:
        settings, folder = self._settings, self._folder
        if folder is None:
            return Recalled()
        now = Now(
            key=self._lane.scope.key,
            venue=settings.endpoints.rest,
            simulated=simulated,
            boot=this_boot(),
            speed=settings.speed,
            wall_ns=self._clock.now_ns(),
            t_ns=self._clock.mono_ns(),
            nonce=self._mark.known,
        )
        return recall(path_of(folder, now.key), now)
