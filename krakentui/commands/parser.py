"""The command line's grammar: words in, one frozen `Given` out; whatever is wrong is one sentence.

Options of the live commands may stand before or after the command's name. Abbreviations are off: a
script that works today must not mean something else when an option is added.
"""

import argparse
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Literal, Never, get_args

import msgspec
from msgspec import Struct

from krakentui import __version__
from krakentui.commands.budget_grammar import budget_grammar, split_command
from krakentui.commands.complaints import SEE_HELP, empty_word, sentence, unknown
from krakentui.commands.config_grammar import config_grammar
from krakentui.commands.keys_grammar import keys_grammar
from krakentui.keys.profile import Purpose, Store
from krakentui.model.error import UsageError
from krakentui.model.limit import Tier
from krakentui.model.order import ORDER_TYPES

Rules = Literal["documented", "strict", "lenient", "old"]
TABLE_PAIRS, MOST_PAIRS = 39, 1_670
"""Pairs that the simulated exchange has anyway, and the most that it makes: as many as one Ticker call of the
real one was seen to tell (recorded 2026; its AssetPairs told 1,451 on 2026-09-25), and as the tests fill."""


class Given(Struct, frozen=True, kw_only=True):
    """What the command line said. None = not said."""

    command: str = "live"
    # live commands
    profile: str | None = None
    otp: Literal["password", "code"] | None = None
    endpoint: str | None = None
    assume_tier: Tier | None = None
    read_only: bool = False
    record: Path | None = None
    config: Path | None = None
    log_file: Path | None = None
    speed: float | None = None
    # demo and simulate
    port: int = 0
    seed: int = 1
    tier: Tier = "intermediate"
    rules: Rules = "documented"
    start: str | None = None
    quiet: bool = False
    compress: bool = False
    log: Path | None = None
    replay: Path | None = None
    mirror: Path | None = None
    control: bool = False
    pairs: int = 0
    scenario: str | None = None
    # stream
    interval: float = 1.0
    seconds: float | None = None
    # limits and cancel
    task: Literal["plan", "calibrate"] | None = None
    plan_tier: Tier | None = None
    acts: tuple[str, ...] = ()
    json: bool = False
    ids: tuple[str, ...] = ()
    everything: bool = False
    new_too: bool = False
    pair: str | None = None
    side: str | None = None
    type: str | None = None
    older_s: int | None = None
    far_pct: str | None = None
    not_stops: bool = False
    dry_run: bool = False
    last: int | None = None
    yes: bool = False
    # config
    settings_task: Literal["init", "show", "check"] | None = None
    # budget
    deed: Literal["wait", "spend"] | None = None
    points: str | None = None
    argv: tuple[str, ...] = ()
    """The command after `--`."""
    # keys
    act: Literal["add", "list", "check", "rename", "remove", "default", "take-over"] | None = None
    name: str | None = None
    new_name: str | None = None
    account: str | None = None
    purpose: Purpose | None = None
    store: Store | None = None
    key_command: str | None = None
    cancel_with: str | None = None
    as_default: bool = False
    from_stdin: bool = False
    accept_withdraw: str | None = None


class _Complaint(Exception):
    """What argparse says is wrong, and the options that were known there."""

    def __init__(self, message: str, options: Collection[str]) -> None:
        super().__init__(message)
        self.options = options


class _Parser(argparse.ArgumentParser):
    """An argument parser whose complaints become sentences of ours."""

    def error(self, message: str) -> Never:
        """Raise the complaint instead of printing usage and exiting."""
        raise _Complaint(message, self._option_string_actions)


