"""The address of a proxy: what counts as one, and how it is shown without name and password."""

import re
from urllib.parse import unquote, urlsplit

NO_PROXY = "none"
"""As a setting: no proxy, whatever the environment says."""
LOOKS_LIKE = "http://127.0.0.1:3128"
_SCHEMES = frozenset({"http", "https", "socks5", "socks5h"})
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")


def is_proxy(text: str) -> bool:
    """Tell whether this is `none`, or the address of a proxy that both network libraries understand."""
    if text == NO_PROXY:
        return True
    try:
        parts = urlsplit(text)
        port = parts.port
        unquote(f"{parts.username}{parts.password}", errors="strict")
        (parts.hostname or "").encode("idna")
    except ValueError:
        return False
    whole = bool(parts.hostname and port) and (parts.username is None or parts.password is not None)
    more = parts.path not in {"", "/"} or "?" in text or "#" in text
    return parts.scheme in _SCHEMES and whole and not more and text.isprintable() and " " not in text


def is_proxy_variable(name: str) -> bool:
    """Tell whether a variable of the environment with this name may hold the address of a proxy."""
    return name.lower().endswith("_proxy") and name.lower() != "no_proxy"


def with_scheme(proxy: str, scheme: str = "http") -> str:
    """Put the scheme in front that other programs let one leave out."""
    return proxy if _SCHEME.match(proxy) else f"{scheme}://{proxy}"


def shown_proxy(proxy: str) -> str:
    """Write a proxy without the name and password that may stand in its address, whatever else is wrong."""
    scheme, named, host = _parts(proxy)
    return f"{scheme}{host}" if named else proxy


def passwords_in(proxy: str) -> tuple[str, ...]:
    """Give the password that may stand in the address of a proxy, as it is written and as it is meant."""
    password = _parts(proxy)[1].removesuffix("@").partition(":")[2]
    return tuple(dict.fromkeys(one for one in (password, unquote(password)) if one))


def _parts(proxy: str) -> tuple[str, str, str]:
    """Part an address, right or wrong, into its scheme, all up to the last `@`, and the rest."""
    found = _SCHEME.match(proxy)
    scheme = found[0] if found else ""
    named, at, host = proxy[len(scheme) :].rpartition("@")
    return scheme, named + at, host
