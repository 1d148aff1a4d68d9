"""`krakentui doctor`: what works on this machine and what does not, without a secret and without a question.

It looks into every source of keys, asks the exchange for its time and state, and lets the chosen key
describe itself. What needs somebody at the terminal (a passphrase) is named and left alone.
"""

import os
import platform
import random
import textwrap
from collections.abc import Iterator, MutableMapping
from urllib.parse import urlsplit

from msgspec import structs

from krakentui import __version__, log
from krakentui.commands import running
from krakentui.commands.choose import settings_with, usable_folder
from krakentui.commands.doctor_keys import (
    Key,
    Keys,
    Line,
    keys_of_a_run,
    leftover_lines,
    source_lines,
    stored_lines,
    surveys_of,
)
from krakentui.commands.key_words import finding_lines, verdict
from krakentui.commands.lines import put
from krakentui.commands.parser import Given
from krakentui.commands.which_key import keys_folder, list_path, machine
from krakentui.engine.household import Door
from krakentui.engine.place import Place
from krakentui.engine.probe import Probe
from krakentui.keys import environment, profile_list
from krakentui.keys.audit import audit
from krakentui.keys.offer import Machine
from krakentui.keys.profile import Profiles, Purpose
from krakentui.model.clock import SECOND, SystemClock
from krakentui.model.error import KrakentuiError
from krakentui.model.event import TimeMeasured
from krakentui.model.number import counted
from krakentui.model.proxy import shown_proxy
from krakentui.model.redact import redact
from krakentui.model.secret import Credentials
from krakentui.model.text import clean
from krakentui.net.way import Way
from krakentui.settings import Settings, config_file, read_config, state_folder

SKEW_NS = 2 * SECOND
"""A clock that is off by more is told as a trouble (fault table, F27)."""


def run(
    given: Given,
    environ: MutableMapping[str, str] = os.environ,
    door: Door | None = None,
    instead: Machine | None = None,
) -> int:
    """Print everything that was found; exit code 1 if something does not work.

    `door` and `instead` stand in for network and machine in tests.
    """
    troubles = 0

    def say(title: str, lines: Iterator[Line]) -> None:
        nonlocal troubles
        put(title)
        for line in lines:
            troubles += line.bad
            put(_broken(f"  {'!' if line.bad else ' '} {clean(redact(line.text), 400)}"))

    whole = dict(environ)
    environment.drop(environ)  # before any child starts
    pairs, complaint = _pairs(dict(whole))
    say("This program", iter([Line(f"krakentui {__version__}, Python {platform.python_version()}")]))
    say("Files", _files(given, environ))
    say("Terminal", _terminal(environ))
    with machine(given, environ, instead) as open_machine:
        here = structs.replace(open_machine, terminal=None)
        say("Sources of keys", source_lines(here, pairs, complaint))
        profiles, lines = _profiles(given, environ)
        surveys = surveys_of(profiles, here)
        left = [] if any(line.bad for line in lines) else leftover_lines(profiles, here)
    say("Stored keys", iter([*lines, *stored_lines(profiles, surveys), *left]))
    told = {complaint, *(line.text for line in lines)}
    keys = keys_of_a_run(given, whole, here, profiles, surveys, told)
    say("Exchange and key", iter(_asked(given, environ, keys, door)))
    put(f"Look at {counted(troubles, 'line')} above, marked with !." if troubles else "Everything works.")
    return 1 if troubles else 0


def _broken(line: str) -> str:
    """Break a line between words where a terminal would break it anywhere."""
    try:
        width = os.get_terminal_size(1).columns
    except OSError:
        return line
    return textwrap.fill(line, max(40, width - 1), subsequent_indent="      ", break_on_hyphens=False)


def _pairs(environ: MutableMapping[str, str]) -> tuple[tuple[Credentials | None, ...], str]:
    try:
        return environment.take_both(environ), ""
    except KrakentuiError as error:
        return (), str(error)


def _files(given: Given, environ: MutableMapping[str, str]) -> Iterator[Line]:
    file = config_file(given.config, environ)
    try:
        config = read_config(file, must_exist=False)
    except KrakentuiError as error:
        yield Line(f"settings: {error}", bad=True)
    else:
        yield Line(f"settings {file}{'' if file.exists() else ' (not there: defaults)'}")
        for warning in config.warnings:
            yield Line(warning, bad=True)
    yield Line(f"list of keys {list_path(given, environ)}")
    yield Line(f"key files {keys_folder(given, environ)}")
    folder, warnings = usable_folder(state_folder(environ))
    if folder is not None:
        yield Line(f"state {folder}")
        yield Line(f"log {given.log_file or folder / log.FILE_NAME}")
    for warning in warnings:
        yield Line(warning, bad=True)


