"""The keyring, asked in a process of its own: run as a file, never imported by the monitor.

Reads one JSON object from its input and writes one to its output. It accepts only a keyring that keeps
secrets: plaintext, null and failing ones are refused with the reason, and behind a chain those that are
fit are asked in turn and named (keyring 25.7, tried 2026). Some of a chain know the tokens of package
indexes only, come first, and leave everything else to the next by raising `NotImplementedError`. It knows
nothing of the rest of the house, so that it starts fast and reaches nothing.
"""

import contextlib
import json
import sys
from typing import Any

SERVICE = "krakentui"
LEAST_PRIORITY = 1
"""What keyring itself recommends: below are null, fail, plaintext and weakly encrypted files."""


class Refused(Exception):
    """There is no keyring here that keeps a secret."""


def main() -> None:
    """Answer one question."""
    asked = json.loads(sys.stdin.buffer.read())
    sys.stdout.write(json.dumps(answer(asked)))


def answer(asked: dict[str, Any]) -> dict[str, Any]:
    """Do what is asked: look, get, set or drop."""
    try:
        import keyring  # noqa: PLC0415 - slow, and its absence is an answer
        from keyring import errors  # noqa: PLC0415 - as above
    except ImportError:
        return {"refused": "the package keyring is not installed"}
    try:
        rings = fit(keyring.get_keyring())
    except Refused as refused:
        return {"refused": str(refused)}
    except Exception as error:  # noqa: BLE001 - a keyring's own code: any failure of it is an answer
        return {"refused": f"the keyring cannot be opened ({type(error).__name__})"}
    told: dict[str, Any] = {"ring": ", ".join(name_of(one) for one in rings)}
    try:
        return told | act(rings, asked)
    except errors.KeyringLocked:
        return told | {"trouble": "it is locked and was not unlocked"}
    except errors.InitError:
        return told | {"trouble": "it could not be opened: unlock it, or log in to the desktop first"}
    except errors.NoKeyringError:
        return told | {"trouble": "there is none on this machine"}
    except Exception as error:  # noqa: BLE001 - as above; its text may quote what was stored
        return told | {"trouble": f"it failed ({type(error).__name__})"}


def act(rings: list[Any], asked: dict[str, Any]) -> dict[str, Any]:
    """Do one thing with keyrings that are good enough; what was done by one of them names it."""
    name = str(asked.get("name", ""))
    match asked["do"]:
        case "get":
            return got(rings, name)
        case "set":
            return stored(rings, name, asked["text"], instead=bool(asked.get("instead")))
        case "drop":
            return dropped(rings, name)
        case _:
            return {}


def got(rings: list[Any], name: str) -> dict[str, Any]:
    """Give what the first one that has an entry holds."""
    for one in rings:
        text = held(one, name)
        if text is not None:
            return {"ring": name_of(one), "text": text}
    return {"text": None}


def stored(rings: list[Any], name: str, text: str, *, instead: bool) -> dict[str, Any]:
    """Store with the first one that stores at all, and ask for it as a run would.

    What another entry of the name holds is written over only where it was said so (`instead`).
    """
    there = got(rings, name)
    if there["text"] not in {None, text} and not instead:
        return {"ring": there["ring"], "taken": True}
    for one in rings:
        try:
            one.set_password(SERVICE, name, text)
        except NotImplementedError:
            continue
        told = {"ring": name_of(one)}
        if got(rings, name)["text"] != text:
            with contextlib.suppress(Exception):  # as above: it may never have been there
                one.delete_password(SERVICE, name)
            return told | {"trouble": "it did not give back what was stored"}
        return told | {"done": True}
    return {"trouble": "it only reads"}


def dropped(rings: list[Any], name: str) -> dict[str, Any]:
    """Remove every entry that could be found."""
    done = False
    for one in rings:
        if held(one, name) is None:
            continue
        try:
            one.delete_password(SERVICE, name)
        except NotImplementedError:
            return {"ring": name_of(one), "trouble": "it only reads"}
        done = True
    return {"done": done}


def held(ring: Any, name: str) -> str | None:  # noqa: ANN401 - any backend
    """Give the entry of one keyring."""
    try:
        text: str | None = ring.get_password(SERVICE, name)
    except NotImplementedError:
        return None
    return text


def fit(ring: Any) -> list[Any]:  # noqa: ANN401 - any backend
    """Find the keyrings that may answer, in their order, and refuse where none keeps a secret."""
    inner = getattr(ring, "backends", None)
    if "ChainerBackend" not in names_of(ring) or inner is None:
        reason = unfit(ring)
        if reason is not None:
            raise Refused(reason)
        return [ring]
    judged = [(one, unfit(one)) for one in inner]
    rings = [one for one, reason in judged if reason is None]
    if not rings:
        told = "; ".join(reason for _, reason in judged if reason) or "it is empty"
        raise Refused(f"the chain of keyrings leads nowhere safe: {told}")
    return rings


def unfit(ring: Any) -> str | None:  # noqa: ANN401 - any backend
    """Tell why a keyring may not hold a key, as a clause; None = it may."""
    modules = [kind.__module__ for kind in type(ring).__mro__]
    if any(module.startswith("keyring.backends.fail") for module in modules):
        return "there is no keyring on this machine"
    if any(module.startswith("keyring.backends.null") for module in modules):
        return f"the keyring {name_of(ring)} stores nothing"
    if any("plaintext" in name.casefold() for name in names_of(ring)):
        return f"the keyring {name_of(ring)} would keep the key in plain text"
    try:
        priority = float(ring.priority)
    except Exception as error:  # noqa: BLE001 - a backend that does not work here raises what it likes
        return f"the keyring {name_of(ring)} does not work here ({type(error).__name__})"
    if priority < LEAST_PRIORITY:
        return f"the keyring {name_of(ring)} is not recommended (priority {priority:g})"
    return None


def names_of(ring: Any) -> list[str]:  # noqa: ANN401 - any backend
    """List the names of its class and of all that it is made from: a subclass may be called anything."""
    return [kind.__name__ for kind in type(ring).__mro__]


def name_of(ring: Any) -> str:  # noqa: ANN401 - any backend
    """Tell what a keyring is called: the name of its module and class."""
    return f"{type(ring).__module__.rpartition('.')[2]}.{type(ring).__name__}"


if __name__ == "__main__":
    main()
