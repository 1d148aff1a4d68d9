"""`krakentui keys add`: a key is asked for, checked with the exchange, stored, and only then listed.

At a terminal it is a conversation. A script hands the pair over by the environment, by `--from-stdin` or
by a password manager, and says the rest by options; then nothing is asked but a passphrase. Keys of the
simulated exchange are checked for practice and never stored.
"""

import sys
from collections.abc import Callable, MutableMapping

from msgspec import Struct, structs

from krakentui.commands.key_guide import (
    PURPOSE_QUESTION,
    PURPOSES,
    afterwards,
    making_a_key,
    no_keyring,
    store_choices,
)
from krakentui.commands.key_words import COULD_NOT, FACTOR, REFUSED, WANTING, finding_lines
from krakentui.commands.keys_change import tidy
from krakentui.commands.keys_check import Checked, check
from krakentui.commands.keys_keep import check_no_leftover, forget, keep, new_passphrase
from krakentui.commands.lines import put
from krakentui.commands.parser import Given
from krakentui.commands.which_key import SIMULATED, Chosen, list_path
from krakentui.engine.household import Door
from krakentui.keys import environment, key_command, profile_list, ring, systemd
from krakentui.keys.factor import CHECK_CALL, with_factor
from krakentui.keys.offer import Machine
from krakentui.keys.pair import Pair, read_pair
from krakentui.keys.profile import Profile, Profiles, Purpose, Store, check_name, is_account
from krakentui.keys.typed import ask_pair
from krakentui.model.error import BadKey, KeyProblem, UsageError
from krakentui.model.secret import Credentials
from krakentui.model.text import clean

_MOST_STDIN = 64 * 1024
NOTHING = "Nothing is stored."
NEVER_STORED = "A key of the simulated exchange is never stored."
PRACTICE = f"For practice: the key is checked, and that is all. {NEVER_STORED}"
_TRIES = 3
"""After five wrong signatures in a row the exchange locks the key out."""


class Wanted(Struct, frozen=True, kw_only=True):
    """What is to be added, before the key is known."""

    draft: Profile
    purpose: Purpose | None
    """None = what the key can do decides."""
    asks: bool
    """There is somebody to talk to."""


def run(given: Given, environ: MutableMapping[str, str], here: Machine, door: Door | None = None) -> int:
    """Add a key: exit code 0 once it is stored and listed. `door` stands in for the network in tests."""
    try:
        taken = environment.take(environ)
    finally:
        environment.drop(environ)
    _check_one_way(given, taken)
    if given.endpoint is not None and (given.store is not None or given.as_default):
        raise UsageError(f"{NEVER_STORED} {SIMULATED}")
    if given.accept_withdraw is not None:
        accepted = given.accept_withdraw
        profile_list.change(list_path(given, environ), lambda told: told.accepting_withdrawals(accepted))
    profiles = profile_list.read(list_path(given, environ))
    scripted = given.from_stdin or taken is not None or given.key_command is not None
    wanted = _wanted(given, profiles, here, asks=not scripted and here.terminal is not None)
    say = here.terminal.say if wanted.asks and here.terminal is not None else _print

    def ask(key: Credentials) -> Checked:
        chosen = Chosen(
            credentials=key, account=wanted.draft.account, withdraw_accepted=profiles.withdraw_accepted
        )
        return check(given, environ, chosen, key, wanted.purpose, door=door)

    checked = _entered(given, taken, wanted, here, ask, say)
    if checked.exit in {COULD_NOT, REFUSED}:
        say(NOTHING)
        return checked.exit
    if given.endpoint is not None:
        say(f"{NEVER_STORED} {NOTHING}")
        return COULD_NOT
    if checked.exit == WANTING and wanted.asks and not _agreed(here, "Store it all the same?"):
        say(NOTHING)
        return 5
    return _store(given, environ, wanted, checked, here, say)


