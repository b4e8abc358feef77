"""Takes what the shop pushed into orders, asks it for what is missing, finds buyers that become known, keeps sums, and
binds who opens a distributor's link."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from pond.broadcasts import timing
from pond.channels.events import LinkOpened
from pond.kernel import clock, queues
from pond.kernel.errors import Permanent
from pond.kernel.logs import logger, metrics
from pond.members.events import MemberMerged, MemberPhoneChanged, MemberRegistered
from pond.orders import intake, lookups, merging, nightly, outreach, outreach_due, reconciliation, rematching, sums
from pond.orders.events import OrderChanged, OrderMatched, OrderPaid
from pond.platforms.events import CallbackReceived
from pond.volunteers import binding

Envelope = queues.Envelope
TAKEN: dict[str, Callable[[Envelope, datetime], object]] = {
    CallbackReceived.name: lambda it, now: intake.take(CallbackReceived.read(it).callback_id, now),
    lookups.DUE: lambda it, now: lookups.take(it["detail"], now),
    nightly.RECONCILE: lambda it, now: reconciliation.take(it["detail"], now),
    nightly.MISSING: lambda it, now: lookups.plan_missing(),
    nightly.UNMATCHED: lambda it, now: reconciliation.look_for_buyers(it["detail"], now),
    MemberRegistered.name: lambda it, now: rematching.member_known(MemberRegistered.read(it).member_id, now),
    MemberPhoneChanged.name: lambda it, now: rematching.member_known(MemberPhoneChanged.read(it).member_id, now),
    MemberMerged.name: lambda it, now: merging.merge(MemberMerged.read(it).merged, now),
    nightly.MERGED: lambda it, now: merging.merge(str(it["detail"]["merged"]), now),
    LinkOpened.name: lambda it, now: binding.link_opened(LinkOpened.read(it)),
    OrderChanged.name: lambda it, now: sums.count(OrderChanged.read(it).tid, now),
    OrderMatched.name: lambda it, now: (
        rematching.order_matched(OrderMatched.read(it).tid, now),
        outreach.after_order(OrderMatched.read(it), now),
    ),
    OrderPaid.name: lambda it, now: outreach.after_order(OrderPaid.read(it), now),
    outreach_due.DUE: lambda it, now: outreach.take(it["detail"], now, timing.holidays),
}


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Work through a batch of messages."""
    return queues.work(event, _take)


def _take(envelope: Envelope) -> None:
    kind = str(envelope.get("detail-type"))
    take = TAKEN.get(kind)
    if take is None:
        raise Permanent("event.unexpected", kind)
    logger.info("taken", extra={"kind": kind, "outcome": take(envelope, clock.now())})
