"""How the exchange behaves where its documents are silent or contradict each other, limits left aside.

Each is a knob of `POST rules`, turned while the world runs. The default is what recordings or the newest
page show; where there is neither, a guess. Sources: `DOC` the exchange's pages of 2026, `OLD` those of
2021 to 2023, `CAP` recorded frames, `CLI` the official command-line client, `TK` typed-kraken of 2026-09.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

DENIED = "EGeneral:Permission denied"
BAD_KEY = "EAPI:Invalid key"
REASON_MAX = 100


@dataclass(slots=True)
class Manners:
    """The knobs, by name."""

    lockout_after: int = 5
    """Wrong keys or signatures in a row until the lockout: a guess."""
    lockout_s: int = 900
    """How long it lasts: 15 min by the maintainer of CLI, "a few minutes" by DOC."""
    shut_out_error: Literal["EAPI:Invalid key", "EGeneral:Permission denied"] = "EAPI:Invalid key"
    """What a key hears that has expired or comes from a foreign address: a guess."""
    key_info_case: Literal["camel", "snake"] = "camel"
    """How GetApiKeyInfo spells its fields: camel by DOC, snake by one client."""
    trade_balance_needs: Literal["query-open-trades", "query-funds"] = "query-open-trades"
    """Permission for TradeBalance: the endpoint's page, or the key guide."""
    amends_unit: Literal["ms", "ns"] = "ms"
    """Unit of the timestamps of OrderAmends: ms by CAP of 2024-10, ns by TK."""
    disarmed_trigger: Literal["now", "0"] = "now"
    """`triggerTime` when CancelAllOrdersAfter is switched off: the current time by TK, "0" by OLD."""
    newer_fields: bool = True
    """`time_in_force` of orders, `aclass` of trades, `mfo` of TradeBalance: TK, in no recording."""
    unknown_in_batch: Literal["count", "refuse"] = "count"
    """A batch cancel over REST that names what is not open: counts less, or is refused; a guess."""
    batch_cancel_answer: Literal["result", "orders_cancelled"] = "result"
    """How the websocket's batch_cancel tells its count: `result.count` by DOC, a field by CAP of 2024-05."""
    cancel_answers: Literal["last_first", "as_asked"] = "last_first"
    """Order of the answers to a cancel of several ids: DOC promises none, its sample has the last first."""
    userref_answers: Literal["one", "each"] = "one"
    """Answers to a cancel by an order_userref that several orders carry: one, or one an order; a guess."""
    snapshot_frames: Literal["one", "two"] = "one"
    """Open orders and fills in a snapshot of executions: one frame by CAP, whether always is not known."""
    first_sequence: Literal[1, 2] = 1
    """Number of a private channel's first update when no snapshot was asked for: a guess."""
    earn_balance: Literal["asset", "wallet"] = "asset"
    """`balance` in an update of an earn wallet: the total of the asset, or of the wallet; a guess."""
    amend_in_cancel_only: bool = False
    """Whether an amend passes in cancel_only: a guess."""
    edit_volume: Literal["rest", "whole"] = "rest"
    """What an edit without a volume asks for: what is not filled, or all of it again; a guess."""
    validate_funds: bool = False
    """Whether `validate` looks at funds: a guess."""
    validate_counts: bool = False
    """Whether `validate` counts on the pair like the order: a guess."""
    unfilled_reason: str = "Not filled at once"
    """Reason of the end of an IOC or FOK order: not published."""


CHOICES: Mapping[str, tuple[object, ...]] = {
    "shut_out_error": (BAD_KEY, DENIED),
    "key_info_case": ("camel", "snake"),
    "trade_balance_needs": ("query-open-trades", "query-funds"),
    "amends_unit": ("ms", "ns"),
    "disarmed_trigger": ("now", "0"),
    "newer_fields": (True, False),
    "unknown_in_batch": ("count", "refuse"),
    "batch_cancel_answer": ("result", "orders_cancelled"),
    "cancel_answers": ("last_first", "as_asked"),
    "userref_answers": ("one", "each"),
    "snapshot_frames": ("one", "two"),
    "first_sequence": (1, 2),
    "earn_balance": ("asset", "wallet"),
    "amend_in_cancel_only": (True, False),
    "edit_volume": ("rest", "whole"),
    "validate_funds": (True, False),
    "validate_counts": (True, False),
}
NUMBERS: Mapping[str, tuple[int, int]] = {"lockout_after": (1, 1_000), "lockout_s": (1, 86_400)}
TEXTS: Mapping[str, int] = {"unfilled_reason": REASON_MAX}