def parse(words: Sequence[str]) -> Given:
    """Read the command line.

    Raises:
        UsageError: it makes no sense; the sentence says why.
        SystemExit: help or the version was asked for and has been printed.
    """
    words, argv = split_command(words)
    if lacking := empty_word(words):
        raise UsageError(lacking)
    try:
        named, extras = _grammar().parse_known_args([*words])
    except _Complaint as complaint:
        raise UsageError(sentence(str(complaint), words, complaint.options)) from None
    if extras:
        raise UsageError(unknown(extras))
    found = vars(named)
    said = {name: value for name, value in found.items() if value is not None}
    if argv is not None:
        said["argv"] = argv
    command = " ".join(said[name] for name in ("command", "task") if name in said)
    if command in {"demo", "simulate", "limits plan", "replay"}:
        for name in _LIVE_ONLY:
            if name in said and not (command == "replay" and name in _REPLAYING):
                option = "--" + name.replace("_", "-")
                raise UsageError(f"`krakentui {command}` has no option {option}. {SEE_HELP}")
    if (
        command == "simulate"
        and "mirror" in said
        and (made := [name for name in _NOT_MIRRORED if name in said])
    ):
        raise UsageError(
            f"--mirror and --{made[0]} cannot stand together: a mirror says what was recorded, at its time."
        )
    return msgspec.convert(said, Given)


_NOT_MIRRORED = ("seed", "tier", "rules", "start", "pairs", "quiet", "replay")
"""Options of `simulate` that say what a recording says."""
_REPLAYING = ("config", "log_file")
_LIVE_ONLY = ("profile", "otp", "endpoint", "assume_tier", "read_only", "record", "config", "log_file")


def _grammar() -> _Parser:
    live = _live_options()
    main = _Parser(
        prog="krakentui",
        description="A terminal monitor for a Kraken account that shows how much of every limit is left.",
        epilog="Without a command: the monitor, with the default key of `krakentui keys list`.",
        parents=[live],
        allow_abbrev=False,
    )
    main.add_argument("--version", action="version", version=f"krakentui {__version__}")
    commands = main.add_subparsers(dest="command", metavar="COMMAND", parser_class=_Parser)

    def add(name: str, summary: str, options: _Parser) -> _Parser:
        return commands.add_parser(
            name, help=summary, description=summary, parents=[options], allow_abbrev=False
        )

    world = _world_options()
    add("demo", "the whole monitor against an embedded simulated exchange", world)
    _simulate_options(add("simulate", "the simulated exchange alone, for any Kraken client", world))
    replay = add("replay", "a recorded run on the screen", _options())
    replay.add_argument("mirror", type=Path, metavar="FILE", help="what --record wrote")
    replay.add_argument("--speed", type=_speed, default=_UNSAID, metavar="X", help="how much faster")
    for option in ("--config", "--log-file"):
        replay.add_argument(option, type=Path, default=_UNSAID, metavar="FILE", help="as for live commands")
    _stream_options(add("stream", "the monitor without a screen: one JSON object a line", live))
    add("snapshot", "one JSON object of everything, then leave", live)
    _limits_options(add("limits", "how much of every limit is left; exit 10 tight, 11 limited", live))
    _cancel_options(add("cancel", "cancel open orders by id or by what they are", live))
    budget_grammar(add("budget", "let a script wait for points of a pair, or book them", _options()), live)
    actions = add("actions", "what was done to orders, and whether the log of it is whole", live)
    actions.add_argument("--json", action="store_true", default=_UNSAID, help="the entries as they stand")
    actions.add_argument(
        "--last", type=_whole(1, 1_000_000), default=_UNSAID, metavar="N", help="only so many entries"
    )
    keys_grammar(
        add("keys", "the stored keys: add, list, check, rename, remove, default, take-over", _options()), live
    )
    add("doctor", "what works here: sources of keys, terminal, clock, network", live)
    config_grammar(add("config", "the settings: init, show, check", _options()))
    add("paths", "where config, state and log live", live)
    return main


_UNSAID = argparse.SUPPRESS
"""Options that were not said leave no trace, so that either place on the line may say them."""


def _options() -> _Parser:
    return _Parser(add_help=False, argument_default=_UNSAID, allow_abbrev=False)


