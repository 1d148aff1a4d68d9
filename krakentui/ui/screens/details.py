"""Everything about one order: it goes on being told while the order lives, and a while after."""

from krakentui.engine.face import Face
from krakentui.model.clock import SECOND
from krakentui.state.details import DetailsView
from krakentui.ui.detailtext import AMENDS, detail_lines
from krakentui.ui.line import Line, Span, line
from krakentui.ui.screens.journal import ALL
from krakentui.ui.screens.sheet import Sheet
from krakentui.ui.widgets.scroll import Scroll

FRAME_NS = SECOND // 2
"""How often it is written anew while nothing happens: ages and costs move."""
NOT_KEPT = "nothing more is kept of this order: what stands here is the last that was known"


class DetailsScreen(Sheet[None]):
    """Shows one order."""

    def __init__(self, face: Face, order_id: str, *, private: bool) -> None:
        self._scroll = Scroll()
        super().__init__(self._scroll)
        self._face = face
        self._order_id = order_id
        self._private = private
        self._told: DetailsView | None = None
        self._shown: tuple[int, int, int] | None = None

    def lines_wanted(self, width: int) -> int:  # noqa: ARG002 - whatever there is
        """Take all the room there is."""
        return ALL

    def on_mount(self) -> None:
        """Draw once the room is known."""
        self.call_after_refresh(self.draw, 0)

    def draw(self, t_ns: int) -> None:  # noqa: ARG002 - hand time: ages go by the session's clock
        """Write it anew where something happened or half a second has gone by."""
        now_ns, width = self._face.clock.mono_ns(), self._scroll.size.width
        now = (self._face.revision, now_ns // FRAME_NS, width)
        if now != self._shown and width:
            self._shown = now
            title, *lines = self._lines(now_ns, width)
            self._scroll.frame(head=(title,))
            self._scroll.show(tuple(lines))

    def _lines(self, now_ns: int, width: int) -> tuple[Line, ...]:
        found = self._face.details(self._order_id, now_ns)
        self._told = found or self._told
        if self._told is None:
            return (line(Span("nothing is known of this order yet", "muted")),)
        lines = detail_lines(self._told, width, private=self._private)
        return lines if found else (lines[0], line(Span(NOT_KEPT, "warn")), *lines[1:])

    def pressed(self, action: str) -> None:
        """Scroll, close, or ask for the amends; `enter` opened it and does nothing here."""
        if action == "details.amends":
            self._face.ask_amends(self._order_id)
            self._shown = None
            self.draw(0)
            self._scroll.reveal(AMENDS)
        elif action != "question.do":
            super().pressed("question.keep" if action == "app.quit" else action)
