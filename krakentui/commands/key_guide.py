"""What the wizard says: where a key is made, which boxes it needs, where its secret can be kept.

Page and boxes: spot REST reference, 5.1 and 5.3; Kraken's guide to API keys (Settings, API), 2026.
"""

from collections.abc import Mapping

from krakentui.keys.offer import Offer
from krakentui.keys.permissions import CANCEL, PERMISSIONS, WATCH
from krakentui.keys.profile import Purpose, Store

PURPOSES: Mapping[str, Purpose] = {"1": "watch", "2": "watch+cancel"}
PURPOSE_QUESTION = "What is it for? 1 watching, 2 watching and cancelling orders [2]: "


def making_a_key(purpose: Purpose) -> list[str]:
    """Say how to make the key at Kraken, box by box."""
    wanted = [*WATCH[:-1], *((CANCEL,) if purpose == "watch+cancel" else ()), WATCH[-1]]
    left = [one.box.rpartition(": ")[2] for one in PERMISSIONS.values() if one.level != "fine"]
    return [
        "",
        'At Kraken, open Settings, API, Spot trading API, "Create API key"',
        "(pro.kraken.com/app/settings/api), and make a key for krakentui alone:",
        "  1. Tick these and nothing else:",
        *(f"       {PERMISSIONS[name].box}" for name in wanted),
        "     The websocket box is further down, and off at first.",
        f"  2. Leave off: {'; '.join(left)}.",
        "  3. IP address restriction: on, with this machine's addresses if they stay.",
        "  4. Key expiration: a date, 90 days ahead say; the days left are shown.",
        "  5. Nonce window: 0. Second factor of the key: none.",
        "Kraken shows the private key once. Paste both; nothing is shown meanwhile.",
        "",
    ]


def store_choices(ring: Offer) -> list[tuple[Store, str]]:
    """List where a key can be kept here, the best first, each in words."""
    choices: list[tuple[Store, str]] = []
    if not ring.why:
        choices.append(("keyring", ring.where))
    return [
        *choices,
        ("encrypted", "a file that your passphrase opens; it is asked for at each start"),
        ("file", "a plain file that only you can read: whoever gets hold of your files has the key"),
        ("prompt", "nowhere: you paste the key at each start"),
    ]


def no_keyring(ring: Offer) -> str:
    """Say why the keyring is not among the choices."""
    return f"{ring.where[:1].upper()}{ring.where[1:]} cannot be used: {ring.why}"


def afterwards(store: Store, name: str) -> list[str]:
    """Say what the user has to do for a store that is not ours."""
    if store != "systemd":
        return []
    return [
        "krakentui reads it from systemd; give it to your unit:",
        f"  systemd-creds encrypt --name=krakentui-{name} - /etc/credstore.encrypted/krakentui-{name}",
        "  (paste the API key and the private key, each on a line, then Ctrl-D);",
        "and in the unit:",
        f"  LoadCredentialEncrypted=krakentui-{name}",
    ]
