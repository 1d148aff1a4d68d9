"""`krakentui keys take-over`: make a key ours whose nonces another program has raised, on the user's word.

A monitor that runs can do the same from its screen of keys.
"""

import random
from collections.abc import MutableMapping

from msgspec import structs

from krakentui.commands import running
from krakentui.commands.choose import settings_with
from krakentui.commands.lines import put
from krakentui.commands.parser import Given
from krakentui.commands.which_key import choose_key
from krakentui.engine.household import Door
from krakentui.engine.probe import Probe
from krakentui.engine.takeover import READS_ONLY, WHAT_IT_DOES, WORD, TakenOver
from krakentui.keys.offer import Machine
from krakentui.keys.prompt import Terminal
from krakentui.model.clock import SystemClock
from krakentui.model.error import KeyProblem, UsageError
from krakentui.model.secret import Credentials
from krakentui.settings import Settings

FINE, COULD_NOT, REFUSED, ANSWERED_NO = 0, 1, 3, 5


def run(given: Given, environ: MutableMapping[str, str], here: Machine, door: Door | None = None) -> int:
    """Take over the key that was named, or the default one; `door` stands in for the network in tests."""
    if given.name is not None and given.profile is not None and given.name != given.profile:
        raise UsageError(f"Two keys were named: {given.name}, and {given.profile} by --profile.")
    chosen = choose_key(structs.replace(given, profile=given.name or given.profile), environ, here)
    key = chosen.credentials
    if key is None:
        raise KeyProblem("There is no key to take over: `krakentui keys add` stores one.")
    settings = settings_with(given, environ, chosen)
    if settings.read_only:
        raise UsageError(READS_ONLY)
    if settings.state_dir is None:
        raise KeyProblem("There is no state folder to keep the unit of the nonces in: nothing is changed.")
    if not given.yes and not _consents(key, here.terminal):
        put("Nothing is changed.")
        return ANSWERED_NO
    told: list[TakenOver] = []

    async def work() -> int:
        told.append(await _taken_over(settings, door))
        return 0

    code = running.run_loop(work())
    if not told:
        raise KeyProblem(f"The take-over was stopped ({code}): run `krakentui keys check {key.name}`.")
    return _report(key, told[0])


def _consents(key: Credentials, terminal: Terminal | None) -> bool:
    """Say what it does to others and ask for the word.

    Raises:
        UsageError: there is nobody to ask.
    """
    if terminal is None:
        raise UsageError("There is no terminal to ask: say --yes to take the key over without a question.")
    terminal.say(WHAT_IT_DOES.format(f"{key.name} ({key.fingerprint})"))
    return terminal.ask(f"Type {WORD} to do it: ").strip().casefold() == WORD


async def _taken_over(settings: Settings, door: Door | None) -> TakenOver:
    clock = SystemClock(settings.speed, settings.start_ns)
    async with Probe(settings, clock, random.Random(), door=door) as probe:
        return await probe.take_over()


def _report(key: Credentials, told: TakenOver) -> int:
    """Print what came of it and give the exit code."""
    if told.trouble is not None:
        raise KeyProblem(told.words(key))
    goes_on = " A monitor that runs with it goes on by itself." if told.unit != told.unit_before else ""
    put(told.words(key) + (goes_on if told.is_ours else ""))
    return FINE if told.is_ours else REFUSED
