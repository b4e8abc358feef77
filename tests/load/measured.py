"""Where benches keep what they counted, for infra/costs.py: `--json FILE`."""

import argparse
import json
from pathlib import Path
from typing import Any


def add_to(parser: argparse.ArgumentParser) -> None:
    """The option."""
    parser.add_argument("--json", type=Path, metavar="FILE", help="keep the counts there as well")


def keep(file: Path | None, counts: dict[str, Any]) -> None:
    """Write them, if a file was named."""
    if file:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(counts, indent=2, sort_keys=True) + "\n", encoding="utf-8")
