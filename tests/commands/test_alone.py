"""One monitor a key."""

import os
from pathlib import Path

from krakentui.commands.alone import WATCHED, alone
from krakentui.model.limit import fingerprint
from krakentui.model.secret import Credentials, Secret
from krakentui.settings import Settings


def settings_of(folder: Path | None, key: str = "public") -> Settings:
    return Settings(
        credentials=Credentials(key=key, secret=Secret("c2VjcmV0"), name="n", source="a test"),
        state_dir=folder,
    )


def test_the_first_keeps_its_key(tmp_path: Path) -> None:
    with alone(settings_of(tmp_path)) as (settings, _):
        assert settings.credentials is not None


def test_a_second_one_is_public_and_says_why(tmp_path: Path) -> None:
    with alone(settings_of(tmp_path)), alone(settings_of(tmp_path)) as (second, _):
        assert second.credentials is None
        assert second.warnings == (WATCHED,)


def test_another_key_is_free(tmp_path: Path) -> None:
    with alone(settings_of(tmp_path)), alone(settings_of(tmp_path, key="other")) as (second, _):
        assert second.credentials is not None


def test_the_place_is_free_again_afterwards(tmp_path: Path) -> None:
    with alone(settings_of(tmp_path)):
        pass
    with alone(settings_of(tmp_path)) as (later, _):
        assert later.credentials is not None


def test_without_a_state_folder_nothing_is_locked() -> None:
    with alone(settings_of(None)), alone(settings_of(None)) as (second, _):
        assert second.credentials is not None


def test_the_lock_names_no_key(tmp_path: Path) -> None:
    with alone(settings_of(tmp_path)):
        (file,) = tmp_path.iterdir()
        assert "public" not in file.name
        assert file.read_text() == f"{os.getpid()}\n"


def test_a_folder_that_locks_nothing_is_told_and_the_key_is_kept(tmp_path: Path) -> None:
    (tmp_path / f"{fingerprint('public')}.monitor").mkdir()
    with alone(settings_of(tmp_path)) as (settings, place):
        assert (settings.credentials is not None, place) == (True, None)
        assert "locks nothing" in settings.warnings[0]
