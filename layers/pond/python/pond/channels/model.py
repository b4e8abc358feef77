"""What this room speaks of: channels and their codes, followers, places in a programme's line, openings.

A follower's standing is kept as latest times, so that callbacks may come twice and in any order: who was last known to
follow after the last unfollow, follows.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Literal

CODE_LIFE = timedelta(days=30)  # WeChat: the longest a temporary code lives
CODE_RENEWAL = timedelta(days=3)  # a code with less left than this is replaced
SAID_MESSAGES, SAID_WINDOW = 5, timedelta(hours=48)  # WeChat: custom messages after a person's message
ACTED_MESSAGES, ACTED_WINDOW = 3, timedelta(minutes=1)  # after a follow, a scan, a click in the menu
OPENING_LONGEST = timedelta(days=7)


@dataclass(frozen=True)
class Channel:
    """One source of people. Its id is the scene of its code."""

    channel_id: str
    name: str
    source: str
    tags: tuple[str, ...]
    programme_id: str


@dataclass(frozen=True)
class ChannelCode:
    """What a channel's parametric code holds at present: draw `qr_url`, or show WeChat's picture of `ticket`."""

    qr_url: str
    expires_at: datetime
    ticket: str


Route = Literal["custom", "template", "text", "staff"]


@dataclass(frozen=True)
class Notice:
    """What became of a notice: how far it came, and by which way it went."""

    state: Literal["claimed", "told", "unknown", "unreachable"]
    route: Route
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Follower:
    """One person at the official account. `channel_id` is the channel whose code they used last."""

    follower_id: str
    openid: str = field(repr=False)
    channel_id: str | None
    following_at: datetime | None  # last known to follow
    unfollowed_at: datetime | None
    unreachable_at: datetime | None  # WeChat said it cannot deliver to them
    allowance: int
    allowance_until: datetime | None
    bookings: Mapping[str, int]  # programme_id → number
    notices: Mapping[str, Notice]
    account_id: str | None
    member_id: str | None
    tags: frozenset[str] = frozenset()  # of links they opened, and "paid"
    quiet_since: datetime | None = None  # they asked for no messages but those they wait for
    heard: str | None = None  # the callback that was noted here last

    @property
    def following(self) -> bool:
        """Whether they follow the account, as far as we heard."""
        return self.following_at is not None and (self.unfollowed_at is None or self.following_at >= self.unfollowed_at)

    @property
    def reachable(self) -> bool:
        """Whether a message may reach them: they follow, and came back if WeChat once refused."""
        if not self.following or self.following_at is None:
            return False
        return self.unreachable_at is None or self.following_at > self.unreachable_at

    def may_be_written_to(self, now: datetime) -> bool:
        """Whether a custom message is left in their window."""
        return self.allowance > 0 and self.allowance_until is not None and self.allowance_until > now


@dataclass(frozen=True)
class Heard:
    """What a push tells of a follower: they followed at that time, through a channel's code if any, and so many custom
    messages may be sent until then. `cause`: the callback, when it is kept with this."""

    follower_id: str
    at: datetime
    messages: int
    until: datetime
    channel_id: str | None = None
    cause: str | None = None


@dataclass(frozen=True)
class Line:
    """A programme's line: the last number given, and up to which number people are let in."""

    last_number: int = 0
    admitted_through: int = 0
    opening_id: str | None = None
    closes_at: datetime | None = None
    first_number: int = 0  # while open: the first this opening lets in
    waited_through: int = 0  # while open: the last number when it opened
    opened_last: str = ""  # the latest opening that ever opened

    def place(self, number: int, *, first_time: bool = False) -> "Place":
        """Where a number stands now."""
        ahead = max(0, number - self.admitted_through - 1)
        return Place(number, number <= self.admitted_through, ahead, first_time)


@dataclass(frozen=True)
class Place:
    """A place in a programme's line. `first_time`: it was given just now."""

    number: int
    admitted: bool
    ahead: int
    first_time: bool = False


@dataclass(frozen=True)
class Booking:
    """A place as it was given. It counts only while the follower's own number is this one."""

    number: int
    follower_id: str
    channel_id: str | None
    cause: str | None  # the callback that asked for it


OpeningState = Literal["planned", "open", "closed", "missed"]


@dataclass(frozen=True)
class Opening:
    """A set time at which `quota` more people are let in; the numbers are known once it opened."""

    programme_id: str
    opening_id: str
    starts_at: datetime
    ends_at: datetime
    quota: int
    state: OpeningState = "planned"
    first_number: int | None = None
    last_number: int | None = None


def opening_id(starts_at: datetime) -> str:
    """An opening's id: its start. So ids sort as openings follow, and planning twice meets the same row."""
    return starts_at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
