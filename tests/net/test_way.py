"""The way out: one proxy setting for both libraries, loopback never. TLS: `tests/engine/test_doors.py`."""

import ssl

import pytest

from krakentui.model.proxy import is_proxy, shown_proxy
from krakentui.net.way import Way

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


def test_nothing_switches_the_check_off() -> None:
    context, usual = Way().trust(), ssl.create_default_context()
    for name in ("check_hostname", "verify_mode", "verify_flags", "options", "minimum_version"):
        assert getattr(context, name) == getattr(usual, name), name
    assert context.check_hostname
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.cert_store_stats() == usual.cert_store_stats()
