"""The way out: one proxy setting for both libraries, loopback never. TLS: `tests/engine/test_doors.py`."""

import ssl

import pytest

from krakentui.model.error import UsageError
from krakentui.net.hosts import LIVE_HOSTS
from krakentui.net.way import Way

HOST = "api.kraken.com"
NAMES = ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "WSS_PROXY", "wss_proxy")
GONE = ("NO_PROXY", "no_proxy", "SOCKS_PROXY", "socks_proxy", "HTTP_PROXY", "http_proxy")
BAD_PROXIES = (
    "ftp://alice:CANARY@127.0.0.1:3128",
    "http://alice:CANARY@:3128",
    "http://alice:CANARY@127.0.0.1",
    "http://alice:CANARY@127.0.0.1:99999",
    "alice:CAN/ARY@127.0.0.1:3128",
    "alice@127.0.0.1:3128",
    "127.0.0.1",
)


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


@pytest.mark.parametrize(
    ("name", "said", "proxy"),
    [
        ("https_proxy", "127.0.0.1:3128", "http://127.0.0.1:3128"),
        ("HTTPS_PROXY", "alice:CANARY@127.0.0.1:3128", "http://alice:CANARY@127.0.0.1:3128"),
        ("wss_proxy", "localhost:3128", "http://localhost:3128"),
        ("SOCKS_PROXY", "127.0.0.1:1080", "socks5h://127.0.0.1:1080"),
        ("SOCKS_PROXY", "http://127.0.0.1:1080", "socks5h://127.0.0.1:1080"),
    ],
)
def test_the_environment_may_leave_out_the_scheme(
    name: str, said: str, proxy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, said)
    assert Way().proxy_to(HOST) == proxy


@pytest.mark.parametrize("name", ["ALL_PROXY", "all_proxy"])
def test_the_variable_for_all_schemes_is_told_where_it_would_count(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert Way().passed_over(HOST) == ""
    monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert (Way().proxy_to(HOST), Way().passed_over(HOST)) == (None, name)
    assert Way(proxy="none").passed_over(HOST) == ""
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:3128")
    assert Way().passed_over(HOST) == ""


@pytest.mark.parametrize("said", BAD_PROXIES)
def test_a_proxy_of_the_environment_that_is_none_is_one_sentence(
    said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", said)
    monkeypatch.setenv("SOMETHING_ELSE", said)
    with pytest.raises(UsageError) as caught:
        Way().proxy_to(HOST)
    assert str(caught.value) == (
        "HTTPS_PROXY is no address of a proxy like http://127.0.0.1:3128, so Kraken cannot be reached: "
        "correct it, or set proxy under [network] in the settings."
    )
    assert caught.value.__cause__ is None


def test_a_proxy_that_nothing_goes_through_may_be_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", BAD_PROXIES[0])
    Way(proxy="none").check()
    Way(proxy="http://127.0.0.1:3128").check()
    assert Way().proxy_to("127.0.0.1") is None
    monkeypatch.setenv("NO_PROXY", "kraken.com")
    Way().check()


@pytest.mark.parametrize("host", sorted(LIVE_HOSTS))
def test_every_host_is_checked(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", BAD_PROXIES[0])
    monkeypatch.setenv("NO_PROXY", ",".join(LIVE_HOSTS - {host}))
    with pytest.raises(UsageError):
        Way().check()


@pytest.mark.parametrize(
    "said", ["api.kraken.com", ".kraken.com", "kraken.com", "*", "x.example, api.kraken.com"]
)
def test_what_the_environment_exempts_goes_straight(said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:3128")
    monkeypatch.setenv("NO_PROXY", said)
    assert Way().proxy_to(HOST) is None


@pytest.mark.parametrize("said", ["kraken.example", "ws.kraken.com", "raken.com", ""])
def test_what_it_does_not_exempt_goes_through_the_proxy(said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:3128")
    monkeypatch.setenv("NO_PROXY", said)
    assert Way().proxy_to(HOST) == "http://127.0.0.1:3128"


def test_nothing_switches_the_check_off() -> None:
    context, usual = Way().trust(), ssl.create_default_context()
    for name in ("check_hostname", "verify_mode", "verify_flags", "options", "minimum_version"):
        assert getattr(context, name) == getattr(usual, name), name
    assert context.check_hostname
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.cert_store_stats() == usual.cert_store_stats()
