"""`krakentui keys` on a pty and memory: what is asked, stored, refused, and never shown."""

import json
import logging
import sys
from collections.abc import Iterator
from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest
from msgspec import structs

from krakentui import log
from krakentui.commands import keys_add
from krakentui.commands.parser import parse
from krakentui.commands.which_key import choose_key
from krakentui.engine.nonce import NonceMark
from krakentui.keys import key_file, profile_list, ring, sealed
from krakentui.keys.pair import stored_text
from krakentui.keys.profile import Profiles
from krakentui.model.clock import SystemClock
from krakentui.model.error import KeyProblem, KrakentuiError, NotSent, UsageError
from tests.commands.desk import Desk, holds_secrets
from tests.support.exchange import PERMISSIONS, key_info, ok, refused
from tests.support.keys import a_key, a_pair, a_profile, a_secret
from tests.support.tty import Typist

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def quiet_log() -> Iterator[None]:
    level, handlers = logging.getLogger().level, [*logging.getLogger().handlers]
    yield
    log.stop()
    logging.getLogger().setLevel(level)
    logging.getLogger().handlers[:] = handlers


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    return Desk(tmp_path, capsys)


PASTE = (a_key(), a_secret())


# --- the conversation ---------------------------------------------------------------------------


def test_the_wizard_asks_checks_stores_and_lists(desk: Desk) -> None:
    code, shown = desk.add("", "", "private", "2", *PASTE, "1")
    assert code == 0
    assert desk.profiles.default == "main"
    profile = desk.profiles.named("main")
    assert (profile.account, profile.purpose, profile.store) == ("private", "watch+cancel", "keyring")
    assert profile.fingerprint == a_pair().fingerprint
    assert desk.key_of("main") == a_key()
    assert "Stored as main in the OS keyring (rings.Good)." in shown
    assert "Start with `krakentui`." in shown
    assert desk.door.calls == ["Time", "GetApiKeyInfo"]


def test_nothing_of_the_secret_is_shown_or_written_elsewhere(desk: Desk) -> None:
    logging.getLogger("krakentui").setLevel(logging.DEBUG)
    _, shown = desk.add("", "", "", "", *PASTE, "1")
    assert not holds_secrets(shown)
    assert not holds_secrets(desk.files())
    assert holds_secrets((desk.home / "ring").read_bytes())


def test_the_wizard_tells_page_boxes_websocket_addresses_and_expiry(desk: Desk) -> None:
    _, shown = desk.add("", "", "", "2", *PASTE, "1")
    for words in (
        "Settings, API, Spot trading API",
        "Funds permissions: Query",
        "Query open orders & trades",
        "Query closed orders & trades",
        "Cancel & close orders",
        "WebSocket interface: On",
        "off at first",
        "Leave off: Create & modify orders",
        "Withdraw",
        "IP address restriction",
        "Key expiration",
    ):
        assert words in shown
    _, shown = desk.add("", "second", "", "1", *PASTE, "1")
    assert "Cancel & close orders" not in shown.partition("Leave off")[0]


@pytest.mark.parametrize(
    ("number", "store"), [("1", "keyring"), ("2", "encrypted"), ("3", "file"), ("4", "prompt")]
)
def test_every_store_can_be_chosen(desk: Desk, number: str, store: str) -> None:
    words = ("short", "correct horse", "correct horsE", "correct horse", "correct horse")
    answers = ["main", "", "2", *PASTE, number, *(words if store == "encrypted" else ())]
    code, shown = desk.add("", *answers)
    assert code == 0
    assert desk.profiles.named("main").store == store
    assert not holds_secrets(desk.files())
    if store == "encrypted":
        assert "It has at least 10 characters" in shown
        assert "The two are not the same." in shown
        assert not holds_secrets(b"".join(file.read_bytes() for file in (desk.home / "keys").iterdir()))
    if store == "prompt":
        assert "its secret is not kept here" in shown
        assert not (desk.home / "keys").exists()


@pytest.mark.parametrize(
    ("backend", "why"),
    [
        (
            "keyring.backends.fail.Keyring",
            "The OS keyring cannot be used: There is no keyring on this machine.",
        ),
        ("keyring.backends.null.Keyring", "The keyring null.Keyring stores nothing."),
        ("tests.keys.rings.PlaintextKeyring", "would keep the key in plain text."),
    ],
)
def test_without_a_keyring_the_choice_is_put_in_words(desk: Desk, backend: str, why: str) -> None:
    desk.environ["PYTHON_KEYRING_BACKEND"] = backend
    code, shown = desk.add("", "", "", "2", *PASTE, "2")
    assert code == 0
    assert why in shown
    assert "1  a file that your passphrase opens" in shown
    assert "2  a plain file that only you can read: whoever gets hold of your files has the key" in shown
    assert (desk.home / "keys" / "main.key").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("backend", ["Locked", "Forgetful"])
