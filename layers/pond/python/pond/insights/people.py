"""What all rooms together know of how to reach each member, page by page.

What can be looked up by key is: registrations, seats, followers of a page of members. Only the exceptions, which no key
leads to, are read as a whole beforehand: second WeChat accounts, members in groups without a seat there, the merged.
So memory is bounded by a page and those few.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from pond.channels import followers
from pond.groups import standings
from pond.insights.model import Route, routes_of
from pond.members import directory
from pond.members.directory import Listed
from pond.programmes import service as programmes

PAGE = 500
_OUTSIDE = {"refused", "merged"}  # standings of who is no member of a programme


@dataclass(frozen=True, kw_only=True)
class Person:
    """A member, which programmes they are in, and the routes to them. `openids` are those that can be written to."""

    listed: Listed
    programme_ids: frozenset[str]
    routes: frozenset[Route]
    openids: tuple[str, ...] = field(repr=False)
    chat_ids: tuple[str, ...]


@dataclass(frozen=True)
class _Exceptions:
    followers: Mapping[str, set[str]]  # member → follower ids
    groups: Mapping[str, set[str]]  # member → chat ids


def pages(after: str | None = None, size: int = PAGE) -> Iterator[list[Person]]:
    """Every member after a phone (None: all), a page at a time; a scan, so never where somebody waits."""
    exceptions = _exceptions()
    programme_ids = programmes.all_ids()
    going_on = True
    while going_on:
        listed, after = directory.page(after, size)
        going_on = after is not None
        if listed:
            yield _known(listed, programme_ids, exceptions)


def _exceptions() -> _Exceptions:
    successors = directory.successors()
    second: dict[str, set[str]] = defaultdict(set)
    for follower in followers.of_second_accounts():
        member_id = follower.member_id or ""
        second[successors.get(member_id, member_id)].add(follower.follower_id)
    astray: dict[str, set[str]] = defaultdict(set)
    for member_id, chat_id in standings.astray():
        astray[successors.get(member_id, member_id)].add(chat_id)
    return _Exceptions(second, astray)


def _known(listed: list[Listed], programme_ids: list[str], exceptions: _Exceptions) -> list[Person]:
    member_ids = [one.member_id for one in listed]
    names = {member_id: set(exceptions.followers.get(member_id, ())) for member_id in member_ids}
    chats = {member_id: set(exceptions.groups.get(member_id, ())) for member_id in member_ids}
    inside: dict[str, set[str]] = defaultdict(set)
    for registration in directory.registrations(member_ids, programme_ids):
        names[registration.member_id].add(registration.follower_id)
        if registration.standing not in _OUTSIDE:
            inside[registration.member_id].add(registration.programme_id)
    for member_id, chat_id in standings.seated(member_ids, programme_ids):
        chats[member_id].add(chat_id)
    found = {one.follower_id: one for one in followers.several(set().union(*names.values()))}
    people = []
    for one in listed:
        theirs = [found[name] for name in sorted(names[one.member_id]) if name in found]
        people.append(
            Person(
                listed=one,
                programme_ids=frozenset(inside[one.member_id]),
                routes=routes_of(phone_blocked=one.blocked, followers=theirs, chat_ids=chats[one.member_id]),
                openids=tuple(follower.openid for follower in theirs if follower.reachable),
                chat_ids=tuple(sorted(chats[one.member_id])),
            )
        )
    return people
