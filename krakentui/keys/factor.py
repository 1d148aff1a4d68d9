"""The second factor of a key: asked for at the start, kept in memory, never stored.

Kraken lets a key carry a second factor that goes with every private REST call; websockets want none (spot
REST reference, 1.4). A static password lasts as long as the program. A time code is good for one call: in
a command that ends by itself it opens the private websocket, a monitor cannot live on it.
"""

from typing import Literal

from msgspec import structs

from krakentui.keys.prompt import Terminal
from krakentui.model.error import KeyProblem, UsageError
from krakentui.model.secret import Credentials

Factor = Literal["password", "code"]
TOKEN_CALL, CHECK_CALL = "GetWebSocketsToken", "GetApiKeyInfo"
_WORDS = {"password": "static password", "code": "time code"}
LASTING = frozenset({"live", "stream"})
"""Commands that run for hours."""


def with_factor(
    credentials: Credentials, factor: Factor, terminal: Terminal | None, command: str, call: str = TOKEN_CALL
) -> Credentials:
    """Ask for the second factor of a key and add it.

    Args:
        credentials: the key.
        factor: which kind it has.
        terminal: where to ask.
        command: what is run.
        call: the one call that a time code is spent on.

    Raises:
        UsageError: a time code was chosen for a command that runs for hours.
        KeyProblem: nobody can be asked, or nothing was entered.
    """
    if factor == "code" and command in LASTING:
        raise UsageError(
            "A time code is good for one call, and this command makes many: use it with snapshot, limits, "
            "cancel or keys check only, or give the key a static password or no second factor."
        )
    if terminal is None:
        raise KeyProblem(
            f"The key {credentials.name} wants its second factor, and there is no terminal to ask for it: "
            "use a key without one, with an address list and an expiry instead."
        )
    entered = terminal.ask_hidden(f"Second factor ({_WORDS[factor]}) of the key {credentials.name}: ")
    if not entered:
        raise KeyProblem(f"No second factor was entered for the key {credentials.name}.")
    return structs.replace(credentials, otp=entered, otp_call=call if factor == "code" else None)