def _live_options() -> _Parser:
    options = _options()
    group = options.add_argument_group("live options")
    group.add_argument("--profile", metavar="NAME", help="a stored key (`krakentui keys list`)")
    group.add_argument(
        "--otp", choices=("password", "code"), help="ask for the key's second factor; code: one-off commands"
    )
    group.add_argument("--endpoint", metavar="URL", help="a simulator on this machine")
    group.add_argument("--assume-tier", choices=("starter", "intermediate", "pro"), help="believe this tier")
    group.add_argument("--read-only", action="store_true", help="never cancel anything or take a key over")
    group.add_argument("--record", type=Path, metavar="FILE", help="write what comes in, without secrets")
    group.add_argument("--config", type=Path, metavar="FILE", help="settings file to use")
    group.add_argument("--log-file", type=Path, metavar="FILE", help="where to log")
    group.add_argument("--speed", type=_speed, metavar="X", help="the simulator's speed (with --endpoint)")
    return options


def _world_options() -> _Parser:
    options = _options()
    group = options.add_argument_group("simulated exchange")
    group.add_argument("--seed", type=_whole(0, 2**63), metavar="N", help="which market")
    group.add_argument("--speed", type=_speed, metavar="X", help="how much faster than real time")
    group.add_argument("--tier", choices=("starter", "intermediate", "pro"), help="the account's true tier")
    group.add_argument("--scenario", metavar="NAME|FILE", help="what happens, and goes wrong, by itself")
    group.add_argument("--rules", choices=get_args(Rules), help="how the exchange counts")
    return options


def _simulate_options(parser: _Parser) -> None:
    parser.add_argument("--port", type=_whole(0, 65535), default=_UNSAID, metavar="N")
    parser.add_argument("--start", default=_UNSAID, metavar="now|ISO", help="the simulated time to start at")
    parser.add_argument(
        "--pairs",
        type=_whole(TABLE_PAIRS, MOST_PAIRS),
        default=_UNSAID,
        metavar="N",
        help=f"fill the market with seeded pairs up to so many, from {TABLE_PAIRS} to {MOST_PAIRS}",
    )
    parser.add_argument("--quiet", action="store_true", default=_UNSAID, help="no background actor")
    parser.add_argument(
        "--compress", action="store_true", default=_UNSAID, help="offer compression on websockets"
    )
    parser.add_argument("--control", action="store_true", default=_UNSAID, help="open the control calls")
    parser.add_argument(
        "--log", type=Path, default=_UNSAID, metavar="FILE", help="write what goes in and out, no secrets"
    )
    parser.add_argument(
        "--replay", type=Path, default=_UNSAID, metavar="FILE", help="run a log again and compare"
    )
    parser.add_argument(
        "--mirror", type=Path, default=_UNSAID, metavar="FILE", help="serve a recording instead of a market"
    )


def _stream_options(parser: _Parser) -> None:
    parser.add_argument(
        "--interval", type=_seconds(0.05), default=_UNSAID, metavar="S", help="seconds a line"
    )
    _length_option(parser, "leave after this long")


def _length_option(parser: _Parser, summary: str) -> None:
    parser.add_argument(
        "--for", type=_seconds(0.05), dest="seconds", default=_UNSAID, metavar="S", help=summary
    )


