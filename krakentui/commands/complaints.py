"""What argparse complains of, as sentences of ours."""

import ast
import re
from collections.abc import Collection, Sequence
from itertools import pairwise

SEE_HELP = "`krakentui --help` lists what there is."
_CHOICE = re.compile(r"argument (?P<what>\S+): invalid choice: (?P<word>.+) \(choose from (?P<among>.+)\)")
_REPEATED = re.compile(r"(?:--?)?[a-z]+(?:-[a-z]+)*")
_MOST_REPEATED = 24
"""The form of our options, commands and choices. No other word is repeated: it may be a password."""
_SECRETIVE = frozenset({"--otp"})
"""Options after which somebody may have written a secret, of whatever form."""
_SOMETHING = "a word that is not repeated here"
_EMPTY = "The value {} is empty (a variable that is not set?): fill it, or leave it out."
_NO_VALUE = re.compile(r"ignored explicit argument .*", re.DOTALL)
_PLAIN = {"expected one argument": "needs a value"}
_ARGUMENT = re.compile(r"argument (?P<what>\S+): (?P<why>.+)", re.DOTALL)


def empty_word(words: Sequence[str]) -> str:
    """Say which word is empty, as `"$NAME"` of a script is where NAME is not set; empty = none.

    No option and no id means anything by nothing; taken for "not said" it would mean the default.
    """
    before = "krakentui"
    for prior, word in pairwise(("krakentui", *words)):
        option, equals, value = word.partition("=")
        if equals and option.startswith("--") and not value.strip():
            return _EMPTY.format(f"of {_shown(option)}")
        if not word.strip():
            return _EMPTY.format(f"after {_SOMETHING if _is_value(prior, before) else _shown(prior)}")
        before = prior
    return ""


def unknown(extras: Sequence[str]) -> str:
    """Say which options or words were not understood; what stands after an option is not repeated."""
    told = [
        _shown(word.partition("=")[0] if word.startswith("-") else word)
        for before, word in pairwise(("", *extras))
        if not _is_value(word, before)
    ]
    return f"Unknown option or word: {' '.join(dict.fromkeys(told))}. {SEE_HELP}"


def sentence(message: str, words: Sequence[str], options: Collection[str]) -> str:
    """Turn argparse's complaint about these words into a sentence of ours; `options` were known there."""
    if found := _CHOICE.fullmatch(message):
        what, word, among = found["what"], _unquoted(found["word"]), found["among"].replace("'", "")
        option = next((one for one, after in pairwise(words) if after == word), "")
        is_option = option.startswith("-") and option not in options
        shown = "" if what in _SECRETIVE else _shown(word, "")
        match what:
            case "COMMAND" | "TASK" if is_option:  # the word was meant as its value
                return unknown((option, word))
            case "COMMAND":
                return f"There is no {f'command {shown}' if shown else 'such command'}. {SEE_HELP}"
            case "TASK":
                return f"There is no {f'task {shown}' if shown else 'such task'}: it is one of {among}."
            case _:
                return (
                    f"{what} {f'cannot be {shown}' if shown else 'takes no such word'}: it is one of {among}."
                )
    if found := _ARGUMENT.fullmatch(message):
        why = _NO_VALUE.sub("takes no value", _PLAIN.get(found["why"], found["why"]))
        return f"{found['what']} {why}."
    return f"{message[:1].upper()}{message[1:]}. {SEE_HELP}"


def _unquoted(quoted: str) -> str:
    """Read the word that argparse shows as Python would; empty where it is no text."""
    try:
        word = ast.literal_eval(quoted)
    except (ValueError, SyntaxError):
        return ""
    return word if isinstance(word, str) else ""


def _is_value(word: str, before: str) -> bool:
    return before.startswith("-") and "=" not in before and not word.startswith("-")


def _shown(word: str, otherwise: str = _SOMETHING) -> str:
    return word if len(word) <= _MOST_REPEATED and _REPEATED.fullmatch(word) else otherwise
