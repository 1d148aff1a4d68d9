"""The commands as processes against the simulated exchange as a process: contracts, outcomes, endings."""

import fcntl
import json
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from krakentui.engine.actionfile import FILE
from krakentui.log import FILE_NAME
from tests.commands.exchange import PROGRAM, Exchange, clean_environment
from tests.support.contract import CANCEL, LIMITS, STREAM, complaints


@pytest.fixture(scope="module")
def exchange(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exchange]:
    opened = Exchange(tmp_path_factory.mktemp("home"), "--tier", "pro")
    yield opened
    opened.close()


def test_a_snapshot_has_every_open_order_of_the_truth(exchange: Exchange) -> None:
    done = exchange.krakentui("snapshot")
    told = json.loads(done.stdout)
    assert (done.returncode, done.stderr) == (0, "")
    assert complaints(told, STREAM) == []
    assert {order["id"]: order["pair"] for order in told["orders"]} == {
        order_id: order["pair"] for order_id, order in exchange.open_orders().items()
    }


def test_without_a_key_a_snapshot_has_the_public_market(exchange: Exchange) -> None:
    done = exchange.krakentui("snapshot", key=None)
    told = json.loads(done.stdout)
    assert done.returncode == 0
    assert complaints(told, STREAM) == []
    assert (told["power"], told["balances"], told["orders"]) == ("public", None, None)
    assert all(row["bid"] for row in told["markets"])


def test_a_stream_keeps_the_contract_and_ends_when_told(exchange: Exchange) -> None:
    done = exchange.krakentui("stream", "--interval", "0.5", "--for", "1.5", key="watch")
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert (done.returncode, len(lines) >= 1) == (0, True)
    assert [complaint for line in lines for complaint in complaints(line, STREAM)] == []


def test_no_secret_is_in_any_output(exchange: Exchange) -> None:
    done = exchange.krakentui("stream", "--for", "1", "--record", str(exchange.home / "r.jsonl"), key="full")
    written = [*exchange.home.rglob("*.log"), *exchange.home.rglob("*.jsonl")]
    shown = done.stdout + done.stderr + "".join(file.read_text() for file in written)
    pair = exchange.first["keys"]["full"]
    assert len(written) == 2
    assert pair["secret"] not in shown
    assert pair["key"] not in shown


