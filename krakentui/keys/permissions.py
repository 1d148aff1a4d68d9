"""Every permission of a key: what it means in plain words, which box it is, whether we want it.

Ids and boxes: spot REST reference, 5.1 (documentation of May 2026); the boxes stand on the form "Create
API key" under Settings, API.
"""

from collections.abc import Mapping

from msgspec import Struct

from krakentui.model.account import KeyInfo, Level


class Permission(Struct, frozen=True):
    """One permission."""

    words: str
    """What the key may do with it, after `It may`."""
    box: str
    """The box on the form, with its group."""
    level: Level = "fine"
    """How bad it is that the key has it."""
    lost: str = ""
    """What does not work without it, as a sentence; empty where nothing is missed."""


PERMISSIONS: Mapping[str, Permission] = {
    "query-funds": Permission(
        "read balances", "Funds permissions: Query", lost="Balances and their worth stay empty."
    ),
    "query-open-trades": Permission(
        "read open orders",
        "Orders and trades: Query open orders & trades",
        lost="Open orders stay empty, so there is nothing to cancel.",
    ),
    "query-closed-trades": Permission(
        "read closed orders and trades",
        "Orders and trades: Query closed orders & trades",
        lost="How an order ended that was not seen to end stays unknown.",
    ),
    "query-ledger": Permission("read the ledger", "Data: Query ledger entries"),
    "close-trades": Permission(
        "cancel orders",
        "Orders and trades: Cancel & close orders",
        lost="The cancel keys do nothing.",
    ),
    "create-ws-token": Permission(
        "open the private websocket",
        "WebSocket interface: On",
        lost="Orders and balances come by polls, seconds late; this one is off on a new key.",
    ),
    "modify-trades": Permission(
        "place and change orders", "Orders and trades: Create & modify orders", "amber"
    ),
    "earn-funds": Permission("lock funds into earn programmes", "Funds permissions: Earn", "amber"),
    "export-data": Permission("export the whole history", "Data: Export data", "amber"),
    "add-funds": Permission("make deposit addresses", "Funds permissions: Deposit", "red"),
    "withdraw-funds": Permission("withdraw funds", "Funds permissions: Withdraw", "red"),
    "add-withdraw-address": Permission("add withdrawal addresses", "add withdrawal addresses", "red"),
    "update-withdraw-address": Permission(
        "change withdrawal addresses", "change withdrawal addresses", "red"
    ),
}
WITHDRAW = "withdraw-funds"
_SOUND = WITHDRAW.partition("-")[0]
WATCH = ("query-funds", "query-open-trades", "query-closed-trades", "create-ws-token")
"""The boxes to tick for watching, in the order of the form (spot REST reference, 5.4)."""
CANCEL = "close-trades"
"""The one more box for cancelling; `modify-trades` would do too, and can do far more."""


def withdraws(name: str) -> bool:
    """Tell whether this permission lets a key withdraw; one that is not known does if it sounds like it."""
    return name == WITHDRAW or (name not in PERMISSIONS and _SOUND in name.replace("-", ""))


def may_withdraw(info: KeyInfo) -> bool:
    """Tell whether a key may withdraw, as far as its permissions are understood."""
    return any(map(withdraws, info.permissions))
