import pytest

from krakentui.model.clock import MILLISECOND
from krakentui.ui.keygate import QUIET_NS, KeyGate

# What terminals send for keys, broken apart by a slow line: (pieces, printable pieces that may pass).
BROKEN = [
    ("up in pieces", ["escape", "[", "A"]),
    ("application up", ["escape", "O", "A"]),
    ("echoed up", ["^", "[", "[", "A"]),
    ("shift+up", ["escape", "[", "1", ";", "2", "A"]),
    ("F5", ["escape", "[", "1", "5", "~"]),
    ("mouse", ["escape", "[", "<", "0", ";", "3", "4", ";", "1", "2", "M"]),
    ("paste brackets", ["escape", "[", "2", "0", "0", "~", "x"]),
    ("alt+x", ["escape", "x"]),
    ("application up, its letter late", ["alt+shift+o", "A"]),
    ("8-bit up", ["shift+escape", "A"]),
    ("8-bit application up", ["\x8f", "A"]),
    ("8-bit up, not UTF-8", ["replacement_character", "A"]),
    ("string terminator", ["escape", "]", "1", "1", ";", "q"]),
]


@pytest.mark.parametrize(("name", "keys"), BROKEN)
@pytest.mark.parametrize("gap_ms", [0, 40, 249])
def test_no_letter_of_a_broken_sequence_passes(name: str, keys: list[str], gap_ms: int) -> None:
    gate = KeyGate()
    passed = [
        key
        for n, key in enumerate(keys)
        if gate.admits(key, n * gap_ms * MILLISECOND, printable=len(key) == 1)
    ]
    assert passed == keys[:1], name


def test_letters_pass_again_after_quiet() -> None:
    gate = KeyGate()
    gate.admits("escape", 0, printable=False)
    assert not gate.admits("A", QUIET_NS - 1, printable=True)
    assert not gate.admits("A", 2 * QUIET_NS - 2, printable=True)
    assert gate.admits("A", 3 * QUIET_NS - 2, printable=True)


def test_a_whole_arrow_key_passes_in_between() -> None:
    gate = KeyGate()
    gate.admits("escape", 0, printable=False)
    assert gate.admits("up", MILLISECOND, printable=False)


@pytest.mark.parametrize(
    ("keys", "may"),
    [
        (("escape", "x"), True),
        (("escape", "escape", "x"), True),
        (("escape", "left", "x"), True),
        (("escape", "x", "x"), False),
        (("escape", "[", "A"), False),
        (("escape", "O", "A"), False),
        (("escape", "O"), False),
        (("^", "[", "A"), False),
        (("[", "A"), False),
        (("alt+shift+o", "A"), False),
    ],
)
def test_only_the_first_key_right_after_escape_is_said_to_be_lost(
    keys: tuple[str, ...], *, may: bool
) -> None:
    gate = KeyGate()
    for key in keys:
        gate.admits(key, 0, printable=len(key) == 1)
    assert gate.lost(keys[-1]).startswith(f"{keys[-1]} was not taken") == may


def test_usual_typing_passes() -> None:
    gate = KeyGate()
    assert all(gate.admits(key, 0, printable=True) for key in "jjkxAqrp?")
