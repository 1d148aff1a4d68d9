"""What has been: closed orders, trades, ledger. Nothing is read before its cost was shown, and `enter`."""

from collections.abc import Callable

from textual.app import ComposeResult
from textual.containers import Vertical

from krakentui.engine.face import Face
from krakentui.model.history import HistoryKind
from krakentui.ui.line import Line, Span, keyed, line, wrapped
from krakentui.ui.screens.sheet import Sheet
from krakentui.ui.widgets.field import Field
from krakentui.ui.widgets.history import KINDS, HistoryTable
from krakentui.ui.widgets.scroll import Scroll

ALL = 1_000_000
FIELD_LINES = 1
MOST_WORDS = 60
KEYS_HERE = (
    ("Tab", "next kind"),
    ("r", "newest again"),
    ("/", "words"),
    ("e", "export"),
    ("f", "fees"),
    ("Esc", "close"),
)


class HistoryScreen(Sheet[None]):
    """One kind at a time; Tab turns to the next."""

    def __init__(self, face: Face, hide: bool) -> None:
        self._table = HistoryTable()
        super().__init__(self._table)
        self._table.private = hide
        self._face = face
        self._kind: HistoryKind = KINDS[0]
        self._foot = Scroll(id="history-foot")
        self._said = ""
        self._field = Field(
            restrict=r"[ -~]*", max_length=MOST_WORDS, placeholder="words", id="history-words"
        )
        self._field.changed, self._field.submitted = self._typed, self._entered
        self._acts: dict[str, Callable[[], None]] = {
            "question.do": lambda: self._say(self._face.ask_history(self._kind, again=False)),
            "poll.now": lambda: self._say(self._face.ask_history(self._kind, again=True)),
            "history.fees": lambda: self._say(self._face.ask_fees()),
            "history.export": lambda: self._say(self._face.export(self._kind, self._table.rows)),
            "panel.next": lambda: self._turn(1),
            "panel.previous": lambda: self._turn(-1),
            "list.filter": self._open_field,
        }

    def compose(self) -> ComposeResult:
        """Put the table above the field and the keys."""
        with Vertical(id="sheet"):
            yield self._table
            yield self._field
            yield self._foot

    def lines_wanted(self, width: int) -> int:  # noqa: ARG002 - whatever there is
        """Take all the room there is."""
        return ALL

    def room(self) -> int:
        """Leave room for the field and the keys."""
        return super().room() - FIELD_LINES - len(self._keys(self.inner_width()))

    def on_mount(self) -> None:
        """Draw what is known."""
        super().on_mount()
        self._field.display = False
        self.call_after_refresh(self._show)

    def draw(self, t_ns: int) -> None:  # noqa: ARG002 - the session's clock counts here
        """Show what there is now."""
        self._show()

    def wants(self, key: str) -> bool:
        """Leave the field its keys while words are typed."""
        return self.focused is not self._field or key == "escape"

    def pressed(self, action: str) -> None:
        """Read, export, turn, filter, scroll, close."""
        if self._field.display and action == "question.keep":
            self._close_field("")
        elif action in self._acts:
            self._acts[action]()
        else:
            super().pressed("question.keep" if action in {"view.history", "app.quit"} else action)

    def _typed(self, words: str) -> None:
        """Follow the words as they are typed."""
        self._table.narrow(tuple(words.lower().split()))

    def _entered(self, words: str) -> None:
        """Give the keys back to the rows."""
        if not words.strip():
            self._close_field("")
        self.set_focus(None)

    def _open_field(self) -> None:
        self._field.display = True
        self.set_focus(self._field)

    def _close_field(self, words: str) -> None:
        self._field.value = words
        self._field.display = False
        self.set_focus(None)
        self._table.narrow(())

    def _turn(self, step: int) -> None:
        self._kind = KINDS[(KINDS.index(self._kind) + step) % len(KINDS)]
        self._say("")

    def _say(self, sentence: str) -> None:
        self._said = sentence
        self._show()

    def _show(self) -> None:
        self._table.show(self._face.history(self._kind, self._face.clock.mono_ns()))
        keys = self._keys(self.inner_width())
        if self._foot.styles.height is None or self._foot.styles.height.value != len(keys):
            self._foot.styles.height = len(keys)
            self.fit_body()
        self._foot.show(keys)

    def _keys(self, width: int) -> tuple[Line, ...]:
        """Write what was said last, else the keys: whole, on as many lines as that takes."""
        if not self._said:
            return keyed(KEYS_HERE, width)
        sentence, *names = self._said.split("\n")
        return (*wrapped(sentence, width, "accent"), *(line(Span(name, "accent")) for name in names))
