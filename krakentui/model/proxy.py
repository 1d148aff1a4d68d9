"""The address of a proxy: what counts as one, and how it is shown without name and password."""

from urllib.parse import urlsplit

NO_PROXY = "none"
"""As a setting: no proxy, whatever the environment says."""
_SCHEMES = frozenset({"http", "https", "socks5", "socks5h"})


def is_proxy(text: str) -> bool:
    """Tell whether this is `none`, or the address of a proxy that both network libraries understand."""
    if text == NO_PROXY:
        return True
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return False
    whole = bool(parts.hostname) and port is not None
    return parts.scheme in _SCHEMES and whole and parts.path in {"", "/"} and text.isprintable()


def shown_proxy(proxy: str) -> str:
    """Write a proxy without the name and password that may stand in its address."""
    parts = urlsplit(proxy)
    host = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{host}" if "@" in parts.netloc else proxy