def test_a_keyring_that_does_not_store_leaves_nothing_listed(desk: Desk, backend: str) -> None:
    desk.environ["PYTHON_KEYRING_BACKEND"] = f"tests.keys.rings.{backend}"
    with pytest.raises(KeyProblem, match="did not store the key"):
        desk.add("", "", "", "2", *PASTE, "1")
    assert desk.profiles == Profiles()


def test_a_list_that_cannot_be_written_takes_the_secret_back(desk: Desk) -> None:
    ask = desk.door.send

    async def spoil(*args: object, **kwargs: object) -> tuple[int, bytes]:
        (desk.home / "profiles.toml").write_text("default = 1\n")
        return await ask(*args, **kwargs)  # type: ignore[arg-type]  # handed on as it came

    desk.door.send = spoil  # type: ignore[method-assign]  # somebody edits the list meanwhile
    with pytest.raises(UsageError, match=r"profiles\.toml:1"):
        desk.add("", "", "", "2", *PASTE, "1")
    assert not ring.find("main", desk.machine).pair


def test_a_taken_name_is_told_before_the_key_is_pasted(desk: Desk) -> None:
    desk.add("", "", "", "2", *PASTE, "1")
    with pytest.raises(UsageError, match="There is a key profile MAIN already"):
        desk.add("", "MAIN", "", "2")


# --- the check ----------------------------------------------------------------------------------


@pytest.mark.parametrize("ending", ["key", "sealed"])
@pytest.mark.parametrize("store", ["prompt", "keyring", "encrypted", "file"])
def test_a_leftover_file_under_the_name_is_told_before_the_key_is_pasted(
    desk: Desk, ending: str, store: str
) -> None:
    """A run would take the key from it, or storing would write over the only copy of another one."""
    key_file.keep("main", a_pair(9), desk.machine)
    leftover = (desk.home / "keys" / "main.key").rename(desk.home / "keys" / f"main.{ending}")
    before = leftover.read_bytes()
    with (
        Typist("", "", "2", "\x04") as typist,
        pytest.raises(KeyProblem, match=rf"There is a file .*main\.{ending} already"),
    ):
        keys_add.run(
            parse(["keys", "add", "--store", store]),
            desk.environ,
            structs.replace(desk.machine, terminal=typist.terminal),
            desk.door,
        )
    assert "API key" not in typist.shown
    assert (leftover.read_bytes(), desk.profiles.profiles, desk.door.calls) == (before, (), [])


def test_what_is_missing_is_told_and_stored_only_on_a_yes(desk: Desk) -> None:
    desk.door.answer_always("GetApiKeyInfo", key_info("query-funds"))
    code, shown = desk.add("", "", "", "2", *PASTE, "no")
    assert code == 5
    assert 'MISSING  It may not cancel orders. The cancel keys do nothing. Tick "Orders and trades' in shown
    assert desk.profiles == Profiles()
    assert not (desk.home / "ring").exists()
    code, _ = desk.add("", "", "", "2", *PASTE, "yes", "1")
    assert code == 0


def test_a_key_that_may_withdraw_is_not_stored_unless_its_fingerprint_is_accepted(desk: Desk) -> None:
    desk.door.answer_always("GetApiKeyInfo", key_info(*PERMISSIONS, "withdraw-funds"))
    code, shown = desk.add("", "", "", "2", *PASTE)
    assert code == 3
    assert f"--accept-withdraw {a_pair().fingerprint}" in shown
    assert "DANGER   It may withdraw funds." in shown
    assert desk.profiles == Profiles()
    code, _ = desk.add(f"--accept-withdraw {'0' * 12}", "", "", "2", *PASTE)
    assert code == 3
    code, _ = desk.add(f"--accept-withdraw {a_pair().fingerprint}", "", "", "2", *PASTE, "yes", "1")
    assert code == 0
    assert choose_key(parse([]), desk.environ, desk.machine).withdraw_accepted >= {a_pair().fingerprint}


