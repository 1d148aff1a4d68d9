"""`krakentui doctor`: every source, terminal, clock, network, key; no secret, no question."""

import os

import pytest
from msgspec import structs

from krakentui.engine.place import Place
from krakentui.keys import key_file, profile_list, ring, sealed
from krakentui.keys.profile import Profiles
from krakentui.model.error import NotSent
from krakentui.model.secret import Secret
from tests.commands.desk import Desk, holds_secrets
from tests.commands.test_keys import desk, quiet_log
from tests.support.exchange import PERMISSIONS, key_info, ok
from tests.support.keys import Impatient, a_key, a_pair, a_profile, a_secret

__all__ = ["desk", "quiet_log"]
STATUS = ok({"status": "online", "timestamp": "2027-03-10T09:00:00Z"})


@pytest.fixture
def stored(desk: Desk) -> Desk:
    """Four keys: a file, a keyring entry, an encrypted file, a credential that is not there."""
    desk.door.answer_always("SystemStatus", STATUS)
    desk.environ["TERM"] = "xterm-256color"
    key_file.keep("main", a_pair(1), desk.machine)
    ring.keep("bot", a_pair(2), desk.machine)
    sealed.keep("safe", a_pair(3), Secret("correct horse battery"), desk.machine, 2**4)
    told = Profiles()
    told = told.with_profile(a_profile("main", store="file", fingerprint=a_pair(1).fingerprint))
    told = told.with_profile(a_profile("bot", store="keyring", fingerprint=a_pair(2).fingerprint))
    told = told.with_profile(a_profile("safe", store="encrypted"))
    profile_list.change(desk.home / "profiles.toml", lambda _: told)
    return desk


def marked(lines: list[str]) -> list[str]:
    return [line[4:].strip() for line in lines if line.startswith("  !")]


def has(lines: list[str], words: str) -> bool:
    return any(words in line for line in lines)


def test_where_everything_works_it_says_so(stored: Desk) -> None:
    code, lines = stored.doctor()
    assert (code, marked(lines), lines[-1]) == (0, [], "Everything works.")
    for words in (
        "krakentui 0.1.0, Python 3.",
        "environment: no pair",
        "systemd credentials: none handed to this process",
        "the OS keyring (rings.Good): usable",
        "main, the default: account private, for watch+cancel",
        f"the file {stored.home}/keys/main.key: key {a_pair(1).fingerprint}",
        f"the OS keyring (rings.Good): key {a_pair(2).fingerprint}",
        f"the encrypted file {stored.home}/keys/safe.sealed: it asks at the start",
        "answers, system online",
        "this machine's clock agrees with the exchange's",
        f"key main ({a_pair(1).fingerprint}) from the file",
        "no monitor runs with it on this machine now",
        "ok       It may cancel orders.",
        "It is fine for its purpose.",
    ):
        assert has(lines, words), words


def test_no_secret_and_no_key_is_shown(stored: Desk) -> None:
    stored.environ |= {"KRAKENTUI_API_KEY": a_key(7), "KRAKENTUI_API_SECRET": a_secret(7)}
    _, lines = stored.doctor()
    shown = "\n".join(lines)
    assert not any(holds_secrets(shown, seed) for seed in (1, 2, 3, 7))
    assert "a pair, key" in shown


def test_sources_that_disagree_are_marked(stored: Desk) -> None:
    key_file.keep("bot", a_pair(9), stored.machine)
    code, lines = stored.doctor()
    assert code == 1
    assert len(marked(lines)) == 2
    assert "(not the one that was added)" in marked(lines)[0]
    assert "holds another key" in marked(lines)[1]


def test_a_store_that_lost_its_key_is_marked(stored: Desk) -> None:
    (stored.home / "keys" / "main.key").unlink()
    ring.forget("bot", stored.machine)
    _, lines = stored.doctor()
    assert marked(lines)[:2] == [
        f"the file {stored.home}/keys/main.key: nothing is there",
        "the OS keyring (rings.Good): nothing is there",
    ]
    assert marked(lines)[2].startswith("a run is refused: The key main cannot be had.")


