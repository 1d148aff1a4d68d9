"""What proves that a private REST request is ours: the one place where a key's secrets are revealed.

API-Sign = base64(HMAC-SHA-512(base64decode(secret), path + SHA-256(nonce + body))); the body holds the
nonce once more. REST reference 1.2, verified with its five vectors.
"""

import hmac
from base64 import b64decode, b64encode
from hashlib import sha256

from krakentui.model.error import KeyProblem
from krakentui.model.secret import Credentials, Secret


def check_secret(secret: Secret) -> None:
    """Refuse a secret that cannot sign anything.

    Raises:
        KeyProblem: it is empty or not base64.
    """
    _signing_key(secret)


def otp_field(credentials: Credentials) -> tuple[tuple[str, str], ...]:
    """Give the field for the key's second factor, none where it has none (REST reference 1.4)."""
    return () if credentials.otp is None else (("otp", credentials.otp.reveal()),)


def api_sign(path: str, nonce: str, body: bytes, secret: Secret) -> str:
    """Sign a request: `path` without host and query, `body` exactly as sent, the nonce in it.

    Raises:
        KeyProblem: the secret is empty or not base64.
    """
    message = path.encode() + sha256(nonce.encode() + body).digest()
    return b64encode(hmac.digest(_signing_key(secret), message, "sha512")).decode()


def _signing_key(secret: Secret) -> bytes:
    try:
        decoded = b64decode(secret.reveal(), validate=True)
    except ValueError:
        decoded = b""
    if not decoded:
        raise KeyProblem("The API secret is not base64: copy it again from the exchange's key page.")
    return decoded
