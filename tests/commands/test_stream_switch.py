"""`krakentui stream --read-only` on a key whose dead man's switch somebody has armed."""

import json
import time
from pathlib import Path

from krakentui.model.clock import SECOND
from krakentui.model.limit import fingerprint
from tests.commands.exchange import Exchange


def test_a_stream_that_only_reads_claims_nothing_of_it_and_leaves_its_note_alone(tmp_path: Path) -> None:
    exchange = Exchange(tmp_path)
    try:
        exchange.krakentui("snapshot")  # makes the state folder
        (folder,) = (one for one in tmp_path.rglob("krakentui") if "state" in str(one))
        key = fingerprint(exchange.first["keys"]["cancel"]["key"])
        left = {"key": key, "account": "alice", "venue": exchange.first["rest"], "timeout_s": 60}
        note = folder / f"switch-{key}.json"
        note.write_text(json.dumps(left | {"fires_wall_ns": time.time_ns() + 4 * SECOND}), "utf-8")
        done = exchange.krakentui("stream", "--read-only", "--interval", "1", "--for", "9")
        events = [event["text"] for line in done.stdout.splitlines() for event in json.loads(line)["events"]]
        said = [text for text in events if "dead man's switch" in text.lower()]
        assert len(said) == 2, said
        assert "unless another program renewed it" in said[-1]
        assert note.exists()
        assert not list(folder.glob("actions*"))
    finally:
        exchange.close()