@pytest.mark.parametrize(
    ("answer", "code", "words"),
    [
        (refused("EAPI:Invalid key"), 3, "Kraken does not know this key"),
        (refused("EAPI:Invalid signature"), 3, "wrong secret for this key"),
        (refused("EGeneral:Temporary lockout"), 3, "locked this key out"),
        (refused("EAPI:Rate limit exceeded"), 1, "could not be checked"),
        ("<html>", 1, "could not be checked"),
        (NotSent("The exchange cannot be reached."), 1, "The exchange cannot be reached."),
    ],
)
def test_a_key_that_was_not_accepted_is_not_stored(
    desk: Desk, answer: str | Exception, code: int, words: str
) -> None:
    desk.door.answer_always("GetApiKeyInfo", answer)
    pasted = PASTE * (3 if "EAPI:Invalid" in str(answer) else 1)
    got, shown = desk.add("", "", "", "2", *pasted)
    assert got == code
    assert words in shown
    assert "Nothing is stored." in shown
    assert not (desk.home / "ring").exists()


def test_a_key_that_wants_its_second_factor_is_found_out_and_checked_with_it(desk: Desk) -> None:
    desk.door.answer_always("BalanceEx", refused("EGeneral:Permission denied"))
    desk.door.answer("GetApiKeyInfo", refused("EGeneral:Permission denied"))
    code, shown = desk.add("", "", "", "2", *PASTE, "yes", "tulip field", "1")
    assert code == 0
    assert "seems to want its second factor with every call" in shown
    assert desk.profiles.named("main").second_factor
    assert desk.door.bodies[-1].endswith("&otp=tulip+field")
    everything = shown.encode() + desk.files() + (desk.home / "ring").read_bytes()
    assert b"tulip" not in everything


def test_a_key_that_is_not_described_but_works_is_stored(desk: Desk) -> None:
    desk.door.answer_always("GetApiKeyInfo", refused("EGeneral:Unknown method"))
    desk.door.answer_always("BalanceEx", ok({}))
    code, shown = desk.add("--purpose watch", "", "", *PASTE, "1")
    assert code == 0
    assert "Kraken does not describe it: what it may do shows when it is used." in shown


def test_a_simulator_key_is_never_stored(desk: Desk) -> None:
    with pytest.raises(UsageError, match="put it into KRAKENTUI_API_KEY and KRAKENTUI_API_SECRET"):
        desk.add("", "", "", "2", "SIM-abc", a_secret())
    code, shown = desk.add("--endpoint http://127.0.0.1:1", "", "", "2", "SIM-abc", a_secret())
    assert code == 1
    never = "A key of the simulated exchange is never stored."
    assert shown.index(never) < shown.index("What will you call this key?")
    assert shown.rstrip().endswith(f"{never} Nothing is stored.")
    assert desk.profiles == Profiles()
    assert not (desk.home / "ring").exists()


@pytest.mark.parametrize("words", ["--store keyring --from-stdin", "--store prompt", "--default"])
def test_where_a_simulator_key_was_to_be_stored_nothing_is_asked(desk: Desk, words: str) -> None:
    with pytest.raises(UsageError, match=r"never stored\. A simulated exchange takes a pair of the environ"):
        desk.add(f"main --endpoint http://127.0.0.1:1 {words}")
    assert desk.door.calls == []


@pytest.mark.parametrize("words", ["check", "check main"])
def test_where_a_simulated_exchange_is_asked_the_way_that_works_is_named(desk: Desk, words: str) -> None:
    with pytest.raises(KrakentuiError, match=r"environment alone: .* and name no stored key\.$"):
        desk.run(f"{words} --endpoint http://127.0.0.1:1")


@pytest.mark.parametrize("code", ["EAPI:Invalid key", "EAPI:Invalid signature"])
def test_a_pair_that_kraken_does_not_take_is_asked_for_again_with_all_answers_kept(
    desk: Desk, code: str
) -> None:
    desk.door.answer("GetApiKeyInfo", refused(code), refused(code))
    wrong = (a_key(), a_secret(2))
    got, shown = desk.add("", "mine", "private", "2", *wrong, *wrong, *PASTE, "1")
    assert got == 0
    assert shown.count("Once more, please, both parts:") == 2
    assert (desk.profiles.named("mine").account, desk.key_of("mine")) == ("private", a_key())


