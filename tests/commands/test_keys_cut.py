"""A kill at every moment of `keys add`, `rename`, `remove`, `default`: the act, begun anew, ends well."""

import json
import shutil
import signal
from collections.abc import Callable
from functools import partial
from itertools import count
from pathlib import Path

import pytest

from krakentui.keys import key_file, profile_list, ring
from krakentui.keys.profile import Profiles, Store
from krakentui.model.error import KeyProblem, UsageError
from tests.commands.cut import is_cut
from tests.commands.desk import Desk
from tests.support.keys import a_key, a_pair, a_profile, a_secret

KEEP = {"file": key_file.keep, "keyring": ring.keep}
STORES: tuple[Store, ...] = ("file", "keyring")


def a_home(home: Path, capture: pytest.CaptureFixture[str], store: Store) -> Desk:
    """Two keys in a home of its own: `main` in this store, `other` in a file, which must not be lost."""
    first = home.with_name("first")
    if first.exists():
        shutil.copytree(first, home)
        return Desk(home, capture)
    first.mkdir()
    desk = Desk(first, capture)
    told = Profiles()
    for seed, (name, kind) in enumerate({"other": "file", "main": store}.items(), 1):
        KEEP[kind](name, a_pair(seed), desk.machine)
        told = told.with_profile(a_profile(name, store=kind, fingerprint=a_pair(seed).fingerprint))
    profile_list.change(first / "profiles.toml", lambda _: told)
    return a_home(home, capture, store)


def kept(desk: Desk) -> set[str]:
    """What every store holds under which name, half-written files included."""
    entries = json.loads((desk.home / "ring").read_text()) if (desk.home / "ring").exists() else {}
    return {entry.removeprefix("krakentui/") for entry in entries} | {
        file.name.removesuffix(".key") for file in (desk.home / "keys").glob("*")
    }


def listed(desk: Desk) -> set[str]:
    return {one.name for one in desk.profiles.profiles}


def add(desk: Desk, store: Store) -> str:
    desk.environ |= {"KRAKENTUI_API_KEY": a_key(3), "KRAKENTUI_API_SECRET": a_secret(3)}
    return desk.add(f"fresh --store {store}")[1]


def after_each_cut(
    folder: Path,
    capture: pytest.CaptureFixture[str],
    store: Store,
    act: Callable[[Desk], object],
    check: Callable[[Desk], None],
) -> None:
    """Check what every cut leaves behind; at least one leaves neither what was nor what is to be."""
    for number in count():
        desk = a_home(folder / str(number), capture, store)
        before = (listed(desk), kept(desk))
        is_over = not is_cut(partial(act, desk), number)
        assert desk.key_of("other") == a_key(1)
        halfway = (listed(desk), kept(desk)) != before
        check(desk)
        assert desk.key_of("other") == a_key(1)
        assert kept(desk) == listed(desk), "a secret without an entry, or the other way round"
        assert not desk.run("list")[1].count("removes it")
        if is_over:
            assert number > 1
            assert halfway
            return


@pytest.mark.parametrize("store", STORES)
def test_a_rename_that_is_cut_off_ends_when_it_is_begun_anew(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], store: Store
) -> None:
    said = set()

    def check(desk: Desk) -> None:
        (name,) = listed(desk) - {"other"}
        assert desk.key_of(name) == a_key(2), "what is listed is there"
        try:
            said.add(desk.run("rename main fresh")[1].strip())
        except UsageError as done:
            said.add(str(done))
        assert desk.key_of("fresh") == a_key(2)

    after_each_cut(tmp_path, capsys, store, lambda desk: desk.run("rename main fresh"), check)
    assert {one.partition(" half")[0].rpartition("/")[2].partition(" ")[2] for one in said} >= {
        "is now fresh.",
        "was renamed to fresh already; what was left under the old name is gone.",
    }


@pytest.mark.parametrize("store", STORES)
def test_a_removal_that_is_cut_off_ends_when_it_is_begun_anew(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], store: Store
) -> None:
    said = list[str]()

    def check(desk: Desk) -> None:
        if "main" in listed(desk) and "main" not in kept(desk):
            with pytest.raises(KeyProblem, match=r"The key main cannot be had\. .* has nothing\."):
                desk.key_of("main")
            assert ("its file is gone" in desk.run("list")[1]) == (store == "file")
        assert kept(desk) <= listed(desk) | {one for one in kept(desk) if one.startswith(".")}
        try:
            said.append(desk.run("remove main --yes")[1])
        except UsageError as done:
            said.append(str(done))
        assert listed(desk) == {"other"}

    after_each_cut(tmp_path, capsys, store, lambda desk: desk.run("remove main --yes"), check)
    assert any("Its secret was gone already" in one for one in said)
    assert "There is no key profile main" in said[-1]


@pytest.mark.parametrize("store", STORES)
def test_an_addition_that_is_cut_off_ends_when_it_is_begun_anew(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], store: Store
) -> None:
    said = list[str]()

    def check(desk: Desk) -> None:
        assert desk.key_of("main") == a_key(2)
        if "fresh" not in listed(desk):
            try:
                said.append(add(desk, store))
            except KeyProblem as problem:
                said.append(str(problem))
                assert "fresh.key holds a key that is not in the list" in desk.run("list")[1]
                assert "is removed from the file" in desk.run("remove fresh --yes")[1]
                add(desk, store)
        assert desk.key_of("fresh") == a_key(3)
        assert desk.key_of("main") == a_key(2)

    after_each_cut(tmp_path, capsys, store, lambda desk: add(desk, store), check)
    assert any("Stored as fresh" in one for one in said)
    assert any("let `krakentui keys remove fresh` remove it" in one for one in said) == (store == "file")


@pytest.mark.parametrize("store", STORES)
def test_ctrl_c_at_an_addition_takes_back_what_it_has_stored(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], store: Store
) -> None:
    for number in count():
        desk = a_home(tmp_path / str(number), capsys, store)
        is_over = not is_cut(partial(add, desk, store), number, signal.SIGINT)
        assert kept(desk) == listed(desk) == {"other", "main"} | ({"fresh"} if is_over else set())
        if is_over:
            assert number > 1
            break


def test_another_default_that_is_cut_off_leaves_the_old_one_or_the_new_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def check(desk: Desk) -> None:
        assert desk.profiles.default in {"main", "other"}
        assert desk.run("default main")[0] == 0
        assert desk.profiles.default == "main"

    for number in count():
        desk = a_home(tmp_path / str(number), capsys, "file")
        is_over = not is_cut(partial(desk.run, "default main"), number)
        check(desk)
        if is_over:
            break
