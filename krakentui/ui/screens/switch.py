"""The question about the dead man's switch: to arm it the seconds are typed, to disarm it `enter` does."""

from collections.abc import Callable

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input

from krakentui.model.clock import SECOND, Clock
from krakentui.model.number import counted
from krakentui.state.view import SwitchQuestion
from krakentui.ui.fmt import HIDDEN, UNKNOWN
from krakentui.ui.line import Line, Span, keyed, line, wrapped
from krakentui.ui.screens.confirm import FIELD_LINES, OURS, CountField
from krakentui.ui.screens.guarded import GuardedSheet, Terminal
from krakentui.ui.widgets.scroll import Scroll
from krakentui.ui.widgets.statusline import BADGES

LEAST_S, USUAL_S, MOST_S = 30, 60, 86_399


class SwitchScreen(GuardedSheet):
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
        self._answer = answer
        self._private_text = private
        self._scroll = Scroll()
        self._told = ""
        self._field = (
            CountField(id="count", restrict=r"[0-9]*", max_length=5, placeholder=f"seconds, {USUAL_S}?")
            if question.arm
            else None
        )
        super().__init__(self._scroll, clock, terminal)

    def compose(self) -> ComposeResult:
        """Put the question into its frame, and the field below it."""
        with Vertical(id="sheet"):
            yield self._scroll
            if self._field is not None:
                yield self._field

    def lines_wanted(self, width: int) -> int:
        """Tell how high the question is."""
        return len(self._text(width)) + len(self._answers(width))

    def room(self) -> int:
        """Leave room for the field."""
        return super().room() - (FIELD_LINES if self._field is not None else 0)

    def on_mount(self) -> None:
        """Draw, and put the cursor into the field where there is one."""
        self._show()
        if self._field is not None:
            self._field.cursor_blink = False
            self._field.focus()

    def on_resize(self, event: events.Resize) -> None:
        """Break the lines anew."""
        super().on_resize(event)
        self._show()

    def pressed(self, action: str) -> None:
        """Answer, unless seconds have to be typed."""
        if action == "question.do" and self._field is None:
            self._done(0)
        elif action != "question.do":
            super().pressed(action)

    def wants(self, key: str) -> bool:
        """Leave the field its keys."""
        return self._field is None or key in OURS

    def on_input_changed(self, event: Input.Changed) -> None:
        """Take back what was said of the number before."""
        event.stop()
        self._say("")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Take the seconds, or say what is wrong with them."""
        event.stop()
        typed = int(event.value) if event.value.isascii() and event.value.isdigit() else 0
        if LEAST_S <= typed <= MOST_S:
            self._done(typed)
        else:
            self._say(f"{event.value or 'nothing'} is not {LEAST_S} to {MOST_S}")

    def _done(self, timeout_s: int) -> None:
        self._answer(timeout_s)
        self.dismiss(True)  # noqa: FBT003 - the answer itself

    def _say(self, told: str) -> None:
        if told != self._told:
            self._told = told
            self._show()

    def _show(self) -> None:
        width = self.inner_width()
        self._scroll.frame(foot=self._answers(width))
        self._scroll.show(self._text(width))

    def _text(self, width: int) -> tuple[Line, ...]:
        question = self.question
        badge, tone = BADGES[question.venue]
        key = HIDDEN if self._private_text else question.key or UNKNOWN
        title = "Arm the dead man's switch?" if question.arm else "Disarm the dead man's switch?"
        head = [
            line(Span(title, "bad")),
            line(
                Span(badge, tone),
                Span("  account "),
                Span(question.account, "strong"),
                Span(f"  key {key}", "muted"),
            ),
            Line(),
        ]
        body = [one for text in _sentences(question) for one in wrapped(text, width, "text")]
        return (*head, *body)

    def _answers(self, width: int) -> tuple[Line, ...]:
        """Write the answers, and above them what was wrong with the last one; they are always in sight."""
        told = wrapped(f"{self._told}.", width, "bad") if self._told else [Line()]
        act = (
            (f"type the seconds ({USUAL_S}), then Enter", "arms it")
            if self.question.arm
            else ("Enter", "disarm it")
        )
        return (*told, *keyed((act, ("Esc", "keep it as it is")), width))


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
