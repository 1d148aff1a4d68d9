"""`krakentui keys` and `doctor` as processes against the simulated exchange as a process (F28)."""

import json
from collections.abc import Iterator

import pytest

from tests.commands.desk import holds_secrets
from tests.commands.exchange import Exchange
from tests.support.keys import a_key, a_secret


@pytest.fixture(scope="module")
def exchange(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exchange]:
    opened = Exchange(tmp_path_factory.mktemp("home"), "--tier", "pro")
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("watch", "for watch;"),
        ("cancel", "for watch+cancel;"),
        ("full", "careful  It may place and change orders."),
    ],
)
def test_a_check_of_a_simulated_key_tells_what_it_may_do(exchange: Exchange, key: str, words: str) -> None:
    done = exchange.krakentui("keys", "check", key=key)
    assert (done.returncode, done.stderr) == (0, "")
    assert words in done.stdout
    assert "It is fine for its purpose." in done.stdout
    pair = exchange.first["keys"][key]
    assert pair["key"] not in done.stdout
    assert pair["secret"] not in done.stdout


def test_a_check_for_scripts_is_one_object(exchange: Exchange) -> None:
    told = json.loads(exchange.krakentui("keys", "check", "--json").stdout)
    assert (told["v"], told["profile"], told["refused"], told["exit"]) == (1, "environment", None, 0)
    assert "close-trades" in told["permissions"]
    assert {one["level"] for one in told["findings"]} <= {"red", "missing", "amber", "note", "fine"}


def test_checks_one_after_the_other_are_not_foreign_use(exchange: Exchange) -> None:
    for _ in range(2):
        assert "elsewhere" not in exchange.krakentui("keys", "check", key="other").stdout


def test_the_doctor_looks_at_the_simulated_exchange(exchange: Exchange) -> None:
    done = exchange.krakentui("doctor")
    assert (done.returncode, done.stderr) == (0, "")
    assert "answers, system online" in done.stdout
    assert "clock agrees with the exchange's" in done.stdout
    assert "It may cancel orders." in done.stdout


@pytest.mark.parametrize("words", [("list",), ("list", "--json")])
def test_an_empty_list_is_fine(exchange: Exchange, words: tuple[str, ...]) -> None:
    done = exchange.krakentui("keys", *words, key=None)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    "words",
    [
        ("keys", "add", a_key()),
        ("keys", "add", "--key-command", f"echo {a_key()} {a_secret()}"),
        ("keys", "check", "--accept-withdraw", a_secret()),
        ("keys", "add", "--account", a_secret()),
    ],
)
def test_a_secret_on_the_command_line_is_refused_without_being_repeated(
    exchange: Exchange, words: tuple[str, ...]
) -> None:
    done = exchange.krakentui(*words, key=None)
    assert (done.returncode, done.stdout) == (2, "")
    assert "looks like an API key" in done.stderr
    assert "krakentui keys add" in done.stderr
    assert not holds_secrets(done.stderr)


def test_a_real_key_is_not_sent_to_a_simulator(exchange: Exchange) -> None:
    exchange.first["keys"]["real"] = {"key": a_key(), "secret": a_secret()}
    done = exchange.krakentui("keys", "check", key="real")
    assert done.returncode == 2
    assert not holds_secrets(done.stdout + done.stderr)


@pytest.mark.parametrize(
    ("fault", "code", "words"),
    [
        ({"fault": "revoke"}, 3, "Kraken does not know this key"),
        ({"fault": "expire"}, 3, "Kraken does not know this key"),
        ({"fault": "ip_block"}, 3, "Kraken does not know this key"),
        ({"fault": "otp_required"}, 3, "seems to want its second factor"),
        ({"fault": "lockout"}, 3, "locked this key out"),
        (
            {"fault": "permission", "args": {"remove": ["query-funds"]}},
            10,
            "MISSING  It may not read balances.",
        ),
        ({"fault": "nonce_jump", "args": {"unit": "ns"}}, 1, "another program uses this key"),
    ],
    ids=lambda value: value["fault"] if isinstance(value, dict) else "",
)
def test_a_key_in_trouble_is_told_in_words(
    fault: dict[str, object], code: int, words: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    troubled = Exchange(tmp_path_factory.mktemp("home"))
    try:
        troubled.act("faults", add=fault)
        done = troubled.krakentui("keys", "check")
    finally:
        troubled.close()
    assert words in done.stdout
    assert done.returncode == code
    assert "Traceback" not in done.stderr