def test_a_script_whose_pair_is_not_taken_is_asked_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.door.answer_always("GetApiKeyInfo", refused("EAPI:Invalid signature"))
    from_stdin(monkeypatch, stored_text(a_pair()))
    code, shown = desk.add("main --store keyring --from-stdin")
    assert code == 3
    assert "Once more" not in shown


def test_a_real_key_does_not_go_to_a_simulator(desk: Desk) -> None:
    with pytest.raises(UsageError, match="With --endpoint only keys of a simulated exchange"):
        desk.add("--endpoint http://127.0.0.1:1", "", "", "2", *PASTE)
    assert desk.door.calls == []


def test_the_check_takes_its_nonce_from_the_persisted_row(desk: Desk) -> None:
    mark = NonceMark(SystemClock(), a_pair().fingerprint, desk.home / "state")
    far_ahead = mark.take() + 10**9
    (desk.home / "state" / f"nonce-{a_pair().fingerprint}").write_text(str(far_ahead))
    desk.add("", "", "", "2", *PASTE, "1")
    assert desk.door.bodies[1] == f"nonce={far_ahead + 1}"


# --- scripts ------------------------------------------------------------------------------------


def from_stdin(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(text.encode())))


def test_a_script_hands_the_pair_over_by_stdin(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    from_stdin(monkeypatch, stored_text(a_pair()))
    code, shown = desk.add("bot --account shop --store file --from-stdin")
    assert code == 0
    profile = desk.profiles.named("bot")
    assert (profile.account, profile.purpose, profile.store) == ("shop", "watch+cancel", "file")
    assert desk.key_of("bot") == a_key()
    assert "Start with `krakentui`." in shown
    assert not holds_secrets(shown)


def test_a_script_hands_the_pair_over_by_the_environment(desk: Desk) -> None:
    desk.environ |= {"KRAKENTUI_API_KEY": a_key(), "KRAKENTUI_API_SECRET": a_secret()}
    code, _ = desk.add("--store file")
    assert code == 0
    assert desk.key_of("main") == a_key()
    assert "KRAKENTUI_API_SECRET" not in desk.environ


def test_a_password_manager_is_listed_and_nothing_is_stored(desk: Desk) -> None:
    manager = desk.home / "manager.py"
    manager.write_text(f"print({stored_text(a_pair())!r})")
    given = parse(["keys", "add", "--key-command", f"{sys.executable} {manager}"])
    assert keys_add.run(given, desk.environ, desk.machine, desk.door) == 0
    profile = desk.profiles.named("main")
    assert (profile.store, profile.key_command) == ("command", (sys.executable, str(manager)))
    assert desk.key_of("main") == a_key()
    assert not (desk.home / "keys").exists()


def test_a_systemd_credential_is_listed_with_what_the_unit_needs(desk: Desk) -> None:
    place = desk.home / "credentials"
    place.mkdir(mode=0o700)
    (place / "krakentui-main").write_text(stored_text(a_pair()))
    (place / "krakentui-main").chmod(0o400)
    desk.environ["CREDENTIALS_DIRECTORY"] = str(place)
    code, shown = desk.add("--store systemd")
    assert code == 0
    assert "LoadCredentialEncrypted=krakentui-main" in shown
    assert desk.key_of("main") == a_key()


def test_a_script_without_a_keyring_has_to_say_where(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"
    from_stdin(monkeypatch, stored_text(a_pair()))
    with pytest.raises(
        KeyProblem, match=r"There is no keyring on this machine\..*--store encrypted.*--store file"
    ):
        desk.add("--from-stdin")
    assert desk.profiles == Profiles()
    assert not (desk.home / "keys").exists()


def test_without_a_terminal_and_a_pair_it_says_how(desk: Desk) -> None:
    with pytest.raises(KeyProblem, match="hand it over by --from-stdin"):
        desk.add("")


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("--from-stdin --key-command x", "The key is given twice: by --from-stdin and by --key-command"),
        ("--store file --key-command x", "--store does not go with it"),
        ("--key-command '", "--key-command must be a command line whose quotes are closed"),
        ("--purpose trade", "--purpose cannot be trade"),
        ("--store cloud", "--store cannot be cloud"),
        ("--store command", "--store cannot be command"),
        ("environment", "is no name for a key"),
        ("../x", "is no name for a key"),
        ("--accept-withdraw xyz", "A fingerprint is the 12 hex digits"),
        ("--cancel-with none --key-command x", "there is no profile none"),
    ],
)
def test_what_does_not_fit_together_is_wrong_usage(desk: Desk, line: str, why: str) -> None:
    with pytest.raises(UsageError, match=why):
        desk.add(line)


