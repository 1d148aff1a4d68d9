"""Everything a key can do, as one table.

Bindings, key line, command palette, help screen and the README's key table all come from it; every
binding carries the id, so that keys can be mapped anew. `ctrl+h`, `ctrl+i`, `ctrl+j` and `ctrl+m` are
never used: many terminals send them for backspace, tab and enter.
"""

from collections.abc import Iterator
from enum import Enum
from typing import Literal

from msgspec import Struct
from textual.binding import Binding


class Danger(Enum):
    """What stands between the key and the act."""

    SAFE = "runs at once"
    ASK = "asks first, enter does it"
    ASK_ALL = "asks first, the count has to be typed"


SAFE, ASK, ASK_ALL = Danger.SAFE, Danger.ASK, Danger.ASK_ALL
Where = Literal["main", "everywhere", "question", "details", "history", "keys"]


class Action(Struct, frozen=True):
    """One thing the user can ask for."""

    id: str
    keys: str
    """Textual's names, separated by commas; the first is the one shown."""
    label: str
    help: str
    danger: Danger = SAFE
    line: int = 0
    """Place in the key line, 0 = not in it; the last places go first when room is short."""
    short: str = ""
    """The key line's word, where the label is too long for it."""
    where: Where = "main"
    on_orders: bool = False
    """It acts on orders of the list, so it does nothing while another panel has the keys."""


ACTIONS: tuple[Action, ...] = (
    Action(
        "order.cancel",
        "x",
        "Cancel order",
        "Ask, then cancel the chosen order, or all marked ones.",
        danger=ASK,
        line=1,
        short="Cancel",
        on_orders=True,
    ),
    Action(
        "order.cancel_shown",
        "X",
        "Cancel shown",
        "Ask, then cancel every order that the filter shows; the count of many has to be typed.",
        danger=ASK,
        on_orders=True,
    ),
    Action(
        "order.cancel_all",
        "A",
        "Cancel all",
        "Ask, then cancel every order open now; the count has to be typed.",
        danger=ASK_ALL,
        line=3,
    ),
    Action(
        "order.cancel_new_too",
        "E",
        "Cancel all & new",
        "Ask, then let the exchange cancel all there is, orders placed meanwhile and by others too.",
        danger=ASK_ALL,
    ),
    Action(
        "order.results",
        "R",
        "Results",
        "Show what came of the cancels confirmed last, order by order.",
    ),
    Action(
        "order.dead_man",
        "D",
        "Dead man's switch",
        "Ask, then let the exchange cancel everything once this program is gone, or disarm that.",
        danger=ASK_ALL,
    ),
    Action(
        "order.wait",
        "w",
        "Cancel when free",
        "Ask, then cancel the chosen or marked orders as soon as that costs nothing; again stops it.",
        danger=ASK,
        on_orders=True,
    ),
    Action(
        "order.mark",
        "space",
        "Mark",
        "Mark the chosen order for a common cancel, or unmark it.",
        line=2,
        on_orders=True,
    ),
    Action(
        "order.details",
        "enter",
        "Details",
        "Show everything about the chosen order: what was sent, seen and traded.",
        line=8,
        on_orders=True,
    ),
    Action("order.unmark", "u", "Unmark all", "Drop all marks."),
    Action(
        "list.filter",
        "slash",
        "Filter",
        "Show only orders that fit, such as btc buy limit >5m far>2; the words stand below.",
        line=6,
    ),
    Action("list.clear", "escape", "Show all", "Drop the filter; marks stay."),
    Action("list.sort", "s", "Sort by next", "Sort by the next column; after the last, the usual order."),
    Action("list.turn", "S", "Turn round", "Sort from high to low, or back."),
    Action(
        "list.again", "equals_sign", "Sort again", "Rows hold still where they stand: sort them anew now."
    ),
    Action("list.group", "o", "Group", "Group by pair, with subtotals, or not."),
    Action("cursor.up", "up,k", "Up", "Choose the row above."),
    Action("cursor.down", "down,j", "Down", "Choose the row below."),
    Action("cursor.page_up", "pageup", "Page up", "Go one page up."),
    Action("cursor.page_down", "pagedown", "Page down", "Go one page down."),
    Action("cursor.first", "home,g", "First", "Go to the first row."),
    Action("cursor.last", "end,G", "Last", "Go to the last row."),
    Action("panel.next", "tab", "Next panel", "Move the keys to the next panel.", line=11, short="Panel"),
    Action("panel.previous", "shift+tab", "Previous panel", "Move the keys to the previous panel."),
    Action(
        "poll.now",
        "r",
        "Poll now",
        "Ask the exchange again as soon as the budget allows.",
        line=9,
        short="Poll",
    ),
    Action("view.privacy", "p", "Privacy", "Hide amounts and ids, or show them again.", line=10),
    Action(
        "view.limits",
        "L",
        "Limits",
        "Show every limit: its next five minutes, who spent it, what was refused.",
        line=7,
    ),
    Action(
        "view.connections",
        "C",
        "Connections",
        "Each feed: state, age, frames a second, why it ended; the clocks, and what came that made no sense.",
    ),
    Action("view.journal", "J", "Journal", "List what happened, newest last.", line=12),
    Action("view.history", "H", "History", "Closed orders, trades and ledger, read page by page when asked."),
    Action(
        "history.export",
        "e",
        "Export",
        "In History: write the rows as CSV and JSON.",
        where="history",
    ),
    Action(
        "history.fees",
        "f",
        "Fees",
        "In History: ask for 30-day volume and fees.",
        where="history",
    ),
    Action(
        "view.keys",
        "K",
        "API keys",
        "Show your keys: what each may do, check the one in use, switch to another.",
    ),
    Action(
        "keys.check",
        "c",
        "Check",
        "On the keys: ask the exchange what the chosen key in use may do; what that costs stands there.",
        where="keys",
    ),
    Action(
        "keys.take_over",
        "t",
        "Take over",
        "On the keys: lock another program, which has overtaken this key's nonces, out of it; asks first.",
        where="keys",
    ),
    Action("view.help", "question_mark", "Help", "List all keys and what the marks mean.", line=4),
    Action("view.palette", "ctrl+p", "Commands", "Find any action by its name.", line=13),
    Action(
        "app.quit",
        "q",
        "Quit",
        "Leave; asks if the outcome of a cancel is still open.",
        line=5,
    ),
    Action(
        "app.interrupt",
        "ctrl+c",
        "Quit",
        "The same from everywhere; a second press leaves at once.",
        where="everywhere",
    ),
    Action(
        "details.amends",
        "a",
        "Amends",
        "On the details: ask how the order was changed; what that costs stands there.",
        where="details",
    ),
    Action("question.do", "enter", "Do it", "Do what the question says.", where="question"),
    Action(
        "question.keep", "escape", "Keep", "Close the question or screen; nothing is done.", where="question"
    ),
)

