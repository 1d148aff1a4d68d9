"""The real doors over real TLS: through the proxy that is set, and to nobody with a bad certificate."""

import ssl
import traceback
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from krakentui.engine.doors import Opener, RestDoor
from krakentui.model.error import NotSent
from krakentui.net.socket import Unreachable
from krakentui.net.tap import NoTap
from krakentui.net.way import UNUSABLE, Way
from krakentui.wire.spot.rest import Call, prepare
from tests.support.clock import ManualClock
from tests.support.tls import KRAKEN, Authority, exchange_behind_proxy

Knock = Callable[[Way], Awaitable[None]]
NOT_GOOD = "its certificate is not valid here"


async def rest(way: Way) -> None:
    """Ask for the time."""
    door = RestDoor("https://api.kraken.com", ManualClock(), NoTap(), way)
    try:
        assert await door.send(prepare(Call("Time")), 10) == (200, b"{}")
    finally:
        await door.close()


async def websocket(way: Way) -> None:
    """Open the public websocket."""
    socket = await Opener(way)("wss://ws.kraken.com/v2", 10)
    await socket.close()


DOORS = pytest.mark.parametrize(
    ("knock", "host", "path"),
    [(rest, "api.kraken.com", "/0/public/Time"), (websocket, "ws.kraken.com", "/v2")],
    ids=["REST", "websocket"],
)
BOTH = pytest.mark.parametrize("knock", [rest, websocket], ids=["REST", "websocket"])


@DOORS
@pytest.mark.anyio
async def test_a_good_certificate_of_an_extra_authority_is_trusted_through_the_proxy(
    knock: Knock, host: str, path: str, tmp_path: Path
) -> None:
    authority = Authority(tmp_path)
    async with exchange_behind_proxy(authority.server(*KRAKEN)) as exchange:
        await knock(Way(proxy=exchange.proxy, ca_file=authority.ca_file))
    assert exchange.asked == [f"CONNECT {host}:443 HTTP/1.1".encode()]
    assert exchange.heard == [path]


async def refused(knock: Knock, context: ssl.SSLContext, ca_file: Path | None) -> None:
    """Knock at a server whose certificate is not good: it must hear nothing."""
    async with exchange_behind_proxy(context) as exchange:
        with pytest.raises((NotSent, Unreachable), match=NOT_GOOD):
            await knock(Way(proxy=exchange.proxy, ca_file=ca_file))
    assert len(exchange.asked) == 1
    assert exchange.heard == []


@BOTH
@pytest.mark.anyio
async def test_an_authority_that_nobody_knows_is_not_trusted(knock: Knock, tmp_path: Path) -> None:
    await refused(knock, Authority(tmp_path).server(*KRAKEN), None)


@BOTH
@pytest.mark.anyio
async def test_a_certificate_for_another_name_is_not_trusted(knock: Knock, tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    await refused(knock, authority.server("kraken.example"), authority.ca_file)


@BOTH
@pytest.mark.anyio
async def test_a_certificate_that_is_over_is_not_trusted(knock: Knock, tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    await refused(knock, authority.server(*KRAKEN, days=-1), authority.ca_file)


@BOTH
@pytest.mark.anyio
async def test_no_variable_has_the_secrets_of_a_session_written_down(
    knock: Knock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither those of the exchange's TLS nor those of a proxy's own."""
    authority, written = Authority(tmp_path), tmp_path / "secrets"
    server, proxy = authority.server(*KRAKEN), authority.server("localhost")
    monkeypatch.setenv("SSLKEYLOGFILE", str(written))
    async with exchange_behind_proxy(server, proxy) as exchange:
        await knock(Way(proxy=exchange.proxy, ca_file=authority.ca_file))
    assert len(exchange.heard) == 1
    assert not written.exists()


@BOTH
@pytest.mark.anyio
async def test_a_proxy_of_the_environment_without_a_scheme_is_gone_through(
    knock: Knock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = Authority(tmp_path)
    async with exchange_behind_proxy(authority.server(*KRAKEN)) as exchange:
        monkeypatch.setenv("https_proxy", exchange.proxy.removeprefix("http://"))
        await knock(Way(ca_file=authority.ca_file))
    assert len(exchange.heard) == 1


@BOTH
@pytest.mark.anyio
async def test_the_libraries_themselves_ask_no_proxy_of_the_environment(
    knock: Knock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Our one setting counts; at port 1 nobody listens."""
    for name in ("https_proxy", "HTTPS_PROXY", "wss_proxy", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    authority = Authority(tmp_path)
    async with exchange_behind_proxy(authority.server(*KRAKEN)) as exchange:
        await knock(Way(proxy=exchange.proxy, ca_file=authority.ca_file))
    assert len(exchange.heard) == 1


@BOTH
@pytest.mark.anyio
async def test_a_bad_proxy_of_the_environment_is_one_sentence(
    knock: Knock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("https_proxy", "ftp://alice:CANARY@127.0.0.1:1")
    with pytest.raises((NotSent, Unreachable), match="https_proxy is no address of a proxy"):
        await knock(Way())


class Blind(Way, frozen=True):
    """Takes for a proxy whatever it is told."""

    def proxy_to(self, host: str) -> str | None:
        """Look at nothing."""
        return self.proxy


@pytest.mark.parametrize(
    "proxy", ["a:CANARY@127.0.0.1:1", "ftp://a:CANARY@h:1", "http://a:CANARY@h:x", "https://[a:CANARY"]
)
@pytest.mark.parametrize("way", [Way, Blind])
@BOTH
@pytest.mark.anyio
async def test_a_proxy_that_cannot_be_used_is_one_sentence_without_its_password(
    knock: Knock, way: type[Way], proxy: str
) -> None:
    with pytest.raises((NotSent, Unreachable)) as caught:
        await knock(way(proxy=proxy))
    told = UNUSABLE
    if way is Way:
        told = (
            "The proxy that is set is no address of a proxy like http://127.0.0.1:3128, so Kraken cannot be "
            "reached: correct it in the settings."
        )
    assert str(caught.value) == (told if knock is rest else told.rstrip("."))
    assert "CANARY" not in "".join(traceback.format_exception(caught.value))
