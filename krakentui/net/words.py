"""What a refusal below the exchange's own answers means, in words."""

import socket
import ssl
from http import HTTPStatus

from krakentui.model.text import clean
from krakentui.net.backoff import Cause

_EDGE = frozenset({403, 429})
_GATEWAY = {
    500: "the exchange's edge reports an internal error",
    502: "the exchange's edge cannot reach it",
    503: "the exchange is not serving right now",
    504: "the exchange did not answer its edge",
    520: "the exchange gave its edge an empty answer",
    521: "the exchange refuses its edge",
    522: "the exchange is not reachable from its edge",
    523: "the exchange is not reachable from its edge",
    524: "the exchange took too long for its edge",
    525: "TLS failed between the exchange and its edge",
}


def is_edge_limit(status: int, body: bytes) -> bool:
    """Tell whether the edge limits this address: status 403 or 429, or its error page 1015."""
    return status in _EDGE or (status != 200 and b"1015" in body[:4096])


def refusal_cause(status: int, body: bytes) -> Cause:
    """Tell how long such a refusal counts."""
    return "edge" if is_edge_limit(status, body) else "drop"


def refusal_words(status: int, body: bytes) -> str:
    """Say what a status that is no answer of the exchange means."""
    if status == 403:
        return "the exchange's edge blocks this address (403)"
    if is_edge_limit(status, body):
        return f"the exchange's edge limits this address ({status if status == 429 else 1015})"
    known = _GATEWAY.get(status)
    if known:
        return f"{known} ({status})"
    try:
        return f"the exchange answered {status} {HTTPStatus(status).phrase}"
    except ValueError:
        return f"the exchange answered {status}"


def failure_words(error: BaseException) -> str:
    """Say in words why a connection failed; libraries wrap the reason, so the causes are searched."""
    seen: BaseException | None = error
    while seen is not None:
        match seen:
            case ssl.SSLCertVerificationError():
                return "its certificate is not valid here (a portal or a proxy in between?)"
            case ssl.SSLError():
                return "the secure connection failed"
            case socket.gaierror():
                return "its name cannot be looked up (no network?)"
            case ConnectionRefusedError():
                return "the connection was refused"
            case ConnectionResetError() | BrokenPipeError():
                return "the connection was reset"
            case OSError() if seen.strerror:
                return clean(seen.strerror, 80).lower()
            case _:
                seen = seen.__cause__ or seen.__context__
    return clean(str(error), 120).rstrip(".") or type(error).__name__