# --- the other acts -----------------------------------------------------------------------------


@pytest.fixture
def stored(desk: Desk) -> Desk:
    """Three keys: a file, a keyring entry, an encrypted file."""
    key_file.keep("main", a_pair(1), desk.machine)
    ring.keep("bot", a_pair(2), desk.machine)
    told = Profiles()
    told = told.with_profile(a_profile("main", store="file", fingerprint=a_pair(1).fingerprint))
    told = told.with_profile(a_profile("bot", store="keyring", fingerprint=a_pair(2).fingerprint))
    told = told.with_profile(a_profile("away", account="shop", purpose="watch", store="systemd"))
    profile_list.change(desk.home / "profiles.toml", lambda _: told)
    return desk


def test_the_list_shows_what_there_is(stored: Desk) -> None:
    code, shown = stored.run("list")
    assert code == 0
    assert [line.split() for line in shown.splitlines()] == [
        ["name", "account", "purpose", "kept", "in", "fingerprint"],
        ["*", "main", "private", "watch+cancel", "file", a_pair(1).fingerprint],
        ["bot", "private", "watch+cancel", "keyring", a_pair(2).fingerprint],
        ["away", "shop", "watch", "systemd", "not", "seen", "yet"],
    ]
    told = json.loads(stored.run("list --json")[1])
    assert (told["v"], told["default"], [one["name"] for one in told["profiles"]]) == (
        1,
        "main",
        ["main", "bot", "away"],
    )


def test_an_empty_list_says_what_to_do(desk: Desk) -> None:
    assert desk.run("list") == (0, "There are no stored keys yet: `krakentui keys add` stores one.\n")


@pytest.mark.parametrize(("old", "seed"), [("main", 1), ("bot", 2)])
def test_a_renamed_key_is_found_under_its_new_name_only(stored: Desk, old: str, seed: int) -> None:
    assert stored.run(f"rename {old} fresh")[0] == 0
    assert stored.key_of("fresh") == a_key(seed)
    assert stored.profiles.default == ("fresh" if old == "main" else "main")
    assert old not in (stored.home / "ring").read_text()
    assert not (stored.home / "keys" / f"{old}.key").exists()


def test_a_rename_never_overwrites_a_leftover(stored: Desk) -> None:
    key_file.keep("fresh", a_pair(7), stored.machine)
    with pytest.raises(KeyProblem, match=r"There is a file .*fresh\.key already"):
        stored.run("rename main fresh")
    assert stored.key_of("main") == a_key(1)
    assert stored.profiles.default == "main"


def test_a_rename_that_the_list_refuses_changes_nothing(stored: Desk) -> None:
    with pytest.raises(UsageError):
        stored.run("rename main bot")
    with pytest.raises(UsageError):
        stored.run("rename main ../x")
    assert stored.key_of("main") == a_key(1)


def test_a_removed_key_is_gone_from_list_and_store(stored: Desk) -> None:
    code, shown = stored.run("remove main --yes")
    assert code == 0
    assert "main is removed from the file." in shown
    assert "At Kraken the key goes on existing" in shown
    assert not (stored.home / "keys" / "main.key").exists()
    assert stored.run("remove bot --yes")[0] == 0
    assert json.loads((stored.home / "ring").read_text()) == {}
    assert [one.name for one in stored.profiles.profiles] == ["away"]


def test_a_key_is_not_removed_without_a_question(stored: Desk) -> None:
    with pytest.raises(UsageError, match="say --yes"):
        stored.run("remove main")
    assert stored.key_of("main") == a_key(1)


def test_a_key_whose_keyring_is_locked_is_unlisted_and_that_is_told(stored: Desk) -> None:
    stored.environ["PYTHON_KEYRING_BACKEND"] = "tests.keys.rings.Locked"
    with pytest.raises(KeyProblem, match="The secret may still be there"):
        stored.run("remove bot --yes")
    assert [one.name for one in stored.profiles.profiles] == ["main", "away"]


def test_another_default_can_be_chosen(stored: Desk) -> None:
    assert stored.run("default bot") == (0, "bot is used when no other key is named.\n")
    assert stored.profiles.default == "bot"


