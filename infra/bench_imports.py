"""What each function costs to import, beside a bare boto3 DynamoDB client: modules (steady) and time (of this machine).

`make bench-imports` prints the table; tests/architecture holds the module counts to a budget.
"""

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
RUNS = 5
BARE = "import boto3; boto3.client('dynamodb', region_name='us-east-1')"
CLIENT = "from pond.kernel.tables import connection; connection().client"
_MEASURE = """
import sys, time
sys.modules["blinker"] = None  # a development tool brings it, and PynamoDB takes it where it is; the layer has none
before, began = set(sys.modules), time.perf_counter()
{code}
took = time.perf_counter() - began
import json
print(json.dumps([len(set(sys.modules) - before), took]))
"""


@dataclass(frozen=True)
class Cost:
    """Modules imported, and the median of seconds taken."""

    modules: int
    seconds: float


def names() -> list[str]:
    """The functions there are."""
    return sorted(path.parent.name for path in (ROOT / "functions").glob("*/app.py"))


def bare(runs: int = 1) -> Cost:
    """A bare boto3 DynamoDB client."""
    return _measure(BARE, {}, runs)


def of_function(name: str, runs: int = 1) -> Cost:
    """A function's import, and its DynamoDB client if it has one, as its first invocation would make it."""
    code = f"import app\nif 'pond.kernel.tables' in sys.modules:\n    {CLIENT}"
    return _measure(code, {"PYTHONPATH": os.pathsep.join([str(ROOT / "functions" / name), _house()])}, runs)


def main() -> int:
    """Print the table."""
    bottom = bare(RUNS)
    print(f"{'function':<18}{'modules':>8}{'ratio':>7}{'ms':>7}{'ratio':>7}")
    print(f"{'(bare client)':<18}{bottom.modules:>8}{1:>7.2f}{bottom.seconds * 1000:>7.0f}{1:>7.2f}")
    for name in names():
        cost = of_function(name, RUNS)
        print(
            f"{name:<18}{cost.modules:>8}{cost.modules / bottom.modules:>7.2f}"
            f"{cost.seconds * 1000:>7.0f}{cost.seconds / bottom.seconds:>7.2f}"
        )
    return 0


def _house() -> str:
    return str(ROOT / "layers/pond/python")


def _measure(code: str, environment: Mapping[str, str], runs: int) -> Cost:
    fixed = {"POND_PREFIX": "pond-bench", "AWS_DEFAULT_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "test"}
    fixed |= {"AWS_SECRET_ACCESS_KEY": "test", "POWERTOOLS_METRICS_NAMESPACE": "Pond"}
    taken = [
        json.loads(
            subprocess.run(
                [sys.executable, "-c", _MEASURE.format(code=code)],
                env={**os.environ, **fixed, **environment},
                capture_output=True,
                check=True,
                text=True,
            ).stdout.splitlines()[-1]
        )
        for _ in range(runs)
    ]
    return Cost(taken[0][0], statistics.median(seconds for _, seconds in taken))


if __name__ == "__main__":
    sys.exit(main())
