"""Run every check; 1 when one finds something."""

import sys
from pathlib import Path

from checking import dependencies, secrets

ROOT = Path(__file__).parents[2]


def main() -> int:
    """Print what was found."""
    found = {"secrets": secrets.scan(ROOT), "dependencies": dependencies.check(ROOT)}
    for what, lines in found.items():
        print(f"{what}: {len(lines)} found")
        for line in lines:
            print(f"  {line}")
    print("not known here, for want of a network: published weaknesses, withdrawn versions (pip-audit tells them)")
    return 1 if any(found.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
