"""The house stands: floors, libraries, clocks, sizes and names, read from the syntax tree."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
HOUSE = ROOT / "krakentui"
MODULES = sorted(HOUSE.rglob("*.py"))

CLIENT_FLOORS = frozenset({"model", "budget", "wire", "state", "net", "keys", "engine", "ui"})
MAY_LEAN_ON: dict[str, frozenset[str]] = {
    "model": frozenset(),
    "budget": frozenset({"model"}),
    "wire": frozenset({"model"}),
    "settings": frozenset({"model"}),
    "log": frozenset({"model"}),
    "state": frozenset({"model", "budget"}),
    "net": frozenset({"model", "wire", "settings"}),
    "keys": frozenset({"model", "wire", "settings"}),
    "engine": frozenset({"model", "budget", "wire", "state", "net", "keys", "settings"}),
    "ui": frozenset({"model", "budget", "state", "engine"}),
    "simulator": frozenset(),
    "commands": CLIENT_FLOORS | {"settings", "log", "simulator"},
    "__main__": frozenset({"commands", "model", "settings", "log"}),
    "__init__": frozenset(),
}
LIVES_IN: dict[str, frozenset[str]] = {
    "textual": frozenset({"ui"}),
    "rich": frozenset({"ui"}),
    "websockets": frozenset({"net"}),
    "httpx": frozenset({"net"}),
    "aiohttp": frozenset({"simulator"}),
    "keyring": frozenset({"keys"}),
    "platformdirs": frozenset({"settings"}),
    "requests": frozenset(),
    "urllib.request": frozenset(),
    "http.client": frozenset(),
    "ctypes": frozenset(),
    "pickle": frozenset(),
}
READS_THE_CLOCK = frozenset({"model/clock.py", "simulator/pump.py"})
REVEALS_SECRETS = frozenset({"model/secret.py", "wire/spot/sign.py", "wire/spot/requests.py"})
STORES_SECRETS = frozenset({"keys/pair.py", "keys/sealed.py"})
"""Where a pair becomes the text of a store, and a passphrase the key of one."""
VAGUE = frozenset({"utils", "util", "misc", "common", "manager", "managers", "helpers", "helper"})


def name_of(path: Path) -> str:
    return path.relative_to(HOUSE).as_posix()


def floor_of(path: Path) -> str:
    first = path.relative_to(HOUSE).parts[0]
    return first.removesuffix(".py")


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def imports_of(path: Path) -> Iterator[tuple[int, str]]:
    """Every module named by an import, `from a import b` as `a` and as `a.b`."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name_of(path)}:{node.lineno} imports relatively"
            yield node.lineno, node.module or ""
            for alias in node.names:
                yield node.lineno, f"{node.module}.{alias.name}"


def ours(module: str) -> str | None:
    """The floor that a module name of ours lies on; None for a library."""
    parts = module.split(".")
    if parts[0] != "krakentui" or len(parts) == 1:
        return None
    return parts[1]


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_floor_leans_only_on_floors_below(path: Path) -> None:
    floor = floor_of(path)
    allowed = MAY_LEAN_ON[floor] | {floor, "__version__"}
    if name_of(path) == "ui/app.py":
        allowed |= {"settings"}
    if floor == "simulator":
        allowed -= {"__version__"}
    wrong = [
        f"line {line}: {module}"
        for line, module in imports_of(path)
        if (target := ours(module)) is not None and target not in allowed
    ]
    assert wrong == []


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_library_is_used_only_where_it_lives(path: Path) -> None:
    wrong = [
        f"line {line}: {module}"
        for line, module in imports_of(path)
        for library, homes in LIVES_IN.items()
        if (module == library or module.startswith(library + ".")) and floor_of(path) not in homes
    ]
    assert wrong == []


def clock_readings(path: Path) -> Iterator[str]:
    for line, module in imports_of(path):
        if module == "time" or module.startswith("time."):
            yield f"line {line}: imports time"
        if module.startswith("random.") and module not in {"random.Random", "random.SystemRandom"}:
            yield f"line {line}: {module}"
    for node in ast.walk(tree_of(path)):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        owner = node.func.value.id if isinstance(node.func.value, ast.Name) else ""
        called = f"{owner}.{node.func.attr}"
        if called in {"datetime.now", "datetime.utcnow", "datetime.today", "date.today"}:
            yield f"line {node.lineno}: {called}"
        if owner == "random" and node.func.attr not in {"Random", "SystemRandom"}:
            yield f"line {node.lineno}: {called}"
        if called == "asyncio.sleep" and ast.unparse(node.args[0]) != "0":
            yield f"line {node.lineno}: sleeps beside the clock"


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_time_and_chance_are_handed_in(path: Path) -> None:
    if name_of(path) not in READS_THE_CLOCK:
        assert [*clock_readings(path)] == []


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_secret_is_revealed_only_where_it_is_written_to_wire_or_store(path: Path) -> None:
    if name_of(path) in REVEALS_SECRETS | STORES_SECRETS:
        return
    if floor_of(path) in {"ui", "simulator"}:  # may name a method so, since no Secret ever gets there
        assert "krakentui.model.secret" not in {module for _, module in imports_of(path)}
        return
    wrong = [
        f"line {node.lineno}"
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Attribute) and node.attr == "reveal"
    ]
    assert wrong == []


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_money_never_becomes_a_float(path: Path) -> None:
    if floor_of(path) not in {"budget", "wire", "state"}:
        return
    wrong = [
        f"line {node.lineno}: {node.func.id}()"
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in {"float", "round"}
    ]
    assert wrong == []


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_module_does_one_thing(path: Path) -> None:
    ceiling = 250 if name_of(path) == "ui/app.py" else 400
    assert len(path.read_text(encoding="utf-8").splitlines()) <= ceiling
    assert not {part.removesuffix(".py") for part in path.relative_to(HOUSE).parts} & VAGUE


def test_the_floors_are_all_known() -> None:
    assert {floor_of(path) for path in MODULES} <= set(MAY_LEAN_ON)
