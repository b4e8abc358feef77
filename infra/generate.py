"""Writes what docs say by figures from where the figures are: `make docs`. A test compares."""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / folder) for folder in ("infra", "layers/pond/python", "tests")]

import cost_tables  # noqa: E402 - the paths above
import routes  # noqa: E402
from support.template import read  # noqa: E402


def blocks() -> dict[str, dict[str, str]]:
    """What is written, by document and block."""
    return {"docs/security.md": {"routes": routes.table(read())}, "docs/costs.md": cost_tables.blocks()}


def written(path: str, texts: dict[str, str]) -> str:
    """The document with its blocks as they must be.

    Raises:
        ValueError: it lacks one.
    """
    document = (ROOT / path).read_text("utf-8")
    for name, text in texts.items():
        pattern = re.compile(rf"(<!-- {name}: [^\n]*-->\n).*?(<!-- /{name} -->)", re.S)
        found = pattern.findall(document)
        if len(found) != 1:
            raise ValueError(f"{path} has {len(found)} blocks called {name}")
        [(opened, closed)] = found
        head, _, rest = document.partition(opened)
        document = f"{head}{opened}\n{text}\n\n{closed}{rest.partition(closed)[2]}"
    return document


if __name__ == "__main__":
    for place, texts in blocks().items():
        (ROOT / place).write_text(written(place, texts), encoding="utf-8")
        print(f"wrote {place}")
