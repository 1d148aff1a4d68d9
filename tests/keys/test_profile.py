"""The list of profiles: what it takes, what it refuses, where it points (F39)."""

import contextlib
import fcntl
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from krakentui.keys import profile_list
from krakentui.keys.offer import Machine
from krakentui.keys.profile import Profile, Profiles, check_name
from krakentui.keys.profile_text import parse, written
from krakentui.model.clock import SystemClock
from krakentui.model.error import KeyProblem, UsageError
from tests.support.keys import a_key, a_profile

FILE = Path("profiles.toml")
MAIN = '[profile.main]\naccount = "private"\npurpose = "watch+cancel"\nstore = "keyring"\n'


def complaint(text: str) -> str:
    with pytest.raises(UsageError) as caught:
        parse(text.encode(), FILE)
    return str(caught.value)


def test_a_list_is_read() -> None:
    told = parse(
        f'default = "main"\nwithdraw_accepted = ["0123456789ab"]\n{MAIN}'
        'fingerprint = "ba9876543210"\nsecond_factor = true\n'
        '[profile."bot.2"]\naccount = "private"\npurpose = "watch"\nstore = "command"\n'
        'key_command = "pass show \'kraken bot\'"\ncancel_with = "main"\n'.encode(),
        FILE,
    )
    main = a_profile(store="keyring", fingerprint="ba9876543210")
    bot = a_profile(
        "bot.2",
        purpose="watch",
        store="command",
        key_command=("pass", "show", "kraken bot"),
        cancel_with="main",
    )
    assert told == Profiles(
        profiles=(structs.replace(main, second_factor=True), bot),
        default="main",
        withdraw_accepted=frozenset({"0123456789ab"}),
    )


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("x = 1\n", "profiles.toml:1: unknown setting x."),
        ("default = 1\n", "profiles.toml:1: default must be the name of a profile."),
        ('default = "main"\n', "profiles.toml:1: there is no profile main."),
        (f'default = "x"\n{MAIN}', "profiles.toml:1: there is no profile x."),
        ("profile = 1\n", "profiles.toml:1: a profile is a table like [profile.main]."),
        ("[profile]\nmain = 1\n", "profiles.toml:2: a profile is a table like [profile.main]."),
        ("[profile.main]\n", "profiles.toml:1: it does not say its account."),
        (MAIN + "secret = 1\n", "profiles.toml:5: a profile has no secret; secrets do not belong here."),
        (MAIN + "fingerprint = 'xyz'\n", "profiles.toml:5: fingerprint must be the 12 hex digits"),
        (MAIN + "second_factor = 'yes'\n", "profiles.toml:5: second_factor must be true or false."),
        (MAIN + "key_command = 'a \"b'\n", "key_command must be a command line whose quotes are closed."),
        (MAIN + "key_command = []\n", "key_command must be a command line, or a list of words."),
        (MAIN + "key_command = [1]\n", "key_command must be a command line, or a list of words."),
        (MAIN + f"key_command = 'echo {a_key()}'\n", "a command that fetches the key, not one that holds it"),
        (MAIN + "cancel_with = 'x'\n", "profiles.toml:5: there is no profile x."),
        (MAIN + "cancel_with = 'main'\n", "profiles.toml:5: a profile does not name itself."),
        (MAIN.replace("private", ""), "profiles.toml:2: account must be a name of 1 to 32 visible"),
        (MAIN.replace("private", "a\\u001b[2J"), "profiles.toml:2: account must be a name of 1 to 32"),
        (MAIN.replace("+cancel", "+trade"), 'profiles.toml:3: purpose must be "watch" or "watch+cancel".'),
        (MAIN.replace("keyring", "cloud"), "profiles.toml:4: store must be one of command, systemd, "),
        (MAIN.replace('"keyring"', '"command"'), 'it says store = "command", but there is no key_command.'),
        (MAIN.replace(".main", '."../x"'), "profiles.toml:1: that is no name for a key."),
        (MAIN.replace(".main", ".environment"), "profiles.toml:1: that is no name for a key."),
        (MAIN + MAIN.replace("main", "Main"), "profiles.toml:5: the name is there twice"),
        ("default = \n", "profiles.toml:1:11: "),
        ("[profile.main\n", "profiles.toml:1:"),
    ],
)
def test_what_is_wrong_is_told_with_file_and_line(text: str, sentence: str) -> None:
    assert sentence in complaint(text)


def test_no_complaint_repeats_a_key() -> None:
    assert a_key()[:8] not in complaint(MAIN + f"key_command = 'echo {a_key()}'\n")


