"""The recorded payloads of the exchange: read where they lie, never copied, skipped where absent."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

BESIDE_THE_REPOSITORY = Path(__file__).parents[3] / "shared" / "kraken" / "samples"


def folder() -> Path:
    """Tell where the samples should be."""
    named = os.environ.get("KRAKENTUI_SAMPLES")
    return Path(named) if named else BESIDE_THE_REPOSITORY


def samples(*parts: str) -> Path:
    """Give a file or folder of the samples, or skip the test; under KRAKENTUI_REQUIRE_SAMPLES=1 fail it."""
    path = folder().joinpath(*parts)
    if not path.exists():
        reason = f"no recorded samples at {folder()}: set KRAKENTUI_SAMPLES"
        if os.environ.get("KRAKENTUI_REQUIRE_SAMPLES") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    return path


def frames(path: Path) -> Iterator[tuple[int, bytes]]:
    """Give the payloads of a file with their line numbers: one a line in JSONL, else the whole file."""
    if path.suffix == ".jsonl":
        for number, line in enumerate(path.read_bytes().splitlines(), start=1):
            if line.strip():
                yield number, line
    else:
        yield 1, path.read_bytes()


def every_file(part: str) -> list[str]:
    """List the files below a folder of the samples, for parametrizing; empty where there are none."""
    root = folder() / part
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())
