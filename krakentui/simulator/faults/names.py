"""The faults by their names.

Kinds on an abstract base are final: so the type checker sees it where one lacks what its base asks for.
"""

from krakentui.simulator.faults.answers import Delay, DropAnswer, Error, Http, RestLag, Throttle
from krakentui.simulator.faults.base import Fault
from krakentui.simulator.faults.conditions import Foreign, Mode, TierFault
from krakentui.simulator.faults.connections import Close, Flood, HalfOpen, Reset
from krakentui.simulator.faults.identity import (
    Expire,
    IpBlock,
    Lockout,
    NonceJump,
    OtpRequired,
    Permission,
    Revoke,
    TokenExpire,
)
from krakentui.simulator.faults.orders import CancelNoop, FillBeforeCancel, PartialBatch, PendingCancel
from krakentui.simulator.faults.payload import HostileText, MissingField, Skew
from krakentui.simulator.faults.streams import (
    AnswerOrder,
    BadCrc,
    DropAck,
    Dup,
    Reorder,
    Silence,
    SkipSeq,
    TerminalMissing,
)

KINDS: dict[str, type[Fault]] = {
    "answer_order": AnswerOrder,
    "bad_crc": BadCrc,
    "cancel_noop": CancelNoop,
    "close": Close,
    "delay": Delay,
    "drop_ack": DropAck,
    "drop_answer": DropAnswer,
    "dup": Dup,
    "error": Error,
    "expire": Expire,
    "fill_before_cancel": FillBeforeCancel,
    "flood": Flood,
    "foreign": Foreign,
    "half_open": HalfOpen,
    "hostile_text": HostileText,
    "http": Http,
    "ip_block": IpBlock,
    "lockout": Lockout,
    "missing_field": MissingField,
    "mode": Mode,
    "nonce_jump": NonceJump,
    "otp_required": OtpRequired,
    "partial_batch": PartialBatch,
    "pending_cancel": PendingCancel,
    "permission": Permission,
    "reorder": Reorder,
    "reset": Reset,
    "rest_lag": RestLag,
    "revoke": Revoke,
    "silence": Silence,
    "skew": Skew,
    "skip_seq": SkipSeq,
    "terminal_missing": TerminalMissing,
    "throttle": Throttle,
    "tier": TierFault,
    "token_expire": TokenExpire,
}