@pytest.mark.parametrize(
    ("account", "purpose", "more", "why"),
    [
        ("business", "watch+cancel", "", "helper belongs to the account business, not to private"),
        ("private", "watch", "", "helper is for watching only"),
        ("private", "watch+cancel", 'cancel_with = "main"\n', "helper names a helper of its own"),
    ],
)
def test_a_helper_that_does_not_fit_is_refused(account: str, purpose: str, more: str, why: str) -> None:
    helper = f'[profile.helper]\naccount = "{account}"\npurpose = "{purpose}"\nstore = "file"\n{more}'
    assert complaint(MAIN + 'cancel_with = "helper"\n' + helper) == f"profiles.toml:5: {why}."


NAMES = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,31}", fullmatch=True).filter(
    lambda name: name.casefold() != "environment"
)
WORDS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
PROFILES = st.builds(
    Profile,
    name=NAMES,
    account=st.sampled_from(["private", "Bürogemeinschaft GmbH", 'a "b" \\ c']),
    purpose=st.sampled_from(["watch", "watch+cancel"]),
    store=st.sampled_from(["systemd", "keyring", "encrypted", "file", "prompt"]),
    fingerprint=st.sampled_from(["", "0123456789ab"]),
    key_command=st.lists(WORDS, max_size=3).map(tuple),
    second_factor=st.booleans(),
)


@given(st.lists(PROFILES, max_size=4, unique_by=lambda profile: profile.name.casefold()), st.data())
def test_what_is_written_is_read_back(profiles: list[Profile], data: st.DataObject) -> None:
    default = data.draw(st.sampled_from([None, *(profile.name for profile in profiles)]))
    told = Profiles(profiles=tuple(profiles), default=default, withdraw_accepted=frozenset({"0" * 12}))
    assert parse(written(told), FILE) == told


@given(st.binary(max_size=200))
def test_no_bytes_do_more_than_be_refused(data: bytes) -> None:
    with contextlib.suppress(UsageError):
        parse(data, FILE)


# --- acts ---------------------------------------------------------------------------------------


def some(*names: str) -> Profiles:
    told = Profiles()
    for name in names:
        told = told.with_profile(a_profile(name))
    return told


def test_the_first_profile_is_the_default() -> None:
    assert some("a", "b").default == "a"
    assert some("a").with_profile(a_profile("b"), default=True).default == "b"


def test_a_name_is_taken_once_whatever_its_case() -> None:
    with pytest.raises(UsageError, match="There is a key profile Main already"):
        some("main").with_profile(a_profile("Main"))


def test_the_last_one_left_becomes_the_default() -> None:
    assert some("a", "b").without("a").default == "b"
    assert some("a", "b", "c").without("a").default is None
    assert some("a", "b", "c").without("b").default == "a"


def test_a_helper_is_not_removed_under_its_profile() -> None:
    told = some("help").with_profile(a_profile("main", cancel_with="help"))
    with pytest.raises(UsageError, match="The profile main cancels with help"):
        told.without("help")


def test_whoever_names_a_renamed_profile_follows() -> None:
    told = some("help").with_profile(a_profile("main", cancel_with="help")).renamed("help", "second")
    assert told.default == "second"
    assert told.named("main").cancel_with == "second"


def test_only_the_case_of_a_name_may_change() -> None:
    assert some("main").renamed("main", "Main").default == "Main"


@pytest.mark.parametrize("new", ["", "../x", "a b", "environment", "x" * 33, ".x", "é"])
def test_a_name_that_is_no_file_name_is_refused(new: str) -> None:
    with pytest.raises(UsageError):
        some("main").renamed("main", new)
    with pytest.raises(UsageError, match="is no name for a key"):
        check_name(new)


def test_an_unknown_profile_is_told_with_those_there_are() -> None:
    with pytest.raises(UsageError, match=r"There is no key profile x\. There are a, b\."):
        some("a", "b").named("x")
    with pytest.raises(UsageError, match="`krakentui keys add` makes one"):
        Profiles().named("x")


# --- the file -----------------------------------------------------------------------------------


def test_no_file_is_an_empty_list(tmp_path: Path) -> None:
    assert profile_list.read(tmp_path / "none" / "profiles.toml") == Profiles()


def test_a_change_is_on_disk_and_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "new" / "profiles.toml"
    profile_list.change(path, lambda told: told.with_profile(a_profile()))
    assert profile_list.read(path).default == "main"
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_a_refused_change_leaves_the_list_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "profiles.toml"
    path.write_text(MAIN)
    path.chmod(0o600)
    with pytest.raises(UsageError):
        profile_list.change(path, lambda told: told.without("x"))
    assert path.read_text() == MAIN


