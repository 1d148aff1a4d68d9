"""A fresh install from the lock, its hashes checked, and the bill of materials of what that brings.

`python -m tests.bom` installs the program as the README says into a new environment, lets `cyclonedx-py`
write down what is there, and holds that against the lock: nothing more, nothing less, every version the
same. The bill goes to `dist/krakentui.cdx.json` (CycloneDX 1.6).
"""

import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
LOCK = ROOT / "requirements.lock"
TOOL_LOCK = Path(__file__).parent / "requirements.lock"
PLACE = ROOT / ".bom-venv"
BILL = ROOT / "dist" / "krakentui.cdx.json"
_PINNED = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)", re.MULTILINE)


def main() -> int:
    """Install, write the bill, compare; the exit code is 1 if they differ."""
    fresh, tool = _environment("fresh", LOCK), _environment("tool", TOOL_LOCK)
    _run(str(fresh), "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", ".")
    version = _run(str(fresh), "-m", "krakentui", "--version").strip()
    BILL.parent.mkdir(exist_ok=True)
    listing = ("cyclonedx_py", "environment", "--pyproject", "pyproject.toml", "--output-reproducible")
    _run(str(tool), "-m", *listing, "--output-file", str(BILL), str(fresh))
    listed, locked = bill_of(BILL), lock_of(LOCK)
    wrong = sorted(listed.items() ^ locked.items())
    for name, number in wrong:
        where = "the install" if listed.get(name) == number else "the lock"
        sys.stdout.write(f"Only in {where}: {name} {number}\n")
    verdict = "differ" if wrong else "agree"
    sys.stdout.write(f"{version}: {len(listed)} packages installed with hashes, lock and bill {verdict}.\n")
    return 1 if wrong else 0


def lock_of(path: Path) -> dict[str, str]:
    """Read names and versions out of a lock."""
    return {_plain(name): version for name, version in _PINNED.findall(path.read_text(encoding="utf-8"))}


def bill_of(path: Path) -> dict[str, str]:
    """Read names and versions out of a bill, without what every environment has and the program itself."""
    bill = json.loads(path.read_text(encoding="utf-8"))
    rows = {_plain(one["name"]): str(one["version"]) for one in bill["components"]}
    return {name: version for name, version in rows.items() if name not in {"pip", "setuptools", "krakentui"}}


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _environment(name: str, lock: Path) -> Path:
    """Make an environment anew from a lock with hashes, and give its Python."""
    place = PLACE / name
    _run(sys.executable, "-m", "venv", "--clear", str(place))
    python = place / "bin" / "python"
    _run(str(python), "-m", "pip", "install", "--quiet", "--require-hashes", "-r", str(lock))
    return python


def _run(*words: str) -> str:
    return subprocess.run(words, check=True, cwd=ROOT, stdout=subprocess.PIPE, text=True).stdout  # noqa: S603 - our own words


if __name__ == "__main__":
    sys.exit(main())
