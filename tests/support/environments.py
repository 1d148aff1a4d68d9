"""Python environments made from a lock whose hashes are checked, and what a lock pins."""

import hashlib
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
_PINNED = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)", re.MULTILINE)


def anew(place: Path, lock: Path) -> Path:
    """Make an environment from a lock, whatever was there before, and give its Python.

    Raises:
        subprocess.CalledProcessError: a package could not be installed.
    """
    run(sys.executable, "-m", "venv", "--clear", str(place))
    python = place / "bin" / "python"
    run(str(python), "-m", "pip", "install", "--quiet", "--require-hashes", "-r", str(lock))
    return python


def kept(place: Path, lock: Path) -> Path:
    """Give the Python of an environment that is made once, and anew when its lock changes.

    Raises:
        subprocess.CalledProcessError: a package could not be installed.
    """
    stamp, wanted = place / "lock.sha256", hashlib.sha256(lock.read_bytes()).hexdigest()
    if not stamp.exists() or stamp.read_text(encoding="ascii") != wanted:
        anew(place, lock)
        stamp.write_text(wanted, encoding="ascii")
    return place / "bin" / "python"


def lock_of(path: Path) -> dict[str, str]:
    """Read names and versions out of a lock."""
    return {plain(name): version for name, version in _PINNED.findall(path.read_text(encoding="utf-8"))}


def plain(name: str) -> str:
    """Spell a package's name as the indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def run(*words: str) -> str:
    """Run a program in the root of the repository and give what it prints; one that fails raises."""
    return subprocess.run(words, check=True, cwd=ROOT, stdout=subprocess.PIPE, text=True).stdout  # noqa: S603 - our own words
