"""A fresh install from the lock, its hashes checked, the bill of materials of that, and the wheel twice.

`python -m tests.bom` installs the program as the README says into a new environment, lets `cyclonedx-py`
write down what is there, and holds that against the lock: nothing more, nothing less, every version the
same. The bill goes to `dist/krakentui.cdx.json` (CycloneDX 1.6). The wheel is built twice, from copies of the
source with other times and another place, and both have to be the same to the byte.
"""

import json
import os
import shutil
import sys
from pathlib import Path

from tests.support.environments import ROOT, anew, lock_of, plain, run

LOCK = ROOT / "requirements.lock"
TOOL_LOCK = Path(__file__).parent / "requirements.lock"
PLACE = ROOT / ".bom-venv"
BILL = ROOT / "dist" / "krakentui.cdx.json"


def main() -> int:
    """Install, write the bill, compare; the exit code is 1 if they differ."""
    fresh, tool = anew(PLACE / "fresh", LOCK), anew(PLACE / "tool", TOOL_LOCK)
    run(str(fresh), "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", ".")
    version = run(str(fresh), "-m", "krakentui", "--version").strip()
    BILL.parent.mkdir(exist_ok=True)
    listing = ("cyclonedx_py", "environment", "--pyproject", "pyproject.toml", "--output-reproducible")
    run(str(tool), "-m", *listing, "--output-file", str(BILL), str(fresh))
    listed, locked = bill_of(BILL), lock_of(LOCK)
    wrong = sorted(listed.items() ^ locked.items())
    for name, number in wrong:
        where = "the install" if listed.get(name) == number else "the lock"
        sys.stdout.write(f"Only in {where}: {name} {number}\n")
    wheels = [_wheel_of(fresh, name, hours) for name, hours in (("once", 1), ("again-elsewhere", 30))]
    same = wheels[0].name == wheels[1].name and wheels[0].read_bytes() == wheels[1].read_bytes()
    sys.stdout.write(
        f"{wheels[0].name}: built twice, {'the same to the byte' if same else 'not the same'}.\n"
    )
    verdict = "differ" if wrong else "agree"
    sys.stdout.write(f"{version}: {len(listed)} packages installed with hashes, lock and bill {verdict}.\n")
    return 1 if wrong or not same else 0


def bill_of(path: Path) -> dict[str, str]:
    """Read names and versions out of a bill, without what every environment has and the program itself."""
    bill = json.loads(path.read_text(encoding="utf-8"))
    rows = {plain(one["name"]): str(one["version"]) for one in bill["components"]}
    return {name: version for name, version in rows.items() if name not in {"pip", "setuptools", "krakentui"}}


def _wheel_of(python: Path, name: str, hours: int) -> Path:
    """Build the wheel from a copy of the source that is so much older, and give its path."""
    copy, built = PLACE / name / "source", PLACE / name / "wheel"
    shutil.rmtree(PLACE / name, ignore_errors=True)
    for tracked in run("git", "ls-files", "-z").split("\0"):
        if tracked and (ROOT / tracked).is_file():
            (copy / tracked).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / tracked, copy / tracked)
            then = (copy / tracked).stat().st_mtime - hours * 3600
            os.utime(copy / tracked, (then, then))
    options = ("--quiet", "--no-deps", "--no-build-isolation", "--no-cache-dir", "--wheel-dir", str(built))
    run(str(python), "-m", "pip", "wheel", *options, str(copy))
    (wheel,) = built.glob("*.whl")
    return wheel


if __name__ == "__main__":
    sys.exit(main())
