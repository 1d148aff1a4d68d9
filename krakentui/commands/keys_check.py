"""`krakentui keys check`: what a key may do, what speaks against it, whether it is enough."""

import random
from collections.abc import MutableMapping

from msgspec import Struct, structs

from krakentui.commands import running
from krakentui.commands.choose import settings_with
from krakentui.commands.key_words import CheckObject, finding_lines, heading, rows, verdict
from krakentui.commands.lines import put, text_of
from krakentui.commands.parser import Given
from krakentui.commands.schema import instant
from krakentui.commands.which_key import SIMULATED, Chosen, choose_key, list_path
from krakentui.engine.household import Door
from krakentui.engine.probe import Described, Probe
from krakentui.keys import profile_list
from krakentui.keys.audit import Audit, audit
from krakentui.keys.offer import Machine
from krakentui.keys.profile import ENVIRONMENT, Profile, Purpose
from krakentui.model.clock import SystemClock
from krakentui.model.error import KeyProblem, UsageError
from krakentui.model.secret import Credentials
from krakentui.settings import Settings


class Checked(Struct, frozen=True, kw_only=True):
    """A key and what came of its check."""

    credentials: Credentials
    account: str
    purpose: Purpose
    told: Described
    judged: Audit | None
    """None = the exchange did not describe it."""
    exit: int
    sentence: str


def run(given: Given, environ: MutableMapping[str, str], here: Machine, door: Door | None = None) -> int:
    """Check the key that was named, or the default one; the exit code says how it is.

    `door` stands in for the network in tests.
    """
    if given.name is not None and given.profile is not None and given.name != given.profile:
        raise UsageError(f"Two keys were named: {given.name}, and {given.profile} by --profile.")
    named = structs.replace(given, profile=given.name or given.profile)
    if given.accept_withdraw is not None:
        accepted = given.accept_withdraw
        profile_list.change(list_path(given, environ), lambda told: told.accepting_withdrawals(accepted))
    chosen = choose_key(named, environ, here)
    if chosen.credentials is None:
        why = "`krakentui keys add` stores one." if given.endpoint is None else SIMULATED
        raise KeyProblem(f"There is no key to check. {why}")
    purpose = _purpose(given, environ, chosen.credentials)
    checked = check(given, environ, chosen, chosen.credentials, purpose, door=door)
    report(checked, chosen, given)
    _remember(given, environ, checked)  # the list may be held by another program, or be wrong by now
    return checked.exit


def check(
    given: Given,
    environ: MutableMapping[str, str],
    chosen: Chosen,
    credentials: Credentials,
    purpose: Purpose | None = None,
    *,
    door: Door | None = None,
) -> Checked:
    """Ask the exchange about a key and judge the answer; without a purpose, what it can do decides."""
    settings = settings_with(given, environ, chosen)
    result: list[Checked] = []

    async def work() -> int:
        result.append(await _checked(settings, credentials, purpose, door))
        return 0

    code = running.run_loop(work())
    if not result:
        raise KeyProblem(f"The check was stopped ({code}): nothing is known of this key.")
    return result[0]


def report(checked: Checked, chosen: Chosen, given: Given) -> None:
    """Print what came of it."""
    findings = () if checked.judged is None else checked.judged.findings
    if given.json:
        info = checked.told.info
        put(
            text_of(
                CheckObject(
                    at=instant(SystemClock().now_ns()) or "",
                    profile=checked.credentials.name,
                    account=checked.account,
                    key=checked.credentials.fingerprint,
                    source=checked.credentials.source,
                    permissions=None if info is None else sorted(info.permissions),
                    findings=rows(findings),
                    refused=None if checked.judged is None else checked.judged.refused,
                    exit=checked.exit,
                )
            )
        )
        return
    put(heading(checked.credentials, checked.account, checked.purpose))
    for line in [*(f"  note     {note}" for note in chosen.warnings), *finding_lines(findings)]:
        put(line)
    put(checked.sentence)


async def _checked(
    settings: Settings, credentials: Credentials, purpose: Purpose | None, door: Door | None
) -> Checked:
    clock = SystemClock(settings.speed, settings.start_ns)
    async with Probe(settings, clock, random.Random(), door=door) as probe:
        await probe.offset()
        told = await probe.key()
        judged = None
        if told.info is not None:
            purpose = purpose or ("watch+cancel" if told.info.may_cancel else "watch")
            judged = audit(
                told.info,
                purpose,
                credentials.fingerprint,
                probe.now_s,
                use=told.use,
                accepted=settings.withdraw_accepted,
            )
    code, sentence = verdict(told, judged)
    return Checked(
        credentials=credentials,
        account=settings.account,
        purpose=purpose or "watch",
        told=told,
        judged=judged,
        exit=code,
        sentence=sentence,
    )


def _stored(given: Given, environ: MutableMapping[str, str], name: str) -> Profile | None:
    if given.endpoint is not None or name == ENVIRONMENT:
        return None
    return profile_list.read(list_path(given, environ)).named(name)


def _purpose(given: Given, environ: MutableMapping[str, str], credentials: Credentials) -> Purpose | None:
    profile = _stored(given, environ, credentials.name)
    return None if profile is None else profile.purpose


def _remember(given: Given, environ: MutableMapping[str, str], checked: Checked) -> None:
    """Take a key that the exchange accepts for the profile's own: it may have been replaced meanwhile."""
    profile = _stored(given, environ, checked.credentials.name)
    if profile is None or not checked.told.works:
        return
    factor = checked.credentials.otp is not None and checked.credentials.otp_call is None
    seen = structs.replace(
        profile,
        fingerprint=checked.credentials.fingerprint,
        second_factor=profile.second_factor or factor,
    )
    if seen != profile:
        profile_list.change(list_path(given, environ), lambda told: told.replaced(seen))
