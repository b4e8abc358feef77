"""What the account answers to what people write and do; all words are the programme's."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from pond.channels import bookings, codes, followers, openings
from pond.channels.model import SAID_WINDOW, Channel, Follower, Place
from pond.channels.model_keywords import heard
from pond.kernel.clock import CHINA
from pond.kernel.settings import settings
from pond.programmes import service as programmes
from pond.programmes.model import Programme, page_path
from pond.programmes.model_texts import fill

TurnedAway = Callable[[str], bool]  # whether the person behind a WeChat account may not take part
_QUIET = timedelta(hours=24)  # so long after somebody wrote they are not told again that nothing was understood


class Library(Protocol):
    """Answers from a content library, in which a programme has keywords beside its own."""

    def __call__(
        self, programme_id: str, text: str, now: datetime, *, exact: bool = False, quiet: bool = False
    ) -> str | None:
        """The answer to a message, if there is one. `exact`: only to a message that is a keyword and nothing else.
        `quiet`: not to say that nothing was understood."""


def no_library(programme_id: str, text: str, now: datetime, *, exact: bool = False, quiet: bool = False) -> None:
    """Nothing is answered."""


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
    library: Library = no_library,
) -> Answer:
    """The passive reply to what somebody wrote; a booking keyword books. Nothing to say, as well, to somebody who is
    turned away and asks for a place.

    The programme's booking keywords go before all others. A message that is a keyword of the library and nothing else
    is answered from there, then the programme's own keywords count wherever they stand, then the library's.

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
    if programme is None:
        return Answer()
    if found and found.messages:  # "no more messages", and back: no piece of the library goes before that
        followers.set_quiet(follower.follower_id, now if found.messages == "stop" else None)
    elif found is None or found.text:
        whole, quiet = found is not None, _wrote_lately(follower, said_at)
        said = library(programme.programme_id, text, now, exact=whole, quiet=quiet)
        if said or found is None:
            return Answer(said)
    if found.text:
        return Answer(fill(found.text, name=programme.name, link=_link(programme)))
    if not has_place:
        return Answer(fill(programme.texts["closed"], name=programme.name))
    place = bookings.book_for(follower, programme.programme_id, follower.channel_id, now, cause)
    return Answer(_say(programme, place, now), place.first_time)


def _wrote_lately(follower: Follower, said_at: datetime | None) -> bool:
    """Whether they wrote within a day before `said_at`, by the window that it opened; this message delivered again does
    not count. `follower` is as before this message was noted."""
    if said_at is None or follower.allowance_until is None:
        return False
    before = follower.allowance_until - SAID_WINDOW
    return said_at - _QUIET < before < said_at


def greeting(follower: Follower, channel: Channel | None = None) -> str | None:
    """The passive reply to somebody who follows or scans a code (of `channel`, if it was just read)."""
    programme = programmes.get(channel.programme_id) if channel else programme_for(follower)
    return fill(programme.follow_text, name=programme.name, link=_link(programme)) if programme else None


def programme_for(follower: Follower) -> Programme | None:
    """The programme of the channel whose code they used last, else the first that is open."""
    channel = codes.find(follower.channel_id) if follower.channel_id else None
    if channel:
        return programmes.get(channel.programme_id)
    first: Programme | None = None
    for programme_id in programmes.all_ids():  # read one by one: mostly the first is open, and somebody waits
        programme = programmes.get(programme_id)
        if programme.status == "open":
            return programme
        first = first or programme
    return first


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
