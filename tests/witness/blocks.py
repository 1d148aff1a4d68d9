"""The README's bots: copied out of their section and run as they stand."""

import re
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.support.environments import ROOT
from tests.witness.report import FAILED, PASSED

SECTION = re.compile(r"^### Use it for your own bot$(.*?)(?=^##+ |\Z)", re.DOTALL | re.MULTILINE)
BLOCK = re.compile(r"^\*\*(?P<name>[^*]+)\*\*.*?^```python\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)
PATIENCE_S = 60.0


def scripts() -> Iterator[tuple[str, str]]:
    """Give name and text of every bot that the README shows."""
    section = SECTION.search((ROOT / "README.md").read_text(encoding="utf-8"))
    assert section is not None, "the README has no section for bots"
    for found in BLOCK.finditer(section[1]):
        yield found["name"], found["text"]


def verdict(python: Path, name: str, text: str, first: str) -> str:
    """Run a bot beside the exchange's first line and say how it ended."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "exchange.json").write_text(first, encoding="utf-8")
        Path(folder, "bot.py").write_text(text, encoding="utf-8")
        try:
            ended = subprocess.run(  # noqa: S603 - our own words
                [str(python), "bot.py"],
                cwd=folder,
                capture_output=True,
                text=True,
                timeout=PATIENCE_S,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return f"{FAILED} README: {name}: it did not end within {PATIENCE_S:g} s"
    if ended.returncode != 0 or not ended.stdout:
        why = (ended.stderr.strip() or "it printed nothing").splitlines()[-1]
        return f"{FAILED} README: {name}: {why}"
    return f"{PASSED} README: {name}"
