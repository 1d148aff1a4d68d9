"""Screens kept as text, to compare with. To accept a new look: TESTS_ACCEPT_GRIDS=1 pytest FILE."""

import os
from pathlib import Path

ACCEPTED = os.environ.get("TESTS_ACCEPT_GRIDS") == "1"
GRIDS = Path(__file__).parent / "grids"


def same_as_grid(name: str, lines: list[str]) -> None:
    """Compare with the kept grid, or keep this one."""
    path = GRIDS / f"{name}.txt"
    if ACCEPTED:
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert lines == path.read_text(encoding="utf-8").splitlines()
