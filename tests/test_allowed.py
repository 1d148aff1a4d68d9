"""The live client cannot place, change or fund: no such name is in it, and one gate a transport lets out.

Read from the syntax tree of every module beside the simulated exchange; the gates themselves are tried in
`tests/net`, here it is held that there is no way around them. What is said to people may speak of
withdrawals, so names are looked for as the exchange spells them.
"""

import ast
import re
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from krakentui.model.clock import SystemClock
from krakentui.model.error import Forbidden
from krakentui.net.http import Rest
from krakentui.simulator.keys import PERMISSIONS
from krakentui.wire.spot.endpoints import ENDPOINTS, WS_METHODS
from krakentui.wire.spot.rest import Call, Prepared, prepare
from tests.support.keys import a_pair
from tests.test_floors import HOUSE, MODULES, floor_of, name_of, tree_of

CLIENT = [path for path in MODULES if floor_of(path) != "simulator"]
NEVER = re.compile(
    r"""
    (?:Add|Amend|Edit)Order | (?:add|amend|edit)_order | batch_add | (?:add|edit|amend)Order
    | (?:^|/)Withdraw(?:$|[A-Z]) | (?:Wallet|Account)Transfer | Deposit(?:Methods|Addresses|Status)
    | CreateSubaccount | Earn/ | Allocate | RequestQuote | sendorder | batchorder | /derivatives/
    | (?:^|/)(?:transfer|withdraw(?:al)?)$
    """,
    re.VERBOSE,
)
"""How the exchange spells what moves money or places orders: REST, websocket v2 and v1, derivatives."""
SENDERS = {"AsyncClient", "Client", "build_request", "AsyncHTTPTransport", "HTTPTransport"}
SOCKETS = {"open_connection", "create_connection", "create_datagram_endpoint", "socket", "SSLSocket"}
VERBS = {"get", "post", "put", "patch", "delete", "request", "stream"}


def documented(tree: ast.Module) -> set[int]:
    """Give the docstrings, and texts that stand alone below a name."""
    return {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}


def names(path: Path) -> Iterator[tuple[int, str]]:
    """Every text and every name of a module, docstrings left out."""
    tree = tree_of(path)
    told = documented(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str | bytes) and id(node) not in told:
            text = node.value if isinstance(node.value, str) else node.value.decode("latin-1")
            yield node.lineno, text
        elif isinstance(node, ast.Name):
            yield node.lineno, node.id
        elif isinstance(node, ast.Attribute):
            yield node.lineno, node.attr
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.lineno, node.name
        elif isinstance(node, ast.keyword | ast.arg) and node.arg:
            yield node.lineno, node.arg


def calls(path: Path) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree_of(path)) if isinstance(node, ast.Call))


def called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else ast.unparse(call.func)


def literals(call: ast.Call) -> str | None:
    first = call.args[0] if call.args else None
    return first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else None


@pytest.mark.parametrize("path", CLIENT, ids=name_of)
def test_no_module_names_what_places_orders_or_moves_funds(path: Path) -> None:
    assert [f"line {line}: {text}" for line, text in names(path) if NEVER.search(text)] == []


def test_the_pattern_knows_what_the_exchange_offers_beyond_the_list() -> None:
    entry = {"AddOrder", "AddOrderBatch", "AmendOrder", "EditOrder"}
    assert entry <= set(PERMISSIONS)
    for name in (*entry, "Withdraw", "WithdrawInfo", "WalletTransfer", "add_order", "batch_add", "addOrder"):
        assert NEVER.search(name), name
    for name in (*ENDPOINTS, *WS_METHODS, "withdraw-funds", "It may withdraw funds."):
        assert not NEVER.search(name), name


def test_every_call_that_is_written_down_is_on_the_list() -> None:
    written = {
        name
        for path in CLIENT
        for call in calls(path)
        if called(call) == "Call" and (name := literals(call)) is not None
    }
    assert len(written) > 5
    assert written <= set(ENDPOINTS)