def test_a_file_that_others_may_read_is_marked_with_what_to_do(stored: Desk) -> None:
    (stored.home / "keys" / "main.key").chmod(0o640)
    _, lines = stored.doctor()
    assert "run `chmod 600" in marked(lines)[0]


@pytest.mark.parametrize(
    ("backend", "why"),
    [
        ("keyring.backends.fail.Keyring", "the OS keyring: There is no keyring on this machine."),
        ("tests.keys.rings.PlaintextKeyring", "would keep the key in plain text."),
    ],
)
def test_a_keyring_that_is_no_good_is_told(stored: Desk, backend: str, why: str) -> None:
    stored.environ["PYTHON_KEYRING_BACKEND"] = backend
    code, lines = stored.doctor()
    assert code == 1  # the key that was added there is out of reach
    assert has(lines, why)


def test_a_bad_list_is_told_and_the_rest_goes_on(stored: Desk) -> None:
    (stored.home / "profiles.toml").write_text("default = 1\n")
    code, lines = stored.doctor()
    assert code == 1
    assert marked(lines) == [f"{stored.home}/profiles.toml:1: default must be the name of a profile."]
    assert has(lines, "answers, system online")


def test_bad_settings_are_told(stored: Desk) -> None:
    (stored.home / "config.toml").write_text("mouse = 1\n")
    _, lines = stored.doctor()
    assert marked(lines)[0] == f"settings: {stored.home}/config.toml:1: mouse must be true or false."


def test_an_exchange_out_of_reach_is_one_line(stored: Desk) -> None:
    for endpoint in ("Time", "SystemStatus", "GetApiKeyInfo"):
        stored.door.answer_always(endpoint, NotSent("The exchange cannot be reached: no network."))
    code, lines = stored.doctor()
    assert code == 1
    assert marked(lines)[0].endswith(": The exchange cannot be reached: no network.")


@pytest.mark.parametrize(
    ("off_s", "words", "bad"),
    [
        (3600, "s behind the exchange's", True),
        (-3600, "s ahead of the exchange's", True),
        (0, "agrees", False),
    ],
)
def test_a_clock_that_is_off_is_told(stored: Desk, off_s: int, words: str, bad: bool) -> None:
    stored.door.off_s = off_s
    _, lines = stored.doctor()
    assert has(lines, words)
    assert any("clock" in line for line in marked(lines)) is bad


