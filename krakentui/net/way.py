"""The way out of this machine: which proxy, and which certificate authorities besides the usual ones.

One setting counts for REST and websockets alike; without it the environment does. Loopback never goes
through a proxy. Certificates of live hosts are always verified: an extra authority adds to those that the
machine trusts, for networks that inspect TLS, and nothing switches the check off.
"""

import ssl
import sys
from pathlib import Path
from urllib.parse import urlsplit

from msgspec import Struct

from krakentui.model.proxy import NO_PROXY
from krakentui.net.hosts import is_loopback


class Way(Struct, frozen=True, kw_only=True):
    """How Kraken's hosts are reached."""

    proxy: str | None = None
    """The address of a proxy, `none`, or None = as the environment says."""
    ca_file: Path | None = None
    """A file of certificates that are trusted besides those of the machine."""

    def proxy_to(self, host: str) -> str | None:
        """Tell which proxy leads to this host; None = straight."""
        if is_loopback(host) or self.proxy == NO_PROXY:
            return None
        if self.proxy is not None:
            return self.proxy
        from websockets.proxy import get_proxy  # noqa: PLC0415 - network libraries load after first paint
        from websockets.uri import parse_uri  # noqa: PLC0415 - as above

        return get_proxy(parse_uri(f"wss://{host}/"))

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
