"""The tables of tracked links: `links` (what a link is), `opens` (who opened it when), `link_counts` (how often).

An open by somebody known, their first of this link, and the count in its place are one transaction, so that the counts
are what the rows add up to. Opens of the unknown are only counted.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from pynamodb.attributes import BooleanAttribute, UnicodeAttribute
from pynamodb.exceptions import PutError

from pond.channels.model_links import Link, Open, Opened
from pond.kernel.errors import Permanent
from pond.kernel.tables import (
    ExpiryAttribute,
    IntegerAttribute,
    Table,
    TimeAttribute,
    Transaction,
    TransactionRefused,
    iso,
    refused,
)

KEPT = timedelta(days=400)  # beyond any window of attribution


class _Link(Table):
    class Meta:
        table_name = "links"

    link_id = UnicodeAttribute(hash_key=True)
    target = UnicodeAttribute()
    owner_id = UnicodeAttribute(null=True)
    tag = UnicodeAttribute(null=True)
    programme_id = UnicodeAttribute(null=True)
    broadcast_id = UnicodeAttribute(null=True)
    content_version = UnicodeAttribute(null=True)
    expires_at = TimeAttribute(null=True)  # a link that is over still says so: no TTL
    made_at = TimeAttribute()


class _Open(Table):
    class Meta:
        table_name = "opens"

    person_id = UnicodeAttribute(hash_key=True)
    open_id = UnicodeAttribute(range_key=True)  # time~link_id, or ~link_id: that they opened it at all
    link_id = UnicodeAttribute()
    place = UnicodeAttribute()
    opened_at = TimeAttribute()
    first = BooleanAttribute(null=True)
    follower_id = UnicodeAttribute(null=True)
    expires_at = ExpiryAttribute()


class _Count(Table):
    class Meta:
        table_name = "link_counts"

    link_id = UnicodeAttribute(hash_key=True)
    place = UnicodeAttribute(range_key=True)
    people = IntegerAttribute(default=0)
    opens = IntegerAttribute(default=0)


_TEXTS = ("owner_id", "tag", "programme_id", "broadcast_id", "content_version")


def add(link_id: str, link: Link, now: datetime) -> None:
    """Write a link that is not there yet.

    Raises:
        Permanent: `link.collision` when another link has that id (50 bits: it will not happen).
    """
    texts: dict[str, Any] = {name: getattr(link, name) or None for name in _TEXTS}
    row = _Link(link_id, target=link.target, expires_at=link.expires_at, made_at=now, **texts)
    try:
        row.save(condition=_Link.link_id.does_not_exist())
    except PutError as error:
        if not refused(error):
            raise
        held = get(link_id)
        if held is None or held.text != link.text:
            raise Permanent("link.collision", link_id) from error


def get(link_id: str) -> Link | None:
    """The link."""
    try:
        return _link(_Link.get(link_id))
    except _Link.DoesNotExist:
        return None


def several(link_ids: Iterable[str]) -> dict[str, Link]:
    """Those of the links that are there, by id."""
    return {row.link_id: _link(row) for row in _Link.batch_get(list(link_ids))}


def every() -> Iterator[tuple[str, Link]]:
    """All links; a scan, so never while somebody waits."""
    return ((row.link_id, _link(row)) for row in _Link.scan())


def record(opened: Open, follower_id: str) -> bool:
    """Write that somebody opened a link, and count it: if `opened.first`, as a person too. False, and nothing written:
    they opened it before, or this very open is written already.

    Raises:
        Transient: `tables.contended`.
    """
    shared: dict[str, Any] = {"link_id": opened.link_id, "place": opened.place, "opened_at": opened.at}
    shared["expires_at"] = opened.at + KEPT
    transaction = Transaction()
    name = f"{iso(opened.at)}~{opened.link_id}"
    row = _Open(opened.person_id, name, first=opened.first, follower_id=follower_id, **shared)
    transaction.put("open", row, condition=_Open.open_id.does_not_exist())
    counts = [_Count.opens.add(1)]
    if opened.first:
        met = _Open(opened.person_id, f"~{opened.link_id}", **shared)
        transaction.put("met", met, condition=_Open.open_id.does_not_exist())
        counts.append(_Count.people.add(1))
    transaction.update("count", _Count(opened.link_id, opened.place), counts)
    try:
        transaction.commit()
    except TransactionRefused:
        return False
    return True


def count_unknown(link_id: str, place: str) -> None:
    """Count an open of somebody unknown."""
    _Count(link_id, place).update([_Count.opens.add(1)])


def opens_of(person_id: str, since: datetime, until: datetime) -> Iterator[Open]:
    """What somebody opened, from then until then (both included), by time."""
    rows = _Open.query(person_id, _Open.open_id.between(iso(since), f"{iso(until)}~\x7f"), consistent_read=True)
    for row in rows:
        yield Open(
            person_id=row.person_id,
            link_id=row.link_id,
            place=row.place,
            at=row.opened_at,
            first=bool(row.first),
        )


def drop_opens(person_id: str) -> int:
    """Delete what somebody opened; counts stay. How many rows that took."""
    rows = list(_Open.query(person_id, consistent_read=True))
    for row in rows:
        row.delete()
    return len(rows)


def figures(link_id: str) -> dict[str, Opened]:
    """A link's figures by place."""
    rows = _Count.query(link_id, consistent_read=True)
    return {row.place: Opened(people=row.people, opens=row.opens) for row in rows}


def _link(row: _Link) -> Link:
    texts = {name: getattr(row, name) or "" for name in _TEXTS}
    return Link(target=row.target, expires_at=row.expires_at, **texts)