def test_a_proxy_for_all_schemes_that_is_not_heeded_is_told(
    stored: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "WSS_PROXY", "wss_proxy", "SOCKS_PROXY", "socks_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.delenv("all_proxy", raising=False)
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    said = " ".join(" ".join(stored.doctor()[1]).split())
    assert "without a proxy (ALL_PROXY is not heeded: set HTTPS_PROXY, or proxy in the settings)" in said


def test_maintenance_is_told(stored: Desk) -> None:
    stored.door.answer_always("SystemStatus", STATUS.replace("online", "maintenance"))
    code, lines = stored.doctor()
    assert code == 1
    assert has(lines, "answers, system maintenance")


def test_a_key_that_is_not_enough_is_told(stored: Desk) -> None:
    stored.door.answer_always("GetApiKeyInfo", key_info(*PERMISSIONS[:3], "withdraw-funds"))
    code, lines = stored.doctor()
    assert code == 1
    assert [line.split()[0] for line in marked(lines)][:3] == ["DANGER", "MISSING", "MISSING"]


def test_another_monitor_on_the_key_is_told(stored: Desk) -> None:
    (stored.home / "state").mkdir(exist_ok=True)
    place = Place(stored.home / "state", a_pair(1).fingerprint)
    assert place.take()
    _, lines = stored.doctor()
    assert has(lines, f"its budget belongs to a monitor that runs now (process {os.getpid()})")
    place.leave()
    _, lines = stored.doctor()
    assert has(lines, "no monitor runs with it")


def test_the_pair_of_the_environment_is_the_key_that_is_looked_at(stored: Desk) -> None:
    stored.environ |= {"KRAKENTUI_API_KEY": a_key(7), "KRAKENTUI_API_SECRET": a_secret(7)}
    _, lines = stored.doctor()
    assert has(lines, f"key environment ({a_pair(7).fingerprint}) from the environment")


def test_a_named_key_is_looked_at_and_an_unknown_one_is_marked(stored: Desk) -> None:
    _, lines = stored.doctor("--profile bot")
    assert has(lines, f"key bot ({a_pair(2).fingerprint}) from the OS keyring")
    _, lines = stored.doctor("--profile none")
    assert marked(lines) == ["a run is refused: There is no key profile none. There are main, bot, safe."]
    stored.environ["KRAKENTUI_PROFILE"] = "safe"
    code, lines = stored.doctor()
    assert (code, has(lines, "the key cannot be had without asking somebody")) == (0, True)


def test_a_leftover_in_the_keyring_is_not_taken_for_the_key(stored: Desk) -> None:
    """A run asks no keyring for a key that is kept in a file: which of the two is no longer good is plain."""
    ring.keep("main", a_pair(9), stored.machine)
    code, lines = stored.doctor()
    print_, other = a_pair(1).fingerprint, a_pair(9).fingerprint
    assert code == 1
    assert has(lines, f"key main ({print_}) from the file")
    (said,) = marked(lines)
    assert said.startswith(
        f"the OS keyring (rings.Good): another key ({other}) was left there: no run asks for it"
    )


def test_the_same_key_left_in_the_keyring_is_told_and_no_trouble(stored: Desk) -> None:
    ring.keep("main", a_pair(1), stored.machine)
    code, lines = stored.doctor()
    assert (code, marked(lines)) == (0, [])
    assert has(lines, f"the key ({a_pair(1).fingerprint}) was left there: no run asks for it")


def test_a_leftover_file_is_not_taken_for_a_key_that_is_asked_for(stored: Desk) -> None:
    key_file.keep("safe", a_pair(9), stored.machine)
    _, lines = stored.doctor("--profile safe")
    assert not has(lines, f"key safe ({a_pair(9).fingerprint})")
    assert has(lines, "the key cannot be had without asking somebody")
    assert "GetApiKeyInfo" not in stored.door.calls


def test_a_key_that_wants_its_second_factor_is_left_alone(stored: Desk) -> None:
    factor = structs.replace(stored.profiles.named("main"), second_factor=True)
    profile_list.change(stored.home / "profiles.toml", lambda told: told.replaced(factor))
    code, lines = stored.doctor()
    assert (code, has(lines, "the key cannot be had without asking somebody")) == (0, True)
    assert "GetApiKeyInfo" not in stored.door.calls


LONE = {"KRAKENTUI_CANCEL_API_KEY": a_key(8), "KRAKENTUI_CANCEL_API_SECRET": a_secret(8)}
PAIR = {"KRAKENTUI_API_KEY": a_key(7), "KRAKENTUI_API_SECRET": a_secret(7)}


@pytest.mark.parametrize(
    ("line", "environ", "why"),
    [
        (
            "--profile main",
            PAIR,
            "a run is refused: Two keys were asked for: --profile, and KRAKENTUI_API_KEY",
        ),
        ("", LONE, "a run is refused: KRAKENTUI_CANCEL_API_KEY needs KRAKENTUI_API_KEY beside it"),
        (
            "",
            PAIR | {"KRAKENTUI_CANCEL_API_KEY": a_key(8)},
            "environment: KRAKENTUI_CANCEL_API_KEY is set but",
        ),
        ("", PAIR | dict(zip(LONE, PAIR.values(), strict=True)), "a run is refused: "),
    ],
    ids=["a profile and a pair", "a lone second pair", "half a second pair", "one key twice"],
)
def test_what_a_run_refuses_does_not_work(stored: Desk, line: str, environ: dict[str, str], why: str) -> None:
    stored.environ |= environ
    code, lines = stored.doctor(line)
    assert code == 1
    assert len(marked(lines)) == 1
    assert marked(lines)[0].startswith(why)
    assert not environ.keys() & stored.environ.keys()


def cancelling(desk: Desk, helper: str) -> None:
    """Let `helper` cancel for `main`."""
    with_ = structs.replace(desk.profiles.named("main"), cancel_with=helper)
    profile_list.change(desk.home / "profiles.toml", lambda told: told.replaced(with_))


def test_the_key_that_cancels_is_looked_at_too(stored: Desk) -> None:
    cancelling(stored, "bot")
    full, reads = key_info(*PERMISSIONS), key_info(*PERMISSIONS[:3])
    stored.door.always.pop("GetApiKeyInfo")
    stored.door.answer("GetApiKeyInfo", full, reads)
    code, lines = stored.doctor()
    assert has(lines, f"key main ({a_pair(1).fingerprint}) from the file")
    assert has(lines, f"key bot ({a_pair(2).fingerprint}) from the OS keyring")
    assert code == 1
    assert marked(lines)[-1] == "It is not enough for its purpose: see above."


def test_the_second_pair_of_the_environment_is_looked_at_too(stored: Desk) -> None:
    stored.environ |= PAIR | LONE
    code, lines = stored.doctor()
    assert (code, lines[-1]) == (0, "Everything works.")
    assert has(lines, f"environment: a pair that cancels, key {a_pair(8).fingerprint}")
    assert has(lines, f"key environment-cancel ({a_pair(8).fingerprint}) from the environment")


@pytest.mark.parametrize(
    ("helper", "words", "bad"),
    [
        ("safe", "the key that cancels cannot be looked at here: The encrypted file", False),
        ("bot", "nothing is cancelled with the second key: The key bot cannot be had.", True),
    ],
)
def test_a_key_that_cancels_and_cannot_be_had_is_told(
    stored: Desk, helper: str, words: str, bad: bool
) -> None:
    cancelling(stored, helper)
    ring.forget("bot", stored.machine)
    _, lines = stored.doctor()
    assert has(lines, f"key main ({a_pair(1).fingerprint}) from the file")
    assert has(lines, words)
    assert any(line.startswith(words) for line in marked(lines)) is bad


def test_a_keyring_that_hangs_is_asked_for_one_key_only(stored: Desk) -> None:
    (stored.home / "ring").unlink()
    stored.environ["PYTHON_KEYRING_BACKEND"] = "tests.keys.rings.Hanging"
    clock = Impatient(stored.home / "ring", 2)
    stored.machine = structs.replace(stored.machine, clock=clock, ring_limit_s=3.0)
    _, lines = stored.doctor()
    assert sum("It did not answer in 3 s" in line for line in lines) == 1
    assert sum("It did not answer before, and is not asked again." in line for line in lines) == 2


def test_half_a_pair_is_marked(stored: Desk) -> None:
    stored.environ["KRAKENTUI_API_KEY"] = a_key(7)
    _, lines = stored.doctor()
    assert "set both, or neither" in marked(lines)[0]


@pytest.mark.parametrize("term", ["", "dumb"])
def test_a_terminal_that_shows_no_screen_is_told(stored: Desk, term: str) -> None:
    stored.environ["TERM"] = term
    _, lines = stored.doctor()
    assert has(lines, f"TERM={term or 'not set'}") or has(lines, term or "TERM is not set")


def test_without_any_key_it_says_what_a_run_shows(desk: Desk) -> None:
    desk.door.answer_always("SystemStatus", STATUS)
    code, lines = desk.doctor()
    assert code == 0
    assert has(lines, "none: `krakentui keys add` stores one")
    assert has(lines, "there is no key: a run shows public markets only")
