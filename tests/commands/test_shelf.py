"""Which keys a running monitor can switch to, and which are asked for at a start only."""

from pathlib import Path

import pytest
from msgspec import structs

from krakentui.commands.live import choice_told
from krakentui.commands.parser import Given
from krakentui.commands.shelf import WHERE, stored_shelf
from krakentui.engine.offered import Shelf
from krakentui.keys import key_file, profile_list
from krakentui.keys.profile import Profile, Profiles, Store
from krakentui.model.clock import SystemClock
from krakentui.settings import Settings
from tests.support.keys import a_key, a_machine, a_pair, a_profile


def shelf(
    folder: Path,
    *profiles: Profile,
    given: Given | None = None,
    held: str | None = "main",
    settings: Settings | None = None,
) -> Shelf:
    """List the keys of these profiles in a run that began with one of them."""
    told = Profiles()
    for one in profiles:
        told = told.with_profile(one)
    if profiles:
        profile_list.change(folder / "profiles.toml", lambda _: told)
    environ = {"KRAKENTUI_CONFIG": str(folder / "config.toml"), **a_machine(folder).environ}
    key = None if held is None else a_pair(name=held, source="a paste")
    settings = settings or Settings(credentials=key, account="private")
    return stored_shelf(given or Given(), environ, settings)(SystemClock())


@pytest.mark.parametrize(
    ("names", "told"),
    [
        ((), ""),
        (("one",), "1 key is stored and is not the default: K takes"),
        (("one", "two"), "2 keys are stored and none of them is the default: K takes"),
    ],
)
def test_a_run_without_a_key_says_how_many_are_stored(
    tmp_path: Path, names: tuple[str, ...], told: str
) -> None:
    listed = Shelf(shelf(tmp_path, *(a_profile(name) for name in names), held=None).offered)
    why = choice_told(Settings(), lambda _: listed).keyless_why
    assert why.startswith(told) if told else not why
    assert not why or "`krakentui keys default NAME`" in why


def test_a_run_with_a_key_says_nothing_of_the_others(tmp_path: Path) -> None:
    listed = shelf(tmp_path, a_profile("one"), held=None)
    held = Settings(credentials=a_pair())
    assert choice_told(held, lambda _: listed) is held


def barriers(told: Shelf) -> dict[str, str]:
    return {one.name: one.barrier for one in told.offered}


def test_every_source_that_asks_nobody_can_be_switched_to(tmp_path: Path) -> None:
    profiles = [a_profile(one, store=one) for one in ("systemd", "keyring", "file")]
    profiles.append(a_profile("command", store="command", key_command=("pass",)))
    told = shelf(tmp_path, *profiles, held=None)
    assert barriers(told) == dict.fromkeys(("systemd", "keyring", "file", "command"), "")
    assert [one.is_default for one in told.offered] == [True, False, False, False]


@pytest.mark.parametrize(
    ("profile", "why"),
    [
        (a_profile("vault", store="encrypted"), "The passphrase of vault is asked for"),
        (a_profile("paste", store="prompt"), "The key paste is kept nowhere"),
        (structs.replace(a_profile("factor"), second_factor=True), "The second factor of factor is asked"),
    ],
    ids=lambda one: one.name if isinstance(one, Profile) else "",
)
def test_one_that_asks_a_person_says_how_to_begin_with_it(tmp_path: Path, profile: Profile, why: str) -> None:
    told = barriers(shelf(tmp_path, a_profile(), profile))
    assert told["main"] == ""
    assert told[profile.name].startswith(why)
    assert f"`krakentui --profile {profile.name}`" in told[profile.name]


def test_one_whose_second_key_is_asked_for_cannot_be_switched_to_either(tmp_path: Path) -> None:
    helper = a_profile("cancels", store="encrypted")
    told = barriers(shelf(tmp_path, a_profile(), helper, a_profile("reads", cancel_with="cancels")))
    assert told["reads"].startswith("The passphrase of cancels is asked for")


@pytest.mark.anyio
async def test_the_key_that_the_run_began_with_is_at_hand_where_it_was_asked_for(tmp_path: Path) -> None:
    (mine, _) = shelf(tmp_path, a_profile(store="prompt"), a_profile("other")).offered
    assert (mine.barrier, mine.source) == ("", "a paste")
    assert (await mine.fetch()).credentials.key == a_key()


