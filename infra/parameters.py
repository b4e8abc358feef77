"""Prints an environment's template parameters of samconfig.toml: naming one on SAM's command line drops all there."""

import sys
import tomllib
from pathlib import Path

CONFIG = Path(__file__).parents[1] / "samconfig.toml"


def main() -> int:
    """Print them for the environment named, each safe for a shell's word."""
    config = tomllib.loads(CONFIG.read_text("utf-8"))
    names = sorted(key for key in config if key != "version")
    if len(sys.argv) != 2 or sys.argv[1] not in names:
        print(f"name an environment of samconfig.toml: {', '.join(names)}", file=sys.stderr)
        return 1
    print(" ".join(config[sys.argv[1]]["deploy"]["parameters"]["parameter_overrides"]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
