"""The way out of this machine: which proxy, and which certificate authorities besides the usual ones.

One setting counts for REST and websockets alike; without it the environment does. Loopback never goes
through a proxy. Certificates of live hosts are always verified: an extra authority adds to those that the
machine trusts, for networks that inspect TLS, and nothing switches the check off.
"""

import os
import ssl
import sys
from pathlib import Path
from urllib.parse import urlsplit

from msgspec import Struct

from krakentui.model.error import UsageError
from krakentui.model.proxy import LOOKS_LIKE, NO_PROXY, is_proxy, is_proxy_variable, with_scheme
from krakentui.net.hosts import LIVE_HOSTS, is_loopback

UNUSABLE = (
    "The proxy cannot be used as its address is written: correct it, or set another one in the settings."
)
"""What is said where a library takes no proxy that we would take; its own words show the password."""
_NONE = f"{{}} is no address of a proxy like {LOOKS_LIKE}, so Kraken cannot be reached: {{}}."
_ELSE = "correct it, or set proxy under [network] in the settings"


class Way(Struct, frozen=True, kw_only=True):
    """How Kraken's hosts are reached."""

    proxy: str | None = None
    """The address of a proxy, `none`, or None = as the environment says."""
    ca_file: Path | None = None
    """A file of certificates that are trusted besides those of the machine."""

    def proxy_to(self, host: str) -> str | None:
        """Tell which proxy leads to this host; None = straight.

        Raises:
            UsageError: what is said to be one is no proxy; the sentence shows nothing of it.
        """
        if is_loopback(host) or self.proxy == NO_PROXY:
            return None
        if self.proxy is not None:
            if not is_proxy(self.proxy):
                raise UsageError(_NONE.format("The proxy that is set", "correct it in the settings"))
            return self.proxy
        from websockets.proxy import get_proxy  # noqa: PLC0415 - network libraries load after first paint
        from websockets.uri import parse_uri  # noqa: PLC0415 - as above

        said = get_proxy(parse_uri(f"wss://{host}/"))
        return None if said is None else _made_whole(said)

    def passed_over(self, host: str) -> str:
        """Name the variable for all schemes that other programs would go by here; empty = there is none.

        websockets does not know it (17.4), and REST goes no other way than websockets: it is told.
        """
        if self.proxy is not None or self.proxy_to(host) is not None:
            return ""
        return next((name for name in ("all_proxy", "ALL_PROXY") if os.environ.get(name)), "")

    def check(self) -> None:
        """Pass if the way to each of Kraken's hosts makes sense.

        Raises:
            UsageError: it does not; the sentence says what to correct.
        """
        for host in sorted(LIVE_HOSTS):
            self.proxy_to(host)

    def trust(self) -> ssl.SSLContext:
        """Make a context that verifies certificates and host names.

        It is that of `ssl.create_default_context`, but for SSLKEYLOGFILE: there, that variable has the
        secrets of every session written down, and who reads them reads keys and tokens.

        Raises:
            OSError: the extra file cannot be read, or holds no certificate.
        """
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        if sys.version_info >= (3, 13):  # since then the usual context is as strict as this
            context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN | ssl.VERIFY_X509_STRICT
        context.load_default_certs()
        if self.ca_file is not None:
            context.load_verify_locations(cafile=self.ca_file)
        return context

    def trust_in_proxy(self, proxy: str | None) -> ssl.SSLContext | None:
        """Make such a context for a proxy that speaks TLS itself; None = it does not."""
        return self.trust() if proxy is not None and urlsplit(proxy).scheme == "https" else None


def _made_whole(said: str) -> str:
    """Give the environment's proxy with the scheme that it may leave out."""
    names = sorted(name for name, value in os.environ.items() if value == said and is_proxy_variable(name))
    proxy = with_scheme(said, "socks5h" if any(one.lower() == "socks_proxy" for one in names) else "http")
    if is_proxy(proxy):
        return proxy
    raise UsageError(_NONE.format(" and ".join(names) or "The proxy that the system names", _ELSE))
