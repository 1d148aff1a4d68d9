"""What the exchange wants silence on, and until when."""

from msgspec import Struct

from krakentui.model.limit import LimitName, Scope


class Lockout(Struct, frozen=True):
    """The exchange wants silence on this scope until then (steady time)."""

    scope: Scope
    until_ns: int
    reason: str


class Hold(Struct, frozen=True):
    """The exchange wants no call on this limit before then (steady time)."""

    name: LimitName
    scope: Scope
    until_ns: int
    code: str
