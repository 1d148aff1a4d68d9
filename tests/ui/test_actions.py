from krakentui.ui.actions import ACTIONS, GROUPS, Danger, bindings, grouped, key_line, key_table, shown_key
from krakentui.ui.screens.help import help_lines

UNSAFE_KEYS = {"ctrl+h", "ctrl+i", "ctrl+j", "ctrl+m"}


def test_every_action_has_its_own_id_and_its_own_keys() -> None:
    assert len({action.id for action in ACTIONS}) == len(ACTIONS)
    for places in ({"main", "everywhere"}, {"question", "details", "history", "everywhere"}):
        keys = [key for action in ACTIONS if action.where in places for key in action.keys.split(",")]
        assert len(set(keys)) == len(keys)


def test_no_key_is_used_that_terminals_confuse() -> None:
    assert not UNSAFE_KEYS & {key for action in ACTIONS for key in action.keys.split(",")}


def test_no_question_is_answered_by_a_letter() -> None:
    assert {key for action in ACTIONS if action.where == "question" for key in action.keys.split(",")} == {
        "enter",
        "escape",
    }


def test_every_binding_carries_its_id() -> None:
    bound = bindings("main", "everywhere", "question", "details", "history", "keys")
    assert [binding.id for binding in bound] == [action.id for action in ACTIONS]


def test_every_action_belongs_to_one_group() -> None:
    assert sorted(action.id for _, actions in grouped() for action in actions) == sorted(
        a.id for a in ACTIONS
    )
    assert len(GROUPS) == len([*grouped()])


def test_the_key_line_begins_with_cancel() -> None:
    assert key_line()[0].id == "order.cancel"


def test_what_changes_orders_asks_first() -> None:
    dangers = {action.id: action.danger for action in ACTIONS}
    assert dangers.pop("order.cancel") is Danger.ASK
    assert dangers.pop("order.cancel_shown") is Danger.ASK
    assert dangers.pop("order.cancel_all") is Danger.ASK_ALL
    assert dangers.pop("order.cancel_new_too") is Danger.ASK_ALL
    assert dangers.pop("order.wait") is Danger.ASK
    assert dangers.pop("order.dead_man") is Danger.ASK_ALL
    assert set(dangers.values()) == {Danger.SAFE}


def test_the_readme_table_names_every_action() -> None:
    table = key_table()
    assert all(f"| {action.label} | {action.help} |" in table for action in ACTIONS)


def test_the_help_names_every_action() -> None:
    text = "\n".join("".join(span.text for span in line.spans) for line in help_lines(200))
    assert all(action.help in text and shown_key(action) in text for action in ACTIONS)
