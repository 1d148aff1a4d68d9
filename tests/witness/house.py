"""The witnesses' own environment: made once, made anew when the lock changes."""

from pathlib import Path

from tests.support.environments import ROOT, kept

LOCK = Path(__file__).parent / "requirements.lock"
HOUSE = ROOT / ".witness-venv"


def ready() -> Path:
    """Make the environment if it is missing or older than the lock, and give its Python.

    Raises:
        subprocess.CalledProcessError: a package could not be installed.
    """
    return kept(HOUSE, LOCK)
