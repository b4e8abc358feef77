"""The life of a broadcast: planned, approved, scheduled, stopped, resumed, and taken up when its time has come.

The broadcast's row is the truth; its schedule and the caretaker's minute only make somebody look at it. Each step is a
conditional write that says which state it leaves: doing it twice, or late, changes nothing.
"""

from datetime import datetime, timedelta

from pond.broadcasts import audiences, contents, moving, progress, timing
from pond.broadcasts import store_broadcasts as store
from pond.broadcasts.model import OPEN, Broadcast, Draft, check
from pond.broadcasts.model_timing import Verdict
from pond.kernel import queues
from pond.kernel.errors import NotFound, Refused
from pond.kernel.settings import settings
from pond.programmes import service as programmes

DUE = "broadcast.due"
EARLY = timedelta(seconds=60)  # EventBridge Scheduler is exact to the minute
LONGEST_AHEAD = timedelta(days=180)


def plan(draft: Draft, now: datetime) -> str:
    """Write a broadcast down as a draft; its id. The same id again changes nothing, but for a draft, which gets the new
    words and time.

    Raises:
        Refused: `broadcast.invalid`.
        NotFound: `programme.unknown`.
    """
    check(draft)
    programmes.get(draft.programme_id)
    due_at = draft.due_at.replace(microsecond=0)
    planned = Broadcast(
        broadcast_id=draft.broadcast_id,
        programme_id=draft.programme_id,
        variants=draft.variants,
        audience=draft.audience,
        route=draft.route,
        due_at=due_at,
        source=draft.source,
        state="draft",
        created_at=now,
        over_cap=draft.over_cap,
    )
    if not store.put(planned):
        store.rewrite(draft.broadcast_id, draft.variants, due_at, draft.over_cap)
    return draft.broadcast_id


def approve(broadcast_id: str, by: str, now: datetime) -> Broadcast:
    """Somebody stands for it: what cannot go as it is meant is refused here, with the reason.

    Raises:
        NotFound: `broadcast.unknown`, `content.unknown`.
        Refused: `broadcast.past` (its time is over), `broadcast.route` (the content is not made for it),
            `audience.nobody`, `audience.everybody` (not said on purpose), `content.not_approved`, `broadcast.state`.
    """
    found = get(broadcast_id)
    if found.state != "draft":
        if found.state in ("approved", "scheduled"):
            return found
        raise Refused("broadcast.state", f"{broadcast_id} is {found.state}, not a draft")
    if found.due_at < now - EARLY:
        raise Refused("broadcast.past", f"{broadcast_id} was due at {found.due_at:%Y-%m-%d %H:%M} UTC")
    if found.due_at > now + LONGEST_AHEAD:
        raise Refused("broadcast.invalid", f"due more than {LONGEST_AHEAD.days} days ahead")
    for variant in found.variants:
        content = contents.get(variant.content_id, variant.version)
        if found.route not in content.routes:
            raise Refused("broadcast.route", f"{variant.content_id} is not made for {found.route}")
    audiences.check(found.programme_id, found.audience, found.kind, now)
    store.move(broadcast_id, ("draft",), "approved", approved_by=by, approved_at=now)
    return get(broadcast_id)


def schedule(broadcast_id: str, now: datetime) -> Broadcast:
    """Have an approved broadcast go when it is due, or when quiet hours and holidays end; `note` says if it was moved.
    Where the rules drop it, it is stopped.

    Raises:
        NotFound: `broadcast.unknown`.
        Refused: `broadcast.state`.
    """
    found = get(broadcast_id)
    if found.state == "approved":
        verdict = timing.next_moment(timing.rules(found.programme_id), max(found.due_at, now))
        if verdict.outcome == "drop":
            store.move(broadcast_id, ("approved",), "stopped", stopped_from="approved", note=said(verdict))
            return get(broadcast_id)
        moved = {"due_at": verdict.at, "note": said(verdict)} if verdict.outcome == "move" else {}
        due_at = moved.get("due_at", found.due_at)
        store.move(broadcast_id, ("approved",), "scheduled", next_at=due_at, **moved)
        found = get(broadcast_id)
    if found.state == "draft":
        raise Refused("broadcast.state", f"{broadcast_id} is a draft: approve it first")
    if found.state == "scheduled":
        call_up(found)
    return found


