import pytest

from krakentui.model.error import Forbidden
from krakentui.net.hosts import check_destination

LIVE, SIMULATED = "4/SDrDBcOOPnm3nPlNfEMMJDeRcIVqPz", "SIM-0123456789"
KRAKEN = ["https://api.kraken.com", "wss://ws.kraken.com/v2", "wss://ws-auth.kraken.com/v2"]
LOOPBACK = ["http://127.0.0.1:8080", "ws://127.0.0.1:8080/v2", "http://[::1]:1", "http://localhost:9"]
ELSEWHERE = [
    "https://api.kraken.com.evil.org",
    "https://evil.org/api.kraken.com",
    "https://user@api.kraken.com",
    "https://api.kraken.com:8443",
    "http://api.kraken.com",
    "ws://ws.kraken.com/v2",
    "https://127.0.0.1",
    "http://10.0.0.1",
    "http://127.0.0.1.nip.io",
    "http://0.0.0.0:80",
    "https://",
    "https://api.kraken.com:port",
    "file:///etc/passwd",
]


@pytest.mark.parametrize("url", KRAKEN)
def test_a_live_key_goes_to_krakens_hosts(url: str) -> None:
    check_destination(url, LIVE)


@pytest.mark.parametrize("url", LOOPBACK)
def test_a_simulator_key_goes_to_loopback(url: str) -> None:
    check_destination(url, SIMULATED)


@pytest.mark.parametrize("url", [*KRAKEN, *LOOPBACK])
def test_no_key_may_go_to_either(url: str) -> None:
    check_destination(url)


@pytest.mark.parametrize("url", [*LOOPBACK, *ELSEWHERE])
def test_a_live_key_goes_nowhere_else(url: str) -> None:
    with pytest.raises(Forbidden):
        check_destination(url, LIVE)


@pytest.mark.parametrize("url", [*KRAKEN, *ELSEWHERE])
def test_a_simulator_key_never_leaves_loopback(url: str) -> None:
    with pytest.raises(Forbidden):
        check_destination(url, SIMULATED)


@pytest.mark.parametrize("url", ELSEWHERE)
def test_nothing_at_all_goes_elsewhere(url: str) -> None:
    with pytest.raises(Forbidden):
        check_destination(url)


@pytest.mark.parametrize("key", [LIVE, SIMULATED])
def test_a_refusal_does_not_show_the_key(key: str) -> None:
    with pytest.raises(Forbidden) as caught:
        check_destination("https://evil.org", key)
    assert key not in str(caught.value)
