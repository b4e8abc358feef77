"""Every minute: what time itself brings (holds that end, openings, codes), and waitlists whose call was lost. Every
night: the forgotten, and each group compared with WeCom."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from pond.broadcasts import agenda
from pond.channels import codes, openings
from pond.groups import holds, reconciliation, reminders, repair, reserves
from pond.kernel import clock, correlation
from pond.kernel.errors import PondError
from pond.kernel.logs import count, logger, metrics
from pond.members import reviews
from pond.orders import nightly as orders
from pond.orders import outreach_due
from pond.rights import erasing, retention

DUTIES: tuple[tuple[str, Callable[[datetime], int]], ...] = (
    ("holds", holds.expire_due),
    ("reminders", reminders.remind_due),
    ("openings", openings.tend),
    ("reserves", reserves.tend),
    ("waitlists", repair.call_up),
    ("codes", codes.renew_due),
    ("broadcasts", agenda.tend),
    ("outreach", outreach_due.plan),
    ("erasures", erasing.erase_due),
)
NIGHTLY: tuple[tuple[str, Callable[[datetime], int]], ...] = (
    ("merged", repair.merge_the_found),
    ("blocked", repair.turn_away_the_blocked),
    ("forgotten", repair.seat_the_forgotten),
    ("groups", reconciliation.plan),
    ("quotas", reviews.admit_waiting),
    ("orders", orders.plan),
    ("expired", retention.enforce),
    ("erased", erasing.sweep_due),
)


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
@correlation.own
def handler(event: dict[str, Any], context: object) -> dict[str, int]:
    """Do each duty of the schedule's `input`; one that fails does not keep the others from being done."""
    now = clock.now()
    duties = NIGHTLY if event.get("duties") == "nightly" else DUTIES
    done: dict[str, int] = {}
    for name, duty in duties:
        try:
            done[name] = duty(now)
        except PondError as error:
            count("DutyFailed")
            logger.error("duty failed", extra={"duty": name, "code": error.code, "reason": error.message})
    logger.info("tended", extra={"done": done})
    return done
