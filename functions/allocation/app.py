"""Gives seats: to the registered, to who asks again, and freed or new ones to who waits longest; opens
groups in reserve before they are needed."""

from typing import Any

from pond.groups import blocking, merging, reconciliation, reserves
from pond.groups.allocation import allocate, refill
from pond.groups.events import GroupFilling, GroupOpened, SeatFreed, SeatRequested
from pond.groups.model import Request
from pond.kernel import clock, queues
from pond.kernel.errors import Permanent, PondError
from pond.kernel.logs import logger, metrics
from pond.members.events import AccountBlocked, MemberMerged, MemberRegistered

WANTING: dict[str, type[MemberRegistered] | type[SeatRequested]] = {
    event.name: event for event in (MemberRegistered, SeatRequested)
}
MAKING_ROOM: dict[str, type[SeatFreed] | type[GroupOpened]] = {event.name: event for event in (SeatFreed, GroupOpened)}


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Serve a batch of events; those that could not be served now are delivered again."""
    return queues.work_all(event, _serve)


def _serve(messages: list[tuple[str, queues.Envelope]]) -> dict[str, Exception]:
    now = clock.now()
    wanting: dict[str, Request] = {}
    freed: dict[str, str] = {}
    failed: dict[str, Exception] = {}
    for message_id, envelope in messages:
        kind = str(envelope.get("detail-type"))
        try:
            if kind in WANTING:
                who = WANTING[kind].read(envelope)
                wanting[message_id] = Request(
                    member_id=who.member_id, programme_id=who.programme_id, pool_id=who.pool_id
                )
            elif kind == MemberMerged.name:
                reconciliation.plan_groups(merging.merge(MemberMerged.read(envelope).merged, now), now)
            elif kind == AccountBlocked.name:
                blocking.give_up(AccountBlocked.read(envelope).account_id, now)
            elif kind == GroupFilling.name:
                reserves.open_next(GroupFilling.read(envelope).pool_id)
            elif kind in MAKING_ROOM:
                freed[message_id] = MAKING_ROOM[kind].read(envelope).pool_id
            else:
                raise Permanent("event.unexpected", kind)
        except PondError as error:
            failed[message_id] = error
    refused = allocate(wanting.values(), now)
    failed |= {message_id: refused[request] for message_id, request in wanting.items() if request in refused}
    for pool_id in set(freed.values()):
        try:
            refill(pool_id, now)
        except PondError as error:
            failed |= {message_id: error for message_id, freed_in in freed.items() if freed_in == pool_id}
    return failed
