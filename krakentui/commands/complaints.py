"""What argparse complains of, as sentences of ours."""

import re
from collections.abc import Collection, Sequence
from itertools import pairwise

SEE_HELP = "`krakentui --help` lists what there is."
_CHOICE = re.compile(r"argument (?P<what>\S+): invalid choice: (?P<word>.+?) \(choose from (?P<among>.+)\)")
_LONG = re.compile(r"[^\s']{50,}")
"""It may be a secret with a slip in it: it is not repeated."""
_EMPTY = "The value {} is empty (a variable that is not set?): fill it, or leave it out."
_PLAIN = {"expected one argument": "needs a value"}
_ARGUMENT = re.compile(r"argument (?P<what>\S+): (?P<why>.+)", re.DOTALL)


def empty_word(words: Sequence[str]) -> str:
    """Say which word is empty, as `"$NAME"` of a script is where NAME is not set; empty = none.

    No option and no id means anything by nothing; taken for "not said" it would mean the default.
    """
    for before, word in pairwise(("krakentui", *words)):
        option, equals, value = word.partition("=")
        if equals and option.startswith("--") and not value.strip():
            return _EMPTY.format(f"of {_LONG.sub('(a long word)', option)}")
        if not word.strip():
            return _EMPTY.format(f"after {_LONG.sub('(a long word)', before)}")
    return ""


def sentence(message: str, words: Sequence[str], options: Collection[str]) -> str:
    """Turn argparse's complaint about these words into a sentence of ours; `options` were known there."""
    message = _LONG.sub("(a long word)", message)
    if message.startswith("unrecognized arguments: "):
        return f"Unknown option or word: {message.partition(': ')[2]}. {SEE_HELP}"
    if found := _CHOICE.fullmatch(message):
        what, word, among = found["what"], found["word"].strip("'"), found["among"].replace("'", "")
        if what not in {"COMMAND", "TASK"}:
            return f"{what} cannot be {word}: it is one of {among}."
        option = next((one for one, after in pairwise(words) if after == word), "")
        if option.startswith("-") and option not in options:  # the word was meant as its value
            return f"Unknown option or word: {option} {word}. {SEE_HELP}"
        if what == "COMMAND":
            return f"There is no command {word}. {SEE_HELP}"
        return f"There is no task {word}: it is one of {among}."
    if found := _ARGUMENT.fullmatch(message):
        why = _PLAIN.get(found["why"], found["why"])
        return f"{found['what']} {why}."
    return f"{message[:1].upper()}{message[1:]}. {SEE_HELP}"
