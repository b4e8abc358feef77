"""Benches print tables; what their workers log and measure would stand among them."""

import logging
import os
import sys
import warnings
from pathlib import Path

from pond.kernel.logs import logger


def hush() -> None:
    """Let this process say nothing for as long as it lives."""
    warnings.simplefilter("ignore")
    logger.setLevel(logging.CRITICAL)  # it writes where stdout was when it was made
    sys.stdout = Path(os.devnull).open("w")  # noqa: SIM115 - for as long as the process lives
