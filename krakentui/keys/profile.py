"""Named keys: which there are, what each is for, where its secret lies. No secret is in here.

The list is validated as a whole: one that contradicts itself (a default that is not there, a helper of
another account) is not used, because acting on the wrong account is worse than not starting.
"""

import re
from collections.abc import Iterable
from typing import Literal, get_args

from msgspec import Struct, structs

from krakentui.model.error import UsageError
from krakentui.model.text import clean

Purpose = Literal["watch", "watch+cancel"]
Store = Literal["command", "systemd", "keyring", "encrypted", "file", "prompt"]
STORES: tuple[Store, ...] = get_args(Store)
"""Where a secret may lie, in the order in which they are asked."""
ENVIRONMENT = "environment"
"""The name under which the pair of the environment is shown: no profile is called so."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,31}")
_FINGERPRINT = re.compile(r"[0-9a-f]{12}")


class Profile(Struct, frozen=True, kw_only=True):
    """One named key."""

    name: str
    account: str
    """What the user calls the account; two keys of one account carry the same name."""
    purpose: Purpose
    store: Store
    """Where `keys add` put the secret."""
    fingerprint: str = ""
    """Of the key as it was added; empty = never seen (systemd, a command not run yet)."""
    key_command: tuple[str, ...] = ()
    second_factor: bool = False
    """The key wants a static password with every call: it is asked for at each start."""
    cancel_with: str | None = None
    """Another profile of the same account, whose key sends the cancels."""

    @property
    def needed(self) -> frozenset[str]:
        """List the permissions without which the purpose is missed (spot REST reference, 5.4)."""
        watching = frozenset({"query-funds", "query-open-trades", "create-ws-token"})
        return watching | {"close-trades"} if self.purpose == "watch+cancel" else watching


class Profiles(Struct, frozen=True, kw_only=True):
    """All named keys, and which one counts when nothing is said."""

    profiles: tuple[Profile, ...] = ()
    default: str | None = None
    withdraw_accepted: frozenset[str] = frozenset()
    """Fingerprints of keys that may withdraw and that the user wants to use all the same."""

    def named(self, name: str) -> Profile:
        """Give a profile.

        Raises:
            UsageError: there is none of that name; the sentence lists those there are.
        """
        for profile in self.profiles:
            if profile.name == name:
                return profile
        there = ", ".join(profile.name for profile in self.profiles)
        known = f"There are {there}." if there else "There are none yet: `krakentui keys add` makes one."
        raise UsageError(f"There is no key profile {clean(name, 40)}. {known}")

    def with_profile(self, profile: Profile, *, default: bool = False) -> "Profiles":
        """Add a profile; the first one is the default.

        Raises:
            UsageError: the name is taken, or it does not fit to the others.
        """
        if any(profile.name.casefold() == other.name.casefold() for other in self.profiles):
            raise UsageError(f"There is a key profile {profile.name} already: remove or rename it first.")
        first = default or not self.profiles
        return self._changed((*self.profiles, profile), profile.name if first else self.default)

    def without(self, name: str) -> "Profiles":
        """Remove a profile; where it was the default, the only one left takes its place.

        Raises:
            UsageError: there is none, or another one cancels with it.
        """
        gone = self.named(name)
        for other in self.profiles:
            if other.cancel_with == name:
                raise UsageError(f"The profile {other.name} cancels with {name}: remove that one first.")
        left = tuple(profile for profile in self.profiles if profile != gone)
        default = self.default if self.default != name else None
        return self._changed(left, left[0].name if default is None and len(left) == 1 else default)

    def renamed(self, old: str, new: str) -> "Profiles":
        """Give a profile another name; whoever names it follows.

        Raises:
            UsageError: there is none of the old name, or the new one is taken or no name.
        """
        profile = self.named(old)
        if any(new.casefold() == other.name.casefold() for other in self.profiles if other != profile):
            raise UsageError(f"There is a key profile {clean(new, 40)} already.")
        moved = tuple(
            structs.replace(
                other,
                name=new if other is profile else other.name,
                cancel_with=new if other.cancel_with == old else other.cancel_with,
            )
            for other in self.profiles
        )
        return self._changed(moved, new if self.default == old else self.default)

    def with_default(self, name: str) -> "Profiles":
        """Let another profile count when nothing is said.

        Raises:
            UsageError: there is none of that name.
        """
        return self._changed(self.profiles, self.named(name).name)

    def accepting_withdrawals(self, fingerprint: str) -> "Profiles":
        """Use a key although it may withdraw.

        Raises:
            UsageError: that is no fingerprint.
        """
        if not is_fingerprint(fingerprint):
            raise UsageError("A fingerprint is the 12 hex digits that `krakentui keys check` shows.")
        return structs.replace(self, withdraw_accepted=self.withdraw_accepted | {fingerprint})

    def replaced(self, profile: Profile) -> "Profiles":
        """Put a changed profile in the place of the one of its name."""
        old = self.named(profile.name)
        return self._changed(tuple(profile if one is old else one for one in self.profiles), self.default)

    def _changed(self, profiles: tuple[Profile, ...], default: str | None) -> "Profiles":
        changed = structs.replace(self, profiles=profiles, default=default)
        for where, wrong in complaints(changed):
            raise UsageError(f"{where}: {wrong}.")
        return changed


def is_name(value: object) -> bool:
    """Tell whether this can be the name of a profile; it becomes part of file names."""
    return isinstance(value, str) and _NAME.fullmatch(value) is not None and value.casefold() != ENVIRONMENT


def is_account(value: object) -> bool:
    """Tell whether an account can be called so."""
    return (
        isinstance(value, str) and 0 < len(value) <= 32 and clean(value) == value and value.strip() == value
    )


def is_fingerprint(value: object) -> bool:
    """Tell whether this is the fingerprint of a key."""
    return isinstance(value, str) and _FINGERPRINT.fullmatch(value) is not None


def check_name(name: str) -> str:
    """Give the name back if it can be one.

    Raises:
        UsageError: it cannot.
    """
    if not is_name(name):
        raise UsageError(
            f"{clean(name, 40) or 'Nothing'} is no name for a key: it takes 1 to 32 letters, digits, "
            f"dots, dashes and underscores, and is not {ENVIRONMENT}."
        )
    return name


def complaints(profiles: Profiles) -> Iterable[tuple[str, str]]:
    """List what contradicts itself: where (`default`, `profile.NAME.field`), and what is wrong."""
    by_name = {profile.name: profile for profile in profiles.profiles}
    if profiles.default is not None and profiles.default not in by_name:
        yield "default", f"there is no profile {clean(profiles.default, 40)}"
    seen: set[str] = set()
    for profile in profiles.profiles:
        at = f"profile.{profile.name}"
        if not is_name(profile.name):
            yield at, "that is no name for a key"
        if profile.name.casefold() in seen:
            yield at, "the name is there twice, but for upper and lower case"
        seen.add(profile.name.casefold())
        if profile.store == "command" and not profile.key_command:
            yield at, 'it says store = "command", but there is no key_command'
        if profile.cancel_with is not None:
            yield from _wrong_helper(profile, by_name.get(profile.cancel_with))


def _wrong_helper(profile: Profile, helper: Profile | None) -> Iterable[tuple[str, str]]:
    at = f"profile.{profile.name}.cancel_with"
    if helper is None:
        yield at, f"there is no profile {clean(str(profile.cancel_with), 40)}"
    elif helper.name == profile.name:
        yield at, "a profile does not name itself"
    elif helper.account != profile.account:
        yield at, f"{helper.name} belongs to the account {helper.account}, not to {profile.account}"
    elif helper.purpose != "watch+cancel":
        yield at, f"{helper.name} is for watching only"
    elif helper.cancel_with is not None:
        yield at, f"{helper.name} names a helper of its own"
