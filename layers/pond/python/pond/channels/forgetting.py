"""Forgetting a person at the official account: their row with the openid, and whose their places in lines were.

Numbers stay given, so that a line keeps its order. Forgetting again finds nothing and changes nothing. Who follows or
writes afterwards is somebody new.
"""

from collections import Counter
from collections.abc import Collection, Iterator
from datetime import datetime

from pond.channels import store_followers, store_forgetting, store_line, store_links
from pond.channels.model import Follower


def forget(follower_id: str) -> Counter[str]:
    """Forget a follower; how many rows of which table that took."""
    taken: Counter[str] = Counter()
    follower = store_followers.load(follower_id)
    if follower is None:
        return taken
    for programme_id, number in follower.bookings.items():
        taken["bookings"] += store_line.drop_booking(programme_id, number, follower_id)
    store_forgetting.drop(follower_id)
    taken["followers"] += 1
    return taken


def unfollowed_before(at: datetime) -> Iterator[Follower]:
    """Who left the account before then and did not come back, by a scan: never where somebody waits."""
    return store_forgetting.unfollowed_before(at)


def forget_opens(person_ids: Collection[str]) -> Counter[str]:
    """Forget which links these ids of one person opened; how many rows that took. Links keep their counts."""
    return Counter({"opens": sum(store_links.drop_opens(person_id) for person_id in person_ids)})


def sweep(member_ids: Collection[str], follower_ids: Collection[str]) -> Counter[str]:
    """Forget what no key led to: further followers of these members, and places their requests lost. Reads all."""
    taken: Counter[str] = Counter()
    found = set(follower_ids)
    for follower in store_forgetting.of_members(member_ids):
        found.add(follower.follower_id)
        taken += forget(follower.follower_id)
    for programme_id, number, follower_id in store_line.bookings_of(found):
        taken["bookings"] += store_line.drop_booking(programme_id, number, follower_id)
    return taken + forget_opens(member_ids)
