"""What the account answers to what people write and do; all words are the programme's."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from pond.channels import bookings, codes, followers, openings
from pond.channels.model import Channel, Follower, Place
from pond.channels.model_keywords import heard
from pond.kernel.clock import CHINA
from pond.kernel.settings import settings
from pond.programmes import service as programmes
from pond.programmes.model import Programme, page_path
from pond.programmes.model_texts import fill

TurnedAway = Callable[[str], bool]  # whether the person behind a WeChat account may not take part


@dataclass(frozen=True)
class Answer:
    """The passive reply, if any; `placed`: it is about a place that the same request got, which carries its `cause`."""

    text: str | None = None
    placed: bool = False


def answer(
    text: str,
    follower: Follower,
    now: datetime,
    cause: str | None = None,
    said_at: datetime | None = None,
    is_turned_away: TurnedAway = lambda _: False,
) -> Answer:
    """The passive reply to what somebody wrote; a booking keyword books. Nothing to say, as well, to somebody who is
    turned away and asks for a place.

    `cause` is the callback's id: the same callback again gets the same answer. `said_at`: when they wrote it, if that
    is not noted on the follower yet; it is afterwards, in one write with the place if there is one to give.
    """
    programme = programme_for(follower)
    found = heard(programme, text) if programme else None
    has_place = programme is not None and programme.programme_id in follower.bookings
    takes_place = programme is not None and programme.status != "closed" and not has_place
    if takes_place and found and not found.text and follower.account_id and is_turned_away(follower.account_id):
        found = None
    if programme and found and not found.text and takes_place:
        channel_id = follower.channel_id
        place = bookings.book_for(follower, programme.programme_id, channel_id, now, cause, said_at)
        return Answer(_say(programme, place, now), place.first_time)
    if said_at:
        followers.said(follower.openid, said_at)
    if programme is None or found is None:
        return Answer()
    if found.messages:
        followers.set_quiet(follower.follower_id, now if found.messages == "stop" else None)
    if found.text:
        return Answer(fill(found.text, name=programme.name, link=_link(programme)))
    if not has_place:
        return Answer(fill(programme.texts["closed"], name=programme.name))
    place = bookings.book_for(follower, programme.programme_id, follower.channel_id, now, cause)
    return Answer(_say(programme, place, now), place.first_time)


def greeting(follower: Follower, channel: Channel | None = None) -> str | None:
    """The passive reply to somebody who follows or scans a code (of `channel`, if it was just read)."""
    programme = programmes.get(channel.programme_id) if channel else programme_for(follower)
    return fill(programme.follow_text, name=programme.name, link=_link(programme)) if programme else None


def programme_for(follower: Follower) -> Programme | None:
    """The programme of the channel whose code they used last, else the first that is open."""
    channel = codes.find(follower.channel_id) if follower.channel_id else None
    if channel:
        return programmes.get(channel.programme_id)
    offered = [programmes.get(programme_id) for programme_id in programmes.all_ids()]
    return next((programme for programme in offered if programme.status == "open"), offered[0] if offered else None)


def _say(programme: Programme, place: Place, now: datetime) -> str:
    texts, values = programme.texts, {"name": programme.name, "number": place.number, "link": _link(programme)}
    if place.admitted:
        return fill(texts["booked_open" if place.first_time else "already_in"], **values)
    values["ahead"] = place.ahead
    if not place.first_time:
        return fill(texts["already_booked"], **values)
    opening = openings.next_opening(programme.programme_id, now)
    if opening is None:
        return fill(texts["booked_later"], **values)
    starts_at = opening.starts_at.astimezone(CHINA)
    return fill(texts["booked"], **values, month=starts_at.month, day=starts_at.day, time=f"{starts_at:%H:%M}")


def _link(programme: Programme) -> str:
    return f"{settings().public_url}{page_path(programme.programme_id)}"
