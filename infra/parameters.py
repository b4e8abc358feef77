"""Prints an environment's template parameters of samconfig.toml: naming one on SAM's command line drops all there."""

import sys
import tomllib
from pathlib import Path
from typing import Any

CONFIG = Path(__file__).parents[1] / "samconfig.toml"


def environment(arguments: list[str]) -> dict[str, Any]:
    """What samconfig.toml says of deploying the environment that is named.

    Raises:
        SystemExit: none is named, or one that is not there.
    """
    config = tomllib.loads(CONFIG.read_text("utf-8"))
    names = sorted(key for key in config if key != "version")
    if len(arguments) != 1 or arguments[0] not in names:
        sys.exit(f"name an environment of samconfig.toml: {', '.join(names)}")
    found: dict[str, Any] = config[arguments[0]]["deploy"]["parameters"]
    return found


if __name__ == "__main__":
    print(" ".join(environment(sys.argv[1:])["parameter_overrides"]))  # each safe for a shell's word
