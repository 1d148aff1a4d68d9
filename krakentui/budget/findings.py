"""What a trial settled of the open points of the websocket v1 reference, chapter 7, and what it did not."""

from collections.abc import Callable, Sequence
from fractions import Fraction

from msgspec import Struct

from krakentui.budget.readings import DIGIT, SLACK_S, Cut, Reading, fitting
from krakentui.budget.trial import Event, Side, Trial, Word
from krakentui.model.audit import Act, Written
from krakentui.model.limit import POINT

NO_FIGURE = "no update carried a counter"
_KINDS: dict[Written, str] = {
    "text": "text",
    "integer": "a whole number",
    "decimal": "a number with decimals",
    "senseless": "something that is no figure",
}
_CUTS: dict[Cut, str] = {
    "kept": "with its decimals",
    "cut": "cut to whole points",
    "rounded": "rounded to whole points",
}


class Finding(Struct, frozen=True):
    """One open point and what was found of it."""

    point: str
    answer: str
    """A clause; where it is not settled, why."""
    settled: bool = True

    @property
    def text(self) -> str:
        """The point and its answer in one sentence."""
        return f"{self.point}: {self.answer if self.settled else f'not settled ({self.answer})'}."


def findings(trial: Trial, decay: Fraction | None) -> tuple[Finding, ...]:
    """Answer every open point; `decay` is in points a second, None = the tier is not known."""
    events = trial.events()
    told = [one for one in trial.words if one.side == "old"]
    return (
        _written(told),
        *_readings(trial, events, decay),
        _carried("Both when an order is new and when it is open", told, "pending", "open"),
        _carried("In fills", told, "fill"),
        _carried("In the snapshot", told, "snapshot"),
        _by_pair(events, decay),
        _on_the_stream(trial, events, decay),
        *_strange(trial),
        Finding(
            "A single cancel above the ceiling, and the cost of cancelling everything there",
            "not tried on purpose: it takes a burst of a whole ceiling",
            settled=False,
        ),
    )


def side_told(events: Sequence[Event]) -> Side | None:
    """Tell which websocket's figures are read: the old one's, else the stream's; None = neither has any."""
    sides: tuple[Side, ...] = ("old", "new")
    return next((side for side in sides if any(one.figure(side) is not None for one in events)), None)


def _written(told: Sequence[Word]) -> Finding:
    point = "How the counter is written"
    told = [one for one in told if one.written in _KINDS]
    if not told:
        return Finding(point, NO_FIGURE, settled=False)
    kinds = dict.fromkeys(_KINDS[one.written] for one in told if one.written is not None)
    return Finding(point, f"as {' and '.join(kinds)}, the first was {told[0].figure or 'empty'}")


def _readings(trial: Trial, events: Sequence[Event], decay: Fraction | None) -> tuple[Finding, ...]:
    """Answer what only the figures can: fraction, drain, whether the act's points are in it, floor."""
    points = "Its fraction", "How it drains", "The points of the act itself", "Below zero"
    side = side_told(events)
    if side is None or decay is None:
        why = NO_FIGURE if side is None else "the tier is not known, so nothing can be expected"
        return tuple(Finding(point, why, settled=False) for point in points)
    fits = fitting(_of_first_pair(trial, events), decay, side=side)
    if not fits:
        pair = trial.pairs[0]
        why = "somebody changed another order there" if trial.disturbed else "did something else act there?"
        return tuple(
            Finding(point, f"no reading fits the figures of {pair}; {why}", settled=False) for point in points
        )
    return (
        _agreed(points[0], fits, lambda one: _CUTS[one.cut]),
        _agreed(points[1], fits, lambda one: "steadily" if one.steady else "in steps, each second"),
        _agreed(points[2], fits, lambda one: "are in it" if one.includes_act else "are not yet in it"),
        _agreed(points[3], fits, lambda one: "it stops at zero" if one.floors else "it goes further down"),
    )


def _agreed(point: str, fits: Sequence[Reading], answer: Callable[[Reading], str]) -> Finding:
    answers = list(dict.fromkeys(map(answer, fits)))
    if len(answers) == 1:
        return Finding(point, answers[0])
    return Finding(point, f"{' or '.join(answers)}, the figures fit each", settled=False)


def _carried(point: str, told: Sequence[Word], *acts: Act) -> Finding:
    """Tell in which updates the counter was."""
    parts, complete = [], True
    for act in acts:
        words = [one for one in told if one.act == act]
        carrying = sum(one.units is not None for one in words)
        complete &= bool(words)
        if words:
            name = f"{act} " if len(acts) > 1 else ""
            parts.append(f"{name}{carrying} of {len(words)}")
    if not complete:
        missing = "an update of each kind" if len(acts) > 1 else f"a {acts[0]}"
        seen = f"; {', '.join(parts)} carried it" if parts else ""
        return Finding(point, f"{missing} was not seen{seen}", settled=False)
    return Finding(point, f"{', '.join(parts)} carried it")


def _by_pair(events: Sequence[Event], decay: Fraction | None) -> Finding:
    point, side = "A counter for each pair", side_told(events)
    if side is None or decay is None:
        return Finding(point, NO_FIGURE if side is None else "the tier is not known", settled=False)
    if len({one.pair for one in events if one.figure(side) is not None}) < 2:
        return Finding(point, "no order was placed on a second pair", settled=False)
    apart = fitting(events, decay, side=side)
    together = fitting(events, decay, side=side, by_pair=False)
    if bool(apart) == bool(together):
        why = "the figures fit both" if apart else "the figures fit neither"
        return Finding(
            point, f"{why}: the second pair's order has to come at once with the first's", settled=False
        )
    return Finding(point, "yes" if apart else "no, one counter for all pairs")


def _on_the_stream(trial: Trial, events: Sequence[Event], decay: Fraction | None) -> Finding:
    point = "On the new websocket too"
    words = [one for one in trial.words if one.side == "new"]
    if not words:
        return Finding(point, "it told nothing of the orders", settled=False)
    if not trial.names:
        return Finding(point, f"no, none of its {len(words)} updates carried it")
    names = " and ".join(f"`{name}`" for name in sorted(trial.names))
    both = [(one.figure("old"), one.figure("new")) for one in events]
    pairs = [(old, new) for old, new in both if old is not None and new is not None]
    if not pairs:
        return Finding(point, f"yes, as {names}")
    slack = (DIGIT + (decay or 0) * SLACK_S) * POINT
    same = sum(abs(old - new) <= slack for old, new in pairs)
    return Finding(point, f"yes, as {names}, with the same figure in {same} of {len(pairs)} updates")


def _strange(trial: Trial) -> tuple[Finding, ...]:
    if not trial.strange:
        return ()
    return (Finding("Other fields that look like a counter", ", ".join(trial.strange)),)


def _of_first_pair(trial: Trial, events: Sequence[Event]) -> list[Event]:
    return [one for one in events if one.pair == trial.pairs[0]]
