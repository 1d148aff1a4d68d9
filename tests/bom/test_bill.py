"""The lock and the bill of materials are read so that a difference shows."""

import json
from pathlib import Path

from tests.bom.__main__ import LOCK, bill_of
from tests.support.environments import lock_of


def test_the_lock_names_every_package_once_with_its_version() -> None:
    locked = lock_of(LOCK)
    assert len(locked) > 20
    assert locked["textual"] == "8.2.8"
    assert {"jaraco-context", "typing-extensions", "cryptography", "keyring"} <= locked.keys()


def test_a_package_that_is_not_in_the_lock_shows(tmp_path: Path) -> None:
    rows = [
        {"name": name, "version": version}
        for name, version in (
            ("Textual", "8.2.8"),
            ("jaraco.context", "6.1.2"),
            ("extra_one", "1"),
            ("pip", "1"),
        )
    ]
    (tmp_path / "bill.json").write_text(json.dumps({"components": rows}))
    assert bill_of(tmp_path / "bill.json") == {
        "textual": "8.2.8",
        "jaraco-context": "6.1.2",
        "extra-one": "1",
    }
