"""The way out: one proxy setting for both libraries, loopback never, TLS always verified."""

import asyncio
import datetime as dt
import ssl
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from krakentui.model.proxy import is_proxy, shown_proxy
from krakentui.net.way import Way
from krakentui.net.websocket import open_socket

HOST = "api.kraken.com"
NAMES = ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "WSS_PROXY", "wss_proxy")
GONE = ("NO_PROXY", "no_proxy", "SOCKS_PROXY", "socks_proxy", "HTTP_PROXY", "http_proxy")


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*NAMES, *GONE):
        monkeypatch.delenv(name, raising=False)


def test_the_environment_counts_where_nothing_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Way().proxy_to(HOST) is None
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:3128")
    assert Way().proxy_to(HOST) == "http://127.0.0.1:3128"


def test_the_setting_wins_over_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:3128")
    assert Way(proxy="socks5://10.0.0.1:1080").proxy_to(HOST) == "socks5://10.0.0.1:1080"
    assert Way(proxy="none").proxy_to(HOST) is None


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
def test_loopback_never_goes_through_a_proxy(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:3128")
    assert Way().proxy_to(host) is None
    assert Way(proxy="http://10.0.0.1:3128").proxy_to(host) is None


@pytest.mark.parametrize("text", ["none", "http://127.0.0.1:3128", "socks5h://u:p@proxy.example:1080/"])
def test_addresses_of_proxies(text: str) -> None:
    assert is_proxy(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "127.0.0.1:3128",
        "http://127.0.0.1",
        "ftp://h:1",
        "http://h:x",
        "http://h:1/path",
        "http://[:1",
        "http://h:1\n",
    ],
)
def test_what_is_no_proxy(text: str) -> None:
    assert not is_proxy(text)


def test_a_proxy_is_shown_without_its_password() -> None:
    assert shown_proxy("http://me:hunter2@proxy.example:3128") == "http://proxy.example:3128"
    assert shown_proxy("http://proxy.example:3128") == "http://proxy.example:3128"


def an_authority(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """Make an authority of our own and a server's context for localhost that it has signed."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    begin = dt.datetime.now(dt.UTC) - dt.timedelta(days=1)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(begin)
        .not_valid_after(begin + dt.timedelta(days=30))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    ca_file, key_file = folder / "ca.pem", folder / "key.pem"
    ca_file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(ca_file, key_file)
    return ca_file, context


async def greeted(way: Way, context: ssl.SSLContext) -> bool:
    """Open a TLS connection to a server with this context; tell whether it was trusted."""

    async def serve(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    async with server:
        port = server.sockets[0].getsockname()[1]
        try:
            _, writer = await asyncio.open_connection(
                "127.0.0.1", port, ssl=way.trust(), server_hostname="localhost"
            )
        except ssl.SSLCertVerificationError:
            return False
        writer.close()
        return True


@pytest.mark.anyio
async def test_a_certificate_that_nobody_knows_is_not_trusted(tmp_path: Path) -> None:
    _, context = an_authority(tmp_path)
    assert not await greeted(Way(), context)


@pytest.mark.anyio
async def test_an_extra_authority_adds_to_those_of_the_machine(tmp_path: Path) -> None:
    ca_file, context = an_authority(tmp_path)
    assert await greeted(Way(ca_file=ca_file), context)


def test_nothing_switches_the_check_off() -> None:
    context = Way().trust()
    assert context.check_hostname
    assert context.verify_mode is ssl.CERT_REQUIRED


@pytest.mark.anyio
async def test_a_websocket_asks_the_proxy_that_is_set() -> None:
    asked: list[bytes] = []

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readuntil(b"\r\n"))
        writer.write(b"HTTP/1.1 403 Forbidden\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(refuse, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(Exception, match=r"."):
            await open_socket("wss://ws.kraken.com/v2", 5, Way(proxy=f"http://127.0.0.1:{port}"))
    assert asked == [b"CONNECT ws.kraken.com:443 HTTP/1.1\r\n"]
