"""Who is in which group, and up to which version of WeCom's that is known. One process at a time compares a group.

The lease outlives every invocation of the worker, so that nobody who lost it still writes.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from pynamodb.attributes import UnicodeAttribute
from pynamodb.exceptions import UpdateError
from pynamodb.expressions.update import Action

from pond.groups import store
from pond.groups.model_rosters import ASTRAY, Chain, Standing
from pond.kernel.settings import settings
from pond.kernel.tables import ExpiryAttribute, Table, TimeAttribute, index, refused

LEASE = timedelta(seconds=60)  # twice the worker's timeout


class RosterRow(Table):
    class Meta:
        table_name = "rosters"

    chat_id = UnicodeAttribute(hash_key=True)
    contact_id = UnicodeAttribute(range_key=True)
    member_id = UnicodeAttribute(null=True)
    standing = UnicodeAttribute()
    joined_at = TimeAttribute()
    came = UnicodeAttribute(default="unknown")
    gone_at = TimeAttribute(null=True)
    expires_at = ExpiryAttribute(null=True)
    astray = UnicodeAttribute(null=True)  # the member, while they are here without a seat here
    by_astray = index("astray", astray=UnicodeAttribute(hash_key=True))


class ChainRow(Table):
    class Meta:
        table_name = "chains"

    chat_id = UnicodeAttribute(hash_key=True)
    version = UnicodeAttribute(null=True)
    synced_at = TimeAttribute(null=True)
    lease_id = UnicodeAttribute(null=True)
    leased_until = TimeAttribute(null=True)


def is_ours(chat_id: str) -> bool:
    """Whether there is such a group of ours. None is ever deleted: what was there a moment ago is there."""
    try:
        return bool(store.GroupRow.get(chat_id))
    except store.GroupRow.DoesNotExist:
        return store.get_group(chat_id) is not None


def chain(chat_id: str) -> Chain:
    """How far a group's roster was known to be true a moment ago: what it showed then, it shows or is past now. Who
    changes it goes by what `lease` says."""
    try:
        row = ChainRow.get(chat_id)
    except ChainRow.DoesNotExist:
        return Chain()
    return Chain(version=row.version, synced_at=row.synced_at)


def lease(chat_id: str, lease_id: str, now: datetime) -> Chain | None:
    """Become the only one who compares this group; None while somebody else does."""
    row = ChainRow(chat_id)
    try:
        row.update(
            actions=[ChainRow.lease_id.set(lease_id), ChainRow.leased_until.set(now + LEASE)],
            condition=ChainRow.leased_until.does_not_exist() | (ChainRow.leased_until < now),
        )
    except UpdateError as error:
        if not refused(error):
            raise
        return None
    return Chain(version=row.version, synced_at=row.synced_at)


def release(chat_id: str, lease_id: str, known: Chain) -> None:
    """Let others compare, and say how far the roster is true now."""
    actions: list[Action] = [ChainRow.lease_id.remove(), ChainRow.leased_until.remove()]
    actions.append(ChainRow.version.set(known.version) if known.version else ChainRow.version.remove())
    if known.synced_at:
        actions.append(ChainRow.synced_at.set(known.synced_at))
    try:
        ChainRow(chat_id).update(actions=actions, condition=ChainRow.lease_id == lease_id)
    except UpdateError as error:
        if not refused(error):
            raise


def roster(chat_id: str) -> dict[str, RosterRow]:
    """Who is or was in a group, by contact_id."""
    return {row.contact_id: row for row in RosterRow.query(chat_id, consistent_read=True)}


def glance(chat_id: str) -> Iterator[RosterRow]:
    """Who is or was in a group, as written a moment ago at the latest."""
    return RosterRow.query(chat_id)


def some(chat_id: str, contact_ids: Iterable[str]) -> dict[str, RosterRow]:
    """Those of these contacts who are or were in a group."""
    keys = [(chat_id, contact_id) for contact_id in sorted(contact_ids)]
    return {row.contact_id: row for row in RosterRow.batch_get(keys, consistent_read=True)}


def everyone() -> Iterator[RosterRow]:
    """Who is or was in any group; a scan, for operators."""
    return RosterRow.scan(consistent_read=True)


def astray(member_id: str) -> list[tuple[str, str]]:
    """The (chat_id, contact_id) under which a member is in groups without a seat there. Lags by about a second."""
    return [(row.chat_id, row.contact_id) for row in RosterRow.by_astray.query(member_id)]


def all_astray() -> Iterator[tuple[str, str]]:
    """Every (member_id, chat_id) of members who are in a group without a seat there; a scan of few rows."""
    return ((row.astray or "", row.chat_id) for row in RosterRow.by_astray.scan())


def put(
    chat_id: str, contact_id: str, member_id: str | None, standing: Standing, joined_at: datetime, came: str
) -> None:
    """Write down who is in a group; writing it again is harmless."""
    RosterRow(
        chat_id=chat_id,
        contact_id=contact_id,
        member_id=member_id,
        standing=standing,
        joined_at=joined_at,
        came=came,
        astray=member_id if standing in ASTRAY else None,
    ).save()


def end(row: RosterRow, standing: Standing, now: datetime) -> None:
    """They are no longer in the group; remembered for a while, so that operators see who left or was removed."""
    row.update(
        actions=[
            RosterRow.standing.set(standing),
            RosterRow.gone_at.set(now),
            RosterRow.expires_at.set(now + timedelta(days=int(settings().roster_retention_days))),
            RosterRow.astray.remove(),
        ]
    )