def stop(broadcast_id: str, by: str, now: datetime) -> Broadcast:
    """Stop it, wherever it is, and what follows it for those who were moved: nothing more is handed out from here on,
    and tasks not yet sent are taken back. It is told what was sent already.

    Raises:
        NotFound: `broadcast.unknown`.
    """
    found = get(broadcast_id)
    if found.state in OPEN:
        store.move(
            broadcast_id,
            (found.state,),
            "stopped",
            stopped_from=found.state,
            next_at=now if found.state == "dispatching" else None,
            note=f"stopped by {by}",
        )
    for following in moving.following(found):
        stop(following.broadcast_id, by, now)
    return get(broadcast_id)


def resume(broadcast_id: str, by: str, now: datetime) -> Broadcast:
    """Go on where it was stopped, with what follows it: what is due by now goes at once; who got it does not get it
    again.

    Raises:
        NotFound: `broadcast.unknown`.
    """
    found = get(broadcast_id)
    if found.state == "stopped" and found.stopped_from:
        back = found.stopped_from
        next_at = {"scheduled": max(found.due_at, now), "dispatching": now}.get(back)
        store.move(broadcast_id, ("stopped",), back, stopped_from=None, next_at=next_at, note=f"resumed by {by}")
        if back == "scheduled":
            call_up(get(broadcast_id))
    for following in moving.following(found):
        resume(following.broadcast_id, by, now)
    return get(broadcast_id)


def begin(broadcast_id: str, now: datetime) -> bool:
    """Claim a broadcast whose time has come; whether it is to be dispatched now. Too early, or in quiet hours by now,
    it is not.

    Raises:
        NotFound: `broadcast.unknown`.
    """
    found = get(broadcast_id)
    if found.state != "scheduled":
        return found.state == "dispatching"
    if now < found.due_at - EARLY:
        return False
    verdict = timing.next_moment(timing.rules(found.programme_id), now)
    if verdict.outcome == "drop":
        store.move(broadcast_id, ("scheduled",), "stopped", stopped_from="scheduled", next_at=None, note=said(verdict))
        return False
    if verdict.outcome == "move" and verdict.at > now + EARLY:
        store.note(broadcast_id, ("scheduled",), due_at=verdict.at, next_at=verdict.at, note=said(verdict))
        return False
    store.move(broadcast_id, ("scheduled",), "dispatching", began_at=now, next_at=now + progress.PATIENCE)
    return get(broadcast_id).state == "dispatching"


def call_up(broadcast: Broadcast) -> None:
    """Have it looked at when it is due. The time is part of the name: moved, it has another schedule, and the old one
    comes too early and does nothing."""
    name = f"{broadcast.broadcast_id}.{broadcast.due_at:%Y%m%d%H%M%S}"[:64]
    message = {"kind": DUE, "broadcast_id": broadcast.broadcast_id}
    queues.send_at(name, broadcast.due_at, settings().broadcast_queue_arn, message)


def get(broadcast_id: str) -> Broadcast:
    """The broadcast as it stands.

    Raises:
        NotFound: `broadcast.unknown`.
    """
    found = store.load(broadcast_id)
    if found is None:
        raise NotFound("broadcast.unknown", broadcast_id)
    return found


def listed(programme_id: str, since: datetime, until: datetime) -> list[Broadcast]:
    """A programme's broadcasts due between both, in order."""
    return list(store.of_programme(programme_id, since, until))


def said(verdict: Verdict) -> str:
    """What the rules decided, for operators."""
    return f"{verdict.outcome} ({verdict.reason}) to {verdict.at:%Y-%m-%d %H:%M} UTC"
