"""Certificates made on the spot, and a way to a server on loopback that goes by Kraken's names.

Kraken's hosts are reached through a proxy of the test, which leads to a server here: so the real
transports speak real TLS with the names that count, and nothing leaves this machine.
"""

import asyncio
import contextlib
import datetime as dt
import http
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from websockets.asyncio.server import ServerConnection, serve
from websockets.http11 import Request, Response

KRAKEN = ("api.kraken.com", "ws.kraken.com", "ws-auth.kraken.com")
_PEM = serialization.Encoding.PEM
_USES = dict.fromkeys(
    (
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "encipher_only",
        "decipher_only",
    ),
    False,
)


class Authority:
    """A certificate authority of our own."""

    def __init__(self, folder: Path) -> None:
        """Make its key, and keep its certificate in a file of this folder."""
        self.ca_file = folder / "authority.pem"
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._certificate = self._sign("an authority", self._key, days=30)
        self.ca_file.write_bytes(self._certificate.public_bytes(_PEM))

    def server(self, *names: str, days: int = 30) -> ssl.SSLContext:
        """Make what a server with these names shows; with days below zero it is over."""
        key = ec.generate_private_key(ec.SECP256R1())
        plain = serialization.NoEncryption()
        file = self._folder / f"{names[0]}.pem"
        file.write_bytes(
            key.private_bytes(_PEM, serialization.PrivateFormat.PKCS8, plain)
            + self._sign(names[0], key, names, days).public_bytes(_PEM)
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context

    def _sign(
        self, title: str, key: ec.EllipticCurvePrivateKey, names: tuple[str, ...] = (), days: int = 30
    ) -> x509.Certificate:
        """Sign a server's certificate, or our own where there are no names."""
        ours, now = (
            x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "an authority")]),
            dt.datetime.now(dt.UTC),
        )
        is_ours = not names
        alternative = x509.SubjectAlternativeName([x509.DNSName(name) for name in names or (title,)])
        uses = x509.KeyUsage(digital_signature=True, key_cert_sign=is_ours, crl_sign=is_ours, **_USES)
        issuer = self._key.public_key()
        return (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, title)]))
            .issuer_name(ours)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - dt.timedelta(days=60))
            .not_valid_after(now + dt.timedelta(days=days))
            .add_extension(alternative, critical=False)
            .add_extension(x509.BasicConstraints(ca=is_ours, path_length=None), critical=True)
            .add_extension(uses, critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer), critical=False)
            .sign(self._key, hashes.SHA256())
        )


class Exchange:
    """A server here that stands in for Kraken's, and the proxy that leads to it."""

    def __init__(self, proxy: str, asked: list[bytes], heard: list[str]) -> None:
        """Keep the address of the proxy, what it was asked, and which paths the server was asked for."""
        self.proxy, self.asked, self.heard = proxy, asked, heard


@asynccontextmanager
async def exchange_behind_proxy(
    context: ssl.SSLContext, proxy_context: ssl.SSLContext | None = None
) -> AsyncIterator[Exchange]:
    """Run both; the proxy speaks TLS itself where it has a context."""
    asked, heard = list[bytes](), list[str]()

    def answer(connection: ServerConnection, request: Request) -> Response | None:
        heard.append(request.path)
        is_rest = request.path.startswith("/0/")
        return connection.respond(http.HTTPStatus.OK, "{}") if is_rest else None

    async def idle(connection: ServerConnection) -> None:
        await connection.wait_closed()

    async with serve(idle, "127.0.0.1", 0, process_request=answer, ssl=context) as server:
        port = next(iter(server.sockets)).getsockname()[1]

        async def lead(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            asked.append((await reader.readuntil(b"\r\n\r\n")).partition(b"\r\n")[0])
            inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
            await asyncio.gather(_pass_on(reader, inner_writer), _pass_on(inner_reader, writer))

        proxy = await asyncio.start_server(lead, "127.0.0.1", 0, ssl=proxy_context)
        async with proxy:
            scheme = "http://127.0.0.1" if proxy_context is None else "https://localhost"
            yield Exchange(f"{scheme}:{proxy.sockets[0].getsockname()[1]}", asked, heard)


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.close()
