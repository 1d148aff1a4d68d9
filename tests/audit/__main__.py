"""`python -m tests.audit`: hold the locked packages against databases of known weaknesses.

pip-audit, in an environment of its own, asks PyPI, or OSV where PyPI gives no whole answer. First it is
rehearsed against a stand-in on this machine, so that every run proves that it can fail. The exit code is 1
for a known weakness that `accepted.toml` does not accept, and 0 where there is none. It is 0, too, where no
database can be asked, which is said; with KRAKENTUI_REQUIRE_AUDIT in the environment that is 1.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from tests.audit import rehearsal
from tests.audit.ask import DATABASES, Question, Tool, ask
from tests.audit.verdict import Answer, acceptances, summary, unaccepted
from tests.support.environments import ROOT, kept

HERE = Path(__file__).parent
PLACE = ROOT / ".audit-venv"
LOCKS = (ROOT / "requirements.lock", ROOT / "requirements-dev.lock")
PATIENCE_S = 120.0


def main() -> int:
    """Rehearse, ask, say what came of it."""
    now = datetime.now(UTC)
    try:
        accepted = acceptances((HERE / "accepted.toml").read_text(encoding="utf-8"), now.date())
        python = kept(PLACE, HERE / "requirements.lock")
    except ValueError as why:
        return _failed(f"tests/audit/accepted.toml: {why}.")
    except subprocess.CalledProcessError as why:
        return _failed(f"pip-audit could not be installed: pip ended with {why.returncode}.")
    question = Question.of(*LOCKS)
    with tempfile.TemporaryDirectory() as folder:
        tool = Tool(python, Path(folder))
        wrong = rehearsal.failures(tool.run, tool.known_weak, question)
        if wrong:
            return _failed(*(f"The audit was rehearsed in vain: {scene}." for scene in wrong))
        sys.stdout.write("Rehearsed: a planted weakness is found, and no broken answer is believed.\n")
        answers = _answers(tool, question, accepted)
    at = f"{now:%Y-%m-%d %H:%M} UTC"
    lines, code = summary(answers, accepted, len(question.pins), at, required=demanded(os.environ))
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    return code


def demanded(environment: Mapping[str, str]) -> bool:
    """Tell whether an audit that could not be made has to fail."""
    return environment.get("KRAKENTUI_REQUIRE_AUDIT", "0") not in {"", "0"}


def _answers(tool: Tool, question: Question, accepted: frozenset[str]) -> dict[str, Answer]:
    """Ask one database after the other until one names a weakness or gives a whole answer."""
    end, answers = time.monotonic() + PATIENCE_S, dict[str, Answer]()
    for database in DATABASES:
        answer = ask(tool.run, database, tool.known_weak, question, lambda: end - time.monotonic())
        answers[database.name] = answer
        if unaccepted(answer.weak, accepted) or not answer.doubt:
            break
    return answers


def _failed(*lines: str) -> int:
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    return 1


if __name__ == "__main__":
    sys.exit(main())