def _store(
    given: Given,
    environ: MutableMapping[str, str],
    wanted: Wanted,
    checked: Checked,
    here: Machine,
    say: Callable[[str], None],
) -> int:
    """Store the secret, then the profile; where the second fails the first is undone."""
    store = _chosen_store(given, wanted, here, say)
    name, key = wanted.draft.name, checked.credentials
    passphrase = new_passphrase(name, here) if store == "encrypted" else None
    profile = structs.replace(
        wanted.draft,
        store=store,
        purpose=checked.purpose,
        fingerprint=key.fingerprint,
        second_factor=key.otp is not None and key.otp_call is None,
    )

    def store_and_list(*, instead: bool = False) -> tuple[str, Profiles]:
        with profile_list.opened(list_path(given, environ)) as listing:
            listed = listing.profiles.with_profile(profile, default=given.as_default)
            tidy(here)
            was_there = store == "keyring" and ring.find(name, here).pair is not None
            where = keep(store, name, key, here, passphrase=passphrase, instead=instead)
            try:
                listing.write(listed)
            except BaseException:  # Ctrl-C, too
                if not was_there and not listing.names(name):
                    forget(store, name, here)
                raise
            return where, listed

    try:
        where, listed = store_and_list()
    except ring.NameTaken as taken:
        if not wanted.asks or not _agreed(here, f"{taken} Write over it for good?"):
            raise KeyProblem(
                f"{taken} {NOTHING} Take another name, or let `krakentui keys remove {name}` remove it."
            ) from None
        where, listed = store_and_list(instead=True)
    say(f"Stored as {name} in {where}." if where else f"Listed as {name}; its secret is not kept here.")
    if key.otp_call is not None:
        say("It wants a time code with every call: no monitor lives on that; short commands take --otp code.")
    for line in afterwards(store, name):
        say(line)
    start = "krakentui" if listed.default == name else f"krakentui --profile {name}"
    say(f"Start with `{start}`.")
    return 0


def _entered(
    given: Given,
    taken: Credentials | None,
    wanted: Wanted,
    here: Machine,
    ask: Callable[[Credentials], Checked],
    say: Callable[[str], None],
) -> Checked:
    """Get the pair and check it; where Kraken does not take one that was typed, ask for it again."""
    source = "what you entered" if wanted.asks else "what was given"
    typed = wanted.asks and given.store != "systemd"
    for left in reversed(range(_TRIES)):
        pair = _pair(given, taken, wanted, here)
        for note in pair.notes:
            say(f"Note: {note}.")
        checked = _checked(given, wanted, pair.credentials(wanted.draft.name, source), here, ask)
        for line in finding_lines(() if checked.judged is None else checked.judged.findings):
            say(line)
        say(checked.sentence)
        if not (typed and left and isinstance(checked.told.refusal, BadKey)):
            break
        say("Once more, please, both parts:")
    return checked


def _check_one_way(given: Given, taken: Credentials | None) -> None:
    """Pass if the key comes one way only.

    Raises:
        UsageError: it comes by several.
    """
    ways = {
        f"the pair in {environment.KEY} and {environment.SECRET}": taken is not None,
        "--from-stdin": given.from_stdin,
        "--key-command": given.key_command is not None,
    }
    there = [way for way, is_there in ways.items() if is_there]
    if len(there) > 1:
        raise UsageError(f"The key is given twice: by {' and by '.join(there)}. Leave one out.")
    if given.key_command is not None and given.store is not None:
        raise UsageError("A key command is asked at each start: --store does not go with it.")


def _wanted(given: Given, profiles: Profiles, here: Machine, *, asks: bool) -> Wanted:
    """Find out what the key is called and what it is for, from options or by asking."""
    terminal = here.terminal if asks else None
    if given.endpoint is not None:
        (_print if terminal is None else terminal.say)(PRACTICE)
    name = given.name
    if name is None:
        asked = "" if terminal is None else terminal.ask("What will you call this key? [main]: ")
        name = asked or "main"
    check_name(name)
    usual = next((one.account for one in profiles.profiles if one.name == profiles.default), "main")
    account = given.account
    if account is None:
        asked = "" if terminal is None else terminal.ask(f"What do you call the account? [{usual}]: ")
        account = asked or usual
    if not is_account(account):
        raise UsageError(f"{clean(account, 40)} is no name for an account: 1 to 32 visible characters are.")
    purpose = given.purpose
    if purpose is None and terminal is not None:
        purpose = PURPOSES.get(terminal.ask(PURPOSE_QUESTION) or "2")
        if purpose is None:
            raise UsageError(f"The answer is 1 or 2. {NOTHING}")
    command = () if given.key_command is None else _command(given.key_command)
    draft = Profile(
        name=name,
        account=account,
        purpose=purpose or "watch",
        store="command" if command else "prompt",
        key_command=command,
        cancel_with=given.cancel_with,
    )
    if given.endpoint is None:
        profiles.with_profile(draft)  # says now what is wrong with it, before a key is pasted
        check_no_leftover(name, here)
    if terminal is not None:
        terminal.say(*making_a_key(draft.purpose))
    return Wanted(draft=draft, purpose=purpose, asks=asks)


