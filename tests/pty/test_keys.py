"""Keys in a real terminal: exactly the chosen order is cancelled, and nothing by accident."""

import re
from collections.abc import Iterator

import pytest

from tests.pty.terminal import Terminal
from tests.pty.venue import Venue

QUESTION = "Cancel this order?"
EVERYTHING = "EVERYTHING"
HELP = "Ask, then cancel the chosen order"
"""In the first lines of the help."""
DETAILS = "What was seen, by whom"
OVER_THE_MAIN_SCREEN = ("┏", "╭", "▔▔▔▔")
"""Frames of sheets and of the palette."""
ORDER_ID = re.compile(r"O[A-Z0-9]{5}-[A-Z0-9]{5}-[A-Z0-9]{6}")
DOWN, ENTER, ESCAPE = b"\x1b[B", b"\r", b"\x1b"
SLOW_LINE_S = 0.12
"""Longer than the 0.1 s after which Textual takes a lone ESC for the key, shorter than the gate's quiet."""


@pytest.fixture(scope="module")
def terminal(venue: Venue) -> Iterator[Terminal]:
    with venue.monitor() as terminal:
        terminal.comes_alive()
        terminal.pause(1)
        yield terminal


@pytest.fixture(autouse=True)
def _back_on_the_main_screen(terminal: Terminal) -> Iterator[None]:
    yield
    assert terminal.process.poll() is None, terminal.tail()
    if is_asked(terminal):
        answer(terminal, ESCAPE)
    terminal.pause(0.3)  # the gate is shut for 250 ms after escape


def ask(terminal: Terminal) -> str:
    """Press `x`, wait for the question, and tell which order it names."""
    terminal.type(b"x")
    terminal.shows("Esc keep")
    assert terminal.wait(lambda: len(set(ORDER_ID.findall(terminal.screen.text()))) == 1, 2)
    return str(ORDER_ID.findall(terminal.screen.text())[0])


def is_asked(terminal: Terminal) -> bool:
    """Tell whether anything lies on the main screen."""
    return any(sign in terminal.screen.text() for sign in OVER_THE_MAIN_SCREEN)


def answer(terminal: Terminal, key: bytes) -> None:
    """Press a key until the question is gone: a slow machine paints late, and early keys are dropped."""
    for _ in range(8):
        terminal.pause(0.5)
        if not is_asked(terminal):
            return
        terminal.type(key)
    raise AssertionError(f"the question stayed:\n{terminal.screen.text()}")


def asked_since(terminal: Terminal, seen: int) -> bool:
    """Tell whether a question was drawn since then."""
    drawn = bytes(terminal.output[seen:])
    return b"Cancel this" in drawn or b"EVERYTHING" in drawn


def chosen_row(terminal: Terminal) -> list[str]:
    """Tell the words of the row under the cursor."""
    rows = [line for line in terminal.screen.lines() if line.startswith(" ▌ ")]
    assert len(rows) == 1, terminal.screen.text()
    return rows[0].replace(",", "").split()


def test_arrow_x_enter_cancels_exactly_the_chosen_order(terminal: Terminal, venue: Venue) -> None:
    before = venue.open_orders()
    terminal.press(DOWN, DOWN, DOWN, DOWN)
    row = chosen_row(terminal)
    order_id = ask(terminal)
    assert before[order_id]["pair"] in row
    assert (before[order_id]["price"] or before[order_id]["trigger"]) in row
    answer(terminal, ENTER)
    terminal.shows("Cancelled: ")
    assert before.keys() - venue.open_orders().keys() == {order_id}


def test_escape_keeps_the_order(terminal: Terminal, venue: Venue) -> None:
    terminal.press(DOWN)
    before, asked = venue.open_orders(), len(venue.cancels())
    ask(terminal)
    answer(terminal, ESCAPE)
    assert venue.open_orders() == before
    assert len(venue.cancels()) == asked