def _terminal(environ: MutableMapping[str, str]) -> Iterator[Line]:
    term = environ.get("TERM", "")
    try:
        size = os.get_terminal_size(1)
    except OSError:
        yield Line(f"output is no terminal (TERM={term or 'not set'}): stream, snapshot and limits work")
        return
    colours = "no colours asked for" if environ.get("NO_COLOR") else environ.get("COLORTERM") or "few colours"
    bad = term in {"", "dumb"}
    yield Line(f"{term or 'TERM is not set'}, {size.columns}×{size.lines}, {colours}", bad)
    if size.columns < 60 or size.lines < 16:
        yield Line("the monitor wants at least 60 columns and 16 lines", bad=True)


def _profiles(given: Given, environ: MutableMapping[str, str]) -> tuple[Profiles, list[Line]]:
    try:
        profiles = profile_list.read(list_path(given, environ))
    except KrakentuiError as error:
        return Profiles(), [Line(str(error), bad=True)]
    if not profiles.profiles:
        return profiles, [Line("none: `krakentui keys add` stores one")]
    return profiles, []


def _asked(given: Given, environ: MutableMapping[str, str], keys: Keys, door: Door | None) -> list[Line]:
    """Ask the exchange for its time and state, and about each key by a way of its own."""
    lines: list[Line] = []
    try:
        settings = settings_with(given, environ, keys.chosen)
    except KrakentuiError as error:
        return [Line(str(error), bad=True), *keys.lines]

    async def work() -> int:
        clock, rng = SystemClock(settings.speed), random.Random()
        async with Probe(settings, clock, rng, door=door) as probe:
            lines.extend(await _exchange(probe, settings))
            for key in keys.keys[:1]:
                lines.extend(await _audited(probe, settings, key))
        for key in keys.keys[1:]:
            own = structs.replace(settings, credentials=key.credentials, cancel_credentials=None)
            async with Probe(own, clock, rng, door=door) as probe:
                await probe.offset()
                lines.extend(await _audited(probe, own, key))
        lines.extend(keys.lines)
        return 0

    running.run_loop(work())
    return lines


async def _exchange(probe: Probe, settings: Settings) -> list[Line]:
    ways, host = Way(proxy=settings.proxy), urlsplit(settings.endpoints.rest).hostname or ""
    proxy, unheeded = ways.proxy_to(host), ways.passed_over(host)
    way = f"through the proxy {shown_proxy(proxy)}" if proxy else "without a proxy"
    way += f" ({unheeded} is not heeded: set HTTPS_PROXY, or proxy in the settings)" if unheeded else ""
    measured = await probe.offset()
    if measured is None:
        return [Line(f"{settings.endpoints.rest}, {way}: {probe.trouble or 'no answer'}", bad=True)]
    system = await probe.system()
    return [
        Line(f"{settings.endpoints.rest}, {way}: answers, system {system or 'unknown'}", system != "online"),
        _clock_line(measured),
    ]


def _clock_line(measured: TimeMeasured) -> Line:
    off_ns, doubt_ns = measured.offset_ns, measured.doubt_ns
    doubt = f"give or take {doubt_ns / SECOND:.1f} s"
    if abs(off_ns) <= doubt_ns:
        return Line(f"this machine's clock agrees with the exchange's, {doubt}")
    side = "behind" if off_ns > 0 else "ahead of"
    text = f"this machine's clock is {abs(off_ns) / SECOND:.1f} s {side} the exchange's, {doubt}"
    return Line(text, abs(off_ns) > SKEW_NS + doubt_ns)


def _owner(settings: Settings, fingerprint: str) -> str:
    """Tell who spends the budget of a key now."""
    place = None if settings.state_dir is None else Place(settings.state_dir, fingerprint)
    if place is None or not place.is_taken():
        return "no monitor runs with it on this machine now"
    process = place.holder()
    return f"its budget belongs to a monitor that runs now{f' (process {process})' if process else ''}"


async def _audited(probe: Probe, settings: Settings, key: Key) -> list[Line]:
    credentials = key.credentials
    lines = [
        Line(f"key {credentials.name} ({credentials.fingerprint}) from {credentials.source}"),
        Line(_owner(settings, credentials.fingerprint)),
    ]
    try:
        told = await probe.key()
    except KrakentuiError as error:
        return [*lines, Line(str(error), bad=True)]
    judged = None
    if told.info is not None:
        able: Purpose = "watch+cancel" if told.info.may_cancel else "watch"
        judged = audit(
            told.info,
            key.purpose or able,
            credentials.fingerprint,
            probe.now_s,
            use=told.use,
            accepted=settings.withdraw_accepted,
        )
        for finding, text in zip(judged.findings, finding_lines(judged.findings), strict=True):
            lines.append(Line(text, finding.level in {"red", "missing"}))
    code, sentence = verdict(told, judged)
    return [*lines, Line(sentence, code != 0)]
