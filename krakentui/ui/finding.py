"""Which actions typed words mean, the likeliest first: pure, for the command palette.

Every word has to be found as it was typed, in the name or in the help. Letters that merely occur one after
the other are no match: Textual's own matcher took `help` for `Cancel when free`, which acts.
"""

from collections.abc import Iterator, Sequence

from krakentui.ui.actions import ACTIONS, SAFE, Action, shown_key

_WHOLE, _BEGINS, _WORDS, _INSIDE, _HELP, _NOT = range(6)
"""How well an action fits: its name or key is what was typed; its name begins so; words of it do; the typed
words stand somewhere in the name; only in the help."""


def offered(more: Sequence[Action] = ()) -> list[Action]:
    """List the actions of the main screen: what runs at once, then what asks, then what only moves.

    `more` are those of the moment: which keys there are to switch to.
    """
    actions = (a for a in (*ACTIONS, *more) if a.where == "main" and a.id != "view.palette")
    return sorted(actions, key=_usual)


def found(typed: str, more: Sequence[Action] = ()) -> list[Action]:
    """List the actions that are meant by these words; nothing typed means all of them."""
    fits = {action.id: _fit(action, typed) for action in offered(more)}
    return sorted(
        (action for action in offered(more) if fits[action.id] != _NOT),
        key=lambda action: fits[action.id],
    )


def places(title: str, typed: str) -> Iterator[tuple[int, int]]:
    """Tell from where to where typed words stand in a title."""
    for word in typed.lower().split():
        at = title.lower().find(word)
        if at >= 0:
            yield at, at + len(word)


def _usual(action: Action) -> tuple[bool, bool]:
    return action.id.startswith(("cursor.", "panel.")), action.danger is not SAFE


def _fit(action: Action, typed: str) -> int:
    wanted, label = " ".join(typed.lower().split()), action.label.lower()
    words, parts = wanted.split(), label.split()
    if wanted == label or typed.strip() == shown_key(action):
        return _WHOLE
    if label.startswith(wanted):
        return _BEGINS
    if all(any(part.startswith(word) for part in parts) for word in words):
        return _WORDS
    if all(word in label for word in words):
        return _INSIDE
    text = f"{label} {action.help.lower()}"
    return _HELP if all(word in text for word in words) else _NOT