def test_requests_are_built_in_one_place_and_leave_by_its_gate() -> None:
    built = {
        (name_of(path), called(call)) for path in CLIENT for call in calls(path) if called(call) in SENDERS
    }
    assert built == {
        ("net/http.py", "AsyncClient"),
        ("net/http.py", "AsyncHTTPTransport"),
        ("net/http.py", "build_request"),
    }
    http = HOUSE / "net" / "http.py"
    (client,) = [call for call in calls(http) if called(call) == "AsyncClient"]
    (transport,) = [word.value for word in client.keywords if word.arg == "transport"]
    assert isinstance(transport, ast.Call)
    assert called(transport) == "_Gate"
    assert {ast.unparse(call.func) for call in calls(http) if called(call) in VERBS} == {"headers.get"}
    gate = next(n for n in ast.walk(tree_of(http)) if isinstance(n, ast.ClassDef) and n.name == "_Gate")
    first = next(n for n in gate.body if isinstance(n, ast.AsyncFunctionDef)).body[0]
    assert ast.unparse(first) == "check_request(request.method, str(request.url), request.headers)"


def test_messages_leave_by_one_socket_and_its_gate() -> None:
    socket = HOUSE / "net" / "websocket.py"
    (sends,) = [
        n for n in ast.walk(tree_of(socket)) if isinstance(n, ast.AsyncFunctionDef) and n.name == "send"
    ]
    assert ast.unparse(sends.body[1]) == "check_message(text)"
    written = [ast.unparse(call) for call in calls(socket) if called(call) == "send"]
    assert written == ["self._connection.send(text)"]
    assert [ast.unparse(call.func) for call in calls(socket) if "Straight" in ast.unparse(call.func)] == [
        "_Straight"
    ]


def test_no_module_opens_a_connection_of_another_kind() -> None:
    opened = {
        (name_of(path), ast.unparse(call.func))
        for path in CLIENT
        for call in calls(path)
        if called(call) in SOCKETS
    }
    assert opened == {("net/local.py", "socket.socket")}
    (door,) = [call for call in calls(HOUSE / "net" / "local.py") if called(call) == "socket"]
    assert ast.unparse(door.args[0]) == "socket.AF_UNIX"


class Counting:
    """A transport that counts what reaches it."""

    def __init__(self) -> None:
        self.reached = 0

    async def handle_async_request(self, request: object) -> None:
        self.reached += 1
        raise AssertionError(request)

    async def aclose(self) -> None:
        return


@pytest.mark.anyio
@pytest.mark.parametrize("name", sorted({*PERMISSIONS, "Withdraw", "WalletTransfer"} - set(ENDPOINTS)))
async def test_at_run_time_nothing_else_of_the_exchange_is_written_or_leaves(name: str) -> None:
    with pytest.raises(Forbidden):
        prepare(Call(name), a_pair(), 1)
    inner = Counting()
    rest = Rest("http://127.0.0.1:1", SystemClock(), transport=inner)  # type: ignore[arg-type]  # as httpx's
    for kind, method in (("private", "POST"), ("public", "GET")):
        with pytest.raises(Forbidden):
            await rest.send(Prepared(method, f"/0/{kind}/{name}", b"nonce=1", (("API-Key", "SIM-a"),)), 5)
    await rest.close()
    assert inner.reached == 0


SERVERS = {"textual-serve", "textual-web", "textual-dev"}
"""What serves a Textual app to a browser; the last one brings the first."""


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_no_package_that_serves_the_screen_to_a_browser_is_installed(lock: str) -> None:
    named = re.findall(r"^([\w.-]+)==", (HOUSE.parent / lock).read_text(), re.MULTILINE)
    assert "textual" in named
    assert SERVERS & {name.lower().replace("_", "-") for name in named} == set()


@pytest.mark.parametrize("module", sorted(name.replace("-", "_") for name in SERVERS))
def test_nothing_that_serves_the_screen_to_a_browser_can_be_imported(module: str) -> None:
    assert find_spec(module) is None