@pytest.mark.anyio
@pytest.mark.parametrize("store", ["encrypted", "prompt", "file"])
async def test_a_name_that_went_to_another_key_hands_out_none_of_the_old(
    tmp_path: Path, store: Store
) -> None:
    other = a_profile(account="bob", store=store, fingerprint=a_pair(7).fingerprint)
    told = shelf(tmp_path, other)
    (held, listed) = told.offered
    assert (held.name, held.account, held.fingerprint) == ("main (this run)", "private", a_pair().fingerprint)
    assert (await held.fetch()).credentials.key == a_key()
    assert (listed.name, listed.account, listed.fingerprint) == ("main", "bob", a_pair(7).fingerprint)
    assert listed.source == WHERE[store]
    assert (listed.barrier == "") is (store == "file")
    assert told.trouble == (
        "main stands for another key in the list now: the one that this run began with is called "
        "main (this run)."
    )
    assert told.withdraw_accepted is not None


@pytest.mark.anyio
async def test_a_key_that_was_renamed_meanwhile_is_at_hand_under_its_new_name(tmp_path: Path) -> None:
    renamed = a_profile("new", store="prompt", fingerprint=a_pair().fingerprint)
    (mine,) = shelf(tmp_path, renamed).offered
    assert (mine.name, mine.barrier, mine.source) == ("new", "", "a paste")
    key = (await mine.fetch()).credentials
    assert (key.name, key.key) == ("new", a_key())


def test_a_key_that_was_never_seen_is_the_one_at_hand_only_for_the_same_account(tmp_path: Path) -> None:
    told = shelf(tmp_path, a_profile(account="bob", store="prompt"))
    assert [(one.name, one.account, one.barrier == "") for one in told.offered] == [
        ("main (this run)", "private", True),
        ("main", "bob", False),
    ]


def test_a_second_key_that_was_replaced_meanwhile_is_not_the_one_at_hand(tmp_path: Path) -> None:
    held, second = a_pair(), a_pair(2, name="cancels")
    settings = Settings(credentials=held, cancel_credentials=second, account="private")
    barred = {}
    for seed in (2, 7):
        helper = a_profile("cancels", store="prompt", fingerprint=a_pair(seed).fingerprint)
        reads = a_profile(store="prompt", fingerprint=held.fingerprint, cancel_with="cancels")
        offered = shelf(tmp_path, helper, reads, settings=settings).offered
        barred[seed] = {one.name: one.barrier != "" for one in offered}["main"]
    assert barred == {2: False, 7: True}


@pytest.mark.anyio
async def test_a_key_that_was_replaced_meanwhile_is_read_anew(tmp_path: Path) -> None:
    key_file.keep("main", a_pair(7), a_machine(tmp_path))
    (mine,) = shelf(tmp_path, a_profile()).offered
    assert (await mine.fetch()).credentials.key == a_key(7)


def test_the_pair_of_the_environment_stands_before_the_stored_keys(tmp_path: Path) -> None:
    told = shelf(tmp_path, a_profile("stored"), held="environment")
    assert [(one.name, one.purpose) for one in told.offered] == [
        ("environment", None),
        ("stored", "watch+cancel"),
    ]


def test_a_simulated_exchange_gets_none_of_the_stored_keys(tmp_path: Path) -> None:
    given = Given(endpoint="http://127.0.0.1:1")
    told = shelf(tmp_path, a_profile("stored"), given=given, held="environment")
    assert [one.name for one in told.offered] == ["environment"]
    assert shelf(tmp_path, given=given, held=None).offered == ()


def test_a_list_that_went_bad_is_told_and_the_key_in_use_stays(tmp_path: Path) -> None:
    shelf(tmp_path, a_profile())
    (tmp_path / "profiles.toml").write_text("default = 7\n")
    told = shelf(tmp_path)
    assert [one.name for one in told.offered] == ["main"]
    assert "profiles.toml" in told.trouble
    assert told.withdraw_accepted is None


def test_what_the_user_accepted_goes_along(tmp_path: Path) -> None:
    (tmp_path / "profiles.toml").write_text('withdraw_accepted = ["0123456789ab"]\n')
    assert shelf(tmp_path).withdraw_accepted == frozenset({"0123456789ab"})
    (tmp_path / "profiles.toml").write_text("withdraw_accepted = []\n")
    assert shelf(tmp_path).withdraw_accepted == frozenset()


@pytest.mark.anyio
async def test_the_second_key_of_the_environment_comes_back_with_the_first(tmp_path: Path) -> None:
    settings = Settings(credentials=a_pair(name="environment"), cancel_credentials=a_pair(2, name="second"))
    environ = {"KRAKENTUI_CONFIG": str(tmp_path / "config.toml"), **a_machine(tmp_path).environ}
    (mine,) = stored_shelf(Given(), environ, settings)(SystemClock()).offered
    canceller = (await mine.fetch()).canceller
    assert canceller is not None
    assert canceller.key == a_key(2)