@pytest.mark.parametrize(
    "typed",
    [
        pytest.param(b"x\r", id="typed ahead"),
        pytest.param(b"x" * 40 + b"\r" * 40, id="repeated"),
        pytest.param(b"\x1b[200~x\r\r\x1b[201~", id="pasted"),
        pytest.param(b"E27\r", id="everything typed ahead"),
        pytest.param(b"\x1b[200~E27\r\x1b[201~", id="everything pasted"),
        pytest.param(b"x\r\r\r\r\r", id="enter repeated", marks=pytest.mark.slow),
        pytest.param(b"x\rx\rx\r", id="pairs", marks=pytest.mark.slow),
        pytest.param(b"x\nx\n\x0d", id="pasted plainly", marks=pytest.mark.slow),
    ],
)
def test_an_enter_that_nobody_could_have_meant_confirms_nothing(
    terminal: Terminal, venue: Venue, typed: bytes
) -> None:
    asked = len(venue.cancels())
    terminal.type(typed)
    terminal.pause(0.8)
    assert len(venue.cancels()) == asked


@pytest.mark.parametrize("typed", [b"/xrp", b"/Ap", b"/DOGE"])
def test_what_one_write_brings_after_the_slash_is_the_filter(
    terminal: Terminal, venue: Venue, typed: bytes
) -> None:
    asked = len(venue.cancels())
    terminal.type(typed)
    terminal.pause(1.2)
    assert not is_asked(terminal), terminal.screen.text()
    assert typed.decode() in terminal.screen.text().replace("/ ", "/")
    terminal.press(ENTER, ESCAPE)
    assert len(venue.cancels()) == asked


@pytest.mark.parametrize(
    "pasted",
    [b"\rfoo", b"foo\r", pytest.param(b"\x1b[200~foo\x1b[201~\r", id="brackets", marks=pytest.mark.slow)],
)
def test_text_pasted_on_a_question_that_was_read_is_no_answer(
    terminal: Terminal, venue: Venue, pasted: bytes
) -> None:
    asked = len(venue.cancels())
    terminal.press(DOWN)
    ask(terminal)
    terminal.pause(0.6)
    terminal.type(pasted)
    terminal.shows("press it again")
    assert len(venue.cancels()) == asked


def test_a_count_pasted_without_brackets_is_no_answer(terminal: Terminal, venue: Venue) -> None:
    asked = len(venue.cancels())
    terminal.press(b"A")
    terminal.shows(EVERYTHING)
    terminal.pause(0.6)
    terminal.type(f"{len(venue.open_orders())}\r".encode())
    terminal.shows("press it again")
    assert len(venue.cancels()) == asked


def test_an_enter_held_down_since_the_question_came_confirms_nothing(
    terminal: Terminal, venue: Venue
) -> None:
    asked = len(venue.cancels())
    terminal.press(DOWN)
    terminal.type(b"x\r")
    for _ in range(30):
        terminal.type(ENTER)
        terminal.pause(0.033)
    assert QUESTION in terminal.screen.text()
    assert len(venue.cancels()) == asked


def test_an_enter_held_down_shows_the_details_and_no_key_below_them_cancels(
    terminal: Terminal, venue: Venue
) -> None:
    asked = len(venue.cancels())
    terminal.press(DOWN)
    terminal.type(b"\rx")
    for _ in range(30):
        terminal.type(ENTER)
        terminal.pause(0.033)
    terminal.shows(DETAILS)
    assert QUESTION not in terminal.screen.text()
    assert len(venue.cancels()) == asked


@pytest.mark.parametrize(
    "opens", [b"x", *(pytest.param(key, marks=pytest.mark.slow) for key in (b"A", b"?", b"J", b"\x10"))]
)
def test_escape_pressed_again_and_again_closes_one_thing_and_ends_nothing(
    terminal: Terminal, opens: bytes
) -> None:
    terminal.press(DOWN, opens)
    assert terminal.wait(lambda: is_asked(terminal))
    answer(terminal, ESCAPE * 5)
    terminal.pause(0.3)
    assert terminal.process.poll() is None, terminal.plain()
    assert "Open orders" in terminal.screen.text()


