"""What stands there when the terminal is too small: nothing may be acted on that cannot be seen."""

from krakentui.ui.line import Line, Span, clip, line
from krakentui.ui.screens.sheet import SIDES, Sheet
from krakentui.ui.widgets.scroll import Scroll

MIN_WIDTH, MIN_HEIGHT = 60, 16


def is_too_small(width: int, height: int) -> bool:
    """Tell whether the main screen does not fit."""
    return width < MIN_WIDTH or height < MIN_HEIGHT


class TooSmall(Sheet[None]):
    """Covers everything until the terminal has grown; only leaving works here."""

    def __init__(self) -> None:
        self._scroll = Scroll()
        super().__init__(self._scroll)
        self._notice = ""

    def lines_wanted(self, width: int) -> int:
        """Tell how many lines the sentences take."""
        return len(self._text(width))

    def fit_body(self) -> None:
        """Size and draw anew: the sentences name the present size."""
        super().fit_body()
        self._scroll.show(self._text(self.app.size.width))

    def tell(self, notice: str) -> None:
        """Add a sentence."""
        self._notice = notice
        self.fit_body()

    def pressed(self, action: str) -> None:
        """Nothing but leaving works here."""
        if action == "app.quit":
            self.app.do(action)  # type: ignore[attr-defined]  # only KrakenApp shows this screen

    def _text(self, width: int) -> tuple[Line, ...]:
        now_width, now_height = self.app.size
        title = "terminal too small"
        texts = [
            title if width >= len(title) + SIDES else "too small",
            f"{now_width}×{now_height}, needs {MIN_WIDTH}×{MIN_HEIGHT}",
            "cancel keys are off · q leaves",
            *([self._notice] if self._notice else []),
        ]
        return tuple(
            line(Span(clip(text, max(1, width)), "strong" if index == 0 else "text"))
            for index, text in enumerate(texts)
        )