BY_ID = {action.id: action for action in ACTIONS}
SHOWN_KEYS = {
    "question_mark": "?",
    "up": "↑",
    "down": "↓",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "shift+tab": "Shift+Tab",
    "ctrl+p": "Ctrl+P",
    "ctrl+c": "Ctrl+C",
    "space": "Space",
    "tab": "Tab",
    "home": "Home",
    "end": "End",
    "enter": "Enter",
    "escape": "Esc",
    "slash": "/",
    "equals_sign": "=",
}
GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Orders", ("order.", "details.")),
    ("List", ("list.",)),
    ("Moving", ("cursor.", "panel.")),
    ("Screen", ("view.", "poll.")),
    ("History", ("history.",)),
    ("API keys", ("keys.",)),
    ("Questions", ("question.",)),
    ("Leaving", ("app.",)),
)


def bindings(*where: Where) -> list[Binding]:
    """Give Textual its bindings for actions of these places."""
    return [
        Binding(
            action.keys,
            f"app.do({action.id!r})",
            action.label,
            show=False,
            id=action.id,
            priority=action.where == "everywhere",
        )
        for action in ACTIONS
        if action.where in where
    ]


def shown_key(action: Action, *, every: bool = False) -> str:
    """Write the key, or all its keys, as people know them."""
    keys = action.keys.split(",")
    return " ".join(SHOWN_KEYS.get(key, key) for key in (keys if every else keys[:1]))


def key_line() -> list[Action]:
    """Give the actions of the key line in their order."""
    return sorted((action for action in ACTIONS if action.line), key=lambda action: action.line)


def grouped() -> Iterator[tuple[str, list[Action]]]:
    """Give all actions by group, for the help screen and the README."""
    for name, prefixes in GROUPS:
        yield name, [action for action in ACTIONS if action.id.startswith(prefixes)]


def key_table() -> str:
    """Write the README's key table."""
    rows = ["| Key | Action | What it does |", "|---|---|---|"]
    for _, actions in grouped():
        rows += [f"| `{shown_key(a, every=True)}` | {a.label} | {a.help} |" for a in actions]
    return "\n".join(rows) + "\n"
