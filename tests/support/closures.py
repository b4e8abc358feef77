"""What a function's code can reach: the modules of ours it imports, and what is named in them."""

import ast
import re
from functools import cache
from pathlib import Path

from support.template import ROOT

PACKAGE = ROOT / "layers/pond/python"


def of_function(name: str) -> frozenset[str]:
    """The modules of `pond` that a function imports, and those that they import, to the last one."""
    reached: set[str] = set()
    waiting = list(_imports(ROOT / f"functions/{name}/app.py"))
    while waiting:
        module = waiting.pop()
        if module not in reached:
            reached.add(module)
            file = _file(module)
            assert file is not None
            waiting += _imports(file)
    return frozenset(reached)


def named(modules: frozenset[str], pattern: str) -> set[str]:
    """What a pattern's only group finds in the text of these modules."""
    return {found for module in modules for found in re.findall(pattern, _text(module), re.M)}


@cache
def _text(module: str) -> str:
    file = _file(module)
    assert file is not None
    return file.read_text("utf-8")


@cache
def _imports(path: Path) -> frozenset[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return frozenset(module for module in found if module.startswith("pond") and _file(module))


def _file(module: str) -> Path | None:
    place = PACKAGE / module.replace(".", "/")
    return next((file for file in (place.with_suffix(".py"), place / "__init__.py") if file.exists()), None)
