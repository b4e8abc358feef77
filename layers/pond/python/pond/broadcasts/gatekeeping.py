"""Whether a recipient gets a broadcast at all, decided when its audience is expanded, and kept with the target: which
version, whose task it will be, or why not.

What only shows later (a group dissolved meanwhile, a follower gone) is an outcome of the chunk.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from pond.broadcasts import caps, optouts, people
from pond.broadcasts.model import Broadcast, variant_of
from pond.broadcasts.model_targets import Target
from pond.groups import setup, standings
from pond.groups.model import Group
from pond.members import identities

Gate = Callable[[Sequence[str]], Iterable[Target]]


def gate(broadcast: Broadcast, now: datetime) -> Gate:
    """What decides about the recipients of one broadcast."""
    if broadcast.kind == "group":
        over = caps.groups_over(broadcast, now)
        return lambda chat_ids: _groups(broadcast, chat_ids, over, now)
    return lambda member_ids: _members(broadcast, member_ids)


def _groups(broadcast: Broadcast, chat_ids: Sequence[str], over: Mapping[str, str], now: datetime) -> Iterable[Target]:
    groups, serving = setup.several(chat_ids), _serving(broadcast)
    for chat_id in chat_ids:
        group = groups.get(chat_id)
        sender = group.owner if group else None
        if serving is not None:
            sender = serving(chat_id, now) or sender
        yield _target(broadcast, chat_id, sender, _why_not(group, over.get(chat_id)))


def _serving(broadcast: Broadcast) -> Callable[[str, datetime], str | None] | None:
    """What tells who serves a group; duties are theirs."""
    if broadcast.route != "duty":
        return None
    from pond.volunteers import service as volunteers  # here: only duties need to know them

    return volunteers.serving


def _why_not(group: Group | None, over: str | None) -> str | None:
    if group is None:
        return "no_group"
    if group.state == "closed":
        return "group_closed"
    if not group.owner:
        return "no_owner"
    return over


def _members(broadcast: Broadcast, member_ids: Sequence[str]) -> Iterable[Target]:
    out = optouts.among(member_ids)
    if broadcast.route == "wecom_customer":  # on the other routes it is heeded when they are written to
        reached = people.followers_of(broadcast.programme_id, member_ids)
        out |= {member_id for member_id, follower in reached.items() if follower.quiet_since}
    blocked = identities.blocked_among(member_ids)
    owners = _owners(broadcast, member_ids) if broadcast.route == "wecom_customer" else None
    for member_id in member_ids:
        reason = "opted_out" if member_id in out else "blocked" if member_id in blocked else None
        sender = owners.get(member_id) if owners is not None else None
        if owners is not None and sender is None:
            reason = reason or "no_group"
        yield _target(broadcast, member_id, sender, reason)


def _owners(broadcast: Broadcast, member_ids: Sequence[str]) -> Mapping[str, str]:
    """Who owns the group that each member sits in: their task it is."""
    seats = dict(standings.seated(member_ids, (broadcast.programme_id,)))
    groups = setup.several(set(seats.values()))
    return {member_id: groups[chat_id].owner for member_id, chat_id in seats.items() if chat_id in groups}


def _target(broadcast: Broadcast, recipient_id: str, sender: str | None, reason: str | None) -> Target:
    variant = variant_of(broadcast.origin_id, broadcast.variants, recipient_id)
    if variant is None:
        reason = reason or "outside_versions"
    return Target(recipient_id=recipient_id, variant=variant, sender=sender, reason=reason)
