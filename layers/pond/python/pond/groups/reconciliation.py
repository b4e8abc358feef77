"""Every night each group is compared with WeCom, since events get lost: a message for some owners, then one a group.

A message that comes again, or late, finds its work done. Also looks again at people whose seat changed while they
were in a group without one.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import batched

from pond.groups import rosters, store, store_rosters
from pond.groups.comparing import alone
from pond.groups.model_rosters import Chain
from pond.kernel import queues
from pond.kernel.errors import Transient
from pond.kernel.events import DomainEvent
from pond.kernel.logs import count, logger
from pond.kernel.settings import settings
from pond.kernel.tables import iso
from pond.platforms import wecom
from pond.platforms.errors import Meaning, PartnerRefused

OWNERS = 100  # WeCom: owners a call may ask for


@dataclass(frozen=True, kw_only=True)
class OwnersDue(DomainEvent):
    """Work for the queue: the groups of these members of staff are to be compared."""

    name = "owners.due"

    owners: tuple[str, ...]
    due_at: str


@dataclass(frozen=True, kw_only=True)
class GroupDue(DomainEvent):
    """Work for the queue: this group is to be compared, unless it was since `due_at`."""

    name = "group.due"

    chat_id: str
    due_at: str


def plan(now: datetime) -> int:
    """Have all groups compared that are not closed; returns how many."""
    groups = [group for group in store.every_group() if group.state != "closed"]
    owners = sorted({group.owner for group in groups})
    _send([OwnersDue(owners=tuple(some), due_at=iso(now)) for some in batched(owners, OWNERS, strict=False)])
    return len(groups)


def plan_groups(chat_ids: Iterable[str], now: datetime) -> None:
    """Have these groups compared."""
    _send([GroupDue(chat_id=chat_id, due_at=iso(now)) for chat_id in sorted(chat_ids)])


def plan_owners(event: OwnersDue) -> int:
    """Have the groups of these owners compared; those WeCom has and we do not are counted. Returns how many."""
    everyone = {group.chat_id: group for group in store.every_group()}
    ours = {chat_id for chat_id, group in everyone.items() if group.owner in event.owners and group.state != "closed"}
    listed = set(wecom.group_list(list(event.owners)))
    count("GroupsNotOurs", len(listed - everyone.keys()))
    due = sorted(ours | {chat_id for chat_id in listed & everyone.keys() if everyone[chat_id].state != "closed"})
    _send([GroupDue(chat_id=chat_id, due_at=event.due_at) for chat_id in due])
    return len(due)


def compare(event: GroupDue, now: datetime, pause: Callable[[float], None]) -> str:
    """Compare one group with WeCom, every person of it; what came of it.

    Raises:
        Transient: WeCom's answer lags, or somebody else compares; deliver again.
    """
    group = store.get_group(event.chat_id)
    if group is None or group.state == "closed":
        return "closed"
    if _since(store_rosters.chain(event.chat_id), event.due_at):
        return "already"
    with alone(event.chat_id, now, pause) as comparison:
        try:
            detail = wecom.group(event.chat_id)
        except PartnerRefused as error:
            if error.meaning is not Meaning.NO_SUCH_GROUP:
                raise
            close_lost(event.chat_id)
            return "lost"
        if rosters.sync(group, detail, now, only=None, gone={}, thorough=True):
            known = comparison.chain
            comparison.chain = Chain(version=detail.member_version or None, synced_at=max(now, known.synced_at or now))
            return "compared"
    raise Transient("membership.lagging", "the group's detail misses who just came or shows who just left")


def close_lost(chat_id: str) -> None:
    """WeCom has this group no more, or no longer for us: it takes nobody, and an operator should know."""
    store.set_state(chat_id, "closed")
    count("GroupsLost")
    logger.error("group lost", extra={"chat_id": chat_id})


def restand(member_id: str, programme_id: str, now: datetime, pause: Callable[[float], None]) -> int:
    """A member's seat changed: look again at how they stand where they have none; returns in how many groups."""
    looked = 0
    for chat_id, contact_id in store_rosters.astray(member_id):
        group = store.get_group(chat_id)
        if group and group.programme_id == programme_id:
            with alone(chat_id, now, pause):
                looked += rosters.restand(group, contact_id, now) is not None
    return looked


def _since(chain: Chain, due_at: str) -> bool:
    return chain.version is not None and chain.synced_at is not None and iso(chain.synced_at) >= due_at


def _send(messages: Sequence[DomainEvent]) -> None:
    queues.send(
        settings().roster_queue_url,
        ({"detail-type": message.name, "detail": message.detail()} for message in messages),
    )
