"""Faults of keys and tokens: revoked, expired, blocked, less able, overtaken, locked out."""

from abc import ABC, abstractmethod
from typing import final

from krakentui.simulator.accounts import of
from krakentui.simulator.clock import SECOND_US
from krakentui.simulator.faults.base import Fault
from krakentui.simulator.faults.spec import Args
from krakentui.simulator.identity import NONCE_MAX, Strikes
from krakentui.simulator.keys import CLOSE, MODIFY, ApiKey

ELSEWHERE = "203.0.113.7"
"""An address of the documentation range: nobody calls from there."""


class OfKeys(Fault):
    """A fault that strikes the keys which its match takes, all keys where it names none."""

    def keys(self) -> list[ApiKey]:
        """List the keys that are meant."""
        named = self.spec.match.names("key")
        return [key for key in of(self.world).programs.values() if not named or key.public in named]


class Changing(OfKeys, ABC):
    """A fault that changes keys while it is in force and gives back what they were."""

    def begin(self) -> None:
        """Change every key that is meant."""
        if self.begun > 1:
            return
        self._was = [(key, self.change(key)) for key in self.keys()]

    def end(self) -> None:
        """Give back."""
        for key, was in self._was:
            self.restore(key, was)

    @abstractmethod
    def change(self, key: ApiKey) -> object:
        """Change a key; give what it was."""

    @abstractmethod
    def restore(self, key: ApiKey, was: object) -> None:
        """Give a key back what it was."""


@final
class Revoke(Changing):
    """Keys are deleted: their calls are those of a stranger."""

    def change(self, key: ApiKey) -> object:
        """Delete it."""
        return of(self.world).door.keys.pop(key.public, None)

    def restore(self, key: ApiKey, was: object) -> None:
        """Bring it back."""
        if was is not None:
            of(self.world).door.keys[key.public] = key


@final
class Expire(Changing):
    """Keys have expired."""

    def change(self, key: ApiKey) -> object:
        """Let it expire now."""
        was, key.valid_until_s = key.valid_until_s, self.world.clock.now_us() // SECOND_US
        return was

    def restore(self, key: ApiKey, was: object) -> None:
        """Let it live as long as before."""
        key.valid_until_s = was if isinstance(was, int) else 0


@final
class IpBlock(Changing):
    """Keys may be used from another address only."""

    def change(self, key: ApiKey) -> object:
        """Allow another address."""
        was, key.ip_allowlist = key.ip_allowlist, (ELSEWHERE,)
        return was

    def restore(self, key: ApiKey, was: object) -> None:
        """Allow what was allowed."""
        key.ip_allowlist = was if isinstance(was, tuple) else ()


@final
class Permission(Changing):
    """Keys have lost permissions."""

    def read(self, args: Args) -> None:
        """Take which."""
        self._lost = args.texts("remove", (CLOSE, MODIFY))

    def change(self, key: ApiKey) -> object:
        """Take them away."""
        was = key.permissions
        key.permissions = tuple(one for one in was if one not in self._lost)
        return was

    def restore(self, key: ApiKey, was: object) -> None:
        """Give them back."""
        key.permissions = was if isinstance(was, tuple) else ()


@final
class OtpRequired(Changing):
    """Keys ask for a second factor."""

    def read(self, args: Args) -> None:
        """Take the factor."""
        self._otp = args.text("otp", "493022")

    def change(self, key: ApiKey) -> object:
        """Ask for it."""
        was, key.otp = key.otp, self._otp
        return was

    def restore(self, key: ApiKey, was: object) -> None:
        """Ask for what was asked before."""
        key.otp = was if isinstance(was, str) else None


class NonceJump(OfKeys):
    """Another program has used the keys with higher nonces, or a finer unit of time; no nonce goes back."""

    instant = True

    def read(self, args: Args) -> None:
        """Take how far above the highest, or the unit of a program that took the key over."""
        self._by = args.whole("by", 10_000, 1, 2**63)
        self._unit = args.text("unit", "ms", ("ms", "us", "ns"))

    def begin(self) -> None:
        """Raise the highest nonce."""
        now_us = self.world.clock.now_us()
        for key in self.keys():
            floor = {"ms": 0, "us": now_us, "ns": now_us * 1_000}[self._unit]
            key.nonce = min(NONCE_MAX - 1, max(key.nonce, floor) + self._by)


class TokenExpire(OfKeys):
    """Websocket tokens are no good any more, those in use included; they never come back."""

    instant = True

    def begin(self) -> None:
        """Forget them."""
        door, keys = of(self.world).door, self.keys()
        door.tokens = {text: token for text, token in door.tokens.items() if token.key not in keys}


class Lockout(OfKeys):
    """Keys, or an address, are locked out; calling meanwhile prolongs it."""

    def read(self, args: Args) -> None:
        """Take how long, and whether an address is meant."""
        self._span_us = args.span_us("s", 900 * SECOND_US)
        self._peer = args.text("peer", "")

    def begin(self) -> None:
        """Lock."""
        until_us = self.world.clock.now_us() + self._span_us
        for strikes in self._strikes():
            strikes.until_us = max(strikes.until_us, until_us)

    def end(self) -> None:
        """Unlock, where the schedule ends it early."""
        for strikes in self._strikes():
            strikes.until_us = 0

    def _strikes(self) -> list[Strikes]:
        door = of(self.world).door
        if self._peer:
            return [door.peer_strikes.setdefault(self._peer, Strikes())]
        return [door.key_strikes.setdefault(key.public, Strikes()) for key in self.keys()]
