"""`krakentui limits calibrate`: a guided trial of what the exchange's trading counter really shows.

The user places, amends and cancels elsewhere; this program watches both private websockets, says what each
told, and writes a small report. However it ends, what is known by then is said and written.
"""

from collections.abc import Callable
from fractions import Fraction

from msgspec import structs

from krakentui.budget.findings import findings
from krakentui.budget.trial import Trial
from krakentui.commands import calibration, guard, running
from krakentui.commands.calibration import INTRODUCTION, conclusion, next_step, said
from krakentui.commands.choose import settings_for
from krakentui.commands.complaints import SEE_HELP
from krakentui.commands.complete import PATIENCE_S
from krakentui.commands.lines import put
from krakentui.commands.parser import Given
from krakentui.commands.select import is_named, one_pair
from krakentui.engine.session import Session
from krakentui.model.clock import SECOND
from krakentui.model.error import KrakentuiError, UsageError
from krakentui.model.event import Happening
from krakentui.settings import Settings
from krakentui.state import words as order_words

LOOK_S = 0.1
STRAGGLERS_S = 2.0
"""For so long the last updates are waited for."""
OPENING_S = 30.0
"""After so long without both websockets it is said what is missing; it goes on waiting."""
NO_PAIR = (
    "Say on which pair you will place the two orders, as in `krakentui limits calibrate --pair XRP/USD`: "
    "without it the next order of any program would be taken for yours."
)
NO_KEY = "There is no API key, so there are no orders to watch: see `krakentui keys add`."


def run(given: Given) -> int:
    """Walk through the trial; 0 = it came to its end, 1 = it did not."""
    if given.json:
        raise UsageError(f"`krakentui limits calibrate` has no option --json. {SEE_HELP}")
    if given.pair is None:
        raise UsageError(NO_PAIR)
    settings = settings_for(given)
    if settings.credentials is None:
        raise KrakentuiError(NO_KEY)
    settings = structs.replace(settings, audit=True, read_only=True)
    return running.run_loop(_calibrate(given, settings))


async def _calibrate(given: Given, settings: Settings) -> int:
    put(INTRODUCTION)
    async with running.opened(settings, "limits calibrate") as session:
        guide = Guide(session, put)
        session.listen(guide.heard)
        try:
            return await guide.walk(given, settings.speed)
        finally:
            ending = _saved(guide, session, settings)
            guide.catch_up()
            put("\n" + conclusion(findings(guide.trial, guide.decay)))
            put(ending)


class Guide:
    """Walks the user through the trial."""

    def __init__(self, session: Session, say: Callable[[str], None]) -> None:
        """Start with nothing seen."""
        self.trial = Trial(account=session.state.account)
        self._session = session
        self._say = say
        self._said = 0
        self._told: frozenset[str] = frozenset()
        self._step = ""
        self._anew = False

    @property
    def decay(self) -> Fraction | None:
        """Points a second; None = the tier is not known."""
        belief = self._session.state.ledger.belief
        return belief.rules.engine_decay if belief.tier is not None else None

    def heard(self, event: Happening, t_ns: int) -> None:
        """Take one event; orders that came before both websockets were live are no part of the trial."""
        self.trial = self.trial.take(event, t_ns)

    def catch_up(self) -> None:
        """Say what came in since the last time, and of each new order which it is."""
        self._introduce()
        words = self.trial.words
        for word in words[self._said :]:
            self._say(said(word, words[0].t_ns))
        self._said = len(words)

    def _introduce(self) -> None:
        """Say which orders are taken for those of the trial: nothing tells them from another program's."""
        state = self._session.state
        for order_id, name in self.trial.orders.items():
            order = state.orders.get(order_id)
            if order is not None and name not in self._told:
                self._told |= {name}
                self._say(f"{name} is taken to be: {order_words.describe(order, state.pairs)}.")

    async def walk(self, given: Given, speed: float) -> int:
        """Guide until the trial is over, or the time is; return the exit code.

        Raises:
            KrakentuiError: the time was over before both websockets were live.
            UsageError: there is no such pair.
        """
        clock = self._session.clock
        end_ns = None if given.seconds is None else clock.mono_ns() + int(given.seconds * speed * SECOND)
        await self._both_live(end_ns, int(OPENING_S * speed * SECOND))
        await running.until(
            self._session, PATIENCE_S, speed, lambda _: is_named(given, self._session.names())
        )
        belief, pair = self._session.state.ledger.belief, one_pair(self._session.names(), given.pair or "")
        self.trial = Trial.of(self.trial.account, pair, belief)
        self._say(f"Both websockets are live; the tier is {belief.name}.")
        self._say(
            f"The next new orders on {pair} are taken for A1 and A2, whoever places them."
            " If one that is named here is not yours, press Ctrl-C and begin again."
        )
        while step := next_step(self.trial):
            self.catch_up()
            self._prompt(step)
            if end_ns is not None and clock.mono_ns() >= end_ns:
                self._say("The time is over before the trial is.")
                return 1
            await clock.sleep(LOOK_S)
        await clock.sleep(STRAGGLERS_S)
        return 0

    async def _both_live(self, end_ns: int | None, patience_ns: int) -> None:
        clock = self._session.clock
        patient_ns = clock.mono_ns() + patience_ns
        while not self._is_open():
            t_ns = clock.mono_ns()
            if end_ns is not None and t_ns >= end_ns:
                raise KrakentuiError(self._missing())
            if t_ns >= patient_ns:
                patient_ns += patience_ns
                self._say(self._missing())
            await clock.sleep(LOOK_S)

    def _prompt(self, step: str) -> None:
        if step != self._step:
            self._step = step
            self._say(f"-> {step}")
        if self.trial.has("A2", "amended") and not self._anew:
            self._anew = True
            self._session.audit_anew("its snapshot is wanted")

    def _is_open(self) -> bool:
        feeds, t_ns = self._session.state.feeds, self._session.clock.mono_ns()
        live = feeds["private"].state == feeds["audit"].state == "live"
        return live and self._session.orders(t_ns).known and bool(self._session.names().pairs)

    def _missing(self) -> str:
        stream, t_ns = self._session.state.feeds["private"], self._session.clock.mono_ns()
        if stream.state != "live":
            return f"The account's stream is not live: {stream.why.rstrip('.') or 'no answer yet'}."
        return self._session.budget(t_ns).audit.text


def _saved(guide: Guide, session: Session, settings: Settings) -> str:
    """Write the report and say where it is."""
    clock, belief = session.clock, session.state.ledger.belief
    wall_ns = clock.now_ns()
    text = calibration.report(
        guide.trial, venue=settings.venue, tier=belief.name, decay=guide.decay, wall_ns=wall_ns
    )
    if settings.state_dir is None:
        guard.say("There is no folder to keep the report in.")
        return text
    try:
        path = calibration.save(text, settings.state_dir, wall_ns)
    except OSError as error:
        guard.say(f"The report cannot be written into {settings.state_dir}: {error.strerror}.")
        return text
    return f"The report is {path}: it names no order, amount or account."
