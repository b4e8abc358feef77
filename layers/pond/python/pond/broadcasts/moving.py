"""Whom the caps moved: they get the same words in a broadcast that follows, when their day, week or month is over.

That broadcast is named by the one it follows and the period, so whoever makes it again makes none. Its targets are
those that stand as moved in the other's sheets (groups) or marks (members), which are final by then: nobody is a target
of it who was told by the other, and nobody who was moved is left out. It is as any other, so who is over a cap again is
moved again, until the rules say that it is too late.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from datetime import datetime

from pond.broadcasts import caps, locating, store_broadcasts, store_chunks, store_targets, timing
from pond.broadcasts.model import Broadcast, Moved
from pond.broadcasts.model_audience import Audience, Expand, Kind, Recipient
from pond.broadcasts.model_targets import MOVED
from pond.broadcasts.model_timing import Per
from pond.kernel.logs import count


def follow(broadcast: Broadcast, periods: Iterable[Per], now: datetime) -> None:
    """Have a broadcast for those who were moved by their cap of each period; the caretaker's minute begins it."""
    rules = timing.rules(broadcast.programme_id)
    for per in periods:
        at = timing.opens(rules, per, broadcast.began_at or now)
        due_at = max(at or now, now).replace(microsecond=0)
        later = Broadcast(
            broadcast_id=following_id(broadcast, per),
            programme_id=broadcast.programme_id,
            variants=broadcast.variants,
            audience=broadcast.audience,
            route=broadcast.route,
            due_at=due_at,
            source=broadcast.source,
            state="scheduled",
            created_at=now,
            approved_by=broadcast.approved_by,
            approved_at=broadcast.approved_at,
            next_at=due_at,
            note=f"moved (cap.{per}) from {broadcast.broadcast_id}",
            over_cap=broadcast.over_cap,
            moved=Moved(of=broadcast.broadcast_id, per=per, origin_id=broadcast.origin_id, meant_at=broadcast.meant_at),
        )
        if store_broadcasts.put(later):
            count("BroadcastMoved")


def following(broadcast: Broadcast) -> list[Broadcast]:
    """The broadcasts that directly follow one, as they stand."""
    found = (store_broadcasts.load(following_id(broadcast, per)) for per in MOVED)
    return [one for one in found if one]


def following_id(broadcast: Broadcast, per: Per) -> str:
    """What the broadcast for those is called whom their cap of that period moved out of this one."""
    digest = hashlib.sha256(f"{broadcast.broadcast_id}~{per}".encode()).hexdigest()
    return f"{broadcast.origin_id}.{digest[:10]}"


def moved_groups(broadcast: Broadcast) -> list[Per]:
    """By caps of which periods groups were moved out of a broadcast whose sheets are all written."""
    reasons = {target.reason for sheet in store_targets.sheets(broadcast.broadcast_id) for target in sheet.targets}
    return [per for per in MOVED if caps.MOVED + per in reasons]


def expand(moved: Moved) -> Expand:
    """What tells the targets of a broadcast that follows another, page by page."""

    def page(
        programme_id: str, audience: Audience, kind: Kind, after: str | None, limit: int, now: datetime
    ) -> tuple[list[Recipient], str | None]:
        since, done = json.loads(after) if after else ("", 0)
        found: list[Recipient] = []
        for part, ids in those(moved, kind, since):
            start = done if part == since else 0
            taken = ids[start : start + limit - len(found)]
            found += [Recipient(one, kind) for one in taken]
            if len(found) >= limit:
                return found, json.dumps([part, start + len(taken)])
        return found, None

    return page


def those(moved: Moved, kind: Kind, since: str = "") -> Iterator[tuple[str, list[str]]]:
    """Who was moved, by sheet or chunk of the broadcast they were moved out of, from one on."""
    if kind == "group":
        for sheet in store_targets.sheets(moved.of, int(since or 0)):
            reason = caps.MOVED + moved.per
            yield str(sheet.number), [one.recipient_id for one in sheet.targets if one.reason == reason]
        return
    for chunk in store_chunks.of(moved.of, since):
        if MOVED[moved.per] in chunk.marks:
            pairs = zip(locating.recipients(chunk), chunk.marks, strict=True)
            yield chunk.chunk_id, [one for one, mark in pairs if mark == MOVED[moved.per]]
