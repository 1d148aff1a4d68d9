"""The keys: what each may do and how it stands; the one in use is checked, another one takes its place."""

from collections.abc import Callable

from textual.app import ComposeResult
from textual.containers import Vertical

from krakentui.engine.face import KeysFace
from krakentui.model.clock import SECOND, Clock
from krakentui.ui.line import Line, Span, line, span_width
from krakentui.ui.screens.sheet import PAGES, Sheet
from krakentui.ui.widgets.keys import KeysTable, key_lines, price_of_check
from krakentui.ui.widgets.rows import HEAD
from krakentui.ui.widgets.scroll import Scroll

DRAWN_EVERY_NS = SECOND // 2
FOOT = 1
LEAST_ROWS = 3
NOT_CHECKED = "Only a key in use is checked: Enter takes this one."
ROOMY = 80
"""From this width on the foot names every key."""


class KeysScreen(Sheet[None]):
    """Lists the keys; `enter` takes the chosen one."""

    def __init__(
        self,
        keys: KeysFace,
        clock: Clock,
        switch: Callable[[str], str],
        take_over: Callable[[str | None], str],
        *,
        private: bool,
    ) -> None:
        """Show these keys.

        Args:
            keys: what there is.
            clock: for ages.
            switch: takes the key of this name; the sentence says what comes of it.
            take_over: asks whether to take over the key of this name; the sentence says why not, if so.
            private: whether fingerprints are hidden.
        """
        self._table = KeysTable()
        super().__init__(self._table)
        self._keys, self._clock, self._switch, self._take_over = keys, clock, switch, take_over
        self._about = Scroll()
        self._foot = Scroll()
        self._said = ""
        self._drawn_ns: int | None = None
        self._table.private = private

    def compose(self) -> ComposeResult:
        """Put the table above what is known of the chosen key."""
        with Vertical(id="sheet"):
            yield self._table
            yield self._about
            yield self._foot

    def lines_wanted(self, width: int) -> int:  # noqa: ARG002 - one line a key
        """Tell how high the table would like to be."""
        view = self._table.view
        return HEAD + max(LEAST_ROWS, 0 if view is None else len(view.rows))

    def fit_body(self) -> None:
        """Give the table a third of the room, and what is known of the key the rest."""
        room = self.room() - FOOT
        table = min(self.lines_wanted(self.inner_width()), max(HEAD + LEAST_ROWS, room // 3))
        self._table.styles.height = table
        self._about.styles.height = max(1, room - table)
        self._foot.styles.height = FOOT

    def on_mount(self) -> None:
        """Give the keys to the table, the one in use chosen, and draw."""
        super().on_mount()
        self._table.focus()
        self.call_after_refresh(self._begin)

    def draw(self, t_ns: int) -> None:
        """Show what there is now, twice a second."""
        if self._drawn_ns is None or t_ns - self._drawn_ns >= DRAWN_EVERY_NS:
            self._drawn_ns = t_ns
            self._show()

    def pressed(self, action: str) -> None:
        """Choose, scroll, check, switch or close; the key that opened the screen closes it, too."""
        if action in {"view.keys", "app.quit"}:
            self.dismiss(None)
        elif action == "keys.check":
            self._say(self._keys.check(self._table.chosen) if self._may_check() else NOT_CHECKED)
        elif action == "keys.take_over":
            self._say(self._take_over(self._table.chosen))
        elif action == "question.do":
            if self._table.chosen is not None:
                self._say(self._switch(self._table.chosen))
        elif action in PAGES:
            self._about.move(PAGES[action] * self._about.page())
            self._show()
        else:
            super().pressed(action)
            self._say("")

    def _may_check(self) -> bool:
        """Tell whether the chosen key is one that a check asks about."""
        view = self._table.view
        rows = () if view is None else view.rows
        return any(row.name == self._table.chosen and (row.in_use or row.cancels) for row in rows)

    def _say(self, sentence: str) -> None:
        self._said = sentence
        self._show()

    def _begin(self) -> None:
        self._show()
        used = next((row.name for row in self._keys.view(self._clock.mono_ns()).rows if row.in_use), None)
        if used is not None:
            self._table.choose(used)
            self._show()

    def _show(self) -> None:
        view = self._keys.view(self._clock.mono_ns(), self._table.chosen)
        self._table.show(view)
        self.fit_body()
        width, private = self._about.size.width or self.inner_width(), self._table.private
        self._about.show(key_lines(view, self._table.chosen, width, private=private))
        self._foot.show((self._feet(),))

    def _feet(self) -> Line:
        if self._said:
            return line(Span(self._said, "accent"))
        whole, brief = (self._keys_of_foot(brief=brief) for brief in (False, True))
        return whole if span_width(whole.spans) <= self.inner_width() else brief

    def _keys_of_foot(self, *, brief: bool) -> Line:
        view, narrow = self._table.view, self.app.size.width < ROOMY
        check: tuple[Span, ...] = ()
        if view is not None and self._may_check():
            check = Span("c", "key"), price_of_check(view, brief=brief), Span("  ")
        more = () if narrow or self._about.at_end else (Span("PgDn", "key"), Span(" more  ", "muted"))
        return line(
            Span("Enter", "key"),
            Span(" use it  ", "muted"),
            *check,
            *more,
            Span("Esc", "key"),
            Span(" close", "muted"),
        )