def test_enter_pressed_twice_cancels_once(terminal: Terminal, venue: Venue) -> None:
    terminal.press(DOWN)
    ask(terminal)
    asked = len(venue.cancels())
    terminal.pause(0.6)
    terminal.type(ENTER * 5)
    assert terminal.wait(lambda: len(venue.cancels()) > asked, 5)
    terminal.pause(0.5)
    assert terminal.process.poll() is None, terminal.plain()
    assert len(venue.cancels()) == asked + 1


PIECES = [
    (b"\x1b", b"[", b"A"),
    (b"\x1bO", b"A"),
    (b"^[[A", b"^[[A"),
    (b"\x9bA", b"\xc2\x9bA"),
    (b"\x1b", b"[200~xA\r", b"\x1b", b"[201~"),
]
MORE_PIECES = [
    (b"\x1b", b"[A"),
    (b"\x1b[", b"A"),
    (b"\x1b[1;2", b"x"),
    (b"\x1b", b"OA"),
    (b"\x1b", b"O", b"A"),
    (b"\x1b[1;", b"5A"),
    (b"^[[B", b"x"),
    (b"[A", b"[A"),
    (b"\x1b[", b"x"),
    (b"\x1b[x",),
    (b"\x1bx",),
    (b"\x1bA",),
    (b"\x1b[<35;10", b";5Mx"),
    (b"\x1b", b"[<0;20;20M", b"\x1b", b"[<0;20;20m"),
    (b"\x1b\x1b\x1b", b"[[[A"),
    (b"\x1b", b"[Ax\r\r", b"\r"),
]


@pytest.mark.parametrize(
    "pieces",
    [*PIECES, *(pytest.param(pieces, marks=pytest.mark.slow) for pieces in MORE_PIECES)],
    ids=lambda pieces: " ".join(map(repr, pieces)),
)
def test_a_broken_sequence_asks_and_cancels_nothing(
    terminal: Terminal, venue: Venue, pieces: tuple[bytes, ...]
) -> None:
    asked, seen = len(venue.cancels()), len(terminal.output)
    for piece in pieces:
        terminal.type(piece)
        terminal.pause(SLOW_LINE_S)
    terminal.pause(0.3)
    assert not asked_since(terminal, seen)
    assert len(venue.cancels()) == asked


@pytest.mark.parametrize("opens", [b"A", b"\x10"], ids=["a count field", "the palette"])
def test_a_broken_sequence_that_closes_a_field_asks_nothing(
    terminal: Terminal, venue: Venue, opens: bytes
) -> None:
    asked = len(venue.cancels())
    terminal.press(opens)
    assert terminal.wait(lambda: is_asked(terminal))
    for _ in range(6):  # a question takes no escape before it could be read
        if is_asked(terminal):
            terminal.pause(0.5)
            terminal.type(b"\x1b")
            terminal.pause(SLOW_LINE_S)
            terminal.type(b"OA")
            terminal.pause(0.4)
    assert EVERYTHING not in terminal.screen.text()
    assert len(venue.cancels()) == asked


GARBAGE = [
    b"\x1b[99999999;1u",
    b"\x1b[48;1;2;3;4;5;6t",
    b"\x1b[?2048;9$y\x1b[?2026;9$y",
    b"\x1b[<99999999999;1;1M",
    b"\x1b[M\x00\xff\xfe",
    b"\xc3",
    b"\xff\xfe\xc3\x28\xf0\x9f",
    b"\x1b]52;c;AAAA\x07",
    b"\x1bP$q m\x1b\\",
    b"\x1b[" + b"9" * 30 + b"u",
]


def test_garbage_from_the_terminal_ends_nothing(terminal: Terminal, venue: Venue) -> None:
    asked = len(venue.cancels())
    for garbage in GARBAGE:
        terminal.type(garbage)
        terminal.pause(SLOW_LINE_S)
        assert terminal.process.poll() is None, (garbage, terminal.plain())
    terminal.pause(0.4)
    if is_asked(terminal):
        answer(terminal, ESCAPE)
    for _ in range(10):
        if HELP not in terminal.screen.text():
            terminal.press(b"?")
            terminal.pause(0.3)
    terminal.shows(HELP)
    terminal.press(ESCAPE)
    assert len(venue.cancels()) == asked