def _limits_options(parser: _Parser) -> None:
    parser.add_argument("--json", action="store_true", default=_UNSAID, help="as one JSON object")
    tasks = parser.add_subparsers(dest="task", metavar="TASK", parser_class=_Parser, required=False)
    summary = "what acts on one pair cost and when they are drained; needs no key and no network"
    plan = tasks.add_parser("plan", help=summary, description=summary, allow_abbrev=False)
    plan.add_argument("--tier", dest="plan_tier", choices=get_args(Tier), default=_UNSAID, metavar="T")
    plan.add_argument("--pair", default=_UNSAID, metavar="P", help="how to call the pair")
    plan.add_argument("--json", action="store_true", default=_UNSAID, help="as one JSON object")
    plan.add_argument(
        "acts",
        nargs="*",
        default=_UNSAID,
        metavar="OP[:AGE][xN]",
        help="add, amend, edit, cancel, batch-add, batch-cancel, with an age (amend:7s) and a number of"
        " orders (cancel:3sx25); +10s lets time pass before the next",
    )
    summary = "guided trial of what the exchange's trading counter shows; you place, it watches"
    trial = tasks.add_parser(
        "calibrate", help=summary, description=summary, parents=[_live_options()], allow_abbrev=False
    )
    trial.add_argument(
        "--pair",
        default=_UNSAID,
        metavar="P",
        help="the quiet pair on which you will place the two orders; needed",
    )
    _length_option(trial, "give up after this long")


def _cancel_options(parser: _Parser) -> None:
    parser.add_argument("ids", nargs="*", default=_UNSAID, metavar="ID", help="order ids")
    parser.add_argument("--all", action="store_true", dest="everything", default=_UNSAID)
    parser.add_argument(
        "--new-too",
        action="store_true",
        default=_UNSAID,
        help="with --all: by one call that also takes what is placed meanwhile, by other programs too",
    )
    parser.add_argument(
        "--pair",
        default=_UNSAID,
        metavar="P",
        help="only this pair, as in BTC/USD; btc is every pair of that base",
    )
    parser.add_argument("--side", choices=("buy", "sell"), default=_UNSAID)
    parser.add_argument(
        "--type", choices=ORDER_TYPES, default=_UNSAID, metavar="T", help="limit, stop-loss, take-profit, …"
    )
    parser.add_argument(
        "--older", type=_age, dest="older_s", default=_UNSAID, metavar="90s|5m|2h", help="at least this old"
    )
    parser.add_argument(
        "--far",
        type=_percent,
        dest="far_pct",
        default=_UNSAID,
        metavar="PCT",
        help="this far from the market",
    )
    parser.add_argument(
        "--not-stops", action="store_true", default=_UNSAID, help="leave the orders that limit a loss"
    )
    parser.add_argument("--dry-run", action="store_true", default=_UNSAID, help="show, send nothing")
    parser.add_argument("--yes", action="store_true", default=_UNSAID, help="do not ask")
    parser.add_argument("--json", action="store_true", default=_UNSAID, help="as one JSON object")


# --- values -------------------------------------------------------------------------------------


def _age(text: str) -> int:
    from krakentui.state.filtertext import age_s  # noqa: PLC0415 - a good part of a start, for one option

    seconds = age_s(text)
    if seconds is None:
        raise argparse.ArgumentTypeError("takes an age like 90s, 5m or 2h")
    return seconds


def _percent(text: str) -> str:
    from krakentui.state.filtertext import percent  # noqa: PLC0415 - as above

    digits = percent(text)
    if digits is None:
        raise argparse.ArgumentTypeError("takes a distance in percent like 2 or 0.5")
    return digits


def _speed(text: str) -> float:
    speed = _number(text)
    if speed is None or not 0.1 <= speed <= 1000:
        raise argparse.ArgumentTypeError("takes a number from 0.1 to 1000")
    return speed


def _seconds(least: float) -> Callable[[str], float]:
    def convert(text: str) -> float:
        seconds = _number(text)
        if seconds is None or not least <= seconds <= 86400 * 365:
            raise argparse.ArgumentTypeError(f"takes seconds, {least:g} or more")
        return seconds

    return convert


def _whole(least: int, most: int) -> Callable[[str], int]:
    def convert(text: str) -> int:
        if not text.isascii() or not text.isdigit() or not least <= int(text[:20]) <= most:
            raise argparse.ArgumentTypeError(f"takes a whole number from {least} to {most}")
        return int(text)

    return convert


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