def _command(line: str) -> tuple[str, ...]:
    try:
        words = key_command.split(line)
    except ValueError as error:
        raise UsageError(f"--key-command must be {error}.") from None
    if not words:
        raise UsageError("--key-command is empty: it names a program that prints the pair.")
    return words


def _pair(given: Given, taken: Credentials | None, wanted: Wanted, here: Machine) -> Pair:
    """Get the pair, the one way that was chosen.

    Raises:
        KeyProblem: it cannot be had.
    """
    if taken is not None:
        return Pair(taken.key, taken.secret)
    if given.from_stdin:
        return read_pair(sys.stdin.buffer.read(_MOST_STDIN).decode("utf-8-sig", "replace"))
    offered = None
    if wanted.draft.key_command:
        offered = key_command.offer(wanted.draft, here)
    elif given.store == "systemd":
        offered = systemd.offer(wanted.draft, here)
    if offered is not None and (offered.pair is not None or offered.why):
        if offered.pair is None:
            raise KeyProblem(f"{offered.where[:1].upper()}{offered.where[1:]} gave no key. {offered.why}")
        return offered.pair
    if here.terminal is None:
        raise KeyProblem(
            "There is no terminal to ask for the key: hand it over by --from-stdin, by the environment, or "
            "by --key-command."
        )
    return ask_pair(here.terminal)


def _checked(
    given: Given,
    wanted: Wanted,
    credentials: Credentials,
    here: Machine,
    ask: Callable[[Credentials], Checked],
) -> Checked:
    """Check the key; where it wants a second factor and somebody can be asked, check it with that."""
    if given.otp is not None:
        credentials = with_factor(credentials, given.otp, here.terminal, "keys", CHECK_CALL)
    if wanted.asks and here.terminal is not None:
        here.terminal.say("Asking the exchange about it …")
    checked = ask(credentials)
    if checked.told.wants_factor and credentials.otp is None and wanted.asks and here.terminal is not None:
        here.terminal.say(FACTOR)
        if _agreed(here, "Use it with a static password, asked for at each start?"):
            return ask(with_factor(credentials, "password", here.terminal, "keys", CHECK_CALL))
    return checked


def _chosen_store(given: Given, wanted: Wanted, here: Machine, say: Callable[[str], None]) -> Store:
    """Tell where the secret shall lie: what was said, else what is chosen, never plain text in silence.

    Raises:
        KeyProblem: nothing was said, nobody can be asked, and there is no keyring.
    """
    if wanted.draft.key_command:
        return "command"
    if given.store is not None:
        return given.store
    offered = ring.look(here)
    if not wanted.asks or here.terminal is None:
        if not offered.why:
            return "keyring"
        raise KeyProblem(
            f"{no_keyring(offered)} Say where to keep the key: --store encrypted (asks for a passphrase), "
            f"--store file (plain text that only you can read), --store systemd, --store prompt. {NOTHING}"
        )
    if offered.why:
        say(no_keyring(offered))
    choices = store_choices(offered)
    say("Where shall the secret be kept?")
    for number, (_, words) in enumerate(choices, 1):
        say(f"  {number}  {words}")
    answer = here.terminal.ask(f"1 to {len(choices)} [1]: ") or "1"
    if not (answer.isascii() and answer.isdigit() and 1 <= int(answer) <= len(choices)):
        raise UsageError(f"The answer is a number from 1 to {len(choices)}. {NOTHING}")
    return choices[int(answer) - 1][0]


def _agreed(here: Machine, question: str) -> bool:
    return (
        here.terminal is not None and here.terminal.ask(f"{question} Type yes, or anything else: ") == "yes"
    )


def _print(*lines: str) -> None:
    for line in lines:
        put(clean(line, 600))
