"""What this room's tables tell the world, derived from a row's old and new image."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

from pond.kernel.events import DomainEvent

Image = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class FollowerEvent(DomainEvent):
    """Base of what happens to a follower; `channel_id` is the channel whose code they used last."""

    follower_id: str
    channel_id: str | None


class FollowerFollowed(FollowerEvent):
    """Somebody follows the account who did not."""

    name = "follower.followed"


class FollowerUnfollowed(FollowerEvent):
    """Somebody does not follow any more."""

    name = "follower.unfollowed"


@dataclass(frozen=True, kw_only=True)
class BookingMade(DomainEvent):
    """A place in a programme's line was given."""

    name: ClassVar[str] = "booking.made"
    programme_id: str
    number: int
    follower_id: str
    channel_id: str | None


@dataclass(frozen=True, kw_only=True)
class OpeningOpened(DomainEvent):
    """An opening started: who waited with a number from the first to the last is let in, and to be told.

    Who booked after it opened heard it in the answer; `last_number` does not count them.
    """

    name: ClassVar[str] = "opening.opened"
    programme_id: str
    opening_id: str
    first_number: int
    last_number: int


@dataclass(frozen=True, kw_only=True)
class OpeningClosed(DomainEvent):
    """An opening ended."""

    name: ClassVar[str] = "opening.closed"
    programme_id: str
    opening_id: str


@dataclass(frozen=True, kw_only=True)
class LinkOpened(DomainEvent):
    """Somebody known opened a tracked link. `person_id`: member, or account of who is none; `place`: the digest of
    the group it stands in, or "~"; `first`: they had not opened it before."""

    name: ClassVar[str] = "link.opened"
    link_id: str
    place: str
    person_id: str
    follower_id: str
    opened_at: str
    first: bool


def from_change(table: str, old: Image | None, new: Image | None) -> Iterator[DomainEvent]:
    """The events that a change of a row means; none for most changes."""
    if new is None:
        return
    match table:
        case "followers":
            yield from _follower(old, new)
        case "bookings":
            yield from _booking(old, new)
        case "openings":
            yield from _opening(old, new)
        case "opens":
            yield from _opened(old, new)


def _follower(old: Image | None, new: Image) -> Iterator[DomainEvent]:
    before, after = old is not None and _follows(old), _follows(new)
    if before == after:
        return
    kind = FollowerFollowed if after else FollowerUnfollowed
    yield kind(follower_id=new["follower_id"], channel_id=new.get("channel_id"))


def _follows(image: Image) -> bool:
    # ISO times of one width sort as texts; the rule is `Follower.following`'s.
    following_at, unfollowed_at = image.get("following_at"), image.get("unfollowed_at")
    return following_at is not None and (unfollowed_at is None or following_at >= unfollowed_at)


def _booking(old: Image | None, new: Image) -> Iterator[DomainEvent]:
    if old is None:
        yield BookingMade(
            programme_id=new["programme_id"],
            number=int(new["number"]),
            follower_id=new["follower_id"],
            channel_id=new.get("channel_id"),
        )


def _opening(old: Image | None, new: Image) -> Iterator[DomainEvent]:
    before, after = (old or {}).get("state"), new["state"]
    which = {"programme_id": new["programme_id"], "opening_id": new["opening_id"]}
    if before == "planned" and after == "open":
        last_number = min(int(new["last_number"]), int(new["waited_through"]))
        yield OpeningOpened(**which, first_number=int(new["first_number"]), last_number=last_number)
    if before == "open" and after == "closed":
        yield OpeningClosed(**which)


def _opened(old: Image | None, new: Image) -> Iterator[DomainEvent]:
    if old is None and "first" in new:  # the other rows only say that somebody met a link at all
        yield LinkOpened(
            link_id=new["link_id"],
            place=new["place"],
            person_id=new["person_id"],
            follower_id=new["follower_id"],
            opened_at=new["opened_at"],
            first=new["first"],
        )
