"""The grammar of `krakentui keys`: one word says what to do, a name says with which key."""

import argparse

from krakentui.keys.profile import STORES

_UNSAID = argparse.SUPPRESS
KEPT = tuple(store for store in STORES if store != "command")
"""Where `keys add --store` may put a key; a command is given by --key-command."""
ADD_HELP = """\
Asks for everything and checks the key with the exchange before it is stored. The key is pasted without being
shown; it is never an option. A script hands it over by --from-stdin (two lines: API key, private key), by the
environment, or by a password manager that --key-command names.
"""
TAKE_OVER_HELP = """\
Where another program has raised a key's nonces above ours, this raises the unit that ours count in, no more
than is needed. The other program is refused with that key from then on, for good: a new key is better.
"""


def keys_grammar(parser: argparse.ArgumentParser, live: argparse.ArgumentParser) -> None:
    """Add the acts of `krakentui keys` to its parser; without one it lists."""
    acts = parser.add_subparsers(dest="act", metavar="ACT")

    def add(name: str, summary: str, more: str = "") -> argparse.ArgumentParser:
        return acts.add_parser(
            name, help=summary, description=more or summary, parents=[live], allow_abbrev=False
        )

    _add_options(add("add", "store a key, guided and checked", ADD_HELP))
    listing = add("list", "which keys there are")
    listing.add_argument("--json", action="store_true", default=_UNSAID, help="as one JSON object")
    check = add("check", "what a key may do; exit 3 refused, 10 dangerous or not enough for its purpose")
    check.add_argument("name", nargs="?", default=_UNSAID, metavar="NAME", help="else the default key")
    check.add_argument("--json", action="store_true", default=_UNSAID, help="as one JSON object")
    _accept_option(check)
    over = add("take-over", "take a key over that another program uses; locks that one out", TAKE_OVER_HELP)
    over.add_argument("name", nargs="?", default=_UNSAID, metavar="NAME", help="else the default key")
    over.add_argument("--yes", action="store_true", default=_UNSAID, help="do not ask")
    rename = add("rename", "give a key another name")
    rename.add_argument("name", metavar="OLD")
    rename.add_argument("new_name", metavar="NEW")
    remove = add("remove", "forget a key and its secret; at Kraken it goes on existing")
    remove.add_argument("name", metavar="NAME")
    remove.add_argument("--yes", action="store_true", default=_UNSAID, help="do not ask")
    default = add("default", "use this key when nothing else is said")
    default.add_argument("name", metavar="NAME")


def _add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", nargs="?", default=_UNSAID, metavar="NAME", help="what you will call it")
    parser.add_argument("--account", default=_UNSAID, metavar="A", help="what you call the account")
    parser.add_argument(
        "--purpose", choices=("watch", "watch+cancel"), default=_UNSAID, help="what it is for"
    )
    parser.add_argument("--store", choices=KEPT, default=_UNSAID, help="where the secret is kept")
    parser.add_argument(
        "--key-command",
        default=_UNSAID,
        metavar="'PROGRAM …'",
        help="a password manager that prints the pair",
    )
    parser.add_argument(
        "--cancel-with",
        default=_UNSAID,
        metavar="NAME",
        help="a stored key of the same account that sends the cancels of this one",
    )
    parser.add_argument(
        "--default", action="store_true", dest="as_default", default=_UNSAID, help="use it by default"
    )
    parser.add_argument("--from-stdin", action="store_true", default=_UNSAID, help="read the pair there")
    _accept_option(parser)


def _accept_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--accept-withdraw",
        default=_UNSAID,
        metavar="FINGERPRINT",
        help="use this key although it may withdraw funds",
    )
