"""How a checked key is told: to people in lines, to scripts as one object."""

from collections.abc import Sequence

from msgspec import Struct

from krakentui.engine.probe import Described
from krakentui.keys.audit import Audit
from krakentui.model.account import LEVEL_WORDS, Finding
from krakentui.model.error import BadKey, LockedOut
from krakentui.model.secret import Credentials
from krakentui.model.text import clean

FACTOR = (
    "This key seems to want its second factor with every call: it may not even describe itself, which needs "
    "no permission. A static password works (--otp password); a time code is good for one call and carries "
    "no monitor. Better is a key without a second factor, with an address list and an expiry."
)
FINE, COULD_NOT, REFUSED, WANTING = 0, 1, 3, 10
"""Exit codes of `keys check`: fine, no answer, refused, dangerous or not enough for its purpose."""


class FindingRow(Struct, frozen=True):
    """One finding, for scripts."""

    level: str
    text: str
    advice: str


class CheckObject(Struct, frozen=True, kw_only=True):
    """`keys check --json`."""

    v: int = 1
    at: str
    profile: str
    account: str
    key: str
    source: str
    permissions: list[str] | None
    """None = the exchange did not tell."""
    findings: list[FindingRow]
    refused: str | None
    exit: int


def heading(credentials: Credentials, account: str, purpose: str) -> str:
    """Write which key this is."""
    name = clean(credentials.name, 40)
    return (
        f"Key {name} of account {clean(account, 40)}, for {purpose}; "
        f"fingerprint {credentials.fingerprint}, from {clean(credentials.source)}."
    )


def finding_lines(findings: Sequence[Finding]) -> list[str]:
    """Write the findings, the worst first."""
    return [f"  {LEVEL_WORDS[one.level]:8} {one.text} {one.advice}".rstrip() for one in findings]


def verdict(told: Described, judged: Audit | None) -> tuple[int, str]:
    """Tell how a check ended: exit code and one sentence."""
    if told.trouble is not None:
        return COULD_NOT, f"It could not be checked. {told.trouble}"
    if judged is not None:
        if judged.refused is not None:
            return REFUSED, judged.refused
        if judged.is_clean:
            return FINE, "It is fine for its purpose."
        dangerous = any(one.level == "red" for one in judged.findings)
        return WANTING, f"It is {'dangerous' if dangerous else 'not enough for its purpose'}: see above."
    if told.works:
        return FINE, "It works, but Kraken does not describe it: what it may do shows when it is used."
    if told.wants_factor:
        return REFUSED, FACTOR
    if isinstance(told.refusal, BadKey | LockedOut):
        return REFUSED, str(told.refusal)
    return COULD_NOT, f"It could not be checked. {told.refusal}"


def rows(findings: Sequence[Finding]) -> list[FindingRow]:
    """Turn findings into what scripts read."""
    return [FindingRow(one.level, one.text, one.advice) for one in findings]
