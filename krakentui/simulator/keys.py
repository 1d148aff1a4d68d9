"""API keys: what each may do, whose it is, how its nonces stand.

Keys start with `SIM-`, which is not legal base64: no client can take them for real ones, and nobody
else's key is known here.
"""

import base64
import hashlib
import ipaddress
import random
from dataclasses import dataclass, field

QUERY_FUNDS = "query-funds"
QUERY_OPEN = "query-open-trades"
QUERY_CLOSED = "query-closed-trades"
MODIFY = "modify-trades"
CLOSE = "close-trades"
QUERY_LEDGER = "query-ledger"
WS_TOKEN = "create-ws-token"  # noqa: S105  a permission's name

WATCH = (QUERY_FUNDS, QUERY_OPEN, QUERY_CLOSED, WS_TOKEN)
CANCEL = (*WATCH, CLOSE)
FULL = (QUERY_FUNDS, QUERY_OPEN, QUERY_CLOSED, MODIFY, CLOSE, QUERY_LEDGER, WS_TOKEN)

ANYONE: frozenset[str] = frozenset()
TRADES = frozenset({QUERY_OPEN, QUERY_CLOSED})
CANCELS = frozenset({CLOSE, MODIFY})
"""Either lets cancel, and amend: permission table of the REST reference, 2026-05."""
ADDS = frozenset({MODIFY})

PERMISSIONS: dict[str, frozenset[str]] = {
    "GetApiKeyInfo": ANYONE,
    "GetWebSocketsToken": frozenset({WS_TOKEN}),
    "Balance": frozenset({QUERY_FUNDS}),
    "BalanceEx": frozenset({QUERY_FUNDS}),
    "OpenOrders": frozenset({QUERY_OPEN}),
    "QueryOrders": TRADES,
    "CancelOrder": CANCELS,
    "CancelOrderBatch": CANCELS,
    "CancelAll": CANCELS,
    "CancelAllOrdersAfter": CANCELS,
    "AddOrder": ADDS,
    "AddOrderBatch": ADDS,
    "AmendOrder": CANCELS,
    "EditOrder": ADDS,
    "OrderAmends": TRADES,
    "ClosedOrders": frozenset({QUERY_CLOSED}),
    "TradesHistory": frozenset({QUERY_CLOSED}),
    "QueryTrades": frozenset({QUERY_CLOSED}),
    "OpenPositions": frozenset({QUERY_OPEN}),
    "TradeBalance": frozenset({QUERY_OPEN}),
    "TradeVolume": frozenset({QUERY_FUNDS}),
    "Ledgers": frozenset({QUERY_LEDGER}),
    "QueryLedgers": frozenset({QUERY_LEDGER}),
}
"""Any one of these opens the endpoint; none needed where the set is empty."""

NEEDED_TOO = {"AddOrderBatch": frozenset({CLOSE}), "EditOrder": frozenset({CLOSE})}
"""What an endpoint asks for besides: permission table of the REST reference, 2026-05."""

CLOSED_DOORS = frozenset(
    {
        "AccountTransfer",
        "AddExport",
        "CreateSubaccount",
        "CreditLines",
        "DepositAddresses",
        "DepositMethods",
        "DepositStatus",
        "Earn/Allocate",
        "Earn/AllocateStatus",
        "Earn/Allocations",
        "Earn/Deallocate",
        "Earn/DeallocateStatus",
        "Earn/Strategies",
        "ExportStatus",
        "Level3",
        "RemoveExport",
        "RetrieveExport",
        "WalletTransfer",
        "Withdraw",
        "WithdrawAddresses",
        "WithdrawCancel",
        "WithdrawInfo",
        "WithdrawMethods",
        "WithdrawStatus",
    }
)
"""Endpoints that exist on the exchange and that no key may use here: permission denied."""


@dataclass(slots=True, eq=False)
class ApiKey:
    """One key pair and its settings."""

    name: str
    public: str
    secret: bytes
    account: str
    permissions: tuple[str, ...]
    created_s: int
    modified_s: int
    nonce: int = 0
    """Highest nonce accepted."""
    nonce_window: int = 0
    late_nonces: set[int] = field(default_factory=set)
    """Nonces accepted inside the window: each counts once."""
    valid_until_s: int = 0
    """0 = never expires."""
    ip_allowlist: tuple[str, ...] = ()
    otp: str | None = None
    """Static second factor, where the key has one."""
    last_used_s: int | None = None
    used_before_s: int | None = None
    """The use before the current one: what the key says of itself shows foreign use."""

    @property
    def fingerprint(self) -> str:
        """First 12 hex digits of the public key's SHA-256."""
        return hashlib.sha256(self.public.encode()).hexdigest()[:12]

    @property
    def secret_text(self) -> str:
        """The secret as the key page shows it."""
        return base64.b64encode(self.secret).decode()

    def may(self, any_of: frozenset[str]) -> bool:
        """Say whether the key has one of these permissions; an empty set asks for none."""
        return not any_of or not any_of.isdisjoint(self.permissions)

    def welcomes(self, peer: str) -> bool:
        """Say whether the key may be used from an address."""
        if not self.ip_allowlist:
            return True
        address = ipaddress.ip_address(peer)
        return any(address in ipaddress.ip_network(item, strict=False) for item in self.ip_allowlist)

    def take_nonce(self, nonce: int) -> bool:
        """Accept a nonce if it is above the highest, or once if inside the window below."""
        if nonce > self.nonce:
            self.late_nonces = {
                late for late in self.late_nonces | {self.nonce} if late > nonce - self.nonce_window
            }
            self.nonce = nonce
            return True
        if self.nonce - self.nonce_window < nonce < self.nonce and nonce not in self.late_nonces:
            self.late_nonces.add(nonce)
            return True
        return False


def make_key(name: str, account: str, permissions: tuple[str, ...], now_s: int, rng: random.Random) -> ApiKey:
    """Make a seeded key, as if created some weeks ago."""
    letters = base64.b64encode(rng.randbytes(39)).decode()
    created_s = now_s - rng.randrange(20, 90) * 86_400
    return ApiKey(
        name=name,
        public=f"SIM-{letters}",
        secret=rng.randbytes(64),
        account=account,
        permissions=permissions,
        created_s=created_s,
        modified_s=created_s + rng.randrange(60, 7_200),
    )
