"""How long the random tests look: shortly in CI, long in `make prove` (HYPOTHESIS_PROFILE=prove)."""

import os

TIMES = {"ci": 1, "prove": 10}


def profile() -> str:
    """The profile asked for."""
    return os.environ.get("HYPOTHESIS_PROFILE", "ci")


def examples(few: int) -> int:
    """So many examples in CI, ten times as many to prove."""
    return few * TIMES[profile()]