@pytest.mark.parametrize("line", ["check x", "rename x y", "remove x --yes", "default x"])
def test_an_unknown_key_is_told_with_those_there_are(stored: Desk, line: str) -> None:
    with pytest.raises(UsageError, match=r"no key profile x\. There are main, bot, away\."):
        stored.run(line)


@pytest.mark.parametrize(
    ("permissions", "code", "words"),
    [
        (PERMISSIONS, 0, "It is fine for its purpose."),
        (PERMISSIONS[:2], 10, "not enough for its purpose"),
        ((*PERMISSIONS, "add-funds"), 10, "DANGER   It may make deposit addresses."),
        ((*PERMISSIONS, "withdraw-funds"), 3, "may withdraw funds, so it is not used"),
    ],
)
def test_a_check_has_an_exit_code_and_words(
    stored: Desk, permissions: tuple[str, ...], code: int, words: str
) -> None:
    stored.door.answer_always("GetApiKeyInfo", key_info(*permissions))
    got, shown = stored.run("check main")
    assert got == code
    assert words in shown
    assert shown.startswith("Key main of account private, for watch+cancel; fingerprint ")
    assert f"from the file {stored.home}/keys/main.key." in shown
    told = json.loads(stored.run("check main --json")[1])
    assert (told["exit"], told["profile"], told["account"]) == (code, "main", "private")
    assert told["permissions"] == sorted(permissions)
    assert not holds_secrets(shown + json.dumps(told))


def test_a_key_that_may_withdraw_is_accepted_by_its_fingerprint(stored: Desk) -> None:
    stored.door.answer_always("GetApiKeyInfo", key_info(*PERMISSIONS, "withdraw-funds"))
    code, shown = stored.run(f"check main --accept-withdraw {a_pair(1).fingerprint}")
    assert code == 10
    assert "DANGER   It may withdraw funds." in shown
    assert "may withdraw, accepted" in stored.run("list")[1]


def test_a_replaced_key_is_taken_for_the_new_one_once_it_is_checked(stored: Desk) -> None:
    key_file.keep("main", a_pair(5), stored.machine)
    _, shown = stored.run("check")
    assert "holds another key" in shown
    assert stored.profiles.named("main").fingerprint == a_pair(5).fingerprint
    assert "holds another key" not in stored.run("check")[1]


def test_a_check_is_told_though_the_list_cannot_be_changed(stored: Desk) -> None:
    ask = stored.door.send

    async def spoil(*args: object, **kwargs: object) -> tuple[int, bytes]:
        answer = await ask(*args, **kwargs)  # type: ignore[arg-type]  # handed on as it came
        if "GetApiKeyInfo" in stored.door.calls:
            (stored.home / "profiles.toml").chmod(0o666)
        return answer

    stored.door.send = spoil  # type: ignore[method-assign]  # something else happens meanwhile
    key_file.keep("main", a_pair(4), stored.machine)
    with pytest.raises(UsageError, match="Others may write to"):
        stored.run("check main")
    assert a_pair(4).fingerprint in stored.capture.readouterr().out


def test_a_check_without_any_key_says_so(desk: Desk) -> None:
    with pytest.raises(KeyProblem, match="`krakentui keys add` stores one"):
        desk.run("check")


def test_without_an_act_the_keys_are_listed(stored: Desk) -> None:
    assert stored.run("") == stored.run("list")


def test_a_name_by_option_is_wrong_usage_where_it_would_be_ignored(stored: Desk) -> None:
    for line in ("add --profile x", "list --profile main", "remove main --profile main --yes"):
        with pytest.raises(UsageError, match="stands behind the act"):
            stored.run(line)
    assert stored.run("check --profile main")[0] == 0


def test_an_act_that_is_none_is_wrong_usage() -> None:
    with pytest.raises(UsageError, match="steal"):
        parse(["keys", "steal"])


def test_an_encrypted_key_is_renamed_without_its_passphrase(stored: Desk) -> None:
    profile_list.change(
        stored.home / "profiles.toml", lambda told: told.with_profile(a_profile("safe", store="encrypted"))
    )
    sealed.keep("safe", a_pair(3), a_pair(4).secret, stored.machine, 2**4)
    assert stored.run("rename safe deposit")[0] == 0
    assert (stored.home / "keys" / "deposit.sealed").exists()


def test_every_failure_is_one_of_ours(stored: Desk) -> None:
    (stored.home / "keys" / "main.key").chmod(0o644)
    with pytest.raises(KrakentuiError, match="chmod 600"):
        stored.run("check main")
