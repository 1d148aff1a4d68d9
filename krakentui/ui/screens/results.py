"""What came of the cancels confirmed last: one row an order, told on while they settle."""

from krakentui.engine.face import Face
from krakentui.ui.line import Line
from krakentui.ui.resulttext import result_keys, result_lines
from krakentui.ui.screens.sheet import Sheet
from krakentui.ui.widgets.scroll import Scroll

CLOSES = frozenset({"app.quit", "order.results"})


class ResultsScreen(Sheet[None]):
    """Shows the outcomes; closing it changes nothing."""

    def __init__(self, face: Face, *, private: bool) -> None:
        self._scroll = Scroll()
        super().__init__(self._scroll)
        self._face = face
        self._private_text = private
        self._shown: tuple[int, int] | None = None

    def lines_wanted(self, width: int) -> int:
        """Tell how high the list is."""
        return len(self._lines(width)) + len(self._keys(width))

    def on_mount(self) -> None:
        """Draw once the room is known."""
        super().on_mount()
        self.call_after_refresh(self.draw, 0)

    def draw(self, t_ns: int) -> None:  # noqa: ARG002 - nothing here ages
        """Write it anew where something happened."""
        now = (self._face.revision, self.inner_width())
        if now != self._shown:
            self._shown = now
            self.fit_body()
            self._scroll.frame(foot=self._keys(self.inner_width()))
            self._scroll.show(self._lines(self.inner_width()))

    def _lines(self, width: int) -> tuple[Line, ...]:
        return result_lines(self._face.results(), width, private=self._private_text)

    def _keys(self, width: int) -> tuple[Line, ...]:
        return result_keys(self._face.results(), width)

    def pressed(self, action: str) -> None:
        """Scroll or close; `enter` answered the question before and does nothing here."""
        if action != "question.do":
            super().pressed("question.keep" if action in CLOSES else action)
