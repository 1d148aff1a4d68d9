"""The question about the dead man's switch: to arm it the seconds are typed, to disarm it `enter` does."""

from collections.abc import Callable

from krakentui.model.clock import SECOND, Clock
from krakentui.model.number import counted
from krakentui.state.view import SwitchQuestion
from krakentui.ui.line import Line, wrapped
from krakentui.ui.screens.guarded import Terminal
from krakentui.ui.screens.typed import TypedField, TypedSheet

LEAST_S, EXAMPLE_S, MOST_S = 30, 60, 86_399


class SwitchScreen(TypedSheet):
    """Asks; `armed` gets the seconds that were typed, 0 to disarm."""

    def __init__(
        self,
        question: SwitchQuestion,
        clock: Clock,
        terminal: Terminal,
        answer: Callable[[int], None],
        *,
        private: bool,
    ) -> None:
        self.question = question
        self._set = answer
        field = TypedField(id="count", restrict=r"[0-9]*", max_length=5, placeholder=f"such as {EXAMPLE_S}")
        super().__init__(clock, terminal, field if question.arm else None, private=private)

    def text(self, width: int) -> tuple[Line, ...]:
        """Write the question."""
        asked = self.question
        title = "Arm the dead man's switch?" if asked.arm else "Disarm the dead man's switch?"
        body = [one for text in _sentences(asked) for one in wrapped(text, width, "text")]
        return (*self.head(title, asked.venue, asked.account, asked.key or ""), *body)

    def ways(self) -> tuple[tuple[str, str], tuple[str, str]]:
        """Name how it is done and how it is not."""
        if self.question.arm:
            act = f"type {LEAST_S} to {MOST_S} seconds, then Enter", "arms it"
        else:
            act = "Enter", "disarm it"
        return act, ("Esc", "keep it as it is")

    def judged(self, typed: str) -> str:
        """Say why this is no number of seconds that it takes."""
        seconds = int(typed) if typed.isascii() and typed.isdigit() else 0
        if LEAST_S <= seconds <= MOST_S:
            return ""
        wanted = f"a number from {LEAST_S} to {MOST_S}"
        return f"{typed} is not {wanted}" if typed else f"type {wanted}"

    def done(self, typed: str) -> None:
        """Arm it with these seconds, or disarm it."""
        self._set(int(typed or 0))


def _sentences(question: SwitchQuestion) -> list[str]:
    orders = counted(question.open_orders, "open order")
    if not question.arm:
        left = question.fires_in_ns
        when = "" if left is None else f" It would fire in {max(0, left // SECOND)} s."
        return [f"The exchange then cancels nothing by itself: {orders} stay as they are.{when}"]
    where = f" on {', '.join(question.pairs)}" if question.pairs else ""
    others = f" {question.not_ours} of them carry another program's mark." if question.not_ours else ""
    danger = (
        "When krakentui stops renewing it, by a crash, a dead line or your leaving, the exchange cancels "
        f"EVERY open order of this account: now {orders}{where}, stops and other programs' orders "
        f"included.{others}"
    )
    rules = (
        "It is renewed every 15 to 30 s over the websocket. The account has one such timer: another "
        "program's call replaces it. It is never armed again by itself."
    )
    return [danger, rules]