def test_a_bad_list_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "profiles.toml"
    path.write_text("default = 1\n")
    with pytest.raises(UsageError, match=r"profiles\.toml:1: "):
        profile_list.change(path, lambda told: told.with_profile(a_profile()))
    assert path.read_text() == "default = 1\n"


@pytest.mark.parametrize("mode", [0o602, 0o620, 0o666])
def test_a_list_that_others_may_write_is_not_used(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "profiles.toml"
    path.write_text(MAIN)
    path.chmod(mode)
    with pytest.raises(UsageError, match="Others may write to"):
        profile_list.read(path)


def test_a_list_that_is_a_link_stays_one(tmp_path: Path) -> None:
    (tmp_path / "dotfiles").mkdir()
    there, path = tmp_path / "dotfiles" / "p.toml", tmp_path / "profiles.toml"
    there.write_text("")
    path.symlink_to(there)
    profile_list.change(path, lambda told: told.with_profile(a_profile()))
    assert path.is_symlink()
    assert b"[profile" in there.read_bytes()


def test_programs_that_change_the_list_at_once_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "profiles.toml"
    code = (
        "import sys; from pathlib import Path; from krakentui.keys import profile_list;"
        "from tests.support.keys import a_profile\n"
        "for n in range(8):\n"
        " profile_list.change(Path(sys.argv[1]), lambda t: t.with_profile(a_profile(f'{sys.argv[2]}{n}')))"
    )
    several = [
        subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-c", code, str(path), letter],
            cwd=Path(__file__).parents[2],
            env=dict(os.environ),
        )
        for letter in "abc"
    ]
    assert [process.wait() for process in several] == [0, 0, 0]
    assert len(profile_list.read(path).profiles) == 24


def test_a_list_that_cannot_be_read_may_name_any_key_and_none_that_is_not_there(tmp_path: Path) -> None:
    path = tmp_path / "profiles.toml"
    with profile_list.opened(path) as listing:
        listing.write(Profiles().with_profile(a_profile()))
        assert [listing.names("main"), listing.names("other")] == [True, False]
        path.write_text("rubbish")
        assert listing.names("other")
        path.unlink()
        assert not listing.names("main")
        path.mkdir()
        assert not listing.names("main")


def test_a_program_that_stopped_while_it_changes_the_list_is_not_waited_for_for_ever(tmp_path: Path) -> None:
    """It is waited for longer than any act can take: five times the keyring, each with its time to die."""
    path = tmp_path / "profiles.toml"
    profile_list.change(path, lambda told: told.with_profile(a_profile()))
    before = path.read_bytes()
    waited = list[float]()
    with (tmp_path / ".profiles.toml.lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(KeyProblem, match="is left as it is: another program"):
            profile_list.change(path, lambda told: told.without("main"), waited.append)
    here = Machine(environ={}, folder=tmp_path, clock=SystemClock())
    assert 5 * (here.ring_limit_s + 1) < sum(waited) < 60
    assert max(waited) < 0.2, "the user sees it go on at once"
    assert path.read_bytes() == before
    assert profile_list.change(path, lambda told: told.without("main")).profiles == ()


def test_a_change_goes_on_as_soon_as_the_other_program_is_done(tmp_path: Path) -> None:
    path = tmp_path / "profiles.toml"
    waited = list[float]()
    with (tmp_path / ".profiles.toml.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)

        def pause(seconds: float) -> None:
            waited.append(seconds)
            if len(waited) == 3:
                fcntl.flock(lock, fcntl.LOCK_UN)

        profile_list.change(path, lambda told: told.with_profile(a_profile()), pause)
    assert len(waited) == 3
    assert profile_list.read(path).default == "main"


def test_a_writer_killed_in_between_leaves_the_old_list_whole(tmp_path: Path) -> None:
    path = tmp_path / "profiles.toml"
    profile_list.change(path, lambda told: told.with_profile(a_profile()))
    before = path.read_bytes()
    code = (
        "import os, signal, sys; from pathlib import Path; from krakentui.keys import profile_list\n"
        "from tests.support.keys import a_profile\n"
        "os.replace = lambda *a, **k: os.kill(os.getpid(), signal.SIGKILL)\n"
        "profile_list.change(Path(sys.argv[1]), lambda t: t.with_profile(a_profile('second')))"
    )
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", code, str(path)], cwd=Path(__file__).parents[2], check=False
    )
    assert done.returncode == -9
    assert path.read_bytes() == before
    changed = profile_list.change(path, lambda told: told.with_profile(a_profile("third")))
    assert [profile.name for profile in changed.profiles] == ["main", "third"]