def test_a_reader_that_leaves_ends_the_stream_quietly_with_141(exchange: Exchange) -> None:
    process = subprocess.Popen(  # noqa: S603 - our own program
        [*PROGRAM, "stream", "--interval", "0.1", "--endpoint", exchange.first["rest"]],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=exchange.environment(None),
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.readline()
    process.stdout.close()
    assert process.wait(timeout=20) == 141
    assert process.stderr.read() == b""
    process.stderr.close()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_stream_with_its_number(exchange: Exchange, number: signal.Signals) -> None:
    process = subprocess.Popen(  # noqa: S603 - our own program
        [*PROGRAM, "stream", "--interval", "0.1", "--endpoint", exchange.first["rest"]],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=exchange.environment(None),
    )
    assert process.stdout is not None
    process.stdout.readline()
    process.send_signal(number)
    _, complaint = process.communicate(timeout=20)
    assert (process.returncode, complaint) == (128 + number, b"")


def test_the_limits_keep_their_contract(exchange: Exchange) -> None:
    done = exchange.krakentui("limits", "--json", key="full")
    told = json.loads(done.stdout)
    assert done.returncode in {0, 10, 11}
    assert complaints(told, LIMITS) == []
    assert {"rest", "engine", "open_orders", "connections"} <= {row["name"] for row in told["limits"]}


def test_a_cancel_by_id_takes_that_order_and_no_other(exchange: Exchange) -> None:
    before = exchange.open_orders()
    order_id = next(iter(before))
    done = exchange.krakentui("cancel", order_id, "--yes", "--json")
    told = json.loads(done.stdout)
    assert (done.returncode, done.stderr) == (0, "")
    assert complaints(told, CANCEL) == []
    assert [(row["id"], row["outcome"]) for row in told["orders"]] == [(order_id, "cancelled")]
    assert before.keys() - exchange.open_orders().keys() == {order_id}


def test_a_log_that_another_program_holds_costs_no_cancel_and_is_said_at_the_end(exchange: Exchange) -> None:
    order_id = min(exchange.open_orders())
    exchange.krakentui("cancel", order_id, "--dry-run")
    log = next(exchange.home.rglob(FILE_NAME)).parent / FILE
    with log.open("ab") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        done = exchange.krakentui("cancel", order_id, "--yes", "--json")
    assert (done.returncode, json.loads(done.stdout)["orders"][0]["outcome"]) == (0, "cancelled")
    assert done.stderr == (
        f"krakentui: The action log {log} lacks up to 4 entries of this run: another program held it.\n"
    )


def test_a_cancel_by_pair_takes_exactly_that_pair(exchange: Exchange) -> None:
    before = exchange.open_orders()
    meant = {order_id for order_id, order in before.items() if order["pair"] == "XRP/USD"}
    done = exchange.krakentui("cancel", "--pair", "XRP/USD", "--yes", key="full")
    assert done.returncode == 0
    assert len(meant) > 1
    assert before.keys() - exchange.open_orders().keys() == meant


def test_an_order_that_just_ended_is_no_failure_and_an_unknown_one_is(exchange: Exchange) -> None:
    filled, gone = [*exchange.open_orders()][:2]
    exchange.act("account", fill={"id": filled})
    exchange.act("account", cancel={"id": gone})
    done = exchange.krakentui("cancel", filled, gone, "--yes", "--json")
    told = json.loads(done.stdout)
    assert complaints(told, CANCEL) == []
    assert {row["id"]: row["outcome"] for row in told["orders"]} == {filled: "filled", gone: "gone"}
    assert done.returncode == 0
    done = exchange.krakentui("cancel", "OAAAAA-AAAAA-AAAAAA", "--yes")
    assert (done.returncode, done.stdout.split()[0]) == (1, "not_sent")


def test_a_dry_run_shows_names_and_takes_krakens_spelling(exchange: Exchange) -> None:
    before = exchange.open_orders()
    done = exchange.krakentui("cancel", "--pair", "XBT/USD", "--dry-run")
    assert (done.returncode, done.stderr) == (0, "")
    assert "Would cancel" in done.stdout
    assert "BTC/USD" in done.stdout
    assert "XBTUSD" not in done.stdout
    assert exchange.open_orders().keys() == before.keys()


@pytest.mark.parametrize("words", ["--pair BTC/USD", "--all", "--all --new-too", "ID"])
def test_a_dry_run_names_the_way_that_haste_takes(tmp_path: Path, words: str) -> None:
    with closing(Exchange(tmp_path)) as fresh:
        given = words.replace("ID", min(fresh.open_orders())).split()
        told = fresh.krakentui("cancel", *given, "--dry-run").stdout
        assert "Goes over the websocket" in told or words == "ID"
        before = len(fresh.requests())
        assert fresh.krakentui("cancel", *given, "--yes").returncode == 0
        sent = {one.rpartition("/")[2] for one in fresh.requests()[before:] if "ancel" in one}
    ways = {"CancelOrder": "", "CancelOrderBatch": " as a batch,", "CancelAll": " everything at once,"}
    assert f"With --yes it goes over REST,{ways[sent.pop()]} unless" in told


def test_a_dry_run_speaks_of_no_haste_where_more_than_the_list_is_looked_at(tmp_path: Path) -> None:
    with closing(Exchange(tmp_path)) as fresh:
        told = fresh.krakentui("cancel", "--far", "0", "--dry-run").stdout
    assert "Goes over the websocket" in told
    assert "--yes" not in told


def test_a_key_that_may_not_cancel_sends_nothing(exchange: Exchange) -> None:
    before = exchange.open_orders()
    done = exchange.krakentui("cancel", "--all", "--yes", key="watch")
    assert done.returncode == 1
    assert "may not cancel" in done.stdout
    assert exchange.open_orders().keys() == before.keys()


def test_read_only_cancels_nothing(exchange: Exchange) -> None:
    done = exchange.krakentui("cancel", "--all", "--yes", "--read-only")
    assert (done.returncode, "read-only" in done.stdout) == (1, True)


def test_everything_new_ones_too_takes_all_there_is_and_counts_it(exchange: Exchange) -> None:
    exchange.act(
        "account", order={"pair": "ETH/USD", "side": "buy", "qty": "1", "price": "10"}, **{"as": "other"}
    )
    before = exchange.open_orders()
    done = exchange.krakentui("cancel", "--all", "--new-too", "--yes", "--json")
    told = json.loads(done.stdout)
    assert (done.returncode, done.stderr) == (0, "")
    assert complaints(told, CANCEL) == []
    assert {row["id"]: row["outcome"] for row in told["orders"]} == dict.fromkeys(before, "cancelled")
    assert (told["everything"]["outcome"], told["everything"]["count"]) == ("cancelled", len(before))
    assert exchange.open_orders() == {}


def test_a_secret_that_is_no_base64_is_one_sentence(exchange: Exchange) -> None:
    done = subprocess.run(  # noqa: S603 - our own program
        [*PROGRAM, "snapshot", "--endpoint", exchange.first["rest"]],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=clean_environment(exchange.home) | {"KRAKENTUI_API_KEY": "SIM-x", "KRAKENTUI_API_SECRET": "???"},
    )
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (1, "", 1)
    assert "base64" in done.stderr
    assert "???" not in done.stderr


def test_a_full_disk_is_one_sentence(exchange: Exchange) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(  # noqa: S603 - our own program
            [*PROGRAM, "snapshot", "--endpoint", exchange.first["rest"]],
            stdin=subprocess.DEVNULL,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
            check=False,
            env=exchange.environment(None),
        )
    assert (done.returncode, done.stderr) == (
        1,
        "krakentui: The output cannot be written: No space left on device.\n",
    )


def test_a_port_in_use_is_one_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = subprocess.run(  # noqa: S603 - our own program
            [*PROGRAM, "simulate", "--port", str(port)],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            env=clean_environment(tmp_path),
        )
    assert (done.returncode, done.stdout) == (1, "")
    assert (
        done.stderr == f"krakentui: Port {port} is in use on this machine: choose another one with --port.\n"
    )


def test_simulate_ends_well_on_sigterm(tmp_path: Path) -> None:
    opened = Exchange(tmp_path)
    assert opened.close() == 0


def test_the_first_line_is_the_contract(exchange: Exchange) -> None:
    first = exchange.first
    assert set(first) == {
        "v", "now", "rest", "ws_public", "ws_private", "ws_v1", "control", "control_token", "keys",
    }  # fmt: skip
    assert set(first["keys"]) == {"watch", "cancel", "full", "other", "stranger"}
    assert all(pair["key"].startswith("SIM-") for pair in first["keys"].values())
    assert first["ws_private"] == first["rest"].replace("http", "ws") + "/auth/v2"
