"""The settings file: what is taken, what warns, what stops the start and where it points."""

from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from krakentui.model.counting import Counting
from krakentui.model.error import UsageError
from krakentui.model.redact import Redactor
from krakentui.settings import Config, Settings, config_file, parse_config, read_config, state_folder
from tests.support.keys import a_key, a_pair, a_secret
from tests.support.tls import Authority

FILE = Path("config.toml")


def complaint(data: bytes) -> str | None:
    """The sentence a settings file stops the start with; None = it is taken."""
    try:
        parse_config(data, FILE)
    except UsageError as error:
        return str(error)
    return None


GOOD = b"""\
markets = ["BTC/USD", "ETH/EUR"]
currency = "EUR"
assume_tier = "pro"
read_only = true
mouse = false

[budget]
rest_reserve = "2.5"
history_cost = 2
lookup_cost = 1
batch_cancel_cost = 0
rest_max = 40
rest_decay = 2
engine_max = 500
engine_decay = "25/3"
open_orders = 400
scheduled_orders = 60
others_window = 0
capped = true
edge = ">="
decay = "continuous"
audit = true
"""


def test_every_setting_is_taken() -> None:
    assert parse_config(GOOD, FILE) == Config(
        markets=("BTC/USD", "ETH/EUR"),
        currency="EUR",
        assume_tier="pro",
        read_only=True,
        mouse=False,
        rest_reserve=Decimal("2.5"),
        audit=True,
        counting=Counting(
            history_cost=2,
            lookup_cost=1,
            batch_cancel_cost=0,
            rest_max=40,
            rest_decay=Fraction(2),
            engine_max=500,
            engine_decay=Fraction(25, 3),
            open_orders=400,
            scheduled_orders=60,
            others_window=0,
            capped=True,
            edge=">=",
            decay="continuous",
        ),
    )


@pytest.mark.parametrize(
    "data",
    [GOOD.replace(b"\n", b"\r\n"), b"\xef\xbb\xbf" + GOOD, b"\xef\xbb\xbf" + GOOD.replace(b"\n", b"\r\n")],
    ids=["crlf", "bom", "both"],
)
def test_the_files_of_other_editors_read_the_same(data: bytes) -> None:
    assert parse_config(data, FILE) == parse_config(GOOD, FILE)


def test_an_empty_file_says_nothing() -> None:
    assert parse_config(b"", FILE) == Config()


@pytest.mark.parametrize(
    ("data", "warning"),
    [
        (b"mouse = true\ncolour = 'red'\n", "config.toml:2: unknown setting colour, ignored."),
        (b"[budget]\nrest_reserv = 3\n", "config.toml:2: unknown setting budget.rest_reserv, ignored."),
        (b"[screen]\nwide = 1\n", "config.toml:2: unknown setting screen.wide, ignored."),
        (b'"a\\u001bb" = 1\n', "config.toml: unknown setting a�b, ignored."),
    ],
)
def test_an_unknown_setting_warns_and_is_ignored(data: bytes, warning: str) -> None:
    assert parse_config(data, FILE).warnings == (warning,)


