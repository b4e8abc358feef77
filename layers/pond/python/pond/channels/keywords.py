"""What the account answers to what people write and do; all words are the programme's."""

from datetime import datetime

from pond.channels import bookings, codes, openings
from pond.channels.model import Follower, Place
from pond.channels.model_keywords import heard
from pond.kernel.clock import CHINA
from pond.kernel.settings import settings
from pond.programmes import service as programmes
from pond.programmes.model import Programme, page_path
from pond.programmes.model_texts import fill


def answer(text: str, follower: Follower, now: datetime, cause: str | None = None) -> str | None:
    """The passive reply to what somebody wrote; a booking keyword books. None: nothing to say.

    `cause` is the callback's id: the same callback again gets the same answer.
    """
    programme = programme_for(follower)
    found = heard(programme, text) if programme else None
    if programme is None or found is None:
        return None
    if found.text:
        return fill(found.text, name=programme.name, link=_link(programme))
    place = bookings.place(follower, programme.programme_id)
    if programme.status == "closed" and place is None:
        return fill(programme.texts["closed"], name=programme.name)
    place = bookings.book(programme.programme_id, follower.follower_id, follower.channel_id, now, cause)
    return _say(programme, place, now)


def greeting(follower: Follower) -> str | None:
    """The passive reply to somebody who follows or scans a code."""
    programme = programme_for(follower)
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
