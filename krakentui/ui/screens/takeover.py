"""The question whether to take a key over: it locks other programs out for good, so the words are typed."""

from collections.abc import Callable

from krakentui.engine.takeover import WHAT_IT_DOES, WORD
from krakentui.model.clock import Clock
from krakentui.state.keyring import TakeOverQuestion
from krakentui.ui.line import Line, wrapped
from krakentui.ui.screens.guarded import Terminal
from krakentui.ui.screens.typed import TypedField, TypedSheet

COST = "It asks the exchange up to three times, a point of the REST counter each."


class TakeOverScreen(TypedSheet):
    """Asks; `answer` is called once the words were typed."""

    def __init__(
        self,
        question: TakeOverQuestion,
        clock: Clock,
        terminal: Terminal,
        answer: Callable[[], None],
        *,
        private: bool,
    ) -> None:
        self.question = question
        self._take = answer
        field = TypedField(id="word", max_length=len(WORD), placeholder=f"{WORD}?")
        super().__init__(clock, terminal, field, private=private)

    def text(self, width: int) -> tuple[Line, ...]:
        """Write the question."""
        asked = self.question
        head = self.head(f"Take over the key {asked.name}?", asked.venue, asked.account, asked.fingerprint)
        told = (WHAT_IT_DOES.format(asked.name), COST)
        return (*head, *(one for text in told for one in wrapped(text, width, "text")))

    def ways(self) -> tuple[tuple[str, str], tuple[str, str]]:
        """Name how it is done and how it is not."""
        return (f"type {WORD}, then Enter", "takes it over"), ("Esc", "leave it as it is")

    def judged(self, typed: str) -> str:
        """Say why this is not the answer."""
        meant = " ".join(typed.split()).casefold() == WORD
        return "" if meant else f"{typed} is not {WORD}" if typed else "nothing is typed"

    def done(self, typed: str) -> None:  # noqa: ARG002 - it was judged
        """Take the key over."""
        self._take()