_WHOLE = "a whole number from 1 to 100000"
_DRAIN = "points a second above 0, up to 1000 and a multiple of 1/300"
_LOWER = "for polls; budget.rest_reserve must be lower."


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"\n\nread_only = 'yes'\n", "config.toml:3: read_only must be true or false."),
        (b"mouse = 1\n", "config.toml:1: mouse must be true or false."),
        (b"[budget]\naudit = 1\n", "config.toml:2: budget.audit must be true or false."),
        (b"markets = []\n", 'config.toml:1: markets must be a list of 1 to 50 pairs like "BTC/USD".'),
        (b"markets = ['BTCUSD']\n", 'config.toml:1: markets must be a list of 1 to 50 pairs like "BTC/USD".'),
        (
            b"markets = ['BTC/USD', 3]\n",
            'config.toml:1: markets must be a list of 1 to 50 pairs like "BTC/USD".',
        ),
        (b"currency = 'us dollars'\n", 'config.toml:1: currency must be a currency like "USD".'),
        (b"assume_tier = 'gold'\n", 'config.toml:1: assume_tier must be "starter", "intermediate" or "pro".'),
        (
            b"[budget]\n# points\nrest_reserve = -1\n",
            "config.toml:3: budget.rest_reserve must be points from 0 on, with at most two decimals.",
        ),
        (
            b"budget.rest_reserve = nan\n",
            "config.toml:1: budget.rest_reserve must be points from 0 on, with at most two decimals.",
        ),
        (b"[budget]\nhistory_cost = 3\n", "config.toml:2: budget.history_cost must be 2 or 4."),
        *(
            (f"[budget]\n{name} = {value}\n".encode(), f"config.toml:2: budget.{name} must be {must}.")
            for name, values, must in (
                ("rest_max", ("0", "-1", "1.5", "nan", "100001", "true", "'20'"), _WHOLE),
                ("engine_max", ("0", "-125", "inf", "1e3"), _WHOLE),
                ("open_orders", ("0", "-3"), _WHOLE),
                ("scheduled_orders", ("0", "99999999999999999999"), _WHOLE),
                ("rest_decay", ("0", "-0.5", "nan", "inf", "1001", "0.333", "'1/7'", "'1/0'", "'x'"), _DRAIN),
                ("engine_decay", ("0.0", "-1", "2.341", "true", "[1]"), _DRAIN),
                ("lookup_cost", ("0", "4", "nan"), "1 or 2"),
                ("batch_cancel_cost", ("-1", "2"), "0 or 1"),
                ("others_window", ("-1", "3601", "1.5", "nan"), "whole seconds from 0 to 3600"),
                ("edge", ("'='", "1"), '">" or ">="'),
                ("capped", ("1", "'yes'"), "true or false"),
                ("decay", ("'stepwise'", "1"), '"continuous" or "step"'),
            )
            for value in values
        ),
        *(
            (f"[budget]\n{lines}\n".encode(), f"config.toml:{line}: a reserve of {rest}")
            for lines, line, rest in (
                ("rest_reserve = 15", 2, f"15 leaves none of the 15 points {_LOWER}"),
                ("rest_reserve = 9\nrest_max = 9", 2, f"9 leaves none of the 9 points {_LOWER}"),
                ("engine_max = 9\nrest_max = 3", 3, f"3 leaves none of the 3 points {_LOWER}"),
            )
        ),
        (b"[budget]\nhistory_cost = 4.0\n", "config.toml:2: budget.history_cost must be 2 or 4."),
        (
            b"\napi_key = 'x'\n",
            "config.toml:2: keys and secrets do not belong in the settings file; remove api_key.",
        ),
        (
            b"[keys]\nsecret = 'x'\n",
            "config.toml:2: keys and secrets do not belong in the settings file; remove keys.secret.",
        ),
        (b"[mouse]\n", "config.toml:1: mouse must be true or false."),
        (b"mouse = tru\n", "config.toml:1:9: invalid value."),
        (b"mouse = true\nmarkets = [\n", "config.toml:2:12: invalid value."),
        (b"mouse = true\nx = '\xff'\n", "config.toml:2:6: not UTF-8 text."),
    ],
)
def test_a_wrong_file_is_one_sentence_with_its_place(data: bytes, sentence: str) -> None:
    assert complaint(data) == sentence


@pytest.mark.parametrize(
    "data",
    [
        b"mouse = true\n\x00\x01\n",
        b"\x7fELF\x02\x01",
        b"mouse = true\nmouse = false\n",
        b"x = " + b"[" * 5000,
        b"[keys]\napi_secret = 'x'\n",
    ],
    ids=["binary", "program", "twice", "deep", "key table"],
)
def test_garbage_is_one_sentence(data: bytes) -> None:
    sentence = complaint(data) or "config.toml is taken"
    assert sentence.startswith("config.toml")
    assert "\n" not in sentence


def test_a_secret_in_the_settings_file_is_not_repeated() -> None:
    with pytest.raises(UsageError) as caught:
        parse_config(b"api_secret = 'hunter2'\n", FILE)
    assert "hunter2" not in str(caught.value)


