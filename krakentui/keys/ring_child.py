"""The keyring, asked in a process of its own: run as a file, never imported by the monitor.

Reads one JSON object from its input and writes one to its output. It accepts only a keyring that keeps
secrets: plaintext, null and failing ones are refused with the reason, and behind a chain the concrete
keyring is found and named (keyring 25.7, tried 2026). It knows nothing of the rest of the house, so that
it starts fast and reaches nothing.
"""

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
        ring = concrete(keyring.get_keyring())
    except Refused as refused:
        return {"refused": str(refused)}
    except Exception as error:  # noqa: BLE001 - a keyring's own code: any failure of it is an answer
        return {"refused": f"the keyring cannot be opened ({type(error).__name__})"}
    told: dict[str, Any] = {"ring": name_of(ring)}
    try:
        return told | act(ring, asked)
    except errors.KeyringLocked:
        return told | {"trouble": "it is locked and was not unlocked"}
    except errors.InitError:
        return told | {"trouble": "it could not be opened: unlock it, or log in to the desktop first"}
    except errors.NoKeyringError:
        return told | {"trouble": "there is none on this machine"}
    except Exception as error:  # noqa: BLE001 - as above; its text may quote what was stored
        return told | {"trouble": f"it failed ({type(error).__name__})"}


def act(ring: Any, asked: dict[str, Any]) -> dict[str, Any]:  # noqa: ANN401 - any backend
    """Do one thing with a keyring that is good enough."""
    name = str(asked.get("name", ""))
    match asked["do"]:
        case "get":
            return {"text": ring.get_password(SERVICE, name)}
        case "set":
            ring.set_password(SERVICE, name, asked["text"])
            if ring.get_password(SERVICE, name) != asked["text"]:
                return {"trouble": "it did not give back what was stored"}
            return {"done": True}
        case "drop":
            if ring.get_password(SERVICE, name) is None:
                return {"done": False}
            ring.delete_password(SERVICE, name)
            return {"done": True}
        case _:
            return {}


def concrete(ring: Any) -> Any:  # noqa: ANN401 - any backend
    """Find the keyring that would answer, and refuse one that keeps nothing secret."""
    inner = getattr(ring, "backends", None)
    if type(ring).__name__ == "ChainerBackend" and inner is not None:
        reasons = []
        for one in inner:
            reason = unfit(one)
            if reason is None:
                return one
            reasons.append(reason)
        raise Refused(f"the chain of keyrings leads nowhere safe: {'; '.join(reasons) or 'it is empty'}")
    reason = unfit(ring)
    if reason is not None:
        raise Refused(reason)
    return ring


def unfit(ring: Any) -> str | None:  # noqa: ANN401 - any backend
    """Tell why a keyring may not hold a key, as a clause; None = it may."""
    kind, module = type(ring).__name__, type(ring).__module__
    if module.startswith("keyring.backends.fail"):
        return "there is no keyring on this machine"
    if module.startswith("keyring.backends.null"):
        return f"the keyring {name_of(ring)} stores nothing"
    if "plaintext" in kind.casefold():
        return f"the keyring {name_of(ring)} would keep the key in plain text"
    try:
        priority = float(ring.priority)
    except Exception as error:  # noqa: BLE001 - a backend that does not work here raises what it likes
        return f"the keyring {name_of(ring)} does not work here ({type(error).__name__})"
    if priority < LEAST_PRIORITY:
        return f"the keyring {name_of(ring)} is not recommended (priority {priority:g})"
    return None


def name_of(ring: Any) -> str:  # noqa: ANN401 - any backend
    """Tell what a keyring is called: the name of its module and class."""
    return f"{type(ring).__module__.rpartition('.')[2]}.{type(ring).__name__}"


if __name__ == "__main__":
    main()
