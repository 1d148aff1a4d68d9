"""The witnesses' own environment: made once, made anew when the lock changes."""

import hashlib
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
LOCK = Path(__file__).parent / "requirements.lock"
HOUSE = ROOT / ".witness-venv"
STAMP = HOUSE / "lock.sha256"
PYTHON = HOUSE / "bin" / "python"


def ready() -> Path:
    """Make the environment if it is missing or older than the lock, and give its Python.

    Raises:
        subprocess.CalledProcessError: a package could not be installed.
    """
    wanted = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    if not STAMP.exists() or STAMP.read_text(encoding="ascii") != wanted:
        _run(sys.executable, "-m", "venv", "--clear", str(HOUSE))
        _run(str(PYTHON), "-m", "pip", "install", "--quiet", "--require-hashes", "-r", str(LOCK))
        STAMP.write_text(wanted, encoding="ascii")
    return PYTHON


def _run(*words: str) -> None:
    subprocess.run(words, check=True, cwd=ROOT)  # noqa: S603 - our own words
