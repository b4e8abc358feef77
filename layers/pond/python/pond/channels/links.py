"""Tracked links: short, signed, counted by person and group.

A link is one row, however many groups and people it goes to: `url` signs link and place, and writes nothing. Its id is
the digest of what it is, so making it twice makes one. Whoever cannot sign can make no code that opens, not even of a
link and a place that exist.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from hmac import compare_digest
from urllib.parse import urlsplit

from pond.channels import store_followers
from pond.channels import store_links as store
from pond.channels.model_links import (
    ID_LENGTH,
    NOWHERE,
    SIGNATURE_LENGTH,
    Link,
    Open,
    Opened,
    Opener,
    check_target,
    place_of,
    read_code,
)
from pond.kernel.errors import NotFound, Transient
from pond.kernel.ids import pseudonym
from pond.kernel.logs import count, logger
from pond.kernel.settings import settings

_ROUNDS = 4


def make(link: Link, now: datetime) -> str:
    """The id of this link; written down if it is new.

    Raises:
        Refused: `link.target` when it leads anywhere but to us or the origins in the setting `link_origins`.
    """
    check_target(link.target, _origins())
    link_id = pseudonym("link", link.text)[:ID_LENGTH]
    store.add(link_id, link, now)
    return link_id


def check(target: str) -> None:
    """Refuse a target that no link may lead to.

    Raises:
        Refused: `link.target`.
    """
    check_target(target, _origins())


def url(link_id: str, chat_id: str = "") -> str:
    """The address of a link, as it stands in that group, if in one. Nothing is written."""
    place = place_of(chat_id) if chat_id else ""
    return f"{settings().public_url}/l/{link_id}{place}{_signature(link_id, place)}"


def follow(code: str, opener: Opener | None, now: datetime) -> str:
    """Where a code leads. The open is counted, who opens it (if known) is tagged; the way is free even where counting
    fails.

    Raises:
        NotFound: `link.unknown` when we did not sign it, `link.over` when it has ended.
        Refused: `link.target` when its origin is allowed no more.
    """
    read = read_code(code)
    if read is None or not compare_digest(_signature(read[0], read[1]), read[2]):
        raise NotFound("link.unknown")
    link_id, place = read[0], read[1] or NOWHERE
    link = store.get(link_id)
    if link is None:
        raise NotFound("link.unknown")
    if link.over(now):
        raise NotFound("link.over")
    check_target(link.target, _origins())
    try:
        _count(link_id, place, opener, now)
        if link.tag and opener:
            store_followers.add_tag(opener.follower_id, link.tag)
    except Transient as error:
        count("OpenNotCounted")
        logger.warning("open not counted", extra={"code": error.code, "link_id": link_id})
    return link.target


def get(link_id: str) -> Link | None:
    """The link of that id."""
    return store.get(link_id)


def everything() -> list[tuple[str, Link]]:
    """All links with their ids; a scan, so never while somebody waits."""
    return sorted(store.every(), key=lambda one: one[0])


def figures(link_id: str) -> dict[str, Opened]:
    """A link's figures by place: `place_of` a group, or `NOWHERE`."""
    return store.figures(link_id)


def figures_by_group(link_id: str, chat_ids: Iterable[str]) -> Mapping[str, Opened]:
    """A link's figures by group, of those groups in which it was opened."""
    found = store.figures(link_id)
    return {chat_id: found[place_of(chat_id)] for chat_id in chat_ids if place_of(chat_id) in found}


def opened_by(person_ids: Iterable[str], since: datetime, until: datetime) -> list[Open]:
    """What these ids of one person (member, accounts) opened from then until then (both included), by time, with each
    link's owner."""
    opens = [one for person_id in dict.fromkeys(person_ids) for one in store.opens_of(person_id, since, until)]
    links = store.several({one.link_id for one in opens})
    owned = (replace(one, owner_id=links[one.link_id].owner_id) for one in opens if one.link_id in links)
    return sorted(owned, key=lambda one: (one.at, one.link_id))


def _count(link_id: str, place: str, opener: Opener | None, now: datetime) -> None:
    if opener is None:
        store.count_unknown(link_id, place)
        return
    opened = Open(person_id=opener.person_id, link_id=link_id, place=place, at=now, first=True)
    for round_ in range(_ROUNDS):
        try:
            # Refused both ways: the same person's other tap of the same millisecond, which is counted.
            if not store.record(opened, opener.follower_id):
                store.record(replace(opened, first=False), opener.follower_id)
            return
        except Transient:
            if round_ == _ROUNDS - 1:
                raise


def _signature(link_id: str, place: str) -> str:
    return pseudonym("link signature", f"{link_id}~{place}")[:SIGNATURE_LENGTH]


def _origins() -> frozenset[str]:
    own = urlsplit(settings().public_url)
    return frozenset({f"{own.scheme}://{own.netloc}", *settings().link_origins.split()})
