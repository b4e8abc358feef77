"""What is known of members and groups as far as an audience asks for it, page by page.

Only what the condition needs is read, by key and in batches, so memory is bounded by a page. Where the condition names
a stretch of days in which something happened, only who stands in that index is looked at; else everyone enrolled.
"""

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta

from pond.broadcasts.model_audience import Audience, Chat, Condition, Every, Happened, Person, matches
from pond.broadcasts.model_audience_reader import subject, walk
from pond.channels import codes, followers
from pond.channels.model import Follower
from pond.groups import arrivals, standings
from pond.groups.model import Group
from pond.kernel.clock import CHINA, china_day
from pond.members import directory
from pond.members.directory import Enrolled
from pond.orders import reading
from pond.programmes import service as programmes

_DAY = timedelta(days=1)
_OF_SEATS = {"group", "seat", "seat_taken"}
_OF_FOLLOWERS = {"tag", "idle_days", "bought"}
_INDEXED = {"seat_taken": arrivals.between, "order_paid": reading.buyers_between}
_PAID = "paid"  # the tag of who ever paid for an order


def members(
    programme_id: str, where: Condition, after: str | None, limit: int, now: datetime
) -> tuple[list[Person], str | None]:
    """The next members of a programme among whom those who meet a condition are, and the cursor to go on with."""
    anchor = _anchor(where)
    if anchor is None:
        enrolled, last = directory.enrolled(programme_id, after, limit)
    else:
        member_ids, last = _since(programme_id, anchor, after, limit)
        found = {one.member_id: one for one in directory.enrolled_of(programme_id, member_ids)}
        enrolled = [found[member_id] for member_id in member_ids if member_id in found]
    people = _known(programme_id, enrolled, {subject(one) for one in walk(where)}, now)
    if anchor and anchor.event == "order_paid":  # it happened in that stretch to all who were found there
        people = [replace(one, happened={**one.happened, "order_paid": anchor.since}) for one in people]
    return people, last


def followers_of(programme_id: str, member_ids: Iterable[str]) -> dict[str, Follower]:
    """The follower through whom each of these members registered for a programme."""
    by_follower = {one.follower_id: one.member_id for one in directory.enrolled_of(programme_id, member_ids)}
    return {by_follower[one.follower_id]: one for one in followers.several(by_follower)}


def groups(programme_id: str, after: str | None, limit: int) -> tuple[list[Chat], str | None]:
    """The next groups of a programme that have somebody in them, and the cursor to go on with."""
    listed, last = standings.groups(programme_id, after, limit)
    return [chat(group) for group in listed if group.live_seats > 0], last


def chat(group: Group) -> Chat:
    """What an audience may ask of a group."""
    segment_id = group.pool_id.partition("~")[2]
    segment = programmes.get(group.programme_id).segment(segment_id)
    return Chat(
        chat_id=group.chat_id,
        segment=segment_id,
        stage=segment.stage_id if segment else "",
        months_from=segment.months_from if segment else None,
        months_to=segment.months_to if segment else None,
        kinds=segment.kinds if segment else (),
        state=group.state,
        happened={"group_filled": group.filled_at} if group.filled_at else {},
    )


def happened(where: Condition, one: Chat) -> bool:
    """Whether what a condition asks to have happened did happen to a group, leaving all else aside."""
    parts = where.of if isinstance(where, Every) else (where,)
    return all(matches(Audience(part), one) for part in parts if isinstance(part, Happened))


def months_since(month: str, today: date) -> int:
    """Whole calendar months from a month written `2026-03` to today's; negative when it is to come."""
    year, number = map(int, month.split("-"))
    return (today.year - year) * 12 + today.month - number


def _anchor(where: Condition) -> Happened | None:
    """The stretch of time that everyone who meets the condition has in common, if there is an index of it."""
    parts = where.of if isinstance(where, Every) else (where,)
    indexed = [one for one in parts if isinstance(one, Happened) and one.event in _INDEXED]
    return min(indexed, key=lambda one: one.event, default=None)  # orders first: nothing else leads to them


def _since(programme_id: str, anchor: Happened, after: str | None, limit: int) -> tuple[list[str], str | None]:
    """The next to whom it happened, from day to day."""
    on, key = json.loads(after) if after else (china_day(anchor.since).isoformat(), None)
    day = date.fromisoformat(on)
    found, last = _INDEXED[anchor.event](programme_id, day, anchor.since, anchor.until, key, limit)
    if last is not None:
        return found, json.dumps([on, last])
    following = day + _DAY
    if datetime(following.year, following.month, following.day, tzinfo=CHINA) >= anchor.until:
        return found, None
    return found, json.dumps([following.isoformat(), None])


def _known(programme_id: str, enrolled: list[Enrolled], asked: set[str | None], now: datetime) -> list[Person]:
    today = china_day(now)
    member_ids = [one.member_id for one in enrolled]
    seats = {}
    if asked & _OF_SEATS:
        seats = {seat.member_id: seat for seat in standings.seats(programme_id, member_ids)}
    found = {}
    if asked & _OF_FOLLOWERS:
        found = {one.follower_id: one for one in followers.several({one.follower_id for one in enrolled})}
    tags = _tags({one.channel_id for one in enrolled if one.channel_id}) if "tag" in asked else {}
    people = []
    for one in enrolled:
        seat, follower = seats.get(one.member_id), found.get(one.follower_id)
        people.append(
            Person(
                member_id=one.member_id,
                stage=one.stage_id,
                months=months_since(one.born_in, today) if one.born_in else None,
                due_months=-months_since(one.due_in, today) if one.due_in else None,
                kind=one.kind,
                channel=one.channel_id,
                tags=tags.get(one.channel_id or "", frozenset()) | (follower.tags if follower else frozenset()),
                idle_days=_idle_days(follower, now),
                bought=follower is not None and _PAID in follower.tags,
                group=seat.chat_id if seat else None,
                seat=seat.state if seat else "none",
                happened={"seat_taken": seat.taken_at} if seat and seat.taken_at else {},
            )
        )
    return people


def _idle_days(follower: Follower | None, now: datetime) -> int | None:
    """How many whole days ago they were last heard of at the account."""
    return max(0, (now - follower.following_at).days) if follower and follower.following_at else None


def _tags(channel_ids: Iterable[str]) -> dict[str, frozenset[str]]:
    found = {channel_id: codes.find(channel_id) for channel_id in channel_ids}
    return {channel_id: frozenset(channel.tags) for channel_id, channel in found.items() if channel}
