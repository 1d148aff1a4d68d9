"""The README's parts that come from the code; `python -m tests.support.readme` writes them anew."""

import re
from pathlib import Path

from krakentui.ui.actions import ACTIONS, shown_key

README = Path(__file__).parents[2] / "README.md"
_KEYS = re.compile(r"(?<=<!-- keys -->\n).*?(?=<!-- /keys -->)", re.DOTALL)


def key_table() -> str:
    """Write the table of all actions with their keys."""
    rows = ["| Key | Action | What it does |", "|---|---|---|"]
    for action in ACTIONS:
        keys = " ".join(f"`{key}`" for key in shown_key(action, every=True).split())
        rows.append(f"| {keys} | {action.label} | {action.help} |")
    return "\n".join(rows) + "\n"


def with_keys(text: str) -> str:
    """Put the key table of now into a README."""
    return _KEYS.sub(lambda _: key_table(), text)


if __name__ == "__main__":
    README.write_text(with_keys(README.read_text(encoding="utf-8")), encoding="utf-8")
