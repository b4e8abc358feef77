"""Who is really in a group. WeCom's events are hints: they may repeat, vanish and change places.

Member versions tell which events are news. Leaves that follow on what is known are written down as they are; joins
and gaps are read from the group itself, by one worker at a time, so that many events cost few reads.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from pond.groups import rosters, store, store_rosters
from pond.groups.comparing import alone
from pond.groups.model import Group
from pond.groups.model_rosters import GONE, Chain, Heard, Standing, in_chain, read
from pond.groups.reconciliation import close_lost
from pond.groups.rosters import contact
from pond.kernel.errors import Transient
from pond.kernel.logs import count, logger
from pond.platforms import wecom
from pond.platforms.errors import Meaning, PartnerRefused
from pond.platforms.wecom import GroupDetail

LAG = timedelta(seconds=2)  # WeCom's group detail may lag its own event by about this much
OLDER = timedelta(seconds=30)  # a detail that is, by its version, from before an event is waited for so long
READS = 3


def hear(fields: Mapping[str, Any], received_at: datetime, now: datetime, pause: Callable[[float], None]) -> None:
    """Act on one `change_external_chat` callback."""
    event = read(fields, received_at)
    hear_all(event.chat_id, [event], now, pause)


def hear_all(chat_id: str, events: Sequence[Heard], now: datetime, pause: Callable[[float], None]) -> None:
    """Act on events about one group together; a group that is not ours is ignored.

    Raises:
        Transient: WeCom's answer does not show what the events say yet, or writers met; deliver again.
    """
    if not store_rosters.is_ours(chat_id):
        logger.info("callback about a group that is not ours")
        return
    if any(event.change == "dismiss" for event in events):
        store.set_state(chat_id, "closed")
        return
    try:
        settled = _hear_updates(chat_id, [event for event in events if event.change == "update"], now, pause)
    except PartnerRefused as error:
        if error.meaning is not Meaning.NO_SUCH_GROUP:
            raise
        close_lost(chat_id)
        return
    if not settled:
        raise Transient("membership.lagging", "the group's detail does not show yet what the event says")


def _hear_updates(chat_id: str, updates: Sequence[Heard], now: datetime, pause: Callable[[float], None]) -> bool:
    """Bring the roster up to these events; whether they are all in."""
    settled = True
    if _news(chat_id, store_rosters.chain(chat_id), updates):
        with alone(chat_id, now, pause) as comparison:
            news = _news(chat_id, comparison.chain, updates)  # whoever compared before us may have seen it all
            if news:
                comparison.chain, settled = _catch_up(_group(chat_id), comparison.chain, news, now, pause)
    for event in updates:
        if event.removed and event.gone:
            rosters.mark_removed(_group(chat_id), map(contact, event.gone), event.said_at, now)
    return settled


def _group(chat_id: str) -> Group:
    group = store.get_group(chat_id)
    assert group is not None  # groups are not deleted
    return group


def _news(chat_id: str, chain: Chain, events: Sequence[Heard]) -> list[Heard]:
    """The events whose effect the roster may not show yet."""
    return [event for event in events if not _is_covered(chat_id, chain, event)]


def _is_covered(chat_id: str, chain: Chain, event: Heard) -> bool:
    if chain.version and event.current == chain.version:
        return True
    if chain.synced_at is None or chain.synced_at < event.received_at:
        return False
    if chain.synced_at >= event.received_at + LAG:
        return True
    # Read after the event came, and it shows the event's change: then it is at least as new as the event.
    if not event.listed:
        return False
    rows = store_rosters.some(chat_id, map(contact, event.joined | event.gone))
    inside = {contact_id for contact_id, row in rows.items() if row.standing not in GONE}
    return inside == set(map(contact, event.joined))


def _catch_up(
    group: Group, chain: Chain, news: Sequence[Heard], now: datetime, pause: Callable[[float], None]
) -> tuple[Chain, bool]:
    """Bring roster and seats up to the news; how far they are true then, and whether the news are all in."""
    chained = in_chain(chain.version, news)
    gone: dict[str, Standing] = {
        contact(userid): "removed" if event.removed else "left" for event in chained or news for userid in event.gone
    }
    if chained and not any(event.joined for event in chained):
        count("MembershipChained")
        rosters.leave(group, gone, now)
        return Chain(version=chained[-1].current, synced_at=chain.synced_at), True
    count("MembershipChained" if chained else "MembershipRepaired")
    final = chained[-1] if chained else news[0] if len(news) == 1 else None
    detail, settled = _read(group.chat_id, news, final.current if final else "", now, pause)
    exact = bool(chained) and final is not None and detail.member_version == final.current
    only = {contact(userid) for event in news for userid in event.joined | event.gone} if exact else None
    if not rosters.sync(group, detail, now, only=only, gone=gone):
        return Chain(synced_at=chain.synced_at), False
    synced_at = max(now, chain.synced_at or now) if settled else chain.synced_at
    return Chain(version=detail.member_version or None, synced_at=synced_at), settled


def _read(
    chat_id: str, news: Sequence[Heard], final: str, now: datetime, pause: Callable[[float], None]
) -> tuple[GroupDetail, bool]:
    """The group as WeCom shows it, read again while it seems to lag; and whether it shows what the events say."""
    joined = {userid for event in news for userid in event.joined}
    gone = {userid for event in news for userid in event.gone}
    late = all(now >= event.received_at + LAG for event in news)
    for attempt in range(READS):
        if attempt:
            pause(LAG.total_seconds())
        detail = wecom.group(chat_id)
        present = {member.userid for member in detail.members}
        shown = joined - gone <= present and not (gone - joined) & present
        older = any(
            event.last and event.last == detail.member_version and now < event.received_at + OLDER for event in news
        )
        if shown or (late and not older) or (final and detail.member_version == final):
            return detail, True
    return detail, False