@given(st.binary(max_size=300))
def test_any_bytes_end_as_settings_or_as_one_sentence(data: bytes) -> None:
    assert (complaint(data) or "config.toml").startswith("config.toml")


@given(st.text(alphabet="[]{}=\"'.,#\n\r\t abc019-_budget\\", max_size=80))
def test_any_text_ends_as_settings_or_as_one_sentence(text: str) -> None:
    assert "\n" not in (complaint(text.encode()) or "")


def test_a_missing_file_is_fine_unless_it_was_asked_for(tmp_path: Path) -> None:
    missing = tmp_path / "none.toml"
    assert read_config(missing, must_exist=False) == Config()
    with pytest.raises(UsageError, match="There is no settings file"):
        read_config(missing, must_exist=True)


def test_a_folder_is_no_settings_file(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read: Is a directory"):
        read_config(tmp_path, must_exist=False)


def test_the_file_asked_for_wins_over_the_environment() -> None:
    environ = {"KRAKENTUI_CONFIG": "/etc/k.toml"}
    assert config_file(Path("here.toml"), environ) == Path("here.toml")
    assert config_file(None, environ) == Path("/etc/k.toml")


def test_an_empty_variable_is_not_taken_for_the_usual_place() -> None:
    with pytest.raises(UsageError) as caught:
        config_file(None, {"KRAKENTUI_CONFIG": ""})
    assert str(caught.value) == "KRAKENTUI_CONFIG is set but empty: fill it, or unset it."
    with pytest.raises(UsageError) as caught:
        state_folder({"KRAKENTUI_STATE_DIR": " "})
    assert str(caught.value) == "KRAKENTUI_STATE_DIR is set but empty: fill it, or unset it."


def test_the_environment_names_the_state_folder() -> None:
    assert state_folder({"KRAKENTUI_STATE_DIR": "/var/k"}) == Path("/var/k")


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ('proxy = "127.0.0.1:3128"', "must be the address of a proxy"),
        ("proxy = 3128", "must be the address of a proxy"),
        ('ca_file = "/nowhere/ca.pem"', "No such file"),
        ("ca_file = true", "must be a file with certificates"),
    ],
)
def test_a_way_out_that_makes_no_sense_stops_the_start(line: str, why: str) -> None:
    with pytest.raises(UsageError, match=r"config\.toml:2") as caught:
        parse_config(f"[network]\n{line}\n".encode(), Path("config.toml"))
    assert why in str(caught.value)


def test_a_look_at_the_authority_opens_no_file_for_the_secrets_of_sessions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSLKEYLOGFILE", str(tmp_path / "secrets"))
    file = Authority(tmp_path).ca_file
    assert parse_config(f'[network]\nca_file = "{file}"\n'.encode(), Path("config.toml")).ca_file == file
    assert not (tmp_path / "secrets").exists()


def test_a_file_without_a_certificate_is_no_authority(tmp_path: Path) -> None:
    empty = tmp_path / "empty.pem"
    empty.write_text("nothing")
    with pytest.raises(UsageError, match=r"no certificate|PEM"):
        parse_config(f'[network]\nca_file = "{empty}"\n'.encode(), Path("config.toml"))


def test_settings_that_come_without_it_get_what_knows_their_secrets() -> None:
    told = Settings(credentials=a_pair(1), cancel_credentials=a_pair(2)).redacting()
    assert told.redactor is not None
    assert told.redactor.known_in_data(f"{a_key(1)} {a_secret(1)} {a_key(2)} {a_secret(2)}") == " ".join(
        ["*****"] * 4
    )
    assert told.redacting() is told


def test_a_redactor_that_comes_with_settings_learns_their_secrets_once() -> None:
    redactor = Redactor()
    told = Settings(credentials=a_pair(1), redactor=redactor).redacting()
    assert told.redactor is redactor
    assert told.hide(f"for {a_secret(1)[:39]}…") == "for *****…"
    assert Settings().hide("for all") == "for all"
