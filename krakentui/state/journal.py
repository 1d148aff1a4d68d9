"""What happened, as numbered sentences; the last 2,000 are kept."""

from collections import deque
from decimal import Decimal
from typing import Final

from krakentui.model.order import Outcome
from krakentui.state.reckoning import Reckoning
from krakentui.state.view import JournalLine

MAX_LINES: Final = 2_000


class Journal:
    """The lines of one session, oldest first."""

    def __init__(self, clock: Reckoning) -> None:
        """Begin empty; the clock dates the lines."""
        self._clock = clock
        self._lines: deque[JournalLine] = deque(maxlen=MAX_LINES)
        self._number = 0

    def note(
        self,
        kind: str,
        text: str,
        level: str,
        t_ns: int,
        *,
        order_id: str | None = None,
        outcome: Outcome | None = None,
        filled: Decimal | None = None,
    ) -> None:
        """Write one line."""
        self._number += 1
        self._lines.append(
            JournalLine(
                number=self._number,
                wall_ns=self._clock.exchange_ns(t_ns),
                kind=kind,
                text=text,
                level=level,
                order_id=order_id,
                outcome=outcome,
                filled=filled,
            )
        )

    @property
    def last(self) -> int:
        """The number of the last line; 0 = none yet."""
        return self._number

    def after(self, number: int) -> tuple[JournalLine, ...]:
        """List the lines younger than this number."""
        missing = self._number - number
        if missing <= 0:
            return ()
        lines = tuple(self._lines)
        return lines[-missing:] if missing < len(lines) else lines
