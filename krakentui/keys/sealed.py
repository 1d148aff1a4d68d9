"""A file that a passphrase opens: scrypt makes the key, AES-GCM keeps the pair and proves it unharmed.

Both come from `cryptography`, nothing is built here. Salt and nonce are new with every writing; the
figures of scrypt stand in the file and are bounded when it is read, so that a damaged one cannot take
the machine's memory.
"""

import secrets
import unicodedata

from msgspec import DecodeError, Struct, ValidationError, json

from krakentui.keys.offer import Machine, Offer
from krakentui.keys.pair import Pair, read_pair, stored_text
from krakentui.keys.private_file import read_private, write_private
from krakentui.keys.profile import Profile
from krakentui.keys.prompt import NotAnswered, Terminal
from krakentui.model.error import KeyProblem
from krakentui.model.secret import Credentials, Secret

COST, BLOCK, LANES = 2**17, 8, 1
"""N, r, p of scrypt: 128 MB and some 0.4 s (OWASP password storage sheet, 2026)."""
MOST_COST = 2**20
LEAST_PASSPHRASE = 10
TRIES = 3
_SALT_BYTES, _NONCE_BYTES, _KEY_BYTES = 16, 12, 32
_ABOUT = b"krakentui key file, version 1"


class WrongPassphrase(KeyProblem):
    """The passphrase does not open the file, or the file is damaged."""


class _Sealed(Struct, frozen=True, forbid_unknown_fields=True):
    """What stands in the file; bytes as base64."""

    v: int
    n: int
    r: int
    p: int
    salt: bytes
    nonce: bytes
    sealed: bytes


def seal(text: str, passphrase: Secret, cost: int = COST) -> bytes:
    """Encrypt a text."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - only this store needs it

    salt, nonce = secrets.token_bytes(_SALT_BYTES), secrets.token_bytes(_NONCE_BYTES)
    key = _key(passphrase, salt, cost, BLOCK, LANES)
    sealed = AESGCM(key).encrypt(nonce, text.encode(), _ABOUT)
    return json.encode(_Sealed(1, cost, BLOCK, LANES, salt, nonce, sealed)) + b"\n"


def unseal(data: bytes, passphrase: Secret) -> str:
    """Decrypt what `seal` has written.

    Raises:
        WrongPassphrase: the passphrase is another one, or a byte was changed.
        KeyProblem: this is no such file.
    """
    from cryptography.exceptions import InvalidTag  # noqa: PLC0415 - as above
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - as above

    try:
        told = json.decode(data, type=_Sealed)
    except (DecodeError, ValidationError):
        raise KeyProblem("It is damaged: it is no encrypted key file.") from None
    if told.v != 1:
        raise KeyProblem("It was written by a newer version.")
    fits = 2 <= told.n <= MOST_COST and not told.n & (told.n - 1) and 0 < told.r <= 16 and 0 < told.p <= 4
    if not fits or len(told.salt) != _SALT_BYTES or len(told.nonce) != _NONCE_BYTES:
        raise KeyProblem("It is damaged: its figures make no sense.")
    key = _key(passphrase, told.salt, told.n, told.r, told.p)
    try:
        return AESGCM(key).decrypt(told.nonce, told.sealed, _ABOUT).decode()
    except (InvalidTag, UnicodeDecodeError):
        raise WrongPassphrase("The passphrase does not open it.") from None


def offer(profile: Profile, machine: Machine) -> Offer:
    """Look for the profile's file and ask for its passphrase."""
    path = machine.folder / f"{profile.name}.sealed"
    where = f"the encrypted file {path}"
    try:
        data = read_private(path)
        if data is None:
            return Offer(store="encrypted", where=where)
        if not machine.asks:
            return Offer(store="encrypted", where=where, asks=True)
        if machine.terminal is None:
            raise KeyProblem("There is no terminal to ask for its passphrase.")
    except KeyProblem as problem:
        return Offer(store="encrypted", where=where, why=str(problem))
    try:
        pair, passphrase = _opened(data, profile.name, machine.terminal)
    except KeyProblem as problem:
        denied = isinstance(problem, WrongPassphrase | NotAnswered)
        return Offer(store="encrypted", where=where, why=str(problem), denied=denied)
    return Offer(store="encrypted", where=where, pair=pair, passphrase=passphrase)


def keep(name: str, credentials: Credentials, passphrase: Secret, machine: Machine, cost: int = COST) -> str:
    """Write the profile's file, read it back, and tell where it is, in words.

    Raises:
        KeyProblem: it cannot be written.
    """
    path = machine.folder / f"{name}.sealed"
    text = stored_text(credentials)
    write_private(path, seal(text, passphrase, cost))
    if unseal(read_private(path) or b"", passphrase) != text:
        raise KeyProblem(f"{path} does not give back what was stored.")
    return f"the encrypted file {path}"


def too_short(passphrase: Secret) -> bool:
    """Tell whether a passphrase is too short to be one."""
    return len(passphrase.reveal()) < LEAST_PASSPHRASE


def are_same(one: Secret, other: Secret) -> bool:
    """Tell whether the same passphrase was entered twice."""
    return secrets.compare_digest(one.reveal().encode(), other.reveal().encode())


def _opened(data: bytes, name: str, terminal: Terminal) -> tuple[Pair, Secret]:
    with terminal.hiding():
        for left in reversed(range(TRIES)):
            passphrase = terminal.ask_hidden(f"Passphrase of the key {name}: ")
            try:
                return read_pair(unseal(data, passphrase)), passphrase
            except WrongPassphrase as wrong:
                if not left:
                    raise
                terminal.say(str(wrong))
    raise WrongPassphrase("The passphrase does not open it.")


def _key(passphrase: Secret, salt: bytes, cost: int, block: int, lanes: int) -> bytes:
    from cryptography.hazmat.primitives.kdf.scrypt import Scrypt  # noqa: PLC0415 - as above

    words = unicodedata.normalize("NFC", passphrase.reveal())  # an umlaut may be typed in two ways
    return Scrypt(salt=salt, length=_KEY_BYTES, n=cost, r=block, p=lanes).derive(words.encode())
