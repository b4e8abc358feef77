"""The house's rules, read from imports: rooms use only what stands left of them, floors only what lies below."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HOUSE = ROOT / "layers/pond/python/pond"
ROOMS = (
    "kernel",
    "platforms",
    "programmes",
    "channels",
    "members",
    "groups",
    "volunteers",
    "orders",
    "broadcasts",
    "insights",
    "rights",
    "web",
)
PLACES = ("kernel", "platforms")  # rooms that know no room
MODEL_KNOWS = {"kernel.events", "kernel.errors"}
STANDARD_ONLY_BUT = {"pond"}
LINES, WIRING_LINES = 250, 80
FILES = sorted(path for path in HOUSE.rglob("*.py") if path.name != "__init__.py")


def _room(path: Path) -> str:
    return path.relative_to(HOUSE).parts[0]


def _floor(name: str) -> str:
    if name.startswith("model") or name == "events":
        return "model"
    return "store" if name.startswith("store") else "service"


def _imports(path: Path) -> Iterator[str]:
    """Every module a file imports, also late ones; those only for types are left out."""
    tree = ast.parse(path.read_text("utf-8"))
    skipped = {
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING")
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if node in skipped:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            base = HOUSE.parent / Path(*node.module.split("."))
            for alias in node.names:
                is_module = (base / f"{alias.name}.py").exists() or (base / alias.name).is_dir()
                yield f"{node.module}.{alias.name}" if is_module else node.module


def _ours(path: Path) -> Iterator[tuple[str, str]]:
    """(room, file) of each import of ours."""
    for module in _imports(path):
        parts = module.split(".")
        if parts[0] == "pond" and len(parts) > 2:
            yield parts[1], parts[2]


def _case(path: Path) -> str:
    return str(path.relative_to(HOUSE))


def test_the_house_has_these_rooms_only() -> None:
    assert {path.name for path in HOUSE.iterdir() if path.is_dir() and path.name != "__pycache__"} <= set(ROOMS)


@pytest.mark.parametrize("path", FILES, ids=_case)
def test_a_room_uses_only_rooms_to_its_left(path: Path) -> None:
    here = _room(path)
    left = PLACES[: PLACES.index(here)] if here in PLACES else ROOMS[: ROOMS.index(here)]
    assert {room for room, _ in _ours(path)} <= {*left, here}


@pytest.mark.parametrize("path", FILES, ids=_case)
def test_a_store_is_used_by_its_own_room_only(path: Path) -> None:
    foreign = {f"{room}.{name}" for room, name in _ours(path) if room != _room(path) and _floor(name) == "store"}
    assert foreign == set()


@pytest.mark.parametrize("path", [path for path in FILES if _room(path) not in ("kernel", "web")], ids=_case)
def test_calls_go_down_only(path: Path) -> None:
    below = {"model": {"model"}, "store": {"model", "store"}, "service": {"model", "store", "service"}}
    own = {_floor(name) for room, name in _ours(path) if room == _room(path)}
    assert own <= below[_floor(path.stem)]


@pytest.mark.parametrize("path", [path for path in FILES if _floor(path.stem) == "model"], ids=_case)
def test_models_know_the_standard_library_only_and_do_nothing_outside(path: Path) -> None:
    if _room(path) == "kernel":
        return
    import sys

    for module in _imports(path):
        top, *rest = module.split(".")
        assert top in sys.stdlib_module_names | STANDARD_ONLY_BUT, module
        if rest[:1] == ["kernel"]:
            assert ".".join(rest[:2]) in MODEL_KNOWS, module
        elif top == "pond":
            assert _floor(rest[1]) == "model", module
        assert top not in {"os", "time", "socket", "random", "secrets", "urllib", "http"} or module == "urllib.parse", (
            module
        )


@pytest.mark.parametrize("path", FILES, ids=_case)
def test_only_stores_speak_to_tables(path: Path) -> None:
    if _room(path) == "kernel" or _floor(path.stem) == "store":
        return
    assert not [module for module in _imports(path) if module.split(".")[0] == "pynamodb"]
    assert "from pond.kernel.tables import Table" not in path.read_text("utf-8")


@pytest.mark.parametrize("path", FILES, ids=_case)
def test_files_stay_readable(path: Path) -> None:
    text = path.read_text("utf-8")
    assert len(text.splitlines()) <= LINES
    assert ast.get_docstring(ast.parse(text)), "a module says what it is responsible for"


@pytest.mark.parametrize("path", sorted((ROOT / "functions").glob("*/app.py")), ids=lambda path: path.parent.name)
def test_functions_only_wire(path: Path) -> None:
    text = path.read_text("utf-8")
    assert len(text.splitlines()) <= WIRING_LINES
    assert not [name for room, name in _ours(path) if _floor(name) == "store"]
    assert not {"boto3", "pynamodb"} & {module.split(".")[0] for module in _imports(path)}
