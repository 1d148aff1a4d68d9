"""What the audit keeps in the state folder: redacted, bounded, the owner's alone."""

import json
import stat
from pathlib import Path
from typing import Any

from krakentui.engine.evidence import MOST_BYTES, PROMISE, Evidence
from krakentui.model.audit import Sample
from krakentui.model.event import Happening, Noted
from krakentui.model.limit import units
from krakentui.model.redact import Redactor
from krakentui.net.tap import Direction, NoTap
from tests.support.clock import ManualClock

TOKEN, ORDER = "CANARY/token+123", "OAAAAA-BBBBB-CCCCC1"
ASK = b'{"event":"subscribe","reqid":1,"subscription":{"name":"openOrders","token":"CANARY/token+123"}}'
TOLD = b'[[{"OAAAAA-BBBBB-CCCCC1":{"status":"open","ratecount":"1.53"}}],"openOrders",{"sequence":2}]'
SAMPLE = Sample(
    pair="BTC/USD",
    act="pending",
    units=units("1.53"),
    low=units("0.25"),
    high=units(1),
    drift=units("0.53"),
    verdict="agrees",
    written="text",
)


class Ear:
    """A tap beside it."""

    def __init__(self) -> None:
        self.heard = 0

    def passed(self, where: str, direction: Direction, data: bytes) -> None:
        self.heard += 1


def an_evidence(path: Path, told: list[Happening] | None = None, beside: Ear | None = None) -> Evidence:
    heard: list[Happening] = [] if told is None else told
    return Evidence(path, "simulator", ManualClock(), heard.append, beside or NoTap(), Redactor())


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_its_header_says_that_it_is_redacted_and_it_is_the_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    evidence = an_evidence(path)
    evidence.passed("audit", "in", TOLD)
    evidence.close()
    assert lines(path)[0]["evidence"] == PROMISE
    assert "redacted" in PROMISE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_neither_token_nor_order_is_in_it(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    evidence = an_evidence(path)
    evidence.passed("audit", "out", ASK)
    evidence.passed("audit", "in", TOLD)
    evidence.close()
    text = path.read_text()
    assert TOKEN not in text
    assert ORDER not in text
    assert '\\"ratecount\\":\\"1.53\\"' in text


def test_a_sample_is_written_in_points(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    evidence = an_evidence(path)
    evidence.sampled(SAMPLE)
    evidence.flush()
    assert lines(path)[1]["sample"] == {
        "pair": "BTC/USD",
        "act": "pending",
        "told": "1.53",
        "written": "text",
        "low": "0.25",
        "high": "1",
        "drift": "+0.53",
        "verdict": "agrees",
    }


def test_heartbeats_are_not_kept_but_heard_beside(tmp_path: Path) -> None:
    ear = Ear()
    evidence = an_evidence(tmp_path / "audit.jsonl", beside=ear)
    evidence.passed("audit", "in", b'{"event":"heartbeat"}')
    evidence.close()
    assert ear.heard == 1
    assert not (tmp_path / "audit.jsonl").exists()


def test_the_next_session_adds_to_it(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    for _ in range(2):
        evidence = an_evidence(path)
        evidence.passed("audit", "in", TOLD)
        evidence.close()
    assert ["evidence" in line for line in lines(path)] == [True, False, True, False]


def test_it_stays_small_and_keeps_the_latest(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    evidence = an_evidence(path)
    for _ in range(4 * MOST_BYTES // len(TOLD)):
        evidence.passed("audit", "in", TOLD)
        evidence.flush()
    evidence.close()
    assert sorted(file.name for file in tmp_path.iterdir()) == ["audit.jsonl", "audit.old"]
    assert all(file.stat().st_size < MOST_BYTES + 1_000 for file in tmp_path.iterdir())
    assert "evidence" in lines(tmp_path / "audit.old")[0]


def test_a_place_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    told: list[Happening] = []
    evidence = an_evidence(tmp_path / "no" / "audit.jsonl", told)
    for _ in range(3):
        evidence.passed("audit", "in", TOLD)
        evidence.flush()
    evidence.close()
    assert told == [
        Noted(
            kind="notice",
            text="The evidence of the audit is not kept in audit.jsonl: no such file or directory.",
            level="warn",
        )
    ]


def test_a_full_disk_is_one_sentence() -> None:
    told: list[Happening] = []
    evidence = an_evidence(Path("/dev/full"), told)
    for _ in range(3):
        evidence.passed("audit", "in", TOLD)
        evidence.flush()
    assert len(told) == 1


def test_a_link_in_its_place_is_not_followed(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_text("mine")
    (tmp_path / "audit.jsonl").symlink_to(other)
    told: list[Happening] = []
    evidence = an_evidence(tmp_path / "audit.jsonl", told)
    evidence.passed("audit", "in", TOLD)
    evidence.close()
    assert other.read_text() == "mine"
    assert len(told) == 1
