"""Every minute: what time itself brings (expiry, openings, codes), and what a lost message left undone."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from pond.channels import codes, openings
from pond.groups import holds, repair
from pond.kernel import clock
from pond.kernel.errors import PondError
from pond.kernel.logs import count, logger, metrics

DUTIES: tuple[tuple[str, Callable[[datetime], int]], ...] = (
    ("holds", holds.expire_due),
    ("openings", openings.tend),
    ("waitlists", repair.call_up),
    ("codes", codes.renew_due),
)
NIGHTLY_HOUR, NIGHTLY_MINUTE = 19, 0  # 03:00 in China


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def handler(event: dict[str, Any], context: object) -> dict[str, int]:
    """Do each duty; one that fails does not keep the others from being done."""
    now = clock.now()
    duties = list(DUTIES)
    if (now.hour, now.minute) == (NIGHTLY_HOUR, NIGHTLY_MINUTE):
        duties.append(("forgotten", repair.seat_the_forgotten))
    done: dict[str, int] = {}
    for name, duty in duties:
        try:
            done[name] = duty(now)
        except PondError as error:
            count("DutyFailed")
            logger.error("duty failed", extra={"duty": name, "code": error.code, "reason": error.message})
    logger.info("tended", extra={"done": done})
    return done
