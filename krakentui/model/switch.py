"""What happens to the dead man's switch of an account: what we ask of it, what the exchange answers.

One timer an account: each call replaces it, whoever makes it; when it runs out the exchange cancels every
open order of the account and the switch is off (REST reference 4.3, websocket reference 8).
"""

from krakentui.model.event import Happening


class SwitchAsked(Happening, frozen=True, kw_only=True):
    """A call is on its way: a timeout arms or renews the switch, 0 disarms it."""

    account: str
    timeout_s: int
    renewal: bool = False
    """The switch is armed as far as we know, and is kept alive."""
    key: str = ""
    """Fingerprint of the key that it goes with."""


class SwitchAnswered(Happening, frozen=True, kw_only=True):
    """The exchange answered a call."""

    account: str
    timeout_s: int
    ok: bool
    trigger_ns: int | None = None
    """When it fires, by the exchange's own clock; None = the answer does not say."""
    code: str = ""


class SwitchUnanswered(Happening, frozen=True, kw_only=True):
    """A call got no answer: it may have arrived."""

    account: str
    timeout_s: int
    why: str
    sent: bool = True
    """False = not a byte of it was written."""


class SwitchLeft(Happening, frozen=True, kw_only=True):
    """An earlier run has armed it, and it has not fired yet; this run does not renew it."""

    account: str
    timeout_s: int
    trigger_ns: int


class SwitchElsewhere(Happening, frozen=True, kw_only=True):
    """Another program of this machine renews the switch that was found."""

    account: str


class SwitchRanOut(Happening, frozen=True, kw_only=True):
    """The moment at which it fires has passed without a renewal."""

    account: str
